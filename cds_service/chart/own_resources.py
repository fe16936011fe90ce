"""Tell the resources of a call's patient from those that name another one."""

from collections.abc import Iterable

from cds_service.chart.fact_collector import FactCollector
from cds_service.fhir.resources import SupportedResource
from cds_service.fhir.subject import belongs_to_patient, names_a_patient


def list_own(
    resources: Iterable[SupportedResource], patient_id: str, collector: FactCollector
) -> list[SupportedResource]:
    """Return the resources that do not name another patient."""
    reference = f"Patient/{patient_id}"  # how nearly every resource names its patient
    return [
        resource
        for resource in resources
        if (resource.subject is not None and resource.subject.reference == reference)
        or accept_or_ignore(resource, patient_id, collector)
    ]


def accept_or_ignore(resource: SupportedResource, patient_id: str, collector: FactCollector) -> bool:
    """Return whether a resource belongs to the patient, and record it as ignored if it does not."""
    belongs = belongs_to_patient(resource, patient_id)
    if not belongs:
        collector.ignore(resource, "it names another patient")
        if not names_a_patient(resource):  # it may be this patient's: what it holds is not seen
            collector.missing_types.add(type(resource).__name__)
    return belongs
