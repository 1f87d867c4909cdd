"""network2.py's names: stochastic gradient descent with what it monitors, as the book's programs use it."""

import copy
import json
import pickle
import random
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from backprop_graph import network2
from backprop_graph.network2 import CrossEntropyCost, Network, QuadraticCost

Array = npt.NDArray[np.float64]
Pairs = list[tuple[Array, Array]]


def task(inputs: int = 4, outputs: int = 3, count: int = 25) -> tuple[Pairs, "list[tuple[Array, int]]"]:
    numbers = np.random.default_rng(0)
    samples, classes = numbers.uniform(0, 1, (count, inputs, 1)), numbers.integers(0, outputs, count)
    labels = np.eye(outputs)[classes].reshape(count, outputs, 1)
    return list(zip(samples, labels)), list(zip(samples, classes.tolist()))


def outputs(network: Network, x: Array) -> "list[Array]":
    activations = [x]
    for w, b in zip(network.weights, network.biases):
        activations.append(1 / (1 + np.exp(-(w @ activations[-1] + b))))
    return activations


def gradient(network: Network, x: Array, y: Array) -> tuple["list[Array]", "list[Array]"]:
    """Nielsen's backpropagation, in numpy."""
    activations = outputs(network, x)
    delta = activations[-1] - y
    if network.cost is QuadraticCost:
        delta = delta * activations[-1] * (1 - activations[-1])
    of_biases: list[Array] = []
    of_weights: list[Array] = []
    for index in reversed(range(len(network.weights))):
        of_biases.insert(0, delta)
        of_weights.insert(0, delta @ activations[index].T)
        a = activations[index]
        delta = (network.weights[index].T @ delta) * a * (1 - a)
    return of_biases, of_weights


def descend(network: Network, pairs: Pairs, epochs: int, size: int, eta: float, lmbda: float) -> None:
    """Stochastic gradient descent in numpy, with the order of Python's `random`."""
    pairs, n = list(pairs), len(pairs)
    for _ in range(epochs):
        random.shuffle(pairs)
        for start in range(0, n, size):
            batch = pairs[start : start + size]
            gradients = [gradient(network, x, y) for x, y in batch]
            of_biases = [sum(parts) for parts in zip(*(g[0] for g in gradients))]
            of_weights = [sum(parts) for parts in zip(*(g[1] for g in gradients))]
            decay = 1 - eta * lmbda / n
            network.weights = [
                decay * w - eta / len(batch) * g for w, g in zip(network.weights, of_weights)
            ]
            network.biases = [b - eta / len(batch) * g for b, g in zip(network.biases, of_biases)]


def difference(one: Network, other: Network) -> float:
    pairs = list(zip(one.weights + one.biases, other.weights + other.biases))
    return max(float(np.abs(a - b).max()) for a, b in pairs)


@pytest.mark.parametrize("cost", [QuadraticCost, CrossEntropyCost])
@pytest.mark.parametrize(("size", "lmbda"), [(1, 0.0), (10, 0.0), (7, 2.5), (100, 1.0)])
def test_sgd_takes_the_same_steps_in_the_same_order(cost: type, size: int, lmbda: float) -> None:
    pairs, _ = task()
    network = Network([4, 6, 3], cost=cost)
    same = copy.deepcopy(network)
    random.seed(1)
    network.SGD(pairs, 3, size, 0.5, lmbda)
    random.seed(1)
    descend(same, pairs, 3, size, 0.5, lmbda)
    assert difference(network, same) < 1e-13


def test_weights_are_drawn_as_in_the_book() -> None:
    np.random.seed(2)
    network = Network([4, 6, 3])
    np.random.seed(2)
    biases = [np.random.randn(6, 1), np.random.randn(3, 1)]
    weights = [np.random.randn(6, 4) / 2, np.random.randn(3, 6) / np.sqrt(6)]
    assert all((a == b).all() for a, b in zip(network.biases + network.weights, biases + weights))
    np.random.seed(2)
    network.large_weight_initializer()
    assert (network.weights[0] == 2 * weights[0]).all() and (network.biases[1] == biases[1]).all()
    assert (network.num_layers, network.sizes, network.cost) == (3, [4, 6, 3], CrossEntropyCost)


@pytest.mark.parametrize("cost", [QuadraticCost, CrossEntropyCost])
def test_backprop_returns_nielsens_gradients(cost: type) -> None:
    (x, y), *_ = task()[0]
    network = Network([4, 6, 3], cost=cost)
    for found, expected in zip(network.backprop(x, y), gradient(network, x, y)):
        assert all(np.allclose(a, b, rtol=1e-13, atol=1e-16) and a.shape == b.shape for a, b in zip(found, expected))
    step = copy.deepcopy(network)
    step.update_mini_batch([(x, y)], 0.5, 0.0, 1)
    assert np.allclose(step.biases[1], network.biases[1] - 0.5 * network.backprop(x, y)[0][1], rtol=1e-14)


def test_what_is_monitored_comes_back_as_four_lists(capsys: pytest.CaptureFixture[str]) -> None:
    pairs, test = task()
    network = Network([4, 6, 3])
    lists = network.SGD(
        zip([x for x, _ in pairs], [y for _, y in pairs]),
        2,
        5,
        0.5,
        lmbda=3.0,
        evaluation_data=iter(test[:9]),
        monitor_evaluation_cost=True,
        monitor_evaluation_accuracy=True,
        monitor_training_cost=True,
        monitor_training_accuracy=True,
    )
    assert [len(each) for each in lists] == [2, 2, 2, 2]
    squares = sum(float((w**2).sum()) for w in network.weights)

    def cost(part: Pairs) -> float:
        answers = [outputs(network, x)[-1] for x, _ in part]
        each = [-(y * np.log(a) + (1 - y) * np.log(1 - a)).sum() for a, (_, y) in zip(answers, part)]
        return float(np.mean(each)) + 0.5 * 3.0 / len(part) * squares

    right = [int(outputs(network, x)[-1].argmax()) == y for x, y in test]
    assert lists[0][-1] == pytest.approx(cost(pairs[:9]), rel=1e-12)
    assert lists[2][-1] == pytest.approx(cost(pairs), rel=1e-12)
    assert (lists[1][-1], lists[3][-1]) == (sum(right[:9]), sum(right))
    assert network.total_cost(pairs, 3.0) == lists[2][-1]
    assert network.total_cost(test[:9], 3.0, convert=True) == lists[0][-1]
    assert (network.accuracy(test), network.accuracy(pairs, convert=True)) == (sum(right), sum(right))
    assert capsys.readouterr().out.splitlines()[:5] == [
        "Epoch 0 training complete",
        f"Cost on training data: {lists[2][0]}",
        f"Accuracy on training data: {lists[3][0]} / 25",
        f"Cost on evaluation data: {lists[0][0]}",
        f"Accuracy on evaluation data: {lists[1][0]} / 9",
    ]
    assert network.SGD(pairs, 1, 5, 0.5) == ([], [], [], [])


def test_training_stops_early_when_accuracy_does_not_grow() -> None:
    pairs, _ = task()
    network = Network([4, 6, 3])
    _, _, _, accuracies = network.SGD(pairs, 50, 5, 0.0, monitor_training_accuracy=True, early_stopping_n=3)
    assert len(accuracies) == 4, "the first is the best, and three are no better"


class Calling(Network):
    """Overrides every method that SGD calls, and counts the calls."""

    def count(self, name: str) -> None:
        counts = self.__dict__.setdefault("counts", {})
        counts[name] = counts.get(name, 0) + 1

    def update_mini_batch(self, mini_batch: Any, eta: float, lmbda: float, n: int) -> None:
        self.count("update_mini_batch")
        super().update_mini_batch(mini_batch, eta, lmbda, n)

    def backprop(self, x: Any, y: Any) -> tuple["list[Array]", "list[Array]"]:
        self.count("backprop")
        return super().backprop(x, y)

    def feedforward(self, a: Any) -> Array:
        self.count("feedforward")
        return super().feedforward(a)

    def accuracy(self, data: Any, convert: bool = False) -> int:
        self.count("accuracy")
        return super().accuracy(data, convert)

    def total_cost(self, data: Any, lmbda: float, convert: bool = False) -> float:
        self.count("total_cost")
        return super().total_cost(data, lmbda, convert)


NAMES = ["update_mini_batch", "backprop", "feedforward", "accuracy", "total_cost"]


@pytest.mark.parametrize("cost", [QuadraticCost, CrossEntropyCost])
@pytest.mark.parametrize("names", [*([name] for name in NAMES), NAMES])
def test_methods_of_a_subclass_are_called_and_the_weights_are_the_same(names: "list[str]", cost: type) -> None:
    kind: Any = type("Some", (Calling,), {name: getattr(Network, name) for name in NAMES if name not in names})
    pairs, test = task()
    network: Any = kind([4, 6, 3], cost=cost)
    same = Network([4, 6, 3], cost=cost)
    same.weights, same.biases = copy.deepcopy((network.weights, network.biases))
    found = []
    for each in (network, same):
        random.seed(1)
        found.append(
            each.SGD(iter(pairs), 2, 10, 0.5, 3.0, iter(test[:9]), True, True, True, True, early_stopping_n=5)
        )
    assert difference(network, same) < 1e-13
    assert found[0][1] == found[1][1] and found[0][3] == found[1][3]
    assert np.allclose(found[0][0], found[1][0], rtol=1e-13) and np.allclose(found[0][2], found[1][2], rtol=1e-13)
    calls = {"update_mini_batch": 6, "backprop": 50, "feedforward": 2 * 2 * (25 + 9), "accuracy": 4, "total_cost": 4}
    assert network.counts == {name: calls[name] for name in names}


def test_what_an_override_does_counts() -> None:
    pairs, test = task()

    class Frozen(Network):
        def update_mini_batch(self, mini_batch: Any, eta: float, lmbda: float, n: int) -> None:
            pass

    class Doubled(Network):
        def backprop(self, x: Any, y: Any) -> tuple["list[Array]", "list[Array]"]:
            of_biases, of_weights = super().backprop(x, y)
            return [2 * b for b in of_biases], [2 * w for w in of_weights]

    class First(Network):
        def feedforward(self, a: Any) -> Array:
            return np.array([[0.9], [0.1], [0.1]])

    network = Frozen([4, 6, 3])
    before = copy.deepcopy(network)
    network.SGD(pairs, 1, 5, 0.5)
    assert difference(network, before) == 0

    calls: list[Any] = [
        lambda n, eta: n.SGD(pairs, 2, 5, eta),
        lambda n, eta: n.update_mini_batch(pairs, eta, 0.0, 25),
    ]
    for call in calls:
        doubled, same = Doubled([4, 6, 3]), Network([4, 6, 3])
        same.weights, same.biases = list(doubled.weights), list(doubled.biases)
        for each, eta in ((doubled, 0.25), (same, 0.5)):
            random.seed(1)
            call(each, eta)
        assert difference(doubled, same) < 1e-13

    first = First([4, 6, 3])
    right = sum(label == 0 for _, label in test)
    assert first.accuracy(test) == first.accuracy(pairs, convert=True) == right
    lists = first.SGD(pairs, 1, 5, 0.5, evaluation_data=test, monitor_evaluation_accuracy=True)
    assert lists[1] == [right]
    cost = float(np.mean([CrossEntropyCost.fn(first.feedforward(x), y) for x, y in pairs]))
    assert first.total_cost(pairs, 0.0) == pytest.approx(cost, rel=1e-13)
    assert first.total_cost(test, 0.0, convert=True) == pytest.approx(cost, rel=1e-13)


def test_a_method_put_into_one_network_is_called() -> None:
    pairs, _ = task()
    network = Network([4, 6, 3])
    calls: list[int] = []
    network.update_mini_batch = lambda batch, eta, lmbda, n: calls.append(len(batch))  # type: ignore
    network.SGD(pairs, 1, 10, 0.5)
    assert calls == [10, 10, 5]


def other_costs() -> "list[Any]":
    class QuadraticCost:
        """Of the library's name, but twice as large."""

        @staticmethod
        def fn(a: Any, y: Any) -> float:
            return float(((a - y) ** 2).sum())

        @staticmethod
        def delta(z: Any, a: Any, y: Any) -> Array:
            gradient: Array = 2 * (a - y) * network2.sigmoid_prime(z)
            return gradient

    class Twice(network2.QuadraticCost):
        fn = QuadraticCost.fn
        delta = QuadraticCost.delta

    return [QuadraticCost, Twice]


@pytest.mark.parametrize("cost", other_costs())
def test_a_cost_of_the_program_is_used_whatever_its_name(cost: Any, tmp_path: Path) -> None:
    pairs, test = task()
    network = Network([4, 6, 3], cost=cost)
    same = Network([4, 6, 3], cost=QuadraticCost)
    same.weights, same.biases = list(network.weights), list(network.biases)
    x, y = pairs[0]
    for found, expected in zip(network.backprop(x, y), same.backprop(x, y)):
        assert all(np.allclose(a, 2 * b, rtol=1e-13, atol=1e-16) and a.shape == b.shape for a, b in zip(found, expected))
    lists = []
    for each, eta in ((network, 0.25), (same, 0.5)):
        random.seed(1)
        lists.append(each.SGD(pairs, 2, 10, eta, 0.0, test, True, True, True, True))
    assert difference(network, same) < 1e-13
    assert np.allclose(lists[0][0], 2 * np.array(lists[1][0]), rtol=1e-13)
    assert np.allclose(lists[0][2], 2 * np.array(lists[1][2]), rtol=1e-13)
    assert lists[0][1] == lists[1][1] and lists[0][3] == lists[1][3]
    assert cost.__name__ in repr(network)
    if cost.__name__ == "QuadraticCost":
        network.save(tmp_path / "net.json")
        assert network2.load(tmp_path / "net.json").cost is QuadraticCost
    else:
        with pytest.raises(TypeError, match="not Twice: set cost to one of them"):
            network.save(tmp_path / "net.json")


def test_a_cost_needs_fn_and_delta() -> None:
    for wrong in (type("QuadraticCost", (), {}), type("CrossEntropyCost", (), {"fn": len}), "QuadraticCost"):
        with pytest.raises(TypeError, match="cost must be"):
            Network([4, 6, 3], cost=wrong)  # type: ignore[arg-type]


def test_costs_are_functions_of_their_own() -> None:
    a, y = np.array([[0.8], [0.3]]), np.array([[1.0], [0.0]])
    z = np.log(a / (1 - a))
    assert QuadraticCost.fn(a, y) == pytest.approx(0.5 * (0.04 + 0.09))
    assert CrossEntropyCost.fn(a, y) == pytest.approx(-np.log(0.8) - np.log(0.7))
    assert np.allclose(QuadraticCost.delta(z, a, y), (a - y) * a * (1 - a))
    assert np.allclose(CrossEntropyCost.delta(z, a, y), a - y)
    assert CrossEntropyCost.fn(y, y) == 0.0
    assert 744 < CrossEntropyCost.fn(np.array([[0.0]]), np.array([[1.0]])) < 746
    assert np.allclose(network2.sigmoid(z), a) and np.allclose(network2.sigmoid_prime(z), a * (1 - a))
    assert network2.vectorized_result(3).ravel().tolist() == [0, 0, 0, 1, 0, 0, 0, 0, 0, 0]


@pytest.mark.parametrize("cost", [QuadraticCost, CrossEntropyCost])
def test_a_file_is_the_books(tmp_path: Path, cost: type) -> None:
    network, path = Network([4, 6, 3], cost=cost), tmp_path / "net.json"
    network.save(path)
    written = json.loads(path.read_text())
    assert written["sizes"] == [4, 6, 3] and written["cost"] == cost.__name__
    assert written["weights"] == [w.tolist() for w in network.weights]
    assert written["biases"] == [b.tolist() for b in network.biases]
    book = tmp_path / "book.json"
    book.write_text(json.dumps({key: written[key] for key in ["sizes", "weights", "biases", "cost"]}))
    for file in (path, str(book)):
        same = network2.load(file)
        assert difference(network, same) == 0 and same.cost is cost


def test_what_a_file_says_of_its_data_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "net.json"
    Network([2, 3, 2]).save(path)
    table = {"answers": {"classes": ["red", "blue"]}, "columns": 3}
    table["inputs"] = [{"number": 1, "name": "width"}, {"number": 2, "name": "height"}]
    table["outputs"] = [{"number": 3, "name": "kind"}]
    model = {key: value for key, value in json.loads(path.read_text()).items() if key != "crc32"}
    path.write_text(json.dumps(model | table))
    copied = copy.deepcopy(network2.load(path))
    copied.save(path)
    assert table.items() <= json.loads(path.read_text()).items()
    copied.sizes, copied.weights, copied.biases = (lambda n: (n.sizes, n.weights, n.biases))(Network([2, 1]))
    copied.save(path)
    assert "answers" not in json.loads(path.read_text())
    path.write_text(json.dumps(model | table | {"standardization": {"mean": [1.0, 2.0], "deviation": [1.0, 3.0]}}))
    with pytest.raises(ValueError, match="its inputs are standardized"):
        network2.load(path)


def test_files_that_are_no_networks_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"none\.json"):
        network2.load(tmp_path / "none.json")
    bad = tmp_path / "bad.json"
    bad.write_text('{"sizes": [2, 1], "weights": [[[0.5]]], "biases": [[[0.0]]], "cost": "QuadraticCost"}')
    with pytest.raises(ValueError, match="has 1 number, but sizes"):
        network2.load(bad)
    bad.write_text("hello")
    with pytest.raises(ValueError, match="not"):
        network2.load(bad)
    network = Network([2, 1])
    network.weights[0][0, 0] = np.nan
    with pytest.raises(ValueError, match="not a number"):
        network.save(bad)
    assert bad.read_text() == "hello"
    with pytest.raises(OSError):
        Network([2, 1]).save(tmp_path / "no folder" / "net.json")


@pytest.mark.parametrize("make", [copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))])
def test_networks_are_copied_and_pickled(make: Any) -> None:
    network = Network([4, 6, 3], cost=QuadraticCost)
    same = make(network)
    assert difference(network, same) == 0 and same.cost is QuadraticCost
    same.SGD(task()[0], 1, 5, 0.5)
    assert difference(network, same) > 0


x, y = np.zeros((4, 1)), np.zeros((3, 1))
WRONG: list[tuple[Any, type[Exception], str]] = [
    (lambda n: n.SGD([(x, y)], 1, 0, 0.5), ValueError, "mini_batch_size must be at least 1"),
    (lambda n: n.SGD([(x, y)], -1, 1, 0.5), ValueError, "epochs"),
    (lambda n: n.SGD([(x, y)], 1.5, 1, 0.5), TypeError, "epochs"),
    (lambda n: n.SGD([], 1, 1, 0.5), ValueError, "training_data is empty"),
    (lambda n: n.SGD([(x,)], 1, 1, 0.5), ValueError, r"training_data\[0\] must be a pair"),
    (lambda n: n.SGD([(x, y), (x.ravel(), y)], 1, 1, 0.5), ValueError, r"x of training_data\[1\] must be a column"),
    (lambda n: n.SGD([(x, 1)], 1, 1, 0.5), ValueError, r"y of training_data\[0\] must be a column"),
    (lambda n: n.SGD([(x, y)], 1, 1, 0.5, monitor_evaluation_cost=True), ValueError, "no evaluation_data"),
    (lambda n: n.SGD([(x, y)], 1, 1, 0.5, early_stopping_n=1), ValueError, "accuracy to be monitored"),
    (lambda n: n.SGD([(x, y)], 1, 1, "fast"), TypeError, ""),
    (lambda n: n.accuracy([(x, 3)]), ValueError, "is the class 3, but there are 3: 0 to 2"),
    (lambda n: n.accuracy([(x, y)]), ValueError, "must be the number of a class"),
    (lambda n: n.feedforward(np.zeros(4)), ValueError, "use reshape"),
    (lambda n: n.backprop(x, np.zeros((2, 1))), ValueError, "y must be a column"),
    (lambda n: setattr(n, "cost", float), TypeError, "cost must be"),
    (lambda n: n.weights.pop() is None or n.feedforward(x), ValueError, "weights must have the shapes"),
    (lambda n: Network([4]), ValueError, "at least two layers"),
    (lambda n: QuadraticCost.fn(x, y), ValueError, "the same shape"),
    (lambda n: network2.vectorized_result(10), ValueError, "0 to 9"),
]


@pytest.mark.parametrize("wrong", WRONG, ids=[str(place) for place in range(len(WRONG))])
def test_what_is_wrong_is_said(wrong: tuple[Any, type[Exception], str]) -> None:
    call, error, sentence = wrong
    with pytest.raises(error, match=sentence or None):
        call(Network([4, 6, 3]))
