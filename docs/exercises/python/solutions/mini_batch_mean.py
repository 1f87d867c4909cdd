"""The mean over a mini-batch: equations 20 and 21, chapter 10

Several samples, one step: along the mean of their gradients.

Judge it: ``python solutions/mini_batch_mean.py``
"""

import sys

import numpy as np
import numpy.typing as npt

from backprop_graph.exercises import judge

Array = npt.NDArray[np.float64]


def update(weights: Array, gradients: Array, rate: float) -> Array:
    """Return the weights after one step. ``gradients[k, i]`` is -dE/dw of weight i for sample k alone."""
    mean: Array = gradients.mean(axis=0)
    return weights + rate * mean


if __name__ == "__main__":
    sys.exit(not judge("mini_batch_mean", update))
