"""The user of a call. It is known for a keyed hash, and so that patients and relatives get no cards."""

import re
from typing import Final, NamedTuple

from cds_service.errors import BadRequest

FHIR_ID: Final = r"[A-Za-z0-9.\-]{1,64}"
PATIENT_TYPES: Final = frozenset({"Patient", "RelatedPerson"})
# A reference, relative or absolute; or a bare id, as some clients send it.
_USER: Final = re.compile(rf"(?:(?:https?://[^\s?#]+/)?([A-Za-z]+)/)?({FHIR_ID})")


class User(NamedTuple):
    """A user: its FHIR type and its reference. Without a type, the client sent a bare id and `reference` is that."""

    type: str
    reference: str


NO_USER: Final = User("", "")


def parse_user(user_id: str | None, user: object, patient_id: str, allowed: frozenset[str]) -> User:
    """Return the user by `context.userId` or, without one, by the `user` of drafts before CDS Hooks 1.0.

    Nothing that a card says rests on the user, so a call without one is answered too. A bare id that is the patient's
    own is taken for the patient.

    Raises:
        BadRequest: It is no reference, or one of a type that may not call this hook.
    """
    if user_id:
        return _parse(user_id, patient_id, allowed, "context.userId")
    return _parse(user, patient_id, allowed, "user") if isinstance(user, str) and user else NO_USER


def _parse(text: str, patient_id: str, allowed: frozenset[str], field: str) -> User:
    match = _USER.fullmatch(text)
    if not match or (match[1] and match[1] not in allowed):
        raise BadRequest(f"must be Type/id with a type of {', '.join(sorted(allowed))}", field)
    if match[1]:
        return User(match[1], f"{match[1]}/{match[2]}")
    return User("Patient" if match[2] == patient_id else "", match[2])
