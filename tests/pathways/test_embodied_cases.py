"""Each scenario embodies a clinician's case: read from FHIR, the facts are that case's, and so is what is said."""

import json
from functools import cache

import pytest
from case_reading import Case, read_cases

from cds_service.chart.chart_reader import ChartReader
from cds_service.ehr.client import EhrClient
from cds_service.ehr.draft_orders import decode_draft_orders
from cds_service.ehr.gatherer import Gatherer
from cds_service.knowledge import Knowledge, load_knowledge, shipped_cards
from cds_service.model.facts import Chart, Stage
from cds_service.wire.request import decode_request

from .calling import our_keys
from .scenarios import Scenario


@cache
def _knowledge() -> Knowledge:
    return load_knowledge(shipped_cards())


@cache
def _cases() -> dict[str | None, Case]:
    return {f"{case.rule}: {case.name}": case for case in read_cases(_knowledge().content)}


def _case(scenario: Scenario) -> Case:
    if scenario.case not in _cases():
        pytest.fail(f"{scenario.name} embodies no case of tests/cases: {scenario.case!r}", pytrace=False)
    return _cases()[scenario.case]


def _chart(scenario: Scenario) -> Chart:
    request = decode_request(json.dumps(scenario.request).encode(), frozenset({scenario.hook}))
    client = EhrClient()
    gathered = Gatherer(our_keys(), client).gather(request, decode_draft_orders(request))
    client.close()
    reader = ChartReader(_knowledge().terminology, _knowledge().content, _knowledge().narrative)
    return reader.build_chart(gathered, request.patient_id, scenario.on)


def _findings(chart: Chart) -> set[tuple[object, ...]]:
    """What is recorded of which side, however often."""
    return {(one.id, one.value.value, one.side.value, tuple(one.qualifiers.items())) for one in chart.findings}


def _imaging(chart: Chart) -> set[tuple[object, ...]]:
    """The imaging that rules judge; a film of the chest is no fact of any case."""
    judged = [one for one in chart.imaging if one.region in _knowledge().content.policy.judged_regions]
    return {(one.stage, one.region, one.modality, one.side, one.is_selected) for one in judged}


def test_it_names_a_case_of_the_same_day_hook_and_age(pathway: Scenario) -> None:
    case, chart = _case(pathway), _chart(pathway)
    assert (case.chart.today, case.hook, case.chart.age) == (pathway.on, pathway.hook, chart.age)


def test_its_fhir_reads_as_the_findings_of_the_case(pathway: Scenario) -> None:
    assert _findings(_chart(pathway)) == _findings(_case(pathway).chart)


def test_its_fhir_reads_as_the_imaging_of_the_case(pathway: Scenario) -> None:
    assert _imaging(_chart(pathway)) == _imaging(_case(pathway).chart)


def test_nothing_in_it_was_unreadable_or_missing(pathway: Scenario) -> None:
    chart = _chart(pathway)
    assert (dict(chart.unreadable), chart.unavailable) == ({}, ())


def test_its_answer_is_the_cards_of_the_case(pathway: Scenario) -> None:
    topics = {rule.topic.code: rule.id for rule in _knowledge().content.rules}
    said = [(topics[card["source"]["topic"]["code"]], card["indicator"]) for card in pathway.response["cards"]]
    assert said == [(card.rule, card.level) for card in _case(pathway).expect]


def test_its_suggestions_are_the_offers_of_the_case(pathway: Scenario) -> None:
    offers = _knowledge().content.offers
    said = [suggestion["label"] for card in pathway.response["cards"] for suggestion in card.get("suggestions", [])]
    assert said == [offers[offer].label for card in _case(pathway).expect for offer in card.offers]


def test_the_cases_that_scenarios_embody_hold_drafts_only_on_order_hooks(pathway: Scenario) -> None:
    has_draft = any(one.stage is Stage.DRAFT for one in _case(pathway).chart.imaging)
    assert has_draft is (pathway.hook != "patient-view")
