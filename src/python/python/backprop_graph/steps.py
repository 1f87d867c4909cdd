"""A training step, node by node, in a notebook or a loop.

>>> from backprop_graph.bp import Network
>>> network = Network([2, 1], seed=0)
>>> steps = network.steps([0.9], [1.0, 0.5], 0.3)
>>> for step in steps:
...     if step.name == "a3":
...         print(step.formula)
a3 = sigmoid(w31·x1 + w32·x2 + w3b)

In a notebook a step shows its formula with the numbers, and the network with the node in orange. :meth:`Steps.back`
takes a step back, :meth:`Steps.edit` changes a number by hand. :func:`page` puts the live page into the notebook, where
the mouse does all of that.
"""

from __future__ import annotations

import html
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from . import _native
from .data import DataSet

if TYPE_CHECKING:
    from .bp import Network, Numbers

__all__ = ["Page", "Step", "Steps", "page"]


class Step:
    """One step that was done. Made by :class:`Steps`.

    ``str(step)`` is its formula on one line, first with names and then with numbers; ``f"{step:.3}"`` has three
    decimals.
    """

    def __init__(self, native: _native.Step) -> None:
        self._native = native

    @property
    def name(self) -> str:
        """The name of what it computed, by the article's numbers: x1, a4, δ8, w41, w4b."""
        return self._native.name

    @property
    def place(self) -> str:
        """The node or connection it changed: ``node 1-0``, ``(0-0) -> (1-0)``."""
        return self._native.place

    @property
    def phase(self) -> str:
        """The part of the training step it belongs to: inputs, forward, cost, backward or learn."""
        return self._native.phase

    @property
    def formula(self) -> str:
        """The formula in names."""
        return self._native.formula

    @property
    def value(self) -> float:
        """What it computed."""
        return self._native.value

    @property
    def before(self) -> float | None:
        """The value before; None if there was none."""
        return self._native.before

    @property
    def position(self) -> int:
        """Its place among the steps, from 0."""
        return self._native.position

    def numbers(self, decimals: int = 6) -> str:
        """Return the right-hand side of the formula in numbers.

        Parameters
        ----------
        decimals : int
            How many decimals each number has.

        Returns
        -------
        str
        """
        return self._native.numbers(decimals)

    def __str__(self) -> str:
        return str(self._native)

    def __format__(self, specification: str) -> str:
        return format(self._native, specification)

    def __repr__(self) -> str:
        return f"<Step {self.position + 1}: {self}>"

    def _repr_html_(self) -> str:
        return f"<p><code>{html.escape(str(self))}</code></p>{self._native.picture() or ''}"


class Steps(Iterator[Step]):
    """One training step on one sample as node-sized steps. Made by :meth:`backprop_graph.bp.Network.steps`.

    Each step is taken in the network as well. Changes made there by hand do not reach the steps: use
    :meth:`edit`.
    """

    def __init__(self, network: Network, label: Numbers, sample: Numbers, rate: float) -> None:
        self.network = network
        self._native = _native.Steps(network._arena.graph, label, sample, rate)

    def __next__(self) -> Step:
        step = self._native.next()
        if step is None:
            raise StopIteration
        return Step(step)

    def __len__(self) -> int:
        return len(self._native)

    @property
    def position(self) -> int:
        """The number of steps done."""
        return self._native.position()

    def back(self) -> Step | None:
        """Take the last step back, to the bit, and return the one before; None at the start.

        Returns
        -------
        Step or None
        """
        return self.goto(max(self.position - 1, 0))

    def goto(self, position: int) -> Step | None:
        """Go to where ``position`` steps are done, forwards or backwards, and return the last of them.

        Parameters
        ----------
        position : int
            From 0 to ``len(steps)``.

        Returns
        -------
        Step or None
            None at the start.

        Raises
        ------
        ValueError
            If there are not that many steps.
        """
        if position < 0:
            raise ValueError(f"there are {len(self)} steps, not {position}")
        step = self._native.goto(position)
        return None if step is None else Step(step)

    def value(self, name: str) -> float | None:
        """Return a number by its name, such as "a4", "d8" or "w84"; None if it has not been computed yet.

        Parameters
        ----------
        name : str
            Its name.

        Returns
        -------
        float or None
        """
        return self._native.value(name)

    def edit(self, name: str, value: float) -> str:
        """Change a weight, an input, a target or the rate by hand, and come back to the same step.

        Parameters
        ----------
        name : str
            Its name: "w84", "x1", "t9" or "rate".
        value : float
            The new value, which takes effect where the training step begins.

        Returns
        -------
        str
            The effect, in a sentence or two.
        """
        return self._native.edit(name, value)

    def __repr__(self) -> str:
        return f"<Steps: {self.position} of {len(self)} done>"


class Page:
    """The live page: the steps, the check and the training of a network, in a browser. Made by :func:`page`."""

    def __init__(self, text: str, height: int) -> None:
        self.html = text
        self.height = height

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the page as one file that needs nothing else.

        Parameters
        ----------
        path : path
            The file, which is replaced if it exists.
        """
        Path(path).write_text(self.html, encoding="utf-8")

    def _repr_html_(self) -> str:
        return (
            f'<iframe srcdoc="{html.escape(self.html)}" width="100%" height="{self.height}" '
            'style="border: 1px solid #ccc"></iframe>'
        )

    def __repr__(self) -> str:
        return f"<Page of {len(self.html)} characters>"


def page(
    network: Network,
    data: DataSet,
    *,
    samples: int = 6,
    rate: float = 0.3,
    epochs: int = 5,
    height: int = 800,
) -> Page:
    """Return the live page of a network and its data: what `backprop trace` writes.

    In a notebook it is shown as the value of a cell.

    Parameters
    ----------
    network : Network
        The network to begin with. The page has a copy.
    data : DataSet
        The samples; the page steps through the first of them.
    samples : int
        The number of samples to step through.
    rate : float
        The learning rate.
    epochs : int
        How many epochs the page's slider spans.
    height : int
        The height of the frame in pixels.

    Returns
    -------
    Page
        A notebook shows it; :meth:`Page.save` writes it to a file.

    Raises
    ------
    ValueError
        If samples or labels do not fit the network.
    """
    part = data.first(max(samples, 1))
    graph = network._arena.graph
    return Page(
        _native.page_html(graph, part.labels, part.samples, list(part.names), part.image_shape, rate, epochs), height
    )
