"""The cross-entropy: equation 57, chapter 11

A cost whose delta has no slope in it, so that a neuron that is badly wrong learns fast.

Judge it: ``python solutions/cross_entropy.py``
"""

import sys

import numpy as np

from backprop_graph.exercises import judge


def cost(a: float, t: float) -> float:
    """Return the cross-entropy of one output ``a``, between 0 and 1, for the label ``t``, from 0 to 1."""
    return float(-(t * np.log(a) + (1 - t) * np.log(1 - a)))


def delta(a: float, t: float) -> float:
    """Return the delta of a sigmoid output node under this cost."""
    return t - a


if __name__ == "__main__":
    sys.exit(not judge("cross_entropy", cost, delta))
