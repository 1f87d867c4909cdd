"""The gradient of a connection: BP3 and BP4, chapter 4

The gradient of a connection is -dE/dw. The node it leads to knows -dE/dz; what is left is dz/dw.

Judge it: ``python connection_gradient.py``
"""

import sys

from backprop_graph.exercises import judge


def gradient(delta: float, output: float) -> float:
    """Return the gradient of a connection that leads to a node with this delta, and comes from a node with this output."""
    # TODO
    return 0.0


if __name__ == "__main__":
    sys.exit(not judge("connection_gradient", gradient))
