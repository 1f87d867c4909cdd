"""The article's network of objects, with the names of its program bp.py, run by the library's object graph.

``from backprop_graph.bp import *`` replaces the classes of bp.py::

    network = Network([3, 4, 2])
    network.train(labels, samples, 0.3, 50)
    print(network.layers[1].nodes[0].output)
    for connection in network.connections.connections:
        print(connection.get_gradient())

The objects show the numbers that the engine computes with: ``connection.weight = 0.5`` changes the network, and after
``network.predict(sample)`` every node has its output. As in bp.py, ``delta`` is -dE/dz and ``gradient`` is -dE/dw, the
direction to move in.

Differences from bp.py: a list of layers, nodes or connections is a tuple, which only the ``append_…`` methods extend;
a sample or a label must be as long as its layer (bp.py sets the first nodes and leaves the others as they were).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ._arrays import count, in_place, overrides, sizes
from ._native import Graph
from ._progress import Progress

if TYPE_CHECKING:
    from .steps import Steps

__all__ = [
    "Connection",
    "Connections",
    "ConstNode",
    "Layer",
    "Network",
    "Node",
    "gradient_check",
    "sigmoid",
]

Numbers: TypeAlias = Sequence[float] | npt.NDArray[Any]
Rows: TypeAlias = Iterable[Numbers] | npt.NDArray[Any]


def sigmoid(z: float) -> float:
    """Return 1 / (1 + exp(-z)).

    Parameters
    ----------
    z : float
        The weighted input of a node.

    Returns
    -------
    float
        Its output, from 0 to 1. Large negative numbers do not overflow.
    """
    if z >= 0:
        return 1.0 / (1.0 + math.exp(-z))
    exponential = math.exp(z)
    return exponential / (1.0 + exponential)


class _Arena:
    """The engine's nodes and connections, and the objects that show them, each made when it is first asked for."""

    def __init__(self, graph: Graph, is_network: bool) -> None:
        self.graph = graph
        self.is_network = is_network
        self.nodes: dict[int, Node | ConstNode] = {}
        self.connections: dict[int, Connection] = {}

    def node(self, place: int) -> Node | ConstNode:
        node = self.nodes.get(place)
        if node is None:
            kind = ConstNode if self.graph.is_constant(place) else Node
            node = self.nodes[place] = kind._of(self, place)
        return node

    def connection(self, place: int) -> Connection:
        connection = self.connections.get(place)
        if connection is None:
            connection = self.connections[place] = Connection._of(self, place)
        return connection

    def absorb(self, other: _Arena) -> None:
        """Take over another arena's nodes and connections, and the objects that show them."""
        nodes, connections = self.graph.absorb(other.graph)
        for place, node in other.nodes.items():
            node._arena, node._place = self, nodes + place
            self.nodes[nodes + place] = node
        for place, connection in other.connections.items():
            connection._arena, connection._place = self, connections + place
            self.connections[connections + place] = connection


def _joined(one: _Arena, other: _Arena) -> _Arena:
    """Return one arena that holds the contents of both."""
    if one is other:
        return one
    if one.is_network and other.is_network:
        raise ValueError("these two nodes belong to different networks, which cannot be connected")
    if other.is_network or len(other.nodes) > len(one.nodes):
        one, other = other, one
    one.absorb(other)
    return one


class _AnyNode:
    """The part that the two kinds of node share."""

    _arena: _Arena
    _place: int

    @classmethod
    def _of(cls, arena: _Arena, place: int) -> Any:
        view = cls.__new__(cls)
        view._arena, view._place = arena, place
        return view

    def _make(self, layer_index: int, node_index: int, is_constant: bool) -> None:
        places = count(layer_index, "layer_index"), count(node_index, "node_index")
        self._arena = _Arena(Graph([]), is_network=False)
        self._place = self._arena.graph.add_node(*places, is_constant)
        self._arena.nodes[self._place] = self  # type: ignore[assignment]

    @property
    def layer_index(self) -> int:
        """The layer; the input layer is 0."""
        return self._arena.graph.place(self._place)[0]

    @property
    def node_index(self) -> int:
        """The place in the layer, from 0."""
        return self._arena.graph.place(self._place)[1]

    @property
    def downstream(self) -> tuple[Connection, ...]:
        """The connections to the layer after."""
        return tuple(map(self._arena.connection, self._arena.graph.downstream(self._place)))

    @property
    def delta(self) -> float:
        """The error term -dE/dz, as last computed."""
        return self._arena.graph.delta(self._place)

    @delta.setter
    def delta(self, delta: float) -> None:
        self._arena.graph.set_delta(self._place, delta)

    def append_downstream_connection(self, conn: Connection) -> None:
        """Add a connection to a node of the layer after.

        Parameters
        ----------
        conn : Connection
            A connection from this node. Its node must not be in another network.
        """
        arena = _joined(self._arena, conn._arena)
        arena.graph.append_downstream(self._place, conn._place)

    def calc_hidden_layer_delta(self) -> None:
        """Compute the delta from those of the nodes downstream: a(1 - a) times the sum of w times delta (equation 4)."""
        self._arena.graph.calc_hidden_layer_delta(self._place)

    def __str__(self) -> str:
        return self._arena.graph.dump_node(self._place).removesuffix("\n")


class Node(_AnyNode):
    """A neuron.

    Parameters
    ----------
    layer_index : int
        Its layer; the input layer is 0.
    node_index : int
        Its place in the layer, from 0.

    Examples
    --------
    >>> from backprop_graph.bp import Connection, Node
    >>> x, neuron = Node(0, 0), Node(1, 0)
    >>> connection = Connection(x, neuron)
    >>> x.append_downstream_connection(connection)
    >>> neuron.append_upstream_connection(connection)
    >>> connection.weight = 0.0
    >>> neuron.calc_output()
    >>> neuron.output
    0.5
    """

    def __init__(self, layer_index: int, node_index: int) -> None:
        self._make(layer_index, node_index, is_constant=False)

    @property
    def output(self) -> float:
        """The output a, as last computed or set."""
        return self._arena.graph.output(self._place)

    @output.setter
    def output(self, output: float) -> None:
        self._arena.graph.set_output(self._place, output)

    @property
    def upstream(self) -> tuple[Connection, ...]:
        """The connections from the layer before, the bias last."""
        return tuple(map(self._arena.connection, self._arena.graph.upstream(self._place)))

    def set_output(self, output: float) -> None:
        """Set the output of a node of the input layer, which has no formula.

        Parameters
        ----------
        output : float
            The output a.
        """
        self.output = output

    def append_upstream_connection(self, conn: Connection) -> None:
        """Add a connection from a node of the layer before.

        Parameters
        ----------
        conn : Connection
            A connection to this node. Its node must not be in another network.
        """
        arena = _joined(self._arena, conn._arena)
        arena.graph.append_upstream(self._place, conn._place)

    def calc_output(self) -> None:
        """Compute the output: sigmoid of the sum of w times x over the connections upstream (equation 1)."""
        self._arena.graph.calc_output(self._place)

    def calc_output_layer_delta(self, label: float) -> None:
        """Compute the delta of an output node: a(1 - a)(label - a) (equation 3).

        Parameters
        ----------
        label : float
            The desired output.
        """
        self._arena.graph.calc_output_layer_delta(self._place, label)

    def __repr__(self) -> str:
        return f"<Node {self.layer_index}-{self.node_index}: output {self.output:g}, delta {self.delta:g}>"


class ConstNode(_AnyNode):
    """A node whose output is always 1: the weights of its connections are the biases of the layer after.

    Parameters
    ----------
    layer_index : int
        Its layer.
    node_index : int
        Its place in the layer: the last, which is the number of neurons.
    """

    def __init__(self, layer_index: int, node_index: int) -> None:
        self._make(layer_index, node_index, is_constant=True)

    @property
    def output(self) -> float:
        """Always 1."""
        return self._arena.graph.output(self._place)

    def __repr__(self) -> str:
        return f"<ConstNode {self.layer_index}-{self.node_index}: output 1>"


class Layer:
    """A layer of nodes, the last of which is its constant node.

    Parameters
    ----------
    layer_index : int
        Its place in the network; the input layer is 0.
    node_count : int
        The number of its neurons, the constant node not counted.
    """

    def __init__(self, layer_index: int, node_count: int) -> None:
        self.layer_index = layer_index
        neurons: list[Node | ConstNode] = [Node(layer_index, index) for index in range(count(node_count, "node_count"))]
        self._nodes: tuple[Node | ConstNode, ...] | None = (*neurons, ConstNode(layer_index, node_count))

    @classmethod
    def _of(cls, arena: _Arena, layer_index: int, places: range) -> Layer:
        layer = cls.__new__(cls)
        layer.layer_index, layer._nodes = layer_index, None
        layer._arena, layer._places = arena, places
        return layer

    _arena: _Arena
    _places: range

    @property
    def nodes(self) -> tuple[Node | ConstNode, ...]:
        """The nodes in order, the constant node last."""
        if self._nodes is None:
            self._nodes = tuple(map(self._arena.node, self._places))
        return self._nodes

    @property
    def _neurons(self) -> list[Node]:
        return [node for node in self.nodes if isinstance(node, Node)]

    def set_output(self, data: Numbers) -> None:
        """Set the outputs of its neurons, if it is the input layer.

        Parameters
        ----------
        data : sequence of float
            One number for each neuron.
        """
        neurons = self._neurons
        if len(data) != len(neurons):
            raise ValueError(f"data has {len(data)} numbers, but the layer has {len(neurons)} nodes")
        for node, output in zip(neurons, data):
            node.set_output(output)

    def calc_output(self) -> None:
        """Compute the output of each neuron in turn."""
        for node in self._neurons:
            node.calc_output()

    def dump(self) -> None:
        """Print its nodes, each with its connections."""
        for node in self.nodes:
            print(node)

    def __repr__(self) -> str:
        return f"<Layer {self.layer_index}: {len(self.nodes) - 1} nodes and a constant node>"


class Connection:
    """A weight between two nodes.

    The two nodes do not know about it until :meth:`Node.append_upstream_connection` and
    :meth:`Node.append_downstream_connection` tell them. The weight is drawn as in bp.py: uniform in ±0.1, from
    ``numpy.random``.

    Parameters
    ----------
    upstream_node : Node or ConstNode
        The node it comes from.
    downstream_node : Node
        The node it leads to.
    """

    _arena: _Arena
    _place: int

    def __init__(self, upstream_node: Node | ConstNode, downstream_node: Node) -> None:
        if not isinstance(upstream_node, _AnyNode) or not isinstance(downstream_node, Node):
            raise TypeError("a connection leads from a Node or a ConstNode to a Node")
        self._arena = _joined(upstream_node._arena, downstream_node._arena)
        weight = np.random.uniform(-0.1, 0.1)
        self._place = self._arena.graph.add_connection(upstream_node._place, downstream_node._place, weight)
        self._arena.connections[self._place] = self

    @classmethod
    def _of(cls, arena: _Arena, place: int) -> Connection:
        view = cls.__new__(cls)
        view._arena, view._place = arena, place
        return view

    @property
    def upstream_node(self) -> Node | ConstNode:
        """The node it comes from."""
        return self._arena.node(self._arena.graph.ends(self._place)[0])

    @property
    def downstream_node(self) -> Node:
        """The node it leads to."""
        node = self._arena.node(self._arena.graph.ends(self._place)[1])
        assert isinstance(node, Node)
        return node

    @property
    def weight(self) -> float:
        """The weight w; a bias, where the upstream node is a constant node."""
        return self._arena.graph.weight(self._place)

    @weight.setter
    def weight(self, weight: float) -> None:
        self._arena.graph.set_weight(self._place, weight)

    @property
    def gradient(self) -> float:
        """The gradient -dE/dw, as last computed."""
        return self._arena.graph.gradient(self._place)

    @gradient.setter
    def gradient(self, gradient: float) -> None:
        self._arena.graph.set_gradient(self._place, gradient)

    def calc_gradient(self) -> None:
        """Compute the gradient: the delta of the downstream node times the output of the upstream node."""
        self._arena.graph.calc_connection_gradient(self._place)

    def update_weight(self, rate: float) -> None:
        """Compute the gradient and move the weight by ``rate`` times the gradient (equation 5).

        Parameters
        ----------
        rate : float
            The learning rate.
        """
        self._arena.graph.update_connection_weight(self._place, rate)

    def get_gradient(self) -> float:
        """Return the gradient -dE/dw, as last computed.

        Returns
        -------
        float
        """
        return self.gradient

    def __str__(self) -> str:
        return self._arena.graph.dump_connection(self._place)

    def __repr__(self) -> str:
        ends, _, _ = str(self).partition(" = ")
        return f"<Connection {ends}: weight {self.weight:g}, gradient {self.gradient:g}>"


class Connections:
    """A list of connections; that of a network has all of them, by upstream node, then by downstream node."""

    def __init__(self) -> None:
        self._connections: list[Connection] | None = []

    @classmethod
    def _of(cls, arena: _Arena) -> Connections:
        view = cls()
        view._connections, view._arena, view._count = None, arena, arena.graph.connection_count()
        return view

    _arena: _Arena
    _count: int

    def _list(self) -> list[Connection]:
        if self._connections is None:
            self._connections = list(map(self._arena.connection, range(self._count)))
        return self._connections

    @property
    def connections(self) -> tuple[Connection, ...]:
        """The connections in order."""
        return tuple(self._list())

    def add_connection(self, connection: Connection) -> None:
        """Add a connection to the list.

        Parameters
        ----------
        connection : Connection
            The connection to append.
        """
        self._list().append(connection)

    def dump(self) -> None:
        """Print every connection, one per line."""
        for connection in self._list():
            print(connection)

    def __repr__(self) -> str:
        return f"<Connections: {len(self._list())}>"


class Network:
    """A fully connected network of objects.

    Parameters
    ----------
    layers : sequence of int
        The number of neurons in each layer, input first.
    seed : int, optional
        Draws the weights that the program `backprop` draws from this seed. Without it they are drawn as in bp.py: uniform
        in ±0.1, one connection after another, from ``numpy.random``, so that ``numpy.random.seed`` decides.

    Raises
    ------
    ValueError
        If there are fewer than two layers, or one without neurons.

    See Also
    --------
    backprop_graph.fc.Network : the same with one matrix per layer, which is faster.

    Examples
    --------
    >>> from backprop_graph.bp import Network
    >>> network = Network([2, 3, 1], seed=0)
    >>> network.train([[0.9], [0.1]], [[1.0, 0.0], [0.0, 1.0]], 0.5, 2000)
    >>> network.predict([1.0, 0.0])[0] > 0.8
    True
    """

    def __init__(self, layers: Sequence[int], *, seed: int | None = None) -> None:
        counts = sizes(layers)
        graph = Graph(counts)
        if seed is None:
            graph.set_weights(np.random.uniform(-0.1, 0.1, graph.connection_count()))
        else:
            graph.draw(count(seed, "seed"))
        self._arena = _Arena(graph, is_network=True)
        self.connections = Connections._of(self._arena)
        self.layers: tuple[Layer, ...] = tuple(self._make_layers(counts))

    def _make_layers(self, counts: list[int]) -> Iterable[Layer]:
        start = 0
        for index, size in enumerate(counts):
            yield Layer._of(self._arena, index, range(start, start + size + 1))
            start += size + 1

    @property
    def sizes(self) -> list[int]:
        """The number of neurons in each layer, input first."""
        return [len(layer._places) - 1 for layer in self.layers]

    @property
    def weights(self) -> npt.NDArray[np.float64]:
        """A copy of all weights, in the order of the connections. Assign an array to set them."""
        return self._arena.graph.weights()

    @weights.setter
    def weights(self, weights: npt.ArrayLike) -> None:
        self._arena.graph.set_weights(in_place(weights).ravel())

    @property
    def gradients(self) -> npt.NDArray[np.float64]:
        """A copy of all gradients -dE/dw as last computed, in the order of the connections."""
        return self._arena.graph.gradients()

    def train(
        self, labels: Rows, data_set: Rows, rate: float, epoch: int, *, progress: bool = True
    ) -> None:
        """Train on every sample in turn, ``epoch`` times over.

        Other threads can run meanwhile. Ctrl-C stops it between two samples and keeps the weights so far. After a
        second it shows a progress bar, if tqdm is installed.

        Parameters
        ----------
        labels : array_like, (samples, outputs)
            The desired outputs.
        data_set : array_like, (samples, inputs)
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
            If the numbers of labels and samples differ, or one is not as long as its layer.
        """
        epoch = count(epoch, "epoch")
        if overrides(self, Network, "train_one_sample", "predict", "calc_delta", "update_weight"):
            for _ in range(epoch):
                for label, sample in zip(labels, data_set, strict=True):
                    self.train_one_sample(label, sample, rate)
            return
        with Progress(epoch * _length(data_set) if progress else None) as bar:
            self._arena.graph.train(labels, data_set, rate, epoch, bar)

    def train_one_sample(self, label: Numbers, sample: Numbers, rate: float) -> None:
        """Take one step of gradient descent on one sample: predict, calc_delta, update_weight.

        Parameters
        ----------
        label : sequence of float, (outputs,)
            The desired outputs.
        sample : sequence of float, (inputs,)
            The inputs.
        rate : float
            The learning rate.
        """
        if overrides(self, Network, "predict", "calc_delta", "update_weight"):
            self.predict(sample)
            self.calc_delta(label)
            self.update_weight(rate)
        else:
            self._arena.graph.train_one_sample(label, sample, rate)

    def calc_delta(self, label: Numbers) -> None:
        """Compute every node's delta from the outputs of the last prediction, from the output layer back to the input.

        Parameters
        ----------
        label : sequence of float, (outputs,)
            The desired outputs.
        """
        self._arena.graph.calc_delta(label)

    def update_weight(self, rate: float) -> None:
        """Move every weight along its gradient, w + rate * delta * x, and keep the gradient (equation 5).

        Parameters
        ----------
        rate : float
            The learning rate.
        """
        self._arena.graph.update_weight(rate)

    def calc_gradient(self) -> None:
        """Compute the gradient of every connection from the outputs and deltas that are in the nodes."""
        self._arena.graph.calc_gradient()

    def get_gradient(self, label: Numbers, sample: Numbers) -> None:
        """Compute the gradient of every connection for one sample, without changing a weight.

        Parameters
        ----------
        label : sequence of float, (outputs,)
            The desired outputs.
        sample : sequence of float, (inputs,)
            The inputs.
        """
        if overrides(self, Network, "predict", "calc_delta", "calc_gradient"):
            self.predict(sample)
            self.calc_delta(label)
            self.calc_gradient()
        else:
            self._arena.graph.get_gradient(label, sample)

    def predict(self, sample: Numbers) -> list[float]:
        """Return the outputs for one sample; every node keeps its own.

        Parameters
        ----------
        sample : sequence of float
            One number for each node of the input layer.

        Returns
        -------
        list of float
            One number for each node of the output layer.
        """
        return self._arena.graph.predict(sample)

    def dump(self) -> None:
        """Print the whole network: node by node, with output, delta and the weights on both sides."""
        print(self._arena.graph.dump(), end="")

    def steps(self, label: Numbers, sample: Numbers, rate: float) -> Steps:
        """Return one training step on one sample as an iterator of node-sized steps.

        Each step is taken in this network when it is asked for, and shows its formula with the numbers. After the last
        one the network is as after :meth:`train_one_sample`.

        Parameters
        ----------
        label : sequence of float
            The desired outputs.
        sample : sequence of float
            The inputs.
        rate : float
            The learning rate.

        Returns
        -------
        backprop_graph.steps.Steps
            An iterator of :class:`backprop_graph.steps.Step`, which can also go back.

        Examples
        --------
        >>> from backprop_graph.bp import Network
        >>> steps = Network([2, 1], seed=0).steps([0.9], [1.0, 0.5], 0.3)
        >>> [step.name for step in steps]
        ['x1', 'x2', 'a3', 'δ3', 'δ1', 'δ2', 'δ(0-2)', 'w31', 'w32', 'w3b']
        """
        from .steps import Steps

        return Steps(self, label, sample, rate)

    def __repr__(self) -> str:
        return f"Network({self.sizes})"

    def _repr_html_(self) -> str | None:
        return self._arena.graph.picture()


def gradient_check(network: Network, sample_feature: Numbers, sample_label: Numbers) -> bool:
    """Compare each gradient with the slope of the error, (error2 - error1) / (2 * 0.0001), and print both.

    Parameters
    ----------
    network : Network
        The network, whose weights are not changed. (bp.py leaves each a little lower.)
    sample_feature : sequence of float
        The sample.
    sample_label : sequence of float
        Its label.

    Returns
    -------
    bool
        True if all agree to four significant digits.

    See Also
    --------
    backprop_graph.check_gradient : the check for a model of your own, which finds out how far numbers can be trusted.
    """
    columns, all_agree = network._arena.graph.gradient_check(sample_label, sample_feature)
    print(columns, end="")
    return all_agree


def _length(rows: Rows) -> int:
    """Return how many samples there are, or 0 where a list does not say."""
    return len(rows) if isinstance(rows, Sequence | np.ndarray) else 0
