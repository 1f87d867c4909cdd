//! A measured figure that appears in several places is the same in all of them.

use testkit::book::Document;

/// Returns the rows of the Markdown table that has this cell in its head, cell by cell.
fn table(file: &str, head: &str) -> Vec<Vec<String>> {
    rows(&Document::read(file.into()).lines, head)
}

fn rows(lines: &[String], head: &str) -> Vec<Vec<String>> {
    let is_row = |line: &&String| line.starts_with('|');
    let cells = |line: &String| -> Vec<String> {
        line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let first = lines.iter().position(|line| is_row(&line) && cells(line).iter().any(|cell| cell == head));
    let first = first.unwrap_or_else(|| panic!("there is no table with {head:?} in its head"));
    lines[first..].iter().take_while(is_row).map(cells).collect()
}

/// Returns the figure of a row, from two columns of a table.
fn figures(rows: &[Vec<String>], name: usize, figure: usize) -> Vec<(String, String)> {
    rows[2..].iter().map(|row| (row[name].clone(), row[figure].clone())).collect()
}

#[test]
fn the_rungs_of_chapter_9_are_those_of_the_benchmarks() {
    let climbed = figures(&table("docs/09-how-fast.md", "µs"), 0, 1);
    let measured = figures(&table("docs/benchmarks.md", "microseconds"), 0, 1);
    assert!(measured.len() > 5);
    assert_eq!(climbed, measured);
    let number = |text: &str| text.replace(',', "").parse::<f64>().expect("a number");
    let times: Vec<f64> = measured.iter().map(|(_, microseconds)| number(microseconds)).collect();
    let chapter = Document::read("docs/09-how-fast.md".into()).lines.join(" ");
    for (rung, factor) in [(1, times[0] / times[1]), (5, times[1] / times[5])] {
        let factor = format!("{factor:.0} times as fast");
        assert!(chapter.contains(&factor), "rung {rung}: the chapter should say {factor:?}");
    }
}

#[test]
fn the_readme_s_times_are_those_of_the_benchmarks() {
    let benchmarks = Document::read("docs/benchmarks.md".into()).lines;
    let place = benchmarks.iter().position(|line| line == "### With AVX-512").expect("it is measured there");
    let measured = rows(&benchmarks[place..], "type");
    let text = benchmarks[place..].join(" ");
    // The first work's rows: threads, type and ours are written once for all contenders.
    let end = measured[3..].iter().position(|row| !row[0].is_empty()).expect("there is other work") + 3;
    let theirs = |precision: &str, name: &str| {
        let first = measured[2..end].iter().position(|row| row[2] == precision)? + 2;
        measured[first..end].iter().find(|row| row[4] == name).map(|row| row[5].clone())
    };
    let ours =
        |precision: &str| measured[2..end].iter().find(|row| row[2] == precision).map(|row| row[3].clone());
    let readme = table("README.md", "f64");
    assert_eq!(readme[0], ["", "f64", "f32"]);
    assert_eq!(readme.len(), 2 + 6);
    for row in &readme[2..] {
        let [name, f64, f32] = [0, 1, 2].map(|column| row[column].as_str());
        match name {
            "our vectorized network" => {
                assert_eq!([ours("f64"), ours("f32")], [f64, f32].map(|t| Some(t.to_owned())));
            }
            "numpy" | "PyTorch" => {
                let times = [theirs("f64", name), theirs("f32", name)];
                assert_eq!(times, [f64, f32].map(|t| Some(t.to_owned())), "{name}");
            }
            _ if f32.is_empty() => assert!(text.contains(&format!("{name} {f64}")), "{name}"),
            _ => assert!(text.contains(&format!("{name} {f64} in f64 and {f32} in f32")), "{name}"),
        }
    }
}
