"""The gradient check of any function: `check_gradient`."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from . import _native
from ._report import Report
from ._tree import Movable, flat_gradient, floating, leaves, number, refuse_overlap, replace

Sign = Literal["ascent", "descent"]
Result = TypeVar("Result")


def check_gradient(
    error: Callable[[Any], Any],
    gradient: Callable[[Any], Any],
    parameters: Any,
    *,
    reference: Callable[[Any], Any] | None = None,
    sign: Sign = "ascent",
    samples: int = 1,
    every: bool = False,
    seed: int = 0,
    tolerance: float | None = None,
) -> Report:
    """Check a gradient against differences of the error.

    The check moves every parameter a little up and down, and compares the slope of the error with the gradient. It
    distinguishes mistakes from rounding, bends (as of a ReLU) and edges of the domain, and diagnoses them.

    The order of the calls is not fixed: ``gradient`` may be called before ``error``, so a backward pass that uses the last
    forward pass must run its own forward pass in ``gradient``.

    Parameters
    ----------
    error : callable
        ``error(parameters)`` returns E, one number. It must return the same number for the same parameters.
    gradient : callable
        ``gradient(parameters)`` returns ∂E/∂w in the structure of the parameters, with the same shapes.
    parameters : array, or list or dict of arrays
        Arrays of float32 or float64, nested as you like. Their names (``encoder.weight``, ``parameters[0]``) are the
        groups of the report. Writable numpy arrays are changed in place and restored, so a model that holds them itself
        can be checked; the functions get the same structure. Anything else (lists of numbers, read-only arrays, arrays
        of other libraries by ``__array__`` or DLPack) is copied to numpy arrays.
    reference : callable, optional
        The same E computed in float64: ``reference(parameters)`` gets them in float64. Differences are then taken of
        this function, and a gradient in float32 is judged by its own rounding, which is measured.
    sign : {"ascent", "descent"}
        ``"descent"`` if ``gradient`` returns −∂E/∂w, the direction to move in.
    samples : int
        The number of samples that E is a mean over. Lets the diagnosis tell a sum from a mean.
    every : bool
        Check every parameter. By default, models of more than 5,000 parameters are sampled, 200 from each group.
    seed : int
        The seed that the samples are drawn with.
    tolerance : float, optional
        The largest relative error that counts as equal. By default 1e-6 in float64, 1e-3 in float32, and 6e-5 where
        there is a reference for float32.

    Returns
    -------
    Report
        The verdict, the counts of each group, the findings and a diagnosis.

    Raises
    ------
    TypeError, ValueError
        If the parameters are not such arrays, or a function returns the wrong kind of value.
    Exception
        Any exception of the functions, with its traceback. The parameters are left as they were.

    Examples
    --------
    >>> import numpy as np
    >>> x, y = np.array([1.0, 2.0]), 0.5
    >>> def error(p):
    ...     return 0.5 * (p["w"] @ x + p["b"] - y) ** 2
    >>> def gradient(p):
    ...     residual = p["w"] @ x + p["b"] - y
    ...     return {"w": residual * x, "b": residual}
    >>> report = check_gradient(error, gradient, {"w": np.array([0.3, -0.2]), "b": np.array(0.1)})
    >>> report
    <Report: agree, 3 checked>
    """
    own = [floating(name, value, in_double=reference is not None) for name, value in leaves(parameters)]
    refuse_overlap(own)
    structure = replace(parameters, iter(leaf.array for leaf in own))
    if reference is None:
        function, name, argument = error, "error", structure
    else:
        function, name = reference, "reference"
        argument = replace(parameters, iter(leaf.double for leaf in own if leaf.double is not None))

    def the_error() -> float:
        return number(function(argument), name)

    def the_gradient() -> NDArray[np.float64]:
        return flat_gradient(gradient(structure), structure, own)

    kinds = " and ".join(sorted({leaf.array.dtype.name for leaf in own}))
    return run(
        own,
        the_error,
        the_gradient,
        description=described("a function", own, kinds),
        reference=reference is not None,
        sign=sign,
        samples=samples,
        every=every,
        seed=seed,
        tolerance=tolerance,
    )


def run(
    own: Sequence[Movable],
    error: Callable[[], float],
    gradient: Callable[[], NDArray[np.float64]],
    *,
    description: str,
    reference: bool,
    sign: Sign = "ascent",
    samples: int = 1,
    every: bool = False,
    seed: int = 0,
    tolerance: float | None = None,
) -> Report:
    """Run the check on parameters that are moved in place, and put them back whatever happens.

    With `reference`, `error` computes in f64, from the copies in f64.
    """
    if sign not in ("ascent", "descent"):
        raise ValueError(f"sign is {sign!r}: it must be 'ascent' (+dE/dw) or 'descent' (-dE/dw)")
    _whole_number("samples", samples, 1)
    _whole_number("seed", seed, 0)
    if not isinstance(every, bool | np.bool_):
        raise TypeError(f"every is {every!r}: it must be True or False")
    if tolerance is not None:
        tolerance = _between_0_and_1("tolerance", tolerance)
    start = [leaf.snapshot() for leaf in own]
    looked = reference

    def leaves_alone(function: str, call: Callable[[], Result]) -> Result:
        before = [leaf.snapshot() for leaf in own]
        result = call()
        for leaf, old in zip(own, before, strict=True):
            if not np.array_equal(leaf.snapshot(), old, equal_nan=True):
                raise ValueError(
                    f"{function} changed the parameter {leaf.name!r}: it must leave the parameters as they are; "
                    f"let it work on a copy"
                )
        return result

    def the_error() -> float:
        # Checking once is enough, and cheap.
        nonlocal looked
        if looked:
            return error()
        looked = True
        return leaves_alone("error", error)

    def the_gradient() -> NDArray[np.float64]:
        return leaves_alone("gradient", gradient)

    columns = [
        {"name": leaf.name, "shape": list(leaf.shape), "single": leaf.single, "flat": leaf.places()} for leaf in own
    ]
    values = np.concatenate([array.astype(np.float64).reshape(-1) for array in start] or [np.empty(0)])
    options = {
        "description": description,
        "reference": reference,
        "ascent": sign == "ascent",
        "samples": samples,
        "every": bool(every),
        "seed": seed,
        "tolerance": tolerance,
    }
    try:
        found = _native.check(columns, values, the_error, the_gradient, options)
    finally:
        for leaf, old in zip(own, start, strict=True):
            leaf.restore(old)
    return Report._of(found, [(leaf.name, leaf.shape) for leaf in own])


def described(what: str, own: Sequence[Movable], kinds: str) -> str:
    """Return the line at the head of a report: ``a function of 12 parameters, in float32``."""
    count = sum(math.prod(leaf.shape) for leaf in own)
    return f"{what} of {count:,} parameter{'' if count == 1 else 's'}{f', in {kinds}' if kinds else ''}"


def _whole_number(name: str, value: object, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} is {value!r}: it must be a whole number")
    if not least <= value < 2**63:
        raise ValueError(f"{name} is {value}: it must be {least} or more, and less than 2**63")


def _between_0_and_1(name: str, value: Any) -> float:
    try:
        found = math.nan if isinstance(value, str | bytes | bytearray) else float(value)
    except (TypeError, ValueError):
        found = math.nan
    if not 0 < found < 1:
        kind = ValueError if isinstance(value, float | int | np.number) else TypeError
        raise kind(f"{name} is {value!r}: it must be a number between 0 and 1")
    return found
