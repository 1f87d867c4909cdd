"""Softmax with the log-likelihood: equations 78 and 80, chapter 13

A last layer whose outputs are probabilities: each e^z, divided by the sum of all. Its cost looks at the output of the right
class only.

Judge it: ``python solutions/softmax.py``
"""

import sys

import numpy as np
import numpy.typing as npt

from backprop_graph.exercises import judge

Array = npt.NDArray[np.float64]


def softmax(z: Array) -> Array:
    """Return the outputs for the weighted inputs ``z``."""
    powers: Array = np.exp(z - z.max())
    return powers / float(powers.sum())


def cost(outputs: Array, right: int) -> float:
    """Return the log-likelihood cost of softmax outputs when the class ``right`` is right."""
    return float(-np.log(outputs[right]))


def delta(outputs: Array, right: int) -> Array:
    """Return -dE/dz of every output node."""
    label = np.zeros(len(outputs))
    label[right] = 1.0
    return label - outputs


if __name__ == "__main__":
    sys.exit(not judge("softmax", softmax, cost, delta))
