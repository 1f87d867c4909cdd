"""The gradient check for PyTorch: a module's parameters, or the inputs of any function.

Both work in float32. Differences are taken of the same computation in float64, on copies; the gradient comes from the
code as it is.
"""

from __future__ import annotations

import copy
import inspect
import random
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from math import prod
from typing import Any, Literal

import numpy as np
import torch as _torch
from numpy.typing import NDArray
from torch.autograd.gradcheck import GradcheckError
from torch.overrides import TorchFunctionMode

from ._check import described, run
from ._report import GradientError, Report

__all__ = ["GradientError", "check_module", "gradcheck"]

Tensor = _torch.Tensor
Reference = Literal["double"] | None

# The largest difference between E in f32 and E in f64, relative to their terms, if they are the same function.
_SAME = 1e-3
# The number of random sums of the outputs that are checked.
_PROJECTIONS = 2
# Arguments of torch.autograd.gradcheck that mean nothing here.
_NOT_NEEDED = {
    "eps",
    "atol",
    "rtol",
    "nondet_tol",
    "fast_mode",
    "masked",
    "check_sparse_nnz",
    "check_undefined_grad",
    "check_grad_dtypes",
    "check_batched_grad",
    "check_batched_forward_grad",
    "check_forward_ad",
    "check_backward_ad",
}


class TorchGradientError(GradientError, GradcheckError):
    """A gradient that could not be shown to be right, as `gradcheck` reports it."""


# In inference mode no tensor has a gradient.
@_torch.inference_mode(False)  # type: ignore[no-untyped-call]
def check_module(
    module: _torch.nn.Module,
    loss: Callable[[Any], Tensor],
    *,
    reference: Reference = "double",
    samples: int = 1,
    every: bool = False,
    seed: int = 0,
    tolerance: float | None = None,
) -> Report:
    """Check the gradient of a loss with respect to the parameters of a module.

    Parameters
    ----------
    module : torch.nn.Module
        Its parameters that require a gradient are checked, by name (``encoder.0.weight``).
    loss : callable
        ``loss(module)`` returns a tensor with one number. It may be given a copy of the module.
    reference : {"double", None}
        ``"double"`` takes differences of the loss on a copy of the module in float64; all other tensors in float32
        are used in float64 as well. ``None`` takes them of the module as it is, for code that cannot compute in
        float64; then far fewer mistakes can be told from rounding.
    samples, every, seed, tolerance
        As for `backprop_graph.check_gradient`.

    Returns
    -------
    Report
        The verdict, the counts of each parameter tensor, the findings and a diagnosis. Before each evaluation the
        buffers and the random state are restored, so batch norm and dropout do not count as faults.

    Raises
    ------
    TypeError, ValueError
        If the loss is not one number, or a parameter is neither float32 nor float64.
    Exception
        Any exception of the loss. Parameters, buffers, ``.grad`` and random state are as they were.

    Examples
    --------
    >>> import torch
    >>> layer, x = torch.nn.Linear(3, 2), torch.randn(5, 3)
    >>> check_module(layer, lambda layer: layer(x).pow(2).mean())
    <Report: agree, 8 checked>
    """
    named = {name: p for name, p in module.named_parameters() if p.requires_grad}
    _refuse_others(named, "parameter")
    twin, why_not = module, ""
    if reference == "double" and any(p.dtype == _torch.float32 for p in named.values()):
        try:
            twin = copy.deepcopy(module).double()
        except RuntimeError as error:  # a tensor that is computed has no copy
            why_not = f"the module cannot be copied ({str(error).splitlines()[0]})"
    copies = dict(twin.named_parameters()) if twin is not module else {}
    twins = {name: copies[name] for name in named if copies}
    state = _State([module, twin] if twins else [module])

    def in_double() -> Tensor:
        return loss(twin)

    check = _Check(named, twins, lambda: loss(module), in_double, state)
    with state.kept():
        return check.run(
            type(module).__name__, why_not, reference, samples=samples, every=every, seed=seed, tolerance=tolerance
        )


@_torch.inference_mode(False)  # type: ignore[no-untyped-call]
def gradcheck(
    func: Callable[..., Any],
    inputs: Tensor | Sequence[Any],
    *,
    raise_exception: bool = True,
    reference: Reference = "double",
    seed: int = 0,
    tolerance: float | None = None,
    **not_needed: Any,
) -> bool:
    """Check the gradient of a function, as ``torch.autograd.gradcheck`` does, but also in float32.

    Parameters
    ----------
    func : callable
        Takes the inputs and returns a tensor or a tuple of tensors. With many outputs, random sums are checked by their
        vector-Jacobian product.
    inputs : tensor or tuple
        Those that require a gradient are checked.
    raise_exception : bool
        Raise an error with the report, rather than return False.
    reference, seed, tolerance
        As for `check_module`.
    **not_needed
        The other arguments of ``torch.autograd.gradcheck`` (``eps``, ``atol``, ...) are ignored, with a warning: step
        and tolerance follow from the precision and from the noise that is measured.

    Returns
    -------
    bool
        True if the gradient is right, as far as the check can see.

    Raises
    ------
    TorchGradientError
        If it is not, or if the check cannot tell. It is a ``torch.autograd.gradcheck.GradcheckError`` and a
        `backprop_graph.GradientError`; ``.report`` has the values.
    TypeError, ValueError
        If no input requires a gradient, or one that does is neither float32 nor float64.

    Examples
    --------
    >>> import torch
    >>> gradcheck(torch.sin, torch.randn(4, requires_grad=True))
    True
    """
    unknown = sorted(set(not_needed) - _NOT_NEEDED)
    if unknown:
        raise TypeError(f"gradcheck() got an unexpected keyword argument {unknown[0]!r}")
    if not_needed:
        given = ", ".join(sorted(not_needed))
        warnings.warn(f"gradcheck finds step and tolerance itself: {given} not used", stacklevel=2)
    arguments = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    checked = {
        _argument_name(func, n, len(arguments)): n
        for n, value in enumerate(arguments)
        if isinstance(value, Tensor) and value.requires_grad
    }
    if not checked:
        raise ValueError("no input requires a gradient: set requires_grad=True")
    # New leaves, to leave alone whatever the inputs were computed from.
    named = {name: arguments[n].detach().clone().requires_grad_() for name, n in checked.items()}
    _refuse_others(named, "input")
    own, other = list(arguments), list(arguments)
    twins: dict[str, Tensor] = {}
    for name, n in checked.items():
        own[n] = named[name]
        if reference == "double" and named[name].dtype == _torch.float32:
            twins = twins or {name: leaf.detach().double() for name, leaf in named.items()}
        other[n] = twins.get(name, named[name])
    for name, n in checked.items():
        other[n] = twins.get(name, named[name])
    state = _State([func] if isinstance(func, _torch.nn.Module) else [])
    rng = np.random.default_rng(seed)
    with state.kept():
        state.put_back()
        sizes = [output.shape for output in _outputs(func(*own))]
        single = sum(prod(size) for size in sizes) == 1
        for _ in range(1 if single else _PROJECTIONS):
            weights = [np.ones(size) if single else rng.uniform(-1.0, 1.0, size) for size in sizes]
            check = _Check(
                named,
                twins,
                partial(_weighted, func, own, weights),
                partial(_weighted, func, other, weights),
                state,
            )
            what = _name(func)
            head = what if single else f"a random sum of the outputs of {what}"
            report = check.run(head, "", reference, every=False, seed=seed, tolerance=tolerance)
            if not report.passed:
                if raise_exception:
                    raise TorchGradientError(report)
                return False
    return True


class _Parameter:
    """A tensor whose numbers are moved, and its copy in f64."""

    def __init__(self, name: str, tensor: Tensor, double: Tensor | None) -> None:
        self.name = name
        self.tensor = tensor
        self.double = double

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.tensor.shape)

    @property
    def single(self) -> bool:
        return bool(self.tensor.dtype == _torch.float32)

    def places(self) -> list[Any]:
        return [_Place(tensor) for tensor in (self.tensor, self.double) if tensor is not None]

    def snapshot(self) -> NDArray[Any]:
        return np.array(self.tensor.detach().cpu().numpy())

    def restore(self, snapshot: NDArray[Any]) -> None:
        with _torch.no_grad():
            self.tensor.data.copy_(_torch.from_numpy(snapshot))


class _Place:
    """``place[number] = value`` for a tensor of any layout."""

    def __init__(self, tensor: Tensor) -> None:
        self.data = tensor.data
        self.flat = self.data.view(-1) if self.data.is_contiguous() else None

    def __setitem__(self, number: int, value: float) -> None:
        if self.flat is not None:
            self.flat[number] = value
        else:
            self.data[tuple(int(n) for n in np.unravel_index(number, tuple(self.data.shape)))] = value


class _Check:
    """A scalar function of tensors, as it is and in f64."""

    def __init__(
        self,
        named: Mapping[str, Tensor],
        twins: Mapping[str, Tensor],
        scalar: Callable[[], Tensor],
        in_double: Callable[[], Tensor],
        state: _State,
    ) -> None:
        self.named = named
        self.twins = twins
        self.scalar = scalar
        self.in_double = in_double
        self.state = state

    def run(self, what: str, why_not: str, reference: Reference, **options: Any) -> Report:
        if reference not in ("double", None):
            raise ValueError(f"reference is {reference!r}: it must be 'double' or None")
        twins = self.twins
        if twins and not why_not and not self._is_same_function():
            why_not = "it has another value in float64; is something drawn at random?"
        if why_not:
            twins = {}
        own = [_Parameter(name, tensor, twins.get(name)) for name, tensor in self.named.items()]
        kinds = " and ".join(sorted({str(tensor.dtype).removeprefix("torch.") for tensor in self.named.values()}))
        head = described(what, own, kinds)
        if twins:
            head += ", against differences in float64"
        elif why_not:
            head += f", against differences in float32, as {why_not}"
        error = self._double if twins else self._error
        return run(own, error, self._gradient, description=head, reference=bool(twins), **options)

    def _error(self) -> float:
        self.state.put_back()
        with _torch.no_grad():
            return _number(self.scalar())

    def _double(self) -> float:
        self.state.put_back()
        same = {id(self.named[name]): twin for name, twin in self.twins.items()}
        try:
            with _torch.no_grad(), _InDouble(same):
                return _number(self.in_double())
        except (RuntimeError, TypeError) as error:
            if hasattr(error, "add_note"):
                error.add_note("This was the computation in float64: if it cannot be done, pass reference=None.")
            raise

    def _gradient(self) -> NDArray[np.float64]:
        self.state.put_back()
        with _torch.enable_grad():
            scalar = self.scalar()
            _number(scalar)
            tensors = list(self.named.values())
            gradients: Sequence[Tensor | None] = [None] * len(tensors)
            if scalar.requires_grad:
                gradients = _torch.autograd.grad(scalar.reshape(()), tensors, allow_unused=True)
        parts = [
            np.zeros(tensor.numel()) if gradient is None else _flat(gradient)
            for tensor, gradient in zip(tensors, gradients, strict=True)
        ]
        return np.concatenate(parts or [np.empty(0)])

    def _is_same_function(self) -> bool:
        """Return True if E in f64 is E in f32 up to rounding."""
        one, other, gradient = self._error(), self._double(), self._gradient()
        values = np.concatenate([_flat(tensor) for tensor in self.named.values()] or [np.empty(0)])
        terms = abs(other) + float(np.sum(np.abs(values * gradient)))
        # Neither is true of NaN, which the check reports itself.
        return not abs(one - other) > _SAME * terms


class _InDouble(TorchFunctionMode):
    """Runs code written for f32 in f64.

    Tensors in f32 become f64 where they are used and where they are made; parameters become their copies. Random
    numbers are drawn in f32, to stay the same.
    """

    def __init__(self, same: dict[int, Tensor]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.same = same

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        name = getattr(func, "__name__", "")
        if name == "__get__":  # an attribute, such as .dtype or .shape
            result = func(*(self.same.get(id(value), value) for value in args), **(kwargs or {}))
            return _torch.float64 if result is _torch.float32 else result
        if name == "float":
            return self._double(args[0])
        in_place = name == "__setitem__" or (name.endswith("_") and not name.endswith("__"))
        given = [value if in_place and n == 0 else self._each(value) for n, value in enumerate(args)]
        named = {key: self._each(value) for key, value in (kwargs or {}).items()}
        if name in ("dropout", "feature_dropout") and isinstance(given[0], Tensor):
            kept = func(_torch.ones_like(given[0], dtype=_torch.float32), *given[1:], **named)
            return given[0] * kept.double()
        if name in ("rand_like", "randn_like", "bernoulli") and isinstance(given[0], Tensor):
            given[0] = given[0].float()
        result = func(*given, **named)
        return result if in_place else self._each(result)

    def _each(self, value: Any) -> Any:
        if isinstance(value, Tensor):
            return self._double(value)
        if value is _torch.float32:
            return _torch.float64
        if type(value) in (list, tuple):
            return type(value)(self._each(item) for item in value)
        return value

    def _double(self, tensor: Tensor) -> Tensor:
        tensor = self.same.get(id(tensor), tensor)
        return tensor.double() if tensor.dtype == _torch.float32 else tensor


class _State:
    """The state that an evaluation may change as a side effect: buffers, and the states of random number generators."""

    def __init__(self, modules: Sequence[_torch.nn.Module]) -> None:
        self.buffers = [(b, b.detach().clone()) for module in modules for b in module.buffers()]
        self.random = _torch.get_rng_state()
        self.cuda = _torch.cuda.get_rng_state_all() if _torch.cuda.is_initialized() else None  # type: ignore[no-untyped-call]
        self.numpy = np.random.get_state()
        self.python = random.getstate()

    def put_back(self) -> None:
        with _torch.no_grad():
            for buffer, value in self.buffers:
                buffer.copy_(value)
        _torch.set_rng_state(self.random)
        if self.cuda is not None:
            _torch.cuda.set_rng_state_all(self.cuda)
        np.random.set_state(self.numpy)
        random.setstate(self.python)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Put everything back at the end, whatever happens."""
        try:
            yield
        finally:
            self.put_back()


def _outputs(result: Any) -> list[Tensor]:
    """Return the outputs of a function that have a gradient."""
    outputs = [result] if isinstance(result, Tensor) else list(result)
    outputs = [output for output in outputs if isinstance(output, Tensor) and output.is_floating_point()]
    if not outputs:
        raise ValueError("the function returned no floating-point tensor")
    return outputs


def _weighted(func: Callable[..., Any], inputs: Sequence[Any], weights: Sequence[NDArray[np.float64]]) -> Tensor:
    """Return the sum of all outputs, each weighted differently, in f64."""
    total: Any = 0.0
    for output, weight in zip(_outputs(func(*inputs)), weights, strict=True):
        if tuple(output.shape) != weight.shape:
            raise ValueError(f"an output has the shape {tuple(output.shape)} here and {weight.shape} there")
        total = total + (output.double() * _torch.from_numpy(np.asarray(weight)).to(output.device)).sum()
    assert isinstance(total, Tensor)
    return total


def _number(scalar: Any) -> float:
    if not isinstance(scalar, Tensor):
        raise TypeError(f"the loss is of type {type(scalar).__name__}: it must be a tensor with one number")
    if scalar.numel() != 1:
        raise ValueError(f"the loss has the shape {tuple(scalar.shape)}: it must be one number; sum it")
    if scalar.is_complex():
        raise TypeError("the loss is complex: it must be real")
    return float(scalar.detach())


def _flat(tensor: Tensor) -> NDArray[np.float64]:
    dense = tensor.detach().to_dense() if tensor.is_sparse else tensor.detach()
    return np.asarray(dense.double().cpu().reshape(-1).numpy())


def _function(func: Any) -> type[_torch.autograd.Function] | None:
    """Return the class whose ``apply`` this is, if it is one."""
    owner = getattr(func, "__self__", None)
    return owner if isinstance(owner, type) and issubclass(owner, _torch.autograd.Function) else None


def _name(func: Any) -> str:
    owner = _function(func)
    return owner.__name__ if owner else str(getattr(func, "__name__", type(func).__name__))


def _argument_name(func: Any, place: int, count: int) -> str:
    """Return the name of an argument, as the function calls it."""
    owner = _function(func)
    try:
        called = owner.forward if owner else func.forward if isinstance(func, _torch.nn.Module) else func
        parameters = list(inspect.signature(called).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    if owner and parameters and len(parameters) > count:
        parameters = parameters[1:]  # what comes first is the context
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    names = [parameter.name for parameter in parameters if parameter.kind in positional]
    return names[place] if count <= len(names) else f"inputs[{place}]"


def _refuse_others(named: Mapping[str, Tensor], what: str) -> None:
    for name, tensor in named.items():
        if tensor.dtype not in (_torch.float32, _torch.float64):
            kind = str(tensor.dtype).removeprefix("torch.")
            raise TypeError(f"the {what} {name!r} is {kind}: the check takes float32 and float64; check a copy in float32")
