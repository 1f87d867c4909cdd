"""Backpropagation you can step through, and a gradient check for numpy, PyTorch and JAX."""

from typing import Any

from ._check import check_gradient
from ._native import __version__ as __version__
from ._report import Finding, GradientError, Group, Report

__all__ = ["Finding", "GradientError", "Group", "Report", "check_gradient"]


def __getattr__(name: str) -> Any:
    # These import PyTorch or JAX, so they are imported only when used.
    if name in ("torch", "jax"):
        from importlib import import_module

        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
