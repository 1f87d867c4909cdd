//! Compiles a solution against the judge of this checkout, and runs it.

use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::Problem;
use crate::exercise::{Exercise, File, Student, here};
use crate::limits::{End, Limits};

/// Stands between the parts of a lesson (`backprop_exercises::seal`).
const SEPARATOR: char = '\u{1f}';

/// What became of an exercise.
pub struct Mark {
    pub state: State,
    /// What to tell the student.
    pub lesson: String,
    /// The same in one line.
    pub short: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum State {
    Right,
    /// Right, and word for word the solution that is shipped.
    Shipped,
    Wrong,
    DoesNotCompile,
    /// Too slow, too large, too loud, or it ends the program.
    Stopped,
    Untouched,
    Missing,
}

impl Mark {
    fn new(state: State, lesson: impl Into<String>) -> Self {
        let lesson = lesson.into();
        let short = lesson.split_whitespace().collect::<Vec<_>>().join(" ");
        Self { state, lesson, short }
    }

    pub fn passed(&self) -> bool {
        matches!(self.state, State::Right | State::Shipped)
    }
}

/// The judge, compiled, and a place to work in.
pub struct Judge {
    /// What rustc is told to find it.
    flags: Vec<String>,
    work: PathBuf,
    is_root: bool,
}

impl Judge {
    /// Compiles the library and the judge once, and tries the limits.
    pub fn build() -> Result<Self, Problem> {
        let flags = libraries()?;
        let work = std::env::temp_dir().join(format!("backprop-grade-{:016x}", random()));
        let cannot = |error| Problem(format!("cannot make {}: {error}", work.display()));
        fs::create_dir(&work).map_err(cannot)?;
        // Its owner is who runs this.
        let is_root = fs::metadata(&work).map_err(cannot)?.uid() == 0;
        let empty = work.join("empty");
        fs::create_dir(&empty).map_err(cannot)?;
        fs::set_permissions(&empty, fs::Permissions::from_mode(0o555)).map_err(cannot)?;
        fs::set_permissions(&work, fs::Permissions::from_mode(0o755)).map_err(cannot)?;
        let judge = Self { flags, work, is_root };
        judge.running().check(&empty)?;
        Ok(judge)
    }

    /// A compiler starts a linker, and takes more memory than what it compiles.
    const COMPILING: Limits = Limits { seconds: 30, megabytes: 4096, alone: false, as_nobody: false };

    fn running(&self) -> Limits {
        Limits { seconds: 10, megabytes: 512, alone: true, as_nobody: self.is_root }
    }

    /// Marks one exercise of one student.
    pub fn mark(&self, worker: usize, student: &Student, exercise: &Exercise) -> Result<Mark, Problem> {
        let text = match student.file(exercise) {
            File::Text(text) => text,
            File::Missing => {
                let file = format!("exercises/{}/{}.rs", exercise.chapter, exercise.name);
                return Ok(Mark::new(State::Missing, format!("There is no {file}.")));
            }
            File::Unreadable(why) => {
                return Ok(Mark::new(State::Missing, format!("The file cannot be read: {why}.")));
            }
        };
        if exercise.is_untouched(&text) {
            return Ok(Mark::new(State::Untouched, "The file is as it was shipped: nothing is written yet."));
        }
        let folder = self.work.join(worker.to_string());
        let mark = self.compile_and_run(&folder, exercise, &text)?;
        if mark.passed() && exercise.is_the_solution(&text) {
            return Ok(Mark::new(State::Shipped, "Right, and word for word the solution that is shipped."));
        }
        Ok(mark)
    }

    fn compile_and_run(&self, folder: &Path, exercise: &Exercise, text: &str) -> Result<Mark, Problem> {
        let Exercise { name, judged_by, functions, .. } = exercise;
        let cannot = |error| Problem(format!("cannot work in {}: {error}", folder.display()));
        if folder.exists() {
            fs::remove_dir_all(folder).map_err(cannot)?;
        }
        fs::create_dir(folder).map_err(cannot)?;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).map_err(cannot)?;
        let functions: Vec<String> = functions.iter().map(|function| format!("{name}::{function}")).collect();
        let judge = format!(
            "mod {name};\nfn main() {{\n    let seal = ::backprop_exercises::Seal::read();\n    \
             seal.tell(&::backprop_exercises::grade::{judged_by}({}));\n}}\n",
            functions.join(", ")
        );
        fs::write(folder.join("judge.rs"), judge).map_err(cannot)?;
        fs::write(folder.join(format!("{name}.rs")), text).map_err(cannot)?;

        let mut arguments: Vec<&str> = self.flags.iter().map(String::as_str).collect();
        arguments.push("judge.rs");
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let compiled = Self::COMPILING.run(folder, Path::new(&rustc), &arguments, "")?;
        match compiled.end {
            End::Exited(Some(0)) => {}
            End::TooSlow => {
                return Ok(Mark::new(State::DoesNotCompile, "The compiler does not end with it."));
            }
            _ => {
                return Ok(Mark::new(
                    State::DoesNotCompile,
                    first_error(&compiled.stderr, &judge_line(name)),
                ));
            }
        }

        let word = format!("{:016x}{:016x}", random(), random());
        let program = folder.join("judge");
        let outcome = self.running().run(&self.work.join("empty"), &program, &[], &format!("{word}\n"))?;
        if let End::Exited(Some(0)) = outcome.end
            && let Some((_, said)) = outcome.stdout.rsplit_once(&word)
        {
            let said = said.trim_end();
            return Ok(if said.is_empty() { Mark::new(State::Right, "") } else { wrong(said) });
        }
        let stopped = match outcome.end {
            End::TooSlow => "It does not end: stopped after 10 seconds.",
            End::TooMuchPrint => "It prints without end: stopped after 1 MB.",
            End::Exited(_) if outcome.stderr.contains("memory allocation of") => {
                "It takes more than 512 MB of memory."
            }
            End::Exited(_) if outcome.stderr.contains("overflowed its stack") => {
                "It calls itself without end, until the stack is full."
            }
            End::Exited(_) => "It ends the program, and does not return to the judge.",
        };
        Ok(Mark::new(State::Stopped, stopped))
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        // A temporary folder left behind does not fail the grading.
        let _ = fs::remove_dir_all(&self.work);
    }
}

/// Compiles the judge, and returns how rustc finds it.
fn libraries() -> Result<Vec<String>, Problem> {
    let here = here();
    let target = here.join("../../target/exercises");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--quiet", "--lib", "--package", "backprop-exercises"]);
    cargo
        .args(["--message-format", "json-render-diagnostics", "--manifest-path"])
        .arg(here.join("Cargo.toml"));
    cargo.arg("--target-dir").arg(&target).stderr(Stdio::inherit());
    let output =
        cargo.output().map_err(|error| Problem(format!("cannot start cargo: {error}; install Rust")))?;
    if !output.status.success() {
        return Err(Problem("the judge does not build: take a clean checkout".to_owned()));
    }
    let mut flags: Vec<String> =
        ["--edition=2024", "--crate-type=bin", "--crate-name=judge", "--error-format=short"]
            .into_iter()
            .chain(["-Awarnings", "-Funsafe_code", "-Cdebuginfo=0", "-Cstrip=debuginfo"])
            .map(str::to_owned)
            .collect();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Ok(message) = serde_json::from_str::<Value>(line) else { continue };
        let name = message["target"]["name"].as_str().unwrap_or_default().replace('-', "_");
        let mut files = message["filenames"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let Some(library) = files.rfind(|file| file.ends_with(".rlib")) else { continue };
        if ["backprop", "backprop_exercises"].contains(&name.as_str()) {
            flags.push(format!("--extern={name}={library}"));
        }
    }
    flags.push(format!("-Ldependency={}", target.join("debug/deps").display()));
    Ok(flags)
}

/// A number that a solution cannot guess.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

fn judge_line(name: &str) -> String {
    format!("in {name}.rs a function is missing, not `pub`, or has other types than the exercise asks for")
}

/// Returns the first error of the compiler.
fn first_error(text: &str, if_in_the_judge: &str) -> String {
    let errors: Vec<&str> = text.lines().filter(|line| line.contains(": error")).collect();
    let Some(first) = errors.first() else {
        return "The compiler gives up: it takes too much memory, or the file has a form that it cannot read.".to_owned();
    };
    let more = match errors.len() - 1 {
        0 => String::new(),
        more => format!(" (and {more} more)"),
    };
    if first.starts_with("judge.rs") {
        let message = first.split_once(": error").map_or(*first, |(_, message)| message);
        let message = message.split_once(": ").map_or(message, |(_, message)| message);
        return format!("Does not compile: {if_in_the_judge}: {message}{more}");
    }
    format!("Does not compile: {first}{more}")
}

/// The lesson of a wrong solution, from its parts.
fn wrong(said: &str) -> Mark {
    let mut parts = said.split(SEPARATOR);
    let [formula, found, diagnosis] = [(); 3].map(|()| parts.next().unwrap_or_default().trim_end());
    let alone = found.contains("Resource temporarily unavailable") || found.contains("WouldBlock");
    let diagnosis = if alone { "A solution may start no threads and no other programs." } else { diagnosis };
    let found_in_short = if diagnosis.is_empty() { found } else { diagnosis };
    let lesson = format!("Look at {formula}.\n{found}\n{diagnosis}").trim_end().to_owned();
    let short = Mark::new(State::Wrong, format!("Look at {formula}. {found_in_short}")).short;
    Mark { state: State::Wrong, lesson, short }
}
