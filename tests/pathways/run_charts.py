"""Prints what came of the short charts: `python -m tests.pathways.run_charts [--all] [FILE or id ...]`.

By default those alone that are wrong, each with what was wanted and what came.
"""

import argparse
from pathlib import Path

import click

from .chart_reading import FOLDER, read_charts
from .judging import faults, judge


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="files of charts/ without .toml, or how ids begin")
    parser.add_argument("--all", action="store_true", help="also those that are right")
    given = parser.parse_args()
    for path in sorted(FOLDER.glob("*.toml")):
        _run(path, given.names, shows_all=given.all)


def _run(path: Path, names: list[str], *, shows_all: bool) -> None:
    charts = [
        chart
        for chart in read_charts(path.stem)
        if not names or path.stem in names or any(chart.id.startswith(name) for name in names)
    ]
    right = 0
    for chart in charts:
        came = judge(chart.request())
        wrong = faults(chart, came)
        right += not wrong
        if wrong or shows_all:
            click.echo(f"{'WRONG' if wrong else 'right'} {chart.label}")
            click.echo(f"      wanted {'; '.join(wrong) or '-'}\n      got    {came}")
    if charts:
        click.echo(f"== {path.stem}: {right} of {len(charts)} right")


if __name__ == "__main__":
    main()
