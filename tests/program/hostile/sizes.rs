//! Files and numbers that are too large, or claim to be, are refused.

use std::io::Write as _;
use std::process::{Command, Stdio};

use backprop::data_set::idx;
use flate2::{Compression, write::GzEncoder};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

use crate::limits::{after, backprop, folder, model, run, wait, wait_until_it_listens, write};

/// One thing may take half of two gigabytes here.
const SMALL_MACHINE: &str = "ulimit -v 2000000";

#[test]
fn counts_from_the_command_line_have_limits_that_follow_from_memory() {
    let folder = folder();
    for (arguments, parts) in [
        ("check --samples 1000000000", ["--samples 1000000000 takes", "--samples may be up to "]),
        ("train --sizes 784,330000,10", ["sizes 784,330000,10 take", "make a layer smaller"]),
        (
            "train --sizes 784,330000,10 --engine object",
            ["sizes 784,330000,10 take", "of memory can be used"],
        ),
        ("check --sizes 30000,8000,2", ["sizes 30000,8000,2 take", "make a layer smaller"]),
        ("step --plain --sizes 30000,1000,2", ["sizes 30000,1000,2 take", "make a layer smaller"]),
        ("plot regions --data xor --sizes 2,9000000,1 --out x.svg", ["take", "make a layer smaller"]),
        ("plot regions --data xor --sizes 2,400000000,1 --out x.svg", ["400000000", "make a layer smaller"]),
        (
            "plot regions --data xor --epochs 4000000000 --out x.svg",
            ["--epochs 4000000000 takes", "may be up to "],
        ),
        ("train --data xor --epochs 4000000000", ["--epochs 4000000000 takes", "--epochs may be up to "]),
        ("dot --sizes 30000,1000,2", ["sizes 30000,1000,2 take", "make a layer smaller"]),
        ("compare --sizes 784,100000,10", ["sizes 784,100000,10 take", "make a layer smaller"]),
    ] {
        run(&mut after(SMALL_MACHINE, arguments, &folder)).refused(&parts);
    }
    let many = vec!["0"; 101].join(",");
    run(&mut backprop(&format!("plot regions --data xor --epochs {many} --out x.svg"), &folder))
        .refused(&["--epochs asks for 101 pictures", "make several drawings"]);
    // More than any machine has.
    run(&mut backprop("check --samples 4000000000 --sizes 3000,4,2", &folder))
        .refused(&["--samples may be up to "]);
}

/// Makes a file of this length that takes no room on the disk.
fn sparse(folder: &TempDir, name: &str, beginning: &[u8], length: u64) {
    let mut file = std::fs::File::create(folder.path().join(name)).expect("new");
    file.write_all(beginning).expect("writable");
    file.set_len(length).expect("holes are allowed here");
}

/// Returns the first bytes of an IDX file.
fn header(dimensions: &[u32]) -> Vec<u8> {
    let numbers = dimensions.iter().flat_map(|number| number.to_be_bytes());
    [0, 0, 8, dimensions.len() as u8].into_iter().chain(numbers).collect()
}

#[test]
fn a_file_longer_than_its_header_says_or_memory_holds_is_not_read() {
    let folder = folder();
    let labels = idx::encode(&[2], &[0, 1]);
    for part in ["train", "t10k"] {
        write(&folder, format!("{part}-labels-idx1-ubyte"), &labels);
        write(&folder, format!("{part}-images-idx3-ubyte"), idx::encode(&[2, 1, 2], &[0, 9, 9, 0]));
    }
    let evaluate = "train --data . --epochs 1";
    run(&mut backprop(evaluate, &folder)).succeeded();
    sparse(&folder, "train-images-idx3-ubyte", &header(&[2, 1, 2]), 12 << 30);
    run(&mut backprop(evaluate, &folder)).refused(&["has more than the 4 values its header announces"]);
    // Images without labels are not read.
    sparse(&folder, "train-images-idx3-ubyte", &header(&[1 << 24, 28, 28]), 16 + (784 << 24));
    run(&mut backprop(evaluate, &folder)).refused(&["2 labels, but", "holds 16777216 images"]);
    sparse(&folder, "train-images-idx3-ubyte", &header(&[2, 1 << 16, 1 << 15]), 16 + (1 << 32));
    run(&mut after(SMALL_MACHINE, evaluate, &folder)).refused(&["more than the", "memory has room for"]);

    for (name, beginning) in [("zeros", b"".as_slice()), ("model", br#"{"sizes":[2,1],"weights":[[[1,2"#)] {
        sparse(&folder, name, beginning, 8 << 30);
        run(&mut backprop(&format!("evaluate --model {name}"), &folder)).refused(&[name]);
        run(&mut after(SMALL_MACHINE, &format!("evaluate --model {name}"), &folder))
            .refused(&["memory has room for"]);
        run(&mut backprop(&format!("predict --model {name} --image {name}"), &folder)).refused(&[name]);
    }
    model(&folder);
    run(&mut backprop("predict --model model.json --image zeros", &folder))
        .refused(&["too long for a picture"]);
    for first_line in [
        "backprop-checkpoint 1 crc32 00000000 bytes 9\n",
        "backprop-checkpoint 1 crc32 00000000 bytes 8589934592\n",
    ] {
        sparse(&folder, "run", first_line.as_bytes(), first_line.len() as u64 + (8 << 30));
        run(&mut after(SMALL_MACHINE, "train --resume run", &folder)).refused(&["run"]);
    }
    sparse(&folder, "run", b"backprop-checkpoint 1 crc32 00000000 bytes 9\n", 8 << 30);
    run(&mut backprop("train --resume run", &folder)).refused(&["damaged", "promises 9"]);
    sparse(&folder, "table.csv", b"1,2,a\n", 8 << 30);
    run(&mut after(SMALL_MACHINE, "train --data table.csv", &folder)).refused(&["memory has room for"]);
}

#[test]
fn what_is_zipped_is_expanded_no_further_than_its_header_says() {
    let folder = folder();
    let zipped = |name: &str, beginning: &[u8], zeros: usize| {
        let file = std::fs::File::create(folder.path().join(name)).expect("new");
        let mut encoder = GzEncoder::new(file, Compression::fast());
        encoder.write_all(beginning).expect("writable");
        let block = vec![0; 1 << 20];
        (0..zeros >> 20).for_each(|_| encoder.write_all(&block).expect("writable"));
        encoder.finish().expect("writable");
    };
    zipped("t10k-labels-idx1-ubyte.gz", &idx::encode(&[2], &[0, 1]), 0);
    zipped("train-labels-idx1-ubyte.gz", &idx::encode(&[2], &[0, 1]), 0);
    zipped("t10k-images-idx3-ubyte.gz", &idx::encode(&[2, 1, 2], &[0; 4]), 0);
    zipped("train-images-idx3-ubyte.gz", &header(&[2, 1, 2]), 256 << 20);
    run(&mut backprop("train --data .", &folder)).refused(&["has more than the 4 values"]);
    zipped("train-images-idx3-ubyte.gz", &header(&[2, 1 << 14, 1 << 13]), 256 << 20);
    run(&mut after("ulimit -v 600000", "train --data .", &folder)).refused(&["memory has room for"]);
}

#[test]
fn a_palette_that_ends_in_the_middle_of_a_colour_is_damage() {
    let folder = folder();
    model(&folder);
    for length in [1, 2, 4, 5, 767] {
        let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
        let mut chunk = |kind: &[u8], data: &[u8]| {
            let mut crc = flate2::Crc::new();
            crc.update(kind);
            crc.update(data);
            bytes.extend((data.len() as u32).to_be_bytes());
            bytes.extend([kind, data].concat());
            bytes.extend(crc.sum().to_be_bytes());
        };
        chunk(b"IHDR", &[0, 0, 0, 2, 0, 0, 0, 4, 8, 3, 0, 0, 0]);
        chunk(b"PLTE", &vec![7; length]);
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(&[0; 12]).expect("memory");
        chunk(b"IDAT", &zlib.finish().expect("memory"));
        chunk(b"IEND", b"");
        write(&folder, "palette.png", &bytes);
        run(&mut backprop("predict --model model.json --as-is --image palette.png", &folder))
            .refused(&["palette.png: ", "save it again"]);
    }
}

#[test]
fn a_small_stack_and_deep_nesting_do_no_harm() {
    let folder = folder();
    model(&folder);
    for arguments in [
        "train --data bits --epochs 1 --quiet",
        "evaluate --model model.json --data bits",
        "check",
        "train --help",
    ] {
        run(&mut after("ulimit -s 64", arguments, &folder)).succeeded();
    }
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{}0{}", open.repeat(100_000), close.repeat(100_000));
        write(&folder, "deep.json", &deep);
        write(&folder, "inside.json", format!("{{\"extra\": {deep}}}"));
        for name in ["deep.json", "inside.json"] {
            run(&mut after("ulimit -s 64", &format!("evaluate --model {name}"), &folder))
                .refused(&["not a model file"]);
        }
    }
}

#[test]
fn long_work_ends_when_it_is_asked_to() {
    let folder = folder();
    model(&folder);
    for arguments in [
        "check --sizes 784,300,10 --all",
        "compare --samples 10000 --plot times.svg",
        "tour",
        "plot landscape --model model.json --data bits --steps 201 --out landscape.svg",
        "plot regions --data moons --sizes 2,300,300,2 --epochs 10000 --out regions.svg",
        "step --plain --data digits --train-limit 1000",
    ] {
        for (signal, status) in
            [(Signal::SIGINT, 130), (Signal::SIGTERM, 143), (Signal::SIGHUP, 129), (Signal::SIGQUIT, 131)]
        {
            let mut command = Command::new("env");
            command.args(["--default-signal=HUP", env!("CARGO_BIN_EXE_backprop")]).args(arguments.split(' '));
            command.current_dir(&folder).stdout(Stdio::null()).stderr(Stdio::piped());
            let child = command.spawn().expect("it starts");
            wait_until_it_listens(child.id());
            kill(Pid::from_raw(child.id() as i32), signal).expect("ours");
            assert_eq!(wait(child).status, Some(status), "{arguments}");
        }
    }
    assert_eq!(crate::limits::names(&folder), ["model.json"]);
}
