"""Makes single.json: an epoch of mini-batches, and one sample by sample, in f32.

numpy, independent of the crate: every number is stored as f32, and every sum is computed in f64 and rounded once. The
data and the starting weights are formulas, which the test repeats. Run: python3 make_single.py > single.json
"""
import json

import numpy as np

SIZES, COUNT, BATCH, RATE = [40, 30, 6], 200, 10, 1.5


def table(rows, columns, factor, modulus):
    """Returns numbers from 0 to 1, in an order that looks random."""
    places = np.arange(rows * columns, dtype=np.int64)
    return (places * factor % modulus / modulus).reshape(rows, columns)


def f32(numbers):
    return np.asarray(numbers, dtype=np.float64).astype(np.float32)


def wide(numbers):
    return numbers.astype(np.float64)


def start():
    weights = [f32(table(after, before, 7919, 10007) - 0.5) for before, after in zip(SIZES, SIZES[1:])]
    biases = [f32(table(1, after, 31, 101)[0] - 0.5) for after in SIZES[1:]]
    return weights, biases


def train(batch):
    inputs = table(COUNT, SIZES[0], 6151, 9973)
    inputs[inputs < 0.6] = 0.0
    labels = 0.1 + 0.8 * table(COUNT, SIZES[-1], 4409, 8999)
    weights, biases = start()
    for first in range(0, COUNT, batch):
        outputs = [f32(inputs[first:first + batch])]
        for w, b in zip(weights, biases):
            z = f32(wide(outputs[-1]) @ wide(w).T + wide(b))
            outputs.append(f32(1.0 / (1.0 + np.exp(-wide(z)))))
        a = wide(outputs[-1])
        deltas = [f32(a * (1.0 - a) * (labels[first:first + batch] - a))]
        for w, x in zip(weights[:0:-1], outputs[-2:0:-1]):
            x = wide(x)
            deltas.insert(0, f32(x * (1.0 - x) * (wide(deltas[0]) @ wide(w))))
        for w, b, delta, x in zip(weights, biases, deltas, outputs):
            w[:] = f32(wide(w) + RATE / batch * (wide(delta).T @ wide(x)))
            b[:] = f32(wide(b) + RATE / batch * wide(delta).sum(axis=0))
    return {"weights": [w.tolist() for w in weights], "biases": [[[x] for x in b.tolist()] for b in biases]}


def shortened(model):
    """Nine digits tell every f32."""
    return json.loads(json.dumps(model), parse_float=lambda text: float(f"{float(text):.9g}"))


print(json.dumps({"sizes": SIZES, "count": COUNT, "rate": RATE, "by": [
    {"batch": batch, "model_after": shortened(train(batch))} for batch in (1, BATCH)]}))
