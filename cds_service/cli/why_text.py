"""The short text of `try --why`: facts, patterns, rules and ratings in at most 60 lines, whatever the chart."""

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator

from cds_service.logic.rating_summary import RatingSummary, summarize_ratings
from cds_service.logic.rule_summary import PatternSummary, RuleSummary, summarize_patterns, summarize_rules
from cds_service.logic.trace_text import describe_source
from cds_service.model.conditions import NO_PATTERN
from cds_service.model.decision import Decision
from cds_service.model.facts import Chart, Fact, Finding
from cds_service.rendering.phrases import FactPhrases, format_date, list_incomplete, list_unreadable
from cds_service.report.fact_words import describe_value, label_fact
from cds_service.report.rule_words import describe_verdict

MAX_LINES = 60
_MAX_FACTS = 25
_MAX_RULES = 25
_MAX_RATINGS = 4
_DATE_WIDTH = len("30 Sep 2026")
_VALUE_WIDTH = len("present")
_SOURCE_SHARE = 0.2  # of the width: the label matters more than the id of a resource
_HINT = "--why RULE explains one rule, by its id or number; --why all prints everything."


def format_summary(decision: Decision, phrases: FactPhrases, width: int) -> list[str]:
    """Return at most `MAX_LINES` lines of at most `width` characters.

    What is long takes two lines where all facts still fit, else one. Facts get the lines that the rest leaves.
    """
    fact_count = len(decision.chart.findings) + len(decision.chart.imaging)
    after_facts = _format_after_facts(decision, phrases, width, max_lines=2)
    if 1 + min(fact_count, _MAX_FACTS) + len(after_facts) > MAX_LINES:
        after_facts = _format_after_facts(decision, phrases, width, max_lines=1)
    fact_limit = min(_MAX_FACTS, MAX_LINES - 1 - len(after_facts))
    facts = _list_facts(decision, phrases, width, fact_limit)
    return [_shorten_end(_format_heading(decision.chart), width), *facts, *after_facts]


def _format_after_facts(decision: Decision, phrases: FactPhrases, width: int, *, max_lines: int) -> list[str]:
    summaries = summarize_rules(decision)
    id_width = max((len(summary.rule.id) for summary in summaries), default=0)
    rules = [_format_rule(summary, id_width) for summary in summaries]
    ratings = [_format_rating(rating, phrases) for rating in summarize_ratings(decision)]
    return [
        *_wrap(_list_unused_data(decision.chart), 2, width, max_lines),
        "Patterns",
        *_wrap((_format_pattern(pattern, decision) for pattern in summarize_patterns(decision)), 9, width, max_lines),
        "Rules",
        *_wrap(_limit_entries(rules, _MAX_RULES), id_width + 8, width, max_lines),
        *(["Ratings", *_wrap(_limit_entries(ratings, _MAX_RATINGS), 4, width, max_lines)] if ratings else []),
        _shorten_end(_HINT, width),
    ]


def _wrap(entries: Iterable[str], indent: int, width: int, max_lines: int) -> Iterator[str]:
    """Break each entry into at most so many lines; what does not fit is cut."""
    for entry in entries:
        for line in textwrap.wrap(entry, width, subsequent_indent=" " * indent, max_lines=max_lines, placeholder=" …"):
            yield _shorten_end(line, width)


def _limit_entries(entries: list[str], limit: int) -> list[str]:
    return entries if len(entries) <= limit else [*entries[: limit - 1], _describe_rest(len(entries) - limit + 1)]


def _describe_rest(count: int) -> str:
    return f"  … and {count} more (--why all lists them)"


def _format_heading(chart: Chart) -> str:
    age = "age not recorded" if chart.age is None else f"age {chart.age}"
    count = len(chart.findings) + len(chart.imaging)
    return f"What was read: {count} fact{'' if count == 1 else 's'}; {age}; today {chart.today.isoformat()}"


def _list_facts(decision: Decision, phrases: FactPhrases, width: int, limit: int) -> list[str]:
    """Return a line for each fact; where not all fit, those behind a recommendation go first."""
    facts: list[Fact] = [*decision.chart.findings, *decision.chart.imaging]
    if len(facts) <= limit:
        return [_format_fact(fact, phrases, width) for fact in facts]
    recommendations = (*decision.shown, *decision.held_back)
    decisive = {id(fact) for given in recommendations for fact in (*given.facts, *given.advice_facts, *given.orders)}
    ranked = sorted(facts, key=lambda fact: id(fact) not in decisive)
    lines = [_format_fact(fact, phrases, width) for fact in ranked[: limit - 1]]
    return [*lines, _describe_rest(len(facts) - len(lines))]


def _format_fact(fact: Fact, phrases: FactPhrases, width: int) -> str:
    value, onset = describe_value(fact), ""
    if isinstance(fact, Finding) and fact.onset:
        onset = f", since {format_date(fact.onset)}"
    start = f"  {format_date(fact.when):{_DATE_WIDTH}}  {value:{_VALUE_WIDTH}}  "
    source = _shorten_middle(describe_source(fact), int(width * _SOURCE_SHARE))
    label = _shorten_middle(label_fact(fact, phrases), max(width - len(start + onset + source) - 2, 1))
    return _shorten_end(f"{start}{label}{onset}".ljust(width - len(source)) + source, width)


def _list_unused_data(chart: Chart) -> Iterator[str]:
    """Yield a line for each way in which data was not used: at most six."""
    if chart.ignored:
        reasons = Counter(record.reason for record in chart.ignored).most_common()
        yield f"Not used: {len(chart.ignored)} records: {_join_counts(reasons)}"
    if chart.unmapped:
        yield f"Codes without a meaning here: {_join_counts(sorted(chart.unmapped.items()))}"
    if chart.contradicted:
        yield f"Words that a code contradicts, not counted: {', '.join(fact.id for fact in chart.contradicted)}"
    if chart.not_sent or chart.words_not_sent:
        yield f"Not sent: {', '.join((*chart.not_sent, *chart.words_not_sent))}"
    unreadable = list_unreadable(chart)
    if unreadable:
        yield f"Could not be read: {', '.join(unreadable)}"
    incomplete = list_incomplete(chart)
    if incomplete:
        yield f"Read only in part: {', '.join(incomplete)}"


def _join_counts(counts: list[tuple[str, int]]) -> str:
    return ", ".join(f"{name} ({count})" for name, count in counts)


def _format_pattern(pattern: PatternSummary, decision: Decision) -> str:
    start = f"  {pattern.side.value:5}  {pattern.name}"
    if pattern.holding:
        labels = {judged.id: judged.label for judged in decision.content.patterns}
        return f"{start}: {', '.join(f'{name} ({labels[name]})' for name in pattern.holding)}"
    if pattern.name == NO_PATTERN:
        return f"{start}: no pain is recorded that points to the hip or the spine"
    if not pattern.nearest:
        return f"{start}: pain is recorded, but nothing that tells hip from spine"
    return f"{start}: {pattern.nearest} comes nearest; {pattern.lacking}"


def _format_rule(summary: RuleSummary, id_width: int) -> str:
    return f"  {summary.rule.number:2}  {summary.rule.id:{id_width}}  {describe_verdict(summary)}"


def _format_rating(rating: RatingSummary, phrases: FactPhrases) -> str:
    name = phrases.describe_imaging(rating.order)
    if rating.criterion is None:
        return f"  {name}: no rating: {rating.reason}"
    return f"  {name}: {rating.criterion.rating}, by {rating.criterion.id}"


def _shorten_end(text: str, width: int) -> str:
    """Cut a text to a width, with an ellipsis at its end."""
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _shorten_middle(text: str, width: int) -> str:
    """Cut a text to a width, with an ellipsis in its middle: a label's side and an id's last digits tell most."""
    if len(text) <= width:
        return text
    tail = (width - 1) // 2
    return f"{text[: width - 1 - tail]}…{text[len(text) - tail :]}"
