"""A patient's records, decoded once, each resource once, with the dates from which they are known."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, get_args

import msgspec

from cds_service.fhir.datatypes import CodeableConcept
from cds_service.fhir.documents import Encounter
from cds_service.fhir.resources import Patient, ServiceRequest, SupportedResource
from cds_service.population.as_of import Dated, date_resource
from cds_service.population.records import BINARY, RESOURCE, TAB, UNREADABLE, ResourceRecord, read_resource

_CODE_FIELDS: Final = {
    kind: next(name for name in ("code", "medicationCodeableConcept") if name in kind.__struct_fields__)
    for kind in get_args(SupportedResource)
    if {"code", "medicationCodeableConcept"} & {*kind.__struct_fields__} and kind.__name__ != "PractitionerRole"
}
_RESOURCE: Final = RESOURCE + TAB
_RESOURCES: Final = msgspec.json.Decoder(list[SupportedResource])


@dataclass(slots=True)
class PatientRecords:
    """What an export holds about a patient.

    `unreadable`: resources that cannot be decoded, by type. `once`: what is to be counted once, as measure and detail.
    `repeated`: resources that came more than once, by type. `extras`: by reference, what their records add (`Head`).
    `visits`, `orders`: those among the dated resources. `size`: bytes of all resources. `binaries`: what Binaries hold
    that notes name, by id, packed.
    """

    id: str
    dated: list[Dated] = field(default_factory=list)
    unreadable: Counter[str] = field(default_factory=Counter)
    once: set[tuple[str, str]] = field(default_factory=set)
    repeated: Counter[str] = field(default_factory=Counter)
    extras: dict[str, str] = field(default_factory=dict)
    visits: list[Dated] = field(default_factory=list)
    orders: list[ServiceRequest] = field(default_factory=list)
    binaries: dict[str, bytes] = field(default_factory=dict)
    patient: Patient | None = None
    size: int = 0

    @property
    def sex(self) -> str:
        """The administrative gender that is recorded, or ""."""
        return self.extras.get("Patient", "")

    def site_of(self, visit: Encounter | None) -> str:
        """Return the site of a visit, or ""."""
        return self.extras.get(f"Encounter/{visit.id}", "") if visit else ""

    def concepts(self) -> Iterator[tuple[str, CodeableConcept]]:
        """Yield the codes of all resources, with the type of each."""
        for dated in self.dated:
            resource = dated.resource
            name = _CODE_FIELDS.get(type(resource))
            concept = getattr(resource, name) if name else None
            if concept is not None:
                yield type(resource).__name__, concept


def read_patient(patient_id: str, records: Iterable[bytes]) -> PatientRecords:
    """Decode the records of a patient. Their order does not matter."""
    patient = PatientRecords(patient_id)
    fields: list[ResourceRecord] = []
    for record in sorted(records):
        if record.startswith(_RESOURCE):  # as nearly all
            fields.append(read_resource(record))
            continue
        kind, _, rest = record.partition(TAB)
        if kind == BINARY:
            name, _, content = rest.partition(TAB)
            patient.binaries[name.decode()] = content
        elif kind == UNREADABLE:
            patient.unreadable[rest.decode()] += 1
        else:
            measure, _, detail = rest.decode().partition("\t")
            patient.once.add((measure, detail))
    written = [one.json for one in fields]
    patient.size = sum(map(len, written))
    resources = _RESOURCES.decode(b"[" + b",".join(written) + b"]")
    _add_newest(patient, zip(resources, fields, strict=True))
    return patient


def _add_newest(patient: PatientRecords, resources: Iterable[tuple[SupportedResource, ResourceRecord]]) -> None:
    """Add each resource once: of several with the same id the one that was updated last."""
    newest: dict[tuple[type, str | bytes], tuple[SupportedResource, ResourceRecord]] = {}
    for resource, record in resources:
        key = type(resource), resource.id or record.json
        before = newest.setdefault(key, (resource, record))[1]
        if before is not record:
            patient.repeated[type(resource).__name__] += 1
            if (record.updated, record.json) > (before.updated, before.json):
                newest[key] = resource, record
    for resource, record in newest.values():
        if record.extra:
            kind = type(resource).__name__
            patient.extras[kind if kind == "Patient" else f"{kind}/{resource.id}"] = record.extra.decode()
        dated = date_resource(resource, record.later_date.decode())
        patient.dated.append(dated)
        if isinstance(resource, Encounter):
            patient.visits.append(dated)
        elif isinstance(resource, ServiceRequest):
            patient.orders.append(resource)
        elif isinstance(resource, Patient):
            patient.patient = resource
