"""`check_gradient`: what it takes, what it says, and what it leaves as it was."""

from __future__ import annotations

import pickle
import signal
import threading
import traceback
from collections import namedtuple
from typing import Any

import numpy as np
import pytest

import backprop_graph as bg

RNG = np.random.default_rng(3)
X = RNG.normal(size=(5, 3))
Y = RNG.normal(size=(5, 2))


def network(dtype: Any = np.float64) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    shapes = {"w": (4, 3), "b": (4,)}, {"w": (2, 4), "b": (2,)}
    return {"layers": [{name: rng.normal(size=shape).astype(dtype) for name, shape in layer.items()} for layer in shapes]}


def forward(p: Any, x: Any) -> tuple[Any, Any]:
    one, two = p["layers"]
    hidden = np.tanh(x @ one["w"].T + one["b"])
    return hidden, hidden @ two["w"].T + two["b"]


def error(p: Any) -> Any:
    dtype = p["layers"][0]["w"].dtype
    _, output = forward(p, X.astype(dtype))
    return 0.5 * np.sum((output - Y.astype(dtype)) ** 2) / len(X)


def gradient(p: Any, bug: str = "") -> Any:
    dtype = p["layers"][0]["w"].dtype
    x = X.astype(dtype)
    hidden, output = forward(p, x)
    delta = (output - Y.astype(dtype)) / len(x)
    back = delta @ p["layers"][1]["w"] * (1 if bug == "slope" else 1 - hidden**2)
    second = {"w": delta.T @ hidden, "b": delta.sum(axis=0)}
    first = {"w": back.T @ x, "b": back.sum(axis=0)}
    if bug == "bias":
        first["b"] = 0 * first["b"]
    return {"layers": [first, second]}


def quadratic(p: Any) -> Any:
    return 0.5 * np.sum(np.asarray(p) ** 2)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_right_gradient_agrees_and_a_wrong_one_is_named(dtype: Any) -> None:
    parameters = network(dtype)
    before = pickle.dumps(parameters)
    report = bg.check_gradient(error, gradient, parameters, every=True)
    assert report and report.passed, report
    assert [group.name for group in report.groups] == ["layers[0].w", "layers[0].b", "layers[1].w", "layers[1].b"]
    assert report.groups[0].shape == (4, 3)
    assert all(finding.verdict == "inconclusive" for finding in report.findings) and report.diagnosis is None
    report.raise_if_wrong()

    wrong = bg.check_gradient(error, lambda p: gradient(p, "bias"), parameters)
    assert wrong.verdict == "disagree" and not wrong
    assert {f.group for f in wrong.findings if f.verdict == "disagree"} == {"layers[0].b"}
    assert wrong.findings[0].analytic == 0.0 and wrong.findings[0].ratio == 0.0
    assert "layers[0].b" in str(wrong) and wrong.diagnosis and wrong.diagnosis in str(wrong)
    with pytest.raises(bg.GradientError, match="DISAGREE") as raised:
        wrong.raise_if_wrong()
    assert raised.value.report is wrong
    assert pickle.dumps(parameters) == before


def test_the_values_of_a_group_have_its_shape() -> None:
    parameters = network()
    report = bg.check_gradient(error, lambda p: gradient(p, "slope"), parameters)
    group = report.groups[0]
    right = gradient(parameters)["layers"][0]["w"]
    np.testing.assert_allclose(group.numerical, right, rtol=1e-6)
    assert (group.verdicts == "disagree").all()
    assert group.disagree == group.checked == 12
    worst = report.findings[0]
    assert worst.numerical == report.groups[[g.name for g in report.groups].index(worst.group)].numerical[worst.place]


def shifted(p: Any) -> Any:
    """The logarithm of softmax, of which the first is taken in each row: nothing changes where all of a row grows alike."""
    return np.sum(np.log(np.exp(p["z"]).sum(axis=1)) - p["z"][:, 0]) + quadratic(p["v"]) + quadratic(p["w"]) * 2


def slope(p: Any) -> dict[str, Any]:
    a = np.exp(p["z"]) / np.exp(p["z"]).sum(axis=1, keepdims=True)
    return {"z": a - (np.arange(p["z"].shape[1]) == 0), "v": p["v"] * 1, "w": 2 * p["w"]}


def changed(p: Any, name: str, place: Any, factor: float) -> Any:
    right = slope(p)
    right[name][place] *= factor
    return right


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        (lambda p: {**slope(p), "v": 2 * p["w"], "w": p["v"]}, "The gradient of v is the one that w should have"),
        (lambda p: changed(p, "v", ([0, 2], [1, 0]), -1.0), "Where it is wrong, it has the opposite sign: v[0, 1], v[2, 0]. Which"),
        (lambda p: changed(p, "v", (slice(None), 1), p["v"][:, 1]), "Only v[:, 1] is wrong, and the rest"),
        (lambda p: changed(p, "v", 2, 1 + p["v"][2]), "Only v[2] is wrong, and the rest"),
        (lambda p: {**slope(p), "z": slope(p)["z"] * (1 - slope(p)["z"])}, "Along axis 1 the numerical values of z add up"),
        (lambda p: {**slope(p), "v": np.sin(3 * p["v"])}, None),
        (lambda p: {**slope(p), "v": p["v"] * np.inf}, None),
        (lambda p: changed(p, "v", (0, 0), 1.5), None),
    ],
)
def test_where_no_pattern_is_known_what_the_wrong_values_have_in_common_is_told(wrong: Any, hint: str | None) -> None:
    rng = np.random.default_rng(1)
    parameters = {name: rng.uniform(0.2, 1, (3, 2)) for name in ("z", "v", "w")}
    report = bg.check_gradient(shifted, wrong, parameters)
    assert report.verdict == "disagree" and report.diagnosis is not None
    told = report.diagnosis.rpartition("it is given. ")[2]
    assert told.startswith(hint) if hint else "it is given. " not in report.diagnosis, report
    assert bg.check_gradient(shifted, slope, parameters).diagnosis is None


def test_no_sum_is_missing_where_e_never_changes() -> None:
    report = bg.check_gradient(lambda p: round(float(np.sin(p).sum()), 1), np.cos, np.full((2, 3), 0.3))
    assert report.verdict == "disagree" and "add up" not in str(report)


def test_sign_samples_and_tolerance() -> None:
    parameters = network()

    def descent(p: Any) -> Any:
        return {"layers": [{k: -v for k, v in layer.items()} for layer in gradient(p)["layers"]]}

    assert bg.check_gradient(error, descent, parameters, sign="descent")
    flipped = bg.check_gradient(error, descent, parameters)
    assert flipped.pattern == "sign-flipped"

    def summed(p: Any) -> Any:
        return {"layers": [{k: len(X) * v for k, v in layer.items()} for layer in gradient(p)["layers"]]}

    assert bg.check_gradient(error, summed, parameters, samples=len(X)).pattern == "summed-not-averaged"

    def rough(p: Any) -> Any:
        return {"layers": [{k: 1.001 * v for k, v in layer.items()} for layer in gradient(p)["layers"]]}

    assert not bg.check_gradient(error, rough, parameters)
    assert bg.check_gradient(error, rough, parameters, tolerance=1e-2)


def test_large_models_are_sampled_and_every_checks_all() -> None:
    w = np.random.default_rng(1).normal(size=6000)
    assert bg.check_gradient(quadratic, lambda p: p, w).checked == 200
    assert bg.check_gradient(quadratic, lambda p: p, w, every=True).checked == 6000
    one, same, other = (bg.check_gradient(quadratic, lambda p: p, w, seed=seed) for seed in (1, 1, 2))
    places = [np.flatnonzero(report.groups[0].verdicts != "").tolist() for report in (one, same, other)]
    assert places[0] == places[1] != places[2]


def test_a_reference_in_double_settles_what_single_leaves_open() -> None:
    w = np.array([0.3, -1.2, 0.8], np.float32)

    def large(p: Any) -> Any:
        assert p.dtype == np.float32
        return np.sum(np.sin(p)) + np.float32(1e6)

    def in_double(p: Any) -> Any:
        assert p.dtype == np.float64
        return np.sum(np.sin(p)) + 1e6

    assert not bg.check_gradient(large, np.cos, w).passed
    assert bg.check_gradient(large, np.cos, w, reference=in_double).passed
    assert bg.check_gradient(large, lambda p: 1.03 * np.cos(p), w, reference=in_double).verdict == "disagree"


Pair = namedtuple("Pair", "w b")


def strided(values: Any) -> Any:
    return np.repeat(values, 2)[::2]


def swapped(values: Any) -> Any:
    return np.array(values).astype(np.array(values).dtype.newbyteorder())


def read_only(values: Any) -> Any:
    array = np.array(values)
    array.flags.writeable = False
    return array


class Foreign:
    """An array of a library that numpy reads by `__array__`."""

    def __init__(self, values: Any) -> None:
        self.values = np.array(values)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return self.values


class Packed:
    """An array of a library that hands it out by DLPack alone."""

    def __init__(self, values: Any) -> None:
        self.values = np.array(values)

    def __dlpack__(self, **options: Any) -> Any:
        return self.values.__dlpack__(**options)

    def __dlpack_device__(self) -> Any:
        return self.values.__dlpack_device__()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "make",
    [
        np.array,
        strided,
        swapped,
        read_only,
        Foreign,
        Packed,
        lambda v: np.array(v)[::-1],
        lambda v: np.asfortranarray(np.array(v)[: len(v) // 2 * 2].reshape(2, -1)),
        lambda v: np.array(v)[: len(v) // 2 * 2].reshape(2, -1).T,
        lambda v: np.array(v[0]),
        lambda v: np.array(v).reshape(1, -1, 1),
    ],
)
def test_any_array_of_floats_will_do(make: Any, dtype: Any) -> None:
    values = make(np.array([0.3, -1.7, 0.9, 2.5], dtype))
    before = np.array(getattr(values, "values", values))

    def twice(p: Any) -> Any:
        assert p.dtype == dtype and p.dtype.isnative and p.shape == before.shape
        return 2 * p

    report = bg.check_gradient(lambda p: np.sum(p**2), twice, values)
    assert report.passed, report
    assert report.checked == before.size
    np.testing.assert_array_equal(np.asarray(getattr(values, "values", values)), before)
    wrong = bg.check_gradient(lambda p: np.sum(p**2), lambda p: 2.1 * p, values)
    assert wrong.verdict == "disagree"


def test_lists_tuples_and_numbers() -> None:
    assert bg.check_gradient(quadratic, lambda p: p, [0.3, -0.2, 1.0]).groups[0].name == "parameters"
    assert bg.check_gradient(quadratic, lambda p: p, 0.3).checked == 1
    arrays = [np.array([0.3]), (np.array([0.5, 1.0]), np.array(2.0))]
    report = bg.check_gradient(
        lambda p: quadratic(p[0]) + quadratic(p[1][0]) + quadratic(p[1][1]), lambda p: [p[0], [p[1][0], p[1][1]]], arrays
    )
    assert [g.name for g in report.groups] == ["parameters[0]", "parameters[1][0]", "parameters[1][1]"]
    pair = Pair(np.array([1.0]), np.array([2.0]))
    report = bg.check_gradient(lambda p: quadratic(p.w) + quadratic(p.b), lambda p: Pair(p.w, p.b), pair)
    assert report, report
    mixed = {"single": np.array([0.5], np.float32), "double": np.array([0.25, 3.0])}
    report = bg.check_gradient(lambda p: quadratic(p["single"]) + quadratic(p["double"]), lambda p: p, mixed)
    assert report, report


def test_a_model_that_holds_its_own_arrays_is_moved() -> None:
    w = np.array([0.3, -0.2])
    assert bg.check_gradient(lambda _: quadratic(w), lambda _: [w], [w])


@pytest.mark.parametrize("nothing", [np.empty(0), np.empty((0, 3)), [], {}, {"w": np.empty((2, 0))}])
def test_nothing_to_check_proves_nothing(nothing: Any) -> None:
    report = bg.check_gradient(lambda p: 1.0, lambda p: p, nothing)
    assert report.verdict == "inconclusive" and "no parameters" in str(report)
    assert report.checked == 0 and report._repr_html_()


def test_an_empty_array_among_others() -> None:
    parameters = {"a": np.empty((0, 2)), "b": np.array([1.0, 2.0]), "c": np.empty(0), "d": np.array([3.0])}
    report = bg.check_gradient(lambda p: quadratic(p["b"]) + 2 * p["d"].sum(), lambda p: {**p, "d": np.array([2.5])}, parameters)
    assert report.findings[0].name == "d[0]"
    assert [group.checked for group in report.groups] == [0, 2, 0, 1]


W = np.array([[0.3, -0.2, 1.0]])
SHARED = np.zeros(4)


@pytest.mark.parametrize(
    ("parameters", "function", "derivative", "sentence"),
    [
        (np.array([1, 2]), quadratic, lambda p: p, "the parameter 'parameters' holds integers (int64)"),
        ({"w": [1, 2]}, quadratic, lambda p: p, "make it floating-point, with .astype(float)"),
        (np.array([True]), quadratic, lambda p: p, "integers (bool)"),
        (np.array([1j]), quadratic, lambda p: p, "holds complex128: the check takes float32 and float64"),
        (np.array([1], np.float16), quadratic, lambda p: p, "holds float16"),
        ("weights", quadratic, lambda p: p, "of type str: it must be an array of numbers"),
        ({"w": None}, quadratic, lambda p: p, "the parameter 'w' is None"),
        ([[0.1, 0.2], ["a"]], quadratic, lambda p: p, "the parameter 'parameters[1][0]' is of type str"),
        ({"a": SHARED[:3], "b": SHARED[2:]}, quadratic, lambda p: p, "'a' and 'b' share memory"),
        (W, lambda p: p.sum(axis=0), lambda p: p, "error returned an array of shape (3,): it must return one number"),
        (W, lambda p: None, lambda p: p, "what error returned is None: is a `return` missing?"),
        (W, lambda p: 1j, lambda p: p, "error returned a complex number"),
        (W, lambda p: np.float16(1), lambda p: p, "error returned a float16"),
        (W, lambda p: np.array([1], np.float16), lambda p: p, "error returned a float16"),
        (W, lambda p: "0.5", lambda p: p, "what error returned is of type str"),
        (W, quadratic, lambda p: p[0], "has the shape (3,), the parameter has (1, 3)"),
        (W, quadratic, lambda p: None, "the gradient of 'parameters' is None: is a `return` missing?"),
        (W, quadratic, lambda p: p * 1j, "holds complex128: it must hold real numbers"),
        (W, quadratic, lambda p: [[1, 2], [3]], "cannot be read as an array"),
        ({"w": W}, lambda p: quadratic(p["w"]), lambda p: p["w"], "it must be a dict, as the parameters are"),
        ({"w": W}, lambda p: quadratic(p["w"]), lambda p: {}, "the gradient has no 'w'"),
        ({"w": W}, lambda p: quadratic(p["w"]), lambda p: {"w": W, "v": W}, "has 'v', the parameters do not"),
        ([W], lambda p: quadratic(p[0]), lambda p: [W, W], "has 2 arrays, the parameters have 1"),
        ([W], lambda p: quadratic(p[0]), lambda p: W, "an array of float64: it must be a list"),
    ],
)
def test_what_cannot_be_checked_is_refused_with_a_sentence(
    parameters: Any, function: Any, derivative: Any, sentence: str
) -> None:
    with pytest.raises((TypeError, ValueError)) as raised:
        bg.check_gradient(function, derivative, parameters)
    assert sentence in str(raised.value)
    assert "\n" not in str(raised.value)
    np.testing.assert_array_equal(W, [[0.3, -0.2, 1.0]])


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"sign": "up"}, "sign is 'up'"),
        ({"samples": 0}, "samples is 0: it must be 1 or more, and less than 2**63"),
        ({"samples": 2.5}, "samples is 2.5: it must be a whole number"),
        ({"seed": -1}, "seed is -1"),
        ({"seed": 2**64}, "seed is 18446744073709551616"),
        ({"tolerance": 0.0}, "tolerance is 0.0"),
        ({"tolerance": float("nan")}, "tolerance is nan"),
        ({"tolerance": "x"}, "tolerance is 'x': it must be a number between 0 and 1"),
        ({"tolerance": "0.5"}, "tolerance is '0.5': it must be a number between 0 and 1"),
        ({"tolerance": [0.5, 0.5]}, "tolerance is [0.5, 0.5]: it must be a number between 0 and 1"),
        ({"every": "yes"}, "every is 'yes': it must be True or False"),
        ({"every": 1}, "every is 1: it must be True or False"),
        ({"every": None}, "every is None: it must be True or False"),
    ],
)
def test_settings_are_checked(options: Any, sentence: str) -> None:
    with pytest.raises((TypeError, ValueError)) as raised:
        bg.check_gradient(quadratic, lambda p: p, W, **options)
    assert sentence in str(raised.value)


@pytest.mark.parametrize("options", [{"every": np.True_}, {"tolerance": np.float32(0.5)}, {"tolerance": np.array(0.5)}])
def test_settings_may_be_numbers_of_numpy(options: Any) -> None:
    assert bg.check_gradient(quadratic, lambda p: p, W, **options)


@pytest.mark.parametrize("calls_before", [0, 1, 2, 7])
@pytest.mark.parametrize("where", ["error", "gradient", "reference"])
def test_an_exception_passes_with_its_traceback_and_the_parameters_are_as_they_were(where: str, calls_before: int) -> None:
    w = np.array([0.3, -0.2, 1.0], np.float32)
    before, calls = w.copy(), 0

    def fail(function: Any) -> Any:
        def failing_here(p: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls > calls_before:
                raise KeyError("mine")
            return function(p)

        return failing_here

    functions = {"error": quadratic, "gradient": lambda p: p.copy(), "reference": quadratic}
    functions[where] = fail(functions[where])
    try:
        bg.check_gradient(functions["error"], functions["gradient"], w, reference=functions["reference"] if where == "reference" else None)
    except KeyError as exception:
        assert "failing_here" in "".join(traceback.format_exception(exception))
    else:
        assert where == "gradient" and calls <= calls_before
    np.testing.assert_array_equal(w, before)


def test_ctrl_c_ends_it() -> None:
    w = np.linspace(-1, 1, 4000)
    before, calls = w.copy(), 0

    def slow(p: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 100:
            signal.raise_signal(signal.SIGINT)
        return quadratic(p)

    # Python has no handler of its own where it was started in the background.
    earlier = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            bg.check_gradient(slow, lambda p: p, w)
    finally:
        signal.signal(signal.SIGINT, earlier)
    assert calls <= 101
    np.testing.assert_array_equal(w, before)


@pytest.mark.parametrize("who", ["error", "gradient"])
def test_a_function_that_changes_the_parameters_is_refused(who: str) -> None:
    w = np.array([3.0, 4.0])

    def changing(p: Any) -> Any:
        p -= 0.1 * p
        return quadratic(p) if who == "error" else p

    functions = {"error": quadratic, "gradient": lambda p: p, who: changing}
    with pytest.raises(ValueError, match=f"{who} changed the parameter 'parameters'"):
        bg.check_gradient(functions["error"], functions["gradient"], w)
    np.testing.assert_array_equal(w, [3.0, 4.0])


def test_an_error_that_is_not_repeatable_is_no_gradients_fault() -> None:
    rng = np.random.default_rng(0)
    report = bg.check_gradient(lambda p: quadratic(p) + rng.normal(), lambda p: p, W.copy())
    assert report.verdict == "disagree" and "evaluated twice" in str(report)


@pytest.mark.filterwarnings("ignore:(divide|invalid):RuntimeWarning")
def test_bends_edges_and_numbers_that_are_none() -> None:
    kink = bg.check_gradient(lambda p: np.abs(p).sum(), np.sign, np.array([0.0, 1.0]))
    assert kink.findings[0].verdict == "kink" and kink.groups[0].kink == 1
    edge = bg.check_gradient(lambda p: np.sqrt(p).sum(), lambda p: 0.5 / np.sqrt(p), np.array([0.0]))
    assert edge.verdict == "domain"
    nan = bg.check_gradient(quadratic, lambda p: p * np.nan, np.array([1.0, 2.0]))
    assert nan.verdict == "disagree" and nan.pattern == "not-a-number" and nan._repr_html_()
    assert bg.check_gradient(lambda p: float("nan"), lambda p: p, np.array([1.0])).verdict == "domain"


def test_a_report_is_pickled_and_shown_in_notebooks() -> None:
    parameters = network()
    report = bg.check_gradient(error, lambda p: gradient(p, "slope"), parameters)
    again = pickle.loads(pickle.dumps(report))
    assert str(again) == str(report) and again.findings == report.findings
    assert repr(report) == "<Report: disagree, 16 of 26 checked, in layers[0].w, layers[0].b>"
    html = report._repr_html_()
    assert html.count("<rect") == 26 and html.count("<table") == html.count("</table>") == 2
    assert "DISAGREE: 16 of 26 checked" in html and report.diagnosis
    error_again = pickle.loads(pickle.dumps(bg.GradientError(report)))
    assert str(error_again) == str(report)


def test_maps_of_large_arrays_are_drawn_in_blocks() -> None:
    w = np.random.default_rng(1).normal(size=(300, 100))
    html = bg.check_gradient(quadratic, lambda p: np.where(np.arange(100) == 7, 0.9 * p, p), w)._repr_html_()
    assert html.count("<rect") <= 24 * 48
    assert len(html) < 400_000


def test_threads_do_not_meet() -> None:
    reports: list[bg.Report] = []

    def work(wrong: bool) -> None:
        parameters = network()
        for _ in range(5):
            reports.append(bg.check_gradient(error, lambda p: gradient(p, "bias" if wrong else ""), parameters))

    threads = [threading.Thread(target=work, args=(n % 2 == 1,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(report.verdict for report in reports) == ["agree"] * 20 + ["disagree"] * 20


def test_calls_in_a_loop_keep_no_memory() -> None:
    import resource

    w, wrong = np.array([0.3, -0.2]), lambda p: p * [1.0, 1.5]

    def calls(count: int) -> int:
        for _ in range(count):
            bg.check_gradient(quadratic, wrong, w)
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    first = calls(300)
    assert calls(1200) < first + 2_000  # KB; 1,200 reports of 2 KB would show
