"""XOR by hand: chapters 1 and 5

One perceptron cannot say 1 just when one of its two inputs is 1. Two in a hidden layer and one behind them can. Choose
their weights and biases.

Judge it: ``python solutions/xor_by_hand.py``
"""

import sys

from backprop_graph.exercises import judge

Perceptron = tuple[tuple[float, float], float]
"""Two weights, and a bias."""


def network() -> tuple[tuple[Perceptron, Perceptron], Perceptron]:
    """Return the two hidden perceptrons, and the output perceptron, which sees what they say."""
    either = ((1.0, 1.0), -0.5)
    both = ((1.0, 1.0), -1.5)
    either_but_not_both = ((1.0, -1.0), -0.5)
    return (either, both), either_but_not_both


if __name__ == "__main__":
    sys.exit(not judge("xor_by_hand", network))
