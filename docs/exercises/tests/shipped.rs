//! Every exercise, as it is shipped, gets a lesson and no panic; every solution passes.
//!
//! Not under the test harness, which would run (and fail) the exercises' own tests.

use backprop_exercises::Grade;

#[path = "../exercises/04_backpropagation/connection_gradient.rs"]
mod shipped_connection_gradient;
#[path = "../exercises/03_training/cost.rs"]
mod shipped_cost;
#[path = "../exercises/11_learning_better/cross_entropy.rs"]
mod shipped_cross_entropy;
#[path = "../exercises/11_learning_better/dropout.rs"]
mod shipped_dropout;
#[path = "../exercises/06_gradient_check/gradient_check.rs"]
mod shipped_gradient_check;
#[path = "../exercises/04_backpropagation/hidden_delta.rs"]
mod shipped_hidden_delta;
#[path = "../exercises/02_layers/layer_forward.rs"]
mod shipped_layer_forward;
#[path = "../exercises/08_matrices/matrix_layer.rs"]
mod shipped_matrix_layer;
#[path = "../exercises/10_mini_batches/mini_batch_mean.rs"]
mod shipped_mini_batch_mean;
#[path = "../exercises/01_neuron/neuron_output.rs"]
mod shipped_neuron_output;
#[path = "../exercises/04_backpropagation/output_delta.rs"]
mod shipped_output_delta;
#[path = "../exercises/01_neuron/perceptron_rule.rs"]
mod shipped_perceptron_rule;
#[path = "../exercises/13_where_to_go_next/softmax.rs"]
mod shipped_softmax;
#[path = "../exercises/05_object_graph/training_step.rs"]
mod shipped_training_step;
#[path = "../exercises/04_backpropagation/update.rs"]
mod shipped_update;
#[path = "../exercises/11_learning_better/weight_decay.rs"]
mod shipped_weight_decay;
#[path = "../exercises/01_neuron/xor_by_hand.rs"]
mod shipped_xor_by_hand;
#[path = "../solutions/04_backpropagation/connection_gradient.rs"]
mod solved_connection_gradient;
#[path = "../solutions/03_training/cost.rs"]
mod solved_cost;
#[path = "../solutions/11_learning_better/cross_entropy.rs"]
mod solved_cross_entropy;
#[path = "../solutions/11_learning_better/dropout.rs"]
mod solved_dropout;
#[path = "../solutions/06_gradient_check/gradient_check.rs"]
mod solved_gradient_check;
#[path = "../solutions/04_backpropagation/hidden_delta.rs"]
mod solved_hidden_delta;
#[path = "../solutions/02_layers/layer_forward.rs"]
mod solved_layer_forward;
#[path = "../solutions/08_matrices/matrix_layer.rs"]
mod solved_matrix_layer;
#[path = "../solutions/10_mini_batches/mini_batch_mean.rs"]
mod solved_mini_batch_mean;
#[path = "../solutions/01_neuron/neuron_output.rs"]
mod solved_neuron_output;
#[path = "../solutions/04_backpropagation/output_delta.rs"]
mod solved_output_delta;
#[path = "../solutions/01_neuron/perceptron_rule.rs"]
mod solved_perceptron_rule;
#[path = "../solutions/13_where_to_go_next/softmax.rs"]
mod solved_softmax;
#[path = "../solutions/05_object_graph/training_step.rs"]
mod solved_training_step;
#[path = "../solutions/04_backpropagation/update.rs"]
mod solved_update;
#[path = "../solutions/11_learning_better/weight_decay.rs"]
mod solved_weight_decay;
#[path = "../solutions/01_neuron/xor_by_hand.rs"]
mod solved_xor_by_hand;

/// Name, the exercise as shipped, its solution.
const EXERCISES: &[(&str, fn() -> Grade, fn() -> Grade)] = &[
    ("neuron_output", shipped_neuron_output::graded, solved_neuron_output::graded),
    ("perceptron_rule", shipped_perceptron_rule::graded, solved_perceptron_rule::graded),
    ("xor_by_hand", shipped_xor_by_hand::graded, solved_xor_by_hand::graded),
    ("layer_forward", shipped_layer_forward::graded, solved_layer_forward::graded),
    ("cost", shipped_cost::graded, solved_cost::graded),
    ("output_delta", shipped_output_delta::graded, solved_output_delta::graded),
    ("hidden_delta", shipped_hidden_delta::graded, solved_hidden_delta::graded),
    ("connection_gradient", shipped_connection_gradient::graded, solved_connection_gradient::graded),
    ("update", shipped_update::graded, solved_update::graded),
    ("training_step", shipped_training_step::graded, solved_training_step::graded),
    ("gradient_check", shipped_gradient_check::graded, solved_gradient_check::graded),
    ("matrix_layer", shipped_matrix_layer::graded, solved_matrix_layer::graded),
    ("mini_batch_mean", shipped_mini_batch_mean::graded, solved_mini_batch_mean::graded),
    ("cross_entropy", shipped_cross_entropy::graded, solved_cross_entropy::graded),
    ("weight_decay", shipped_weight_decay::graded, solved_weight_decay::graded),
    ("dropout", shipped_dropout::graded, solved_dropout::graded),
    ("softmax", shipped_softmax::graded, solved_softmax::graded),
];

fn main() {
    let (mut passed, mut failed) = (0, 0);
    let mut count = |good: bool, what: String| {
        println!("test {what} ... {}", if good { "ok" } else { "FAILED" });
        if good { passed += 1 } else { failed += 1 }
    };
    for (name, shipped, solved) in EXERCISES {
        let lesson = shipped().err();
        let teaches = lesson.as_ref().is_some_and(|lesson| !lesson.found.contains("panics"));
        count(teaches, format!("{name}, as shipped, gets a lesson"));
        if std::env::args().any(|argument| argument == "--nocapture") {
            println!("{}", lesson.map_or_else(String::new, |lesson| lesson.to_string()));
        }
        let grade = solved();
        if let Err(lesson) = &grade {
            println!("{lesson}");
        }
        count(grade.is_ok(), format!("{name}'s solution passes"));
    }
    let listed = include_str!("../info.toml").matches("[[exercises]]").count();
    count(listed == EXERCISES.len(), format!("all {listed} exercises of info.toml are here"));
    let outcome = if failed == 0 { "ok" } else { "FAILED" };
    println!(
        "\ntest result: {outcome}. {passed} passed; {failed} failed; 0 ignored; 0 measured; 0 filtered out"
    );
    std::process::exit(i32::from(failed > 0));
}
