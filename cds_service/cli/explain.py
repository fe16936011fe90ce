"""Showing an answer in the terminal: its cards, and with `--why` everything that was read and judged."""

from collections import Counter
from collections.abc import Iterator

from rich.console import Console, Group
from rich.markdown import Markdown
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from cds_service.knowledge import Knowledge
from cds_service.logic.trace_text import explain_decision
from cds_service.model.decision import Decision
from cds_service.model.facts import Chart, Finding, Imaging
from cds_service.model.sides import Side
from cds_service.rendering.phrases import FactPhrases, format_date, list_incomplete, list_unreadable
from cds_service.service.hook_service import CallResult
from cds_service.wire.response import Card

_COLOURS = {"critical": "red", "warning": "yellow", "info": "blue"}


def print_answer(answer: CallResult, knowledge: Knowledge, *, why: bool) -> None:
    """Print the cards, or that there are none, and with `why` the whole trace."""
    console = Console()
    for card in answer.response.cards:
        console.print(_card_panel(card))
    decision = answer.decision
    if not answer.response.cards:
        console.print("No card." if decision else "No card: the user is the patient or near to them.")
    if decision is None:
        return
    if why:
        _print_why(console, decision, knowledge)
    else:
        console.print(Text("Add --why to see what was read and how each rule fared.", style="dim"))


def _card_panel(card: Card) -> Panel:
    parts: list[Markdown | Text] = [Text(card.summary, style="bold"), Text(), Markdown(card.detail)]
    for suggestion in card.suggestions or ():
        star = " (recommended)" if suggestion.isRecommended else ""
        parts.append(Text(f"\n[ {suggestion.label} ]{star}", style="green"))
        parts.extend(Text(f"    {action.type}: {action.description}") for action in suggestion.actions)
    parts.extend(Text(f"\n{link.label}: {link.url}", style="blue") for link in card.links or ())
    title = f"{card.indicator} · {card.source.label}"
    return Panel(Group(*parts), title=title, title_align="left", border_style=_COLOURS[card.indicator])


def _print_why(console: Console, decision: Decision, knowledge: Knowledge) -> None:
    phrases = FactPhrases(knowledge.content, knowledge.labels)
    console.rule("What was read")
    console.print(_facts_table(decision.chart, phrases))
    for line in _unused_data_lines(decision.chart):
        console.print(Text(line))
    console.rule("How it was judged")
    for line in explain_decision(decision):
        console.print(Text(line))


def _facts_table(chart: Chart, phrases: FactPhrases) -> Table:
    age = "not recorded" if chart.age is None else f"{chart.age} years"
    table = Table("fact", "value", "date", "onset", "from", title=f"Age {age}; today {chart.today.isoformat()}")
    facts: list[Finding | Imaging] = [*chart.findings, *chart.imaging]
    for fact in facts:
        table.add_row(*_fact_row(fact, phrases))
    return table


def _fact_row(fact: Finding | Imaging, phrases: FactPhrases) -> tuple[str, str, str, str, str]:
    if isinstance(fact, Finding):
        onset = format_date(fact.onset) if fact.onset else ""
        return phrases.describe_finding(fact), fact.value.value, format_date(fact.when), onset, _describe_source(fact)
    said = fact.treatment or phrases.describe_imaging(fact)
    return said, fact.stage.value, format_date(fact.when), "", fact.source.reference


def _describe_source(fact: Finding) -> str:
    """Where a fact stands, and whether in words: the words themselves are never shown."""
    return f"{fact.source.reference}, in words" if fact.source.kind.is_text else fact.source.reference


def _unused_data_lines(chart: Chart) -> Iterator[str]:
    for apart in chart.contradicted:
        side = "" if apart.side is Side.UNSTATED else f" ({apart.side.value})"
        said = f"its words say {apart.id} {apart.value.value}{side}, a code says otherwise"
        yield f"set apart: {apart.source.reference}: {said}"
    for ignored in chart.ignored:
        code = f" [{ignored.code}]" if ignored.code else ""
        yield f"ignored: {ignored.reference}: {ignored.reason}{code}"
    systems = Counter((one.code or "").partition("|")[0] for one in chart.ignored if one.code)
    for system, count in systems.most_common():
        yield f"unmapped: {count} code(s) of {system}"
    for missing in list_unreadable(chart):
        yield f"could not be read: {missing}"
    for partial in list_incomplete(chart):
        yield f"read only in part: {partial}"
    if chart.not_sent:
        yield f"not sent: {', '.join(chart.not_sent)}"
