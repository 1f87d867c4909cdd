"""A training step node by node, its picture, and the live page."""

import html
import json
import re
from pathlib import Path

import numpy as np
import pytest

from backprop_graph.bp import Network
from backprop_graph.data import DataSet, digits, iris, xor
from backprop_graph.steps import Step, page

LABEL, SAMPLE = [0.9, 0.1], [1.0, 0.5, 0.0]


def test_steps_end_where_training_on_the_sample_ends() -> None:
    network, trained = Network([3, 4, 2], seed=0), Network([3, 4, 2], seed=0)
    trained.train_one_sample(LABEL, SAMPLE, 0.3)
    names = [step.name for step in network.steps(LABEL, SAMPLE, 0.3)]
    assert names[:5] == ["x1", "x2", "x3", "a4", "a5"] and names[-1] == "w9b" and len(names) == 46
    assert (network.weights == trained.weights).all() and (network.gradients == trained.gradients).all()
    assert network.layers[1].nodes[0].delta == trained.layers[1].nodes[0].delta


def test_the_network_follows_step_by_step_both_ways() -> None:
    network = Network([2, 1], seed=0)
    steps = network.steps([0.9], [1.0, 0.5], 0.3)
    node, connection = network.layers[1].nodes[0], network.connections.connections[0]
    shown = []
    for step in steps:
        shown.append((node.output, node.delta, connection.weight, connection.gradient, step.value))
    assert node.output == shown[2][-1] and node.delta == shown[3][-1] and connection.weight == shown[7][-1]
    for position in range(len(steps) - 1, 0, -1):
        back = steps.back()
        assert back is not None and back.position == position - 1 and steps.position == position
        assert (node.output, node.delta, connection.weight, connection.gradient, back.value) == shown[position - 1]
    assert steps.back() is None and steps.back() is None and (steps.position, node.output) == (0, 0.0)
    assert repr(steps) == "<Steps: 0 of 10 done>"
    again = [(node.output, node.delta, connection.weight, connection.gradient, step.value) for step in steps]
    assert again == shown


def test_a_step_shows_its_formula_with_the_numbers() -> None:
    network = Network([2, 1], seed=0)
    network.weights = np.array([0.5, -0.25, 0.125])
    steps = network.steps([0.9], [1.0, 0.5], 0.3)
    step = steps.goto(3)
    assert step is not None
    assert step.formula == "a3 = sigmoid(w31·x1 + w32·x2 + w3b)"
    assert step.numbers(3) == "sigmoid(0.500·1.000 + (-0.250)·0.500 + 0.125)"
    assert f"{step:.3}".endswith("+ 0.125) = sigmoid(0.500) = 0.622")
    assert str(step).startswith("node 1-0: a3 = sigmoid(w31·x1 + w32·x2 + w3b) = sigmoid(0.500000·1.000000 + ")
    assert (step.place, step.phase, step.before) == ("node 1-0", "forward", None)
    assert step.value == pytest.approx(1 / (1 + np.exp(-0.5)))
    assert repr(step).startswith("<Step 3: node 1-0: a3 = ")
    last = steps.goto(10)
    assert last is not None and last.before == 0.125 and last.phase == "learn"
    with pytest.raises(TypeError, match="decimals"):
        format(step, "x")


def test_numbers_are_read_and_changed_by_name() -> None:
    network = Network([2, 1], seed=0)
    steps = network.steps([0.9], [1.0, 0.5], 0.3)
    assert steps.value("a3") is None and steps.value("t3") == 0.9
    steps.goto(3)
    before = steps.value("a3")
    sentence = steps.edit("w31", 5.0)
    assert sentence.startswith("w31 begins this training step at 5.0")
    after = steps.value("a3")
    assert before is not None and after is not None and after > before
    assert network.layers[1].nodes[0].output == after
    assert network.connections.connections[0].weight == 5.0
    for name, sentence in [("w13", "did you mean w31"), ("q", "there is no q"), ("a3", "is computed")]:
        with pytest.raises(ValueError, match=sentence):
            steps.edit(name, 1.0)
    with pytest.raises(ValueError, match="there are 10 steps, not 11"):
        steps.goto(11)
    with pytest.raises(ValueError, match="there are 10 steps, not -1"):
        steps.goto(-1)


def test_what_does_not_fit_is_refused() -> None:
    network = Network([2, 1])
    with pytest.raises(ValueError, match="label has 2 numbers"):
        network.steps([0.9, 0.1], [1.0, 0.5], 0.3)
    with pytest.raises(ValueError, match="sample has 1 number,"):
        network.steps([0.9], [1.0], 0.3)


def test_a_picture_marks_what_the_step_computed() -> None:
    network = Network([3, 4, 2], seed=0)
    steps = network.steps(LABEL, SAMPLE, 0.3)
    for position, mark in [(4, "<rect"), (46, "<line")]:
        step = steps.goto(position)
        assert step is not None
        shown = step._repr_html_()
        marked = [line for line in shown.splitlines() if "darkorange" in line]
        assert marked[0].startswith(mark) and shown.count("<line") == 26
        assert html.escape(str(step)) in shown
    assert "<svg" in (network._repr_html_() or "")


def test_large_networks_step_without_a_picture() -> None:
    steps = Network([100, 100, 2], seed=0).steps(LABEL, [0.5] * 100, 0.3)
    step = steps.goto(150)
    assert isinstance(step, Step) and "<svg" not in step._repr_html_() and "more …" in step._repr_html_()


def test_the_page_begins_with_the_network_and_its_samples(tmp_path: Path) -> None:
    network = Network([4, 5, 3], seed=3)
    shown = page(network, iris().train, samples=3, rate=0.1)
    begin = re.search(r'type="application/json"[^>]*>(\{.*?\})</script>', shown.html, re.DOTALL)
    assert begin, "the situation is in a script element"
    situation = json.loads(begin.group(1))
    assert situation["rate"] == 0.1 and situation["limit"] == 3
    layer = network.layers[1].nodes[:-1]
    weights = [[connection.weight for connection in node.upstream][:-1] for node in layer]  # type: ignore[union-attr]
    assert situation["model"]["weights"][0] == weights
    assert situation["data"]["samples"] == iris().train.samples[:3].tolist()
    frame = shown._repr_html_()
    assert frame.startswith('<iframe srcdoc="') and html.unescape(frame[16 : frame.index('" width=')]) == shown.html
    shown.save(tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == shown.html
    assert "<Page" in repr(shown)


def test_pages_of_data_that_do_not_fit_are_refused() -> None:
    for network, data, sentence in [
        (Network([3, 1]), xor().train, "2 numbers, but the input layer has 3"),
        (Network([2, 2]), xor().train, "1 number, but the output layer has 2"),
        (Network([2, 1]), xor().train.first(0), "at least one"),
    ]:
        with pytest.raises(ValueError, match=sentence):
            page(network, data)
    with pytest.raises(ValueError, match="rate"):
        page(Network([2, 1]), xor().train, rate=-1)
    empty = np.full((1, 2), np.nan)
    with pytest.raises(ValueError, match="finite"):
        page(Network([2, 1]), DataSet(empty, np.zeros((1, 1)), np.zeros(1, dtype=np.int64)))


def test_a_page_of_images_knows_their_shape() -> None:
    shown = page(Network([784, 5, 10], seed=0), digits().train, samples=1)
    assert '"image_shape":[28,28]' in shown.html
