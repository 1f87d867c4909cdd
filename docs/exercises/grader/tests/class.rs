//! Forty made-up students, each graded as a teacher would grade them.

mod folders;

use std::time::Instant;

use folders::{Class, grade};
use serde_json::Value;

/// The exercise that a student gets wrong, the text replaced in the solution, its replacement, and words of the lesson.
type Slip = (&'static str, &'static str, &'static str, &'static str);

const WRONG: &[Slip] = &[
    ("neuron_output", "weighted_input)", "weighted_input) + bias", "output for weights"),
    ("cost", "0.5 * sum", "sum", "without the factor ½"),
    ("output_delta", "a * (1.0 - a) * (t - a)", "t - a", "delta of an output node"),
    ("output_delta", "(t - a)", "(a - t)", "opposite sign"),
    ("hidden_delta", "+= weight", "= weight", "delta of a hidden node"),
    ("update", "weight + rate", "weight - rate", "change of a weight"),
    ("mini_batch_mean", " / gradients.len() as f64", "", "mean over a mini-batch"),
    ("dropout", "a / (1.0 - p)", "a / p", "divided by p, the probability"),
    ("gradient_check", "(2.0 * h)", "2.0 * h", "brackets are missing"),
    ("gradient_check", "1e-9 + 1e-4 * numerical.abs()", "1e-5", "absolute distance"),
    ("gradient_check", "return false;", "return true;", "planted faults pass"),
];

/// Harmful solutions of `cost`, and words of the lesson.
const HOSTILE: &[(&str, &str)] = &[
    ("loop {}", "does not end"),
    ("std::thread::sleep(std::time::Duration::from_secs(3600)); 0.0", "does not end"),
    ("let mut all = vec![1_u8; 1 << 20]; loop { all.extend_from_within(..) }", "512 MB"),
    ("loop { println!(\"and on\"); }", "prints without end"),
    ("loop { eprintln!(\"and on\"); }", "prints without end"),
    ("cost(output, label) + 1.0", "calls itself"),
    ("println!(\"Right.\"); std::process::exit(0)", "ends the program"),
    ("std::process::abort()", "ends the program"),
    (
        "loop { std::process::Command::new(\"sleep\").arg(\"77\").spawn().unwrap(); }",
        "start no threads and no other programs",
    ),
    ("std::thread::spawn(|| loop {}).join().unwrap()", "start no threads and no other programs"),
    ("std::fs::write(\"trace\", \"x\").unwrap(); 0.5 * sum", "panics"),
    ("unsafe { std::hint::unreachable_unchecked() }", "unsafe"),
    ("const LONG: usize = { let mut n = 0; while n < usize::MAX { n += 1; } n }; LONG as f64", "ompile"),
    ("let text: &str = 1; 0.5 * sum", "cost.rs:"),
    ("0.5 * sum }}}", "cost.rs:"),
];

#[test]
fn forty_students_are_graded_right() {
    let mut class = Class::new();
    let every: Vec<String> = class.exercises.clone();
    // Right, and in each of the places where the files may be.
    for (number, place) in
        ["exercises/CHAPTER", "docs/exercises/exercises/CHAPTER", "CHAPTER", "."].iter().enumerate()
    {
        let name = format!("right {number}");
        for exercise in &every {
            let text = class.own_solution(exercise);
            class.hand_in(&name, place, exercise, &text, Ok(""));
        }
    }
    class.student("copied", |class, exercise| (class.solution(exercise), Ok("word for word the solution")));
    class.student("idle", |class, exercise| (class.unsolved(exercise), Err("nothing is written yet")));
    class.student("windows", |class, exercise| {
        (format!("\u{feff}{}", class.own_solution(exercise).replace('\n', "\r\n")), Ok(""))
    });
    class.student("no files", |_, _| (String::new(), Err("There is no exercises/")));
    for &(exercise, from, to, lesson) in WRONG {
        let name = format!("wrong {exercise} {to}").replace('/', "per");
        let right = class.own_solution(exercise);
        assert!(right.contains(from), "{exercise} has no {from}");
        class.almost_idle(&name, exercise, &right.replacen(from, to, 1), Err(lesson));
    }
    for (number, &(code, lesson)) in HOSTILE.iter().enumerate() {
        let text = class.own_solution("cost").replacen("0.5 * sum", code, 1);
        let text = if code.starts_with("const") {
            format!("#![allow(long_running_const_eval)]\n{text}")
        } else {
            text
        };
        class.almost_idle(&format!("hostile {number}"), "cost", &text, Err(lesson));
    }
    // A judge of their own: in the file, and in the folder around it.
    let lenient = |class: &Class, exercise: &str| {
        let text = class.unsolved(exercise).replace("use backprop_exercises::{Grade, grade, tell};", "");
        text + "\nmod grade { pub fn cost(_: fn(&[f64], &[f64]) -> f64) -> super::Grade { Ok(()) } }\n\
                type Grade = Result<(), String>; fn tell(_: &Grade) { println!(\"Right.\") }\n"
    };
    let text = lenient(&class, "cost");
    class.almost_idle("lenient", "cost", &text, Err("Every value is 0"));
    let text = class.own_solution("cost").replace("0.5 * sum", "sum");
    class.almost_idle("tampered", "cost", &text, Err("without the factor ½"));
    class.write("tampered", "src/lib.rs", "pub fn tell(_: &()) {}");
    class.write("tampered", "Cargo.toml", "not even TOML");
    class.write("tampered", "build.rs", "fn main() { loop {} }");
    let one_of_many = class.own_solution("cost") + "fn not_rust(";
    class.student("one does not compile", |class, exercise| match exercise {
        "cost" => (one_of_many.clone(), Err("Does not compile: cost.rs:")),
        _ => (class.own_solution(exercise), Ok("")),
    });
    class.almost_idle("| odd, \"name\" <b>", "cost", "", Err("cost.rs a function is missing"));
    class.almost_idle(
        "private",
        "cost",
        &class.own_solution("cost").replace("pub fn cost", "fn cost"),
        Err("not `pub`"),
    );
    class.bytes("latin", "exercises/03_training/cost.rs", b"fn cost() {} // \xe9", "not UTF-8");
    class.bytes("huge", "exercises/03_training/cost.rs", &[b' '; (1 << 20) + 1], "longer than 1 MB");
    class.folder_for("a folder", "exercises/03_training/cost.rs", "not an ordinary file");
    class.link_for("a link", "exercises/03_training/cost.rs", "/dev/zero", "not an ordinary file");
    assert!(class.students().len() >= 40, "{}", class.students().len());

    let start = Instant::now();
    let (code, stdout, stderr) = grade(class.root(), ["--json"].into_iter().chain(class.students()));
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    println!("{} students in {:?}", class.students().len(), start.elapsed());
    let lines: Vec<Value> = stdout.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    assert_eq!(lines.len(), class.students().len() * every.len());
    let mut surprises = Vec::new();
    for (line, (student, exercise)) in lines
        .iter()
        .zip(class.students().flat_map(|student| every.iter().map(move |exercise| (student, exercise))))
    {
        assert_eq!(
            (line["student"].as_str(), line["exercise"].as_str()),
            (Some(student), Some(exercise.as_str()))
        );
        let expected = class.expected(student, exercise);
        let lesson = line["lesson"].as_str().expect("a text");
        let good =
            line["passed"] == expected.is_ok() && lesson.contains(expected.unwrap_or_else(|lesson| lesson));
        if !good || (lesson.is_empty() != (expected == Ok(""))) {
            surprises.push(format!("{student}, {exercise}: {expected:?}, and it is {line}"));
        }
    }
    assert!(surprises.is_empty(), "{surprises:#?}");
    let left =
        std::process::Command::new("sh").args(["-c", "ps -eo args | grep -c '^sleep 77'"]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&left.stdout).trim(), "0", "processes of a solution are left");
}

#[test]
fn a_class_as_a_table_for_people_spreadsheets_and_markdown() {
    let mut class = Class::new();
    class.student("ada", |class, exercise| match exercise {
        "cost" => (class.own_solution("cost"), Ok("")),
        "update" => (class.solution("update").replace("weight + ", "weight - "), Err("")),
        _ => (class.unsolved(exercise), Err("")),
    });
    class.almost_idle("=1+1|,\"b\"", "cost", "fn (", Err(""));
    let run = |options: &[&str]| {
        let (code, stdout, stderr) = grade(class.root(), options.iter().copied().chain(class.students()));
        assert_eq!((code, stderr.as_str()), (Some(0), ""));
        stdout
    };
    let plain = run(&[]);
    assert!(
        plain
            .lines()
            .any(|line| line == "ada         .  .  .  .  +  .  .  .  -  .  .  .  .  .  .  .  .      1"),
        "{plain}"
    );
    assert!(
        plain.contains("\nada\n  update: Look at the change of a weight: equation 5, chapter 4. "),
        "{plain}"
    );
    assert!(plain.lines().all(|line| !line.contains('\u{1b}')));
    let csv = run(&["--csv"]);
    let lines: Vec<&str> = csv.lines().collect();
    assert!(
        lines[0].starts_with("student,neuron_output,perceptron_rule,")
            && lines[0].ends_with(",softmax,right")
    );
    assert!(
        lines[1].starts_with("\"ada\",\"The file is as it was shipped") && lines[1].ends_with(",1"),
        "{csv}"
    );
    assert!(lines[2].starts_with("\"'=1+1|,\"\"b\"\"\","), "{csv}");
    let markdown = run(&["--markdown"]);
    assert!(markdown.contains("| =1+1\\|,\"b\" | `?` |"), "{markdown}");
    let columns: Vec<usize> =
        markdown.lines().take(4).map(|line| line.replace("\\|", "").matches('|').count()).collect();
    assert_eq!(columns, [20; 4], "{markdown}");
}

#[test]
fn bad_usage_ends_with_2_and_says_what_to_do() {
    let class = Class::new();
    class.write("a/exercises", "readme", "");
    class.write("b/exercises", "readme", "");
    for (arguments, says) in [
        (&[][..], "no FOLDER is named"),
        (&["--jsn", "a"], "there is no option --jsn"),
        (&["--json", "--csv", "a"], "choose one of"),
        (&["missing"], "missing: "),
        (&["a/exercises/readme"], "not a folder"),
        (&["a", "./a"], "named twice"),
    ] {
        let (code, stdout, stderr) = grade(class.root(), arguments.iter().copied());
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(stderr.contains(says) && stderr.lines().count() == 1, "{stderr}");
    }
    let (code, stdout, _) = grade(class.root(), ["--json", "a/exercises", "b/exercises"].into_iter());
    assert_eq!(code, Some(0));
    assert!(
        stdout.contains("{\"student\":\"a/exercises\",") && stdout.contains("{\"student\":\"b/exercises\",")
    );
    assert!(grade(class.root(), ["--help"].into_iter()).1.contains("Usage: docs/exercises/grade"));
}
