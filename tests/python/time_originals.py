"""The article's and Nielsen's programs next to this module: equal weights first, then how long each takes.

    python tests/python/time_originals.py LEARN_DL NETWORK2

LEARN_DL is the folder of bp.py and fc.py for Python 3 (of github.com/hanbt/learn_dl), NETWORK2 a network2.py for Python 3 (of
github.com/MichalDanielDobrzanski/DeepLearningPython). Both sides get the same calls on the same data. It prints the table of
docs/in-python.md. Times are the processor's, on one thread, and include whatever a call costs in Python.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import math
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

# As the module trains: on one thread.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np  # noqa: E402

import backprop_graph.bp  # noqa: E402
import backprop_graph.fc  # noqa: E402
import backprop_graph.network2  # noqa: E402
from backprop_graph.data import digits  # noqa: E402

ROUNDS = 7
SECONDS = 0.15  # that a side's calls take in a round, at least
LIMIT = 1e-12


@dataclass
class Work:
    program: str
    name: str
    sizes: list[int]
    run: Callable[[Any], object]
    steps: int = 1  # that one run takes


def bp_work(sizes: list[int]) -> list[Work]:
    rng = np.random.default_rng(1)
    count = 256 if sizes[0] < 20 else 20 if sizes[0] < 100 else 1
    samples, labels = rng.random((count, sizes[0])).tolist(), rng.uniform(0.1, 0.9, (count, sizes[-1])).tolist()
    sample, label = samples[0], labels[0]
    return [
        Work("bp.py", "`train`, a sample", sizes, lambda network: network.train(labels, samples, 0.3, 5), 5 * count),
        Work("bp.py", "`train_one_sample`", sizes, lambda network: network.train_one_sample(label, sample, 0.3)),
        Work("bp.py", "`get_gradient`", sizes, lambda network: network.get_gradient(label, sample)),
        Work("bp.py", "`predict`", sizes, lambda network: network.predict(sample)),
    ]


def fc_work(sizes: list[int]) -> list[Work]:
    if sizes[0] == 784:
        labels, samples = digits().train.first(200).columns()
    else:
        rng = np.random.default_rng(1)
        samples, labels = list(rng.random((200, sizes[0], 1))), list(rng.uniform(0.1, 0.9, (200, sizes[-1], 1)))
    sample, label = samples[0], labels[0]
    return [
        Work("fc.py", "`train`, a sample", sizes, lambda network: network.train(labels, samples, 0.3, 2), 400),
        Work("fc.py", "`train_one_sample`", sizes, lambda network: network.train_one_sample(label, sample, 0.3)),
        Work("fc.py", "`predict`", sizes, lambda network: network.predict(sample)),
    ]


def network2_work(sizes: list[int]) -> list[Work]:
    train, test = digits(targets="one-hot")
    pairs, others = train.first(1000).training_pairs(), test.first(500).test_pairs()

    def monitored(network: Any) -> None:
        network.SGD(pairs, 1, 10, 0.5, 5.0, others, monitor_evaluation_cost=True, monitor_evaluation_accuracy=True)

    return [
        Work("network2.py", "`SGD`, a sample", sizes, lambda network: network.SGD(pairs, 1, 10, 0.5, 5.0), 1000),
        Work("network2.py", "the same, cost and accuracy monitored", sizes, monitored, 1000),
        Work("network2.py", "`update_mini_batch`, 10 samples", sizes, lambda network: network.update_mini_batch(pairs[:10], 0.5, 5.0, 1000)),
        Work("network2.py", "`feedforward`", sizes, lambda network: network.feedforward(pairs[0][0])),
    ]


def load(path: Path) -> ModuleType:
    """Import a program of the originals by its file."""
    sys.path.insert(0, str(path.parent))
    specification = importlib.util.spec_from_file_location(f"original_{path.stem}", path)
    assert specification and specification.loader
    module = sys.modules[specification.name] = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def weights(network: Any) -> Any:
    """Return all weights and biases of a network of any of the three programs, as one row."""
    if hasattr(network, "connections"):
        return np.array([connection.weight for connection in network.connections.connections])
    arrays = [array for layer in getattr(network, "layers", []) for array in (layer.W, layer.b)]
    return np.concatenate([array.ravel() for array in arrays or network.weights + network.biases])


def equal(work: Work, sides: list[ModuleType]) -> list[Any]:
    """Return a network of either side, both trained alike and with the same weights."""
    networks = []
    for module in sides:
        np.random.seed(4)
        random.seed(4)
        network = module.Network(work.sizes)
        for _ in range(10):
            work.run(network)
        networks.append(network)
    difference = float(np.abs(weights(networks[0]) - weights(networks[1])).max())
    assert difference <= LIMIT, f"{work.program} {work.sizes} {work.name}: weights differ by {difference:.1e}"
    return networks


def seconds(work: Work, network: Any, calls: int) -> float:
    start = time.process_time()
    for _ in range(calls):
        work.run(network)
    return (time.process_time() - start) / calls / work.steps


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    learn_dl, network2 = map(Path, sys.argv[1:])
    programs = [
        (learn_dl / "bp.py", backprop_graph.bp, bp_work, [[8, 3, 8], [64, 32, 10], [784, 300, 10]]),
        (learn_dl / "fc.py", backprop_graph.fc, fc_work, [[8, 3, 8], [784, 100, 10]]),
        (network2, backprop_graph.network2, network2_work, [[784, 30, 10], [784, 100, 10]]),
    ]
    print("| program | network | call | original, µs | ours, µs | times faster |")
    print("|---|---|---|---:|---:|---:|")
    for path, ours, works, networks in programs:
        with contextlib.redirect_stdout(io.StringIO()):
            original = load(path)
        for work in [work for sizes in networks for work in works(sizes)]:
            with contextlib.redirect_stdout(io.StringIO()):
                sides = equal(work, [original, ours])
                calls = [max(1, math.ceil(SECONDS / work.steps / seconds(work, network, 2))) for network in sides]
                rounds = [[seconds(work, network, count) for network, count in zip(sides, calls)] for _ in range(ROUNDS)]
            before, after = (statistics.median(column) * 1e6 for column in zip(*rounds))
            ratios = sorted(theirs / mine for theirs, mine in rounds)
            ratio, low, high = (f"{value:.3g}" for value in (statistics.median(ratios), ratios[0], ratios[-1]))
            sizes = "-".join(map(str, work.sizes))
            print(f"| {work.program} | {sizes} | {work.name} | {before:,.4g} | {after:,.4g} | {ratio} ({low} to {high}) |", flush=True)


if __name__ == "__main__":
    main()
