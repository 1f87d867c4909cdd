"""L2 regularisation: equation 93, chapter 11

Large weights must be worth it: with each step every weight shrinks a little, before it moves along its gradient,
which is -dE/dw without regularisation.

Judge it: ``python weight_decay.py``
"""

import sys

import numpy as np
import numpy.typing as npt

from backprop_graph.exercises import judge

Array = npt.NDArray[np.float64]


def update(
    weights: Array,
    biases: Array,
    weight_gradients: Array,
    bias_gradients: Array,
    rate: float,
    lmbda: float,
    n: int,
) -> tuple[Array, Array]:
    """Return weights and biases after one step, with ``n`` samples in the training set."""
    # TODO
    return weights, biases


if __name__ == "__main__":
    sys.exit(not judge("weight_decay", update))
