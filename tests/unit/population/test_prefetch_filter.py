"""Tests of the prefetch's own filter: against the stub EHR that answers the same templates."""

from typing import Any

import msgspec
import pytest

from cds_service.fhir.datatypes import CodeableConcept
from cds_service.population.prefetch_filter import build_prefetch_filter
from tests.pathways.calling import our_keys
from tests.pathways.ehr import Ehr
from tests.pathways.scenarios import Scenario, all_scenarios

FILTER = build_prefetch_filter(our_keys())


def searched(one: Scenario) -> set[str]:
    """Return what the searches find of a scenario's patient."""
    ehr = Ehr(one.server)
    queries = [key.build_query(one.patient_id) for key in our_keys() if key.is_search]
    bundles = [ehr.answer(query) for query in queries if query]
    return {entry["resource"]["id"] for bundle in bundles for entry in bundle.get("entry", ())}


def concept_of(resource: dict[str, Any]) -> CodeableConcept | None:
    coded = resource.get("type" if resource["resourceType"] == "DocumentReference" else "code")
    return msgspec.convert(coded, CodeableConcept) if isinstance(coded, dict) else None


@pytest.mark.parametrize("one", all_scenarios(), ids=lambda one: one.name)
def test_it_accepts_just_what_the_searches_find(one: Scenario) -> None:
    mine = {f"Patient/{one.patient_id}"}
    own = [resource for resource in one.server if resource.get("subject", {}).get("reference") in mine]
    own = [resource for resource in own if resource["resourceType"] != "Encounter"]  # read by its id, not searched for
    accepted = {
        resource["id"]
        for resource in own
        if FILTER.accepts(resource["resourceType"], resource.get("status"), concept_of(resource))
    }
    assert accepted == searched(one)


def test_codes_and_whole_systems_are_asked_for() -> None:
    def of(system: str, code: str) -> CodeableConcept:
        return msgspec.convert({"coding": [{"system": system, "code": code}]}, CodeableConcept)

    own = "https://hip-spine-cds.example/fhir/CodeSystem/finding"
    assert FILTER.accepts("Observation", "final", of(own, "anything"))
    assert not FILTER.accepts("Observation", "final", of("http://loinc.org", "718-7"))
    assert not FILTER.accepts("Observation", "final", None)
    assert not FILTER.accepts("Claim", "active", None)
    assert not FILTER.accepts("ServiceRequest", "revoked", None)
    assert FILTER.accepts("ProcedureRequest", "active", None)


def test_everything_of_a_type_that_is_asked_for_can_be_taken() -> None:
    everything = build_prefetch_filter(our_keys(), takes_all=True)
    assert everything.accepts("Observation", "final", None)
    assert not everything.accepts("Claim", "active", None)
    assert everything.newest_count("DocumentReference") is None
    assert FILTER.newest_count("DocumentReference") == 20
    assert FILTER.newest_count("Condition") is None
