"""The table in docs/benchmarks.md, written from a run."""

import os
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.bench import Figure, Figures

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def write(figures: Figures, page: Path = PAGE) -> None:
    """Put the run's figures between the page's markers, in place of those of an earlier run."""
    text = page.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    _, found, tail = rest.partition(END)
    if not found:
        raise SystemExit(f"{page.name} lacks its markers {BEGIN} and {END}")
    page.write_text(f"{head}{BEGIN}\n{table(figures)}\n{END}{tail}", encoding="utf-8")
    print(f"written to {page.parent.name}/{page.name}")


def table(figures: Figures) -> str:
    """Markdown: when and on what, then one row a figure; one row for each baseline where it has several."""
    lines = [
        f"Measured on {datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, load and server on the same machine.",
        "",
        "| Figure | Value | Baseline | Ratio | Aim |",
        "| --- | ---: | --- | ---: | --- |",
    ]
    named = {figure.name: figure for figure in figures.rows}
    for figure in figures.rows:
        ratios = [ratio for ratio in figures.ratios if ratio.value == figure.name]
        if figure.aim or not ratios:
            lines.append(_row(figure.name, _value(figure), "", "", figure.aim))
        for ratio in ratios:
            baseline = named[ratio.baseline]
            lines.append(
                _row(
                    figure.name,
                    _value(figure),
                    f"{baseline.name}: {baseline.shown} {baseline.unit}",
                    ratio.ratio.shown,
                    ratio.ratio.aim,
                )
            )
    return "\n".join(lines)


def _value(figure: Figure) -> str:
    return f"{figure.shown} {figure.unit}" + (f" ({figure.note})" if figure.note else "")


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
