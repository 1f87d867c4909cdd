//! The book: from one neuron to a network that reads handwriting.
//!
//! Every formula is derived, every number is computed, and you can stop at every line of code that does it, and look.
//! You need a little Rust and school mathematics, but no knowledge of neural networks. Chapters 1 to 6 build on each
//! other.
//!
//! 1. [A neuron](neuron): perceptrons, gates, the sigmoid and its slope
//! 2. [Layers and the forward pass](layers): nine nodes by hand, then as matrices
//! 3. [What training means](training): cost, gradient descent, the learning rate
//! 4. [Backpropagation](backpropagation): the three formulas, derived
//! 5. [The object graph](object_graph): the Rust side, and why an arena
//! 6. [The gradient check](gradient_check): is it right? And a gallery of bugs to find
//! 7. [Handwritten digits](digits): the first real task, and how many hidden neurons it takes
//! 8. [From objects to matrices](matrices): the same computation twice, side by side
//! 9. [How fast](how_fast): six rungs, from objects to mini-batches
//! 10. [Mini-batches](mini_batches): network.py
//! 11. [Learning better](learning_better): network2.py: the slowdown, cross-entropy, regularisation, initialisation
//! 12. [Any function at all](any_function): why a network can compute anything
//! 13. [Where to go next](where_to_go_next)
//!
//! And to look things up: [Check your own model](check_your_own_model).
//!
//! These are the files of `docs/`, word for word; the Rust programs in them are doc-tests. Rustdoc supports neither
//! formulas nor a folder of pictures, so each chapter carries its own; a script in the page puts them in place, and
//! downloads nothing.

// tests/program/book checks that no chapter and no picture is left out.
macro_rules! chapters {
    ($($name:ident $path:literal $([$picture:literal])*,)*) => {
        $(
            #[doc = include_str!(concat!("../../", $path))]
            $(
                #[doc = concat!("\n<script type=\"image/svg+xml\" data-picture=\"", $picture, "\">")]
                #[doc = include_str!(concat!("../../docs/", $picture))]
                #[doc = "</script>\n"]
            )*
            #[doc = "\n<script type=\"application/json\" id=\"formulas\">"]
            #[doc = include_str!("formulas.json")]
            #[doc = concat!("</script>\n\n<script data-version=\"", env!("CARGO_PKG_VERSION"), "\">")]
            #[doc = include_str!("chapter.js")]
            #[doc = "</script>"]
            #[allow(rustdoc::broken_intra_doc_links, reason = "W[1] is a matrix")]
            pub mod $name {}
        )*
    };
}

chapters! {
    neuron "docs/01-neuron.md" ["images/perceptron.svg"] ["images/neuron.svg"] ["images/sigmoid.svg"],
    layers "docs/02-layers.md" ["images/forward-pass.svg"],
    training "docs/03-training.md" ["images/linear-unit.svg"] ["images/descent.svg"],
    backpropagation "docs/04-backpropagation.md" ["images/nine-nodes.svg"] ["images/deltas.svg"] ["images/xor.svg"] ["images/regions.svg"],
    object_graph "docs/05-object-graph.md" ["images/arena.svg"],
    gradient_check "docs/06-gradient-check.md" ["images/step-size.svg"] ["images/kink.svg"],
    digits "docs/07-digits.md" ["images/weights.svg"] ["images/runs.svg"] ["images/landscape.svg"],
    matrices "docs/08-matrices.md" ["images/rows-and-columns.svg"],
    how_fast "docs/09-how-fast.md",
    mini_batches "docs/10-mini-batches.md" ["images/batches.svg"],
    learning_better "docs/11-learning-better.md" ["images/slowdown.svg"] ["images/overfitting.svg"] ["images/vanishing.svg"],
    any_function "docs/12-any-function.md" ["images/universality.svg"],
    where_to_go_next "docs/13-where-to-go-next.md",
    check_your_own_model "docs/check-your-own-model.md",
}
