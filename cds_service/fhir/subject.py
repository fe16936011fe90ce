"""Whose record a resource is."""

import re

from cds_service.fhir.resources import Patient, SupportedResource

_PATIENT_REFERENCE = re.compile(r"(?:^|/)Patient/([^/|]+)(?:/_history/.*)?$")


def belongs_to_patient(resource: SupportedResource, patient_id: str) -> bool:
    """Whether a resource is the patient's own: it names this patient, or none."""
    if isinstance(resource, Patient):
        return resource.id in {None, patient_id}
    about = resource.subject or resource.patient
    return about is None or about.reference is None or _refers_to(about.reference, patient_id)


def _refers_to(reference: str, patient_id: str) -> bool:
    match = _PATIENT_REFERENCE.search(reference)
    return (match[1] if match else reference.removeprefix("urn:uuid:")) == patient_id
