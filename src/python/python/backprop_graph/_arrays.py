"""Checks the arrays that a program passes in; every error is a sentence."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.float64]


def count(number: int, name: str) -> int:
    """Return a number, which must be a whole number and at least 0."""
    try:
        whole = operator.index(number)
    except TypeError:
        # The text of an array takes several lines.
        found = repr(number) if "\n" not in repr(number) else type(number).__name__
        raise TypeError(f"{name} must be a whole number, not {found}") from None
    if whole < 0:
        raise ValueError(f"{name} must not be negative: {number!r}")
    return whole


def sizes(layers: Sequence[int]) -> list[int]:
    """Return the number of neurons in each layer, two or more."""
    if isinstance(layers, (str, bytes)):
        raise TypeError(f"layers must be a list of whole numbers such as [784, 10], not {layers!r}")
    counts = [count(size, "a layer") for size in layers]
    if len(counts) < 2:
        raise ValueError(f"a network needs at least two layers, an input and an output, such as [784, 10]; not {counts}")
    if 0 in counts:
        raise ValueError(f"layers {counts} contain a zero; give every layer at least one neuron")
    return counts


def in_place(array: npt.ArrayLike) -> Array:
    """Return an array of f64 that Rust can read in place; any other, such as a field of packed records, is copied."""
    found = np.asarray(array, dtype=np.float64)
    return found if found.flags.aligned else found.copy()


def column(array: npt.ArrayLike, name: str, size: int) -> Array:
    """Return an array, which must be a column of ``size`` numbers."""
    found = np.asarray(array)
    if found.shape != (size, 1):
        hint = "; use reshape(-1, 1)" if found.size == size else ""
        raise ValueError(f"{name} must be a column of shape ({size}, 1), not {found.shape}{hint}")
    if found.dtype.kind not in "biuf":
        raise TypeError(f"{name} must hold real numbers, not {found.dtype}")
    return in_place(found)


def columns(arrays: Iterable[npt.ArrayLike], name: str, size: int) -> Array:
    """Return columns of ``size`` numbers as the rows of one array."""
    if isinstance(arrays, np.ndarray) and arrays.dtype == np.float64 and arrays.shape[1:] == (size, 1):
        return np.ascontiguousarray(in_place(arrays).reshape(-1, size))
    rows = [column(array, f"{name}[{index}]", size).reshape(size) for index, array in enumerate(arrays)]
    return np.array(rows, dtype=np.float64).reshape(len(rows), size)


def overrides(thing: object, base: type, *methods: str) -> bool:
    """Return whether a subclass, or an attribute of the object, overrides a method that the original would call."""
    kind = type(thing)
    if kind is not base and any(getattr(kind, name) is not getattr(base, name) for name in methods):
        return True
    attributes = thing.__dict__
    for name in methods:
        if name in attributes:
            return True
    return False
