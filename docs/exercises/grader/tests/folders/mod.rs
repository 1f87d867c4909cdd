//! Folders of students, made up, each with what must come of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Passed, or not; with words of the lesson.
pub type Expected = Result<&'static str, &'static str>;

pub struct Class {
    root: PathBuf,
    pub exercises: Vec<String>,
    chapters: Vec<String>,
    students: Vec<String>,
    /// The expected marks; a file that is not in here is expected to be missing.
    expected: BTreeMap<(String, String), Expected>,
}

impl Class {
    pub fn new() -> Self {
        static NUMBER: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let root = std::env::temp_dir().join(format!("class-{}-{number}", std::process::id()));
        fs::create_dir_all(&root).unwrap();
        let list = fs::read_to_string(shipped("info.toml")).unwrap();
        let values = |key: &str| -> Vec<String> {
            list.lines()
                .filter_map(|line| line.strip_prefix(key))
                .map(|value| value.trim_matches('"').into())
                .collect()
        };
        let (exercises, chapters) = (values("name = "), values("dir = "));
        Self { root, exercises, chapters, students: Vec::new(), expected: BTreeMap::new() }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn students(&self) -> impl ExactSizeIterator<Item = &str> {
        self.students.iter().map(String::as_str)
    }

    pub fn expected(&self, student: &str, exercise: &str) -> Expected {
        let expected = self.expected.get(&(student.to_owned(), exercise.to_owned()));
        expected.copied().unwrap_or(Err("There is no exercises/"))
    }

    fn file(&self, exercise: &str) -> String {
        let place = self.exercises.iter().position(|name| name == exercise).expect(exercise);
        format!("{}/{exercise}.rs", self.chapters[place])
    }

    pub fn unsolved(&self, exercise: &str) -> String {
        fs::read_to_string(shipped("exercises").join(self.file(exercise))).unwrap()
    }

    pub fn solution(&self, exercise: &str) -> String {
        fs::read_to_string(shipped("solutions").join(self.file(exercise))).unwrap()
    }

    /// A solution in words of the student's.
    pub fn own_solution(&self, exercise: &str) -> String {
        self.solution(exercise).replace("This is one solution of several.", "Mine.")
    }

    /// A file in a folder of the student's; `CHAPTER` in the place is the exercise's.
    pub fn hand_in(&mut self, student: &str, place: &str, exercise: &str, text: &str, expected: Expected) {
        let file = self.file(exercise);
        let chapter = file.split('/').next().unwrap();
        self.write(student, &format!("{}/{exercise}.rs", place.replace("CHAPTER", chapter)), text);
        self.note(student, exercise, expected);
    }

    /// A student with a file for every exercise.
    pub fn student(&mut self, name: &str, file: impl Fn(&Self, &str) -> (String, Expected)) {
        fs::create_dir_all(self.root.join(name)).unwrap();
        for exercise in self.exercises.clone() {
            let (text, expected) = file(self, &exercise);
            match text.as_str() {
                "" => self.note(name, &exercise, expected),
                _ => self.hand_in(name, "exercises/CHAPTER", &exercise, &text, expected),
            }
        }
    }

    /// A student who has written one exercise, left one, and lost the others.
    pub fn almost_idle(&mut self, name: &str, exercise: &str, text: &str, expected: Expected) {
        let text = if text.is_empty() { "\n" } else { text };
        self.hand_in(name, "exercises/CHAPTER", exercise, text, expected);
        let untouched = if exercise == "softmax" { "cost" } else { "softmax" };
        let text = self.unsolved(untouched);
        self.hand_in(name, "exercises/CHAPTER", untouched, &text, Err("nothing is written yet"));
    }

    /// A student whose only file, of the exercise `cost`, is not text.
    pub fn bytes(&mut self, name: &str, file: &str, bytes: &[u8], lesson: &'static str) {
        let path = self.path_for(name, file, lesson);
        fs::write(path, bytes).unwrap();
    }

    pub fn folder_for(&mut self, name: &str, file: &str, lesson: &'static str) {
        let path = self.path_for(name, file, lesson);
        fs::create_dir(path).unwrap();
    }

    pub fn link_for(&mut self, name: &str, file: &str, to: &str, lesson: &'static str) {
        let path = self.path_for(name, file, lesson);
        std::os::unix::fs::symlink(to, path).unwrap();
    }

    pub fn write(&self, student: &str, file: &str, text: &str) {
        let path = self.root.join(student).join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn path_for(&mut self, name: &str, file: &str, lesson: &'static str) -> PathBuf {
        let path = self.root.join(name).join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        self.note(name, "cost", Err(lesson));
        path
    }

    fn note(&mut self, student: &str, exercise: &str, expected: Expected) {
        if !self.students.iter().any(|name| name == student) {
            self.students.push(student.to_owned());
        }
        self.expected.insert((student.to_owned(), exercise.to_owned()), expected);
    }
}

impl Drop for Class {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

fn shipped(what: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(what)
}

/// Runs `grade` in this folder. Returns its exit status and what it prints.
pub fn grade<'a>(folder: &Path, arguments: impl Iterator<Item = &'a str>) -> (Option<i32>, String, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_grader")).args(arguments).current_dir(folder).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}
