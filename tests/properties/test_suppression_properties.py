"""What a card rests on, over all charts: what an EHR changes between calls is no change, anything else is one."""

import copy
import random
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache
from typing import Any, NamedTuple

import pytest
from msgspec.structs import fields, replace

from cds_service.model.dates import full_date
from cds_service.model.decision import Decision, Recommendation
from cds_service.model.facts import Fact, Finding, FindingValue, Imaging, ScreenHit, Stage
from cds_service.model.sides import Side
from cds_service.suppression.basis import describe_basis
from tests.pathways.gaps import Call, all_calls
from tests.pathways.judging import decision_of
from tests.shipped import shipped_knowledge

Json = dict[str, Any]


@cache
def calls_with_cards() -> tuple[Call, ...]:
    """Return the calls that get a card: judged when a test runs, for every worker collects."""
    return tuple(call for call in all_calls() if (judged := call.judge()) is not None and judged.shown)


def bases(decision: Decision) -> dict[str, str]:
    """Return what each card that could be shown rests on, by rule."""
    return {card.rule.id: describe_basis(decision, card) for card in (*decision.shown, *decision.held_back)}


def judged(call: Call) -> Decision:
    decision = call.judge()
    assert decision is not None
    return decision


def shuffled(request: Json) -> Json:
    """Return the call with the resources of each key in another order."""
    body = copy.deepcopy(request)
    for held in body["prefetch"].values():
        if held and "entry" in held:
            random.Random(7).shuffle(held["entry"])
    return body


def renamed(request: Json) -> Json:
    """Return the call with other ids, and with versions, as an EHR may send it. Patient and visit stay."""
    body = copy.deepcopy(request)
    names = {
        f"{one['resourceType']}/{one['id']}": f"{one['resourceType']}/renamed-{number}"
        for number, one in enumerate(_resources(body))
        if one["resourceType"] not in {"Patient", "Encounter"} and "id" in one
    }
    for one in _resources(body):
        reference = f"{one['resourceType']}/{one.get('id')}"
        if reference in names:
            one["id"] = names[reference].partition("/")[2]
            one["meta"] = {"versionId": "9", "lastUpdated": "2026-03-10T08:00:00Z"}
    return _with_references(body, names)  # type: ignore[no-any-return]


def _resources(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        if "resourceType" in value and value["resourceType"] != "Bundle":
            yield value
        for part in value.values():
            yield from _resources(part)
    if isinstance(value, list):
        for part in value:
            yield from _resources(part)


def _with_references(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _with_references(part, names) for key, part in value.items()}
    if isinstance(value, list):
        return [_with_references(part, names) for part in value]
    return names.get(value, value) if isinstance(value, str) and re.fullmatch(r"\w+/[\w.-]+", value) else value


@pytest.mark.parametrize("change", [shuffled, renamed], ids=["order of resources", "ids and versions"])
def test_what_an_ehr_changes_between_two_calls_is_no_change(change: Callable[[Json], Json]) -> None:
    faults = [
        call.label
        for call in calls_with_cards()
        if bases(decision_of(change(call.request), call.today)) != bases(judged(call))
    ]
    assert not faults, "\n".join(faults)


class Changed(NamedTuple):
    """A fact with one thing changed, and what."""

    what: str
    fact: Any


def changes_of(fact: Fact) -> Iterator[Changed]:
    """Yield the fact with each of its parts changed that a clinician would call another fact."""
    other_side = Side.LEFT if fact.side is not Side.LEFT else Side.RIGHT
    yield Changed("side", replace(fact, side=other_side))
    if isinstance(fact, Imaging):
        yield Changed("region", replace(fact, region="other"))
        yield Changed("modality", replace(fact, modality="US"))
        yield Changed("contrast", replace(fact, contrast="with" if fact.contrast != "with" else "without"))
        if fact.stage is Stage.STUDY:
            yield Changed("day", replace(fact, when=full_date(date(2019, 1, 2))))
        return
    yield Changed("id", replace(fact, id="another-finding"))
    yield Changed("onset", replace(fact, onset=full_date(date(2019, 1, 2))))
    yield Changed("qualifier", replace(fact, qualifiers={**fact.qualifiers, "course": "changed"}))
    value = FindingValue.ASKED if fact.value is not FindingValue.ASKED else FindingValue.PRESENT
    yield Changed("value", replace(fact, value=value))


def test_any_change_of_any_fact_behind_a_card_is_a_change() -> None:
    faults = []
    for call in calls_with_cards():
        decision = judged(call)
        for card in decision.shown:
            before = describe_basis(decision, card)
            faults += [
                f"{call.label}: {card.rule.id}: {changed.what}"
                for changed, after in _with_changes(card)
                if describe_basis(decision, after) == before
            ]
    assert not faults, "\n".join(faults)


def _with_changes(card: Recommendation) -> Iterator[tuple[Changed, Recommendation]]:
    """Yield the card with each fact gone, and with each change of it, wherever the card holds that fact."""
    for fact in {id(one): one for one in (*card.facts, *card.advice_facts, *card.orders)}.values():
        for changed in (Changed("gone", None), *changes_of(fact)):
            after = {
                name: tuple(
                    changed.fact if _is_same(one, fact) else one
                    for one in getattr(card, name)
                    if not _is_same(one, fact) or changed.fact is not None
                )
                for name in ("facts", "advice_facts", "orders")
            }
            yield changed, replace(card, **after)


def _is_same(one: Fact, other: Fact) -> bool:
    """Return whether two records say the same: an EHR often holds a fact twice."""
    return type(one) is type(other) and replace(one, source=other.source) == other


def test_every_red_flag_of_the_vocabulary_is_a_change_for_every_card() -> None:
    flags = shipped_knowledge().content.policy.suppression.flags
    source = next(fact.source for call in calls_with_cards() for fact in judged(call).chart.findings)
    faults = []
    for call in calls_with_cards():
        decision = judged(call)
        before = bases(decision)
        for name in sorted(flags):
            flag = Finding(
                name, FindingValue.PRESENT, Side.UNSTATED, full_date(call.today - timedelta(77)), None, source
            )
            chart = replace(decision.chart, findings=(*decision.chart.findings, flag))
            after = bases(replace(decision, chart=chart))
            faults += [f"{call.label}: {rule}: {name}" for rule in before if after[rule] == before[rule]]
    assert not faults, "\n".join(faults)


def test_the_flags_are_all_that_the_red_flag_rules_speak_of() -> None:
    """A finding that rule 1 or 2 needs for its flag must bring every card back."""
    content = shipped_knowledge().content
    spoken = {
        leaf.finding
        for group in ("review-flag", "emergency-flag", "red-flag", "infection-flag", "nerve-flag", "vessel-flag")
        for leaf in content.groups[group]
    }
    kinds = {name for name, finding in content.findings.items() if finding.kind == "flag"}
    assert spoken | kinds <= content.policy.suppression.flags


def test_whatever_the_safety_screen_meets_is_a_change_for_every_card() -> None:
    source = next(fact.source for call in calls_with_cards() for fact in judged(call).chart.findings)
    for call in calls_with_cards():
        decision = judged(call)
        hit = ScreenHit("cancer", source, "a stem that no chart has")
        met = replace(decision, chart=replace(decision.chart, screen_hits=(*decision.chart.screen_hits, hit)))
        assert not bases(met).items() & bases(decision).items(), call.label


def test_no_field_of_a_finding_is_forgotten() -> None:
    """A field that a finding gains later must be in the basis, or be left out on purpose."""
    assert {field.name for field in fields(Finding)} == {
        "id", "value", "side", "when", "onset", "qualifiers", "source",
    }  # fmt: skip
    assert {field.name for field in fields(Imaging)} == {
        "stage", "region", "modality", "contrast", "side", "when", "source", "code_side", "is_selected", "treatment",
        "is_taken_for_hip",
    }  # fmt: skip
