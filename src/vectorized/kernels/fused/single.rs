//! In f32: by way of f64.
//!
//! A product of two f32 has at most 48 bits, so it is exact in f64. Its sum with a third is *rounded to odd* there:
//! the last bit then tells whether anything was left out, so that rounding to f32 gives the same as a single
//! rounding.

use super::double::to_odd;
use crate::vectorized::number::Arithmetic;

type Lanes = <f32 as Arithmetic>::Lanes;

/// Computes sums + numbers·factor.
#[inline(never)]
pub fn add_scaled<const HEIGHT: usize>(sums: &mut [Lanes; HEIGHT], numbers: &[Lanes; HEIGHT], factor: f32) {
    for (sum, number) in sums.as_flattened_mut().iter_mut().zip(numbers.as_flattened()) {
        *sum = multiply_add(*number, factor, *sum);
    }
}

/// Computes sums + numbers·factors, lane by lane.
#[inline(never)]
pub fn add_lanes(sums: &mut Lanes, numbers: &Lanes, factors: &Lanes) {
    for ((sum, number), factor) in sums.iter_mut().zip(numbers).zip(factors) {
        *sum = multiply_add(*number, *factor, *sum);
    }
}

#[inline(always)]
fn multiply_add(number: f32, factor: f32, sum: f32) -> f32 {
    to_odd(f64::from(number) * f64::from(factor), f64::from(sum)) as f32
}

#[cfg(test)]
mod tests {
    use rand::rngs::ChaCha8Rng;
    use rand::{Rng, RngExt, SeedableRng};

    use super::multiply_add;

    #[test]
    fn every_result_is_that_of_libm() {
        let mut rng = ChaCha8Rng::seed_from_u64(0);
        let bits = |number: f32| if number.is_nan() { f32::NAN.to_bits() } else { number.to_bits() };
        for _ in 0..200_000 {
            // Any numbers; few bits, to hit half-way points; sums near the product, and near its half-way points.
            let [number, factor, any] = [(); 3].map(|()| {
                let mask = u32::MAX << rng.random_range(0..24);
                f32::from_bits(rng.next_u32() & mask)
            });
            let product = number * factor;
            let neighbour =
                f32::from_bits(product.to_bits().wrapping_add(rng.random_range(0..5)).wrapping_sub(2));
            let gap = libm::exp2f(rng.random_range(-30.0_f32..30.0).round());
            for sum in
                [any, product, -product, -neighbour, product * gap, -product * gap, 0.0, -0.0, f32::INFINITY]
            {
                let (ours, theirs) = (multiply_add(number, factor, sum), libm::fmaf(number, factor, sum));
                assert_eq!(bits(ours), bits(theirs), "{number:e}·{factor:e} + {sum:e}: {ours:e}, {theirs:e}");
            }
        }
    }
}
