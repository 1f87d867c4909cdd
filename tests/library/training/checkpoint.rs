//! Checkpoints: an interrupted run ends like one that was not, and damage is noticed.

use std::ops::ControlFlow;
use std::path::Path;

use backprop::data_set::{Answers, DataSet, Pixels, Source, Standardization};
use backprop::gradient_check::Precision;
use backprop::training::{Beginning, Checkpoint, EpochReport, Options, RunConfig, Trainer, TrainingState};
use backprop::training::{DataRecord, Fingerprint, Outputs};
use backprop::{Activation, Architecture, Cost, Engine, Parameters, WeightInit, graph, vectorized};
use proptest::prelude::*;

/// 23 images of 2x3 pixels in three classes, from a little arithmetic.
fn images() -> DataSet {
    let bytes = (0..23 * 6).map(|i| (i * i * 37 + i * 11) as u8).collect();
    DataSet::images(2, 3, bytes, (0..23).map(|i| (i * 7 % 3) as u8).collect(), Pixels::Scaled)
}

fn architecture() -> Architecture {
    Architecture::new(&[6, 5, 3]).with_cost(Cost::CrossEntropy)
}

fn engine(kind: &str, threads: usize, architecture: &Architecture) -> Box<dyn Engine> {
    if kind == "object" {
        return Box::new(graph::Network::try_new(architecture).expect("a network"));
    }
    let mut network = vectorized::Network::try_new(architecture).expect("a network");
    network.set_threads(threads).expect("threads");
    Box::new(network)
}

fn beginning(kind: &str, options: Options, data: &DataSet) -> Checkpoint {
    let architecture = architecture();
    let parameters = WeightInit::Normal.draw(&architecture, options.seed);
    let state = TrainingState::new(&options);
    let config = RunConfig {
        precision: Precision::F64,
        engine: kind.to_owned(),
        architecture,
        data: DataRecord {
            source: Source::Digits,
            meaning: data.meaning().clone(),
            train_limit: None,
            test_limit: None,
            held_out: 0,
            fingerprints: vec![Fingerprint::of(data), Fingerprint::of(data)],
        },
        options,
        outputs: Outputs { checkpoint_every: 1, ..Outputs::default() },
        beginning: Beginning::default(),
    };
    Checkpoint { config, parameters, state }
}

/// Trains until the run is over or `steps` looks at the keyboard have passed. Returns the state at the end, as a file
/// holds it.
fn train(from: &Checkpoint, steps: usize, threads: usize, data: &DataSet) -> Checkpoint {
    let mut engine = engine(&from.config.engine, threads, &from.config.architecture);
    engine.set_parameters(&from.parameters);
    let held_out = (from.config.data.held_out > 0).then_some(data);
    let trainer = Trainer::new(from.config.options.clone(), data, held_out, data).expect("options");
    let mut trainer = trainer.resume(from.state.clone());
    let mut steps_left = steps;
    while !trainer.is_finished() && steps_left > 0 {
        let watch = &mut |_| {
            steps_left = steps_left.saturating_sub(1);
            if steps_left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        trainer.run_epoch(engine.as_mut(), watch).expect("finite weights");
    }
    let mut after = from.clone();
    after.update(engine.as_ref(), trainer.state());
    Checkpoint::from_bytes(&after.to_bytes().expect("finite")).expect("our own file")
}

fn bits(parameters: &Parameters) -> Vec<u64> {
    parameters.iter().map(f64::to_bits).collect()
}

/// Everything but the time it took.
fn assert_same_run(one: &Checkpoint, other: &Checkpoint) {
    assert_eq!(bits(&one.parameters), bits(&other.parameters));
    assert_eq!(one.state.schedule, other.state.schedule);
    assert_eq!(one.state.stopped, other.state.stopped);
    let best = |run: &Checkpoint| run.state.best_parameters.as_ref().map(bits);
    assert_eq!(best(one), best(other));
    assert_eq!(one.state.history.len(), other.state.history.len());
    for (a, b) in one.state.history.iter().zip(&other.state.history) {
        let found = |report: &EpochReport| {
            let EpochReport { rate, test, validation, train, is_best, .. } = report.clone();
            (report.train_cost.to_bits(), rate, test, validation, train, is_best)
        };
        assert_eq!(found(a), found(b));
    }
}

fn mini_batches() -> Options {
    Options {
        epochs: Some(6),
        rate: 2.0,
        batch: 4,
        l2: 0.1,
        dropout: 0.3,
        seed: 5,
        halve_rate: Some(2),
        keep_best: true,
        ..Options::default()
    }
}

#[test]
fn a_run_interrupted_after_any_mini_batch_comes_out_the_same() {
    let data = images();
    let start = beginning("vectorized", mini_batches(), &data);
    let uninterrupted = train(&start, usize::MAX, 1, &data);
    // Six steps per epoch, the last one of three samples.
    for steps in 1..36 {
        let interrupted = train(&start, steps, 2, &data);
        assert_eq!(interrupted.state.epochs_done * 6 + interrupted.state.samples_done.div_ceil(4), steps);
        assert_same_run(&train(&interrupted, usize::MAX, 3, &data), &uninterrupted);
    }
}

#[test]
fn a_run_interrupted_between_samples_comes_out_the_same() {
    // More than the hundred samples between two looks at the keyboard.
    let repeat = |data: &DataSet| -> (Vec<u8>, Vec<u8>) {
        let samples = (0..12).flat_map(|_| 0..data.len());
        samples.map(|i| (data.image(i).expect("an image").to_vec(), data.class(i) as u8)).fold(
            Default::default(),
            |mut all, (image, class)| {
                all.0.extend(image);
                all.1.push(class);
                all
            },
        )
    };
    let (bytes, classes) = repeat(&images());
    let data = DataSet::images(2, 3, bytes, classes, Pixels::Scaled);
    for kind in ["object", "vectorized"] {
        let options = Options { epochs: Some(3), seed: 9, ..Options::default() };
        let start = beginning(kind, options, &data);
        let uninterrupted = train(&start, usize::MAX, 1, &data);
        let mut interrupted = start;
        for _ in 0..8 {
            interrupted = train(&interrupted, 1, 1, &data);
            assert!(interrupted.state.epochs_done < 3);
        }
        assert_eq!((interrupted.state.epochs_done, interrupted.state.samples_done), (2, 200));
        assert_same_run(&train(&interrupted, usize::MAX, 1, &data), &uninterrupted);
    }
}

#[test]
fn a_damaged_byte_anywhere_is_noticed() {
    let data = images();
    let whole = train(&beginning("object", Options::default(), &data), 3, 1, &data);
    let bytes = whole.to_bytes().expect("finite");
    for place in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[place] ^= 0x10;
        match Checkpoint::from_bytes(&damaged) {
            Err(problem) => assert!(!problem.to_string().contains('\n'), "{problem}"),
            Ok(read) => assert_eq!(read, whole, "byte {place}"),
        }
        assert!(Checkpoint::from_bytes(&bytes[..place]).is_err(), "cut at {place}");
    }
    assert_eq!(Checkpoint::from_bytes(&bytes).expect("whole"), whole);
}

#[test]
fn a_checkpoint_that_contradicts_itself_is_refused() {
    let data = images();
    let whole = train(&beginning("object", Options::default(), &data), 3, 1, &data);
    let refusal = |change: &dyn Fn(&mut Checkpoint)| {
        let mut changed = whole.clone();
        change(&mut changed);
        changed.to_bytes().expect_err("contradicts itself").to_string()
    };
    assert!(
        refusal(&|c| c.config.architecture = Architecture::new(&[6, 4, 3]))
            .contains("do not fit sizes 6,4,3")
    );
    assert!(refusal(&|c| c.config.architecture.activations[1] = Activation::Relu).contains("sigmoid"));
    assert!(refusal(&|c| c.parameters.layers[0].biases[0] = f64::NAN).contains("infinite or not a number"));
    assert!(refusal(&|c| c.config.options.rate = -1.0).contains("rate"));
    assert!(refusal(&|c| c.state.samples_done = 23).contains("is at sample 23 of 23"));
    assert!(refusal(&|c| c.state.epochs_done += 1).contains("reports"));
    assert!(refusal(&|c| c.state.schedule.best_epoch = 99).contains("best epoch"));
    assert!(refusal(&|c| c.config.outputs.checkpoint_every = 0).contains("every 0 epochs"));
    assert!(refusal(&|c| c.config.outputs.save_every = Some(0)).contains("every 0 epochs"));
    assert!(refusal(&|c| c.state.schedule.rate = 0.0).contains("its rate, cost or best epoch"));
    assert!(refusal(&|c| c.state.schedule.rate = f64::INFINITY).contains("its rate, cost or best epoch"));
    let mut other = whole.parameters.clone();
    other.layers.truncate(1);
    assert!(refusal(&|c| c.state.best_parameters = Some(other.clone())).contains("do not fit sizes 6,5,3"));
    let mut last = whole.clone();
    last.state.samples_done = 22;
    last.config.outputs.save_every = Some(1);
    last.state.schedule.best_epoch = last.state.epochs_done;
    last.to_bytes().expect("the last place before the end");
}

#[test]
fn what_the_rules_remember_is_held_against_the_epochs_that_are_done() {
    let data = images();
    let start = beginning("object", Options { halve_rate: Some(9), ..Options::default() }, &data);
    let whole = train(&start, 3, 1, &data);
    assert_eq!(whole.state.epochs_done, 3);
    let text = String::from_utf8(whole.to_bytes().expect("finite")).expect("text");
    let body = text.lines().nth(1).expect("two lines");
    let with = |key: &str, value: u32| {
        let mut json: serde_json::Value = serde_json::from_str(body).expect("JSON");
        assert!(json["state"]["schedule"][key].is_u64(), "{key}");
        json["state"]["schedule"][key] = value.into();
        let body = json.to_string();
        let mut crc = flate2::Crc::new();
        crc.update(body.as_bytes());
        let header = format!("backprop-checkpoint 1 crc32 {:08x} bytes {}\n", crc.sum(), body.len());
        Checkpoint::from_bytes((header + &body).as_bytes())
    };
    // The rate is at 1/128 after seven halvings, and then training ends.
    for (key, most) in [("best_epoch", 3), ("stalled_since", 3), ("halvings", 7)] {
        assert!(with(key, most).is_ok(), "{key} {most}");
        let problem = with(key, most + 1).expect_err(key).to_string();
        assert!(problem.contains("is impossible"), "{problem}");
    }
}

#[test]
fn a_checkpoint_is_told_by_its_beginning_and_a_whole_one_by_its_checksum() {
    let data = images();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("run");
    assert!(!Checkpoint::is_at(&path) && !Checkpoint::is_whole_at(&path), "nothing is there");
    let bytes = beginning("object", Options::default(), &data).to_bytes().expect("finite");
    let body = bytes.iter().position(|&byte| byte == b'\n').expect("two lines") + 1;
    let longer = [bytes.as_slice(), b"xy"].concat();
    for (contents, is_at, is_whole, part) in [
        (&bytes[..], true, true, ""),
        (&bytes[..bytes.len() - 1], true, false, "bytes follow the first line, which promises"),
        (&longer[..], true, false, "bytes follow the first line, which promises"),
        (&bytes[..body], true, false, "0 bytes follow the first line"),
        (&bytes[..body - 1], true, false, ""),
        (&b"backprop-checkpoint"[..], true, false, "its first line does not say so"),
        (
            &b"backprop-checkpoint 1 crc32 00000000 bytes many\n{}"[..],
            true,
            false,
            "first line is incomplete",
        ),
        (&b"backprop-checkpoin"[..], false, false, "its first line does not say so"),
        (&b"a letter of more than nineteen letters\n"[..], false, false, "its first line does not say so"),
        (&b""[..], false, false, "its first line does not say so"),
    ] {
        std::fs::write(&path, contents).expect("writable");
        assert_eq!((Checkpoint::is_at(&path), Checkpoint::is_whole_at(&path)), (is_at, is_whole), "{part}");
        match Checkpoint::read(&path) {
            Ok(_) => assert!(is_whole),
            Err(error) => assert!(!is_whole && error.to_string().contains(part), "{part}: {error}"),
        }
    }
    let (found, promised) = (longer.len() - body, bytes.len() - body);
    std::fs::write(&path, longer).expect("writable");
    let sentence = format!("damaged: {found} bytes follow the first line, which promises {promised}");
    assert!(refusal(&path).contains(&sentence), "{}", refusal(&path));
}

#[test]
fn a_runs_network_is_a_model_that_knows_its_inputs_and_answers() {
    let data = images();
    let mut run = beginning("object", Options::default(), &data);
    run.config.data.meaning.pixels = Some(Pixels::Raw);
    run.config.data.meaning.answers = Answers::Classes(["a", "b", "c"].map(str::to_owned).to_vec());
    run.config.data.meaning.standardization =
        Some(Standardization { mean: vec![0.5; 6], deviation: vec![2.0; 6] });
    let model = run.clone().into_model();
    assert_eq!(
        (&model.architecture, bits(&model.parameters)),
        (&run.config.architecture, bits(&run.parameters))
    );
    assert_eq!(model.meaning, run.config.data.meaning);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("model.json");
    model.write(&path).expect("writable");
    let sentence = refusal(&path);
    assert!(sentence.contains("a model, not a checkpoint; a new run can start from it"), "{sentence}");
}

#[test]
fn a_checkpoint_of_version_0_1_is_read_and_written_as_it_was() {
    let bytes = include_bytes!("version_1.checkpoint");
    let checkpoint = Checkpoint::from_bytes(bytes).expect("it was written by 0.1.0");
    assert_eq!(checkpoint.config.options.rate, 0.5);
    assert_eq!(checkpoint.config.beginning.preset.as_deref(), Some("network2"));
    assert_eq!((checkpoint.state.epochs_done, checkpoint.config.architecture.cost), (2, Cost::CrossEntropy));
    let body = |bytes: &[u8]| -> serde_json::Value {
        let text = std::str::from_utf8(bytes).expect("text");
        serde_json::from_str(text.lines().nth(1).expect("two lines")).expect("JSON")
    };
    let mut was = body(bytes);
    // An entry that says nothing is no longer written.
    assert!(
        was["data"].as_object_mut().expect("an object").remove("standardization").expect("null").is_null()
    );
    assert_eq!(body(&checkpoint.to_bytes().expect("finite")), was);
}

#[test]
fn another_version_is_named() {
    let problem = Checkpoint::from_bytes(b"backprop-checkpoint 2 blake3 00 bytes 2\n{}").expect_err("newer");
    assert!(problem.to_string().contains("version 2; this program reads version 1"), "{problem}");
}

#[test]
fn a_fingerprint_notices_any_other_pixel_or_label() {
    let of = |bytes: Vec<u8>, classes: Vec<u8>| {
        Fingerprint::of(&DataSet::images(1, 2, bytes, classes, Pixels::Scaled))
    };
    let first = of(vec![1, 2, 3, 4], vec![0, 1]);
    assert_eq!(first, of(vec![1, 2, 3, 4], vec![0, 1]));
    assert_ne!(first, of(vec![1, 2, 3, 5], vec![0, 1]));
    assert_ne!(first, of(vec![1, 2, 3, 4], vec![1, 1]));
    assert_ne!(first, of(vec![1, 2], vec![0]));
}

fn refusal(path: &Path) -> String {
    Checkpoint::read(path).expect_err("should be refused").to_string()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn a_run_that_is_given_more_epochs_comes_out_as_if_it_had_had_them_from_the_start(
        (evaluate_every, end, whole) in (1..5usize, 1..8usize, 1..12usize),
        (held_out, keep_best, monitor_training, stop_when_error_rises) in any::<(bool, bool, bool, bool)>(),
        (early_stop, halve_rate) in (proptest::option::of(1..6usize), proptest::option::of(1..4usize)),
        (seed, rate) in (0..50u64, 0.5..30.0),
    ) {
        let data = images();
        let rules = Options { stop_when_error_rises, early_stop, halve_rate, ..Options::default() };
        let epochs = Some(end + whole);
        let options = Options { epochs, evaluate_every, keep_best, monitor_training, seed, rate, batch: 4, ..rules };
        let mut start = beginning("vectorized", options, &data);
        start.config.data.held_out = usize::from(held_out);
        let uninterrupted = train(&start, usize::MAX, 1, &data);
        start.config.options.epochs = Some(end);
        let mut short = train(&start, usize::MAX, 1, &data);
        // Resumed without more epochs, it stays as it is.
        assert_same_run(&train(&short, usize::MAX, 1, &data), &short);
        short.config.options.epochs = epochs;
        let resumed = train(&short, usize::MAX, 1, &data);
        assert_same_run(&resumed, &uninterrupted);
        // The last epoch marked as the best is the one that is kept.
        let marked = resumed.state.history.iter().rfind(|report| report.is_best).map_or(0, |report| report.epoch);
        prop_assert!(!keep_best || marked == resumed.state.schedule.best_epoch);
    }

    #[test]
    fn every_finite_number_comes_back_bit_for_bit(number in any::<f64>(), seed in any::<u64>()) {
        prop_assume!(number.is_finite());
        let data = images();
        let mut written = beginning("object", Options { seed, ..Options::default() }, &data);
        written.parameters.layers[1].weights[2][4] = number;
        let read = Checkpoint::from_bytes(&written.to_bytes().expect("finite")).expect("our own file");
        prop_assert_eq!(bits(&read.parameters), bits(&written.parameters));
        prop_assert_eq!(read, written);
    }
}
