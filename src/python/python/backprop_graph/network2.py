"""The network of Nielsen's book, with the names of its program network2.py, run by the library.

``from backprop_graph import network2`` replaces the book's module::

    net = network2.Network([784, 30, 10], cost=network2.CrossEntropyCost)
    net.SGD(training_data, 30, 10, 0.5, lmbda=5.0, evaluation_data=validation_data,
            monitor_evaluation_accuracy=True)

Data are the pairs of the book's mnist_loader: ``(x, y)``, with x a column of shape (inputs, 1), and y a column of shape
(outputs, 1) in training data and the number of the class in other data. ``net.weights`` and ``net.biases`` are lists of numpy
arrays, and changes made to them count. Samples are shuffled by Python's ``random`` and weights are drawn by
``numpy.random``, as in the book, so that their seeds give the same training.

In :meth:`Network.backprop` and the costs' ``delta`` the sign is Nielsen's: +dC/dw and +dC/dz.

Methods that a subclass overrides, and the ``fn`` and ``delta`` of a cost of your own, are called where network2.py calls them.
That is slower: the library then trains one mini-batch, or one sample, at a time.

Differences from network2.py: a logarithm of 0 counts as that of the smallest number, 745 for each output, where
``nan_to_num`` makes it 1.8e308.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from . import _native
from ._arrays import column, count, in_place, overrides, sizes
from ._progress import Progress

__all__ = [
    "CrossEntropyCost",
    "Network",
    "QuadraticCost",
    "load",
    "sigmoid",
    "sigmoid_prime",
    "vectorized_result",
]

Array: TypeAlias = npt.NDArray[np.float64]
Pairs: TypeAlias = Iterable[tuple[Any, Any]]


class QuadraticCost:
    """Half the squared distance from the desired output."""

    @staticmethod
    def fn(a: npt.ArrayLike, y: npt.ArrayLike) -> float:
        """Return the cost of an output ``a`` whose desired output is ``y``, arrays of the same shape.

        Parameters
        ----------
        a : array_like, (outputs, 1)
            The output.
        y : array_like, (outputs, 1)
            The desired output.

        Returns
        -------
        float
        """
        return _cost("quadratic", a, y)

    @staticmethod
    def delta(z: npt.ArrayLike, a: npt.ArrayLike, y: npt.ArrayLike) -> Array:
        """Return the error of the output layer, +dC/dz.

        Parameters
        ----------
        z : array_like, (outputs, 1)
            The weighted input of the output layer.
        a : array_like, (outputs, 1)
            The output.
        y : array_like, (outputs, 1)
            The desired output.

        Returns
        -------
        ndarray, (outputs, 1)
        """
        return np.subtract(a, y) * sigmoid_prime(z)


class CrossEntropyCost:
    """The cross-entropy, for outputs between 0 and 1."""

    @staticmethod
    def fn(a: npt.ArrayLike, y: npt.ArrayLike) -> float:
        """Return the cost of an output ``a`` whose desired output is ``y``, arrays of the same shape.

        Parameters
        ----------
        a : array_like, (outputs, 1)
            The output.
        y : array_like, (outputs, 1)
            The desired output.

        Returns
        -------
        float
        """
        return _cost("cross-entropy", a, y)

    @staticmethod
    def delta(z: npt.ArrayLike, a: npt.ArrayLike, y: npt.ArrayLike) -> Array:
        """Return the error of the output layer, +dC/dz, which needs no ``z``.

        Parameters
        ----------
        z : array_like, (outputs, 1)
            The weighted input of the output layer.
        a : array_like, (outputs, 1)
            The output.
        y : array_like, (outputs, 1)
            The desired output.

        Returns
        -------
        ndarray, (outputs, 1)
        """
        return np.subtract(a, y)


def _cost(name: str, a: npt.ArrayLike, y: npt.ArrayLike) -> float:
    output, label = in_place(a), in_place(y)
    if output.shape != label.shape:
        raise ValueError(f"a and y must have the same shape; they have {output.shape} and {label.shape}")
    return _native.cost(name, output.reshape(-1, 1), label.reshape(-1, 1))


_COSTS = {"QuadraticCost": "quadratic", "CrossEntropyCost": "cross-entropy"}


def _known(cost: type) -> str | None:
    """Return the library's name of a cost, unless it comes from another program."""
    if cost is QuadraticCost:
        return "quadratic"
    return "cross-entropy" if cost is CrossEntropyCost else None


class Network:
    """A network of sigmoid neurons.

    Parameters
    ----------
    sizes : sequence of int
        The number of neurons in each layer, input first.
    cost : type
        :class:`CrossEntropyCost`, :class:`QuadraticCost`, or a class of your own with the functions ``fn`` and ``delta``.

    Attributes
    ----------
    weights : list of ndarray
        One matrix for each layer after the input, of shape (outputs, inputs).
    biases : list of ndarray
        One column for each, of shape (outputs, 1).

    Examples
    --------
    >>> import numpy as np
    >>> from backprop_graph import network2
    >>> net = network2.Network([2, 1])
    >>> pairs = [(np.array([[1.0], [0.0]]), np.array([[1.0]])), (np.array([[0.0], [1.0]]), np.array([[0.0]]))]
    >>> _ = net.SGD(pairs, 1, 2, 0.5)
    Epoch 0 training complete
    """

    def __init__(self, sizes: Sequence[int], cost: type = CrossEntropyCost) -> None:
        self.sizes = _sizes(sizes)
        self.num_layers = len(self.sizes)
        self.default_weight_initializer()
        self.cost = cost

    weights: list[Array]
    biases: list[Array]
    # What the file that it was read from says of inputs and outputs, and the sizes there.
    _meaning = "{}"
    _read_sizes: list[int] | None = None

    @property
    def cost(self) -> type:
        """The cost: :class:`CrossEntropyCost`, :class:`QuadraticCost`, or a class with ``fn`` and ``delta``."""
        return self._cost

    @cost.setter
    def cost(self, cost: type) -> None:
        if not all(callable(getattr(cost, name, None)) for name in ("fn", "delta")):
            raise TypeError(
                f"cost must be CrossEntropyCost or QuadraticCost, or a class with the functions fn and delta, not {cost!r}"
            )
        self._cost = cost

    def default_weight_initializer(self) -> None:
        """Draw weights from N(0, 1 / inputs) and biases from N(0, 1), by ``numpy.random``."""
        self.biases = [np.random.randn(y, 1) for y in self.sizes[1:]]
        self.weights = [np.random.randn(y, x) / np.sqrt(x) for x, y in zip(self.sizes, self.sizes[1:])]

    def large_weight_initializer(self) -> None:
        """Draw weights and biases from N(0, 1), by ``numpy.random``, as in the book's first chapter."""
        self.biases = [np.random.randn(y, 1) for y in self.sizes[1:]]
        self.weights = [np.random.randn(y, x) for x, y in zip(self.sizes, self.sizes[1:])]

    def feedforward(self, a: npt.ArrayLike) -> Array:
        """Return the output for one input.

        Parameters
        ----------
        a : array_like, (inputs, 1)
            The input, a column.

        Returns
        -------
        ndarray, (outputs, 1)
        """
        output = column(a, "a", self.sizes[0])
        for weights, biases in zip(*self._parameters()):
            output = _native.fc_forward(weights, biases, output, "sigmoid")
        return output

    def SGD(
        self,
        training_data: Pairs,
        epochs: int,
        mini_batch_size: int,
        eta: float,
        lmbda: float = 0.0,
        evaluation_data: Pairs | None = None,
        monitor_evaluation_cost: bool = False,
        monitor_evaluation_accuracy: bool = False,
        monitor_training_cost: bool = False,
        monitor_training_accuracy: bool = False,
        early_stopping_n: int = 0,
    ) -> tuple[list[float], list[int], list[float], list[int]]:
        """Train by stochastic gradient descent, and print what is monitored after each epoch.

        Other threads can run meanwhile. Ctrl-C stops it between two mini-batches and keeps the weights so far.

        Parameters
        ----------
        training_data : iterable of (x, y)
            Pairs of columns.
        epochs : int
            How many times all samples are seen.
        mini_batch_size : int
            Samples per step.
        eta : float
            The learning rate.
        lmbda : float
            λ of L2 regularisation.
        evaluation_data : iterable of (x, y), optional
            Pairs of a column and the number of the class.
        monitor_evaluation_cost, monitor_evaluation_accuracy, monitor_training_cost, monitor_training_accuracy : bool
            What to compute after each epoch.
        early_stopping_n : int
            Stops training after this many epochs without a better accuracy; 0 means never.

        Returns
        -------
        tuple of four lists
            Evaluation cost, evaluation accuracy, training cost and training accuracy: one number per epoch, or none
            if that was not monitored.
        """
        epochs, early_stopping_n = count(epochs, "epochs"), count(early_stopping_n, "early_stopping_n")
        size = count(mini_batch_size, "mini_batch_size")
        if size == 0:
            raise ValueError("mini_batch_size must be at least 1")
        if early_stopping_n and not (monitor_evaluation_accuracy or monitor_training_accuracy):
            raise ValueError("early_stopping_n needs an accuracy to be monitored")
        if evaluation_data is None and (monitor_evaluation_cost or monitor_evaluation_accuracy):
            raise ValueError("there is no evaluation_data to monitor")
        pairs = _not_empty(training_data, "training_data")
        others = None if evaluation_data is None else _not_empty(evaluation_data, "evaluation_data")
        n, order = len(pairs), list(range(len(pairs)))
        training = evaluation = None
        if not self._calls("update_mini_batch", "backprop", "feedforward", "accuracy", "total_cost", cost=True):
            training = self._pairs(pairs, "training_data", convert=False)
            evaluation = None if others is None else self._pairs(others, "evaluation_data", convert=True)
        best, epochs_without = 0, 0
        lists: tuple[list[float], list[int], list[float], list[int]] = ([], [], [], [])
        for epoch in range(epochs):
            if training:
                random.shuffle(order)
                self._train_together(*training, np.array(order, dtype=np.int64), size, eta, lmbda)
            else:
                random.shuffle(pairs)
                with Progress(n) as bar:
                    for start in range(0, n, size):
                        self.update_mini_batch(pairs[start : start + size], eta, lmbda, n)
                        bar(min(start + size, n))
            print(f"Epoch {epoch} training complete")
            accuracy = 0
            if monitor_training_cost:
                lists[2].append(self._total_cost(*training, lmbda) if training else self.total_cost(pairs, lmbda))
                print(f"Cost on training data: {lists[2][-1]}")
            if monitor_training_accuracy:
                accuracy = self._accuracy(*training) if training else self.accuracy(pairs, convert=True)
                lists[3].append(accuracy)
                print(f"Accuracy on training data: {accuracy} / {n}")
            if others is not None and monitor_evaluation_cost:
                cost = self._total_cost(*evaluation, lmbda) if evaluation else self.total_cost(others, lmbda, convert=True)
                lists[0].append(cost)
                print(f"Cost on evaluation data: {cost}")
            if others is not None and monitor_evaluation_accuracy:
                accuracy = self._accuracy(*evaluation) if evaluation else self.accuracy(others)
                lists[1].append(accuracy)
                print(f"Accuracy on evaluation data: {accuracy} / {len(others)}")
            if early_stopping_n:
                best, epochs_without = (accuracy, 0) if accuracy > best else (best, epochs_without + 1)
                if epochs_without == early_stopping_n:
                    break
        return lists

    def _train_together(
        self, samples: Array, labels: Array, order: npt.NDArray[np.int64], size: int, eta: float, lmbda: float
    ) -> None:
        engine = self._engine()
        try:
            with Progress(len(samples)) as bar:
                engine.train(labels, samples, order, size, eta, (lmbda, len(samples)), bar)
        finally:
            self.weights, self.biases = engine.parameters()

    def update_mini_batch(self, mini_batch: Pairs, eta: float, lmbda: float, n: int) -> None:
        """Take one step on the mean gradient of some samples.

        Parameters
        ----------
        mini_batch : iterable of (x, y)
            Pairs of columns.
        eta : float
            The learning rate.
        lmbda : float
            λ of L2 regularisation.
        n : int
            The size of the whole training set.
        """
        if self._calls("backprop", cost=True):
            self._step_by_step(_not_empty(mini_batch, "mini_batch"), eta, lmbda, n)
            return
        samples, labels = self._pairs(mini_batch, "mini_batch", convert=False)
        engine = self._engine()
        order = np.arange(len(samples), dtype=np.int64)
        engine.train(labels, samples, order, max(len(samples), 1), eta, (lmbda, n), lambda done: None)
        self.weights, self.biases = engine.parameters()

    def _step_by_step(self, mini_batch: list[tuple[Any, Any]], eta: float, lmbda: float, n: int) -> None:
        weights, biases = self._parameters()
        of_weights: list[Array] = [np.zeros(w.shape) for w in weights]
        of_biases: list[Array] = [np.zeros(b.shape) for b in biases]
        for x, y in mini_batch:
            more_biases, more_weights = self.backprop(x, y)
            of_biases = [total + more for total, more in zip(of_biases, more_biases)]
            of_weights = [total + more for total, more in zip(of_weights, more_weights)]
        rate = eta / len(mini_batch)
        self.weights = [(1 - eta * (lmbda / n)) * w - rate * g for w, g in zip(weights, of_weights)]
        self.biases = [b - rate * g for b, g in zip(biases, of_biases)]

    def backprop(self, x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[list[Array], list[Array]]:
        """Return the gradients of the cost of one sample: those of the biases, and those of the weights.

        Parameters
        ----------
        x : array_like, (inputs, 1)
            The input, a column.
        y : array_like, (outputs, 1)
            The desired output, a column.

        Returns
        -------
        biases, weights : list of ndarray
            +dC/db and +dC/dw, in the shapes of ``biases`` and ``weights``.
        """
        sample = column(x, "x", self.sizes[0])
        label = column(y, "y", self.sizes[-1])
        if self._calls(cost=True):
            return self._backprop_of(sample, label)
        weights, biases = self._engine().gradient(label.reshape(1, -1), sample.reshape(1, -1))
        return [-b for b in biases], [-w for w in weights]

    def _backprop_of(self, x: Array, y: Array) -> tuple[list[Array], list[Array]]:
        """Return the gradients for a cost of another program, of which only ``delta`` is known."""
        cost: Any = self.cost
        weights, biases = self._parameters()
        zs: list[Array] = []
        outputs = [x]
        for w, b in zip(weights, biases):
            zs.append(w @ outputs[-1] + b)
            outputs.append(sigmoid(zs[-1]))
        delta = column(cost.delta(zs[-1], outputs[-1], y), "what delta returns", self.sizes[-1])
        of_biases, of_weights = [delta], [delta @ outputs[-2].T]
        for layer in range(len(weights) - 2, -1, -1):
            delta = (weights[layer + 1].T @ delta) * sigmoid_prime(zs[layer])
            of_biases.insert(0, delta)
            of_weights.insert(0, delta @ outputs[layer].T)
        return of_biases, of_weights

    def accuracy(self, data: Pairs, convert: bool = False) -> int:
        """Return how many samples are classified correctly.

        Parameters
        ----------
        data : iterable of (x, y)
            Pairs of a column and the number of the class; with ``convert``, of two columns.
        convert : bool
            True for training data.

        Returns
        -------
        int
        """
        if self._calls("feedforward"):
            found = [(np.argmax(self.feedforward(x)), np.argmax(y) if convert else y) for x, y in _not_empty(data, "data")]
            return sum(int(answer == label) for answer, label in found)
        return self._accuracy(*self._pairs(data, "data", convert=not convert))

    def total_cost(self, data: Pairs, lmbda: float, convert: bool = False) -> float:
        """Return the mean cost, with the regularisation term 0.5 * lmbda / n * sum of w².

        Parameters
        ----------
        data : iterable of (x, y)
            Pairs of two columns; with ``convert``, of a column and the number of the class.
        lmbda : float
            λ of L2 regularisation.
        convert : bool
            True for validation and test data.

        Returns
        -------
        float
        """
        if self._calls("feedforward", cost=True):
            cost: Any = self.cost
            pairs, total = _not_empty(data, "data"), 0.0
            for index, (x, y) in enumerate(pairs):
                label = _one_hot(y, self.sizes[-1], f"y of data[{index}]") if convert else y
                total += float(cost.fn(self.feedforward(x), label))
            return total / len(pairs) + self._penalty(lmbda, len(pairs))
        return self._total_cost(*self._pairs(data, "data", convert=convert), lmbda)

    def save(self, filename: str | os.PathLike[str]) -> None:
        """Save the network as JSON, which the book's ``load`` and the program ``backprop`` read.

        Parameters
        ----------
        filename : path
            The file, which is replaced if it exists.

        Raises
        ------
        TypeError
            If the cost is a class of another name: the file has only the name, as the book's.
        """
        weights, biases = self._parameters()
        name = getattr(self.cost, "__name__", repr(self.cost))
        if name not in _COSTS:
            raise TypeError(f"a file names CrossEntropyCost or QuadraticCost, not {name}: set cost to one of them, then save")
        meaning = self._meaning if self.sizes == self._read_sizes else "{}"
        _native.save_model(os.fspath(filename), weights, biases, _COSTS[name], meaning)

    def _calls(self, *methods: str, cost: bool = False) -> bool:
        """Return whether code of another program is to be called: an override of a method, or with ``cost`` a cost."""
        return (cost and _known(self.cost) is None) or overrides(self, Network, *methods)

    def _accuracy(self, samples: Array, labels: Array) -> int:
        outputs = self._engine().predict(samples)
        return int((outputs.argmax(axis=1) == labels.argmax(axis=1)).sum())

    def _total_cost(self, samples: Array, labels: Array, lmbda: float) -> float:
        engine = self._engine()
        cost = float(np.mean(engine.costs(engine.predict(samples), labels)))
        return cost + self._penalty(lmbda, len(samples))

    def _penalty(self, lmbda: float, n: int) -> float:
        return 0.5 * (lmbda / n) * sum(float(np.linalg.norm(w)) ** 2 for w in self.weights)

    def _pairs(self, data: Pairs, name: str, convert: bool) -> tuple[Array, Array]:
        """Return samples and labels as rows. With ``convert``, labels are numbers of classes."""
        xs, ys = [], []
        inputs, outputs = self.sizes[0], self.sizes[-1]
        for index, pair in enumerate(data):
            try:
                x, y = pair
            except (TypeError, ValueError):
                raise ValueError(f"{name}[{index}] must be a pair (x, y)") from None
            xs.append(column(x, f"x of {name}[{index}]", inputs))
            if convert:
                y = _one_hot(y, outputs, f"y of {name}[{index}]")
            ys.append(column(y, f"y of {name}[{index}]", outputs))
        if not xs:
            raise ValueError(f"{name} is empty")
        return np.array(xs).reshape(-1, inputs), np.array(ys).reshape(-1, outputs)

    def _engine(self) -> _native.Matrices:
        weights, biases = self._parameters()
        # With a cost of another program, the engine computes only outputs, which need none.
        cost = _known(self.cost) or "quadratic"
        return _native.Matrices(weights, biases, ["sigmoid"] * len(weights), cost)

    def _parameters(self) -> tuple[list[Array], list[Array]]:
        weights = [in_place(w) for w in self.weights]
        biases = [in_place(b) for b in self.biases]
        pairs = list(zip(self.sizes, self.sizes[1:]))
        for name, arrays, shapes in [
            ("weights", weights, [(y, x) for x, y in pairs]),
            ("biases", biases, [(y, 1) for _, y in pairs]),
        ]:
            found = [array.shape for array in arrays]
            if found != shapes:
                raise ValueError(f"{name} must have the shapes {shapes}, not {found}")
        return weights, biases

    def __repr__(self) -> str:
        return f"Network({self.sizes}, cost={getattr(self.cost, '__name__', repr(self.cost))})"


_sizes = sizes


def load(filename: str | os.PathLike[str]) -> Network:
    """Return the network in a file written by the book's ``save`` or by the program ``backprop``.

    Parameters
    ----------
    filename : path
        The file.

    Returns
    -------
    Network

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is not a model, its neurons are not all sigmoids, or its inputs are standardized.

    Notes
    -----
    Names of columns and classes that ``backprop train`` wrote are kept for `Network.save`.
    """
    counts, weights, biases, activations, cost, meaning = _native.load_model(os.fspath(filename))
    if set(activations) != {"sigmoid"}:
        raise ValueError(f"{os.fspath(filename)}: its activations are {activations}, but network2 has only sigmoids")
    if "standardization" in json.loads(meaning):
        raise ValueError(
            f"{os.fspath(filename)}: its inputs are standardized, but network2's are what they are; train it without "
            "--standardize, or use the command backprop"
        )
    network = Network(counts, cost=QuadraticCost if cost == "quadratic" else CrossEntropyCost)
    network.weights, network.biases = weights, biases
    network._meaning, network._read_sizes = meaning, list(network.sizes)
    return network


def vectorized_result(j: int) -> Array:
    """Return a column of ten numbers, all 0 except a 1 in place ``j``: the desired output for the digit j.

    Parameters
    ----------
    j : int
        The digit, 0 to 9.

    Returns
    -------
    ndarray, (10, 1)
    """
    return _one_hot(j, 10, "j")


def _not_empty(data: Pairs, name: str) -> list[tuple[Any, Any]]:
    pairs = list(data)
    if not pairs:
        raise ValueError(f"{name} is empty")
    return pairs


def _one_hot(label: Any, size: int, name: str) -> Array:
    number = np.asarray(label)
    if number.shape != () or number.dtype.kind not in "iu":
        raise ValueError(f"{name} must be the number of a class, not {type(label).__name__} of shape {number.shape}")
    if not 0 <= int(number) < size:
        raise ValueError(f"{name} is the class {number}, but there are {size}: 0 to {size - 1}")
    vector = np.zeros((size, 1))
    vector[int(number)] = 1.0
    return vector


def sigmoid(z: npt.ArrayLike) -> Array:
    """Return 1 / (1 + exp(-z)), for every number of an array.

    Parameters
    ----------
    z : array_like
        The weighted inputs, of any shape.

    Returns
    -------
    ndarray
        Of the same shape.
    """
    numbers = in_place(z)
    return _native.activate(numbers.reshape(-1, 1), "sigmoid").reshape(numbers.shape)


def sigmoid_prime(z: npt.ArrayLike) -> Array:
    """Return the derivative of the sigmoid, for every number of an array.

    Parameters
    ----------
    z : array_like
        The weighted inputs, of any shape.

    Returns
    -------
    ndarray
        Of the same shape.
    """
    outputs = sigmoid(z)
    return _native.slope(outputs.reshape(-1, 1), "sigmoid").reshape(outputs.shape)
