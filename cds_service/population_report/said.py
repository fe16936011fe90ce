"""What would have been said: cards by rule and hook, then by month, site, age band and sex."""

from collections.abc import Iterator
from typing import Final

from cds_service.model.content import Content, Rule
from cds_service.population.counts import Measure
from cds_service.population_report.cells import GROUPS, Cells
from cds_service.population_report.tables import Cell, Section, Table, count_cell, make_rows, name_cell, rate_cell

HOOKS: Final = {"patient-view": ("when a chart is opened", 1000), "order-sign": ("when imaging is ordered", 100)}
"""The hooks that a dry run calls: in words, and what its rates are per."""

UNITS: Final = {"patient-view": "per 1,000 patients", "order-sign": "per 100 orders"}
_GROUP_TITLES = {"month": "by month", "site": "by site", "age_band": "by age", "sex": "by sex"}


def build_said(cells: Cells, content: Content) -> Section:
    """Return the section of what was judged, cards by rule for each hook, and what they offer."""
    return Section(
        "said",
        "What it would have said",
        "Cards that a clinician would have seen. A rule that never spoke has a 0: that is a finding too.",
        (
            *(_tabulate_hook(cells, content, hook) for hook in HOOKS),
            _tabulate_offers(cells, content),
            _tabulate_orders(cells),
            _tabulate_judged(cells),
        ),
    )


def rule_name(rule: Rule) -> str:
    """Return a rule's number and title, as every table names it."""
    return f"{rule.number}. {rule.title}"


def rules_of(content: Content, hook: str) -> list[Rule]:
    """Return the rules that can speak on a hook, by number."""
    return sorted((rule for rule in content.rules if hook in rule.hooks), key=lambda rule: rule.number)


def _tabulate_hook(cells: Cells, content: Content, hook: str) -> Table:
    words, per = HOOKS[hook]
    moments, patients = cells.show(Measure.MOMENTS, hook), cells.show(Measure.PATIENTS)
    rows = [
        (
            name_cell(rule_name(rule)),
            rate_cell(cells.show(Measure.SHOWN, hook, rule.id), moments, per),
            rate_cell(cells.show(Measure.SHOWN_PATIENTS, hook, rule.id), patients, 1000),
        )
        for rule in rules_of(content, hook)
    ]
    any_card = rate_cell(cells.show(Measure.SHOWN_MOMENTS, hook), moments, per)
    rows.append((name_cell("Any card"), any_card, Cell("")))
    unit = "Under a count of cards: " + UNITS[hook] + ". Under a count of patients: per 1,000 patients judged."
    return Table(f"said-{hook}", f"Cards {words}", ("Rule", "Cards", "Patients"), make_rows(rows), unit)


def _tabulate_offers(cells: Cells, content: Content) -> Table:
    names = {rule.id: rule_name(rule) for rule in content.rules}
    rows = [
        (
            name_cell(content.offers[key.value].label if key.value in content.offers else key.value),
            Cell(names.get(key.rule, key.rule)),
            Cell(HOOKS[key.hook][0]),
            count_cell(cells.show(*key)),
        )
        for key in cells.list_keys(Measure.OFFERED, "detail")
        if key.hook in HOOKS
    ]
    return Table(
        "offers", "What the cards would have offered", ("Suggestion", "Rule", "When", "Cards"), make_rows(rows)
    )


def _tabulate_orders(cells: Cells) -> Table:
    rows = []
    for key in cells.list_keys(Measure.ORDERS, "detail"):
        region, _, modality = key.value.partition("|")
        rows.append((name_cell(region or "not known"), Cell(modality or "not known"), count_cell(cells.show(*key))))
    return Table("orders", "Imaging orders judged", ("Region", "Modality", "Orders"), make_rows(rows))


def _tabulate_judged(cells: Cells) -> Table:
    view, sign = HOOKS
    numbers = {
        "Patients judged": cells.show(Measure.PATIENTS),
        "Patients without a contact or imaging order in these days: not judged": cells.show(Measure.NO_MOMENT),
        "Charts opened": cells.show(Measure.MOMENTS, view),
        "Imaging orders": cells.show(Measure.MOMENTS, sign),
        "Charts opened after the patient's death: nothing is said": cells.show(Measure.DECEASED, view),
        "Imaging orders after the patient's death: nothing is said": cells.show(Measure.DECEASED, sign),
    }
    rows = [(name_cell(words), count_cell(number)) for words, number in numbers.items()]
    return Table("judged", "What was judged", ("What", "Number"), make_rows(rows))


def build_groups(cells: Cells, content: Content) -> Section:
    """Return the section of the same by month, site, age band and sex."""
    return Section(
        "groups",
        "When, where and for whom",
        "Compare rates, not counts. A site that differs much from the others often records differently.",
        tuple(_tabulate_group(cells, content, hook, field) for hook in HOOKS for field in GROUPS),
    )


def _tabulate_group(cells: Cells, content: Content, hook: str, field: str) -> Table:
    values = cells.list_values(Measure.MOMENTS, field, hook)
    rows = [_moments_row(cells, hook, field, values), _any_card_row(cells, hook, field, values)]
    spoke = [rule for rule in rules_of(content, hook) if cells.show(Measure.SHOWN, hook, rule.id) != 0]
    rows += [list(_rule_row(cells, rule, hook, field, values)) for rule in spoke]
    words, _ = HOOKS[hook]
    return Table(
        f"{hook}-{GROUPS[field]}",
        f"Cards {words}, {_GROUP_TITLES[field]}",
        ("Rule", *values),
        make_rows(rows),
        f"Under a count: {UNITS[hook]} of the column.",
        "Rules that never spoke are left out.",
    )


def _moments_row(cells: Cells, hook: str, field: str, values: list[str]) -> list[Cell]:
    label = "Charts opened" if hook == "patient-view" else "Imaging orders"
    return [name_cell(label), *(count_cell(cells.show(Measure.MOMENTS, hook, "", field, value)) for value in values)]


def _any_card_row(cells: Cells, hook: str, field: str, values: list[str]) -> list[Cell]:
    return [name_cell("Any card"), *_rates(cells, Measure.SHOWN_MOMENTS, "", hook, field, values)]


def _rule_row(cells: Cells, rule: Rule, hook: str, field: str, values: list[str]) -> Iterator[Cell]:
    yield name_cell(rule_name(rule))
    yield from _rates(cells, Measure.SHOWN, rule.id, hook, field, values)


def _rates(cells: Cells, measure: Measure, rule: str, hook: str, field: str, values: list[str]) -> Iterator[Cell]:
    _, per = HOOKS[hook]
    for value in values:
        of = cells.show(Measure.MOMENTS, hook, "", field, value)
        yield rate_cell(cells.show(measure, hook, rule, field, value), of, per)
