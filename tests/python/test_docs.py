"""The programs in docs/in-python.md run, one after the other."""

from __future__ import annotations

import doctest
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest


PAGE = Path(__file__).parents[2] / "docs" / "in-python.md"


def test_the_programs_of_the_page_run() -> None:
    names: dict[str, Any] = {}
    for program in re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
        needs = {name for name in ("torch", "jax") if re.search(rf"\b{name}\.", program)}
        if all(find_spec(name) for name in needs):
            exec(program, names)


@pytest.mark.parametrize("name", ["_check", "torch", "jax"])
def test_the_examples_in_the_docstrings_are_true(name: str) -> None:
    if name != "_check":
        pytest.importorskip(name)
    module = __import__(f"backprop_graph.{name}", fromlist=["_"])
    assert doctest.testmod(module).failed == 0
