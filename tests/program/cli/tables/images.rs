//! Rows that are images.

use super::{folder_with, pixels, refuses, run};

#[test]
fn the_shape_of_images_is_said_wherever_a_table_is_read_first() {
    let folder = folder_with(&[("wide.csv", &wide_images())]);
    run(&folder, "trace --data wide.csv --image 4x8 --out page.html");
    let page = std::fs::read_to_string(folder.path().join("page.html")).expect("written");
    assert!(page.contains("\"image_shape\":[4,8]"));
    let steps = run(&folder, "step --plain --data wide.csv --image 4x8 --to-step 3");
    assert!(steps.contains("32-30-4") || steps.contains("32,30,4"), "{steps}");
    run(&folder, "train --data wide.csv --image 4x8 --epochs 1 --out m.json --quiet");
    let parts = ["the model knows the shape of its images", "--image"];
    refuses(&folder, "step --plain --from m.json --data wide.csv --image 8x4", &parts);
    run(&folder, "train --data wide.csv --target pixel0 --numbers --epochs 1 --out n.json --quiet");
    let parts = ["the model was not trained on images; omit --image"];
    refuses(&folder, "step --plain --from n.json --data wide.csv --image 8x4", &parts);
}

#[test]
fn row_11_images_in_a_table_are_images_everywhere() {
    let folder = folder_with(&[("p.csv", &pixels(true)), ("wide.csv", &wide_images())]);
    run(&folder, "train --data p.csv --epochs 1 --out p.json --quiet");
    run(&folder, "train --data wide.csv --image 4x8 --epochs 1 --out wide.json --quiet");
    for (name, shape, told) in [("p", "[8,8]", "8 by 8"), ("wide", "[4,8]", "4 by 8")] {
        let told_of_weights = run(&folder, &format!("plot weights --model {name}.json --out {name}.svg"));
        assert!(told_of_weights.contains(told), "{told_of_weights}");
        run(&folder, &format!("trace --from {name}.json --data {name}.csv --out {name}.html"));
        let page = std::fs::read_to_string(folder.path().join(format!("{name}.html"))).expect("written");
        assert!(page.contains(&format!("\"image_shape\":{shape}")), "{name}");
        for command in ["predict", "evaluate"] {
            let text = run(&folder, &format!("{command} --model {name}.json --data {name}.csv"));
            assert!(text.contains(['▀', '▄']) || text.contains("   █"), "{text}");
        }
    }
}

/// Images of 4 x 8 pixels: a bright row for each of four classes.
fn wide_images() -> String {
    let row = |row: usize| {
        let pixels: Vec<&str> = (0..32).map(|pixel| if pixel / 8 == row % 4 { "255" } else { "0" }).collect();
        format!("{},{}\n", row % 4, pixels.join(","))
    };
    let names: Vec<String> = (0..32).map(|pixel| format!("pixel{pixel}")).collect();
    format!("label,{}\n", names.join(",")) + &(0..12).map(row).collect::<Vec<_>>().concat()
}
