"""One call for each rule that shows a card, by the rule's topic code, for the card tests."""

from synthetic import (
    LOINC,
    RXNORM,
    SELECT,
    SIGN,
    VIEW,
    Json,
    bundle,
    buttock_to_calf,
    call,
    concept,
    condition,
    observation,
    order,
    prefetch,
    resource,
    whole_prefetch,
)

_LEFT = [concept("7771000")]


def _failed_care() -> Json:
    pain = condition("lateral-hip-pain", "https://hip-spine-cds.example/fhir/CodeSystem/finding", bodySite=_LEFT)
    pain["onsetDateTime"] = "2025-09-01"
    therapy = resource("Procedure", status="completed", code=concept("91251008"), performedDateTime="2025-11-03")
    drug = resource(
        "MedicationRequest",
        status="active",
        medicationCodeableConcept=concept("310965", RXNORM),
        authoredOn="2025-12-01",
    )
    return prefetch(pain, procedures=bundle(therapy), medicationRequests=bundle(drug))


def _imaged() -> Json:
    study = resource(
        "ImagingStudy", status="available", started="2026-01-12", procedureCode=[concept("30679-5", LOINC)]
    )
    return whole_prefetch(imagingStudies=bundle(study))


def _two_sides() -> Json:
    return order("36490-1", LOINC, bodySite=[concept("287679003")])  # the code is right, the body site left


CALLS: dict[str, tuple[str, Json]] = {
    "CaudaEquina": (VIEW, call(VIEW, prefetch=prefetch(observations=bundle(observation("saddle-anaesthesia"))))),
    "SpinePatternHipImaging": (
        SELECT,
        call(
            SELECT,
            order("73721", bodySite=[concept("287579007")]),
            prefetch=prefetch(*buttock_to_calf(), condition("6077001", number=3)),
        ),
    ),
    "HipPatternSpineImaging": (SELECT, call(SELECT, order("72148"), prefetch=prefetch(condition("102570003")))),
    "WrongSideOrder": (
        SIGN,
        call(SIGN, order("36490-1", LOINC), prefetch=prefetch(condition("49218002", bodySite=_LEFT))),
    ),
    "WrongSideOrder (two sides)": (SIGN, call(SIGN, _two_sides())),
    "FailedHipCare": (VIEW, call(VIEW, prefetch=_failed_care())),
    "ImagingAlreadyDone": (SIGN, call(SIGN, order("72148"), prefetch=_imaged())),
}
