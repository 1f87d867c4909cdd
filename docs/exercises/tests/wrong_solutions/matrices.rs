//! A layer as a matrix.

use super::*;

pub(crate) fn forward(w: &[Vec<f64>], b: &[f64], x: &[f64]) -> Vec<f64> {
    w.iter().zip(b).map(|(row, b)| sigmoid(b + dot(row, x))).collect()
}

pub(crate) fn backward(w: &[Vec<f64>], x: &[f64], delta: &[f64]) -> Vec<f64> {
    let column = |i: usize| w.iter().zip(delta).map(|(row, d)| row[i] * d).sum::<f64>();
    x.iter().enumerate().map(|(i, x)| x * (1.0 - x) * column(i)).collect()
}

pub(crate) fn move_layer(w: &mut [Vec<f64>], b: &mut [f64], delta: &[f64], x: &[f64], rate: f64) {
    for ((row, b), d) in w.iter_mut().zip(b).zip(delta) {
        row.iter_mut().zip(x).for_each(|(w, x)| *w += rate * d * x);
        *b += rate * d;
    }
}

pub(crate) fn matrix_layers() -> Vec<Wrong> {
    use Formula::{LayerDelta, LayerOutput, LayerUpdate};
    vec![
        Wrong("matrix: no biases", LayerOutput, || {
            let wrong = |w: &[Vec<f64>], _: &[f64], x: &[f64]| w.iter().map(|w| sigmoid(dot(w, x))).collect();
            grade::matrix_layer(wrong, backward, move_layer)
        }),
        Wrong("matrix: no sigmoid", LayerOutput, || {
            grade::matrix_layer(
                |w, b, x| w.iter().zip(b).map(|(w, b)| b + dot(w, x)).collect(),
                backward,
                move_layer,
            )
        }),
        Wrong("matrix: biases from behind", LayerOutput, || {
            grade::matrix_layer(
                |w, b, x| w.iter().zip(b.iter().rev()).map(|(w, b)| sigmoid(b + dot(w, x))).collect(),
                backward,
                move_layer,
            )
        }),
        Wrong("matrix: W transposed forwards", LayerOutput, || {
            let wrong = |w: &[Vec<f64>], b: &[f64], x: &[f64]| {
                let mut z = b.to_vec();
                for (row, x) in w.iter().zip(x) {
                    z.iter_mut().zip(row).for_each(|(z, w)| *z += w * x);
                }
                z.into_iter().map(sigmoid).collect()
            };
            grade::matrix_layer(wrong, backward, move_layer)
        }),
        Wrong("matrix: W not transposed backwards", LayerDelta, || {
            let wrong = |w: &[Vec<f64>], x: &[f64], delta: &[f64]| {
                let mut before = vec![0.0; x.len()];
                before.iter_mut().zip(w).for_each(|(before, row)| *before = dot(row, delta));
                before.iter().zip(x).map(|(sum, x)| x * (1.0 - x) * sum).collect()
            };
            grade::matrix_layer(forward, wrong, move_layer)
        }),
        Wrong("matrix: no slope backwards", LayerDelta, || {
            let wrong = |w: &[Vec<f64>], x: &[f64], delta: &[f64]| {
                (0..x.len()).map(|i| w.iter().zip(delta).map(|(row, d)| row[i] * d).sum()).collect()
            };
            grade::matrix_layer(forward, wrong, move_layer)
        }),
        Wrong("matrix: the inputs taken for weighted inputs", LayerDelta, || {
            let wrong = |w: &[Vec<f64>], x: &[f64], delta: &[f64]| {
                backward(w, &x.iter().map(|&x| sigmoid(x)).collect::<Vec<f64>>(), delta)
            };
            grade::matrix_layer(forward, wrong, move_layer)
        }),
        Wrong("matrix: the last row only, = for +=", LayerDelta, || {
            let wrong = |w: &[Vec<f64>], x: &[f64], delta: &[f64]| {
                let mut before = vec![0.0; x.len()];
                for (row, d) in w.iter().zip(delta) {
                    for ((before, w), x) in before.iter_mut().zip(row).zip(x) {
                        *before = x * (1.0 - x) * w * d;
                    }
                }
                before
            };
            grade::matrix_layer(forward, wrong, move_layer)
        }),
        Wrong("matrix: the slope in the outer loop, once for each row", LayerDelta, || {
            let wrong = |w: &[Vec<f64>], x: &[f64], delta: &[f64]| {
                let mut before = vec![0.0; x.len()];
                for (row, d) in w.iter().zip(delta) {
                    for ((before, w), x) in before.iter_mut().zip(row).zip(x) {
                        *before += w * d;
                        *before *= x * (1.0 - x);
                    }
                }
                before
            };
            grade::matrix_layer(forward, wrong, move_layer)
        }),
        Wrong("matrix: the first neuron's delta for all", LayerDelta, || {
            grade::matrix_layer(forward, |w, x, d| backward(w, x, &vec![d[0]; d.len()]), move_layer)
        }),
        Wrong("matrix: the sign backwards", LayerDelta, || {
            grade::matrix_layer(forward, |w, x, d| backward(w, x, d).iter().map(|d| -d).collect(), move_layer)
        }),
        Wrong("matrix: the last input gets no delta", LayerDelta, || {
            let wrong = |w: &[Vec<f64>], x: &[f64], delta: &[f64]| {
                let mut before = backward(w, x, delta);
                before[x.len() - 1] = 0.0;
                before
            };
            grade::matrix_layer(forward, wrong, move_layer)
        }),
        Wrong("matrix: minus", LayerUpdate, || {
            grade::matrix_layer(forward, backward, |w, b, d, x, rate| move_layer(w, b, d, x, -rate))
        }),
        Wrong("matrix: biases do not move", LayerUpdate, || {
            let wrong = |w: &mut [Vec<f64>], b: &mut [f64], d: &[f64], x: &[f64], rate: f64| {
                move_layer(w, &mut b.to_vec(), d, x, rate);
            };
            grade::matrix_layer(forward, backward, wrong)
        }),
        Wrong("matrix: biases move without the rate", LayerUpdate, || {
            grade::matrix_layer(forward, backward, |w, b, d, x, rate| {
                move_layer(w, &mut b.to_vec(), d, x, rate);
                b.iter_mut().zip(d).for_each(|(b, d)| *b += d);
            })
        }),
        Wrong("matrix: biases move in the inner loop, once for each input", LayerUpdate, || {
            grade::matrix_layer(forward, backward, |w, b, d, x, rate| {
                for ((row, b), d) in w.iter_mut().zip(b).zip(d) {
                    for (w, x) in row.iter_mut().zip(x) {
                        *w += rate * d * x;
                        *b += rate * d;
                    }
                }
            })
        }),
        Wrong("matrix: an input in the change of a bias", LayerUpdate, || {
            grade::matrix_layer(forward, backward, |w, b, d, x, rate| {
                move_layer(w, &mut b.to_vec(), d, x, rate);
                b.iter_mut().zip(d).zip(x).for_each(|((b, d), x)| *b += rate * d * x);
            })
        }),
        Wrong("matrix: the first row moves only", LayerUpdate, || {
            grade::matrix_layer(forward, backward, |w, b, d, x, rate| {
                w[0].iter_mut().zip(x).for_each(|(w, x)| *w += rate * d[0] * x);
                b.iter_mut().zip(d).for_each(|(b, d)| *b += rate * d);
            })
        }),
        Wrong("matrix: the change transposed", LayerUpdate, || {
            grade::matrix_layer(forward, backward, |w, b, d, x, rate| {
                for (row, x) in w.iter_mut().zip(x) {
                    row.iter_mut().zip(d).for_each(|(w, d)| *w += rate * d * x);
                }
                b.iter_mut().zip(d).for_each(|(b, d)| *b += rate * d);
            })
        }),
        Wrong("matrix: the weight in its own change", LayerUpdate, || {
            grade::matrix_layer(forward, backward, |w, b, d, x, rate| {
                for ((row, b), d) in w.iter_mut().zip(b).zip(d) {
                    row.iter_mut().zip(x).for_each(|(w, x)| *w += rate * d * x * *w);
                    *b += rate * d;
                }
            })
        }),
        Wrong("matrix: the slope of the input in the change", LayerUpdate, || {
            grade::matrix_layer(forward, backward, |w, b, d, x, rate| {
                for ((row, b), d) in w.iter_mut().zip(b).zip(d) {
                    row.iter_mut().zip(x).for_each(|(w, x)| *w += rate * d * x * (1.0 - x));
                    *b += rate * d;
                }
            })
        }),
    ]
}
