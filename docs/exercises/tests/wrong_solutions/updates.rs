//! The gradient of a connection, the change of a weight.

use super::*;

pub(crate) fn gradients_and_updates() -> Vec<Wrong> {
    use Formula::{Gradient, Update};
    vec![
        Wrong("gradient: the sign", Gradient, || grade::connection_gradient(|d, a| -d * a)),
        Wrong("gradient: the slope once more", Gradient, || {
            grade::connection_gradient(|d, a| d * a * (1.0 - a))
        }),
        Wrong("gradient: the output left out", Gradient, || grade::connection_gradient(|d, _| d)),
        Wrong("gradient: a sum", Gradient, || grade::connection_gradient(|d, a| d + a)),
        Wrong("gradient: a quotient", Gradient, || grade::connection_gradient(|d, a| d / a)),
        Wrong("gradient: the output taken for a weighted input", Gradient, || {
            grade::connection_gradient(|d, a| d * sigmoid(a))
        }),
        Wrong("gradient: a silent node taken for the bias", Gradient, || {
            grade::connection_gradient(|d, a| if a == 0.0 { d } else { d * a })
        }),
        Wrong("gradient: delta squared", Gradient, || grade::connection_gradient(|d, a| d * d * a)),
        Wrong("update: downhill again", Update, || grade::update(|w, g, rate| w - rate * g)),
        Wrong("update: the weight is lost", Update, || grade::update(|_, g, rate| rate * g)),
        Wrong("update: no rate", Update, || grade::update(|w, g, _| w + g)),
        Wrong("update: the rate squared", Update, || grade::update(|w, g, rate| w + rate * rate * g)),
        Wrong("update: divided by the rate", Update, || grade::update(|w, g, rate| w + g / rate)),
        Wrong("update: in proportion to the weight", Update, || {
            grade::update(|w, g, rate| w * (1.0 + rate * g))
        }),
        Wrong("update: the brackets", Update, || grade::update(|w, g, rate| rate * (w + g))),
        Wrong("update: between the weight and the gradient", Update, || {
            grade::update(|w, g, rate| (1.0 - rate) * w + rate * g)
        }),
        Wrong("update: the sign of the gradient only", Update, || {
            grade::update(|w, g, rate| w + rate * g.signum())
        }),
        Wrong("update: the rate alone", Update, || grade::update(|w, _, rate| w + rate)),
    ]
}
