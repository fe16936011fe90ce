"""An answer in the terminal: its cards, and with `--why` first what was read and how each rule was judged."""

import textwrap
from collections.abc import Iterator

from rich.console import Console, Group
from rich.markdown import Markdown
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from cds_service.cli.why_text import format_summary
from cds_service.knowledge import Knowledge
from cds_service.logic.rating_summary import summarize_ratings
from cds_service.logic.trace_text import describe_source, explain_decision, explain_rule
from cds_service.model.decision import Decision
from cds_service.model.facts import Chart, Fact, Finding
from cds_service.model.sides import Side
from cds_service.rendering.phrases import FactPhrases, format_date, list_incomplete, list_unreadable
from cds_service.report.fact_words import describe_value, label_fact
from cds_service.service.hook_service import CallResult
from cds_service.wire.response import Card

SUMMARY = "summary"
EVERYTHING = "all"
_COLOURS = {"critical": "red", "warning": "yellow", "info": "blue"}


def print_answer(answer: CallResult, knowledge: Knowledge, why: str | None) -> None:
    """Print the cards, or that there are none. They come last, since a terminal shows the end.

    `why` is what to explain before them: nothing, `SUMMARY`, `EVERYTHING`, or the id of a rule.
    """
    console = Console()
    decision = answer.decision
    if why and decision:
        _print_why(console, decision, FactPhrases(knowledge.content, knowledge.labels), why)
    for card in answer.response.cards:
        console.print(_build_panel(card))
    if not answer.response.cards:
        console.print("No card." if decision else "No card: the user is the patient or a related person.")
    if decision and not why:
        for line in _list_ratings(decision, FactPhrases(knowledge.content, knowledge.labels)):
            console.print(Text(line))
        console.print(Text("Add --why to see what was read and how each rule was judged.", style="dim"))


def _list_ratings(decision: Decision, phrases: FactPhrases) -> Iterator[str]:
    for rating in summarize_ratings(decision):
        if rating.criterion:
            order = phrases.describe_imaging(rating.order)
            yield f"Rating, for clients that ask for it: {order}: {rating.criterion.rating}, by {rating.criterion.id}"


def _build_panel(card: Card) -> Panel:
    parts: list[Markdown | Text] = [Text(card.summary, style="bold"), Text(), Markdown(card.detail)]
    for suggestion in card.suggestions or ():
        star = " (recommended)" if suggestion.isRecommended else ""
        parts.append(Text(f"\n[ {suggestion.label} ]{star}", style="green"))
        parts.extend(Text(f"    {action.type}: {action.description}") for action in suggestion.actions)
    parts.extend(Text(f"\n{link.label}: {link.url}", style="blue") for link in card.links or ())
    title = f"{card.indicator} · {card.source.label}"
    return Panel(Group(*parts), title=title, title_align="left", border_style=_COLOURS[card.indicator])


def _print_why(console: Console, decision: Decision, phrases: FactPhrases, why: str) -> None:
    if why == SUMMARY:
        for line in format_summary(decision, phrases, console.width):
            console.print(Text(line, style="" if line.startswith(" ") else "bold"), no_wrap=True, overflow="ellipsis")
    elif why == EVERYTHING:
        _print_everything(console, decision, phrases)
    else:
        _print_lines(console, explain_rule(decision, why))


def _print_everything(console: Console, decision: Decision, phrases: FactPhrases) -> None:
    console.rule("What was read")
    console.print(_build_fact_table(decision.chart, phrases))
    _print_lines(console, _list_unused_data(decision.chart))
    console.rule("How it was judged")
    _print_lines(console, explain_decision(decision))
    for rating in summarize_ratings(decision):
        result = f"{rating.criterion.rating}, by {rating.criterion.id}" if rating.criterion else rating.reason
        order = f"{phrases.describe_imaging(rating.order)} ({rating.order.source.reference})"
        _print_lines(console, [f"{'Rating' if rating.criterion else 'No rating'} of {order}: {result}"])


def _print_lines(console: Console, lines: Iterator[str] | list[str]) -> None:
    """Print lines; what continues one stands deeper than it begins."""
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip()) + 4)
        console.print(Text(textwrap.fill(line, console.width, subsequent_indent=indent, break_on_hyphens=False)))


def _build_fact_table(chart: Chart, phrases: FactPhrases) -> Table:
    age = "not recorded" if chart.age is None else f"{chart.age} years"
    table = Table("fact", "value", "date", "onset", "from", title=f"Age {age}; today {chart.today.isoformat()}")
    facts: list[Fact] = [*chart.findings, *chart.imaging]
    for fact in facts:
        onset = format_date(fact.onset) if isinstance(fact, Finding) and fact.onset else ""
        row = (label_fact(fact, phrases), describe_value(fact), format_date(fact.when), onset, describe_source(fact))
        table.add_row(*row)
    return table


def _list_unused_data(chart: Chart) -> Iterator[str]:
    for fact in chart.contradicted:
        side = "" if fact.side is Side.UNSTATED else f" ({fact.side.value})"
        yield (
            f"not counted: {fact.source.reference}: its words say {fact.id} {fact.value.value}{side}, "
            "a code says otherwise"
        )
    for record in chart.ignored:
        code = f" [{record.code}]" if record.code else ""
        yield f"ignored: {record.reference}: {record.reason}{code}"
    for system, count in sorted(chart.unmapped.items()):
        yield f"unmapped: {count} code(s) of {system}"
    for missing in list_unreadable(chart):
        yield f"could not be read: {missing}"
    for partial in list_incomplete(chart):
        yield f"read only in part: {partial}"
    if chart.not_sent or chart.words_not_sent:
        yield f"not sent: {', '.join((*chart.not_sent, *chart.words_not_sent))}"
