"""Every public name has a docstring by numpydoc's rules, and it names the parameters that there are."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import is_dataclass
from typing import Any

import pytest

import backprop_graph

NEEDS = {"backprop_graph.torch": "torch", "backprop_graph.jax": "jax"}
MODULES = ["backprop_graph"] + [
    f"backprop_graph.{module.name}" for module in pkgutil.iter_modules(backprop_graph.__path__) if module.name[0] != "_"
]
SECTIONS = ["Parameters", "Attributes", "Returns", "Yields", "Raises", "Warns", "See Also", "Notes", "References", "Examples"]


def own(kind: type) -> Iterator[tuple[str, Any]]:
    """Yield the public methods and properties of a class, those of its private base classes too."""
    for base in reversed(kind.__mro__):
        if base.__module__.startswith("backprop_graph"):
            for name, member in vars(base).items():
                if isinstance(member, staticmethod | classmethod):
                    member = member.__func__
                if name[0] != "_" and (inspect.isfunction(member) or isinstance(member, property)):
                    yield name, member


def public(module_name: str) -> dict[str, Any]:
    """Return everything that has a docstring to read, by name."""
    module = importlib.import_module(module_name)
    found: dict[str, Any] = {module_name: module}
    for name in module.__all__:
        member = getattr(module, name)
        if inspect.ismodule(member):
            continue
        if callable(member):
            found[f"{module_name}.{name}"] = member
        if inspect.isclass(member):
            found.update({f"{module_name}.{name}.{inner}": it for inner, it in own(member)})
    return found


def sections(text: str) -> dict[str, str]:
    """Return the text of each section by its title; that before the first one under ""."""
    parts = re.split(r"^(\w[\w ]*)\n-{3,}\n", text, flags=re.MULTILINE)
    return dict(zip(["", *parts[1::2]], parts[::2]))


def named(section: str) -> list[str]:
    """Return the names that a section describes: ``a, b : int`` is two."""
    lines = [line.split(" : ")[0] for line in section.splitlines() if line and not line.startswith(" ")]
    return [name.strip().lstrip("*") for line in lines for name in line.split(",")]


def faults(name: str, thing: Any) -> list[str]:
    """Return what is wrong with a docstring, in a few words each."""
    text = inspect.getdoc(thing) or ""
    if not text or (inspect.isclass(thing) and "__doc__" not in vars(thing)):
        return [f"{name} has no docstring"]
    found = []
    summary = text.split("\n\n")[0]
    if not summary.endswith((".", "::", ":")):
        found.append(f"{name}: the first sentence ends in no full stop")
    parts = sections(text)
    titles = [title for title in parts if title]
    if titles != sorted(titles, key=lambda title: SECTIONS.index(title) if title in SECTIONS else -1):
        found.append(f"{name}: sections in the order {titles}")
    takes = thing.__init__ if inspect.isclass(thing) and "__init__" in vars(thing) else thing
    if not inspect.isfunction(takes):
        return found
    signature = inspect.signature(takes)
    parameters = [parameter for parameter in signature.parameters if parameter != "self" and parameter[0] != "_"]
    described = named(parts.get("Parameters", ""))
    if is_dataclass(thing):
        described = [field for field in named(parts.get("Attributes", "")) if field in parameters]
    # A class that only this package makes says so, and how it is made concerns no one.
    if sorted(parameters) != sorted(described) and not (inspect.isclass(thing) and "Made by" in text):
        found.append(f"{name}: takes {parameters}, but describes {described}")
    returns = not inspect.isclass(thing) and signature.return_annotation not in (None, "None", inspect.Signature.empty)
    if returns != bool({"Returns", "Yields"} & set(parts)):
        found.append(f"{name}: {'returns' if returns else 'returns nothing, not'} {signature.return_annotation}")
    return found


@pytest.mark.parametrize("module", MODULES)
def test_every_public_name_is_described(module: str) -> None:
    pytest.importorskip(NEEDS.get(module, "numpy"))
    found = public(module)
    assert len(found) > 1 or module == "backprop_graph"
    wrong = [fault for name, thing in found.items() for fault in faults(name, thing)]
    assert not wrong, "\n".join(wrong)


def half(number: float, *, rounded: bool = False) -> float:
    """Return half of a number.

    Parameters
    ----------
    number : float
        The number.
    rounded : bool
        True to round it.

    Returns
    -------
    float
    """
    return round(number / 2) if rounded else number / 2


@pytest.mark.parametrize(
    ("cut", "fault"),
    [
        ("", None),
        (r".*", "half has no docstring"),
        (r"rounded : bool\n.*\n", "half: takes ['number', 'rounded'], but describes ['number']"),
        (r"number : float\n.*\n", "half: takes ['number', 'rounded'], but describes ['rounded']"),
        (r"Parameters\n-+\n(.*\n){4}", "half: takes ['number', 'rounded'], but describes []"),
        (r"Returns\n-+\nfloat", "half: returns float"),
        (r"(?<=number)\.", "half: the first sentence ends in no full stop"),
    ],
)
def test_a_gap_is_found(cut: str, fault: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = inspect.cleandoc(half.__doc__ or "")
    monkeypatch.setattr(half, "__doc__", re.sub(cut, "", whole, count=1, flags=re.DOTALL if cut == ".*" else 0) if cut else whole)
    assert faults("half", half) == ([fault] if fault else [])
