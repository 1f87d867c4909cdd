"""fc.py's names: a network of matrices, and a program that uses them as fc.py's do."""

import copy
import pickle
import threading
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from backprop_graph.fc import (
    FullConnectedLayer,
    IdentityActivator,
    Network,
    ReluActivator,
    SigmoidActivator,
    TanhActivator,
)

Array = npt.NDArray[np.float64]


class Textbook:
    """The same network in numpy: what a reader of the article would write."""

    def __init__(self, network: Network) -> None:
        self.W = [layer.W.copy() for layer in network.layers]
        self.b = [layer.b.copy() for layer in network.layers]

    def train_one_sample(self, label: Array, sample: Array, rate: float) -> None:
        outputs = [sample]
        for W, b in zip(self.W, self.b):
            outputs.append(1 / (1 + np.exp(-(W @ outputs[-1] + b))))
        delta = outputs[-1] * (1 - outputs[-1]) * (label - outputs[-1])
        for index in reversed(range(len(self.W))):
            before = outputs[index] * (1 - outputs[index]) * (self.W[index].T @ delta)
            self.W[index] += rate * delta @ outputs[index].T
            self.b[index] += rate * delta
            delta = before

    def difference(self, network: Network) -> float:
        pairs = [(W, layer.W) for W, layer in zip(self.W, network.layers)]
        pairs += [(b, layer.b) for b, layer in zip(self.b, network.layers)]
        return max(float(np.abs(one - other).max()) for one, other in pairs)


def task(inputs: int, outputs: int, count: int) -> tuple[list[Array], list[Array]]:
    random = np.random.default_rng(0)
    labels, samples = random.uniform(0.1, 0.9, (count, outputs, 1)), random.uniform(-1, 1, (count, inputs, 1))
    return list(labels), list(samples)


@pytest.mark.parametrize("sizes", [[2, 1], [8, 3, 8], [5, 7, 6, 4], [20, 30, 10]])
def test_training_is_gradient_descent(sizes: list[int]) -> None:
    labels, samples = task(sizes[0], sizes[-1], 7)
    network = Network(sizes)
    textbook = Textbook(network)
    network.train(labels, samples, 0.5, 10)
    for _ in range(10):
        for label, sample in zip(labels, samples):
            textbook.train_one_sample(label, sample, 0.5)
    assert textbook.difference(network) < 1e-13
    network.train_one_sample(labels[0], samples[0], 0.5)
    textbook.train_one_sample(labels[0], samples[0], 0.5)
    assert textbook.difference(network) < 1e-13


def test_after_training_layers_hold_what_the_last_sample_left() -> None:
    labels, samples = task(8, 8, 5)
    one, other = Network([8, 3, 8]), Network([8, 3, 8])
    for layer, same in zip(one.layers, other.layers):
        same.W = layer.W.copy()
    one.train(labels, samples, 0.5, 3)
    for _ in range(3):
        for label, sample in zip(labels, samples):
            other.train_one_sample(label, sample, 0.5)
    for layer, same in zip(one.layers, other.layers):
        for name in ["W", "b", "input", "output", "delta", "W_grad", "b_grad"]:
            assert np.allclose(getattr(layer, name), getattr(same, name), rtol=0, atol=1e-14), name


def transposed(array: Array) -> Array:
    return np.asfortranarray(array)


def strided(array: Array) -> Array:
    return np.repeat(np.repeat(array, 2, axis=0), 3, axis=1)[::2, ::3]


@pytest.mark.parametrize("layout", [np.array, transposed, strided, np.ndarray.tolist])
@pytest.mark.parametrize("activator", [SigmoidActivator(), TanhActivator(), ReluActivator(), IdentityActivator()])
@pytest.mark.parametrize("sizes", [[1, 1], [4, 4, 4], [6, 5, 1, 3]])
def test_a_step_is_predict_and_calc_gradient_and_update_weight(layout: Any, activator: Any, sizes: list[int]) -> None:
    labels, samples = task(sizes[0], sizes[-1], 3)
    one = Network(sizes)
    for layer in one.layers:
        layer.activator, layer.W, layer.b = activator, layout(np.asarray(layer.W)), layout(layer.b + 0.1)
    other = copy.deepcopy(one)
    for label, sample in zip(labels, samples):
        one.train_one_sample(label, sample, 0.5)
        other.predict(sample)
        other.calc_gradient(label)
        other.update_weight(0.5)
    for layer, same in zip(one.layers, other.layers):
        for name in ["W", "b", "input", "output", "delta", "W_grad", "b_grad"]:
            found, expected = getattr(layer, name), getattr(same, name)
            assert found.shape == expected.shape and np.array_equal(found, expected), name


def test_two_layers_may_share_their_weights() -> None:
    labels, samples = task(3, 3, 1)
    one = Network([3, 3, 3])
    one.layers[1].W = one.layers[0].W
    other = copy.deepcopy(one)
    assert other.layers[1].W is other.layers[0].W
    one.train_one_sample(labels[0], samples[0], 0.5)
    other.predict(samples[0])
    other.calc_gradient(labels[0])
    other.update_weight(0.5)
    assert np.array_equal(one.layers[0].W, other.layers[0].W) and one.layers[1].W is one.layers[0].W


@pytest.mark.parametrize("call", [lambda n, x, y: n.train([y], [x], 0.1, 2), lambda n, x, y: n.train_one_sample(y, x, 0.1)])
def test_layers_that_do_not_fit_together_are_refused(call: Any) -> None:
    network = Network([2, 3, 1])
    network.layers[1] = FullConnectedLayer(4, 1, SigmoidActivator())
    with pytest.raises(ValueError, match=r"input_array must be a column of shape \(4, 1\), not \(3, 1\)"):
        call(network, np.zeros((2, 1)), np.zeros((1, 1)))


def test_weights_are_drawn_as_in_fc_py() -> None:
    np.random.seed(3)
    network = Network([8, 3, 8])
    np.random.seed(3)
    assert (network.layers[0].W == np.random.uniform(-0.1, 0.1, (3, 8))).all()
    assert (network.layers[1].W == np.random.uniform(-0.1, 0.1, (8, 3))).all()
    assert not network.layers[1].b.any() and network.layers[1].b.shape == (8, 1)


def test_a_program_that_checks_the_gradient_itself_finds_it_right() -> None:
    labels, samples = task(8, 8, 1)
    network = Network([8, 3, 8])
    network.predict(samples[0])
    network.calc_gradient(labels[0])
    for layer in network.layers:
        gradient = layer.W_grad.copy()
        for i, j in np.ndindex(layer.W.shape):
            layer.W[i, j] += 1e-3
            up = network.loss(network.predict(samples[0]), labels[0])
            layer.W[i, j] -= 2e-3
            down = network.loss(network.predict(samples[0]), labels[0])
            layer.W[i, j] += 1e-3
            assert gradient[i, j] == pytest.approx((down - up) / 2e-3, abs=1e-7)


def test_arrays_stay_the_same_objects_and_count() -> None:
    labels, samples = task(2, 1, 3)
    network = Network([2, 1])
    layer = network.layers[0]
    W, b = layer.W, layer.b
    network.train(labels, samples, 0.5, 2)
    network.train_one_sample(labels[0], samples[0], 0.5)
    assert layer.W is W and layer.b is b and W.any() and b.any()
    layer.W = np.array([[1, 2]])
    layer.b[...] = -1
    z = samples[0][0, 0] + 2 * samples[0][1, 0] - 1
    assert network.predict(samples[0])[0, 0] == pytest.approx(1 / (1 + np.exp(-z)))
    network.train_one_sample(labels[0], samples[0], 0.5)
    assert layer.W.dtype == np.float64


@pytest.mark.parametrize(
    ("activator", "value", "slope"),
    [
        (SigmoidActivator(), lambda z: 1 / (1 + np.exp(-z)), lambda a: a * (1 - a)),
        (TanhActivator(), np.tanh, lambda a: 1 - a * a),
        (ReluActivator(), lambda z: np.maximum(z, 0), lambda a: 1.0 * (a > 0)),
        (IdentityActivator(), lambda z: z, np.ones_like),
    ],
)
def test_activators_are_what_their_names_say(activator: Any, value: Any, slope: Any) -> None:
    z = np.array([[-2.0, -0.5], [0.25, 3.0]])
    assert np.allclose(activator.forward(z), value(z), rtol=1e-15)
    assert np.allclose(activator.backward(value(z)), slope(value(z)), rtol=1e-15)
    assert activator.forward(1.5) == pytest.approx(float(value(np.array(1.5))))
    layer = FullConnectedLayer(2, 3, activator)
    x, delta = np.array([[0.5], [-0.25]]), np.array([[1.0], [2.0], [-1.0]])
    layer.forward(x)
    assert np.allclose(layer.output, value(layer.W @ x + layer.b))
    layer.backward(delta)
    assert np.allclose(layer.delta, slope(x) * (layer.W.T @ delta))
    assert np.allclose(layer.W_grad, delta @ x.T) and (layer.b_grad == delta).all()
    before = layer.W.copy()
    layer.update(0.1)
    assert np.allclose(layer.W, before + 0.1 * delta @ x.T) and np.allclose(layer.b, 0.1 * delta)


class Softsign:
    """An activator of another program."""

    def forward(self, weighted_input: Any) -> Any:
        return weighted_input / (1 + np.abs(weighted_input))

    def backward(self, output: Any) -> Any:
        return (1 - np.abs(output)) ** 2


def test_activators_of_other_programs_are_called() -> None:
    labels, samples = task(2, 1, 4)
    network = Network([2, 3, 1])
    for layer in network.layers:
        layer.activator = Softsign()
    network.predict(samples[0])
    z = network.layers[0].W @ samples[0] + network.layers[0].b
    assert np.allclose(network.layers[0].output, Softsign().forward(z))
    before = sum(network.loss(network.predict(sample), label) for label, sample in zip(labels, samples))
    network.train(labels, samples, 0.3, 200)
    assert sum(network.loss(network.predict(sample), label) for label, sample in zip(labels, samples)) < before
    with pytest.raises(TypeError, match="check_gradient"):
        network.gradient_check(samples[0], labels[0])


def test_methods_of_a_subclass_are_called() -> None:
    class Counting(Network):
        updates = 0

        def update_weight(self, rate: float) -> None:
            self.updates += 1
            super().update_weight(rate)

    labels, samples = task(2, 1, 4)
    network = Counting([2, 3, 1])
    network.train(labels, samples, 0.3, 3)
    assert network.updates == 12


def test_a_method_put_into_one_network_is_called() -> None:
    labels, samples = task(2, 1, 4)
    network = Network([2, 3, 1])
    rates: list[float] = []
    network.update_weight = rates.append  # type: ignore
    network.train(labels, samples, 0.3, 3)
    assert rates == [0.3] * 12


@pytest.mark.parametrize("name", ["W", "b"])
@pytest.mark.parametrize("make", [lambda a: a.astype(int), lambda a: a.astype(np.float32), lambda a: a.tolist()])
def test_training_counts_from_weights_that_are_not_float64(make: Any, name: str) -> None:
    labels, samples = task(3, 2, 4)
    network = Network([3, 2, 2])
    start = np.ones_like(getattr(network.layers[0], name))
    setattr(network.layers[0], name, start)
    textbook = Textbook(network)
    setattr(network.layers[0], name, make(start))
    network.train(labels, samples, 0.7, 5)
    for _ in range(5):
        for label, sample in zip(labels, samples):
            textbook.train_one_sample(label, sample, 0.7)
    assert textbook.difference(network) < 1e-13
    assert getattr(network.layers[0], name).dtype == np.float64


@pytest.mark.parametrize("name", ["W", "b"])
def test_weights_that_cannot_be_written_are_refused_before_anything_is_computed(name: str) -> None:
    labels, samples = task(3, 2, 4)
    network = Network([3, 2, 2])
    getattr(network.layers[1], name).setflags(write=False)
    before = copy.deepcopy(network)
    calls: list[Any] = [
        lambda: network.train(labels, samples, 0.7, 5),
        lambda: network.train_one_sample(labels[0], samples[0], 0.7),
    ]
    for call in calls:
        with pytest.raises(ValueError, match=rf"^layers\[1\]\.{name} is read-only.*layers\[1\]\.{name}\.copy\(\)"):
            call()
        for layer, same in zip(network.layers, before.layers):
            assert np.array_equal(layer.W, same.W) and np.array_equal(layer.b, same.b)
    network.predict(samples[0])


def test_training_keeps_weights_that_two_layers_share() -> None:
    labels, samples = task(3, 3, 4)
    one = Network([3, 3, 3])
    one.layers[1].W = one.layers[0].W
    other = copy.deepcopy(one)
    one.train(labels, samples, 0.5, 3)
    for _ in range(3):
        for label, sample in zip(labels, samples):
            other.train_one_sample(label, sample, 0.5)
    assert np.array_equal(one.layers[0].W, other.layers[0].W) and one.layers[1].W is one.layers[0].W


def test_gradient_check_passes(capsys: pytest.CaptureFixture[str]) -> None:
    labels, samples = task(8, 8, 1)
    assert Network([8, 3, 8]).gradient_check(samples[0], labels[0])
    assert "AGREE: 59 checked" in capsys.readouterr().out


def test_dump_and_repr(capsys: pytest.CaptureFixture[str]) -> None:
    network = Network([1, 1])
    network.layers[0].W[...], network.layers[0].b[...] = 0.5, -0.25
    network.dump()
    assert capsys.readouterr().out == "W: [[0.5]]\nb:[[-0.25]]\n"
    assert repr(network) == "Network([1, 1])"
    assert repr(network.layers[0]) == "FullConnectedLayer(1, 1, SigmoidActivator())"


@pytest.mark.parametrize("make", [copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))])
def test_networks_are_copied_and_pickled(make: Any) -> None:
    labels, samples = task(2, 1, 4)
    network = Network([2, 3, 1])
    same = make(network)
    for each in (network, same):
        each.train(labels, samples, 0.3, 3)
    assert all((one.W == other.W).all() for one, other in zip(network.layers, same.layers))


X = np.zeros((2, 1))
WRONG: list[tuple[Any, type[Exception], str]] = [
    (lambda n: n.predict(np.zeros(2)), ValueError, r"input_array must be a column of shape \(2, 1\), not \(2,\); use resh"),
    (lambda n: n.predict(np.zeros((3, 1))), ValueError, r"not \(3, 1\)$"),
    (lambda n: n.predict([["a"], ["b"]]), TypeError, "real numbers"),
    (lambda n: n.predict(None), ValueError, "input_array"),
    (lambda n: n.train([np.zeros((1, 1))], [np.zeros((2, 1))] * 2, 0.1, 1), ValueError, "1 labels for 2 samples"),
    (lambda n: n.train([np.zeros((1, 1))], [np.zeros((2, 2))], 0.1, 1), ValueError, r"data_set\[0\] must be a column"),
    (lambda n: n.train([np.zeros((2, 1))], [np.zeros((2, 1))], 0.1, 1), ValueError, r"labels\[0\] must be a column"),
    (lambda n: n.train([np.zeros((1, 1))], [np.zeros((2, 1))], "x", 1), TypeError, ""),
    (lambda n: n.calc_gradient(np.zeros((3, 1))), ValueError, "label must be a column"),
    (lambda n: vars(n.layers[0]).update(W=np.zeros((2, 2))) or n.predict(X), ValueError, "W must have"),
    (lambda n: n.layers[0].update(0.1), ValueError, "call backward first"),
    (lambda n: n.layers[0].backward(np.zeros((3, 1))), ValueError, "call forward first"),
    (lambda n: Network([2]), ValueError, "at least two layers"),
    (lambda n: Network([2, 0]), ValueError, "zero"),
    (lambda n: FullConnectedLayer(2, -1, SigmoidActivator()), ValueError, "negative"),
    (lambda n: FullConnectedLayer(2.5, 1, SigmoidActivator()), TypeError, "whole number"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize("wrong", WRONG, ids=[str(place) for place in range(len(WRONG))])
def test_what_is_wrong_is_said(wrong: tuple[Any, type[Exception], str]) -> None:
    call, error, sentence = wrong
    with pytest.raises(error, match=sentence or None):
        call(Network([2, 3, 1]))


def test_arrays_of_any_kind_are_taken() -> None:
    network = Network([3, 2])
    expected = network.predict(np.array([[1.0], [0.0], [1.0]]))
    samples: list[Any] = [[[1], [0], [1]], np.array([[1], [0], [1]], dtype=np.uint8), np.array([[1.0, 0.0, 1.0]]).T]
    for sample in samples:
        assert (network.predict(sample) == expected).all()
    every_second = np.array([[1.0, 0.0, 1.0], [5.0, 5.0, 5.0]]).T[:, :1]
    every_second.setflags(write=False)
    assert (network.predict(every_second) == expected).all()
    network.layers[0].W = np.asfortranarray(network.layers[0].W)
    assert (network.predict(every_second) == expected).all()
    network.train([[[0.5], [0.5]]], [every_second], 0.1, 2)


def test_threads_train_networks_of_their_own() -> None:
    labels, samples = task(8, 8, 20)
    networks = [Network([8, 3, 8])]
    networks += [copy.deepcopy(networks[0]) for _ in range(3)]
    threads = [threading.Thread(target=network.train, args=(labels, samples, 0.3, 50)) for network in networks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all((network.layers[0].W == networks[0].layers[0].W).all() for network in networks)
