"""The content as FHIR: valid R4, the same every time, and meaning exactly what the content means."""

import json
import re
import warnings
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from cds_service.errors import CodeListError
from cds_service.export import build_transaction, export_resources, parse_code_list
from cds_service.knowledge import Knowledge, load_knowledge, shipped_cards
from cds_service.knowledge.edition import format_sign_off
from cds_service.model.terminology import Code

pytestmark = pytest.mark.usefixtures("loaded_once")

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # the package reads its data with a deprecated function
    import simple_icd_10_cm

ICD = "http://hl7.org/fhir/sid/icd-10-cm"
CPT = "http://www.ama-assn.org/go/cpt"
EXAMPLE = shipped_cards().parent / "examples" / "site"
Resource = dict[str, Any]


@pytest.fixture(scope="module")
def resources(knowledge: Knowledge) -> list[Resource]:
    return export_resources(knowledge)


@pytest.fixture(scope="module")
def release() -> tuple[str, ...]:
    """Return a complete release, in the format of the list that the CMS publishes."""
    codes = [code for code in simple_icd_10_cm.get_all_codes() if re.fullmatch(r"[A-Z]\d[0-9A-Z](\..+)?", code)]
    return parse_code_list([f"{code.replace('.', ''):<8}Some description" for code in codes])


def of_type(resource_type: str, resources: Iterable[Resource]) -> list[Resource]:
    return [resource for resource in resources if resource["resourceType"] == resource_type]


def by_id(resources: Iterable[Resource], resource_id: str) -> Resource:
    return next(resource for resource in resources if resource["id"] == resource_id)


def select_codes(part: Resource, release: Iterable[str]) -> set[str]:
    """Return the ICD-10-CM codes of an include or exclude, as a terminology server would select them."""
    patterns = [re.compile(row["value"]) for row in part.get("filter", ())]
    listed = {concept["code"] for concept in part.get("concept", ())}
    letters = {pattern.pattern[0] for pattern in patterns}
    candidates = [code for code in release if code[0] in letters]
    return listed | {code for code in candidates if any(pattern.fullmatch(code) for pattern in patterns)}


def expand(value_set: Resource, release: Iterable[str]) -> set[str]:
    def codes_of(role: str) -> set[str]:
        parts = [part for part in value_set["compose"].get(role, ()) if part["system"] == ICD]
        return {code for part in parts for code in select_codes(part, release)}

    return codes_of("include") - codes_of("exclude")


def test_every_resource_is_valid_r4(resources: list[Resource]) -> None:
    for resource in resources:
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    get_fhir_model_class("Bundle").model_validate(build_transaction(resources))


def test_ids_names_and_urls_are_unique_and_in_form(resources: list[Resource]) -> None:
    for key in ("id", "name", "url"):
        values = [(resource["resourceType"], resource[key]) for resource in resources]
        assert len(set(values)) == len(values)
    for resource in resources:
        assert re.fullmatch(r"[A-Za-z0-9.-]{1,64}", resource["id"])
        assert re.fullmatch(r"[A-Z][A-Za-z0-9_]{0,254}", resource["name"])


def test_the_same_content_gives_the_same_bytes(resources: list[Resource]) -> None:
    again = export_resources(load_knowledge(shipped_cards()))
    assert json.dumps(again) == json.dumps(resources)


def test_unsigned_content_is_draft_and_experimental(knowledge: Knowledge, resources: list[Resource]) -> None:
    assert {(resource["status"], resource["experimental"]) for resource in resources} == {("draft", True)}
    assert all("not signed off" in resource["description"] for resource in resources)
    assert {resource["date"] for resource in resources} == {knowledge.content.edition.date.isoformat()}


def test_signed_content_is_active(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text((EXAMPLE / "site.toml").read_text(encoding="utf-8"), encoding="utf-8")
    edition = load_knowledge(shipped_cards(), tmp_path).content.edition
    signed = format_sign_off(edition, "Dr A", "surgeon", date(2026, 11, 22))
    (tmp_path / "sign-off.toml").write_text(signed, encoding="utf-8")
    resources = export_resources(load_knowledge(shipped_cards(), tmp_path))
    assert {(resource["status"], resource["experimental"]) for resource in resources} == {("active", False)}


def test_every_finding_rule_topic_and_reason_is_exported(knowledge: Knowledge, resources: list[Resource]) -> None:
    content = knowledge.content
    ids = {resource["id"] for resource in resources}
    assert {f"finding-{name}" for name in content.findings} <= ids
    assert {f"rule-{rule.id}" for rule in content.rules} <= ids
    systems = of_type("CodeSystem", resources)
    codes = {system["id"]: {concept["code"] for concept in system["concept"]} for system in systems}
    assert codes["finding"] == set(content.findings)
    assert codes["topic"] == {rule.topic.code for rule in content.rules}
    assert codes["override-reason"] == set(knowledge.override_reasons)
    assert "urgent-spine-assessment" in codes["order"]


def test_the_systems_are_those_that_cards_and_readers_use(knowledge: Knowledge, resources: list[Resource]) -> None:
    urls = {system["id"]: system["url"] for system in of_type("CodeSystem", resources)}
    assert urls["finding"] == knowledge.terminology.uri_by_system["finding"]
    assert urls["order"] == knowledge.terminology.uri_by_system["order"]


def test_every_study_code_is_in_the_set_of_its_kind(knowledge: Knowledge, resources: list[Resource]) -> None:
    sets = {value_set["id"]: value_set for value_set in of_type("ValueSet", resources)}
    for study in knowledge.imaging_codes:
        included = sets[f"imaging-{study.region}-{study.modality.lower()}"]["compose"]["include"]
        listed = {(part["system"], concept["code"]) for part in included for concept in part["concept"]}
        assert {(row.system_uri, row.code) for row in study.codes} <= listed


def test_no_text_of_a_terminology_is_exported_and_its_notice_is_beside_its_codes(
    resources: list[Resource],
) -> None:
    for value_set in of_type("ValueSet", resources):
        included = value_set["compose"]["include"]
        assert all(set(concept) == {"code"} for part in included for concept in part.get("concept", ()))
        if any(part["system"] == CPT for part in included):
            assert "American Medical Association" in value_set["copyright"]
            assert all("filter" not in part for part in included if part["system"] == CPT)


def test_a_value_set_holds_the_icd_10_cm_codes_that_the_service_reads_so(
    knowledge: Knowledge, resources: list[Resource], release: tuple[str, ...]
) -> None:
    """Filters, lists from a release, and the reader agree on every code of the release."""
    listed = export_resources(knowledge, release)
    read: dict[str, set[str]] = {}
    for code in release:
        for meaning in knowledge.terminology.find_meanings(Code("icd10cm", code)):
            read.setdefault(meaning.finding, set()).add(code)
    assert len(read) > 30
    for finding in knowledge.content.findings:
        name = f"finding-{finding}"
        assert expand(by_id(resources, name), release) == read.get(finding, set()), finding
        assert expand(by_id(listed, name), release) == read.get(finding, set()), finding


def test_with_a_release_there_are_no_filters_and_all_stays_valid(
    knowledge: Knowledge, release: tuple[str, ...]
) -> None:
    for value_set in of_type("ValueSet", export_resources(knowledge, release)):
        assert not any("filter" in part for part in value_set["compose"]["include"])
        assert "exclude" not in value_set["compose"]
        get_fhir_model_class("ValueSet").model_validate(value_set)


def test_a_line_without_an_icd_10_cm_code_is_refused_by_its_number() -> None:
    assert parse_code_list(["M1611  x", "", "M16.12 y", "M16"]) == ("M16", "M16.11", "M16.12")
    with pytest.raises(CodeListError, match="line 2 does not begin with an ICD-10-CM code"):
        parse_code_list(["M1611  x", "hello"])


def test_a_rule_says_when_on_what_evidence_and_what_it_offers(resources: list[Resource]) -> None:
    rule = by_id(resources, "rule-hip-pattern-spine-imaging")
    assert {trigger["name"] for trigger in rule["action"][0]["trigger"]} == {
        "patient-view",
        "order-select",
        "order-sign",
    }
    texts = [condition["expression"]["expression"] for condition in rule["action"][0]["condition"]]
    assert texts[0] == "the order judged is: lumbar-spine"
    assert texts[1].startswith("the pattern is hip-only\nnone of:")
    assert rule["action"][1]["description"].startswith("Only where no action above applies; ")
    assert "Silent, too, when: " in rule["usage"]
    artifacts = rule["relatedArtifact"]
    assert next(row["label"] for row in artifacts if row["type"] == "citation") == "expert opinion"
    urls = {value_set["url"] for value_set in of_type("ValueSet", resources)}
    used_sets = {row["resource"] for row in artifacts if row["type"] == "depends-on"}
    assert used_sets
    assert used_sets <= urls


def test_an_overlay_is_exported_as_the_site_has_it() -> None:
    resources = export_resources(load_knowledge(shipped_cards(), EXAMPLE))
    assert {resource["version"] for resource in resources} == {"2.0.0+site.2026.1"}
    assert by_id(resources, "rule-imaging-already-done")["status"] == "retired"
    include = by_id(resources, "imaging-hip-mr")["compose"]["include"]
    assert {"system": "urn:oid:2.999.4711.1", "concept": [{"code": "MRHIP-R"}]} in include
    assert "M79.18" in json.dumps(by_id(resources, "finding-buttock-pain"))


def test_the_bundle_is_a_transaction_that_puts_each_resource_under_its_id(resources: list[Resource]) -> None:
    entries = build_transaction(resources)["entry"]
    assert len(entries) == len(resources)
    for entry in entries:
        resource = entry["resource"]
        assert entry["request"] == {"method": "PUT", "url": f"{resource['resourceType']}/{resource['id']}"}


def _empties(value: object, path: str) -> list[str]:
    if isinstance(value, dict):
        return [] if value and all(not _empties(part, path) for part in value.values()) else [path]
    if isinstance(value, list):
        return [path] if not value or any(_empties(part, path) for part in value) else []
    return [path] if value == "" else []


def test_no_resource_holds_what_is_empty(resources: list[Resource]) -> None:
    """FHIR allows neither an empty list nor an empty text: a server drops it, or refuses the resource."""
    assert [one["id"] for one in resources if _empties(one, one["id"])] == []
