//! The two types of numbers that a network can compute in, and [`Lanes`], 64 bytes of them.
//!
//! Everything else is written once for both. The bytes are the same for both, too: a register, a line of the cache, a
//! tile or a panel holds twice as many f32.

#![expect(
    clippy::inline_always,
    reason = "a helper that is not inlined is compiled for any x86-64, even if an AVX version calls it"
)]

use std::borrow::Cow;
use std::fmt::{Debug, Display};
use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub};

use super::exponential::Exponential;
use super::kernels::fused;
use crate::gradient_check::Real;

/// A type of numbers that a [`Network`](super::Network) can compute in: `f64` or `f32`.
pub trait Number: Arithmetic {}

impl<T: Arithmetic> Number for T {}

/// The operations that the network needs.
pub trait Arithmetic:
    Real
    + Default
    + Debug
    + Display
    + PartialOrd
    + Send
    + Sync
    + Exponential
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + MulAssign
    + 'static
{
    const ZERO: Self;
    const ONE: Self;

    /// Numbers that are processed together, on every processor: eight f64 or sixteen f32.
    type Lanes: Lanes<Self>;

    /// The number of numbers in a [`Lanes`].
    const LANES: usize;

    /// A smaller delta counts as 0.
    const SMALLEST_DELTA: f64;

    /// Rounds a delta to this type.
    ///
    /// In f32, one below 2⁻¹⁰⁰ becomes 0. It would not change a weight, but it would cost time: its products can be
    /// subnormal, and an operation on subnormal numbers takes Intel's processors a hundred cycles or more.
    #[inline(always)]
    fn round_delta(delta: f64) -> Self {
        Self::from_f64(if delta.abs() < Self::SMALLEST_DELTA { 0.0 } else { delta })
    }

    /// Computes self·factor + sum with one rounding, if there is an instruction for it.
    fn mul_add(self, factor: Self, sum: Self) -> Self;

    /// Computes sums + lanes·factor with one rounding each, if there is no instruction for it.
    fn add_scaled_without<const HEIGHT: usize>(
        sums: &mut [Self::Lanes; HEIGHT],
        lanes: &[Self::Lanes; HEIGHT],
        factor: Self,
    );

    /// Computes sums + lanes·factors in the same way, lane by lane.
    fn add_products_without(sums: &mut Self::Lanes, lanes: &Self::Lanes, factors: &Self::Lanes);

    /// Returns the same numbers as f64; a copy if they are not.
    fn in_double(numbers: &[Self]) -> Cow<'_, [f64]>;
}

macro_rules! arithmetic {
    ($number:ident, $lanes:literal, $smallest_delta:expr, $fused:ident, $in_double:expr) => {
        impl Arithmetic for $number {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            type Lanes = [Self; $lanes];
            const LANES: usize = $lanes;
            const SMALLEST_DELTA: f64 = $smallest_delta;

            #[inline(always)]
            fn mul_add(self, factor: Self, sum: Self) -> Self {
                $number::mul_add(self, factor, sum)
            }

            fn add_scaled_without<const HEIGHT: usize>(
                sums: &mut [Self::Lanes; HEIGHT],
                lanes: &[Self::Lanes; HEIGHT],
                factor: Self,
            ) {
                fused::$fused::add_scaled(sums, lanes, factor);
            }

            fn add_products_without(sums: &mut Self::Lanes, lanes: &Self::Lanes, factors: &Self::Lanes) {
                fused::$fused::add_lanes(sums, lanes, factors);
            }

            fn in_double(numbers: &[Self]) -> Cow<'_, [f64]> {
                $in_double(numbers)
            }
        }
    };
}
arithmetic!(f64, 8, 0.0, double, Cow::Borrowed);
arithmetic!(f32, 16, 1.0 / (1_u128 << 100) as f64, single, |numbers: &[f32]| numbers
    .iter()
    .map(|&number| number.into())
    .collect());

/// Numbers that are processed together: 64 bytes, which are one line of the cache and one register of AVX-512.
pub trait Lanes<T>: Copy + Debug + PartialEq + Send + Sync + 'static {
    const ZEROS: Self;

    /// Returns the numbers of some lanes, one after the other.
    fn flat(lanes: &[Self]) -> &[T];

    /// Returns the same, mutably.
    fn flat_mut(lanes: &mut [Self]) -> &mut [T];

    /// Returns numbers as whole lanes, without the remainder.
    fn of(numbers: &[T]) -> &[Self];

    /// Returns the same, mutably.
    fn of_mut(numbers: &mut [T]) -> &mut [Self];

    /// Computes self + numbers·factor, each product added with one rounding.
    fn add_scaled(&mut self, numbers: &Self, factor: T);

    /// Computes self + numbers·factors, lane by lane.
    fn add_products(&mut self, numbers: &Self, factors: &Self);

    /// Adds up all lanes in pairs: the upper half to the lower, until one is left.
    fn sum(self) -> T;
}

impl<T: Arithmetic, const N: usize> Lanes<T> for [T; N] {
    const ZEROS: Self = [T::ZERO; N];

    fn flat(lanes: &[Self]) -> &[T] {
        lanes.as_flattened()
    }

    fn flat_mut(lanes: &mut [Self]) -> &mut [T] {
        lanes.as_flattened_mut()
    }

    fn of(numbers: &[T]) -> &[Self] {
        numbers.as_chunks().0
    }

    fn of_mut(numbers: &mut [T]) -> &mut [Self] {
        numbers.as_chunks_mut().0
    }

    #[inline(always)]
    fn add_scaled(&mut self, numbers: &Self, factor: T) {
        for lane in 0..N {
            self[lane] = numbers[lane].mul_add(factor, self[lane]);
        }
    }

    #[inline(always)]
    fn add_products(&mut self, numbers: &Self, factors: &Self) {
        for lane in 0..N {
            self[lane] = numbers[lane].mul_add(factors[lane], self[lane]);
        }
    }

    #[inline(always)]
    fn sum(mut self) -> T {
        let mut count = N;
        while count > 1 {
            count /= 2;
            for lane in 0..count {
                self[lane] += self[lane + count];
            }
        }
        self[0]
    }
}
