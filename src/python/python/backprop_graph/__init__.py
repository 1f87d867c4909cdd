"""Backpropagation you can step through, and a gradient check for numpy, PyTorch and JAX."""

from ._check import check_gradient
from ._native import __version__ as __version__
from ._report import Finding, GradientError, Group, Report

__all__ = ["Finding", "GradientError", "Group", "Report", "check_gradient"]
