//! Changes by hand in the middle of a walk: each applies from its training step on, wherever the walk goes, and leaves
//! nothing behind when it is undone. (With random networks: tests/library/graph/step.rs.)

use backprop::graph::{ConnectionId, Network};
use backprop::step::{Edit, Stepper};
use backprop::{Engine as _, Label, MiniBatches, Sample};

const LABELS: [[f64; 1]; 5] = [[0.9], [0.1], [0.7], [0.3], [0.5]];
const SAMPLES: [[f64; 2]; 5] = [[1.0, 0.5], [0.25, -1.0], [-0.5, 0.75], [0.1, 0.2], [-1.0, -1.0]];

fn network() -> Network {
    Network::new(&[2, 3, 1], 4)
}

fn stepper() -> Stepper {
    Stepper::new(
        network(),
        &LABELS.map(|label| label).each_ref().map(|label| Label(label)),
        &SAMPLES.each_ref().map(|sample| Sample(sample)),
        0.3,
    )
}

/// Returns a weight in the middle of the list.
fn weight(network: &Network) -> ConnectionId {
    network.nodes[1].downstream()[2]
}

/// Training sample by sample, with this done before each training step.
fn trained(steps: usize, mut before: impl FnMut(usize, &mut Network) -> f64) -> Network {
    let mut network = network();
    for step in 0..steps {
        let rate = before(step, &mut network);
        network.train_one_sample(Label(&LABELS[step % 5]), Sample(&SAMPLES[step % 5]), rate);
    }
    network
}

#[test]
fn the_latest_rate_counts_and_of_two_in_one_step_the_newer() {
    let mut stepper = stepper();
    let steps = stepper.order().len();
    for (step, rate) in [(4, 0.8), (2, 0.5), (2, 0.6), (3, 0.7)] {
        stepper.goto(step * steps + 3);
        stepper.edit(Edit::Rate(rate));
    }
    let rates = [0.3, 0.3, 0.6, 0.7, 0.8, 0.8, 0.8];
    for (step, rate) in rates.into_iter().enumerate() {
        stepper.goto(step * steps + 1);
        assert_eq!(stepper.rate(), rate, "training step {step}");
    }
    stepper.goto(7 * steps);
    assert_eq!(stepper.network().parameters(), trained(7, |step, _| rates[step]).parameters());
}

#[test]
fn an_edited_weight_holds_from_its_step_on_whichever_way_one_walks() {
    let id = weight(&network());
    let edited = |steps| {
        let edit = |step, network: &mut Network| {
            if step == 1 {
                network[id].weight = 2.5;
            }
            0.3
        };
        trained(steps, edit).parameters()
    };
    let steps = stepper().order().len();
    for memory in [1, 7, 1000] {
        let mut stepper = stepper().with_memory(memory);
        stepper.goto(steps + 5);
        stepper.edit(Edit::Weight(id, 2.5));
        // Reading each step, across the ends of training steps.
        while stepper.position() < 3 * steps {
            stepper.next();
        }
        assert_eq!(stepper.network().parameters(), edited(3), "memory {memory}");
        for position in [0, 4, 2, 1, 3] {
            stepper.goto(position * steps);
            // Where the edit's training step begins, its weight is in place already.
            let mut expected = trained(position, |_, _| 0.3);
            if position == 1 {
                expected[id].weight = 2.5;
            }
            let expected = if position > 1 { edited(position) } else { expected.parameters() };
            assert_eq!(stepper.network().parameters(), expected, "memory {memory}, training step {position}");
        }
    }
}

#[test]
fn an_undone_edit_was_never_made_in_whichever_epoch_and_mini_batch() {
    for mini_batches in [MiniBatches::default(), MiniBatches { size: 2, l2: 0.1, dropout: 0.3, seed: 5 }] {
        let untouched = stepper().in_mini_batches(mini_batches);
        let id = weight(untouched.network());
        let end = 3 * untouched.epoch_len();
        for at in (0..end).step_by(17) {
            for edit in [Edit::Weight(id, 2.5), Edit::Input(1, 9.0), Edit::Label(0, 0.2), Edit::Rate(0.05)] {
                let mut stepper = untouched.clone();
                stepper.goto(at);
                stepper.edit(edit);
                assert_eq!(stepper.position(), at);
                // Undone where it was made, and from further on.
                for ahead in [0, untouched.epoch_len()] {
                    stepper.goto(at + ahead);
                    let mut undone = stepper.clone();
                    assert_eq!(undone.undo_edit(), Some(edit));
                    let mut expected = untouched.clone();
                    expected.goto(at + ahead);
                    assert_eq!(undone.network().dump(), expected.network().dump(), "{edit:?} at step {at}");
                    assert_eq!(
                        (undone.rate(), undone.sample(), undone.label()),
                        (expected.rate(), expected.sample(), expected.label())
                    );
                    undone.goto(end);
                    expected.goto(end);
                    assert_eq!(
                        undone.network().parameters(),
                        expected.network().parameters(),
                        "{edit:?} at {at}"
                    );
                }
            }
        }
    }
}
