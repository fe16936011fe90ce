"""The services that `make bench` measures against hold one rule alike: on each chart both warn, or neither does."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import orjson
import pytest
from left_out import leave_out

from benchmarks.bodies import CPT, HL7, LOINC, SNOMED, bundle, coded, condition, patient_view, resource
from benchmarks.launching import Server
from benchmarks.load import answer_of
from benchmarks.servers import express, healthchain

from .errors import NotInstalled

ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
BUTTOCK, CALF, GROIN = "279043006", "300954003", "102570003"
RIGHT, LEFT, BOTH = ([coded(SNOMED, code)] for code in ("24028007", "7771000", "51440002"))
RIGHT_HIP = [coded(SNOMED, "287579007")]
NOT_NOW = coded(f"{HL7}/condition-clinical", "inactive")
ICD_CALF = {"code": coded(ICD10, "M79.661")}
PAINS = [condition(BUTTOCK, bodySite=RIGHT), condition(CALF, bodySite=RIGHT)]


def found(code: str, **members: Any) -> dict[str, Any]:
    return resource("Observation", status="final", code=coded(SNOMED, code), **members)


def order(system: str, code: str, status: str = "active", **members: Any) -> dict[str, Any]:
    return resource("ServiceRequest", status=status, intent="order", code=coded(system, code), **members)


HIP = order(CPT, "73721", bodySite=RIGHT_HIP)
STUDY = resource("ImagingStudy", status="available", procedureCode=[coded(LOINC, "24968-0")])
CHARTS: dict[str, tuple[list[dict[str, Any]], str | None]] = {
    "the pain of the spine, only the hip ordered": ([*PAINS, HIP], "right-sided"),
    "a pain without a side counts on both": ([condition(BUTTOCK), PAINS[1], HIP], "right-sided"),
    "both sides": ([condition(BUTTOCK), condition(CALF, bodySite=BOTH), HIP], "left and right-sided"),
    "a side in the code": ([PAINS[0], {**condition(CALF), **ICD_CALF}, HIP], "right-sided"),
    "found at an examination": (
        [found(BUTTOCK, bodySite=RIGHT[0], valueBoolean=True), PAINS[1], HIP],
        "right-sided",
    ),
    "found absent": ([found(BUTTOCK, valueBoolean=False), PAINS[1], HIP], None),
    "on two sides": ([PAINS[0], condition(CALF, bodySite=LEFT), HIP], None),
    "over": ([{**PAINS[0], "clinicalStatus": NOT_NOW}, PAINS[1], HIP], None),
    "with groin pain": ([*PAINS, condition(GROIN, bodySite=RIGHT), HIP], None),
    "with groin pain on the other side": ([*PAINS, condition(GROIN, bodySite=LEFT), HIP], "right-sided"),
    "nothing ordered": (PAINS, None),
    "a hip by its own code": ([*PAINS, order(LOINC, "36013-1", status="on-hold")], "right-sided"),
    "a knee ordered": ([*PAINS, order(CPT, "73721")], None),
    "a hip done long ago": ([*PAINS, {**HIP, "status": "completed"}], None),
    "the lumbar spine ordered too": ([*PAINS, HIP, order(CPT, "72148", status="completed")], None),
    "the lumbar spine imaged": ([*PAINS, HIP, STUDY], None),
}


@pytest.fixture(scope="module", params=[express, healthchain], ids=["Express", "HealthChain"])
def peer(request: pytest.FixtureRequest) -> Iterator[Server]:
    start: Callable[[], AbstractContextManager[Server]] = request.param
    try:
        with start() as server:
            yield server
    except NotInstalled as error:
        leave_out(str(error)[:200])


@pytest.mark.parametrize("chart", CHARTS)
def test_both_peers_warn_of_the_same_charts(peer: Server, chart: str) -> None:
    resources, side = CHARTS[chart]
    request = orjson.loads(patient_view(0))
    kinds = {each["resourceType"] for each in resources}
    request["prefetch"] = {
        "patient": request["prefetch"]["patient"],
        "reports": None,
        **{kind: bundle([each for each in resources if each["resourceType"] == kind]) for kind in kinds},
    }
    cards = orjson.loads(answer_of(peer.port, orjson.dumps(request)))["cards"]
    pain = f"Only the hip is to be imaged, but the {side} pain points to the spine"
    assert [(card["summary"], card["indicator"]) for card in cards] == ([(pain, "warning")] if side else [])
