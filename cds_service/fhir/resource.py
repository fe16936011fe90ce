"""The fields that all FHIR resources share."""

import msgspec

from cds_service.fhir.datatypes import Subject


class Resource(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, tag_field="resourceType"):
    """The fields that all resources share. `patient` is DSTU2's name for `subject`."""

    id: str | None = None
    subject: Subject | None = None
    patient: Subject | None = None
    language: str | None = None
