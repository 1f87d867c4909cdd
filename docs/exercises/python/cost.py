"""The quadratic cost: chapter 3

How wrong is an output? Half the sum of the squared differences between label and output.

Judge it: ``python cost.py``
"""

import sys

import numpy as np
import numpy.typing as npt

from backprop_graph.exercises import judge

Array = npt.NDArray[np.float64]


def cost(output: Array, label: Array) -> float:
    """Return the quadratic cost of one sample. ``output`` and ``label`` are equally long."""
    # TODO
    return 0.0


if __name__ == "__main__":
    sys.exit(not judge("cost", cost))
