"""The gradient check for JAX: `check_grads`, in float32 and float64."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from importlib import import_module
from typing import Any, Literal

import jax as _jax
import numpy as np
from numpy.typing import NDArray

from ._check import described, run
from ._report import GradientError, Report
from ._tree import Leaf, floating

__all__ = ["GradientError", "check_grads"]

# The number of random sums of the outputs that are checked.
_PROJECTIONS = 2


def check_grads(
    f: Callable[..., Any],
    args: Sequence[Any],
    order: int = 1,
    modes: Sequence[str] = ("rev",),
    atol: float | None = None,
    rtol: float | None = None,
    eps: float | None = None,
    *,
    reference: Literal["double"] | None = "double",
    seed: int = 0,
    tolerance: float | None = None,
) -> None:
    """Check the gradient of a function, as ``jax.test_util.check_grads`` does, but also in float32.

    Parameters
    ----------
    f : callable
        Takes the arguments and returns an array, or a tree of arrays. With many outputs, random sums are checked by their
        vector-Jacobian product.
    args : tuple
        Arrays, or trees of arrays, in float32 or float64.
    order : int
        1: the gradient. For the second derivative pass the gradient itself as ``f``.
    modes : sequence of {"rev"}
        Reverse mode is checked; forward mode uses other rules, which this check does not see.
    atol, rtol, eps : None
        Not used, with a warning: step and tolerance follow from the precision and from the noise that is measured.
    reference : {"double", None}
        ``"double"`` takes differences of the function in float64 (with ``jax.enable_x64``); ``None`` of the function as
        it is.
    seed, tolerance
        As for `backprop_graph.check_gradient`.

    Raises
    ------
    GradientError
        If the gradient is wrong, or if the check cannot tell; ``.report`` has the values.
    TypeError, ValueError
        If the arguments are not such arrays, or forward mode or another order is asked for.

    Examples
    --------
    >>> import jax.numpy as jnp
    >>> check_grads(jnp.sin, (jnp.array([0.3, 1.2]),))
    """
    if order != 1:
        raise ValueError(f"order is {order}: only 1 is checked; pass the gradient as f to check the second derivative")
    if tuple(modes) != ("rev",):
        raise ValueError(f"modes is {tuple(modes)}: only ('rev',) is checked")
    if reference not in ("double", None):
        raise ValueError(f"reference is {reference!r}: it must be 'double' or None")
    given = [name for name, value in (("atol", atol), ("rtol", rtol), ("eps", eps)) if value is not None]
    if given:
        warnings.warn(f"check_grads finds step and tolerance itself: {', '.join(given)} not used", stacklevel=2)
    paths, tree = _jax.tree_util.tree_flatten_with_path(tuple(args))
    double = reference == "double" and any(np.asarray(value).dtype == np.float32 for _, value in paths)
    # JAX's own arrays cannot be written: these are copies.
    own = [floating(f"args{_jax.tree_util.keystr(path)}", np.array(value), in_double=double) for path, value in paths]
    single = all(leaf.single for leaf in own)
    rng = np.random.default_rng(seed)

    def value(leaves: Sequence[NDArray[Any]]) -> list[Any]:
        arguments = _jax.tree_util.tree_unflatten(tree, [_jax.numpy.array(leaf) for leaf in leaves])
        return list(_jax.tree_util.tree_leaves(f(*arguments)))

    with _x64(not single):
        sizes = [np.shape(output) for output in value([leaf.array for leaf in own])]
    scalar = sum(int(np.prod(size)) for size in sizes) == 1
    for _ in range(1 if scalar else _PROJECTIONS):
        weights = [np.ones(size) if scalar else rng.uniform(-1.0, 1.0, size) for size in sizes]
        _raise_unless_passed(_check(f, own, tree, value, weights, double, single, seed, tolerance))


def _check(
    f: Callable[..., Any],
    own: list[Leaf],
    tree: Any,
    value: Callable[[Sequence[NDArray[Any]]], list[Any]],
    weights: list[NDArray[np.float64]],
    double: bool,
    single: bool,
    seed: int,
    tolerance: float | None,
) -> Report:
    def weighted(outputs: list[Any]) -> float:
        return sum(float(np.sum(np.asarray(o, np.float64) * w)) for o, w in zip(outputs, weights, strict=True))

    def error() -> float:
        with _x64(double or not single):
            return weighted(value([leaf.double if leaf.double is not None else leaf.array for leaf in own]))

    def gradient() -> NDArray[np.float64]:
        with _x64(not single):
            arguments = _jax.tree_util.tree_unflatten(tree, [_jax.numpy.array(leaf.array) for leaf in own])
            outputs, pull_back = _jax.vjp(f, *arguments)
            flat, outputs_tree = _jax.tree_util.tree_flatten(outputs)
            vectors = [_jax.numpy.asarray(w.astype(o.dtype)) for o, w in zip(flat, weights, strict=True)]
            gradients = pull_back(_jax.tree_util.tree_unflatten(outputs_tree, vectors))
        rows = [np.asarray(g, np.float64).reshape(-1) for g in _jax.tree_util.tree_leaves(gradients)]
        return np.concatenate(rows or [np.empty(0)])

    what = getattr(f, "__name__", type(f).__name__)
    kinds = " and ".join(sorted({leaf.array.dtype.name for leaf in own}))
    head = described(what if sum(w.size for w in weights) == 1 else f"a random sum of the outputs of {what}", own, kinds)
    head += ", against differences in float64" if double else ""
    return run(own, error, gradient, description=head, reference=double, seed=seed, tolerance=tolerance)


def _raise_unless_passed(report: Report) -> None:
    if not report.passed:
        raise GradientError(report)


def _x64(enable: bool) -> Any:
    """Return a context in which JAX computes in float64, or as it is configured."""
    if not enable:
        return nullcontext()
    # Only newer versions have this, so the types of older ones do not declare it.
    enable_x64 = getattr(_jax, "enable_x64", None)
    if enable_x64 is not None:
        return enable_x64(True)
    return import_module("jax.experimental").enable_x64()
