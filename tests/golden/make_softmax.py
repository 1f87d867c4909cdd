"""Makes batch_softmax.json: a mini-batch step with a tanh layer, softmax outputs, the log-likelihood and L2.

numpy, independent of the crate. The gradient is compared with differences of the cost before it is written. Run:
python3 make_softmax.py > batch_softmax.json
"""
import json

import numpy as np

SIZES, ETA, LAMBDA, TRAINING_SET_SIZE = [4, 5, 3], 0.5, 0.6, 10


def forward(weights, biases, inputs):
    """Returns the outputs of all layers, a row for each sample."""
    hidden = np.tanh(inputs @ weights[0].T + biases[0])
    z = hidden @ weights[1].T + biases[1]
    exponentials = np.exp(z - z.max(axis=1, keepdims=True))
    return [inputs, hidden, exponentials / exponentials.sum(axis=1, keepdims=True)]


def costs(weights, biases, inputs, labels):
    return -np.log((forward(weights, biases, inputs)[-1] * labels).sum(axis=1))


def backward(weights, outputs, labels):
    """Returns the deltas, +dC/dz, of both layers."""
    last = outputs[2] - labels
    return [(last @ weights[1]) * (1.0 - outputs[1] ** 2), last]


def check(weights, biases, inputs, labels, gradients):
    h = 1e-6
    for weight, gradient in zip(weights, gradients):
        for place in np.ndindex(weight.shape):
            before = weight[place]
            weight[place] = before + h
            above = costs(weights, biases, inputs, labels).sum()
            weight[place] = before - h
            below = costs(weights, biases, inputs, labels).sum()
            weight[place] = before
            assert abs((above - below) / (2 * h) - gradient[place]) < 1e-8


def model(weights, biases):
    return {"weights": [w.tolist() for w in weights], "biases": [[[x] for x in b.tolist()] for b in biases]}


rng = np.random.default_rng(78)
weights = [rng.normal(size=(after, before)) for before, after in zip(SIZES, SIZES[1:])]
biases = [rng.normal(size=after) for after in SIZES[1:]]
inputs = rng.normal(size=(4, SIZES[0])).round(2)
inputs[1, 2] = inputs[3, 0] = 0.0
labels = np.eye(SIZES[-1])[[2, 0, 1, 2]]

outputs = forward(weights, biases, inputs)
deltas = backward(weights, outputs, labels)
check(weights, biases, inputs, labels, [delta.T @ a for delta, a in zip(deltas, outputs)])
step, decay = ETA / len(inputs), 1.0 - ETA * LAMBDA / TRAINING_SET_SIZE
print(json.dumps({
    "about": "tanh, then softmax with the log-likelihood; made by make_softmax.py",
    "sizes": SIZES,
    "eta": ETA,
    "lambda": LAMBDA,
    "training_set_size": TRAINING_SET_SIZE,
    "sign": "delta and gradients here are the usual ones: +dC/dz, +dC/dw",
    "model_before": model(weights, biases),
    "model_after": model(
        [decay * w - step * delta.T @ a for w, delta, a in zip(weights, deltas, outputs)],
        [b - step * delta.sum(axis=0) for b, delta in zip(biases, deltas)],
    ),
    "inputs": inputs.tolist(),
    "labels": labels.tolist(),
    "first_sample": {
        "cost": costs(weights, biases, inputs, labels)[0],
        "outputs": [a[0].tolist() for a in outputs],
        "deltas": [delta[0].tolist() for delta in deltas],
        "weight_gradients": [np.outer(delta[0], a[0]).tolist() for delta, a in zip(deltas, outputs)],
        "bias_gradients": [delta[0].tolist() for delta in deltas],
    },
}))
