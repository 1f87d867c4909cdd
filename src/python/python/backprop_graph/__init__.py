"""Backpropagation you can step through, and a gradient check for numpy, PyTorch and JAX."""

from ._native import __version__ as __version__
