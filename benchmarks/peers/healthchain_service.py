"""Rule 3 ("only the hip is ordered, the pain points to the spine") as a HealthChain 0.16.1 service to measure against.

It is written as HealthChain's own examples are: its decorator, its prefetch reader, its card models, uvicorn. Start it
with HealthChain's Python: `healthchain_service.py --port 8090 --workers 2`.
"""

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import uvicorn
from healthchain.fhir import get_resources, prefetch_to_bundle
from healthchain.fhir.r4b import Bundle
from healthchain.gateway import CDSHooksService, HealthChainAPI
from healthchain.gateway.cds import CDSHooksConfig
from healthchain.models import CDSRequest, CDSResponse
from healthchain.models.responses.cdsresponse import Card, IndicatorEnum, Source

SNOMED = "http://snomed.info/sct"
ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
LOINC = "http://loinc.org"
CPT = "http://www.ama-assn.org/go/cpt"

Code = tuple[str | None, str | None]
RIGHT, LEFT = "right", "left"
BOTH = frozenset({RIGHT, LEFT})

BUTTOCK_PAIN = {(SNOMED, "279043006")}
CALF_PAIN = {(SNOMED, "300954003"), (ICD10, "M79.661"), (ICD10, "M79.662"), (ICD10, "M79.669")}
GROIN_PAIN = {(SNOMED, "102570003")}
SIDE_OF = {
    (SNOMED, "24028007"): {RIGHT},
    (SNOMED, "7771000"): {LEFT},
    (SNOMED, "51440002"): BOTH,
    (SNOMED, "287579007"): {RIGHT},
    (SNOMED, "287679003"): {LEFT},
    (ICD10, "M79.661"): {RIGHT},
    (ICD10, "M79.662"): {LEFT},
}
HIP_SITES = {(SNOMED, "29836001"), (SNOMED, "287579007"), (SNOMED, "287679003")}
LEG_JOINT_MRI = {(CPT, "73721"), (CPT, "73722"), (CPT, "73723")}  # hip, knee or ankle: the body site decides
HIP_IMAGING = {(LOINC, code) for code in ("36013-1", "36017-2", "36020-6", "36022-2", "36702-9", "36703-7")}
LUMBAR_IMAGING = {(LOINC, code) for code in ("24967-2", "24968-0", "30678-7", "30679-5", "36111-3")} | {
    (CPT, code) for code in ("72131", "72132", "72133", "72148", "72149", "72158")
}
OPEN_ORDERS = {"active", "draft", "on-hold"}

# The specification's paths, so that both services are called alike; no events, since nobody listens to them here.
cds = CDSHooksService(config=CDSHooksConfig(base_path="", discovery_path="/cds-services"), use_events=False)


@cds.hook("patient-view", id="hip-spine-patient-view", title="Hip or spine")
def warn_of_spine_pattern(request: CDSRequest) -> CDSResponse:
    bundle = Bundle(**prefetch_to_bundle(request.prefetch or {}))
    sides = spine_sides(bundle)
    wanted = sides and hip_ordered(bundle) and not lumbar_imaged(bundle)
    return CDSResponse(cards=[card(sides)] if wanted else [])


def spine_sides(bundle: Bundle) -> set[str]:
    """Return the sides on which pain runs from the buttock to the calf, without groin pain."""
    return pain_sides(bundle, BUTTOCK_PAIN) & pain_sides(bundle, CALF_PAIN) - pain_sides(bundle, GROIN_PAIN)


def pain_sides(bundle: Bundle, pain: set[Code]) -> set[str]:
    sides: set[str] = set()
    for resource in recorded_as_present(bundle):
        if pain & set(codes(resource.code)):
            sides |= sides_of(resource)
    return sides


def recorded_as_present(bundle: Bundle) -> Iterator[Any]:
    for condition in get_resources(bundle, "Condition"):
        status = {code for _, code in codes(condition.clinicalStatus)}
        if status <= {"active", "recurrence", "relapse"}:
            yield condition
    for observation in get_resources(bundle, "Observation"):
        if observation.valueBoolean is not False and observation.status != "entered-in-error":
            yield observation


def sides_of(resource: Any) -> set[str] | frozenset[str]:
    """Return the sides of a pain; without a stated side it counts on both."""
    stated = [SIDE_OF[code] for code in (*codes(resource.code), *body_sites(resource)) if code in SIDE_OF]
    return set().union(*stated) or BOTH


def hip_ordered(bundle: Bundle) -> bool:
    return any(is_of_hip(order) for order in get_resources(bundle, "ServiceRequest") if order.status in OPEN_ORDERS)


def is_of_hip(order: Any) -> bool:
    code = set(codes(order.code))
    return bool(code & HIP_IMAGING or (code & LEG_JOINT_MRI and HIP_SITES & set(body_sites(order))))


def lumbar_imaged(bundle: Bundle) -> bool:
    orders = (o for o in get_resources(bundle, "ServiceRequest") if o.status in OPEN_ORDERS | {"completed"})
    ordered = any(LUMBAR_IMAGING & set(codes(order.code)) for order in orders)
    studies = (study.procedureCode or [] for study in get_resources(bundle, "ImagingStudy"))
    return ordered or any(LUMBAR_IMAGING & set(codes(concept)) for concepts in studies for concept in concepts)


def body_sites(resource: Any) -> Iterator[Code]:
    """Read `bodySite`: one concept in an Observation, a list in a Condition and in an order."""
    given = resource.bodySite or []
    concepts: Iterable[Any] = given if isinstance(given, list) else [given]
    return (code for concept in concepts for code in codes(concept))


def codes(concept: Any) -> Iterator[Code]:
    return ((coding.system, coding.code) for coding in (concept and concept.coding) or [])


def card(sides: set[str]) -> Card:
    where = " and ".join(sorted(sides))
    return Card(
        uuid=str(uuid4()),
        summary=f"Only the hip is to be imaged, but the {where}-sided pain points to the spine",
        indicator=IndicatorEnum.warning,
        source=Source(label="Hip or spine"),
        detail="Pain running from the buttock to the calf, without groin pain, is seldom the hip's. "
        "Consider lumbar imaging before or instead of hip imaging.",
    )


app = HealthChainAPI(title="Hip or spine", enable_events=False)
app.register_service(cds, use_events=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    uvicorn.run(
        "healthchain_service:app",
        app_dir=str(Path(__file__).parent),
        port=options.port,
        workers=options.workers,
        log_level="warning",
        access_log=False,
    )


if __name__ == "__main__":
    main()
