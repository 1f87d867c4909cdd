"""Arrays of every kind in every place: a right answer or an error in one line, never a crash, and nothing changed."""

from __future__ import annotations

import itertools
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import backprop_graph as bg
from backprop_graph import bp, fc, network2
from backprop_graph._native import Graph

VALUES = np.array([0.25, -1.5, 0.75, 2.0])


# Older types of numpy do not know its arguments.
masked: Any = np.ma.masked_greater


def of_type(dtype: Any) -> Any:
    return lambda values: np.array(values).astype(dtype)


def field(values: Any) -> Any:
    """Return numbers that are not a whole number of numbers apart."""
    records = np.zeros(values.shape, dtype=[("a", "i4"), ("b", "f8")])
    records["b"] = values
    return records["b"]


def read_only(values: Any) -> Any:
    array = np.array(values, dtype=np.float64)
    array.flags.writeable = False
    return array


KINDS: dict[str, Any] = {
    **{name: of_type(name) for name in ("f8", "f4", "f2", ">f8", ">f4", "<f8", "longdouble", "c16", "i8", "u1", ">i4", "?", "O", "U9", "S9")},
    "times": lambda values: np.array(values).astype("i8").astype("M8[s]"),
    "records": lambda values: np.array([(v, v) for v in np.ravel(values)], dtype=[("a", "f8"), ("b", "f4")]),
    "read-only": read_only,
    "strided": lambda values: np.repeat(np.array(values), 2, axis=0)[::2],
    "backwards": lambda values: np.flip(np.flip(values).copy()),
    "Fortran": lambda values: np.asfortranarray(np.array(values)),
    "broadcast": lambda values: np.broadcast_to(np.array(0.5), np.shape(values)),
    "unaligned": lambda values: np.frombuffer(b"x" + np.array(values, "f8").tobytes(), "f8", offset=1).reshape(np.shape(values)),
    "field": lambda values: field(np.array(values, dtype=np.float64)),
    "masked": lambda values: masked(np.array(values), 1),
    "matrix": lambda values: np.asmatrix(np.array(values)),
    "list": lambda values: np.array(values).tolist(),
    "tuple": lambda values: tuple(np.array(values).tolist()),
    "range": lambda values: range(len(values)),
    "generator": lambda values: (value for value in np.ravel(values)),
    "set": lambda values: {float(value) for value in np.ravel(values)},
    "bytes": lambda values: np.array(values).tobytes(),
    "memoryview": lambda values: np.array(values).data,
    "dict": lambda values: {"a": {"b": [np.array(values)]}},
    "dict of numbers": lambda values: {1: np.array(values), (2, 3): 0.5},
    "nested": lambda values: [[np.array(values)], (np.array(values),), []],
    "ragged": lambda values: [[1.0, 2.0], [3.0]],
    "empty": lambda values: np.empty(0),
    "empty rows": lambda values: np.empty((0, 4)),
    "0-d": lambda values: np.array(0.5),
    "number": lambda values: 0.5,
    "3-d": lambda values: np.array(values).reshape(1, -1, 1),
    "NaN": lambda values: np.full(np.shape(values), np.nan),
    "inf": lambda values: np.full(np.shape(values), -np.inf),
    "huge": lambda values: np.array(values) * 1e308,
    "tiny": lambda values: np.array(values) * 1e-320,
    "None": lambda values: None,
    "text": lambda values: "0.5",
    "object": lambda values: object(),
    "type": lambda values: float,
    "itself": lambda values: itself(),
}


def itself() -> Any:
    """Return a list that holds itself."""
    these: list[Any] = [1.0]
    these.append(these)
    return these


def total(p: Any) -> Any:
    """Return half the sum of the squares of whatever the parameters are."""
    if isinstance(p, dict):
        return sum((total(value) for value in p.values()), 0.0)
    if isinstance(p, (list, tuple)):
        return sum((total(value) for value in p), 0.0)
    return 0.5 * np.sum(np.asarray(p) ** 2)


def image(thing: Any) -> Any:
    """Return the bytes that a thing holds, to see whether they change."""
    try:
        return np.asarray(thing, dtype=np.float64).tobytes()
    except Exception:
        return None


def told(call: Any) -> Any:
    """Return what a call returns, or None if it raises an error that tells in one line what to do."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return call()
        except (TypeError, ValueError, OverflowError, NotImplementedError) as error:
            text = str(error)
            assert text and "\n" not in text and "panic" not in text.lower(), text
            return None


@pytest.mark.parametrize("kind", KINDS)
def test_parameters_of_every_kind(kind: str) -> None:
    parameters = KINDS[kind](VALUES)
    before = image(parameters)
    right = told(lambda: bg.check_gradient(total, lambda p: p, parameters))
    if right is not None and kind not in ("NaN", "inf", "huge", "tiny"):
        assert right.verdict == ("agree" if right.checked else "inconclusive"), right
    if right is not None and right.checked and kind not in ("NaN", "inf", "huge", "tiny"):
        wrong = bg.check_gradient(total, lambda p: scaled(p, 1.03), parameters)
        assert wrong.verdict == "disagree", wrong
    assert image(parameters) == before


def scaled(p: Any, factor: float) -> Any:
    if isinstance(p, dict):
        return {key: scaled(value, factor) for key, value in p.items()}
    if isinstance(p, (list, tuple)):
        return [scaled(value, factor) for value in p]
    return factor * p


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gradients_of_every_kind(kind: str, dtype: Any) -> None:
    parameters = VALUES.astype(dtype)
    report = told(lambda: bg.check_gradient(total, lambda p: KINDS[kind](p), parameters))
    same = ["f8", "f4", ">f8", ">f4", "<f8", "longdouble", "read-only", "strided", "backwards", "Fortran", "unaligned", "field", "list", "tuple", "masked", "memoryview"]
    if kind in same:
        assert report is not None and report.verdict == "agree", report
    elif report is not None and kind not in ("f2", "O", "matrix"):
        assert report.verdict == "disagree", f"{kind} is not a gradient of this error: {report}"
    assert (parameters == VALUES.astype(dtype)).all()


@pytest.mark.parametrize("kind", KINDS)
def test_errors_of_every_kind(kind: str) -> None:
    parameters = VALUES.copy()
    told(lambda: bg.check_gradient(lambda p: KINDS[kind](p), lambda p: p, parameters))
    told(lambda: bg.check_gradient(total, lambda p: p, parameters, reference=lambda p: KINDS[kind](p)))
    assert (parameters == VALUES).all()


@pytest.mark.parametrize("kind", KINDS)
def test_samples_labels_and_weights_of_every_kind(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make, column = KINDS[kind], VALUES.reshape(-1, 1)
    expected = bp.Network([4, 4], seed=0).predict(VALUES.tolist())
    network = bp.Network([4, 4], seed=0)
    found = told(lambda: network.predict(make(VALUES)))
    if kind in ("f8", "f4", ">f8", "read-only", "strided", "backwards", "unaligned", "field", "list", "tuple"):
        assert found == expected
    told(lambda: network.train_one_sample(make(VALUES), make(VALUES), 0.1))
    told(lambda: network.train([make(VALUES)], [make(VALUES)], 0.1, 1))
    told(lambda: network.train(make(VALUES), make(VALUES), 0.1, 1))
    told(lambda: setattr(network, "weights", make(np.zeros(20))))
    told(lambda: setattr(network.connections.connections[0], "weight", make(VALUES)))
    told(lambda: network.steps(make(VALUES), make(VALUES), 0.1))
    told(lambda: Graph(make(VALUES)))

    layers = fc.Network([4, 4])
    expected_column = layers.predict(column)
    found = told(lambda: layers.predict(make(column)))
    if kind in ("f8", "f4", ">f8", "read-only", "strided", "backwards", "Fortran", "unaligned", "field", "list", "tuple", "masked"):
        assert np.array_equal(found, expected_column)
    told(lambda: layers.train([make(column)], [make(column)], 0.1, 2))
    told(lambda: layers.train(make(column), make(column), 0.1, 2))
    told(lambda: layers.train_one_sample(make(column), make(column), make(0.1)))
    told(lambda: layers.gradient_check(make(column), make(column)))

    net = network2.Network([4, 4])
    monkeypatch.chdir(tmp_path)  # a text is a name to save under
    for call in (net.feedforward, net.accuracy, net.save, network2.load, network2.sigmoid, network2.vectorized_result, network2.Network):
        try:
            told(lambda: call(make(column)))
        except OSError:
            assert call in (net.save, network2.load)
    told(lambda: net.SGD([(make(column), make(column))] * 2, 1, 1, 0.1))
    told(lambda: net.backprop(make(column), make(column)))


@pytest.mark.parametrize(("weights", "biases"), itertools.product(["f4", ">f8", "i8", "O", "read-only", "Fortran", "strided", "unaligned", "field", "list", "NaN", "None", "c16", "3-d"], repeat=2))
def test_weights_and_biases_that_a_program_puts_in(weights: str, biases: str) -> None:
    layers, net = fc.Network([4, 4]), network2.Network([4, 4])
    W, b = np.arange(16.0).reshape(4, 4), VALUES.reshape(-1, 1)
    layers.layers[0].W, layers.layers[0].b = KINDS[weights](W), KINDS[biases](b)
    net.weights, net.biases = [KINDS[weights](W)], [KINDS[biases](b)]
    told(lambda: layers.predict(b))
    told(lambda: layers.train_one_sample(b, b, 0.1))
    told(lambda: layers.train([b] * 2, [b] * 2, 0.1, 2))
    told(lambda: net.feedforward(b))
    told(lambda: net.update_mini_batch([(b, b)], 0.1, 0.0, 1))
    assert (b == VALUES.reshape(-1, 1)).all()
