//! Computes sum + number·factor with one rounding on processors that have no instruction for it (WebAssembly is one, an
//! x86-64 without FMA another), with the same bits.

pub mod double;
pub mod single;

/// True if the version of a kernel that this is used in has the instruction behind `f64::mul_add`.
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
