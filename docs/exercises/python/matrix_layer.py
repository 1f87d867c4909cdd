"""A layer as a matrix: chapter 8

The same three formulas for a whole layer at once. ``W[j, i]`` is the weight from input i to neuron j.

Judge it: ``python matrix_layer.py``
"""

import sys

import numpy as np
import numpy.typing as npt

from backprop_graph.exercises import judge
from backprop_graph.network2 import sigmoid

Array = npt.NDArray[np.float64]


def forward(W: Array, b: Array, inputs: Array) -> Array:
    """Return the outputs of the layer: sigmoid(W x + b)."""
    # TODO
    return np.zeros(len(b))


def backward(W: Array, inputs: Array, delta: Array) -> Array:
    """Return the delta of the layer before, whose sigmoid neurons output ``inputs``: equation 8."""
    # TODO
    return np.zeros(len(inputs))


def update(W: Array, b: Array, delta: Array, inputs: Array, rate: float) -> tuple[Array, Array]:
    """Return weights and biases after a step along their gradient."""
    # TODO
    return W, b


if __name__ == "__main__":
    sys.exit(not judge("matrix_layer", forward, backward, update))
