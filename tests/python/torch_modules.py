"""Every kind of module of torch.nn that has parameters, in f32: right, and with a gradient that is 3 % wrong.

Run it to compare `check_module` with `torch.autograd.gradcheck`; it prints the table of docs/in-python.md (with
names of kinds, only theirs):

    python tests/python/torch_modules.py [KIND ...]
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn
from torch.autograd.gradcheck import gradcheck

import backprop_graph.torch as checker

Module = Callable[[], nn.Module]
Inputs = Callable[[], tuple[Any, ...]]


def randn(*shape: int) -> Inputs:
    return lambda: (torch.randn(*shape),)


def whole(high: int, *shape: int) -> Inputs:
    return lambda: (torch.randint(high, shape),)


KINDS: dict[str, tuple[Module, Inputs]] = {
    "Linear": (lambda: nn.Linear(5, 4), randn(6, 5)),
    "Bilinear": (lambda: nn.Bilinear(3, 4, 2), lambda: (torch.randn(5, 3), torch.randn(5, 4))),
    "Embedding": (lambda: nn.Embedding(7, 3), whole(7, 4, 2)),
    "EmbeddingBag": (lambda: nn.EmbeddingBag(7, 3), whole(7, 4, 2)),
    "Conv1d": (lambda: nn.Conv1d(2, 3, 3), randn(2, 2, 8)),
    "Conv2d": (lambda: nn.Conv2d(2, 3, 3, padding=1), randn(2, 2, 5, 5)),
    "Conv2d, in groups": (lambda: nn.Conv2d(4, 4, 3, groups=2, stride=2), randn(2, 4, 6, 6)),
    "Conv3d": (lambda: nn.Conv3d(1, 2, 2), randn(1, 1, 4, 4, 4)),
    "ConvTranspose1d": (lambda: nn.ConvTranspose1d(2, 3, 3), randn(2, 2, 5)),
    "ConvTranspose2d": (lambda: nn.ConvTranspose2d(2, 3, 2, stride=2), randn(2, 2, 3, 3)),
    "ConvTranspose3d": (lambda: nn.ConvTranspose3d(1, 2, 2), randn(1, 1, 3, 3, 3)),
    "BatchNorm1d": (lambda: nn.BatchNorm1d(4), randn(8, 4)),
    "BatchNorm2d": (lambda: nn.BatchNorm2d(3), randn(4, 3, 3, 3)),
    "BatchNorm3d": (lambda: nn.BatchNorm3d(2), randn(3, 2, 2, 2, 2)),
    "LayerNorm": (lambda: nn.LayerNorm(6), randn(4, 6)),
    "GroupNorm": (lambda: nn.GroupNorm(2, 4), randn(3, 4, 5)),
    "InstanceNorm1d": (lambda: nn.InstanceNorm1d(3, affine=True), randn(2, 3, 6)),
    "InstanceNorm2d": (lambda: nn.InstanceNorm2d(3, affine=True), randn(2, 3, 3, 3)),
    "InstanceNorm3d": (lambda: nn.InstanceNorm3d(2, affine=True), randn(2, 2, 2, 2, 3)),
    "PReLU": (lambda: nn.PReLU(3), randn(4, 3, 5)),
    "RNN": (lambda: nn.RNN(3, 4), randn(5, 2, 3)),
    "RNN, ReLU": (lambda: nn.RNN(3, 4, nonlinearity="relu"), randn(5, 2, 3)),
    "LSTM": (lambda: nn.LSTM(3, 4), randn(5, 2, 3)),
    "LSTM, both ways": (lambda: nn.LSTM(3, 2, bidirectional=True, proj_size=1), randn(4, 2, 3)),
    "GRU": (lambda: nn.GRU(3, 4), randn(5, 2, 3)),
    "RNNCell": (lambda: nn.RNNCell(3, 4), randn(4, 3)),
    "LSTMCell": (lambda: nn.LSTMCell(3, 4), randn(4, 3)),
    "GRUCell": (lambda: nn.GRUCell(3, 4), randn(4, 3)),
    "MultiheadAttention": (lambda: nn.MultiheadAttention(4, 2), lambda: (torch.randn(3, 2, 4),) * 3),
    "TransformerEncoderLayer": (lambda: nn.TransformerEncoderLayer(4, 2, 6, dropout=0.0, norm_first=True), randn(3, 2, 4)),
    "TransformerDecoderLayer": (
        lambda: nn.TransformerDecoderLayer(4, 2, 6, dropout=0.0, norm_first=True),
        lambda: (torch.randn(3, 2, 4), torch.randn(2, 2, 4)),
    ),
    "AdaptiveLogSoftmaxWithLoss": (
        lambda: nn.AdaptiveLogSoftmaxWithLoss(4, 8, [3, 5]),
        lambda: (torch.randn(6, 4), torch.randint(8, (6,))),
    ),
    "Dropout after Linear": (lambda: nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.3)), randn(5, 4)),
    "Linear, BatchNorm1d, ReLU": (
        lambda: nn.Sequential(nn.Linear(4, 5), nn.BatchNorm1d(5), nn.ReLU(), nn.Linear(5, 2)),
        randn(8, 4),
    ),
}
# Versions of PyTorch that people still have know nothing of these.
rms_norm: Any = getattr(nn, "RMSNorm", None)
if rms_norm:
    KINDS["RMSNorm"] = (lambda: rms_norm(6), randn(4, 6))
if hasattr(nn.utils, "parametrizations"):
    KINDS["Linear, spectral norm"] = (lambda: nn.utils.parametrizations.spectral_norm(nn.Linear(4, 3)), randn(5, 4))


def first(output: Any) -> torch.Tensor:
    while not isinstance(output, torch.Tensor):
        output = output[0]
    return output


def mean_square(output: torch.Tensor) -> torch.Tensor:
    result: torch.Tensor = output.pow(2).mean()
    return result


def weighed(output: torch.Tensor) -> torch.Tensor:
    """A sum in which each output has a weight of its own."""
    weights = torch.linspace(-1.0, 1.0, output.numel()).reshape(output.shape)
    result: torch.Tensor = (output * (weights + 0.3)).sum()
    return result


LOSSES = {"mean square": mean_square, "weighed sum": weighed}
Case = tuple[str, nn.Module, Callable[[nn.Module], torch.Tensor]]


def cases(names: Any = None, seeds: Any = (0, 1)) -> Iterator[Case]:
    """Yield a name, a module and a loss for each kind, each loss and each seed."""
    for name in names or KINDS:
        make, inputs = KINDS[name]
        for loss_name, loss in LOSSES.items():
            for seed in seeds:
                torch.manual_seed(seed)
                module, given = make(), inputs()

                def function(module: nn.Module, loss: Any = loss, given: Any = given) -> torch.Tensor:
                    result: torch.Tensor = loss(first(module(*given)))
                    return result

                yield f"{name}, {loss_name}, seed {seed}", module, function


def plant(module: nn.Module, function: Callable[[nn.Module], torch.Tensor], factor: float = 1.03) -> Any:
    """Make the gradient of the parameter that has the largest one wrong; return the hook, to be removed."""
    named = list(module.parameters())
    gradients = torch.autograd.grad(function(module), named, allow_unused=True)
    sizes = [0.0 if gradient is None else float(gradient.abs().sum()) for gradient in gradients]
    # Not always the last layer's: one of those that have a share in the gradient.
    shares = [n for n, size in enumerate(sizes) if size > 0.1 * max(sizes)]
    wrong = named[shares[len(shares) // 2]]
    return wrong.register_hook(lambda gradient: None if gradient is None else factor * gradient)


def passes_gradcheck(module: nn.Module, function: Callable[[nn.Module], torch.Tensor], **options: Any) -> bool:
    parameters = tuple(module.parameters())

    def of_parameters(*_: torch.Tensor) -> torch.Tensor:
        torch.manual_seed(0)
        return function(module)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return bool(gradcheck(of_parameters, parameters, raise_exception=False, **options))
        except RuntimeError:
            return False


TUNINGS: dict[str, dict[str, float]] = {
    "`torch.autograd.gradcheck`, defaults": {},
    "`eps=1e-3, atol=1e-3, rtol=1e-2`": {"eps": 1e-3, "atol": 1e-3, "rtol": 1e-2},
    "`eps=1e-2, atol=1e-3, rtol=1e-2`": {"eps": 1e-2, "atol": 1e-3, "rtol": 1e-2},
    "`eps=1e-2, atol=1e-2, rtol=1e-1`": {"eps": 1e-2, "atol": 1e-2, "rtol": 1e-1},
}


def main() -> None:
    torch.set_num_threads(1)
    ours = {(right, verdict): 0 for right in (True, False) for verdict in ("agree", "disagree", "open")}
    theirs = {(tuning, right): 0 for tuning in TUNINGS for right in (True, False)}
    seconds = {"ours": 0.0, "theirs": 0.0}
    count = 0
    for name, module, function in cases(sys.argv[1:]):
        count += 1
        for right in (True, False):
            hook = None if right else plant(module, function)
            start = time.perf_counter()
            report = checker.check_module(module, function)
            seconds["ours"] += time.perf_counter() - start
            verdict = report.verdict if report.verdict in ("agree", "disagree") else "open"
            ours[right, verdict] += 1
            if verdict != ("agree" if right else "disagree"):
                print(f"{name}, {'right' if right else 'wrong'}: {report!r}", file=sys.stderr)
            for tuning, options in TUNINGS.items():
                start = time.perf_counter()
                theirs[tuning, right] += passes_gradcheck(module, function, **options)
                seconds["theirs"] += time.perf_counter() - start
            if hook is not None:
                hook.remove()
    print(f"torch {torch.__version__.partition('+')[0]}: {len(sys.argv[1:] or KINDS)} kinds, two losses, two seeds: {count} cases\n")
    print("| check | right: accused | right: left open | 3 % wrong: found | 3 % wrong: passed |")
    print("|---|---|---|---|---|")
    print(f"| `check_module` | {ours[True, 'disagree']} | {ours[True, 'open']} | {ours[False, 'disagree']} | {ours[False, 'agree']} |")
    for tuning in TUNINGS:
        passed, missed = theirs[tuning, True], theirs[tuning, False]
        print(f"| {tuning} | {count - passed} | 0 | {count - missed} | {missed} |")
    print(f"\n{seconds['ours']:.0f} s for check_module, {seconds['theirs']:.0f} s for the four others", file=sys.stderr)


if __name__ == "__main__":
    main()
