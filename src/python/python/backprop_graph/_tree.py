"""Nested parameters: an array, or lists and dicts of arrays, flattened and put together again."""

from __future__ import annotations

import numbers
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

# The effort that numpy makes to find out whether two arrays overlap.
_EFFORT = 10_000


class Movable(Protocol):
    """A parameter whose numbers the check moves one by one."""

    @property
    def name(self) -> str:
        """The name that it has in the report."""
        ...

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape."""
        ...

    @property
    def single(self) -> bool:
        """True if it holds f32."""
        ...

    def places(self) -> list[Any]:
        """Return what is moved, each by ``place[number] = value``: the parameter, and its copy in f64 if it has one."""
        ...

    def snapshot(self) -> Array:
        """Return a copy of its numbers."""
        ...

    def restore(self, snapshot: Array) -> None:
        """Replace its numbers by those of a copy."""
        ...


class Leaf:
    """A parameter that is an array of numpy."""

    def __init__(self, name: str, array: Array, *, in_double: bool = False) -> None:
        self.name = name
        self.array = array
        self.double = np.array(array, np.float64) if in_double else None

    @property
    def shape(self) -> tuple[int, ...]:
        return self.array.shape

    @property
    def single(self) -> bool:
        return self.array.dtype == np.float32

    def places(self) -> list[Any]:
        return [array.flat for array in (self.array, self.double) if array is not None]

    def snapshot(self) -> Array:
        return np.array(self.array)

    def restore(self, snapshot: Array) -> None:
        self.array[...] = snapshot


def leaves(parameters: Any, name: str = "", within: tuple[Any, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield the name and the value of each leaf, in order.

    A dict's keys are joined by dots, the places in a list are in brackets: ``encoder.weight``, ``layers[0]``. A list
    of numbers is an array. The lists and dicts around these parameters are in `within`.
    """
    if any(outer is parameters for outer in within):
        raise ValueError(f"the parameter {name!r} is a list or a dict that contains itself: give each array once")
    within = (*within, parameters)
    if isinstance(parameters, Mapping):
        for key, value in parameters.items():
            yield from leaves(value, f"{name}.{key}" if name else str(key), within)
    elif _is_list(parameters):
        for place, value in enumerate(parameters):
            yield from leaves(value, f"{name or 'parameters'}[{place}]", within)
    else:
        yield name or "parameters", parameters


def replace(parameters: Any, arrays: Iterator[Array]) -> Any:
    """Return the same structure with other arrays, taken in order."""
    if isinstance(parameters, Mapping):
        return {key: replace(value, arrays) for key, value in parameters.items()}
    if not _is_list(parameters):
        return next(arrays)
    items = [replace(value, arrays) for value in parameters]
    if not isinstance(parameters, tuple):
        return items
    # A named tuple takes its items one by one.
    return type(parameters)(*items) if hasattr(parameters, "_fields") else tuple(items)


def floating(name: str, value: object, *, in_double: bool = False) -> Leaf:
    """Return a parameter as an array of f32 or f64: the same memory, if the value is an array that can be written.

    With `in_double`, it also has a copy in f64.

    Raises
    ------
    TypeError
        If it is not an array of f32 or f64.
    """
    array = as_array(value, f"the parameter {name!r}")
    if array.dtype.kind in "iub":
        raise TypeError(
            f"the parameter {name!r} holds integers ({array.dtype}), which have no derivative: "
            f"make it floating-point, with .astype(float)"
        )
    if array.dtype.newbyteorder("=") not in (np.float32, np.float64):
        raise TypeError(f"the parameter {name!r} holds {array.dtype}: the check takes float32 and float64")
    if not (isinstance(value, np.ndarray) and array.flags.writeable and array.dtype.isnative):
        array = np.array(array, dtype=array.dtype.newbyteorder("="))
    return Leaf(name, array, in_double=in_double)


def refuse_overlap(own: list[Leaf]) -> None:
    """Raise a ValueError if two parameters share memory: moving one would move the other."""
    share: Any = np.shares_memory
    for place, one in enumerate(own):
        for other in own[:place]:
            try:
                overlap = share(one.array, other.array, max_work=_EFFORT)
            except RuntimeError:  # too hard a question
                continue
            if overlap:
                raise ValueError(
                    f"the parameters {other.name!r} and {one.name!r} share memory: pass each number once"
                )


def flat_gradient(gradient: object, parameters: object, own: list[Leaf]) -> NDArray[np.float64]:
    """Return a gradient as one row of numbers, in the order of the parameters.

    Raises
    ------
    TypeError, ValueError
        If it has another structure or other shapes than the parameters.
    """
    row = np.empty(sum(leaf.array.size for leaf in own))
    start = 0
    for leaf, value in zip(own, _beside(parameters, gradient, ""), strict=True):
        array = as_array(value, f"the gradient of {leaf.name!r}")
        if array.dtype.kind == "c":
            raise TypeError(f"the gradient of {leaf.name!r} holds {array.dtype}: it must hold real numbers")
        if array.shape != leaf.array.shape:
            raise ValueError(
                f"the gradient of {leaf.name!r} has the shape {array.shape}, the parameter has {leaf.array.shape}"
            )
        row[start : start + array.size] = array.reshape(-1)
        start += array.size
    return row


def _beside(parameters: object, gradient: object, name: str) -> Iterator[object]:
    """Yield the gradient's value in the place of each leaf of the parameters."""
    what = f"the gradient{f' of {name!r}' if name else ''}"
    if isinstance(parameters, Mapping):
        if not isinstance(gradient, Mapping):
            raise TypeError(f"{what} is {_kind(gradient)}: it must be a dict, as the parameters are")
        for key in gradient:
            if key not in parameters:
                raise ValueError(f"{what} has {key!r}, the parameters do not")
        for key, value in parameters.items():
            if key not in gradient:
                raise ValueError(f"{what} has no {key!r}")
            yield from _beside(value, gradient[key], f"{name}.{key}" if name else str(key))
    elif _is_list(parameters) and isinstance(parameters, list | tuple):
        if not isinstance(gradient, list | tuple):
            raise TypeError(f"{what} is {_kind(gradient)}: it must be a list, as the parameters are")
        if len(gradient) != len(parameters):
            raise ValueError(f"{what} has {len(gradient)} arrays, the parameters have {len(parameters)}")
        for place, value in enumerate(parameters):
            yield from _beside(value, gradient[place], f"{name or 'parameters'}[{place}]")
    else:
        yield gradient


def number(value: object, what: str) -> float:
    """Return the number that a function has returned: a float, an array of one number, a scalar of a library.

    Raises
    ------
    TypeError, ValueError
        If it is not one real number.
    """
    if isinstance(value, numbers.Real) and getattr(value, "dtype", None) != np.float16:
        return float(value)
    array = as_array(value, f"what {what} returned")
    if array.dtype == np.float16:
        raise TypeError(f"{what} returned a float16, which has three digits: return a float32 or a float64")
    if array.dtype.kind == "c":
        raise TypeError(f"{what} returned a complex number: it must return a real one")
    if array.size != 1:
        raise ValueError(f"{what} returned an array of shape {array.shape}: it must return one number; sum it")
    return float(array.reshape(-1)[0])


def as_array(value: Any, what: str) -> Array:
    """Return anything that is an array of numbers, or can be read as one, as numpy's, without a copy where it can."""
    if value is None:
        raise TypeError(f"{what} is None: is a `return` missing?")
    value = value.detach() if hasattr(value, "detach") else value
    try:
        dlpack = not hasattr(value, "__array__") and hasattr(value, "__dlpack__")
        array: Array = np.from_dlpack(value) if dlpack else np.asarray(value)
    except ValueError as error:  # rows of different lengths
        raise ValueError(f"{what} cannot be read as an array: {error}") from error
    if array.dtype.kind not in "fiubc" and array.dtype.names is None and array.dtype.kind != "V":
        raise TypeError(f"{what} is {_kind(value)}: it must be an array of numbers")
    return array


def _kind(value: object) -> str:
    """Return the type of a value in words."""
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype}"
    return f"of type {type(value).__name__}"


def _is_list(value: Any) -> bool:
    """Return True for a list of arrays; a list of numbers is an array."""
    if not isinstance(value, list | tuple):
        return False
    return not (value and all(isinstance(item, numbers.Number) for item in value))
