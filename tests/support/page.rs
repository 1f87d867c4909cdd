//! Twenty networks to step through, as options of the program and as the page's engine is told of them.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

/// Options of `step`, and the same as a situation of the page.
pub fn settings() -> Vec<(String, Value)> {
    let mut rng = ChaCha8Rng::seed_from_u64(18);
    (0..20).map(|seed| setting(&mut rng, seed)).collect()
}

fn setting(rng: &mut ChaCha8Rng, seed: usize) -> (String, Value) {
    let layers = rng.random_range(2..=4);
    let sizes: Vec<usize> = (0..layers).map(|_| rng.random_range(1..=9)).collect();
    let mut activations: Vec<&str> =
        sizes[1..].iter().map(|_| ["sigmoid", "tanh", "relu", "identity"][rng.random_range(0..4)]).collect();
    let cost = ["quadratic", "cross-entropy"][rng.random_range(0..2)];
    if cost == "cross-entropy" {
        activations[layers - 2] = "sigmoid";
    }
    let init = ["small", "normal", "scaled"][rng.random_range(0..3)];
    let batch = [1, 1, 2, 4][rng.random_range(0..4)];
    let (l2, dropout) = ([0.0, 0.0, 0.3][rng.random_range(0..3)], [0.0, 0.0, 0.4][rng.random_range(0..3)]);
    let rate = [0.05, 0.3][rng.random_range(0..2)];
    let listed: Vec<String> = sizes.iter().map(usize::to_string).collect();
    let options = format!(
        "--sizes {} --activation {} --cost {cost} --init {init} --seed {seed} --batch {batch} --l2 {l2} \
         --dropout {dropout} --rate {rate} --train-limit 3",
        listed.join(","),
        activations.join(",")
    );
    let situation = json!({
        "sizes": sizes, "activation": activations, "cost": cost, "init": init, "seed": seed, "batch": batch,
        "l2": l2, "dropout": dropout, "rate": rate, "limit": 3,
    });
    (options, situation)
}
