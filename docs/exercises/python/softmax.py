"""Softmax with the log-likelihood: equations 78 and 80, chapter 13

A last layer whose outputs are probabilities: each e^z, divided by the sum of all. Its cost looks at the output of the right
class only.

Judge it: ``python softmax.py``
"""

import sys

import numpy as np
import numpy.typing as npt

from backprop_graph.exercises import judge

Array = npt.NDArray[np.float64]


def softmax(z: Array) -> Array:
    """Return the outputs for the weighted inputs ``z``."""
    # TODO
    return np.zeros(len(z))


def cost(outputs: Array, right: int) -> float:
    """Return the log-likelihood cost of softmax outputs when the class ``right`` is right."""
    # TODO
    return 0.0


def delta(outputs: Array, right: int) -> Array:
    """Return -dE/dz of every output node."""
    # TODO
    return np.zeros(len(outputs))


if __name__ == "__main__":
    sys.exit(not judge("softmax", softmax, cost, delta))
