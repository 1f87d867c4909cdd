//! In f64: additions and multiplications that are rounded one by one, and together give the same bits.
//!
//! The error of a rounding is itself a number, and a few operations compute it (Dekker 1971, Knuth's 2Sum):
//!
//! ```text
//!   product = number·factor, rounded     too large by e1   (from halves of 26 bits, whose products are exact)
//!   sum'    = sum + product, rounded     too large by e2
//! ```
//!
//! So sum' − (e1 + e2) is the result, if it is rounded once. But e1 + e2 is rounded as well. That can matter only
//! where sum' − (e1 + e2) is about half-way between two neighbouring numbers: if rounding e1 + e2 leads exactly there,
//! the last subtraction no longer knows from which side. Otherwise rounding, which keeps order, has not carried e1 +
//! e2 across any half-way point, and the result is right. The distances of half-way points from sum' are multiples of
//! a quarter of its last place, and |e1 + e2| is at most 1½ of it (if sum' is less than half the product, e2 is 0, and
//! only the last subtraction rounds). These are numbers of three bits. So:
//!
//! 1. [`quickly`]: if e1 + e2 is 0 or has more than three bits, there is no doubt. This is nearly always so.
//! 2. [`to_odd`]: otherwise e1 + e2 is *rounded to odd*: a sum between two neighbouring numbers becomes the one whose
//!    last bit is 1. The last bit of a half-way point is 0, so only an exact half-way point gives one (Boldo and
//!    Melquiond 2008, "Emulation of FMA and correctly rounded sums: proved algorithms using rounding to odd", IEEE
//!    Transactions on Computers 57(4)).
//! 3. Where something overflows, or is so small that the error of a product cannot be represented, `libm::fma`
//!    computes in integers, which takes ten times as long.
//!
//! Errors are kept as the *excess*, because x − 0 is x for −0 as well.

use std::sync::OnceLock;

use crate::vectorized::number::Arithmetic;

type Lanes = <f64 as Arithmetic>::Lanes;

/// Adds numbers·factor to sums.
type MultiplyAdd = fn(&mut [f64], &[f64], f64);

/// The function set by [`set_multiply_add`].
static MULTIPLY_ADD: OnceLock<MultiplyAdd> = OnceLock::new();

/// Sets a function that adds numbers·factor to the same number of sums, each product with one rounding.
///
/// This is only for platforms, such as many browsers, with an instruction for it that the compiler did not know about;
/// if the compiler knew, the function is never called. It is tried first, and rejected if it also rounds the product.
/// Returns `true` if it is used from now on; the first function accepted stays.
pub fn set_multiply_add(multiply_add: fn(&mut [f64], &[f64], f64)) -> bool {
    // (1 + 2⁻³⁰)² = 1 + 2⁻²⁹ + 2⁻⁶⁰; a rounded product loses the last term.
    let [number, lost] = [-30, -60].map(|exponent| libm::ldexp(1.0, exponent));
    let mut sums = [-1.0 - 2.0 * number; f64::LANES];
    multiply_add(&mut sums, &[1.0 + number; f64::LANES], 1.0 + number);
    sums == [lost; f64::LANES] && MULTIPLY_ADD.set(multiply_add).is_ok()
}

/// Products of smaller numbers could have parts too small to represent: 2⁻²⁵⁵.
const SMALLEST: f64 = f64::from_bits((1023 - 255) << 52);

/// Computes sums + numbers·factor.
#[inline(never)]
pub fn add_scaled<const HEIGHT: usize>(sums: &mut [Lanes; HEIGHT], numbers: &[Lanes; HEIGHT], factor: f64) {
    if let Some(multiply_add) = MULTIPLY_ADD.get() {
        multiply_add(sums.as_flattened_mut(), numbers.as_flattened(), factor);
    } else if factor.abs() == 1.0 {
        // The product is exact: many pixels are 1.
        let pairs = sums.as_flattened_mut().iter_mut().zip(numbers.as_flattened());
        pairs.for_each(|(sum, number)| *sum += number * factor);
    } else {
        add_products(sums, numbers, std::iter::repeat(factor));
    }
}

/// Computes sums + numbers·factors, lane by lane.
#[inline(never)]
pub fn add_lanes(sums: &mut Lanes, numbers: &Lanes, factors: &Lanes) {
    add_products(std::array::from_mut(sums), std::array::from_ref(numbers), factors.iter().copied());
}

#[inline(always)]
fn add_products<const HEIGHT: usize>(
    sums: &mut [Lanes; HEIGHT],
    numbers: &[Lanes; HEIGHT],
    factors: impl Iterator<Item = f64> + Clone,
) {
    let mut before = [[0.0; f64::LANES]; HEIGHT];
    let mut doubt = 0;
    let (sums, numbers, before) =
        (sums.as_flattened_mut(), numbers.as_flattened(), before.as_flattened_mut());
    for (((sum, before), number), factor) in
        sums.iter_mut().zip(&mut *before).zip(numbers).zip(factors.clone())
    {
        *before = *sum;
        let (quick, doubtful) = quickly(*number, factor, *sum);
        *sum = quick;
        doubt |= doubtful | too_small(*number) | too_small(factor);
    }
    if doubt << 1 != 0 {
        for (((sum, before), number), factor) in sums.iter_mut().zip(before).zip(numbers).zip(factors) {
            *sum = carefully(*number, factor, *before);
        }
    }
}

/// Returns the result and a mask of doubt: the result is in doubt if any bit but the first is set.
#[inline(always)]
fn quickly(number: f64, factor: f64, sum: f64) -> (f64, u64) {
    let (sum, too_much) = sum_and_excesses(number, factor, sum);
    let too_much = too_much[0] + too_much[1];
    let has_three_bits = too_much.to_bits() << 14 == 0;
    // Infinities, and the NaN that comes from them, have three bits too.
    (sum - too_much, too_much.to_bits() & mask(has_three_bits))
}

/// Returns the result for any numbers.
#[cold]
fn carefully(number: f64, factor: f64, sum: f64) -> f64 {
    let is_usual = |number: f64| number == 0.0 || (SMALLEST..1.0 / SMALLEST).contains(&number.abs());
    if is_usual(number) && is_usual(factor) && sum.abs() < 1.0 / SMALLEST {
        let (sum, [one, other]) = sum_and_excesses(number, factor, sum);
        sum - to_odd(one, other)
    } else {
        libm::fma(number, factor, sum)
    }
}

/// Returns sum + number·factor with two roundings, and by how much each rounding made it too large.
#[inline(always)]
fn sum_and_excesses(number: f64, factor: f64, sum: f64) -> (f64, [f64; 2]) {
    let (upper, lower) = halves(number, 0);
    let (factor_upper, factor_lower) = halves(factor, 1 << 26);
    let product = number * factor;
    let too_much = (((product - upper * factor_upper) - upper * factor_lower) - lower * factor_upper)
        - lower * factor_lower;
    let (sum, too_much_again) = add(product, sum);
    (sum, [too_much, too_much_again])
}

/// Returns the upper 26 bits of a number and the rest: 27 bits, or 26 with a sign if half a bit has been added.
#[inline(always)]
fn halves(number: f64, half_a_bit: u64) -> (f64, f64) {
    let upper = f64::from_bits(number.to_bits().wrapping_add(half_a_bit) & !((1 << 27) - 1));
    (upper, number - upper)
}

/// Returns x + y, and by how much it is too large.
#[inline(always)]
fn add(x: f64, y: f64) -> (f64, f64) {
    let sum = x + y;
    let part_of_y = sum - x;
    let part_of_x = sum - part_of_y;
    (sum, (part_of_x - x) + (part_of_y - y))
}

/// Returns x + y or, if it lies between two neighbouring numbers, the odd one of them.
#[inline(always)]
pub fn to_odd(x: f64, y: f64) -> f64 {
    let (sum, too_much) = add(x, y);
    // With infinities it is NaN.
    if too_much == 0.0 || too_much.is_nan() {
        return sum;
    }
    // If the neighbour nearer to zero is odd, it is the result; if it is even, the other one is.
    let is_too_far = (too_much > 0.0) == (sum > 0.0);
    f64::from_bits((sum.to_bits() - u64::from(is_too_far)) | 1)
}

/// Returns a number's bits if it is too small to be multiplied here.
#[inline(always)]
fn too_small(number: f64) -> u64 {
    number.to_bits() & mask(number.abs() < SMALLEST)
}

#[inline(always)]
fn mask(condition: bool) -> u64 {
    u64::from(condition).wrapping_neg()
}

#[cfg(test)]
mod tests {
    use rand::rngs::ChaCha8Rng;
    use rand::{Rng, RngExt, SeedableRng};

    use super::*;

    /// Computes the result with one rounding: by the processor's instruction, or by the C library's function
    /// (mingw-w64's rounds twice).
    fn expected(number: f64, factor: f64, sum: f64) -> f64 {
        if cfg!(all(windows, target_env = "gnu")) {
            libm::fma(number, factor, sum)
        } else {
            number.mul_add(factor, sum)
        }
    }

    /// Returns all bits of a number; for a NaN, only that it is one.
    fn bits(number: f64) -> u64 {
        if number.is_nan() { f64::NAN.to_bits() } else { number.to_bits() }
    }

    /// Returns a number with an exponent in this range, often with few bits or with nearly all.
    fn number(rng: &mut ChaCha8Rng, exponents: std::ops::Range<i32>) -> f64 {
        let all = (1 << 52) - 1;
        let mantissa = match rng.random_range(0..8) {
            0 => 0,
            1 => rng.next_u64() & (all << rng.random_range(0..52)),
            2 => 1 << rng.random_range(0..52),
            3 => all << rng.random_range(0..52),
            4 => all >> rng.random_range(0..52),
            5 => 1 << rng.random_range(0..52) | 1 << rng.random_range(0..52),
            _ => rng.next_u64(),
        } & all;
        let exponent = (rng.random_range(exponents) + 1023).clamp(0, 2047) as u64;
        f64::from_bits(rng.next_u64() & 1 << 63 | exponent << 52 | mantissa)
    }

    /// Returns two numbers and the sum to add their product to: of any size, near each other, cancelling, half-way.
    fn terms(rng: &mut ChaCha8Rng) -> [f64; 3] {
        let spread = [3, 40, 255, 520, 1100][rng.random_range(0..5)];
        let [one, other] = [(); 2].map(|()| match rng.random_range(0..40) {
            0 => 0.0,
            1 => -0.0,
            2 => f64::from_bits(rng.next_u64()),
            _ => number(rng, -spread..spread),
        });
        let product = one * other;
        let exponent = (product.to_bits() >> 52 & 2047) as i32 - 1023;
        let sum = match rng.random_range(0..9) {
            0 => {
                let gap =
                    [-110, -54, -53, -52, -2, -1, 0, 1, 2, 51, 52, 53, 54, 110][rng.random_range(0..14)];
                number(rng, exponent + gap..exponent + gap + 1)
            }
            1 => number(rng, exponent - 60..exponent + 60),
            2 => -product,
            3 => f64::from_bits((-product).to_bits().wrapping_add(rng.random_range(0..9)).wrapping_sub(4)),
            4 => -product + libm::ldexp(1.0, (exponent - rng.random_range(0..60)).max(-1074)),
            5 => libm::ldexp(libm::fma(one, other, -product), rng.random_range(0..60)),
            6 => f64::from_bits(rng.next_u64()),
            7 => f64::from_bits(rng.next_u64() & ((1 << 63) | ((1 << 52) - 1))),
            _ => [0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::MAX][rng.random_range(0..5)],
        };
        [one, other, sum]
    }

    fn compare_with_the_instruction(rounds: usize, seed: u64) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut in_doubt = 0;
        for _ in 0..rounds {
            // The same case on all lanes; then eight unrelated ones.
            let [number, factor, sum] = terms(&mut rng);
            let want = bits(expected(number, factor, sum));
            let mut sums = [[sum; f64::LANES]];
            add_scaled(&mut sums, &[[number; f64::LANES]], factor);
            assert_eq!(sums[0].map(bits), [want; f64::LANES], "{number:e}·{factor:e} + {sum:e}");
            assert_eq!(bits(carefully(number, factor, sum)), want, "{number:e}·{factor:e} + {sum:e}");
            in_doubt += usize::from(quickly(number, factor, sum).1 << 1 != 0);

            let cases: [_; f64::LANES] = std::array::from_fn(|_| terms(&mut rng));
            let mut sums = cases.map(|[_, _, sum]| sum);
            add_lanes(&mut sums, &cases.map(|[number, _, _]| number), &cases.map(|[_, factor, _]| factor));
            let want = cases.map(|[number, factor, sum]| bits(expected(number, factor, sum)));
            assert_eq!(sums.map(bits), want, "{cases:?}");
        }
        assert!((rounds / 10..rounds * 9 / 10).contains(&in_doubt), "{in_doubt} of {rounds} are in doubt");
    }

    #[test]
    fn every_result_is_that_of_the_instruction() {
        compare_with_the_instruction(10_000, 0);
    }

    #[test]
    #[ignore = "takes minutes in a debug build"]
    fn every_result_is_that_of_the_instruction_in_nine_million_cases() {
        compare_with_the_instruction(1_000_000, 1);
    }

    #[test]
    fn what_rounds_twice_is_not_used() {
        let twice = |sums: &mut [f64], numbers: &[f64], factor: f64| {
            sums.iter_mut().zip(numbers).for_each(|(sum, number)| *sum += number * factor);
        };
        assert!(!set_multiply_add(twice));
        assert!(!set_multiply_add(|_, _, _| ()));
        assert!(MULTIPLY_ADD.get().is_none());
    }

    #[test]
    fn numbers_as_they_come_in_training_are_never_in_doubt() {
        let mut rng = ChaCha8Rng::seed_from_u64(0);
        for _ in 0..100_000 {
            let [number, factor, sum] = [(); 3].map(|()| rng.random_range(-1.0..1.0));
            assert_eq!(quickly(number, factor, sum).1 << 1, 0, "{number:e}·{factor:e} + {sum:e}");
            assert_eq!(quickly(0.0, factor, sum), (sum, 0), "an input, or the padding, is often 0");
        }
    }
}
