"""The change of a weight: equation 5, chapter 4

The last formula moves the weight. The gradient here is -dE/dw, the direction in which the error falls.

Judge it: ``python solutions/update.py``
"""

import sys

from backprop_graph.exercises import judge


def update(weight: float, gradient: float, rate: float) -> float:
    """Return the weight after one step."""
    return weight + rate * gradient


if __name__ == "__main__":
    sys.exit(not judge("update", update))
