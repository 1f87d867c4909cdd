"""The findings of a check: `Report`."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ._hint import hint

Verdict = Literal["agree", "disagree", "inconclusive", "kink", "domain"]

# The worst first, as findings are listed.
_ORDER = ("disagree", "inconclusive", "domain", "kink")


class GradientError(AssertionError):
    """A gradient is wrong. The message is the report.

    Parameters
    ----------
    report : Report
        The report, which is also its attribute ``report``.
    """

    def __init__(self, report: Report) -> None:
        super().__init__(str(report))
        self.report = report

    def __reduce__(self) -> tuple[type[GradientError], tuple[Report]]:
        return type(self), (self.report,)


@dataclass(frozen=True)
class Finding:
    """One parameter that does not agree.

    Attributes
    ----------
    name : str
        Group and place: ``"encoder.weight[2, 0]"``.
    group : str
        The name of the group.
    place : tuple of int
        The place in the group's array.
    analytic, numerical : float
        The gradient, and the slope that the error showed.
    relative_error : float
        |analytic − numerical| / (|analytic| + |numerical|), from 0 to 1.
    uncertainty : float
        The largest difference between the two that rounding alone explains.
    verdict : {"disagree", "inconclusive", "domain", "kink"}
        The judgement on this parameter.
    """

    name: str
    group: str
    place: tuple[int, ...]
    analytic: float
    numerical: float
    relative_error: float
    uncertainty: float
    verdict: Verdict

    @property
    def ratio(self) -> float:
        """Analytic / numerical; NaN where the numerical value is 0."""
        return self.analytic / self.numerical if self.numerical else float("nan")


@dataclass(frozen=True, eq=False)
class Group:
    """The parameters of one array.

    Attributes
    ----------
    name : str
        ``"encoder.weight"``.
    checked, agree, no_effect, disagree, inconclusive, kink, domain : int
        How many were compared, and how many had each outcome; ``no_effect`` counts those on which the error apparently
        does not depend.
    max_relative_error : float
        The largest relative error among those that agree or disagree.
    analytic, numerical, relative_error : array
        In the shape of the parameter; NaN where a parameter was not compared.
    verdicts : array of str
        In the same shape; empty where a parameter was not compared.
    """

    name: str
    max_relative_error: float
    analytic: NDArray[np.float64] = field(repr=False)
    numerical: NDArray[np.float64] = field(repr=False)
    relative_error: NDArray[np.float64] = field(repr=False)
    verdicts: NDArray[np.str_] = field(repr=False)
    checked: int
    agree: int
    no_effect: int
    disagree: int
    inconclusive: int
    kink: int
    domain: int

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the parameter."""
        return self.analytic.shape


@dataclass(frozen=True, eq=False, repr=False)
class Report:
    """The outcome of a gradient check. ``str(report)`` is a table with the verdict and its reason.

    Attributes
    ----------
    verdict : {"agree", "disagree", "inconclusive", "kink", "domain"}
        ``"agree"`` if the gradient is right, as far as the check can see; ``"disagree"`` if it is wrong. Otherwise the reason
        why it could say neither: rounding, a bend, the edge of the domain.
    groups : tuple of Group
        The counts of each array, and its values.
    findings : tuple of Finding
        The parameters that do not agree, the worst first. Even a right gradient can have a few, which rounding leaves
        open.
    diagnosis : str or None
        The probable mistake.
    pattern : str or None
        Its name: ``"sign-flipped"``, ``"transposed"``, ...
    error : float
        E with the parameters as they are.
    tolerance : float
        The largest relative error that counts as equal.
    parameters, checked, evaluations : int
        How many parameters there are, how many were compared, how often E was evaluated.
    """

    verdict: Verdict
    groups: tuple[Group, ...]
    findings: tuple[Finding, ...]
    diagnosis: str | None
    pattern: str | None
    error: float
    tolerance: float
    parameters: int
    checked: int
    evaluations: int
    _text: str

    @property
    def passed(self) -> bool:
        """True if the gradient is right, as far as the check can see; so is ``bool(report)``."""
        return self.verdict == "agree"

    def __bool__(self) -> bool:
        return self.passed

    def __str__(self) -> str:
        return self._text.rstrip("\n")

    def __repr__(self) -> str:
        these = [finding.group for finding in self.findings if finding.verdict == self.verdict]
        count = f"{len(these)} of {self.checked}" if these else f"{self.checked}"
        where = f", in {', '.join(group.name for group in self.groups if group.name in these)}" if these else ""
        return f"<Report: {self.verdict}, {count} checked{where}>"

    def raise_if_wrong(self) -> None:
        """Raise an error with the whole report if the gradient is wrong.

        ``assert report, report`` is stricter: it also fails where the check could not tell.

        Raises
        ------
        GradientError
            If the verdict is ``"disagree"``. It is an `AssertionError`.
        """
        if self.verdict == "disagree":
            raise GradientError(self)

    def _repr_html_(self) -> str:
        from ._html import html

        return html(self)

    @classmethod
    def _of(cls, found: dict[str, Any], arrays: list[tuple[str, tuple[int, ...]]]) -> Report:
        """Make a report of what the check found in these arrays, by name and shape."""
        indices: NDArray[np.int64] = found["indices"]
        verdicts = np.array(found["verdicts"], dtype="U12")
        groups: list[Group] = []
        findings: list[Finding] = []
        start = 0
        for name, shape in arrays:
            end = start + prod(shape)
            members = np.flatnonzero((indices >= start) & (indices < end))
            places = indices[members] - start
            groups.append(_group(name, shape, places, members, verdicts, found))
            for member, place in zip(members, places, strict=True):
                if verdicts[member] in _ORDER:
                    findings.append(
                        Finding(
                            name=found["names"][member],
                            group=name,
                            place=tuple(int(n) for n in np.unravel_index(place, shape)) if shape else (),
                            analytic=float(found["analytic"][member]),
                            numerical=float(found["numerical"][member]),
                            relative_error=float(found["relative_error"][member]),
                            uncertainty=float(found["uncertainty"][member]),
                            verdict=str(verdicts[member]),  # type: ignore[arg-type]
                        )
                    )
            start = end
        findings.sort(key=_badness)
        text, diagnosis = found["text"], found["diagnosis"]
        if found["pattern"] in ("some-groups", "unknown") and (more := hint(groups)):
            text = text.replace(diagnosis, f"{diagnosis}\n{more}")
            diagnosis = f"{diagnosis} {more}"
        return cls(
            verdict=found["verdict"],
            groups=tuple(groups),
            findings=tuple(findings),
            diagnosis=diagnosis,
            pattern=found["pattern"],
            error=found["error"],
            tolerance=found["tolerance"],
            parameters=found["parameters"],
            checked=len(indices),
            evaluations=found["evaluations"],
            _text=text,
        )


def _badness(finding: Finding) -> tuple[int, float, float]:
    """Return the sort key of a finding: relative errors count to two digits, then differences decide."""
    error = round(finding.relative_error, 2) if finding.relative_error == finding.relative_error else 2.0
    return _ORDER.index(finding.verdict), -error, -abs(finding.analytic - finding.numerical)


def _group(
    name: str,
    shape: tuple[int, ...],
    places: NDArray[np.int64],
    members: NDArray[np.int64],
    verdicts: NDArray[np.str_],
    found: dict[str, Any],
) -> Group:
    """Return the group of the entries `members`, which are at `places` of an array."""

    def values(column: str) -> NDArray[np.float64]:
        array = np.full(prod(shape), np.nan)
        array[places] = found[column][members]
        return array.reshape(shape)

    words = np.full(prod(shape), "", dtype="U12")
    words[places] = verdicts[members]
    relative = found["relative_error"][members][np.isin(verdicts[members], ["agree", "disagree"])]
    return Group(
        name=name,
        max_relative_error=float(np.max(relative)) if relative.size else 0.0,
        analytic=values("analytic"),
        numerical=values("numerical"),
        relative_error=values("relative_error"),
        verdicts=words.reshape(shape),
        checked=len(members),
        agree=int(np.sum(words == "agree")),
        no_effect=int(np.sum(words == "no effect")),
        disagree=int(np.sum(words == "disagree")),
        inconclusive=int(np.sum(words == "inconclusive")),
        kink=int(np.sum(words == "kink")),
        domain=int(np.sum(words == "domain")),
    )
