"""The report as one self-contained HTML page: no scripts, nothing loaded from elsewhere."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from cds_service.population.counts import Measure
from cds_service.population_report.cells import Cells
from cds_service.population_report.dry_run import DryRun
from cds_service.population_report.limits import list_limits
from cds_service.population_report.plots import Picture, draw_bars, draw_columns
from cds_service.population_report.said import HOOKS, rule_name
from cds_service.population_report.tables import Section, Table, rate_cell

_ANY_CARD_ROW: Final = 1  # of the tables by group: behind the number of moments


class KeyFigure(NamedTuple):
    """A number of the first screen: the number, and what it counts."""

    number: str
    words: str


class Example(NamedTuple):
    """An example card: its rule, the made-up patient, the card's summary and detail."""

    rule: str
    scenario: str
    summary: str
    detail: Markup


def render_page(run: DryRun, cells: Cells, sections: Sequence[Section]) -> str:
    """Return the page."""
    environment = Environment(
        loader=PackageLoader("cds_service.population_report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = environment.loader.get_source(environment, "report.css")[0] if environment.loader else ""
    return environment.get_template("report.html").render(
        run=run,
        style=Markup(style),  # noqa: S704 - ours, from the package
        control=cells.control,
        figures=list(_list_key_figures(cells)),
        limits=list(list_limits(run)),
        sections=sections,
        pictures=draw_pictures(sections),
        examples=list(_list_examples(run)),
        suppressed=sum(table.suppressed for section in sections for table in section.tables),
    )


def _list_key_figures(cells: Cells) -> Iterator[KeyFigure]:
    """Yield what a reader wants to know first."""
    yield KeyFigure(_text(cells.show(Measure.PATIENTS)), "patients judged")
    for hook, unit in (("patient-view", "of 1,000 charts opened"), ("order-sign", "of 100 imaging orders")):
        _, per = HOOKS[hook]
        cell = rate_cell(cells.show(Measure.SHOWN_MOMENTS, hook), cells.show(Measure.MOMENTS, hook), per)
        yield KeyFigure(cell.rate_text or cell.text, f"{unit} would have had a card")
    yield KeyFigure(_text(cells.show(Measure.MOMENTS, "order-sign")), "imaging orders judged")
    words = "times the safety screen alone would have stopped advice to wait or not to image"
    yield KeyFigure(_text(cells.show(Measure.SCREENED_MOMENTS)), words)


def _text(number: int | None) -> str:
    return "suppressed" if number is None else f"{number:,}"


def draw_pictures(sections: Sequence[Section]) -> Mapping[str, Picture]:
    """Return the picture of each table that has one, by the table's id."""
    tables = {table.id: table for section in sections for table in section.tables if table.rows}
    pictures = {name: draw_bars(table, 1) for name, table in tables.items() if _has_bars(name)}
    by_group = (name for name in tables if any(name.startswith(f"{hook}-") for hook in HOOKS))
    return pictures | {
        name: draw_columns(tables[name], _ANY_CARD_ROW) for name in by_group if _has_columns(tables[name])
    }


def _has_bars(name: str) -> bool:
    return name.startswith(("said-", "screen-")) or name == "asked"


def _has_columns(table: Table) -> bool:
    return len(table.columns) > 1


def _list_examples(run: DryRun) -> Iterator[Example]:
    markdown = MarkdownIt("commonmark", {"html": False})
    for rule in sorted(run.content.rules, key=lambda rule: rule.number):
        card = run.examples.get(rule.id)
        if card is not None:
            detail = Markup(markdown.render(card.detail))  # noqa: S704 - HTML in the text is escaped
            yield Example(rule_name(rule), card.scenario, card.summary, detail)
