"""The network as matrices, with the names of the article's program fc.py, run by the library.

``from backprop_graph.fc import *`` replaces the classes of fc.py::

    network = Network([8, 3, 8])
    network.train(labels, data_set, 0.5, 20)
    network.layers[0].W

W, b, W_grad and the other matrices are numpy arrays, and changes made to them count. Vectors are columns: arrays
of shape (n, 1). As in fc.py, ``W_grad`` and ``b_grad`` are -dE/dW and -dE/db, the direction to move in.

:meth:`Network.train` takes the library's fastest network through all samples; a single ``forward`` or ``backward`` is
computed as fc.py writes it.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from . import _native
from ._arrays import column, columns, in_place, overrides, sizes
from ._progress import Progress

__all__ = [
    "FullConnectedLayer",
    "IdentityActivator",
    "Network",
    "ReluActivator",
    "SigmoidActivator",
    "TanhActivator",
]

Array: TypeAlias = npt.NDArray[np.float64]


class Activator(Protocol):
    """An activation function as a layer uses it: any object with these two methods."""

    def forward(self, weighted_input: Any) -> Any:
        """Return the output for a weighted input."""

    def backward(self, output: Any) -> Any:
        """Return the slope, computed from the output."""


class _Known:
    """An activation function of the library."""

    _name: str

    def forward(self, weighted_input: npt.ArrayLike) -> Array:
        """Return the output for a weighted input: an array of the same shape.

        Parameters
        ----------
        weighted_input : array_like
            z, of any shape.

        Returns
        -------
        ndarray
        """
        z = in_place(weighted_input)
        return _native.activate(z.reshape(-1, 1), self._name).reshape(z.shape)

    def backward(self, output: npt.ArrayLike) -> Array:
        """Return the slope da/dz, computed from the output: an array of the same shape.

        Parameters
        ----------
        output : array_like
            a, of any shape.

        Returns
        -------
        ndarray
        """
        a = in_place(output)
        return _native.slope(a.reshape(-1, 1), self._name).reshape(a.shape)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class SigmoidActivator(_Known):
    """1 / (1 + exp(-z)), between 0 and 1."""

    _name = "sigmoid"


class TanhActivator(_Known):
    """The hyperbolic tangent, between -1 and 1."""

    _name = "tanh"


class ReluActivator(_Known):
    """max(0, z), for every number of an array; the original takes a single number."""

    _name = "relu"


class IdentityActivator(_Known):
    """z itself: a linear unit."""

    _name = "identity"


def _name(activator: Activator) -> str | None:
    """Return the library's name of an activator, unless it comes from another program."""
    return activator._name if type(activator) in _KNOWN else None  # type: ignore[attr-defined]


_KNOWN = {SigmoidActivator, TanhActivator, ReluActivator, IdentityActivator}


class FullConnectedLayer:
    """A fully connected layer.

    Parameters
    ----------
    input_size : int
        The number of inputs.
    output_size : int
        The number of outputs.
    activator : Activator
        The function between weighted input and output: one of this module, or any object with ``forward`` and
        ``backward``.

    Attributes
    ----------
    W : ndarray, (output_size, input_size)
        The weights, drawn as in fc.py: uniform in ±0.1, from ``numpy.random``. Training turns whole numbers, float32 and
        lists into an array of float64; it changes an array of float64 in place.
    b : ndarray, (output_size, 1)
        The biases, 0 at first.
    input, output : ndarray
        The columns that :meth:`forward` read and computed last.
    delta : ndarray, (input_size, 1)
        The error term of the layer before, as :meth:`backward` computed it last.
    W_grad, b_grad : ndarray
        The gradients -dE/dW and -dE/db, as :meth:`backward` computed them last.
    """

    W: Array
    b: Array
    input: Array
    output: Array
    delta: Array
    W_grad: Array
    b_grad: Array

    def __init__(self, input_size: int, output_size: int, activator: Activator) -> None:
        self.input_size, self.output_size = sizes([input_size, output_size])
        self.activator = activator
        self.W = np.random.uniform(-0.1, 0.1, (self.output_size, self.input_size))
        self.b = np.zeros((self.output_size, 1))
        self.output = np.zeros((self.output_size, 1))

    def forward(self, input_array: npt.ArrayLike) -> None:
        """Compute the output: activator(W x + b) (equation 2).

        Parameters
        ----------
        input_array : array_like, (input_size, 1)
            The inputs, a column.
        """
        self.input = column(input_array, "input_array", self.input_size)
        W, b = self._parameters()
        name = _name(self.activator)
        output = _native.fc_forward(W, b, self.input, name or "identity")
        self.output = output if name else self.activator.forward(output)

    def backward(self, delta_array: npt.ArrayLike) -> None:
        """Compute the gradients, and the delta of the layer before: slope * W' delta (equation 8).

        As in fc.py, it uses the slope of this layer's own activator for the input, which is right while all layers have
        the same one.

        Parameters
        ----------
        delta_array : array_like, (output_size, 1)
            The error term -dE/dz of this layer, a column.
        """
        delta = column(delta_array, "delta_array", self.output_size)
        if not hasattr(self, "input"):
            raise ValueError("backward needs an input: call forward first")
        name = _name(self.activator)
        W, _ = self._parameters()
        self.delta, self.W_grad = _native.fc_backward(W, self.input, delta, name or "identity")
        if not name:
            self.delta = self.activator.backward(self.input) * self.delta
        self.b_grad = delta

    def update(self, learning_rate: float) -> None:
        """Move W and b by ``learning_rate`` times their gradients.

        Parameters
        ----------
        learning_rate : float
            The learning rate.
        """
        if not hasattr(self, "W_grad"):
            raise ValueError("update needs gradients: call backward first")
        self.W, self.b = self._parameters()
        _native.fc_update(self.W, in_place(self.W_grad), learning_rate)
        _native.fc_update(self.b, in_place(self.b_grad), learning_rate)

    def dump(self) -> None:
        """Print W and b."""
        print(f"W: {self.W}\nb:{self.b}")

    def _parameters(self) -> tuple[Array, Array]:
        """Return W and b as arrays to compute with."""
        W, b = in_place(self.W), in_place(self.b)
        for name, array, shape in [("W", W, (self.output_size, self.input_size)), ("b", b, (self.output_size, 1))]:
            if array.shape != shape:
                raise ValueError(f"{name} must have the shape {shape}, not {array.shape}")
        return W, b

    def __repr__(self) -> str:
        return f"FullConnectedLayer({self.input_size}, {self.output_size}, {self.activator!r})"


class Network:
    """A fully connected network of sigmoid layers.

    Parameters
    ----------
    layers : sequence of int
        The number of neurons in each layer, input first.

    Attributes
    ----------
    layers : list of FullConnectedLayer
        The layers after the input.

    Examples
    --------
    >>> import numpy as np
    >>> from backprop_graph.fc import Network
    >>> network = Network([2, 1])
    >>> samples = [np.array([[1.0], [0.0]]), np.array([[0.0], [1.0]])]
    >>> labels = [np.array([[0.9]]), np.array([[0.1]])]
    >>> network.train(labels, samples, 0.5, 200)
    >>> bool(network.predict(samples[0])[0, 0] > 0.8)
    True
    """

    def __init__(self, layers: Sequence[int]) -> None:
        counts = sizes(layers)
        self.layers = [
            FullConnectedLayer(inputs, outputs, SigmoidActivator()) for inputs, outputs in zip(counts, counts[1:])
        ]

    def predict(self, sample: npt.ArrayLike) -> Array:
        """Return the output for one sample.

        Parameters
        ----------
        sample : array_like, (inputs, 1)
            The sample, a column.

        Returns
        -------
        ndarray, (outputs, 1)
        """
        output = cast(Array, sample)
        for layer in self.layers:
            layer.forward(output)
            output = layer.output
        return output

    def train(
        self,
        labels: Sequence[npt.ArrayLike],
        data_set: Sequence[npt.ArrayLike],
        rate: float,
        epoch: int,
        *,
        progress: bool = True,
    ) -> None:
        """Train on every sample in turn, ``epoch`` times over.

        Other threads can run meanwhile. Ctrl-C stops it between two samples and keeps the weights so far. After a
        second it shows a progress bar, if tqdm is installed.

        Parameters
        ----------
        labels : sequence of array_like, (outputs, 1) each
            The desired outputs.
        data_set : sequence of array_like, (inputs, 1) each
            The samples.
        rate : float
            The learning rate.
        epoch : int
            How many times all samples are seen.
        progress : bool
            Show the bar.

        Raises
        ------
        ValueError
            If the numbers of labels and samples differ, one has the wrong shape, or W or b is read-only.
        """
        samples = columns(data_set, "data_set", self.layers[0].input_size)
        answers = columns(labels, "labels", self.layers[-1].output_size)
        if len(samples) != len(answers):
            raise ValueError(f"there are {len(answers)} labels for {len(samples)} samples")
        activation = self._activation("train_one_sample")
        if activation is None or self._shares_parameters():
            for _ in range(epoch):
                for label, sample in zip(labels, data_set):
                    self.train_one_sample(label, sample, rate)
        elif epoch > 0 and len(samples):
            self._train_together(answers, samples, rate, epoch, activation, progress)

    def _train_together(
        self, labels: Array, samples: Array, rate: float, epoch: int, activation: str, progress: bool
    ) -> None:
        self._get_ready()
        engine = self._engine([activation] * len(self.layers))
        try:
            with Progress(epoch * len(samples) if progress else None) as bar:
                if epoch > 1:
                    engine.train_each(labels, samples, rate, epoch - 1, bar)
                done = (epoch - 1) * len(samples)
                engine.train_each(labels[:-1], samples[:-1], rate, 1, lambda more: bar(done + more))
        finally:
            for layer, W, b in zip(self.layers, *engine.parameters()):
                layer.W[...], layer.b[...] = W, b
        # The last one leaves its input, output, delta and gradients in the layers.
        self.train_one_sample(labels[-1].reshape(-1, 1), samples[-1].reshape(-1, 1), rate)

    def _get_ready(self) -> None:
        """Turn every W and b into an array of f64, as lists and whole numbers cannot hold what is learnt."""
        for index, layer in enumerate(self.layers):
            layer.W, layer.b = W, b = layer._parameters()
            if not (W.flags.writeable and b.flags.writeable):
                place = f"layers[{index}].{'b' if W.flags.writeable else 'W'}"
                raise ValueError(f"{place} is read-only, so it cannot be trained: put {place}.copy() there")

    def _shares_parameters(self) -> bool:
        """Return whether two arrays lie in the same memory, so that a step of one layer changes another."""
        arrays = [array for layer in self.layers for array in layer._parameters()]
        return any(np.may_share_memory(*pair) for pair in itertools.combinations(arrays, 2))

    def _engine(self, names: list[str]) -> _native.Matrices:
        parameters = [layer._parameters() for layer in self.layers]
        return _native.Matrices([W for W, _ in parameters], [b for _, b in parameters], names, "quadratic")

    def train_one_sample(self, label: npt.ArrayLike, sample: npt.ArrayLike, rate: float) -> None:
        """Take one step of gradient descent on one sample: predict, calc_gradient, update_weight.

        Parameters
        ----------
        label : array_like, (outputs, 1)
            The desired outputs, a column.
        sample : array_like, (inputs, 1)
            The inputs, a column.
        rate : float
            The learning rate.
        """
        activation = self._activation()
        if activation is None:
            self.predict(sample)
            self.calc_gradient(label)
            self.update_weight(rate)
            return
        output = column(sample, "input_array", self.layers[0].input_size)
        answer = column(label, "label", self.layers[-1].output_size)
        self._get_ready()
        delta, found = _native.fc_step([(layer.W, layer.b) for layer in self.layers], answer, output, rate, activation)
        for layer, (after, before, gradient) in zip(self.layers, found):
            layer.input, layer.output, layer.delta, layer.W_grad = output, after, before, gradient
            output = after
        for layer in self.layers[::-1]:
            layer.b_grad, delta = delta, layer.delta

    def _activation(self, *others: str) -> str | None:
        """Return the name of the one activation of all layers, if the library can take whole steps.

        It cannot with another program's activators, or where a subclass overrides a method, these ``others`` included.
        """
        if overrides(self, Network, "predict", "calc_gradient", "update_weight", *others):
            return None
        first, size = _name(self.layers[0].activator), self.layers[0].input_size
        for layer in self.layers:
            if _name(layer.activator) != first or layer.input_size != size:
                return None
            if overrides(layer, FullConnectedLayer, "forward", "backward", "update"):
                return None
            size = layer.output_size
        return first

    def calc_gradient(self, label: npt.ArrayLike) -> Array:
        """Compute the gradients of every layer for the sample that was last predicted.

        Parameters
        ----------
        label : array_like, (outputs, 1)
            The desired outputs, a column.

        Returns
        -------
        ndarray, (inputs, 1)
            The error term of the input.
        """
        last = self.layers[-1]
        error = column(label, "label", last.output_size) - last.output
        delta = cast(Array, last.activator.backward(last.output) * error)
        for layer in self.layers[::-1]:
            layer.backward(delta)
            delta = layer.delta
        return delta

    def update_weight(self, rate: float) -> None:
        """Move the weights of every layer along their gradients.

        Parameters
        ----------
        rate : float
            The learning rate.
        """
        for layer in self.layers:
            layer.update(rate)

    def dump(self) -> None:
        """Print W and b of every layer."""
        for layer in self.layers:
            layer.dump()

    def loss(self, output: npt.ArrayLike, label: npt.ArrayLike) -> float:
        """Return the cost of one output: half the sum of squared differences from the label.

        Parameters
        ----------
        output : array_like, (outputs, 1)
            The network's output, a column.
        label : array_like, (outputs, 1)
            The desired outputs, a column.

        Returns
        -------
        float
        """
        size = self.layers[-1].output_size
        return _native.cost("quadratic", column(output, "output", size), column(label, "label", size))

    def gradient_check(self, sample_feature: npt.ArrayLike, sample_label: npt.ArrayLike) -> bool:
        """Check the gradient of every weight and bias, print the report, and return whether it passed.

        Parameters
        ----------
        sample_feature : array_like, (inputs, 1)
            The sample.
        sample_label : array_like, (outputs, 1)
            Its label.

        Returns
        -------
        bool
            True if it passed.
        """
        sample = column(sample_feature, "sample_feature", self.layers[0].input_size)
        label = column(sample_label, "sample_label", self.layers[-1].output_size)
        names = [_name(layer.activator) for layer in self.layers]
        if not all(names):
            raise TypeError("only networks of this module's activators can be checked; use backprop_graph.check_gradient")
        report, passed = self._engine(cast("list[str]", names)).check(label.reshape(1, -1), sample.reshape(1, -1))
        print(report, end="")
        return passed

    def __repr__(self) -> str:
        return f"Network({[self.layers[0].input_size, *(layer.output_size for layer in self.layers)]})"
