"""Why a line of an export is told instead of judged. A closed set: a report names reasons, never what a line holds."""

import re
from enum import StrEnum
from typing import Final


class Reason(StrEnum):
    """Why a line that might have mattered was not used."""

    NOT_UTF8 = "not UTF-8"
    NOT_JSON = "malformed JSON"
    NOT_AN_OBJECT = "no JSON object"
    TOO_LONG = "too long"
    NO_TYPE = "no resourceType"
    SHAPE = "a field of another type than FHIR's"
    NO_PATIENT = "names no patient"
    OTHER_SUBJECT = "is about no patient"
    NO_PATIENT_RECORD = "its patient has no Patient resource"
    DUPLICATE = "came more than once; the newest counts"
    NO_ID = "a Binary that has no id"
    EXPORT_ERROR = "the exporting server's own report of an error"
    DELETED = "the exporting server says that it was deleted"


UNKNOWN: Final = "unknown"
OTHER: Final = "other"
_KNOWN: Final = frozenset(
    re.findall(
        r"\w+",
        """
    Account AdverseEvent AllergyIntolerance Appointment AppointmentResponse AuditEvent Basic Binary
    BodyStructure Bundle CarePlan CareTeam ChargeItem Claim ClaimResponse ClinicalImpression Communication
    CommunicationRequest Composition Condition Consent Contract Coverage CoverageEligibilityRequest
    CoverageEligibilityResponse DetectedIssue Device DeviceRequest DeviceUseStatement DiagnosticReport
    DocumentManifest DocumentReference Encounter Endpoint EpisodeOfCare ExplanationOfBenefit
    FamilyMemberHistory Flag Goal Group GuidanceResponse HealthcareService ImagingStudy Immunization
    ImmunizationEvaluation ImmunizationRecommendation Invoice List Location MeasureReport Media Medication
    MedicationAdministration MedicationDispense MedicationRequest MedicationStatement MolecularSequence
    NutritionOrder Observation OperationOutcome Organization OrganizationAffiliation Parameters Patient Person
    Practitioner PractitionerRole Procedure ProcedureRequest Provenance Questionnaire QuestionnaireResponse
    RelatedPerson RequestGroup ResearchStudy ResearchSubject RiskAssessment Schedule ServiceRequest Slot
    Specimen Substance SupplyDelivery SupplyRequest Task VisionPrescription
        """,
    )
)


def label_type(name: str) -> str:
    """Return a resource type as reports name it: FHIR's own names alone, whatever a line calls itself."""
    return name if name in _KNOWN else OTHER
