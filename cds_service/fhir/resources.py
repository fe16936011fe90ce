"""The few fields of FHIR resources that the service reads, typed leniently: R4, and the shapes of DSTU2 and STU3.

Every field is optional, because charts leave out what the standard requires. A field of an impossible type makes only
its own resource unreadable. `gc=False`: the structs hold no cycles, and a call creates hundreds. `omit_defaults`: a
resource encoded again holds the fields that are read, and no others (the dry run over a population).
"""

from typing import TypeAlias

import msgspec

from cds_service.fhir.datatypes import (
    NOT_PRESENT,
    CodeableConcept,
    Coding,
    CodingOrConcept,
    Concepts,
    Notes,
    Period,
    Reference,
    Status,
)
from cds_service.fhir.documents import Binary, DocumentReference, Encounter, QuestionnaireResponse
from cds_service.fhir.resource import Resource

_TRUE = frozenset({b"true", b'"true"'})
_NO_DATE = frozenset({b"", b"null", b"false", b'""', b"{}", b"[]"})
_HARMLESS_SEVERITIES = frozenset({"warning", "information", "success"})


class Patient(Resource, frozen=True, gc=False):
    """A patient. Only the birth date is read, and whether the patient has died."""

    birthDate: str | None = None  # noqa: N815 - FHIR's name
    deceasedBoolean: msgspec.Raw = NOT_PRESENT  # noqa: N815 - FHIR's name
    deceasedDateTime: msgspec.Raw = NOT_PRESENT  # noqa: N815 - FHIR's name

    @property
    def is_deceased(self) -> bool:
        """Return whether the record says that the patient has died. A date that cannot be read still says so."""
        return bytes(self.deceasedBoolean) in _TRUE or bytes(self.deceasedDateTime) not in _NO_DATE


class Condition(Resource, frozen=True, gc=False):
    """A problem or diagnosis. `notes` is DSTU2's name for `note`."""

    code: CodeableConcept | None = None
    note: Notes = None
    notes: Notes = None
    bodySite: Concepts = None  # noqa: N815 - FHIR's name
    severity: CodeableConcept | None = None
    clinicalStatus: Status = None  # noqa: N815 - FHIR's name
    verificationStatus: Status = None  # noqa: N815 - FHIR's name
    onsetDateTime: str | None = None  # noqa: N815 - FHIR's name
    onsetPeriod: Period | None = None  # noqa: N815 - FHIR's name
    recordedDate: str | None = None  # noqa: N815 - FHIR's name
    dateRecorded: str | None = None  # noqa: N815 - DSTU2's name
    assertedDate: str | None = None  # noqa: N815 - STU3's name
    abatementDateTime: str | None = None  # noqa: N815 - FHIR's name
    abatementBoolean: bool | None = None  # noqa: N815 - DSTU2's name
    abatementPeriod: msgspec.Raw = NOT_PRESENT  # noqa: N815 - FHIR's name
    abatementAge: msgspec.Raw = NOT_PRESENT  # noqa: N815 - FHIR's name
    abatementRange: msgspec.Raw = NOT_PRESENT  # noqa: N815 - FHIR's name
    abatementString: msgspec.Raw = NOT_PRESENT  # noqa: N815 - FHIR's name
    stage: msgspec.Raw = NOT_PRESENT
    evidence: msgspec.Raw = NOT_PRESENT
    onsetString: msgspec.Raw = NOT_PRESENT  # noqa: N815 - FHIR's name


class Component(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A part of an Observation: a question and its answer. For numbers, only their presence is read."""

    code: CodeableConcept | None = None
    valueCodeableConcept: CodeableConcept | None = None  # noqa: N815 - FHIR's name
    valueBoolean: bool | None = None  # noqa: N815 - FHIR's name
    valueString: str | None = None  # noqa: N815 - FHIR's name
    valueInteger: msgspec.Raw = NOT_PRESENT  # noqa: N815 - FHIR's name
    valueQuantity: msgspec.Raw = NOT_PRESENT  # noqa: N815 - FHIR's name
    valueRange: msgspec.Raw = NOT_PRESENT  # noqa: N815 - FHIR's name
    valueRatio: msgspec.Raw = NOT_PRESENT  # noqa: N815 - FHIR's name
    interpretation: Concepts = None
    dataAbsentReason: CodeableConcept | None = None  # noqa: N815 - FHIR's name
    referenceRange: msgspec.Raw = NOT_PRESENT  # noqa: N815 - FHIR's name


class Observation(Resource, frozen=True, gc=False):
    """A finding, an answer, or a set of answers."""

    code: CodeableConcept | None = None
    status: str | None = None
    note: Notes = None
    comments: str | None = None  # DSTU2's name; STU3: `comment`
    comment: str | None = None
    bodySite: Concepts = None  # noqa: N815 - FHIR's name
    effectiveDateTime: str | None = None  # noqa: N815 - FHIR's name
    effectiveInstant: str | None = None  # noqa: N815 - FHIR's name
    effectivePeriod: Period | None = None  # noqa: N815 - FHIR's name
    valueCodeableConcept: CodeableConcept | None = None  # noqa: N815 - FHIR's name
    valueBoolean: bool | None = None  # noqa: N815 - FHIR's name
    valueString: str | None = None  # noqa: N815 - FHIR's name
    valueInteger: msgspec.Raw = NOT_PRESENT  # noqa: N815 - FHIR's name
    valueQuantity: msgspec.Raw = NOT_PRESENT  # noqa: N815 - FHIR's name
    valueRange: msgspec.Raw = NOT_PRESENT  # noqa: N815 - FHIR's name
    valueRatio: msgspec.Raw = NOT_PRESENT  # noqa: N815 - FHIR's name
    interpretation: Concepts = None
    dataAbsentReason: CodeableConcept | None = None  # noqa: N815 - FHIR's name
    referenceRange: msgspec.Raw = NOT_PRESENT  # noqa: N815 - FHIR's name
    component: list[Component] | None = None


class Procedure(Resource, frozen=True, gc=False):
    """Something that was done."""

    code: CodeableConcept | None = None
    status: str | None = None
    note: Notes = None
    bodySite: Concepts = None  # noqa: N815 - FHIR's name
    performedDateTime: str | None = None  # noqa: N815 - FHIR's name
    performedPeriod: Period | None = None  # noqa: N815 - FHIR's name
    outcome: CodeableConcept | None = None
    statusReason: Concepts = None  # noqa: N815 - FHIR's name
    notPerformed: bool | None = None  # noqa: N815 - DSTU2's name
    notDone: bool | None = None  # noqa: N815 - STU3's name
    reasonCode: Concepts = None  # noqa: N815 - FHIR's name
    complication: msgspec.Raw = NOT_PRESENT
    followUp: msgspec.Raw = NOT_PRESENT  # noqa: N815 - FHIR's name
    reasonReference: msgspec.Raw = NOT_PRESENT  # noqa: N815 - FHIR's name
    report: msgspec.Raw = NOT_PRESENT


class ServiceRequest(Resource, frozen=True, gc=False):
    """An order, or a draft of one."""

    code: CodeableConcept | None = None
    status: str | None = None
    intent: str | None = None
    doNotPerform: bool | None = None  # noqa: N815 - FHIR's name
    note: Notes = None
    bodySite: Concepts = None  # noqa: N815 - FHIR's name
    orderDetail: Concepts = None  # noqa: N815 - FHIR's name
    reasonCode: Concepts = None  # noqa: N815 - FHIR's name
    reasonReference: list[Reference] | None = None  # noqa: N815 - FHIR's name
    authoredOn: str | None = None  # noqa: N815 - FHIR's name
    occurrenceDateTime: str | None = None  # noqa: N815 - FHIR's name
    occurrencePeriod: Period | None = None  # noqa: N815 - FHIR's name
    supportingInfo: msgspec.Raw = NOT_PRESENT  # noqa: N815 - FHIR's name
    patientInstruction: msgspec.Raw = NOT_PRESENT  # noqa: N815 - FHIR's name


class ProcedureRequest(ServiceRequest, frozen=True, gc=False):
    """A ServiceRequest as STU3 and DSTU2 name it."""


class Medication(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A medication contained in its order."""

    id: str | None = None
    code: CodeableConcept | None = None


class MedicationRecord(Resource, frozen=True, gc=False):
    """The fields that medication orders and statements share. Of the dosage, only its texts are read.

    `dosageInstruction` is what orders call it, `dosage` what statements do.
    """

    status: str | None = None
    statusReason: Concepts = None  # noqa: N815 - FHIR's name
    note: Notes = None
    dosageInstruction: msgspec.Raw = NOT_PRESENT  # noqa: N815 - FHIR's name
    dosage: msgspec.Raw = NOT_PRESENT
    reasonCode: Concepts = None  # noqa: N815 - FHIR's name
    reasonReference: msgspec.Raw = NOT_PRESENT  # noqa: N815 - FHIR's name
    medicationCodeableConcept: CodeableConcept | None = None  # noqa: N815 - FHIR's name
    medicationReference: Reference | None = None  # noqa: N815 - FHIR's name
    contained: list[Medication] | None = None


class MedicationRequest(MedicationRecord, frozen=True, gc=False):
    """A prescription."""

    doNotPerform: bool | None = None  # noqa: N815 - FHIR's name
    authoredOn: str | None = None  # noqa: N815 - FHIR's name
    dispenseRequest: msgspec.Raw = NOT_PRESENT  # noqa: N815 - FHIR's name


class MedicationStatement(MedicationRecord, frozen=True, gc=False):
    """A medication that the patient takes or does not take. `taken` is STU3's field, `wasNotTaken` DSTU2's."""

    taken: str | None = None
    wasNotTaken: bool | None = None  # noqa: N815 - FHIR's name
    effectiveDateTime: str | None = None  # noqa: N815 - FHIR's name
    effectivePeriod: Period | None = None  # noqa: N815 - FHIR's name


class DiagnosticReport(Resource, frozen=True, gc=False):
    """A report on imaging or another investigation."""

    code: CodeableConcept | None = None
    status: str | None = None
    effectiveDateTime: str | None = None  # noqa: N815 - FHIR's name
    effectivePeriod: Period | None = None  # noqa: N815 - FHIR's name
    issued: str | None = None
    category: Concepts = None
    conclusion: str | None = None
    conclusionCode: Concepts = None  # noqa: N815 - FHIR's name
    presentedForm: msgspec.Raw = NOT_PRESENT  # noqa: N815 - FHIR's name
    contained: msgspec.Raw = NOT_PRESENT


class PractitionerRole(Resource, frozen=True, gc=False):
    """A user's role and specialty at the site, in the site's codes."""

    active: bool | None = None
    practitioner: Reference | None = None
    code: Concepts = None
    specialty: Concepts = None


class Series(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A series of an imaging study."""

    modality: CodingOrConcept | None = None
    bodySite: CodingOrConcept | None = None  # noqa: N815 - FHIR's name
    laterality: CodingOrConcept | None = None
    description: str | None = None


class ImagingStudy(Resource, frozen=True, gc=False):
    """Imaging that was done."""

    status: str | None = None
    started: str | None = None
    procedureCode: Concepts = None  # noqa: N815 - FHIR's name
    modality: list[Coding] | None = None
    description: str | None = None
    series: list[Series] | None = None
    reasonCode: msgspec.Raw = NOT_PRESENT  # noqa: N815 - FHIR's name
    reasonReference: msgspec.Raw = NOT_PRESENT  # noqa: N815 - FHIR's name
    note: msgspec.Raw = NOT_PRESENT


class Issue(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """An issue of an OperationOutcome."""

    severity: str | None = None


class OperationOutcome(Resource, frozen=True, gc=False):
    """A failure where data was expected. Among the results of a search it may be only a warning."""

    issue: list[Issue] | None = None

    @property
    def is_failure(self) -> bool:
        """Return whether it reports that something could not be read."""
        return not self.issue or any(issue.severity not in _HARMLESS_SEVERITIES for issue in self.issue)


SupportedResource: TypeAlias = (
    Patient
    | Condition
    | Observation
    | Procedure
    | ServiceRequest
    | ProcedureRequest
    | MedicationRequest
    | MedicationStatement
    | DiagnosticReport
    | ImagingStudy
    | PractitionerRole
    | Encounter
    | DocumentReference
    | Binary
    | QuestionnaireResponse
    | OperationOutcome
)
SUPPORTED_TYPES = frozenset(kind.__name__ for kind in SupportedResource.__args__)
