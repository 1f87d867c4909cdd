"""The delta of a hidden node: equation 4, chapter 4

A hidden node has no label. Its effect on the cost comes back from the nodes it feeds, through the weights between them.

Judge it: ``python solutions/hidden_delta.py``
"""

import sys

import numpy as np
import numpy.typing as npt

from backprop_graph.exercises import judge

Array = npt.NDArray[np.float64]


def delta(a: float, weights: Array, deltas: Array) -> float:
    """Return the delta of a hidden node with output ``a``; ``weights[i]`` leads to the node with ``deltas[i]``."""
    return a * (1 - a) * float(weights @ deltas)


if __name__ == "__main__":
    sys.exit(not judge("hidden_delta", delta))
