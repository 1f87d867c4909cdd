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

type Lanes = [f64; 8];

/// A tile of sums, as the matrix product has them: enough to keep every multiply-add unit busy.
const SUMS: usize = 16;

/// Adds up products with nothing to load: two operations, a multiplication and an addition, for each number.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2+fma"))]
fn multiply_and_add(times: usize, factors: &[Lanes; 4], numbers: &[f64; 4]) -> f64 {
    let mut sums = [[0.0; 8]; SUMS];
    for _ in 0..times {
        for (place, sum) in sums.iter_mut().enumerate() {
            for lane in 0..8 {
                sum[lane] = factors[place % 4][lane].mul_add(numbers[place / 4], sum[lane]);
            }
        }
    }
    sums.as_flattened().iter().sum()
}

/// Reads numbers from one end to the other.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2+fma"))]
fn read(numbers: &[Lanes]) -> f64 {
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

/// Reads numbers, changes and writes them: what an update does.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2+fma"))]
fn change(numbers: &mut [Lanes], factor: f64) {
    for number in numbers.as_flattened_mut() {
        *number *= factor;
    }
}

/// The shortest of some attempts, in seconds.
fn shortest(mut work: impl FnMut()) -> f64 {
    let time = |_| {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64()
    };
    (0..9).map(time).fold(f64::INFINITY, f64::min)
}

fn main() {
    let times = 2_000_000;
    let (factors, numbers) = black_box(([[1e-9; 8]; 4], [1.1; 4]));
    let seconds = shortest(|| _ = black_box(multiply_and_add(black_box(times), &factors, &numbers)));
    println!("peak: {:.0} billion operations per second", (times * SUMS * 16) as f64 / seconds / 1e9);
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
