"""Visits and places: the reasons of the call's visit, and body sites that say where a nameless pain is."""

from collections.abc import Callable

from synthetic import ICD, concept, condition, observation, resource

from cds_service.model.facts import Chart, SourceKind
from cds_service.model.sides import Side

Read = Callable[..., Chart]


def test_reasons_are_read_in_codes_and_words(chart: Read) -> None:
    reasons = [concept("M25.551", ICD), {"text": "Left groin pain"}]
    visit = resource("Encounter", status="in-progress", period={"start": "2026-03-09"}, reasonCode=reasons)
    assert [(fact.id, fact.side, fact.source.kind) for fact in chart(visit).findings] == [
        ("hip-pain", Side.RIGHT, SourceKind.VISIT),
        ("groin-pain", Side.LEFT, SourceKind.VISIT_TEXT),
    ]


def test_older_versions_call_it_reason_and_a_strange_one_costs_itself(chart: Read) -> None:
    assert [fact.id for fact in chart(resource("Encounter", reason=[{"text": "Groin pain"}])).findings] == [
        "groin-pain"
    ]
    assert chart(resource("Encounter", reason=7)).findings == ()


def test_what_a_referenced_reason_is_called_is_read(chart: Read) -> None:
    visit = resource("Encounter", reasonReference=[{"reference": "Condition/9", "display": "Left groin pain"}])
    assert [fact.id for fact in chart(visit).findings] == ["groin-pain"]


def test_a_visit_that_is_void_says_nothing(chart: Read) -> None:
    for status in ("cancelled", "entered-in-error"):
        visit = resource("Encounter", status=status, reasonCode=[{"text": "Groin pain, known lymphoma"}])
        assert (chart(visit).findings, chart(visit).screen_hits) == ((), ())


def test_the_screen_sees_the_reasons(chart: Read) -> None:
    visit = resource("Encounter", reasonCode=[{"text": "Known lymphoma"}])
    assert {hit.group for hit in chart(visit).screen_hits} == {"cancer"}


def test_a_place_says_where_a_pain_is_that_has_none_in_its_name(chart: Read) -> None:
    site = [{"coding": [{"system": "urn:local", "code": "x", "display": "Left groin"}]}]
    pain = condition("x", code={"text": "Pain"}, bodySite=site)
    assert [(fact.id, fact.side) for fact in chart(pain).findings] == [("groin-pain", Side.LEFT)]
    refuted = condition("x", code={"text": "Pain"}, bodySite=site, verificationStatus=concept("refuted"))
    assert [fact.value.value for fact in chart(refuted).findings] == ["absent"]
    assert chart(condition("x", code={"text": "Eczema"}, bodySite=site)).findings == ()


def test_sections_of_an_examination_are_read(chart: Read) -> None:
    for code in ("29545-1", "10192-3", "10196-4", "11410-8", "10202-0", "10210-3"):
        exam = observation(code, "http://loinc.org", valueString="Straight leg raise positive on the left.")
        assert [fact.id for fact in chart(exam).findings] == ["slr-positive"]
