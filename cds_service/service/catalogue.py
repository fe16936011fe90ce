"""The three services and their discovery descriptions (CDS Hooks 2.0, "Discovery")."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from cds_service.ehr.prefetch_templates import PrefetchKey
from cds_service.wire.discovery import Discovery, ServiceDescription
from cds_service.wire.request import ORDER_HOOKS, PATIENT_VIEW


@dataclass(frozen=True, slots=True)
class ServiceEntry:
    """A service: its id, the hook it is offered for, and the hooks whose calls it accepts."""

    id: str
    hook: str
    title: str
    description: str
    accepted_hooks: frozenset[str]


_ABOUT_ORDERS = "judges whether the documented pain points to the hip or to the spine, and offers the imaging that fits"

# The ids differ because the public sandbox keys services by URL. Order services accept both order hooks because the
# sandbox calls an order-select service with the hook order-sign.
SERVICES: Final = {
    entry.id: entry
    for entry in (
        ServiceEntry(
            "hip-spine-patient-view",
            PATIENT_VIEW,
            "Hip or spine: open chart",
            "When a chart is opened: warns of signs of cauda equina syndrome, of hip treatment that has not helped, "
            "and of recent imaging orders for the hip or the lumbar spine that the documented pain does not fit.",
            frozenset({PATIENT_VIEW}),
        ),
        ServiceEntry(
            "hip-spine-order-select",
            "order-select",
            "Hip or spine: imaging selected",
            f"When imaging of the hip, pelvis or lumbar spine is selected: {_ABOUT_ORDERS}.",
            ORDER_HOOKS,
        ),
        ServiceEntry(
            "hip-spine-order-sign",
            "order-sign",
            "Hip or spine: imaging signed",
            f"When orders for imaging of the hip, pelvis or lumbar spine are signed: {_ABOUT_ORDERS}.",
            ORDER_HOOKS,
        ),
    )
}

BINARY_SCOPE: Final = "patient/Binary.r"  # for the text of clinical notes that is not in their records

USAGE: Final = (
    "For licensed clinicians; adults. Needs Patient and Conditions, by prefetch or from the FHIR server (R4); reads "
    "Observations, ImagingStudies, ServiceRequests, Procedures, medications, reports, the visit's reason, clinical "
    "notes and questionnaires where it gets them. The content has not been approved by a clinician unless a card says "
    "so. "
)
DEMO_USAGE: Final = (
    "Demo mode: synthetic data only, no authentication; reads FHIR servers on this machine and the public SMART "
    "servers."
)
PRODUCTION_USAGE: Final = (
    'Callers are registered and send a signed token (CDS Hooks 2.0, "Trusting CDS Clients"); reads the FHIR servers '
    "registered for them."
)


def build_discovery(keys: Iterable[PrefetchKey], usage: str = DEMO_USAGE) -> Discovery:
    """Build the discovery response. `usage` says who may call."""
    all_keys = tuple(keys)
    prefetch = {key.name: key.template for key in all_keys}
    scopes = ", ".join([*dict.fromkeys(key.scope for key in all_keys), BINARY_SCOPE])
    return Discovery(
        services=[
            ServiceDescription(
                hook=entry.hook,
                id=entry.id,
                title=entry.title,
                description=entry.description,
                prefetch=prefetch,
                usageRequirements=f"{USAGE}{usage} Scopes it uses: {scopes}; without one, that data is not read.",
            )
            for entry in SERVICES.values()
        ]
    )
