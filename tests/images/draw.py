"""Draws the pictures in this folder: digits as somebody might draw them on a screen or photograph them from paper.

Not from MNIST, nor drawn with the strokes of this crate's own digits. `python3 draw.py` (numpy) writes them again.
"""

import math
import os
import struct
import zlib

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))


def arc(cx, cy, rx, ry, start, end, n=40):
    """Points on an ellipse, angles in degrees, 0 to the right and 90 down."""
    angles = np.radians(np.linspace(start, end, n))
    return [(cx + rx * math.cos(a), cy + ry * math.sin(a)) for a in angles]


# Strokes in a box of width 0.7 and height 1.
DIGITS = {
    0: [arc(0.35, 0.5, 0.3, 0.48, -80, 280)],
    1: [[(0.2, 0.22), (0.42, 0.04), (0.40, 0.96)]],
    2: [arc(0.35, 0.28, 0.28, 0.26, -160, 35) + [(0.08, 0.93), (0.66, 0.91)]],
    3: [arc(0.32, 0.26, 0.26, 0.23, -150, 85) + arc(0.32, 0.73, 0.32, 0.25, -85, 150)],
    4: [[(0.36, 0.03), (0.06, 0.62), (0.66, 0.60)], [(0.50, 0.30), (0.46, 0.98)]],
    5: [[(0.60, 0.05), (0.16, 0.06), (0.12, 0.44)] + arc(0.33, 0.68, 0.30, 0.28, -130, 140)],
    6: [[(0.50, 0.03), (0.28, 0.25), (0.12, 0.60)] + arc(0.34, 0.70, 0.24, 0.26, 180, -180)],
    7: [[(0.07, 0.08), (0.64, 0.06), (0.28, 0.97)]],
    8: [arc(0.35, 0.26, 0.22, 0.22, 90, -270) + arc(0.35, 0.73, 0.28, 0.25, -90, 270)],
    9: [arc(0.33, 0.28, 0.24, 0.24, 20, -340) + [(0.56, 0.40), (0.46, 0.97)]],
}


def ink(digit, width, height, box, thickness, slant=0.0, turn=0.0, tremor=0.0, seed=0):
    """Coverage from 0 to 1. `box` is (left, top, height of the digit) in pixels."""
    rng = np.random.default_rng(seed)
    left, top, size = box
    ys, xs = np.mgrid[0:height, 0:width] + 0.5
    distance = np.full((height, width), 1e9)
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    for stroke in DIGITS[digit]:
        points = []
        phase = rng.uniform(0, 6.28, 4)
        for i, (x, y) in enumerate(stroke):
            x += tremor * math.sin(0.9 * i + phase[0]) + 0.6 * tremor * math.sin(2.3 * i + phase[1])
            y += tremor * math.sin(1.1 * i + phase[2]) + 0.6 * tremor * math.sin(2.9 * i + phase[3])
            x, y = x + slant * (0.5 - y) - 0.35, y - 0.5
            x, y = cos * x - sin * y, sin * x + cos * y
            points.append((left + (x + 0.35) * size, top + (y + 0.5) * size))
        for (ax, ay), (bx, by) in zip(points, points[1:]):
            dx, dy = bx - ax, by - ay
            t = np.clip(((xs - ax) * dx + (ys - ay) * dy) / max(dx * dx + dy * dy, 1e-9), 0, 1)
            distance = np.minimum(distance, np.hypot(xs - ax - t * dx, ys - ay - t * dy))
    return np.clip(thickness / 2 - distance + 0.5, 0, 1)


def paint(cover, paper, pen):
    """RGB picture of ink on paper; both colours from 0 to 255."""
    cover = cover[..., None]
    return np.array(paper, float) * (1 - cover) + np.array(pen, float) * cover


def grain(picture, strength, seed):
    return picture + np.random.default_rng(seed).normal(0, strength, picture.shape[:2])[..., None]


def shadow(picture, across, down):
    height, width = picture.shape[:2]
    ys, xs = np.mgrid[0:height, 0:width]
    return picture * (1 - across * xs / width - down * ys / height)[..., None]


def blur(picture, times):
    for _ in range(times):
        padded = np.pad(picture, ((1, 1), (1, 1), (0, 0)), mode="edge")
        picture = sum(padded[i : i + picture.shape[0], j : j + picture.shape[1]] for i in range(3) for j in range(3)) / 9
    return picture


def like_jpeg(picture, step):
    """Rounds the cosine transform of blocks of 8x8, as strong JPEG compression does."""
    k = np.arange(8)
    basis = np.cos((2 * k[None] + 1) * k[:, None] * np.pi / 16) * np.where(k == 0, math.sqrt(1 / 8), 0.5)[:, None]
    out = picture.copy()
    for y in range(0, picture.shape[0] - 7, 8):
        for x in range(0, picture.shape[1] - 7, 8):
            for c in range(picture.shape[2]):
                block = basis @ (picture[y : y + 8, x : x + 8, c] - 128) @ basis.T
                scale = step * (1 + 0.5 * (k[:, None] + k[None]))
                out[y : y + 8, x : x + 8, c] = basis.T @ (np.round(block / scale) * scale) @ basis + 128
    return out


def specks(picture, count, size, colour, seed):
    rng = np.random.default_rng(seed)
    for _ in range(count):
        y, x = rng.integers(0, picture.shape[0] - size), rng.integers(0, picture.shape[1] - size)
        picture[y : y + size, x : x + size] = colour
    return picture


def png(name, kind, pixels, depth=8, palette=None):
    """kind: 0 grey, 2 colour, 3 palette, 4 grey with opacity, 6 colour with opacity."""
    pixels = np.clip(np.round(pixels), 0, 2**depth - 1).astype(">u2" if depth == 16 else np.uint8)
    height, width = pixels.shape[:2]
    rows = pixels.reshape(height, -1)
    if depth < 8:
        bits = (rows[..., None] >> np.arange(depth - 1, -1, -1)) & 1
        rows = np.packbits(bits.reshape(height, -1), axis=1)
    raw = b"".join(b"\0" + row.tobytes() for row in rows)

    def chunk(tag, data):
        return struct.pack(">I", len(data)) + tag + data + struct.pack(">I", zlib.crc32(tag + data))

    with open(os.path.join(HERE, name), "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        file.write(chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)))
        if palette is not None:
            file.write(chunk(b"PLTE", bytes(sum(palette, ()))))
        file.write(chunk(b"IDAT", zlib.compress(raw, 9)))
        file.write(chunk(b"IEND", b""))


def grey(rgb):
    return rgb @ np.array([0.299, 0.587, 0.114])


WHITE, BLACK = (255, 255, 255), (0, 0, 0)

# Ten plain ones, in as many kinds of PNG as there are.
png("0-plain.png", 0, grey(paint(ink(0, 100, 100, (16, 10, 80), 9), WHITE, BLACK)))
png("1-light-on-dark.png", 0, grey(paint(ink(1, 90, 120, (20, 15, 90), 10), BLACK, WHITE)))
png("2-blue-pen.png", 2, paint(ink(2, 140, 140, (30, 20, 100), 10), WHITE, (20, 40, 170)))
png("3-sixteen-bits.png", 0, 257 * grey(paint(ink(3, 80, 80, (12, 8, 64), 7), WHITE, BLACK)), depth=16)
png("4-transparent.png", 6, np.dstack([np.zeros((110, 110, 3)), 255 * ink(4, 110, 110, (20, 15, 80), 9)]))
png("5-one-bit.png", 0, ink(5, 64, 64, (10, 6, 52), 6) < 0.5, depth=1)
png("6-palette.png", 3, ink(6, 100, 100, (20, 10, 80), 8) > 0.5, palette=[(255, 240, 200), (120, 0, 40)])
png("7-wide-paper.png", 2, paint(ink(7, 260, 90, (100, 10, 70), 7), WHITE, (0, 90, 0)))
png("8-grey-with-opacity.png", 4, np.dstack([np.full((100, 100), 40.0), 255 * ink(8, 100, 100, (18, 10, 80), 8)]))
png("9-chalk.png", 2, paint(ink(9, 120, 120, (25, 12, 95), 11), (30, 60, 45), (240, 240, 225)))

# And ugly ones.
png("0-ugly-tremor.png", 0, grey(grain(paint(ink(0, 96, 96, (30, 20, 60), 4, tremor=0.02, seed=1), (235, 235, 230), (70, 70, 80)), 4, 1)))
png("1-ugly-shadow.png", 0, grey(shadow(grain(paint(ink(1, 80, 80, (10, 12, 52), 5, slant=0.2), (225, 220, 210), (60, 60, 60)), 5, 2), 0.35, 0.2)))
png("2-ugly-corner.png", 0, grey(grain(paint(ink(2, 110, 110, (2, 66, 40), 4, tremor=0.012, seed=3), (200, 200, 200), (90, 90, 90)), 4, 3)))
png("3-ugly-blurred.png", 0, grey(blur(paint(ink(3, 72, 72, (14, 8, 54), 6, slant=-0.15, turn=8), WHITE, (90, 90, 90)), 3)))
png("4-ugly-jpeg.png", 2, like_jpeg(paint(ink(4, 80, 80, (16, 8, 60), 7, turn=-6), (250, 245, 235), (30, 30, 120)), 18))
png("5-ugly-thin-slanted.png", 0, grey(paint(ink(5, 150, 150, (40, 15, 120), 2.2, slant=0.35, tremor=0.008, seed=5), WHITE, (60, 60, 60))))
png("6-ugly-marker.png", 2, paint(ink(6, 120, 120, (30, 15, 85), 21), (255, 250, 150), (210, 40, 40)))
png("7-ugly-dusty.png", 0, grey(specks(paint(ink(7, 100, 100, (20, 15, 70), 6, tremor=0.02, seed=7), (240, 240, 240), (40, 40, 40)), 40, 2, 70, 7)))
png("8-ugly-faint-pencil.png", 0, grey(grain(paint(ink(8, 90, 90, (22, 10, 66), 4, slant=0.25, tremor=0.015, seed=8), (205, 205, 200), (150, 150, 150)), 7, 8)))
png("9-ugly-turned.png", 2, shadow(paint(ink(9, 100, 100, (18, 14, 70), 7, turn=14, tremor=0.015, seed=9), (180, 150, 120), (60, 30, 10)), 0.0, 0.3))
png("5-ugly-neon.png", 2, blur(paint(ink(5, 90, 90, (20, 10, 68), 8, turn=-8), (10, 10, 40), (255, 60, 200)), 2))
png("2-ugly-squat.png", 0, grey(grain(paint(np.repeat(ink(2, 70, 70, (12, 8, 54), 6, seed=4), 2, axis=1), (245, 245, 245), (50, 50, 50)), 3, 4)))
