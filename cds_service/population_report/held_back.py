"""What would not have been said, and why: limits on cards, the safety screen, missing data; and what is asked for."""

from collections.abc import Iterator

from cds_service.model.content import Content, Rule
from cds_service.population.counts import Measure
from cds_service.population_report.cells import Cells
from cds_service.population_report.said import HOOKS, UNITS, rule_name, rules_of
from cds_service.population_report.tables import Cell, Section, Table, count_cell, make_rows, name_cell, rate_cell


def build_held_back(cells: Cells, content: Content) -> Section:
    """Return the section of what was held back, by rule and reason."""
    return Section(
        "held-back",
        "What it would have kept to itself",
        "Advice to wait or not to image is given only where nothing in the chart may be a reason to act. If one group "
        "stops it very often, look whether your charts hold that group's words or codes for another reason.",
        (
            *(_tabulate_restraint(cells, content, hook) for hook in HOOKS),
            *(_tabulate_screen(cells, content, hook) for hook in HOOKS),
            *(_tabulate_without(cells, content, hook) for hook in HOOKS),
            *(_tabulate_limits(cells, content, hook) for hook in HOOKS),
        ),
    )


def _restrained(cells: Cells, content: Content, hook: str) -> list[Rule]:
    """Return the rules that have advice of restraint on this hook, or of which stopped restraint was counted."""
    counted = {key.rule for key in cells.list_keys(Measure.SCREENED_MOMENTS) if key.hook == hook and key.rule}
    counted |= {key.rule for key in cells.list_keys(Measure.INCOMPLETE) if key.hook == hook}
    return [
        rule
        for rule in rules_of(content, hook)
        if rule.id in counted or any(advice.is_restraint for advice in rule.advice)
    ]


def _tabulate_restraint(cells: Cells, content: Content, hook: str) -> Table:
    words, per = HOOKS[hook]
    moments = cells.show(Measure.MOMENTS, hook)
    measures = (Measure.SHOWN, Measure.SCREENED_MOMENTS, Measure.INCOMPLETE)
    rows = [
        (name_cell(rule_name(rule)), *(rate_cell(cells.show(each, hook, rule.id), moments, per) for each in measures))
        for rule in _restrained(cells, content, hook)
    ]
    columns = (
        "Rule",
        "Cards shown",
        "Restraint stopped by the safety screen",
        "Restraint stopped by missing data alone",
    )
    return Table(f"restraint-{hook}", f"Advice of restraint {words}", columns, make_rows(rows), _under(hook))


def _under(hook: str) -> str:
    return f"Under a count: {UNITS[hook]}."


def _tabulate_screen(cells: Cells, content: Content, hook: str) -> Table:
    words, per = HOOKS[hook]
    moments = cells.show(Measure.MOMENTS, hook)
    rules = [rule for rule in _restrained(cells, content, hook) if _stopped(cells, hook, rule) != 0]
    rules.sort(key=lambda rule: -(_stopped(cells, hook, rule) or 0))
    groups = [group for group in content.screen_groups if group in cells.list_values(Measure.SCREENED, "detail", hook)]
    rows = [
        (
            name_cell(content.screen_groups[group].label),
            *(rate_cell(cells.show(Measure.SCREENED, hook, rule.id, "detail", group), moments, per) for rule in rules),
        )
        for group in groups
    ]
    note = "A chart with hits of two groups counts in both rows, so rows do not add up."
    columns = ("Group of the safety screen", *(rule_name(rule) for rule in rules))
    return Table(f"screen-{hook}", f"What stopped it {words}", columns, make_rows(rows), _under(hook), note)


def _stopped(cells: Cells, hook: str, rule: Rule) -> int | None:
    return cells.show(Measure.SCREENED_MOMENTS, hook, rule.id)


def _tabulate_without(cells: Cells, content: Content, hook: str) -> Table:
    words, per = HOOKS[hook]
    numbers = {rule.id: rule_name(rule) for rule in content.rules}
    rows = [
        (
            name_cell(f"{numbers.get(key.rule, key.rule)}: {_card(key.value)}"),
            rate_cell(cells.show(*key), cells.show(Measure.MOMENTS, hook), per),
        )
        for key in cells.list_keys(Measure.WITHOUT_SCREEN, "detail")
        if key.hook == hook
    ]
    title = f"What would have been said {words} had nothing stopped it"
    return Table(f"without-{hook}", title, ("Rule and card", "Moments"), make_rows(rows), _under(hook))


def _card(name: str) -> str:
    """Return the name of a card, as the content's file is called, in words."""
    return name.replace("-", " ")


def _tabulate_limits(cells: Cells, content: Content, hook: str) -> Table:
    words, _ = HOOKS[hook]
    limits = cells.list_values(Measure.HELD_BACK, "detail", hook)
    rows = [
        (
            name_cell(rule_name(rule)),
            *(count_cell(cells.show(Measure.HELD_BACK, hook, rule.id, "detail", limit)) for limit in limits),
        )
        for rule in rules_of(content, hook)
        if cells.list_values(Measure.HELD_BACK, "detail", hook, rule.id)
    ]
    title = f"Cards held back {words} by the limits on cards"
    return Table(f"limits-{hook}", title, ("Rule", *limits), make_rows(rows))


def build_asked(cells: Cells, content: Content) -> Section:
    """Return the section of the findings that cards ask for most."""
    rows = [
        (name_cell(_finding(content, key.value)), count_cell(cells.show(*key)))
        for key in cells.list_keys(Measure.ASKED, "detail")
    ]
    table = Table("asked", "Not recorded, and would help", ("Finding", "Cards that ask for it"), make_rows(rows))
    lead = "What clinicians would have been asked to record. A template with the first few makes every card better."
    return Section("asked", "What it would have asked for", lead, (table,))


def _finding(content: Content, name: str) -> str:
    finding, _, qualifier = name.partition(".")
    label = content.findings[finding].label if finding in content.findings else finding
    return f"{label}, {qualifier.replace('-', ' ')}" if qualifier else label


def build_differences(cells: Cells, content: Content, against: str) -> Section:
    """Return the section of what the content judged here shows and the other did not, and the other way round."""
    tables = tuple(_tabulate_differences(cells, content, hook) for hook in HOOKS)
    lead = (
        f"Compared with {against}, moment by moment: cards that only one of the two shows. What both show is left out."
    )
    return Section("differences", "What the two contents would have said differently", lead, tables)


def _tabulate_differences(cells: Cells, content: Content, hook: str) -> Table:
    words, _ = HOOKS[hook]
    rows = list(_difference_rows(cells, content, hook))
    columns = ("Rule and card", "Only with this content", "Only with the other")
    return Table(f"differences-{hook}", f"Differences {words}", columns, make_rows(rows))


def _difference_rows(cells: Cells, content: Content, hook: str) -> Iterator[tuple[Cell, ...]]:
    numbers = {rule.id: rule_name(rule) for rule in content.rules}
    pairs = {
        (key.rule, key.value)
        for measure in (Measure.GAINED, Measure.LOST)
        for key in cells.list_keys(measure, "detail")
        if key.hook == hook
    }
    for rule, card in sorted(pairs):
        counts = (cells.show(each, hook, rule, "detail", card) for each in (Measure.GAINED, Measure.LOST))
        yield (name_cell(f"{numbers.get(rule, rule)}: {_card(card)}"), *map(count_cell, counts))
