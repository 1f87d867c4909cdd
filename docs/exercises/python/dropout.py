"""Dropout: chapter 11

For one sample a hidden node is silenced with probability p. Those that are kept speak up, so that what the next layer hears
stays the same on average. Backwards, the same factor is met again.

Judge it: ``python dropout.py``
"""

import sys

from backprop_graph.exercises import judge


def output(a: float, kept: bool, p: float) -> float:
    """Return what others read of a node with output ``a``. ``kept`` says that it is not silenced."""
    # TODO
    return 0.0


def delta(a: float, kept: bool, p: float, total: float) -> float:
    """Return the delta of that node; ``total`` is the sum of weight times delta over its downstream connections."""
    # TODO
    return 0.0


if __name__ == "__main__":
    sys.exit(not judge("dropout", output, delta))
