//! Four: open at the top or closed into a triangle; the stem may be upright or lean.

use super::Style;

/// The ways of writing a 4.
pub const STYLES: &[Style] = &[
    // Open: an angle, then the stem.
    Style { weight: 26, strokes: &[pen![10,2 4,28 0,52 corner 30,54 62,48], pen![58,0 54,50 48,100]] },
    // Open and round: a bowl, then the stem.
    Style { weight: 22, strokes: &[pen![8,0 2,24 4,46 24,54 48,46 60,30], pen![66,2 60,40 52,100]] },
    // Open, with a bar that crosses the stem.
    Style { weight: 18, strokes: &[pen![22,0 10,28 0,58 corner 38,58 80,54], pen![56,24 52,60 46,100]] },
    // Closed: a triangle, and the bar crosses the stem.
    Style { weight: 10, strokes: &[pen![50,0 26,30 0,62 corner 36,64 76,62], pen![52,0 50,50 48,100]] },
    // Without lifting the pen: bowl, up, and down again.
    Style { weight: 14, strokes: &[pen![6,4 0,30 8,50 34,48 58,26 66,4 corner 60,40 50,100]] },
    // The stem is short and starts at the bar's height.
    Style { weight: 8, strokes: &[pen![14,0 4,32 0,50 corner 28,52 64,46], pen![50,10 44,52 40,100]] },
    // The top nearly closes, as in a 9 with a corner.
    Style { weight: 8, strokes: &[pen![40,2 14,18 0,46 corner 30,52 60,42], pen![62,0 56,46 50,100]] },
];
