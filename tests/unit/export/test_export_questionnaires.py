"""Our questionnaires as FHIR R4: what they ask, how an answer is coded, and that a name never changes its meaning."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from cds_service.export import export_resources
from cds_service.knowledge import Knowledge, load_knowledge, shipped_cards
from cds_service.model.questionnaire import ANSWER_SYSTEM_URI, SINCE_SUFFIX

EXAMPLE = shipped_cards().parent / "examples" / "site"
Json = dict[str, Any]
NAMES = json.loads((Path(__file__).parent / "questionnaire-link-ids.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def resources(knowledge: Knowledge) -> list[Json]:
    return export_resources(knowledge)


@pytest.fixture(scope="module")
def forms(resources: list[Json]) -> list[Json]:
    return [resource for resource in resources if resource["resourceType"] == "Questionnaire"]


def walk(items: list[Json]) -> Iterator[Json]:
    for item in items:
        yield item
        yield from walk(item.get("item", []))


def choices(form: Json) -> list[Json]:
    return [item for item in walk(form["item"]) if item["type"] == "choice"]


def test_there_is_one_for_the_patient_and_one_for_the_clinician(forms: list[Json], knowledge: Knowledge) -> None:
    assert [form["url"].rpartition("/")[2] for form in forms] == ["pain-patient", "pain-clinician"]
    for form in forms:
        get_fhir_model_class("Questionnaire").model_validate(form)
        assert (form["subjectType"], form["status"]) == (["Patient"], "draft")
        assert form["version"] == knowledge.content.edition.full_version
        assert (form["publisher"], bool(form["title"])) == ("hip-spine-cds", True)
        assert form["item"][0]["type"] == "display"


def test_every_question_carries_its_finding_and_a_no(forms: list[Json], knowledge: Knowledge) -> None:
    system = knowledge.terminology.uri_by_system["finding"]
    asked = [item for form in forms for item in choices(form)]
    assert len(asked) > 50
    for item in asked:
        [coding] = item["code"]
        assert (coding["system"], coding["code"]) == (system, item["linkId"])
        assert coding["display"] == knowledge.content.findings[item["linkId"]].label
        answers = [option["valueCoding"]["code"] for option in item["answerOption"]]
        assert answers in (["yes", "no", "unknown"], ["right", "left", "both", "no", "unknown"])


def test_the_first_day_is_asked_for_behind_a_yes_alone(forms: list[Json]) -> None:
    for form in forms:
        asked = {item["linkId"]: [option["valueCoding"] for option in item["answerOption"]] for item in choices(form)}
        for item in walk(form["item"]):
            if item["type"] == "date":
                finding = item["linkId"].removesuffix(SINCE_SUFFIX)
                enabling = [row["answerCoding"] for row in item["enableWhen"]]
                assert {row["question"] for row in item["enableWhen"]} == {finding}
                assert enabling == [one for one in asked[finding] if one["code"] not in {"no", "unknown"}]
                assert ("enableBehavior" in item) is (len(enabling) > 1)


def test_names_are_unique_in_a_form(forms: list[Json]) -> None:
    for form in forms:
        names = [item["linkId"] for item in walk(form["item"])]
        assert len(set(names)) == len(names)


def test_every_answer_is_in_the_code_system_of_answers(resources: list[Json], forms: list[Json]) -> None:
    [system] = [one for one in resources if one.get("url") == ANSWER_SYSTEM_URI]
    known = {(concept["code"], concept["display"]) for concept in system["concept"]}
    for option in (
        option["valueCoding"] for form in forms for item in choices(form) for option in item["answerOption"]
    ):
        assert option["system"] == ANSWER_SYSTEM_URI
        assert (option["code"], option["display"]) in known


def test_a_name_that_was_ever_shipped_is_understood(forms: list[Json], knowledge: Knowledge) -> None:
    """A site keeps the form of an earlier version. The list only grows: a finding that is renamed needs `former`."""
    former = knowledge.terminology.questionnaires.former
    for form in forms:
        known = NAMES[form["id"]]
        assert {item["linkId"] for item in choices(form)} <= set(known), "add the new linkIds to the list"
        assert [name for name in known if former.get(name, name) not in knowledge.content.findings] == []


def test_a_site_gets_its_own_version_under_the_same_url(forms: list[Json]) -> None:
    theirs = export_resources(load_knowledge(shipped_cards(), EXAMPLE))
    versions = {one["url"]: one["version"] for one in theirs if one["resourceType"] == "Questionnaire"}
    assert versions == {form["url"]: f"{form['version']}+site.2026.1" for form in forms}
