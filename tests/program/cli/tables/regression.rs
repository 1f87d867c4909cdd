//! Numbers as answers.

use super::{folder_with, houses, last_epoch, refuses, run};
use testkit::cli::json_lines;

#[test]
#[ignore = "seconds in a debug build; run in release"]
fn row_4_numbers_are_learnt_whatever_the_output() {
    let folder = folder_with(&[("houses.csv", &houses(400))]);
    for output in ["sigmoid", "tanh", "relu", "identity"] {
        let options =
            format!("--data houses.csv --targets-columns 1 --activation sigmoid,{output} --epochs 60");
        let last = last_epoch(&folder, &format!("{options} --init scaled"));
        assert!(last["r2"].as_f64() > Some(0.8), "{output}: {last}");
    }
}

#[test]
fn rows_4_and_5_numbers_are_learnt_and_divergence_stops() {
    let folder = folder_with(&[("houses.csv", &houses(400))]);
    let diverging = "train --data houses.csv --target price --activation identity --rate 3 --quiet";
    refuses(&folder, diverging, &["training diverged", "try a smaller rate than 3.0, such as 0.02"]);
    let text = run(&folder, "train --data houses.csv --target price --rate 0.0000001 --epochs 1");
    assert!(text.lines().all(|line| line.chars().count() < 160), "{text}");
    let json = last_epoch(&folder, "--data houses.csv --target price --epochs 20");
    assert!(
        json["rmse"].as_f64().is_some_and(|rmse| rmse < 40_000.0) && json["r2"].as_f64() > Some(0.95),
        "{json}"
    );
    run(&folder, "train --data houses.csv --target price --epochs 20 --out m.json --quiet");
    let evaluated = &json_lines(&run(&folder, "evaluate --model m.json --data houses.csv --json"))[0];
    assert_eq!((&evaluated["rmse"], &evaluated["r2"]), (&json["rmse"], &json["r2"]));
    let predicted = &json_lines(&run(&folder, "predict --model m.json --input 5,140,1962 --json"))[0];
    let exact = 1000.0 * f64::from((20 * 5000 + 2500 * 140 + 300 * 62) / 1000 + 35);
    assert!((predicted["outputs"][0].as_f64().expect("a number") - exact).abs() < 60_000.0, "{predicted}");
    assert_eq!(predicted["names"], serde_json::json!(["price"]));
}

#[test]
fn row_6_the_cross_entropy_needs_numbers_from_0_to_1() {
    let folder = folder_with(&[("t.csv", "x,y\n1,0.5\n2,3.5\n"), ("fit.csv", "x,y\n1,0.5\n2,0.25\n")]);
    let parts = ["the cross-entropy needs numbers from 0 to 1, but there is 3.5"];
    refuses(&folder, "train --data t.csv --cost cross-entropy", &parts);
    run(&folder, "train --data fit.csv --cost cross-entropy --epochs 1");
}

#[test]
#[ignore = "seconds in a debug build; run in release"]
fn twenty_thousand_houses_are_learnt_as_well_as_by_least_squares() {
    let table = houses(20_000);
    let folder = folder_with(&[("houses.csv", &table)]);
    let ours = last_epoch(&folder, "--data houses.csv --target price")["r2"].as_f64().expect("a share");
    let rows: Vec<Vec<f64>> = table
        .lines()
        .skip(1)
        .map(|line| line.split(',').map(|field| field.parse().expect("a number")).collect())
        .collect();
    let theirs = least_squares(&rows);
    assert!((ours - theirs).abs() < 0.02, "{ours} {theirs}");
}

/// R² of the best linear function of all columns but the last, from the normal equations of centred columns.
fn least_squares(rows: &[Vec<f64>]) -> f64 {
    let (count, columns) = (rows.len() as f64, rows[0].len());
    let means: Vec<f64> = (0..columns).map(|j| rows.iter().map(|row| row[j]).sum::<f64>() / count).collect();
    let product = |i: usize, j: usize| -> f64 {
        rows.iter().map(|row| (row[i] - means[i]) * (row[j] - means[j])).sum()
    };
    let last = columns - 1;
    let mut system: Vec<Vec<f64>> =
        (0..last).map(|i| (0..columns).map(|j| product(i, j)).collect()).collect();
    let right: Vec<f64> = system.iter().map(|row| row[last]).collect();
    for pivot in 0..last {
        for below in 0..last {
            if below != pivot {
                let factor = system[below][pivot] / system[pivot][pivot];
                let above = system[pivot].clone();
                for (number, above) in system[below].iter_mut().zip(above).skip(pivot) {
                    *number -= factor * above;
                }
            }
        }
    }
    let explained: f64 = (0..last).map(|i| right[i] * system[i][last] / system[i][i]).sum();
    explained / product(last, last)
}
