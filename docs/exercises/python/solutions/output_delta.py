"""The delta of an output node: equation 3, chapter 4

The delta -dE/dz of a sigmoid output node under the quadratic cost follows from its output a and its label t alone.

Judge it: ``python solutions/output_delta.py``
"""

import sys

from backprop_graph.exercises import judge


def delta(a: float, t: float) -> float:
    """Return the delta of an output node with output ``a`` and label ``t``."""
    return a * (1 - a) * (t - a)


if __name__ == "__main__":
    sys.exit(not judge("output_delta", delta))
