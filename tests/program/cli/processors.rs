//! The same bits on every machine: training on an old processor, on one with AVX2, on AArch64, on Windows and here
//! writes the same file.
//!
//! QEMU emulates the other processors, Wine runs the Windows program. Where QEMU is missing the test says so and
//! passes; under CI (`CI=true`) that is a failure.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use backprop::vectorized::{Network, set_multiply_add};
use backprop::{Engine, MiniBatchStep};

const PROGRAM: &str = env!("CARGO_BIN_EXE_backprop");

/// Processors, and whether they have AVX2, AVX-512, and the instruction that adds a product with one rounding.
const PROCESSORS: [(&str, &str); 2] =
    [("Nehalem", "avx2 false, avx512f false, fma false"), ("Haswell", "avx2 true, avx512f false, fma true")];

/// One sample per step and mini-batches, every activation function, on layers of one lane and of many.
const RUNS: [&str; 8] = [
    "--sizes 784,30,10",
    "--sizes 784,70,10 --activation tanh",
    "--sizes 784,9,17,10 --activation relu,sigmoid,tanh --init scaled",
    "--sizes 784,30,10 --batch 7 --l2 0.1 --dropout 0.3",
    "--sizes 784,70,10 --batch 50 --cost cross-entropy --threads 2",
    "--sizes 784,70,10 --activation tanh --precision f32",
    "--sizes 784,30,10 --batch 7 --l2 0.1 --dropout 0.3 --precision f32",
    "--sizes 784,70,10 --batch 50 --cost cross-entropy --threads 3 --precision f32",
];

/// Returns `program`, to be run on another processor.
fn on(processor: &str, program: &Path) -> Command {
    let mut command = Command::new("qemu-x86_64");
    command.args(["-cpu", processor]).arg(program);
    // QEMU warns of features it does not emulate.
    command.stderr(Stdio::null());
    command
}

fn qemu_is_missing() -> bool {
    let found =
        Command::new("qemu-x86_64").arg("--version").output().is_ok_and(|output| output.status.success());
    if !found {
        assert!(
            std::env::var("CI").as_deref() != Ok("true"),
            "qemu-user is not installed, and CI must run this test"
        );
        eprintln!("qemu-x86_64 is not installed: nothing was tested (apt-get install qemu-user)");
    }
    !found
}

#[test]
#[ignore = "half a minute in a debug build; run in release, whose inner loops are the real ones"]
fn weights_are_the_same_bits_on_every_processor() {
    if qemu_is_missing() {
        return;
    }
    for (processor, _) in PROCESSORS {
        assert_same_weights(processor, || on(processor, Path::new(PROGRAM)));
    }
}

#[test]
#[ignore = "needs a program built for AArch64, as .ci/aarch64 builds it; BACKPROP_AARCH64 names it"]
fn weights_are_the_same_bits_on_aarch64() {
    assert_same_weights_by("BACKPROP_AARCH64", "qemu-aarch64");
}

#[test]
#[ignore = "needs a program built for Windows, as .ci/windows builds it; BACKPROP_WINDOWS names it"]
fn weights_are_the_same_bits_on_windows() {
    assert_same_weights_by("BACKPROP_WINDOWS", "wine");
}

/// Returns the program that an environment variable names, run by `player`.
fn assert_same_weights_by(variable: &str, player: &str) {
    let Some(program) = std::env::var_os(variable) else {
        eprintln!("{variable} names no program: nothing was tested");
        return;
    };
    assert_same_weights(player, || {
        let mut command = Command::new(player);
        command.arg(&program);
        command
    });
}

fn assert_same_weights(processor: &str, elsewhere: impl Fn() -> Command) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let train = |mut program: Command, run: &str| {
        program.args(["train", "--train-limit", "150", "--test-limit", "10", "--epochs", "1", "--quiet"]);
        program.args(run.split(' ')).args(["--out", "model.json"]).current_dir(&folder);
        assert!(program.status().expect("the program runs").success(), "{run}");
        std::fs::read(folder.path().join("model.json")).expect("a model")
    };
    for run in RUNS {
        let here = train(Command::new(PROGRAM), run);
        assert!(train(elsewhere(), run) == here, "{processor}, {run}");
    }
}

#[test]
#[ignore = "of use only with the tests that compare processors, which are run in release"]
fn the_emulated_processors_have_other_instructions() {
    if qemu_is_missing() {
        return;
    }
    let test = std::env::current_exe().expect("a test knows its own path");
    for (processor, instructions) in PROCESSORS {
        let mut command = on(processor, &test);
        command.args([
            "--exact",
            "processors::products_are_added_by_the_instruction_where_there_is_one",
            "--nocapture",
        ]);
        let output = command.output().expect("QEMU runs");
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(printed.contains(instructions), "{processor}: {printed}");
    }
}

#[test]
fn products_are_added_by_the_instruction_where_there_is_one() {
    // What is set below is called by kernels that have no such instruction, and by no others.
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    let (avx2, avx512f) = (is_x86_feature_detected!("avx2"), is_x86_feature_detected!("avx512f"));
    let fma = is_x86_feature_detected!("fma");
    println!("avx2 {avx2}, avx512f {avx512f}, fma {fma}");

    assert!(set_multiply_add(|sums, numbers, factor| {
        CALLS.fetch_add(1, Ordering::Relaxed);
        sums.iter_mut().zip(numbers).for_each(|(sum, number)| *sum = number.mul_add(factor, *sum));
    }));
    let count = |train: &mut dyn FnMut()| {
        let before = CALLS.load(Ordering::Relaxed);
        train();
        CALLS.load(Ordering::Relaxed) - before
    };
    // Walks, products, and a layer of each height.
    for sizes in [[50, 8, 10], [50, 16, 10], [50, 24, 10], [50, 300, 10]] {
        let mut network = Network::new(&sizes, 1);
        let (samples, labels) = (vec![0.3; 50 * 40], vec![0.1; 10 * 40]);
        let one_by_one = count(&mut || _ = network.train_each(&labels, &samples, 0.1));
        let together =
            count(&mut || _ = network.train_mini_batch(&labels, &samples, &MiniBatchStep::plain(0.1)));
        assert_eq!([one_by_one > 0, together > 0], [!fma; 2], "{sizes:?}: {one_by_one}, {together}");
    }
}
