//! The dice: makes every random choice in a drawing.
//!
//! [`Chance`] wraps one stream of the `ChaCha8` generator and turns its raw bits into the few kinds of random number
//! that drawing needs. Uniform and normal numbers are made here, from bits and the `libm` crate alone, so neither
//! another library's method nor a computer's own sine or logarithm can change a single pixel.

use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};

/// Streams from this number on shuffle labels; those below it draw images.
const FIRST_LABEL_STREAM: u64 = 1 << 63;

/// A source of random choices that always makes the same ones for the same seed.
pub struct Chance {
    bits: ChaCha8Rng,
}

impl Chance {
    /// Returns the dice for drawing image number `index` of the set `seed`.
    pub fn for_image(seed: u64, index: u64) -> Self {
        Self::with_stream(seed, index)
    }

    /// Returns the dice for shuffling the labels of block number `block` of the set `seed`.
    pub fn for_label_block(seed: u64, block: u64) -> Self {
        Self::with_stream(seed, FIRST_LABEL_STREAM + block)
    }

    /// Returns a number between `low` and `high`, all equally likely.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Returns a normally distributed number: `mean` give or take `spread`, its standard deviation.
    pub fn about(&mut self, mean: f64, spread: f64) -> f64 {
        // Box and Muller's method. `1 - unit` is never zero, so the logarithm is finite.
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.unit()));
        let angle = self.between(0.0, std::f64::consts::TAU);
        mean + spread * radius * libm::cos(angle)
    }

    /// Returns a number as [`Chance::about`] does, drawn again until it lies between `low` and `high`.
    pub fn about_within(&mut self, mean: f64, spread: f64, low: f64, high: f64) -> f64 {
        loop {
            let value = self.about(mean, spread);
            if (low..=high).contains(&value) {
                return value;
            }
        }
    }

    /// Returns one of the numbers from 0 up to, but not including, `count`.
    pub fn below(&mut self, count: u32) -> u32 {
        // The high half of a 64-bit product is `count` times a fraction of one, rounded down.
        let product = u64::from(self.bits.next_u32()) * u64::from(count);
        (product >> 32) as u32
    }

    /// Puts `items` into a random order, every order equally likely (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last as u32 + 1) as usize;
            items.swap(last, other);
        }
    }

    fn with_stream(seed: u64, stream: u64) -> Self {
        let mut bits = ChaCha8Rng::seed_from_u64(seed);
        bits.set_stream(stream);
        Self { bits }
    }

    /// Returns a number from 0 up to, but not including, 1: a multiple of 2^-53.
    fn unit(&mut self) -> f64 {
        const STEP: f64 = 1.0 / (1_u64 << 53) as f64;
        (self.bits.next_u64() >> 11) as f64 * STEP
    }
}
