"""The bearer token of a call for the FHIR server (CDS Hooks 2.0, "Passing the Access Token")."""

import msgspec


class FhirAuthorization(msgspec.Struct, frozen=True):
    """The token, the patient that it is bound to, and its scopes if they are a text. Never logged."""

    access_token: str
    patient: str | None = None
    scope: str | None = None

    def __repr__(self) -> str:
        return "FhirAuthorization(...)"


def parse_authorization(value: object) -> FhirAuthorization | None:
    """Return the token of a call, or None if it has none.

    A malformed authorization costs the token alone: a call whose prefetch is whole needs none. So does one whose
    patient cannot be read, as it may be another's.
    """
    if not isinstance(value, dict):
        return None
    token, patient, scope = value.get("access_token"), value.get("patient"), value.get("scope")
    if not (isinstance(token, str) and token.strip() and isinstance(patient, str | None)):
        return None
    return FhirAuthorization(token, patient or None, scope if isinstance(scope, str) else None)
