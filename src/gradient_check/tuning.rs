//! Every constant that the verdicts depend on, with its unit and the experiment that set it.
//!
//! "The sweep" is `tests/library/gradient_check/models.rs`: random models with units from 10⁻⁶ to 10⁶, correct ones and ones with a
//! gradient that is 3 % wrong. "The traps" are `tests/library/gradient_check/traps.rs`: models whose wrong gradient agrees at one
//! scale only.

/// Fraction of a value: a value with a larger uncertainty certifies nothing. A fault of 3 % is then far outside.
pub(super) const CERTAIN: f64 = 2e-2;

/// Fraction of a value: a value with a larger uncertainty has hardly been measured, and does not count against a
/// gradient by itself. In f32 the sweep accuses correct models from about 0.3 on.
pub(super) const MEASURED: f64 = 0.1;

/// Fraction of a value: in f32 the slopes on both sides may differ by this much before a closer look is taken. Found
/// with p·ln p at 0.005, where truncation made up for a fault of 2.3 %.
pub(super) const STRAIGHT: f64 = 0.03;

/// Factor: the estimated error of an estimate is itself an estimate, so this many times the error is allowed (the
/// sweep).
pub(super) const ALLOWANCE: f64 = 4.0;

/// Rounding errors of E's terms: a larger scatter of E does not excuse a step that refutes a gradient (quantised
/// weights and sawteeth among the traps; with 64, those with 12 binary digits are certified in f32).
pub(super) const ROUNDING: f64 = 3.0;

/// Rounding errors of E's terms: a scatter that remains over the smallest steps is believed up to this size. Near the minimum
/// of (a − t)² it is the rounding of a, up to some 40 of them (`tests/library/gradient_check/targets.rs`; with 3, half of
/// the right gradients there were left open and up to one wrong one in fifteen was certified).
pub(super) const CREDIBLE: f64 = 64.0;

/// Rounding errors of numbers near 1: changes up to this size may be swallowed (ln(1 + eᶻ) in the sweep).
pub(super) const SWALLOWED: f64 = 64.0;

/// Jumps: if E is a whole multiple of its smallest jump, at most this many times, then the jump is the unit that E is
/// counted in, whatever E's own unit (10⁶·softmax loss in f32 in the sweep, where E was three).
pub(super) const FEW_QUANTA: f64 = 16.0;

/// Fraction of a number: how near it must be to a whole number there.
pub(super) const WHOLE: f64 = 0.01;

/// Rounding errors of E's terms: E evaluated twice may differ by this much, as a sum does if its order varies. A sum of
/// 100,000 numbers in random order differs by up to 150; random draws differ by a million times more.
pub(super) const REPEATABLE: f64 = 32768.0;

/// Bounds on the noise: a smaller step refutes a gradient from which it is this far off (the traps; with 2 the sweep in
/// f32 leaves 1 % more models open).
pub(super) const REFUTED: f64 = 3.0;

/// Rounding errors of E's terms: where the gradient promises a change of this size, and E is the same number at two steps
/// in a row, the gradient is refuted (quantised weights among the traps).
pub(super) const FLAT: f64 = 16.0;

/// Bounds on the noise: a bend is looked for at the smallest step at which E bends by this much; noise is an eighth of that.
pub(super) const BEND_VISIBLE: f64 = 32.0;

/// Fraction of a group's gradient, by size: at most this much may be left open if the report is to agree.
pub(super) const LEFT_OPEN: f64 = 0.2;

/// Fraction of a value: an open value that differs by more than this and by more than its estimated error leaves its
/// group open. The traps are wrong by 5 % or more (with only the uncertainty required, one of 120,000 was certified).
/// Right values of candle's layers in f32 differ by less; one of them had left a group open that agreed to 98 %.
pub(super) const CONTESTED: f64 = 0.03;

/// Rounding errors of the largest effect: a parameter with less has no visible effect on E. A bias in front of a batch
/// norm is left with 1 to 10.
pub(super) const NO_EFFECT: f64 = 64.0;

/// Bounds on the noise: the smallest step at which a gradient is compared changes E by this much.
pub(super) const VISIBLE_CHANGE: f64 = 64.0;

/// Factor on a typical size: the largest step for a parameter that is 0 among large ones. Limits the number of steps.
pub(super) const LARGEST_SCALE: f64 = 1_073_741_824.0;

/// The number of smallest steps that show how E scatters along one coordinate.
pub(super) const SMALLEST_STEPS: usize = 4;

/// Steps in a row, down to the smallest, at which E must get steeper by the factor [`STEEPER`] to have no slope. ∛w
/// gets steeper by 2.5 at each; a curved E by less than 1.02 from the third step on.
pub(super) const STEEPENING_STEPS: usize = 8;

/// Factor: see [`STEEPENING_STEPS`].
pub(super) const STEEPER: f64 = 1.02;

/// Rounding errors of E: a change of this many is not a rounding error (sin 10⁵w in f32).
pub(super) const VISIBLE: f64 = 16.0;

/// In f32, one out of this many parameters may disagree slightly without the report disagreeing: rounding does that to
/// a few in a million.
pub(super) const MANY: usize = 10;

/// Uncertainties: the limit of a slight disagreement in that case.
pub(super) const LITTLE: f64 = 5.0;

/// Rounding errors of the largest entry of a group: code in f32 leaves this much in the others, which an E in f64 would show
/// (candle's gelu, whose derivative has constants of six digits).
pub(super) const GRADIENT_ROUNDING: f64 = 16.0;
