"""The perceptron's rule: chapter 1

A perceptron says 1 if its weighted input is above 0, and 0 if not. When its answer is wrong, the rule moves each weight by
the rate times (right answer - given answer) times its input. The bias is the weight of an input that is always 1.

Judge it: ``python solutions/perceptron_rule.py``
"""

import sys

import numpy as np
import numpy.typing as npt

from backprop_graph.exercises import judge

Array = npt.NDArray[np.float64]


def learn(weights: Array, bias: float, inputs: Array, label: float, rate: float) -> tuple[Array, float]:
    """Return weights and bias after one application of the rule. ``label`` is the right answer, 0 or 1."""
    answer = 1.0 if weights @ inputs + bias > 0 else 0.0
    error = label - answer
    return weights + rate * error * inputs, bias + rate * error


if __name__ == "__main__":
    sys.exit(not judge("perceptron_rule", learn))
