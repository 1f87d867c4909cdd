//! Checks that accuse or let through.

use super::*;

/// The right numerical −∂E/∂w of parameter i.
fn numerical(parameters: &mut [f64], error: &dyn Fn(&[f64]) -> f64, i: usize, h: f64) -> f64 {
    let before = parameters[i];
    parameters[i] = before + h;
    let above = error(parameters);
    parameters[i] = before - h;
    let below = error(parameters);
    parameters[i] = before;
    (below - above) / (2.0 * h)
}

/// `/ 2.0 * h`, with h = 10⁻ᴺ.
pub(crate) fn without_brackets<const N: i32>() -> Grade {
    grade::gradient_check(|p, error, g| {
        let h = 10_f64.powi(-N);
        (0..p.len()).all(|i| close(numerical(p, error, i, h) * h * h, g[i]))
    })
}

/// A comparison that is right for gradients that are not small.
fn close(numerical: f64, gradient: f64) -> bool {
    (numerical - gradient).abs() <= 1e-6 + 1e-4 * numerical.abs()
}

pub(crate) fn gradient_checks() -> Vec<Wrong> {
    use Formula::NumericalGradient;
    vec![
        Wrong("check: one side only, with too large a step", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                let h = 0.1;
                let here = error(p);
                (0..p.len()).all(|i| {
                    let before = p[i];
                    p[i] = before + h;
                    let above = error(p);
                    p[i] = before;
                    close((here - above) / h, g[i])
                })
            })
        }),
        Wrong("check: far too large a step", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                (0..p.len()).all(|i| close(numerical(p, error, i, 1.0), g[i]))
            })
        }),
        Wrong("check: far too small a step", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                (0..p.len()).all(|i| close(numerical(p, error, i, 1e-14), g[i]))
            })
        }),
        Wrong("check: the first parameter only", NumericalGradient, || {
            grade::gradient_check(|p, error, g| close(numerical(p, error, 0, 1e-4), g[0]))
        }),
        Wrong("check: the last parameter has the last word", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                let mut right = true;
                for (i, &g) in g.iter().enumerate() {
                    right = close(numerical(p, error, i, 1e-4), g);
                }
                right
            })
        }),
        Wrong("check: one that is right will do", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                (0..p.len()).any(|i| close(numerical(p, error, i, 1e-4), g[i]))
            })
        }),
        Wrong("check: the last parameter is not looked at", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                (0..p.len() - 1).all(|i| close(numerical(p, error, i, 1e-4), g[i]))
            })
        }),
        Wrong("check: an absolute tolerance, and a wide one", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                (0..p.len()).all(|i| (numerical(p, error, i, 1e-4) - g[i]).abs() < 0.01)
            })
        }),
        Wrong("check: an absolute tolerance, and a narrow one", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                (0..p.len()).all(|i| (numerical(p, error, i, 1e-5) - g[i]).abs() < 1e-6)
            })
        }),
        Wrong("check: an absolute tolerance among a relative one", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                (0..p.len()).all(|i| close(numerical(p, error, i, 1e-4), g[i]))
            })
        }),
        Wrong("check: five per cent will do", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                (0..p.len()).all(|i| {
                    let n = numerical(p, error, i, 1e-4);
                    (n - g[i]).abs() <= 1e-6 + 0.05 * n.abs()
                })
            })
        }),
        Wrong("check: equal to the last bit", NumericalGradient, || {
            grade::gradient_check(|p, error, g| (0..p.len()).all(|i| numerical(p, error, i, 1e-4) == g[i]))
        }),
        Wrong("check: parameters are not put back", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                let h = 1e-4;
                for i in 0..p.len() {
                    let before = p[i];
                    p[i] = before + h;
                    let above = error(p);
                    p[i] = before - h;
                    let below = error(p);
                    if !close((below - above) / (2.0 * h), g[i]) {
                        return false;
                    }
                }
                true
            })
        }),
        Wrong("check: put back by adding, which rounds", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                let h = 1e-4;
                (0..p.len()).all(|i| {
                    p[i] += h;
                    let above = error(p);
                    p[i] -= 2.0 * h;
                    let below = error(p);
                    p[i] += h;
                    close((below - above) / (2.0 * h), g[i])
                })
            })
        }),
        Wrong("check: not put back when it says no", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                let h = 1e-4;
                for i in 0..p.len() {
                    let before = p[i];
                    p[i] = before + h;
                    let above = error(p);
                    p[i] = before - h;
                    let below = error(p);
                    if !close((below - above) / (2.0 * h), g[i]) {
                        return false;
                    }
                    p[i] = before;
                }
                true
            })
        }),
        Wrong("check: uphill", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                (0..p.len()).all(|i| close(-numerical(p, error, i, 1e-4), g[i]))
            })
        }),
        Wrong("check: divided by h, not 2h", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                (0..p.len()).all(|i| close(2.0 * numerical(p, error, i, 1e-4), g[i]))
            })
        }),
        Wrong("check: the brackets of / 2.0 * h", NumericalGradient, without_brackets::<4>),
        Wrong("check: the sizes without the signs", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                (0..p.len()).all(|i| close(numerical(p, error, i, 1e-4).abs(), g[i].abs()))
            })
        }),
        Wrong("check: a difference below zero is small", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                (0..p.len()).all(|i| {
                    let n = numerical(p, error, i, 1e-4);
                    n - g[i] <= 1e-6 + 1e-4 * n.abs()
                })
            })
        }),
        Wrong("check: a gradient of 0 is passed over, lest it be divided by", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                (0..p.len()).all(|i| {
                    let n = numerical(p, error, i, 1e-4);
                    g[i] == 0.0 || ((n - g[i]) / g[i]).abs() < 1e-3 || n.abs() < 1e-7
                })
            })
        }),
        Wrong("check: the direction only", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                let n: Vec<f64> = (0..p.len()).map(|i| numerical(p, error, i, 1e-4)).collect();
                dot(&n, g) / (dot(&n, &n) * dot(g, g)).sqrt() > 0.999_999
            })
        }),
        Wrong("check: the mean of all differences", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                let n = p.len() as f64;
                let sum: f64 = (0..p.len()).map(|i| (numerical(p, error, i, 1e-4) - g[i]).abs()).sum();
                sum / n < 1e-3
            })
        }),
        Wrong("check: all parameters moved at once", NumericalGradient, || {
            grade::gradient_check(|p, error, g| {
                let h = 1e-4;
                let above: Vec<f64> = p.iter().map(|p| p + h).collect();
                let below: Vec<f64> = p.iter().map(|p| p - h).collect();
                close((error(&below) - error(&above)) / (2.0 * h), g.iter().sum())
            })
        }),
    ]
}
