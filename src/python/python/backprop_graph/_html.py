"""A report for notebooks: the table, and a map of each group in the shape of its array."""

from __future__ import annotations

from html import escape
from math import ceil, log10
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from ._report import Group, Report

# Larger arrays are drawn in blocks, each as its worst member.
_ROWS, _COLUMNS = 24, 48
_FINDINGS = 8
_WORST = ("disagree", "inconclusive", "domain", "kink", "agree", "no effect", "")
_COLOURS = {
    "disagree": "#d1495b",
    "inconclusive": "#e9c46a",
    "domain": "#9d7bc1",
    "kink": "#e38b2c",
    "agree": "#2a7ab0",
    "no effect": "#9aa5ad",
    "": "#e6e8ea",
}
_HEAD = ("checked", "agree", "no effect", "disagree", "inconclusive", "kink", "domain", "largest relative error")


def html(report: Report) -> str:
    """Return the report as a piece of HTML."""
    parts = ["<div>"]
    parts.append(_table(report))
    parts.append(f"<p><b>{escape(_sentence(report))}</b></p>")
    if report.diagnosis:
        parts.append(f"<p>Diagnosis: {escape(report.diagnosis)}</p>")
    if report.findings:
        parts.append(_findings(report))
    maps = [group for group in report.groups if group.checked]
    if maps:
        parts.append(_legend(maps))
        parts.append('<div style="display:flex;flex-wrap:wrap;gap:1em">')
        parts.extend(_map(group) for group in maps)
        parts.append("</div>")
    parts.append("</div>")
    return "".join(parts)


def _sentence(report: Report) -> str:
    """Return the sentence with the verdict, which comes after the table in the text."""
    lines = str(report).splitlines()
    return next((line for line in reversed(lines) if line[:1].isupper() and line.split(":")[0].isupper()), "")


def _table(report: Report) -> str:
    # Leaves out columns that are all 0.
    shown = [n for n, name in enumerate(_HEAD) if n in (0, 1, 3, 7) or any(_counts(g)[n] for g in report.groups)]
    cell = 'style="text-align:right"'
    head = "".join(f"<th {cell}>{_HEAD[n]}</th>" for n in shown)
    rows = []
    for group in report.groups:
        counts = _counts(group)
        cells = "".join(f"<td {cell}>{_shown(counts[n])}</td>" for n in shown)
        rows.append(f'<tr><td style="text-align:left">{escape(group.name)}</td>{cells}</tr>')
    return f'<table><tr><th style="text-align:left">parameters</th>{head}</tr>{"".join(rows)}</table>'


def _counts(group: Group) -> tuple[int | float, ...]:
    return (
        group.checked,
        group.agree,
        group.no_effect,
        group.disagree,
        group.inconclusive,
        group.kink,
        group.domain,
        group.max_relative_error,
    )


def _shown(count: int | float) -> str:
    return f"{count:.1e}" if isinstance(count, float) else f"{count:,}"


def _findings(report: Report) -> str:
    cell = 'style="text-align:right"'
    head = "".join(f"<th {cell}>{name}</th>" for name in ("analytic", "numerical", "ratio", "verdict"))
    rows = []
    for finding in report.findings[:_FINDINGS]:
        values = (f"{finding.analytic:+.6e}", f"{finding.numerical:+.6e}", f"{finding.ratio:.6g}", finding.verdict)
        cells = "".join(f"<td {cell}>{value}</td>" for value in values)
        rows.append(f'<tr><td style="text-align:left">{escape(finding.name)}</td>{cells}</tr>')
    more = len(report.findings) - _FINDINGS
    rest = f"<p>and {more:,} more in <code>report.findings</code></p>" if more > 0 else ""
    return f'<table><tr><th style="text-align:left">finding</th>{head}</tr>{"".join(rows)}</table>{rest}'


def _legend(groups: list[Group]) -> str:
    there = {word for group in groups for word in np.unique(group.verdicts)}
    items = []
    for word in reversed(_WORST):
        if word in there:
            name = word or "not compared"
            name += " (the darker, the more digits)" if word == "agree" else ""
            items.append(f'<span style="color:{_COLOURS[word]}">■</span> {name}')
    return f"<p>{' &nbsp; '.join(items)}</p>"


def _map(group: Group) -> str:
    """Return a picture of an array: a row of cells for each of its rows, all other dimensions side by side."""
    rows = group.shape[0] if len(group.shape) > 1 else 1
    verdicts = group.verdicts.reshape(rows, -1)
    relative = group.relative_error.reshape(rows, -1)
    tall, wide = ceil(rows / _ROWS), ceil(verdicts.shape[1] / _COLUMNS)
    cells = []
    for top in range(0, rows, tall):
        for left in range(0, verdicts.shape[1], wide):
            words = verdicts[top : top + tall, left : left + wide]
            word, error = _worst(words, relative[top : top + tall, left : left + wide])
            name = f"{group.name}{[top, left] if rows > 1 else [left]}"
            title = f"{name}: {word or 'not compared'}" + (f", relative error {error:.1e}" if word else "")
            cells.append(
                f'<rect x="{12 * (left // wide)}" y="{12 * (top // tall)}" width="11" height="11" '
                f'fill="{_COLOURS[word]}" fill-opacity="{_opacity(word, error):.2f}">'
                f"<title>{escape(title)}</title></rect>"
            )
    width, height = 12 * ceil(verdicts.shape[1] / wide), 12 * ceil(rows / tall)
    blocks = f", in blocks of {tall}×{wide}, each as its worst" if tall * wide > 1 else ""
    shape = "×".join(map(str, group.shape)) or "one number"
    return (
        f'<figure style="margin:0"><figcaption>{escape(group.name)} ({shape}{blocks})</figcaption>'
        f'<svg width="{width}" height="{height}" role="img" aria-label="{escape(group.name)}">'
        f"{''.join(cells)}</svg></figure>"
    )


def _worst(words: NDArray[np.str_], relative: NDArray[np.float64]) -> tuple[str, float]:
    """Return the worst verdict of a block, and the largest relative error among those that have it."""
    word = next(word for word in _WORST if np.any(words == word))
    errors = relative[words == word]
    errors = errors[~np.isnan(errors)]
    return word, float(errors.max()) if errors.size else 0.0


def _opacity(word: str, error: float) -> float:
    """Return how dark a cell is: where values agree, by how many digits."""
    if word != "agree":
        return 1.0
    digits = -log10(max(error, 1e-12))
    return 0.35 + 0.65 * min(max((digits - 2) / 8, 0), 1)
