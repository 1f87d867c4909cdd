//! Which column is taken for what is to be learnt.

use std::fmt::Write as _;

use super::{folder_with, houses, numbers, pixels, refuses, run};

#[test]
fn row_1_a_table_of_pixels_with_its_label_first_is_read_so_or_refused() {
    let folder = folder_with(&[("named.csv", &pixels(true)), ("bare.csv", &pixels(false))]);
    let text = run(&folder, "train --data named.csv --test-data named.csv --epochs 1 --sizes 64,10,10");
    let told = "Column 1, label, is the class: 4 classes; 64 inputs, images of 8x8, each value / 255.";
    assert!(text.contains(told), "{text}");
    assert!(run(&folder, "train --data named.csv --epochs 1").starts_with("Training 64-30-4 on "));
    refuses(&folder, "train --data bare.csv", &["column 65", "is the same in all 48 rows", "--target"]);
    let text = run(&folder, "train --data bare.csv --target 1 --epochs 1");
    assert!(text.starts_with("Training 64-30-4 on "), "{text}");
}

#[test]
fn row_3_whole_numbers_with_many_values_are_not_classes() {
    for rows in [40, 400] {
        let folder = folder_with(&[("houses.csv", &houses(rows))]);
        let parts = ["column 4, price, is taken for the class", "--target NAME", "--numbers"];
        refuses(&folder, "train --data houses.csv", &parts);
        let text = run(&folder, "train --data houses.csv --target price --epochs 1");
        assert!(text.starts_with("Training 3-8-1 on "), "{text}");
        assert!(text.contains("Column 4, price, is the number to predict; 3 inputs"), "{text}");
    }
}

#[test]
fn row_9_the_class_may_be_first_and_names_may_be_numbers() {
    let mut wine = String::new();
    for (row, number) in numbers(1200).take(90).enumerate() {
        let class = row % 3 + 1;
        writeln!(wine, "{class},{}.5,{}", 10 * class + row % 4, 300 + number).expect("in memory");
    }
    let folder = folder_with(&[("wine.csv", &wine), ("odd.csv", "0,1,target\n5,1,x\n3,8,y\n4,4,x\n")]);
    refuses(&folder, "train --data wine.csv", &["column 3 is taken for the class, but has", "--target"]);
    let text = run(&folder, "train --data wine.csv --target 1 --epochs 1");
    assert!(text.contains("Column 1 is the class: 3 classes; 2 inputs."), "{text}");
    let text = run(&folder, "train --data odd.csv --epochs 1");
    assert!(
        text.contains("3 samples") && text.contains("Column 3, target, is the class: 2 classes"),
        "{text}"
    );
}
