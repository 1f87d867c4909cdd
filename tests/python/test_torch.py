"""The check for PyTorch: modules that are right, functions with a known bug, and what is left as it was."""

from __future__ import annotations

import copy
import pickle
import random
import re
import sys
import warnings
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
import torch_modules  # noqa: E402
from torch import nn  # noqa: E402
from torch.autograd.function import Function  # noqa: E402
from torch.nn import functional as F  # noqa: E402

import backprop_graph as bg  # noqa: E402

torch.set_num_threads(1)
check_module, gradcheck = bg.torch.check_module, bg.torch.gradcheck
QUICK = ["Linear", "Bilinear", "Embedding", "Conv2d", "BatchNorm1d", "LayerNorm", "PReLU", "GRUCell", "Dropout after Linear"]


@pytest.mark.parametrize("kind", QUICK)
def test_a_right_module_in_f32_is_not_accused_and_three_percent_are_found(kind: str) -> None:
    for name, module, function in torch_modules.cases([kind], seeds=(0,)):
        report = check_module(module, function)
        assert report.passed, f"{name}\n{report}"
        assert [group.name for group in report.groups] == [n for n, _ in module.named_parameters()]
        if torch.__version__ < "2":
            continue  # there torch.autograd.grad leaves out the hook that plants the fault
        hook = torch_modules.plant(module, function)
        wrong = check_module(module, function)
        hook.remove()
        assert wrong.verdict == "disagree", f"{name}\n{wrong}"


class Scaled(Function):
    """x·w, whose backward pass returns the gradient of the wrong argument."""

    @staticmethod
    def forward(ctx: Any, x: Any, w: Any) -> Any:
        ctx.save_for_backward(x, w)
        return x * w

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:  # type: ignore[override]
        x, w = ctx.saved_tensors
        return grad * x, grad * w


class SoftmaxWithoutTheSum(Function):
    """A softmax whose backward pass forgets that every output depends on every input."""

    @staticmethod
    def forward(ctx: Any, z: Any) -> Any:
        a = torch.exp(z) / torch.exp(z).sum(dim=-1, keepdim=True)
        ctx.save_for_backward(a)
        return a

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:  # type: ignore[override]
        (a,) = ctx.saved_tensors
        return grad * a * (1 - a)


class NormWithoutTheMean(Function):
    """A batch norm whose backward pass takes the mean for a constant."""

    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        centred = x - x.mean(dim=0)
        scale = 1 / torch.sqrt((centred**2).mean(dim=0) + 1e-5)
        ctx.save_for_backward(centred, scale)
        return centred * scale

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:  # type: ignore[override]
        centred, scale = ctx.saved_tensors
        normed = centred * scale
        return scale * (grad - normed * (grad * normed).mean(dim=0))


class Bilinear(Function):
    """Reads an image between its pixels; the slope by the place has the wrong sign outside of the image."""

    @staticmethod
    def weights(image: Any, x: Any) -> Any:
        left = torch.floor(x)
        part = x - left
        low, high = left.long(), left.long() + 1
        inside = [(0 <= n) & (n < image.shape[0]) for n in (low, high)]
        values = [torch.where(i, image[n.clamp(0, image.shape[0] - 1)], torch.zeros_like(x)) for i, n in zip(inside, (low, high))]
        return part, values, inside

    @staticmethod
    def forward(ctx: Any, image: Any, x: Any) -> Any:
        ctx.save_for_backward(image, x)
        part, (a, b), _ = Bilinear.weights(image, x)
        return (1 - part) * a + part * b

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:  # type: ignore[override]
        image, x = ctx.saved_tensors
        part, (a, b), inside = Bilinear.weights(image, x)
        low = torch.floor(x).long()
        to_image = torch.zeros_like(image)
        for share, n, i in ((1 - part, low, inside[0]), (part, low + 1, inside[1])):
            to_image.index_add_(0, n[i], (grad * share)[i])
        border = torch.where(inside[0] & inside[1], torch.ones_like(x), -torch.ones_like(x))
        return to_image, grad * (b - a) * border


class ConvLstmCell(Function):
    """The memory of a convolutional LSTM, c' = f·c + i·g; the backward pass forgets the forget gate's slope."""

    @staticmethod
    def forward(ctx: Any, gates: Any, c: Any) -> Any:
        i, f, g = torch.sigmoid(gates[0]), torch.sigmoid(gates[1]), torch.tanh(gates[2])
        ctx.save_for_backward(i, f, g, c)
        return f * c + i * g

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:  # type: ignore[override]
        i, f, g, c = ctx.saved_tensors
        return torch.stack([grad * g * i * (1 - i), grad * c * f, grad * i * (1 - g**2)]), grad * f


def leaf(*shape: int, seed: int = 0) -> Any:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), requires_grad=True)


PLACES = torch.tensor([-0.6, 0.3, 1.7, 2.2, 3.4, 4.7], requires_grad=True)
BUGS = [
    (Scaled.apply, (leaf(4), leaf(4, seed=1)), "x", "The gradient of x is the one that w should have"),
    (SoftmaxWithoutTheSum.apply, (leaf(3, 4),), "z", "Along axis 1 .* a term is missing that is a sum"),
    (NormWithoutTheMean.apply, (leaf(6, 2),), "x", "Along axis 0 .* a term is missing that is a sum or a mean"),
    (Bilinear.apply, (leaf(5), PLACES), "x", r"it has the opposite sign: x\[0\], x\[5\]\."),
    (ConvLstmCell.apply, (leaf(3, 2, 3, 3), leaf(2, 3, 3, seed=1)), "gates", r"Only gates\[1\] is wrong"),
]


@pytest.mark.parametrize(("function", "inputs", "wrong", "hint"), BUGS, ids=[bug[0].__self__.__name__ for bug in BUGS])
def test_functions_with_a_known_bug_are_found(function: Any, inputs: Any, wrong: str, hint: str) -> None:
    with pytest.raises(bg.GradientError) as raised:
        gradcheck(function, inputs)
    assert isinstance(raised.value, sys.modules["torch.autograd.gradcheck"].GradcheckError)
    report = raised.value.report
    assert {f.group for f in report.findings if f.verdict == "disagree"} == {wrong} or function == Scaled.apply
    assert report.diagnosis and re.search(hint, report.diagnosis) and re.search(hint, str(raised.value))
    assert not gradcheck(function, inputs, raise_exception=False)


def test_inference_mode_is_left_during_a_check() -> None:
    layer, x, y = nn.Linear(4, 2), torch.randn(8, 4), torch.randn(8, 2)
    input = torch.randn(3, requires_grad=True)
    with torch.inference_mode():
        assert check_module(layer, lambda layer: F.mse_loss(layer(x), y))
        assert gradcheck(torch.sin, (input,))
        assert torch.is_inference_mode_enabled()


def test_the_same_functions_without_their_bug_pass() -> None:
    assert gradcheck(lambda x, w: x * w, (leaf(4), leaf(4, seed=1)))
    assert gradcheck(lambda z: torch.softmax(z, -1), leaf(3, 4))
    assert gradcheck(lambda x: F.batch_norm(x, None, None, training=True), (leaf(6, 2),))
    assert gradcheck(lambda x, w, b: F.conv2d(x, w, b), (leaf(1, 2, 4, 4), leaf(2, 2, 3, 3, seed=1), leaf(2, seed=2)))
    assert gradcheck(lambda x: (x.sin(), x.cos(), torch.tensor([1, 2])), leaf(3))
    assert gradcheck(torch.linalg.inv, (torch.eye(3) + 0.1 * leaf(3, 3).detach()).requires_grad_())
    assert gradcheck(nn.Linear(3, 2), leaf(4, 3))


def test_only_what_requires_a_gradient_is_checked() -> None:
    assert gradcheck(lambda x, n, w: x * n * w, (leaf(3), 2, torch.ones(3)))
    with pytest.raises(ValueError, match="no input requires a gradient"):
        gradcheck(torch.sin, torch.ones(3))


def test_the_arguments_of_torchs_gradcheck_are_taken_with_a_warning() -> None:
    with pytest.warns(UserWarning, match="atol, eps not used"):
        assert gradcheck(torch.sin, leaf(3), eps=1e-3, atol=1e-3)
    with pytest.raises(TypeError, match="unexpected keyword argument 'epsilon'"):
        gradcheck(torch.sin, leaf(3), epsilon=1e-3)


def state(module: Any) -> Any:
    return {name: value.clone() for name, value in module.state_dict().items()}


def test_everything_is_as_it_was() -> None:
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(4, 5), nn.BatchNorm1d(5), nn.Dropout(0.4), nn.Linear(5, 2))
    x = torch.randn(8, 4)
    module(x).sum().backward()
    before, grads = state(module), [copy.deepcopy(p.grad) for p in module.parameters()]
    rng, of_numpy, of_python = torch.get_rng_state(), pickle.dumps(np.random.get_state()), random.getstate()

    def loss(module: Any) -> Any:
        return (module(x) * random.random() + float(np.random.rand())).pow(2).mean()

    assert check_module(module, loss).passed
    assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())
    assert all(torch.equal(p.grad, grad) for p, grad in zip(module.parameters(), grads) if p.grad is not None and grad is not None)
    assert torch.equal(torch.get_rng_state(), rng)
    assert pickle.dumps(np.random.get_state()) == of_numpy and random.getstate() == of_python

    def fails(module: Any) -> Any:
        loss(module)
        raise KeyError("mine")

    with pytest.raises(KeyError):
        check_module(module, fails)
    assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())


def test_code_that_writes_f32_is_computed_in_double() -> None:
    """Factories, .float(), in-place writes, a loss with constants: the reference follows all of them."""

    class Careless(nn.Module):
        mask: Any

        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.randn(3, 4))
            self.register_buffer("mask", torch.tensor([1.0, 0.5, 1.0]))

        def forward(self, x: Any) -> Any:
            out = torch.zeros(x.shape[0], 3)
            for n in range(3):
                out[:, n] = (x.float() @ self.weight[n].to(torch.float32)) * self.mask[n]
            out += torch.ones(3, dtype=torch.float32)
            return F.dropout(out, 0.3) + torch.rand_like(out) * self.weight.sum()

    torch.manual_seed(1)
    module, x, y = Careless(), torch.randn(5, 4), torch.randn(5, 3)
    report = check_module(module, lambda m: F.mse_loss(m(x), y))
    assert report.passed, report
    assert "against differences in float64" in str(report)
    assert max(group.max_relative_error for group in report.groups) < 1e-5


def test_where_float64_is_another_function_differences_are_taken_in_float32() -> None:
    torch.manual_seed(0)
    module, x = nn.Linear(4, 3), torch.randn(5, 4)
    report = check_module(module, lambda m: (m(x) * (1.0 if m.weight.dtype == torch.float32 else 1.5)).pow(2).mean())
    assert "against differences in float32, as it has another value in float64" in str(report)
    assert report.verdict != "disagree", report


def test_without_a_reference_and_in_double() -> None:
    torch.manual_seed(0)
    module, x = nn.Linear(4, 3), torch.randn(5, 4)
    assert check_module(module, lambda m: m(x).pow(2).mean(), reference=None).verdict != "disagree"
    assert check_module(module.double(), lambda m: m(x.double()).pow(2).mean()).passed
    assert gradcheck(torch.tanh, leaf(3).detach().double().requires_grad_())


def test_tied_frozen_and_unused_parameters() -> None:
    torch.manual_seed(0)
    one, two = nn.Linear(3, 3), nn.Linear(3, 3)
    two.weight = one.weight
    two.bias.requires_grad_(False)
    module, x = nn.Sequential(one, nn.Tanh(), two), torch.randn(4, 3)
    report = check_module(module, lambda m: m(x).pow(2).mean())
    assert report.passed and [group.name for group in report.groups] == ["0.weight", "0.bias"], report
    unused = nn.ModuleDict({"used": nn.Linear(3, 1), "unused": nn.Linear(3, 1)})
    report = check_module(unused, lambda m: m["used"](x).pow(2).mean())
    assert report.passed and report.groups[2].agree == 3, report


@pytest.mark.parametrize(
    ("loss", "sentence"),
    [
        (lambda m: m(torch.ones(2, 3)), r"the loss has the shape \(2, 2\): it must be one number; sum it"),
        (lambda m: 0.5, "the loss is of type float"),
    ],
)
def test_a_loss_must_be_one_number(loss: Any, sentence: str) -> None:
    with pytest.raises((TypeError, ValueError), match=sentence):
        check_module(nn.Linear(3, 2), loss)


def test_other_types_are_refused() -> None:
    with pytest.raises(TypeError, match="the parameter 'weight' is float16: .* check a copy in float32"):
        check_module(nn.Linear(3, 2).half(), lambda m: m.weight.sum())
    with pytest.raises(ValueError, match="reference is 'single'"):
        check_module(nn.Linear(3, 2), lambda m: m.weight.sum(), reference="single")  # type: ignore[arg-type]


def test_nothing_is_imported_that_is_not_used() -> None:
    import subprocess


    program = "import sys, backprop_graph; print('torch' in sys.modules, 'jax' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "False False\n"


def test_no_warning_is_shown() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert gradcheck(torch.sin, leaf(3))
