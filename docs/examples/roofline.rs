//! Measures the most that this machine can do: products per second, and bytes per second from each cache and from
//! memory.
//!
//! ```text
//! cargo run --release --example roofline
//! ```
//!
//! The roof of a computation is the longer of two times: its multiplications and additions at the peak, and the bytes
//! that it moves at the speed of the memory that they come from. Chapter 9 compares each rung with it.

use std::hint::black_box;
use std::time::Instant;

use multiversion::multiversion;

/// 64 bytes: one register of AVX-512, two of AVX2.
type Lanes<T, const LANES: usize> = [T; LANES];

macro_rules! multiply_and_add {
    ($module:ident, $number:ident, $lanes:literal) => {
        mod $module {
            use super::{Lanes, black_box, multiversion, shortest};

            /// Adds up products with nothing to load: two operations, a multiplication and an addition, for each number.
            ///
            /// `SUMS` are in progress at the same time: enough to keep every multiply-add unit busy, and not more than
            /// there are registers.
            #[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2+fma"))]
            fn multiply_and_add<const SUMS: usize>(
                times: usize,
                factor: &Lanes<$number, $lanes>,
                number: $number,
                sums: &mut [Lanes<$number, $lanes>; SUMS],
            ) {
                // A copy, which can stay in registers.
                let mut tile = *sums;
                for _ in 0..times {
                    for place in 0..SUMS {
                        for lane in 0..$lanes {
                            tile[place][lane] = factor[lane].mul_add(number, tile[place][lane]);
                        }
                    }
                }
                *sums = tile;
            }

            /// Returns billions of operations per second.
            fn rate<const SUMS: usize>() -> f64 {
                let times = 16_000_000 / SUMS;
                let (factor, number) = black_box(([1e-9; $lanes], 1.1));
                let mut sums = [[0.0; $lanes]; SUMS];
                let seconds =
                    shortest(|| multiply_and_add(black_box(times), &factor, number, black_box(&mut sums)));
                (times * SUMS * $lanes * 2) as f64 / seconds / 1e9
            }

            /// Returns the rate with as many sums as suit this processor best.
            pub fn peak() -> f64 {
                [rate::<4>(), rate::<5>(), rate::<6>(), rate::<16>()].into_iter().fold(0.0, f64::max)
            }
        }
    };
}
multiply_and_add!(double, f64, 8);
multiply_and_add!(single, f32, 16);

/// The number of sums in progress while memory is read.
const SUMS: usize = 16;

/// Reads numbers from one end to the other.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2+fma"))]
fn read(numbers: &[Lanes<f64, 8>]) -> f64 {
    let mut sums = [[0.0; 8]; SUMS];
    for numbers in numbers.chunks_exact(SUMS) {
        for (sum, numbers) in sums.iter_mut().zip(numbers) {
            for lane in 0..8 {
                sum[lane] += numbers[lane];
            }
        }
    }
    sums.as_flattened().iter().sum()
}

/// Reads numbers, changes them and writes them back, as an update does.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2+fma"))]
fn change(numbers: &mut [Lanes<f64, 8>], factor: f64) {
    for number in numbers.as_flattened_mut() {
        *number *= factor;
    }
}

/// Returns the time of the shortest of nine attempts, in seconds.
fn shortest(mut work: impl FnMut()) -> f64 {
    let time = |_| {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64()
    };
    (0..9).map(time).fold(f64::INFINITY, f64::min)
}

fn main() {
    println!(
        "peak: {:.0} billion operations per second in f64, {:.0} in f32",
        double::peak(),
        single::peak()
    );
    println!("     KiB   read GB/s   read and written GB/s (each way)");
    for kibibytes in [16, 256, 2048, 65536] {
        let mut numbers = vec![[1.0; 8]; kibibytes * 16];
        let again = 131_072 / kibibytes;
        let bytes = (again * kibibytes * 1024) as f64 / 1e9;
        let reading = shortest(|| (0..again).for_each(|_| _ = black_box(read(black_box(&numbers)))));
        let changing = shortest(|| (0..again).for_each(|_| change(black_box(&mut numbers), black_box(1.0))));
        println!("{kibibytes:>8} {:>11.0} {:>11.0}", bytes / reading, bytes / changing);
    }
}
