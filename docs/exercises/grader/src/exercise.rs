//! The exercises as they are shipped, and what a student's folder has of them.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::Problem;

/// The largest file that is taken for an exercise.
const LONGEST: u64 = 1 << 20;

/// One exercise, as it is shipped.
pub struct Exercise {
    pub name: String,
    /// Its folder: the chapter.
    pub chapter: String,
    pub unsolved: String,
    pub solution: String,
    /// The judge's function and the student's functions it is given.
    pub judged_by: String,
    pub functions: Vec<String>,
}

/// A folder to grade.
pub struct Student {
    /// The folder's name; its path, if two have the same name.
    pub name: String,
    folder: PathBuf,
}

/// What a folder has of an exercise.
pub enum File {
    Text(String),
    Missing,
    /// There is something, but it cannot be read as Rust.
    Unreadable(String),
}

/// Returns the exercises in the order of the book.
pub fn shipped() -> Result<Vec<Exercise>, Problem> {
    let folder = here();
    let read = |path: PathBuf| {
        fs::read_to_string(&path)
            .map_err(|problem| Problem(format!("cannot read {}: {problem}", path.display())))
    };
    let list = read(folder.join("info.toml"))?;
    let values = |key: &str| -> Vec<String> {
        let lines =
            list.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"'));
        lines.map(str::to_owned).collect()
    };
    let (names, chapters) = (values("name"), values("dir"));
    let exercises = names.into_iter().zip(chapters).map(|(name, chapter)| {
        let file = format!("{chapter}/{name}.rs");
        let unsolved = read(folder.join("exercises").join(&file))?;
        let solution = read(folder.join("solutions").join(&file)).unwrap_or_default();
        let call = unsolved.split_once("    grade::").and_then(|(_, rest)| rest.split_once(')'));
        let (judged_by, functions) = call
            .and_then(|(call, _)| call.split_once('('))
            .ok_or_else(|| Problem(format!("{file} does not say what judges it: take a clean checkout")))?;
        let (judged_by, functions) =
            (judged_by.to_owned(), functions.split(", ").map(str::to_owned).collect());
        Ok(Exercise { name, chapter, unsolved, solution, judged_by, functions })
    });
    exercises.collect()
}

/// Returns the folder of the exercises, the checkout's.
pub fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new(".")).to_owned()
}

/// Returns the students whose folders these are.
pub fn students<'a>(folders: impl Iterator<Item = &'a Path>) -> Result<Vec<Student>, Problem> {
    let mut students: Vec<(Student, String)> = Vec::new();
    for typed in folders {
        let problem = |why: &str| Problem(format!("{}: {why}", typed.display()));
        let folder = typed.canonicalize().map_err(|error| problem(&error.to_string()))?;
        if !folder.is_dir() {
            return Err(problem("not a folder: name the folder that the student's files are in"));
        }
        if students.iter().any(|(other, _)| other.folder == folder) {
            return Err(problem("named twice"));
        }
        let name = folder.file_name().map_or_else(|| "/".into(), |name| name.to_string_lossy()).into_owned();
        students.push((Student { name, folder }, typed.display().to_string()));
    }
    let names: Vec<String> = students.iter().map(|(student, _)| student.name.clone()).collect();
    let unique = students.into_iter().map(|(student, typed)| {
        let is_unique = names.iter().filter(|name| **name == student.name).count() == 1;
        if is_unique { student } else { Student { name: typed, ..student } }
    });
    Ok(unique.collect())
}

impl Student {
    /// Reads this student's file of an exercise: in a copy of docs/exercises, of the repository, or all in one folder.
    pub fn file(&self, exercise: &Exercise) -> File {
        let Exercise { name, chapter, .. } = exercise;
        let file = format!("{name}.rs");
        let places = [
            format!("exercises/{chapter}/{file}"),
            format!("docs/exercises/exercises/{chapter}/{file}"),
            format!("{chapter}/{file}"),
            file,
        ];
        let found =
            places.iter().map(|place| self.folder.join(place)).find(|path| path.symlink_metadata().is_ok());
        let Some(path) = found else { return File::Missing };
        match read(&path) {
            Ok(text) => File::Text(text),
            Err(why) => File::Unreadable(why),
        }
    }
}

/// Reads an ordinary file of a reasonable length; nothing that a link leads to, for that may be somebody else's.
fn read(path: &Path) -> Result<String, String> {
    let about = path.symlink_metadata().map_err(|error| error.to_string())?;
    if !about.is_file() {
        return Err("it is not an ordinary file".to_owned());
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(|error| error.to_string())?;
    file.take(LONGEST + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > LONGEST {
        return Err("it is longer than 1 MB".to_owned());
    }
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned())
}

impl Exercise {
    /// Returns `true` if this is the exercise as it is shipped, but for the ends of lines.
    pub fn is_untouched(&self, text: &str) -> bool {
        same_words(text, &self.unsolved)
    }

    /// Returns `true` if this is the solution that is shipped, but for the ends of lines.
    pub fn is_the_solution(&self, text: &str) -> bool {
        same_words(text, &self.solution)
    }
}

fn same_words(one: &str, other: &str) -> bool {
    one.trim_start_matches('\u{feff}').split_whitespace().eq(other.split_whitespace())
}
