"""Each scenario embodies a clinician's case: its FHIR reads as that case's facts and gives that case's cards."""

import json
import re
from functools import cache

import pytest
from case_reading import Case, shipped_cases

from cds_service.chart.chart_reader import ChartReader
from cds_service.ehr.client import EhrClient
from cds_service.ehr.draft_orders import decode_draft_orders
from cds_service.ehr.gatherer import Gatherer
from cds_service.ehr.notes import build_note_chooser
from cds_service.model.facts import Chart, Stage
from cds_service.wire.request import decode_request
from tests.shipped import shipped_knowledge

from .calling import our_keys
from .scenarios import Scenario


@cache
def _cases() -> dict[str | None, Case]:
    return {f"{case.rule}: {case.name}": case for case in shipped_cases()}


def _case(scenario: Scenario) -> Case:
    if scenario.case not in _cases():
        pytest.fail(f"{scenario.name} embodies no case of tests/cases: {scenario.case!r}", pytrace=False)
    return _cases()[scenario.case]


@cache
def _reader() -> ChartReader:
    knowledge = shipped_knowledge()
    return ChartReader(knowledge.terminology, knowledge.content, knowledge.narrative, knowledge.screen)


def _chart(scenario: Scenario) -> Chart:
    request = decode_request(json.dumps(scenario.request).encode(), frozenset({scenario.hook}))
    client = EhrClient()
    gatherer = Gatherer(our_keys(), client, notes=build_note_chooser(shipped_knowledge().terminology))
    gathered = gatherer.gather(request, decode_draft_orders(request), today=scenario.on)
    client.close()
    return _reader().build_chart(gathered, request.patient_id, scenario.on)


def _findings(chart: Chart) -> set[tuple[object, ...]]:
    """Return each recorded finding and side once."""
    return {
        (finding.id, finding.value.value, finding.side.value, tuple(finding.qualifiers.items()))
        for finding in chart.findings
    }


def _imaging(chart: Chart) -> set[tuple[object, ...]]:
    """Return the imaging that rules judge; no case records a chest radiograph."""
    judged = [
        imaging for imaging in chart.imaging if imaging.region in shipped_knowledge().content.policy.judged_regions
    ]
    return {(imaging.stage, imaging.region, imaging.modality, imaging.side, imaging.is_selected) for imaging in judged}


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
    topics = {rule.topic.code: rule.id for rule in shipped_knowledge().content.rules}
    cards = [(topics[card["source"]["topic"]["code"]], card["indicator"]) for card in pathway.response["cards"]]
    assert cards == [(card.rule, card.level) for card in _case(pathway).expect]


def test_its_suggestions_are_the_offers_of_the_case(pathway: Scenario) -> None:
    offers = shipped_knowledge().content.offers
    labels = [suggestion["label"] for card in pathway.response["cards"] for suggestion in card.get("suggestions", [])]
    expected = [offers[offer].label for card in _case(pathway).expect for offer in card.offers]
    assert len(labels) == len(expected)
    for label, template in zip(labels, expected, strict=True):
        assert re.fullmatch(re.escape(template).replace(r"\[order\]", ".+"), label)


def test_the_cases_that_scenarios_embody_hold_drafts_only_on_order_hooks(pathway: Scenario) -> None:
    has_draft = any(imaging.stage is Stage.DRAFT for imaging in _case(pathway).chart.imaging)
    assert has_draft is (pathway.hook != "patient-view")
