//! Tells ink from paper, whatever their colours.
//!
//! 1. A large picture is made smaller, which also evens out noise.
//! 2. The colours at the edges of the picture are the paper's; a plane through them follows a shadow across the page.
//! 3. Ink is the distance of a pixel's colour from the paper's.
//! 4. Otsu's threshold separates strong ink from weak; weak ink is noise and becomes paper.
//! 5. Specks are removed: patches much smaller than the largest.

use super::Picture;

/// The longest side that is not shrunk.
const LONGEST_SIDE: usize = 400;
/// A patch of ink counts if it has at least this share of the largest one's.
const SMALLEST_PATCH: f64 = 0.04;
/// Colours within this distance of the paper's (of 255) may be its grain, if no colour is farther away.
const GRAIN: f64 = 12.0;

type Colour = [f64; 3];

/// The ink of each pixel, row by row: 0 for paper, 1 for full ink.
pub(super) struct Ink {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) values: Vec<f64>,
}

/// Finds the ink of a picture.
pub(super) fn find(picture: &Picture) -> Ink {
    let (width, height, colours) = shrink(picture);
    let paper = Paper::under(width, height, &colours);
    let ink = |(index, colour)| distance(colour, &paper.colour(index));
    let mut values: Vec<f64> = colours.iter().enumerate().map(ink).collect();
    part_ink_from_noise(&mut values);
    remove_specks(&mut values, width);
    Ink { width, height, values }
}

/// Returns the picture on opaque ground, with at most [`LONGEST_SIDE`] pixels per side.
fn shrink(picture: &Picture) -> (usize, usize, Vec<Colour>) {
    let factor = picture.width.max(picture.height).div_ceil(LONGEST_SIDE);
    let (width, height) = (picture.width.div_ceil(factor), picture.height.div_ceil(factor));
    let ground = ground_behind(picture);
    let mut sums = vec![([0.0; 3], 0.0); width * height];
    for (index, &[red, green, blue, opacity]) in picture.rgba.iter().enumerate() {
        let (x, y) = (index % picture.width / factor, index / picture.width / factor);
        let (sum, count) = &mut sums[y * width + x];
        let opacity = f64::from(opacity) / 255.0;
        for (sum, channel) in sum.iter_mut().zip([red, green, blue]) {
            *sum += opacity * f64::from(channel) + (1.0 - opacity) * ground;
        }
        *count += 1.0;
    }
    let colours = sums.iter().map(|(sum, count)| sum.map(|channel| channel / count)).collect();
    (width, height, colours)
}

/// Chooses the ground behind transparent pixels: white, or black if the painted pixels are light.
fn ground_behind(picture: &Picture) -> f64 {
    let (mut light, mut weight) = (0.0, 0.0);
    for &[red, green, blue, opacity] in &picture.rgba {
        let opacity = f64::from(opacity);
        light += opacity * (f64::from(red) + f64::from(green) + f64::from(blue)) / 3.0;
        weight += opacity;
    }
    if light > 127.5 * weight { 0.0 } else { 255.0 }
}

/// The colour of the paper: a plane over the picture for each channel, c + x·dx + y·dy.
struct Paper {
    planes: [[f64; 3]; 3],
    width: usize,
    middle: (f64, f64),
}

impl Paper {
    /// Fits the planes to the pixels along the edges. A second round leaves out pixels that are far off, such as a
    /// stroke that leaves the picture.
    fn under(width: usize, height: usize, colours: &[Colour]) -> Self {
        let band = width.min(height).div_ceil(16);
        let is_edge = |index: &usize| {
            let (x, y) = (index % width, index / width);
            x < band || y < band || x + band >= width || y + band >= height
        };
        let edge: Vec<usize> = (0..colours.len()).filter(is_edge).collect();
        let flat =
            std::array::from_fn(|channel| [median(edge.iter().map(|&i| colours[i][channel])), 0.0, 0.0]);
        let mut paper = Self { planes: flat, width, middle: (width as f64 / 2.0, height as f64 / 2.0) };
        for reach in [80.0, 40.0, 25.0] {
            let near = |&&index: &&usize| distance(&colours[index], &paper.colour(index)) <= reach;
            let kept: Vec<usize> = edge.iter().filter(near).copied().collect();
            // Too few points do not determine a plane.
            if kept.len() * 2 < edge.len() || kept.len() < 12 {
                break;
            }
            paper.planes = std::array::from_fn(|channel| {
                let point = |&index: &usize| {
                    let (x, y) = paper.place(index);
                    [x, y, colours[index][channel]]
                };
                fit_plane(&kept.iter().map(point).collect::<Vec<_>>())
            });
        }
        paper
    }

    /// Returns the place of a pixel, counted from the middle of the picture.
    fn place(&self, index: usize) -> (f64, f64) {
        let (x, y) = ((index % self.width) as f64, (index / self.width) as f64);
        (x - self.middle.0, y - self.middle.1)
    }

    fn colour(&self, index: usize) -> Colour {
        let (x, y) = self.place(index);
        self.planes.map(|[c, dx, dy]| c + x * dx + y * dy)
    }
}

/// Fits the plane v = c + x·dx + y·dy to points (x, y, v), by least squares.
fn fit_plane(points: &[[f64; 3]]) -> [f64; 3] {
    let count = points.len() as f64;
    let mean: [f64; 3] =
        std::array::from_fn(|axis| points.iter().map(|point| point[axis]).sum::<f64>() / count);
    let product = |a: usize, b: usize| {
        points.iter().map(|point| (point[a] - mean[a]) * (point[b] - mean[b])).sum::<f64>()
    };
    let (xx, yy, xy, xv, yv) = (product(0, 0), product(1, 1), product(0, 1), product(0, 2), product(1, 2));
    let determinant = xx * yy - xy * xy;
    if determinant.abs() <= 1e-9 * xx.max(yy).powi(2) {
        return [mean[2], 0.0, 0.0];
    }
    let dx = (xv * yy - yv * xy) / determinant;
    let dy = (yv * xx - xv * xy) / determinant;
    [mean[2] - dx * mean[0] - dy * mean[1], dx, dy]
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn distance(one: &Colour, other: &Colour) -> f64 {
    let squares = one.iter().zip(other).map(|(a, b)| (a - b) * (a - b));
    (squares.sum::<f64>() / 3.0).sqrt()
}

/// Turns distances into ink from 0 to 1: 0 below a fraction of Otsu's threshold, 1 from the mean of the distances above
/// the threshold on.
fn part_ink_from_noise(values: &mut [f64]) {
    let threshold = otsu(values).max(GRAIN);
    let strong: Vec<f64> = values.iter().copied().filter(|&value| value > threshold).collect();
    if strong.is_empty() {
        values.fill(0.0);
        return;
    }
    let full = strong.iter().sum::<f64>() / strong.len() as f64;
    let least = 0.6 * threshold;
    for value in values {
        *value = ((*value - least) / (full - least)).clamp(0.0, 1.0);
    }
}

/// Returns the threshold that best separates the values into two groups, with the largest variance between them (Otsu).
fn otsu(values: &[f64]) -> f64 {
    let mut histogram = [0.0; 256];
    for &value in values {
        histogram[(value as usize).min(255)] += 1.0;
    }
    let total = values.len() as f64;
    let total_sum: f64 = histogram.iter().enumerate().map(|(level, count)| level as f64 * count).sum();
    let (mut below, mut sum_below, mut best, mut threshold) = (0.0, 0.0, 0.0, 0.0);
    for (level, count) in histogram.iter().enumerate() {
        below += count;
        sum_below += level as f64 * count;
        let above = total - below;
        if below == 0.0 || above == 0.0 {
            continue;
        }
        let apart = sum_below / below - (total_sum - sum_below) / above;
        let variance = below * above * apart * apart;
        if variance > best {
            (best, threshold) = (variance, level as f64 + 1.0);
        }
    }
    threshold
}

/// Removes patches of connected ink that are much smaller than the largest.
fn remove_specks(values: &mut [f64], width: usize) {
    let height = values.len() / width;
    let mut patch_of = vec![usize::MAX; values.len()];
    let mut masses = Vec::new();
    for start in 0..values.len() {
        if values[start] <= 0.0 || patch_of[start] != usize::MAX {
            continue;
        }
        let patch = masses.len();
        let mut mass = 0.0;
        let mut to_visit = vec![start];
        patch_of[start] = patch;
        while let Some(index) = to_visit.pop() {
            mass += values[index];
            let (x, y) = (index % width, index / width);
            for near_y in y.saturating_sub(1)..(y + 2).min(height) {
                for near_x in x.saturating_sub(1)..(x + 2).min(width) {
                    let near = near_y * width + near_x;
                    if values[near] > 0.0 && patch_of[near] == usize::MAX {
                        patch_of[near] = patch;
                        to_visit.push(near);
                    }
                }
            }
        }
        masses.push(mass);
    }
    let largest = masses.iter().copied().fold(0.0, f64::max);
    for (value, &patch) in values.iter_mut().zip(&patch_of) {
        if patch != usize::MAX && masses[patch] < SMALLEST_PATCH * largest {
            *value = 0.0;
        }
    }
}
