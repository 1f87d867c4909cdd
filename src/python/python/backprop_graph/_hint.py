"""Finds what the values of a wrong array have in common, for mistakes that fit no pattern the library knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ._report import Group

# Values are equal if they differ by less than this part of the largest; a sum is 0 if it is less than this part of its
# terms' sizes.
_EQUAL = 1e-3


def hint(groups: Sequence[Group]) -> str | None:
    """Return a sentence about the first array in which something stands out, or None."""
    with np.errstate(all="ignore"):  # values can be infinite
        for group in groups:
            if group.disagree:
                found = _exchanged(group, groups) or _sign(group) or _slice(group) or _sum(group)
                if found:
                    return found
    return None


def _exchanged(group: Group, groups: Sequence[Group]) -> str | None:
    for other in groups:
        if other is not group and other.shape == group.shape and _equal(group.analytic, other.numerical):
            return f"The gradient of {group.name} is the one that {other.name} should have: are the two exchanged?"
    return None


def _sign(group: Group) -> str | None:
    wrong = group.verdicts == "disagree"
    if group.disagree < group.checked and _equal(group.analytic[wrong], -group.numerical[wrong]):
        places = [f"{group.name}[{', '.join(map(str, place))}]" for place in np.argwhere(wrong)[:4]]
        more = ", …" if group.disagree > len(places) else ""
        return (
            f"Where it is wrong, it has the opposite sign: {', '.join(places)}{more}. Which case of the code do these "
            "take, and not the others?"
        )
    return None


def _slice(group: Group) -> str | None:
    wrong = np.argwhere(group.verdicts == "disagree")
    for axis, size in enumerate(group.shape):
        here = np.unique(wrong[:, axis])
        elsewhere = group.checked - np.sum(np.take(group.verdicts, here[0], axis=axis) != "")
        if len(here) == 1 and size > 1 and len(wrong) > 1 and elsewhere:
            place = ", ".join([":"] * axis + [str(here[0])])
            return f"Only {group.name}[{place}] is wrong, and the rest is right: which term is only in this part?"
    return None


def _sum(group: Group) -> str | None:
    if not np.any(group.numerical):
        return None
    for axis, size in enumerate(group.shape):
        if size > 1 and _adds_up_to_nothing(group.numerical, axis) and not _adds_up_to_nothing(group.analytic, axis):
            return (
                f"Along axis {axis} the numerical values of {group.name} add up to 0 and the analytic ones do not: a term is "
                "missing that is a sum or a mean over this axis, on which all its entries depend."
            )
    return None


def _equal(one: NDArray[Any], other: NDArray[Any]) -> bool:
    """Return True if two arrays without gaps hold the same numbers."""
    return bool(other.size and np.max(np.abs(one - other)) <= _EQUAL * np.max(np.abs(other)) > 0)


def _adds_up_to_nothing(values: NDArray[Any], axis: int) -> bool:
    sums, sizes = np.abs(values.sum(axis=axis)), np.abs(values).sum(axis=axis)
    return bool(np.all(sums <= _EQUAL * sizes))
