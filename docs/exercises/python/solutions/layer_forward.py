"""A layer's outputs: equation 2, chapter 2

Every neuron of a layer sees the same inputs, with weights and a bias of its own.

Judge it: ``python solutions/layer_forward.py``
"""

import sys

import numpy as np
import numpy.typing as npt

from backprop_graph.exercises import judge
from backprop_graph.network2 import sigmoid

Array = npt.NDArray[np.float64]


def forward(weights: Array, biases: Array, inputs: Array) -> Array:
    """Return the outputs of a layer of sigmoid neurons, one for each row of ``weights``."""
    return sigmoid(weights @ inputs + biases)


if __name__ == "__main__":
    sys.exit(not judge("layer_forward", forward))
