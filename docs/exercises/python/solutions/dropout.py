"""Dropout: chapter 11

For one sample a hidden node is silenced with probability p. The outputs of the others are scaled up to leave the next
layer's input the same on average. The backward pass uses the same factor.

Judge it: ``python solutions/dropout.py``
"""

import sys

from backprop_graph.exercises import judge


def output(a: float, kept: bool, p: float) -> float:
    """Return the output that other nodes read from a node with output ``a``; ``kept`` is true if it is not silenced."""
    return a / (1 - p) if kept else 0.0


def delta(a: float, kept: bool, p: float, total: float) -> float:
    """Return the delta of that node; ``total`` is the sum of weight times delta over its downstream connections."""
    return a * (1 - a) * total / (1 - p) if kept else 0.0


if __name__ == "__main__":
    sys.exit(not judge("dropout", output, delta))
