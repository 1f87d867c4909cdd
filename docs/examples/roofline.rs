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

/// 64 bytes: a register of AVX-512, two of AVX2.
type Lanes<T, const LANES: usize> = [T; LANES];

macro_rules! multiply_and_add {
    ($name:ident, $number:ident, $lanes:literal) => {
        /// Adds up products with nothing to load: two operations, a multiplication and an addition, for each number.
        ///
        /// `SUMS` are in progress at the same time: enough to keep every multiply-add unit busy, and not more than
        /// there are registers.
        #[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2+fma"))]
        fn $name<const SUMS: usize>(
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
    };
}
multiply_and_add!(in_double, f64, 8);
multiply_and_add!(in_single, f32, 16);

/// The number of sums while memory is read.
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

/// Reads numbers, changes and writes them: what an update does.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2+fma"))]
fn change(numbers: &mut [Lanes<f64, 8>], factor: f64) {
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

/// Returns billions of operations per second, with as many sums at a time as suit this processor best.
fn peak<const LANES: usize>(work: [&dyn Fn(usize); 4]) -> f64 {
    let rate = |(work, sums): (&dyn Fn(usize), usize)| {
        let times = 16_000_000 / sums;
        (times * sums * LANES * 2) as f64 / shortest(|| work(black_box(times))) / 1e9
    };
    work.into_iter().zip(AT_A_TIME).map(rate).fold(0.0, f64::max)
}

const AT_A_TIME: [usize; 4] = [4, 5, 6, 16];

fn main() {
    let (factor, number) = black_box(([1e-9; 8], 1.1));
    let double = peak::<8>([
        &|times| in_double(times, &factor, number, black_box(&mut [[0.0; 8]; 4])),
        &|times| in_double(times, &factor, number, black_box(&mut [[0.0; 8]; 5])),
        &|times| in_double(times, &factor, number, black_box(&mut [[0.0; 8]; 6])),
        &|times| in_double(times, &factor, number, black_box(&mut [[0.0; 8]; 16])),
    ]);
    let (factor, number) = black_box(([1e-9; 16], 1.1));
    let single = peak::<16>([
        &|times| in_single(times, &factor, number, black_box(&mut [[0.0; 16]; 4])),
        &|times| in_single(times, &factor, number, black_box(&mut [[0.0; 16]; 5])),
        &|times| in_single(times, &factor, number, black_box(&mut [[0.0; 16]; 6])),
        &|times| in_single(times, &factor, number, black_box(&mut [[0.0; 16]; 16])),
    ]);
    println!("peak: {double:.0} billion operations per second in f64, {single:.0} in f32");
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
