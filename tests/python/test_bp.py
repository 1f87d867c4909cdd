"""bp.py's names: a network of objects, and a program that uses them as bp.py's do."""

import copy
import pickle
import re
import subprocess
import sys
import threading
from typing import Any

import numpy as np
import pytest

import backprop_graph.bp as bp
from backprop_graph.bp import Connection, Connections, ConstNode, Layer, Network, Node, gradient_check, sigmoid

SAMPLES = [[1.0, 0.5, 0.0], [0.2, -0.4, 0.9], [0.0, 0.0, 1.0]]
LABELS = [[0.9, 0.1], [0.1, 0.9], [0.5, 0.3]]


def forward(network: Network, sample: list[float]) -> "list[np.ndarray[Any, Any]]":
    """The outputs of every layer, computed by numpy from the weights that the objects show."""
    outputs = [np.array(sample)]
    for layer in network.layers[1:]:
        neurons = [node for node in layer.nodes if isinstance(node, Node)]
        W = np.array([[connection.weight for connection in node.upstream] for node in neurons])
        outputs.append(1 / (1 + np.exp(-W @ np.append(outputs[-1], 1.0))))
    return outputs


def step(network: Network, label: list[float], sample: list[float], rate: float) -> "np.ndarray[Any, Any]":
    """The weights after a step of gradient descent, computed by numpy, in the order of the connections."""
    outputs = forward(network, sample)
    weights = {connection: connection.weight for connection in network.connections.connections}
    delta = outputs[-1] * (1 - outputs[-1]) * (np.array(label) - outputs[-1])
    for index in range(len(network.layers) - 1, 0, -1):
        neurons = [node for node in network.layers[index].nodes if isinstance(node, Node)]
        W = np.array([[weights[connection] for connection in node.upstream] for node in neurons])
        inputs = np.append(outputs[index - 1], 1.0)
        for j, node in enumerate(neurons):
            for k, connection in enumerate(node.upstream):
                weights[connection] += rate * delta[j] * inputs[k]
        delta = (inputs * (1 - inputs) * (W.T @ delta))[:-1]
    return np.array(list(weights.values()))


@pytest.mark.parametrize("sizes", [[3, 2], [3, 4, 2], [3, 1, 5, 2]])
def test_training_is_gradient_descent(sizes: list[int]) -> None:
    network = Network(sizes)
    for label, sample in zip(LABELS, SAMPLES):
        expected = step(network, label, sample, 0.7)
        network.train_one_sample(label, sample, 0.7)
        assert np.abs(network.weights - expected).max() < 1e-15


def test_train_takes_the_samples_in_turn_as_often_as_asked() -> None:
    one, other = Network([3, 4, 2], seed=1), Network([3, 4, 2], seed=1)
    one.train(LABELS, SAMPLES, 0.3, 4)
    for _ in range(4):
        for label, sample in zip(LABELS, SAMPLES):
            other.train_one_sample(label, sample, 0.3)
    assert (one.weights == other.weights).all()
    before = one.weights
    one.train(LABELS, SAMPLES, 0.3, 0)
    one.train([], [], 0.3, 5)
    assert (one.weights == before).all()


def test_weights_are_drawn_as_in_bp_py_or_as_the_program_draws_them() -> None:
    np.random.seed(5)
    network = Network([3, 4, 2])
    np.random.seed(5)
    assert network.weights.tolist() == [np.random.uniform(-0.1, 0.1) for _ in range(26)]
    program = "from backprop_graph._command import main; main()"
    command = [sys.executable, "-c", program, "dot", "--sizes", "3,4,2", "--seed", "7"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    weights = [float(weight) for weight in re.findall(r'tooltip="weight ([^,]+),', printed)]
    assert weights == Network([3, 4, 2], seed=7).weights.tolist()


def test_objects_show_what_the_engine_has() -> None:
    network = Network([3, 4, 2])
    answer = network.predict(SAMPLES[0])
    expected = forward(network, SAMPLES[0])
    assert np.allclose(answer, expected[-1], rtol=1e-15)
    shown = [[node.output for node in layer.nodes[:-1]] for layer in network.layers]
    assert all(np.allclose(one, other, rtol=1e-15) for one, other in zip(shown, expected))
    network.get_gradient(LABELS[0], SAMPLES[0])
    for connection in network.connections.connections:
        product = connection.downstream_node.delta * connection.upstream_node.output
        assert connection.get_gradient() == connection.gradient == product
    assert [connection.gradient for connection in network.connections.connections] == network.gradients.tolist()


def test_objects_change_what_the_engine_computes_with() -> None:
    network = Network([2, 1])
    for connection in network.connections.connections:
        connection.weight = 0.0
    assert network.predict([1.0, 1.0]) == [0.5]
    network.connections.connections[-1].weight = 100.0
    assert network.predict([1.0, 1.0]) == [1.0]
    node = network.layers[1].nodes[0]
    assert isinstance(node, Node)
    node.output, node.delta = 0.25, 3.0
    assert (node.output, node.delta) == (0.25, 3.0)
    network.weights = np.array([1, 2, 3])
    assert [connection.weight for connection in node.upstream] == [1.0, 2.0, 3.0]


def test_an_object_is_the_same_each_time_it_is_asked_for() -> None:
    network = Network([2, 2, 1])
    connection = network.connections.connections[0]
    assert connection is network.layers[0].nodes[0].downstream[0]
    assert connection.upstream_node is network.layers[0].nodes[0]
    assert connection.downstream_node is network.layers[1].nodes[0]
    connection.note = "mine"  # type: ignore[attr-defined]
    assert network.layers[0].nodes[0].downstream[0].note == "mine"  # type: ignore[attr-defined]


def test_single_functions_compute_what_the_network_does() -> None:
    network, by_hand = Network([3, 4, 2], seed=2), Network([3, 4, 2], seed=2)
    network.train_one_sample(LABELS[0], SAMPLES[0], 0.3)
    by_hand.layers[0].set_output(SAMPLES[0])
    for layer in by_hand.layers[1:]:
        layer.calc_output()
    outputs = by_hand.layers[-1].nodes
    for node, label in zip(outputs, LABELS[0]):
        assert isinstance(node, Node)
        node.calc_output_layer_delta(label)
    for layer in by_hand.layers[-2::-1]:
        for each in layer.nodes:
            each.calc_hidden_layer_delta()
    for layer in by_hand.layers[:-1]:
        for each in layer.nodes:
            for connection in each.downstream:
                connection.update_weight(0.3)
    assert (network.weights == by_hand.weights).all()
    assert (network.gradients == by_hand.gradients).all()


def wired_by_hand() -> tuple[Node, ConstNode, Node, Connection, Connection]:
    x, one, neuron = Node(0, 0), ConstNode(0, 1), Node(1, 0)
    weight, bias = Connection(x, neuron), Connection(one, neuron)
    for connection in (weight, bias):
        connection.upstream_node.append_downstream_connection(connection)
        neuron.append_upstream_connection(connection)
    return x, one, neuron, weight, bias


def test_nodes_are_wired_by_hand() -> None:
    x, one, neuron, weight, bias = wired_by_hand()
    assert abs(weight.weight) <= 0.1 and abs(bias.weight) <= 0.1
    assert neuron.upstream == (weight, bias) and x.downstream == (weight,) and one.downstream == (bias,)
    weight.weight, bias.weight = 2.0, -1.0
    x.set_output(0.5)
    neuron.calc_output()
    assert neuron.output == 0.5
    neuron.calc_output_layer_delta(0.9)
    assert neuron.delta == pytest.approx(0.25 * 0.4)
    x.calc_hidden_layer_delta()
    assert x.delta == pytest.approx(0.25 * 2.0 * 0.1)
    weight.update_weight(1.0)
    assert weight.weight == pytest.approx(2.05)
    assert str(weight) == "(0-0) -> (1-0) = 2.050000"


def test_nodes_of_a_network_can_be_joined_with_others() -> None:
    network = Network([2, 1], seed=0)
    output = network.layers[1].nodes[0]
    probe = Node(2, 0)
    connection = Connection(output, probe)
    before = connection.weight
    output.append_downstream_connection(connection)
    probe.append_upstream_connection(connection)
    network.train_one_sample([0.9], [1.0, 0.0], 0.5)
    assert connection.weight == before, "bp.py goes over the nodes of its layers"
    probe.calc_output()
    assert probe.output == pytest.approx(sigmoid(before * output.output))
    assert len(network.connections.connections) == 3
    network.connections.add_connection(connection)
    assert network.connections.connections[-1] is connection
    with pytest.raises(ValueError, match="wired by hand"):
        network.steps([0.9], [1.0, 0.0], 0.5)
    with pytest.raises(ValueError, match="different networks"):
        Connection(output, Network([1, 1]).layers[1].nodes[0])  # type: ignore[arg-type]


def test_a_layer_and_a_list_of_connections_are_made_by_hand(capsys: pytest.CaptureFixture[str]) -> None:
    first, second, connections = Layer(0, 2), Layer(1, 1), Connections()
    for up in first.nodes:
        down = second.nodes[0]
        assert isinstance(down, Node)
        connection = Connection(up, down)
        connections.add_connection(connection)
        up.append_downstream_connection(connection)
        down.append_upstream_connection(connection)
    first.set_output([0.5, 1.0])
    second.calc_output()
    weights = [connection.weight for connection in connections.connections]
    assert second.nodes[0].output == pytest.approx(sigmoid(weights[0] * 0.5 + weights[1] + weights[2]))
    connections.dump()
    assert capsys.readouterr().out == "".join(f"{connection}\n" for connection in connections.connections)
    second.dump()
    printed = capsys.readouterr().out
    assert printed.startswith("1-0: output: ") and printed.endswith("1-1: output: 1\n\tdownstream:\n")


def test_dump_prints_node_by_node(capsys: pytest.CaptureFixture[str]) -> None:
    network = Network([1, 1])
    network.weights = np.array([0.5, -0.25])
    network.dump()
    assert capsys.readouterr().out == (
        "0-0: output: 0.000000 delta: 0.000000\n\tdownstream:\n\t(0-0) -> (1-0) = 0.500000\n\tupstream:\n"
        "0-1: output: 1\n\tdownstream:\n\t(0-1) -> (1-0) = -0.250000\n"
        "1-0: output: 0.000000 delta: 0.000000\n\tdownstream:\n\tupstream:\n"
        "\t(0-0) -> (1-0) = 0.500000\n\t(0-1) -> (1-0) = -0.250000\n"
        "1-1: output: 1\n\tdownstream:\n"
    )
    assert repr(network) == "Network([1, 1])"
    assert repr(network.layers[1].nodes[0]) == "<Node 1-0: output 0, delta 0>"
    assert repr(network.connections.connections[0]) == "<Connection (0-0) -> (1-0): weight 0.5, gradient 0>"


def test_a_program_that_checks_the_gradient_itself_finds_it_right() -> None:
    network = Network([3, 4, 2], seed=3)
    network.get_gradient(LABELS[0], SAMPLES[0])

    def error() -> float:
        return 0.5 * sum((y - a) ** 2 for y, a in zip(LABELS[0], network.predict(SAMPLES[0])))

    for connection in network.connections.connections:
        connection.weight += 1e-4
        up = error()
        connection.weight -= 2e-4
        down = error()
        connection.weight += 1e-4
        assert connection.get_gradient() == pytest.approx((down - up) / 2e-4, abs=1e-8)


def test_gradient_check_prints_two_columns(capsys: pytest.CaptureFixture[str]) -> None:
    network = Network([3, 4, 2], seed=0)
    before = network.weights
    assert gradient_check(network, SAMPLES[0], LABELS[0])
    assert "expected gradient    actual gradient" in capsys.readouterr().out
    assert (network.weights == before).all()


@pytest.mark.parametrize("make", [copy.deepcopy, lambda network: pickle.loads(pickle.dumps(network))])
def test_networks_are_copied_and_pickled(make: Any) -> None:
    network = Network([3, 4, 2])
    network.name = "mine"  # type: ignore[attr-defined]
    network.train(LABELS, SAMPLES, 0.3, 3)
    same = make(network)
    assert same.name == "mine"
    for one, other in [(network.weights, same.weights), (network.gradients, same.gradients)]:
        assert (one == other).all()
    nodes = [[(node.output, node.delta) for layer in net.layers for node in layer.nodes] for net in (network, same)]
    assert nodes[0] == nodes[1]
    assert same.connections.connections[0].upstream_node is same.layers[0].nodes[0]
    same.train(LABELS, SAMPLES, 0.3, 1)
    assert (network.weights != same.weights).any(), "a copy is a network of its own"
    network.train(LABELS, SAMPLES, 0.3, 1)
    assert (network.weights == same.weights).all()


@pytest.mark.parametrize("make", [copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))])
def test_what_was_wired_by_hand_is_copied_and_pickled(make: Any) -> None:
    x, one, neuron, weight, bias = make(wired_by_hand())
    assert neuron.upstream == (weight, bias) and bias.upstream_node is one
    x.output = 0.7
    neuron.calc_output()
    assert neuron.output == pytest.approx(sigmoid(0.7 * weight.weight + bias.weight))
    network = Network([2, 1], seed=0)
    probe = Node(2, 0)
    Connection(network.layers[1].nodes[0], probe)
    same, node = make((network, probe))
    assert same.predict([1.0, 2.0]) == network.predict([1.0, 2.0])
    assert (node.layer_index, node.node_index) == (2, 0)


def test_methods_of_a_subclass_are_called() -> None:
    class Counting(Network):
        predicted = 0

        def predict(self, sample: bp.Numbers) -> list[float]:
            self.predicted += 1
            return super().predict(sample)

    network, plain = Counting([3, 4, 2], seed=0), Network([3, 4, 2], seed=0)
    for each in (network, plain):
        each.train(LABELS, SAMPLES, 0.3, 2)
        each.get_gradient(LABELS[0], SAMPLES[0])
    assert network.predicted == 7
    assert (network.weights == plain.weights).all() and (network.gradients == plain.gradients).all()


def test_a_method_put_into_one_network_is_called() -> None:
    network = Network([3, 4, 2])
    rates: list[float] = []
    network.update_weight = rates.append  # type: ignore
    network.train(LABELS, SAMPLES, 0.3, 2)
    assert rates == [0.3] * (2 * len(SAMPLES))


@pytest.mark.parametrize("kind", [tuple, np.array, lambda x: np.array(x, dtype=np.float32), lambda x: np.array(x)[::1]])
def test_numbers_come_in_any_form(kind: Any) -> None:
    network, same = Network([3, 4, 2], seed=0), Network([3, 4, 2], seed=0)
    network.train([[0.5, 0.25]], [[1.0, 0.5, 0.0]], 0.5, 3)
    same.train(kind([kind([0.5, 0.25])]), kind([kind([1.0, 0.5, 0.0])]), 0.5, 3)
    assert (network.weights == same.weights).all()
    assert same.predict(kind([1.0, 0.5, 0.0])) == network.predict([1, 0.5, False])


def test_arrays_in_any_order_of_memory() -> None:
    samples = np.arange(12.0).reshape(3, 4).T / 12
    labels = np.arange(16.0).reshape(4, 4)[:, ::2] / 16
    labels.setflags(write=False)
    network, same = Network([3, 2], seed=0), Network([3, 2], seed=0)
    network.train(labels, samples, 0.5, 3)
    same.train(labels.tolist(), samples.tolist(), 0.5, 3)
    assert (network.weights == same.weights).all()
    assert network.predict(samples[1]) == same.predict(samples[1].tolist())


WRONG: list[tuple[Any, type[Exception], str]] = [
    (lambda n: n.predict([1, 2]), ValueError, "sample has 2 numbers, but the input layer has 3 nodes"),
    (lambda n: n.predict([]), ValueError, "sample has 0 numbers"),
    (lambda n: n.predict(np.zeros((3, 1))), ValueError, r"shape \(3, 1\); use ravel"),
    (lambda n: n.predict(["a", "b", "c"]), TypeError, "sample holds str where a number is needed"),
    (lambda n: n.predict("abc"), TypeError, "sample must be a list of numbers or a 1-d array, not str"),
    (lambda n: n.predict(None), (TypeError, ValueError), "sample"),  # type: ignore[list-item]
    (lambda n: n.predict([1, 2, 3j]), TypeError, "complex"),
    (lambda n: n.calc_delta([1]), ValueError, "label has 1 number, but the output layer has 2 nodes"),
    (lambda n: n.train_one_sample([1, 2, 3], [1, 2], 0.1), ValueError, "label has 3 numbers"),
    (lambda n: n.train([[1, 2]], [[1, 2, 3], [1, 2, 3]], 0.1, 1), ValueError, "1 labels for 2 samples"),
    (lambda n: n.train([[1, 2], [1]], [[1, 2, 3]] * 2, 0.1, 1), ValueError, r"labels\[1\] has 1 number"),
    (lambda n: n.train([[1, 2]], [1, 2, 3], 0.1, 1), (TypeError, ValueError), r"data_set\[0\]"),  # type: ignore[list-item]
    (lambda n: n.train(5, 6, 0.1, 1), TypeError, "labels must be a list"),
    (lambda n: n.train([[1, 2]], [[1, 2, 3]], "fast", 1), TypeError, "str"),
    (lambda n: n.train([[1, 2]], [[1, 2, 3]], 0.1, -1), ValueError, "epoch must not be negative"),
    (lambda n: n.train([[1, 2]], [[1, 2, 3]], 0.1, 1.5), TypeError, "epoch must be a whole number"),
    (lambda n: setattr(n, "weights", [1, 2]), ValueError, "26 numbers, one for each connection, not 2"),
    (lambda n: setattr(n.connections.connections[0], "weight", "x"), TypeError, ""),
    (lambda n: setattr(n.layers[0].nodes[3], "output", 2), AttributeError, ""),
    (lambda n: n.layers[0].set_output([1]), ValueError, "data has 1 numbers, but the layer has 3 nodes"),
    (lambda n: Network([]), ValueError, "at least two layers"),
    (lambda n: Network([3]), ValueError, "at least two layers"),
    (lambda n: Network([3, 0]), ValueError, "zero"),
    (lambda n: Network([3, -1]), ValueError, "negative"),
    (lambda n: Network([3, 2.5]), TypeError, "whole number"),  # type: ignore[list-item]
    (lambda n: Network("34"), TypeError, "list of whole numbers"),  # type: ignore[arg-type]
    (lambda n: Network([1 << 40, 1 << 40]), MemoryError, ""),
    (lambda n: Connection(1, 2), TypeError, "leads from a Node"),  # type: ignore[arg-type]
    (lambda n: Connection(Node(0, 0), ConstNode(1, 0)), TypeError, "to a Node"),  # type: ignore[arg-type]
    (lambda n: Node(-1, 0), ValueError, "layer_index"),
    (lambda n: gradient_check(n, [1, 2], [1, 2]), ValueError, "sample has 2"),
    (lambda n: n._arena.graph.output(999), IndexError, "no such node"),
    (lambda n: n._arena.graph.weight(999), IndexError, "no such connection"),
]


@pytest.mark.parametrize("wrong", WRONG, ids=[str(place) for place in range(len(WRONG))])
def test_what_is_wrong_is_said_and_changes_nothing(wrong: tuple[Any, type[Exception], str]) -> None:
    call, error, sentence = wrong
    network = Network([3, 4, 2], seed=0)
    before = network.weights
    with pytest.raises(error, match=sentence or None):
        call(network)
    assert (network.weights == before).all()
    assert network.predict(SAMPLES[0])


def test_numbers_that_are_none_spread_and_nothing_crashes() -> None:
    network = Network([3, 4, 2], seed=0)
    assert all(np.isnan(network.predict([float("nan"), 0, 0])))
    network.train(LABELS, SAMPLES, 1e300, 3)
    assert isinstance(str(network.layers[1].nodes[0]), str)


def test_threads_train_networks_of_their_own() -> None:
    networks = [Network([3, 4, 2], seed=0) for _ in range(4)]
    threads = [threading.Thread(target=net.train, args=(LABELS, SAMPLES, 0.3, 200)) for net in networks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all((net.weights == networks[0].weights).all() for net in networks)


def test_a_bar_is_shown_after_a_second(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tqdm")
    monkeypatch.setattr("backprop_graph._progress.SECONDS_BEFORE", -1.0)
    network = Network([50, 50, 10], seed=0)
    network.train([[0.9] * 10], [[0.5] * 50], 0.1, 20_000)
    assert "samples" in capsys.readouterr().err
    network.train([[0.9] * 10], [[0.5] * 50], 0.1, 20_000, progress=False)
    assert capsys.readouterr().err == ""


def test_a_picture_shows_every_node_and_connection() -> None:
    network = Network([3, 4, 2], seed=0)
    svg = network._repr_html_()
    assert svg is not None and svg.count("<line") == 26 and svg.count("<rect") == 11
    assert Network([100, 100])._repr_html_() is None


def test_sigmoid_does_not_overflow() -> None:
    assert (sigmoid(0.0), sigmoid(1000.0), sigmoid(-1000.0)) == (0.5, 1.0, 0.0)
    assert sigmoid(2.0) + sigmoid(-2.0) == pytest.approx(1.0)


def test_the_module_has_the_names_of_bp_py() -> None:
    names: dict[str, object] = {}
    exec("from backprop_graph.bp import *", names)
    assert {"Node", "ConstNode", "Layer", "Connection", "Connections", "Network", "sigmoid", "gradient_check"} <= set(names)
