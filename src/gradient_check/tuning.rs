//! Every constant that the verdicts depend on, with its unit and the experiment that set it.
//!
//! "The sweep" is `tests/library/gradient_check/models.rs`: random models with units from 10⁻⁶ to 10⁶, correct ones and ones with a
//! gradient that is 3 % wrong. "The traps" are `tests/library/gradient_check/traps.rs`: models whose wrong gradient agrees at one
//! scale only.

/// See the fields.
pub(super) struct Tuning {
    /// Part of a value: one with a larger uncertainty certifies nothing. A fault of 3 % then lies outside by far.
    pub certain: f64,
    /// Part of a value: one with a larger uncertainty has hardly been measured, and accuses no gradient by itself. The sweep
    /// in f32 accuses correct models from about 0.3 on.
    pub measured: f64,
    /// Part of a value: in f32 the slopes on both sides may differ by this much before a closer look is taken. Found with
    /// p·ln p at 0.005, where truncation made up for a fault of 2.3 %.
    pub straight: f64,
    /// Times: the estimated error of an estimate is itself an estimate, and this many times it is allowed for (the sweep).
    pub allowance: f64,
    /// Rounding errors of E's terms: a larger scatter of E excuses no step that refutes a gradient (quantised weights and
    /// sawteeth among the traps; with 64, those with 12 binary digits are certified in f32).
    pub rounding: f64,
    /// Rounding errors of numbers near 1: changes up to this size may be swallowed (ln(1 + eᶻ) in the sweep).
    pub swallowed: f64,
    /// Rounding errors of E's terms: E evaluated twice may differ by this much, as sums do whose order varies. A sum of
    /// 100,000 numbers in random order differs by up to 150; what is drawn at random differs by a million times more.
    pub repeatable: f64,
    /// Bounds on the noise: a smaller step refutes a gradient from which it is this far off (the traps; with 2 the sweep in
    /// f32 leaves 1 % more models open).
    pub refuted: f64,
    /// Rounding errors of E's terms: where the gradient promises a change of this size, and E is the same number at two steps
    /// in a row, the gradient is refuted (quantised weights among the traps).
    pub flat: f64,
    /// Bounds on the noise: a bend is looked for at the smallest step at which E bends by this much; noise is an eighth of that.
    pub bend_visible: f64,
    /// Part of a group's gradient, by size: at most this much may be left open where the report agrees.
    pub left_open: f64,
    /// Rounding errors of the largest effect: a parameter with less has no visible effect on E. A bias in front of a batch
    /// norm is left with 1 to 10.
    pub no_effect: f64,
    /// Bounds on the noise: the smallest step at which a gradient is compared changes E by this much.
    pub visible_change: f64,
    /// Times a typical size: the largest step for a parameter that is 0 among large ones. Bounds the number of steps.
    pub largest_scale: f64,
    /// How many of the smallest steps show how E scatters along one coordinate.
    pub smallest_steps: usize,
    /// Logarithm of a ratio of likelihoods from which one slope counts as far more likely than another (the sweep in f32).
    pub far_more_likely: f64,
    /// Steps in a row, down to the smallest, at which E must be steeper to have no slope, and by which factor. ∛w is steeper
    /// by 2.5 at each; a curved E by less than 1.02 from the third step on.
    pub steepening_steps: usize,
    /// See `steepening_steps`.
    pub steeper: f64,
    /// Rounding errors of E: a change of this many is not a rounding error (sin 10⁵w in f32).
    pub visible: f64,
    /// Times: of two slopes the one that misses by this factor less fits better, or far better (sin 10⁵w in f32).
    pub fits: f64,
    /// See `fits`.
    pub fits_far_better: f64,
    /// In f32, out of this many parameters one may disagree by little without the report disagreeing: of a million, rounding does that
    /// to a few.
    pub many: usize,
    /// Uncertainties: what counts as little there.
    pub little: f64,
}

/// The constants in use.
pub(super) const TUNING: Tuning = Tuning {
    certain: 1e-2,
    measured: 0.1,
    straight: 0.03,
    allowance: 4.0,
    rounding: 3.0,
    swallowed: 64.0,
    repeatable: 32768.0,
    refuted: 3.0,
    flat: 16.0,
    bend_visible: 32.0,
    left_open: 0.1,
    no_effect: 64.0,
    visible_change: 64.0,
    largest_scale: 1_073_741_824.0,
    smallest_steps: 4,
    far_more_likely: 4.0,
    steepening_steps: 8,
    steeper: 1.02,
    visible: 16.0,
    fits: 1.5,
    fits_far_better: 8.0,
    many: 10,
    little: 5.0,
};
