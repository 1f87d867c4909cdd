"""The exercises on formulas: each stub gets a lesson, each solution is right, and what goes wrong in a function is told."""

import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backprop_graph.exercises import judge

FOLDER = Path(__file__).parents[2] / "docs" / "exercises" / "python"
NAMES = sorted(path.stem for path in FOLDER.glob("*.py"))


def run(path: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, path], capture_output=True, text=True, encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_a_stub_gets_a_lesson_and_its_solution_is_right(name: str) -> None:
    stub = run(FOLDER / f"{name}.py")
    assert stub.returncode == 1 and stub.stdout.startswith("Not yet. Look at "), stub.stderr
    assert stub.stdout.count("\n") > 3 and "panic" not in stub.stdout
    solution = run(FOLDER / "solutions" / f"{name}.py")
    assert (solution.returncode, solution.stdout) == (0, "Right.\n"), solution.stderr


def test_every_exercise_on_a_formula_is_there() -> None:
    of_rust = {path.stem for path in (FOLDER.parent / "exercises").glob("*/*.rs")}
    assert of_rust - set(NAMES) == {"training_step", "gradient_check"}, "these two are about the library for Rust"


@pytest.mark.parametrize("name", NAMES)
def test_stub_and_solution_have_the_same_functions(name: str) -> None:
    functions = []
    for path in (FOLDER / f"{name}.py", FOLDER / "solutions" / f"{name}.py"):
        names = runpy.run_path(str(path))
        own = [value for value in names.values() if getattr(value, "__code__", None)]
        own = [value for value in own if value.__code__.co_filename == str(path)]
        functions.append([(value.__name__, value.__doc__, value.__code__.co_varnames[: value.__code__.co_argcount]) for value in own])
    assert functions[0] == functions[1] != []


def test_a_classic_slip_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert not judge("output_delta", lambda a, t: a - t)
    assert "equation 3" in capsys.readouterr().out
    assert judge("output_delta", lambda a, t: a * (1 - a) * (t - a))


def test_what_a_function_raises_comes_through() -> None:
    with pytest.raises(ZeroDivisionError):
        judge("output_delta", lambda a, t: a / 0)
    with pytest.raises(TypeError, match="positional argument"):
        judge("output_delta", lambda a: a)


@pytest.mark.parametrize(
    ("name", "functions", "error", "sentence"),
    [
        ("output_delta", [lambda a, t: None], TypeError, "must return a number, not None"),
        ("output_delta", [lambda a, t: "x"], TypeError, "must return a number, not x"),
        ("softmax", [lambda z: 1.0, lambda a, c: 0.0, lambda a, c: a], (TypeError, ValueError), "what the function returns"),
        ("mini_batch_mean", [lambda w, g, r: np.zeros(7)], ValueError, "must return 2 numbers here, not 7"),
        ("weight_decay", [lambda *a: a[0]], TypeError, "pair"),
        ("perceptron_rule", [lambda w, b, x, t, r: (w, w)], TypeError, "must return a number"),
        ("xor_by_hand", [lambda: (1.0, 2.0)], TypeError, "two hidden perceptrons and an output perceptron"),
        ("output_delta", [], TypeError, "asks for one function, not 0"),
        ("softmax", [lambda z: z], TypeError, "asks for 3 functions, not 1"),
        ("no_such", [], ValueError, "there is no exercise no_such"),
    ],
)
def test_what_is_wrong_is_said(name: str, functions: list[Any], error: Any, sentence: str) -> None:
    with pytest.raises(error, match=sentence):
        judge(name, *functions)
