"""A neuron's output: equation 1, chapter 1

A sigmoid neuron adds up its inputs, each times its weight, adds its bias, and puts the sum through the sigmoid.

Judge it: ``python neuron_output.py``
"""

import sys

import numpy as np
import numpy.typing as npt

from backprop_graph.exercises import judge
from backprop_graph.network2 import sigmoid

Array = npt.NDArray[np.float64]


def output(weights: Array, bias: float, inputs: Array) -> float:
    """Return the output of a sigmoid neuron. ``weights`` and ``inputs`` are equally long."""
    # TODO
    return 0.0


if __name__ == "__main__":
    sys.exit(not judge("neuron_output", output))
