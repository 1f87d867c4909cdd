//! PNG files for tests: a seven of any size and colour.

use png::{BitDepth, ColorType};

pub fn png(width: u32, height: u32, kind: ColorType, depth: BitDepth, data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(kind);
    encoder.set_depth(depth);
    if kind == ColorType::Indexed {
        encoder.set_palette(vec![250, 250, 250, 20, 20, 20]);
    }
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(data).expect("pixels");
    writer.finish().expect("an end");
    bytes
}

/// Returns `true` if a seven, 12 wide and 16 high, has ink at this place.
pub fn is_ink(x: i32, y: i32) -> bool {
    let on_bar = (0..3).contains(&y) && (0..12).contains(&x);
    let on_leg = (3..16).contains(&y) && (0..3).contains(&(x - (11 - y / 2)));
    on_bar || on_leg
}

/// Draws the seven at a place on paper of some size; paper and ink are colours of red, green and blue.
pub fn drawing(size: (i32, i32), place: (i32, i32), scale: i32, paper: [u8; 3], ink: [u8; 3]) -> Vec<u8> {
    let mut data = Vec::new();
    for y in 0..size.1 {
        for x in 0..size.0 {
            let inked = is_ink((x - place.0).div_euclid(scale), (y - place.1).div_euclid(scale));
            data.extend(if inked { ink } else { paper });
        }
    }
    png(size.0.cast_unsigned(), size.1.cast_unsigned(), ColorType::Rgb, BitDepth::Eight, &data)
}

pub const WHITE: [u8; 3] = [255; 3];
pub const BLACK: [u8; 3] = [0; 3];
