//! Counts of one: no command writes "1 samples".

use crate::limits::{backprop, folder, run, write};

#[test]
fn a_count_of_one_has_a_noun_in_the_singular() {
    let folder = folder();
    write(&folder, "one.csv", "0.5,a\n");
    write(&folder, "two.csv", "0.5,0.25,a\n0.25,0.5,b\n");
    write(&folder, "wide.csv", "1,2,a\n3,b\n");
    write(&folder, "narrow.csv", "1\n2\n");
    let train = "train --data two.csv --classes --sizes 2,1,2 --epochs 1 --out m.json --checkpoint run";
    run(&mut backprop(train, &folder)).succeeded();
    let mut seen = 0;
    for arguments in [
        "train --data one.csv --classes --sizes 1,1,1 --epochs 1",
        "train --data two.csv --classes --train-limit 1 --test-limit 1 --epochs 1",
        "train --data two.csv --classes --validation 1 --epochs 1",
        "train --data two.csv --numbers --target 1 --ignore 3 --epochs 1",
        "train --data one.csv --sizes 2,2,1",
        "train --data two.csv --sizes 1,2,1",
        "train --data two.csv --numbers --target 1 --ignore 3 --sizes 1,2,2",
        "train --data wide.csv",
        "train --data narrow.csv",
        "train --resume run --epochs 1",
        "evaluate --model m.json --data one.csv",
        "predict --model m.json --input 1",
        "predict --model m.json --data two.csv --index 0",
        "predict --model m.json --image nowhere.png",
        "check --sizes 1,1,1 --samples 1",
        "check --sizes 1,1,1 --data one.csv",
        "check --list-faults",
        "step --plain --sizes 1,1,1",
        "step --questions --sizes 1,1,1",
        "compare --sizes 1,1,1 --samples 1",
        "dump --sizes 1,1,1",
        "plot regions --data xor --epochs 1 --out a.svg",
        "plot weights --model m.json --out b.svg",
        "plot weights --model m.json --columns 7 --out c.svg",
        "plot runs run --out d.svg",
        "export --model m.json --out w.safetensors",
        "export --model m.json --to torch --data two.csv --classes --train-limit 1 --epochs 1 --out torch",
        "trace --sizes 1,1,1 --out page.html",
        "plot landscape --model m.json --data two.csv --steps 3 --out e.svg",
    ] {
        let ended = run(&mut backprop(arguments, &folder));
        assert!(matches!(ended.status, Some(0 | 2)), "{arguments}: {ended:?}");
        let text = format!("{}\n{}", ended.stdout, ended.stderr);
        let words: Vec<&str> =
            text.split(|letter: char| letter.is_whitespace() || "(){}[]\";:".contains(letter)).collect();
        for pair in words.windows(2).filter(|pair| pair[0] == "1") {
            seen += 1;
            let noun = pair[1].trim_end_matches([',', '.']);
            let is_plural = noun.len() > 3
                && noun.ends_with('s')
                && !noun.ends_with("ss")
                && !noun.ends_with("as")
                && noun != "disagrees";
            assert!(!is_plural, "{arguments}: 1 {noun} in {text}");
        }
    }
    assert!(seen > 20, "only {seen} counts of one were seen");
}
