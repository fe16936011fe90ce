"""A patient's records, decoded once, each resource once, with the dates from which they are known."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple, get_args

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
_RESOURCES: Final = msgspec.json.Decoder(list[SupportedResource])


class Own(NamedTuple):
    """A resource with the fields of its record that the service does not read."""

    resource: SupportedResource
    record: ResourceRecord


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
        for resource, *_ in self.dated:
            name = _CODE_FIELDS.get(type(resource))
            concept = getattr(resource, name) if name else None
            if concept is not None:
                yield type(resource).__name__, concept


def read_patient(patient_id: str, records: Iterable[bytes]) -> PatientRecords:
    """Decode the records of a patient. Their order does not matter."""
    patient = PatientRecords(patient_id)
    fields: list[ResourceRecord] = []
    for record in sorted(records):
        kind, _, rest = record.partition(TAB)
        if kind == RESOURCE:
            fields.append(read_resource(record))
        elif kind == BINARY:
            name, _, content = rest.partition(TAB)
            patient.binaries[name.decode()] = content
        elif kind == UNREADABLE:
            patient.unreadable[rest.decode()] += 1
        else:
            measure, _, detail = rest.decode().partition("\t")
            patient.once.add((measure, detail))
    patient.size = sum(len(one.json) for one in fields)
    resources = _RESOURCES.decode(b"[" + b",".join([one.json for one in fields]) + b"]")
    _add_newest(patient, map(Own, resources, fields))
    return patient


def _add_newest(patient: PatientRecords, resources: Iterable[Own]) -> None:
    """Add each resource once: of several with the same id the one that was updated last."""
    newest: dict[tuple[str, str | bytes], Own] = {}
    for own in resources:
        kind = type(own.resource).__name__
        key = kind, own.resource.id or own.record.json
        known = newest.get(key)
        if known is None:
            newest[key] = own
            continue
        patient.repeated[kind] += 1
        if (own.record.updated, own.record.json) > (known.record.updated, known.record.json):
            newest[key] = own
    for (kind, _), (resource, record) in newest.items():
        if record.extra:
            name = kind if kind == "Patient" else f"{kind}/{resource.id}"
            patient.extras[name] = record.extra.decode()
        dated = date_resource(resource, record.later_date.decode())
        patient.dated.append(dated)
        if kind == "Encounter":
            patient.visits.append(dated)
        elif isinstance(resource, ServiceRequest):
            patient.orders.append(resource)
        elif isinstance(resource, Patient):
            patient.patient = resource
