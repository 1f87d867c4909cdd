//! A measured figure that appears in several places is the same in all of them.

use testkit::book::Document;

/// Returns the rows of the Markdown table that has this cell in its head, cell by cell.
fn table(file: &str, head: &str) -> Vec<Vec<String>> {
    let document = Document::read(file.into());
    let is_row = |line: &&String| line.starts_with('|');
    let cells = |line: &String| -> Vec<String> {
        line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let first =
        document.lines.iter().position(|line| is_row(&line) && cells(line).iter().any(|cell| cell == head));
    let first = first.unwrap_or_else(|| panic!("{file} has no table with {head:?} in its head"));
    document.lines[first..].iter().take_while(is_row).map(cells).collect()
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
    let readme = table("README.md", "our vectorized network");
    let told: Vec<(&str, &str)> =
        readme[0].iter().zip(&readme[2]).map(|(name, time)| (name.as_str(), time.as_str())).collect();
    let against = table("docs/benchmarks.md", "against");
    // work, ours, against, theirs
    let theirs = |name: &str| against.iter().find(|row| row[2].starts_with(name)).map(|row| row[3].as_str());
    for (column, name) in [
        ("numpy", "numpy, one matrix"),
        ("PyTorch", "PyTorch"),
        ("candle", "candle"),
        ("our object graph", "our object"),
    ] {
        let told = told.iter().find(|(name, _)| *name == column).map(|(_, time)| *time);
        assert_eq!(told, theirs(name), "{column}");
    }
    let last = told.iter().find(|(name, _)| *name == "our vectorized network").map(|(_, time)| *time);
    assert_eq!(last, Some(against[2][1].as_str()));
}
