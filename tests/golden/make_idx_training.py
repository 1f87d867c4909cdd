"""Makes idx_training.json: a tiny IDX data set and the weights after online training on it.

Plain Python floats and loops, independent of the crate. Run: python3 make_idx_training.py > idx_training.json
"""
import json
import math
import random

random.seed(20)
SIZES, ROWS, COLUMNS, RATE, EPOCHS, TRAIN_LIMIT = [6, 5, 4, 3], 2, 3, 0.4, 2, 7


def sigmoid(z):
    return 1.0 / (1.0 + math.exp(-z))


def images(count):
    return [[random.choice([0, 0, 17, 128, 255, random.randrange(256)]) for _ in range(6)] for _ in range(count)]


def train(weights, biases, x, y):
    outputs = [x]
    for w, b in zip(weights, biases):
        outputs.append([sigmoid(sum(wi * xi for wi, xi in zip(row, outputs[-1])) + bi) for row, bi in zip(w, b)])
    error = 0.5 * sum((t - a) ** 2 for a, t in zip(outputs[-1], y))
    delta = [a * (1 - a) * (t - a) for a, t in zip(outputs[-1], y)]
    deltas = [delta]
    for w, a in zip(weights[:0:-1], outputs[-2:0:-1]):
        delta = [ai * (1 - ai) * sum(w[j][i] * delta[j] for j in range(len(w))) for i, ai in enumerate(a)]
        deltas.insert(0, delta)
    for w, b, d, a in zip(weights, biases, deltas, outputs):
        for j in range(len(w)):
            for i in range(len(a)):
                w[j][i] += RATE * d[j] * a[i]
            b[j] += RATE * d[j]
    return error


def model(weights, biases):
    return {"sizes": SIZES, "weights": json.loads(json.dumps(weights)),
            "biases": [[[v] for v in b] for b in biases], "cost": "QuadraticCost"}


weights = [[[random.uniform(-1, 1) for _ in range(i)] for _ in range(o)] for i, o in zip(SIZES, SIZES[1:])]
biases = [[random.uniform(-1, 1) for _ in range(o)] for o in SIZES[1:]]
train_images, test_images = images(9), images(4)
train_labels, test_labels = [[random.randrange(3) for _ in range(n)] for n in (9, 4)]
before, costs = model(weights, biases), []
for _ in range(EPOCHS):
    errors = []
    for pixels, label in list(zip(train_images, train_labels))[:TRAIN_LIMIT]:
        target = [0.9 if k == label else 0.1 for k in range(3)]
        errors.append(train(weights, biases, [p / 255 for p in pixels], target))
    costs.append(sum(errors) / len(errors))
print(json.dumps({"rows": ROWS, "columns": COLUMNS, "rate": RATE, "epochs": EPOCHS, "train_limit": TRAIN_LIMIT,
                  "train_images": train_images, "train_labels": train_labels, "test_images": test_images,
                  "test_labels": test_labels, "mean_costs": costs, "model_before": before,
                  "model_after": model(weights, biases)}))
