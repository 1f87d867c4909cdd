//! Computes sum + number·factor with one rounding on processors that have no instruction for it, with the same bits.
//!
//! As of November 2026 it is still needed by:
//!
//! - x86-64 before Intel's Haswell (2013) and AMD's Piledriver (2012), and Intel's Atom, Celeron and Pentium for years
//!   after that (Jasper Lake, of 2021, has no FMA);
//! - every browser in f32, and in f64 those without WebAssembly's relaxed SIMD
//!   ([`set_multiply_add`](double::set_multiply_add)): Chrome before 114 (2023), Firefox before 145 (2025), and Safari,
//!   whose engine got it in April 2026.

pub mod double;
pub mod single;

/// `true` if the version of a kernel that this is used in has the instruction behind `f64::mul_add`.
///
/// AVX-512 has its own instruction. Only the features written out for a version are seen, not those they imply.
///
/// In a debug build for windows-gnu `mul_add` is a call of mingw-w64's `fma`, which rounds twice.
macro_rules! has_instruction {
    () => {
        multiversion::target::target_cfg_f!(all(
            any(
                target_feature = "fma",
                target_feature = "avx512f",
                not(any(target_arch = "x86", target_arch = "x86_64", target_arch = "wasm32"))
            ),
            not(all(windows, target_env = "gnu", debug_assertions))
        ))
    };
}
pub(super) use has_instruction;
