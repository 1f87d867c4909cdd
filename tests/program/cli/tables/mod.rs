//! Tables as people have them, each with its own small file: what is taken for what, and what is said about it.

mod advice;
mod asked;
mod columns;
mod exports;
mod images;
mod messages;
mod regression;

use std::fmt::Write as _;

use serde_json::Value;
use tempfile::TempDir;

use testkit::cli::{backprop, json_lines, refusal, success, write};

/// A folder with these files.
fn folder_with(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        write(&folder.path().join(name), text.as_bytes());
    }
    folder
}

fn run(folder: &TempDir, arguments: &str) -> String {
    success(backprop(arguments).current_dir(folder))
}

fn refuses(folder: &TempDir, arguments: &str, parts: &[&str]) {
    let sentence = refusal(backprop(arguments).current_dir(folder));
    for part in parts {
        assert!(sentence.contains(part), "{arguments}: {sentence}");
    }
}

/// The last line of `train --json`.
fn last_epoch(folder: &TempDir, arguments: &str) -> Value {
    json_lines(&run(folder, &format!("train {arguments} --json"))).pop().expect("an epoch")
}

/// Numbers that look random, from 0 to below `end`.
fn numbers(end: u64) -> impl Iterator<Item = u64> {
    let mut state = 1u64;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % end
    })
}

/// Houses with prices in whole thousands; noise of 20,000.
fn houses(rows: usize) -> String {
    let mut text = "rooms,area,year,price\n".to_owned();
    let mut draw = numbers(1000);
    for _ in 0..rows {
        let mut next = |low: u64, high: u64| low + draw.next().unwrap_or(0) * (high - low) / 1000;
        let (rooms, area, year, noise) = (next(1, 9), next(30, 250), next(1900, 2024), next(0, 70));
        let price = (20_000 * rooms + 2500 * area + 300 * (year - 1900)) / 1000 + noise;
        writeln!(text, "{rooms},{area},{year},{}", 1000 * price).expect("in memory");
    }
    text
}

/// Images of 8 x 8 pixels, label first: a bright column for each of four classes.
fn pixels(header: bool) -> String {
    let names: Vec<String> = (0..64).map(|pixel| format!("pixel{pixel}")).collect();
    let mut text = if header { format!("label,{}\n", names.join(",")) } else { String::new() };
    let mut draw = numbers(256);
    for row in 0..48 {
        let class = row * 7 % 4;
        let pixels: Vec<String> = (0..64)
            .map(|pixel| {
                if pixel == 63 {
                    0
                } else if pixel % 8 == 2 * class {
                    255
                } else {
                    draw.next().unwrap_or(0) / 3
                }
            })
            .map(|pixel| pixel.to_string())
            .collect();
        writeln!(text, "{class},{}", pixels.join(",")).expect("in memory");
    }
    text
}
