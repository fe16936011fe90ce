"""Whose record a resource is."""

import re

from cds_service.fhir.resources import Patient, SupportedResource

_PATIENT_REFERENCE = re.compile(r"(?:^|/)Patient/([^/|]+)(?:/_history/.*)?$")
_URN = "urn:uuid:"


def read_patient_id(reference: str) -> str | None:
    """Return the id of the patient that a reference names; None if it names something else, such as a group.

    All these name patient 12: `Patient/12`, `Patient/12/_history/3`, its URL, `urn:uuid:12`, and `12`.
    """
    match = _PATIENT_REFERENCE.search(reference)
    if match:
        return match[1]
    bare = reference.removeprefix(_URN)
    return bare if bare and bare.isprintable() and not {"/", "#", "|", ":"} & {*bare} else None


def belongs_to_patient(resource: SupportedResource, patient_id: str) -> bool:
    """Return whether a resource belongs to the patient: it names this patient, or no patient."""
    if isinstance(resource, Patient):
        return resource.id in {None, patient_id}
    subject = resource.subject or resource.patient
    if subject is None or subject.reference is None:
        return True
    if subject.reference == f"Patient/{patient_id}":  # as nearly always
        return True
    match = _PATIENT_REFERENCE.search(subject.reference)
    return (match[1] if match else subject.reference.removeprefix("urn:uuid:")) == patient_id


def names_a_patient(resource: SupportedResource) -> bool:
    """Return whether a resource names its patient by a reference that can be compared: `Patient/12`, or its URL."""
    subject = resource.subject or resource.patient
    return bool(subject and subject.reference and _PATIENT_REFERENCE.search(subject.reference))
