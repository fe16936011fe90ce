"""What a line is: its type, whose it is, the entries of one that is a Bundle; or why it is not used."""

import re
from typing import Final

import msgspec

from cds_service.fhir.subject import read_patient_id
from cds_service.population.heads import Head, Owner
from cds_service.population.records import clean
from cds_service.population.told import UNKNOWN, Reason

BUNDLE: Final = "Bundle"
NOT_JSON: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_PATIENT: Final = "Patient"
_TYPE_FIRST: Final = re.compile(rb'\{\s*"resourceType"\s*:\s*"(\w{1,64})"')


class _Request(msgspec.Struct, frozen=True):
    method: str | None = None


class Entry(msgspec.Struct, frozen=True):
    """An entry of a Bundle. One that only says what was deleted has no resource."""

    resource: msgspec.Raw = msgspec.Raw()
    request: _Request | None = None


class _Bundle(msgspec.Struct, frozen=True):
    entry: list[Entry]


class _Typed(msgspec.Struct, frozen=True):
    resourceType: str | None = None  # noqa: N815 - FHIR's name


class NotUsed(Exception):
    """A line is not used; `reason`: why it is told, or None if it is of no use."""

    def __init__(self, reason: Reason | None) -> None:
        super().__init__(reason)
        self.reason = reason


_BUNDLE: Final = msgspec.json.Decoder(_Bundle)
_TYPED: Final = msgspec.json.Decoder(_Typed)
_OWNER: Final = msgspec.json.Decoder(Owner)


def decode_entries(text: bytes) -> list[Entry]:
    """Return the entries of a Bundle.

    Raises:
        NotUsed: it is none.
    """
    try:
        return _BUNDLE.decode(text).entry
    except NOT_JSON as error:
        is_json = isinstance(error, msgspec.ValidationError)
        raise NotUsed(Reason.SHAPE if is_json else why_no_json(error)) from None


def read_type(text: bytes, *, is_too_long: bool) -> str:
    """Return the type of a line's resource.

    Raises:
        NotUsed: it is no JSON object, or has no type.
    """
    match = _TYPE_FIRST.match(text)
    if match:
        return match[1].decode()
    if is_too_long:
        return UNKNOWN
    try:
        kind = _TYPED.decode(text).resourceType
    except msgspec.ValidationError:
        is_object = text.startswith(b"{")
        raise NotUsed(Reason.NO_TYPE if is_object else Reason.NOT_AN_OBJECT) from None
    except NOT_JSON as error:
        raise NotUsed(why_no_json(error)) from None
    if not kind:
        raise NotUsed(Reason.NO_TYPE)
    return kind


def why_no_json(error: Exception) -> Reason:
    """Return why a line is no JSON, or is nothing that can be used."""
    return Reason.NOT_UTF8 if isinstance(error, UnicodeDecodeError) else Reason.NOT_JSON


def decode_owner(text: bytes) -> Owner:
    """Return whose a line is of which nothing else can be decoded.

    Raises:
        NotUsed: nor can this.
    """
    try:
        return _OWNER.decode(text)
    except NOT_JSON as error:
        is_json = isinstance(error, msgspec.ValidationError)
        raise NotUsed(Reason.SHAPE if is_json else why_no_json(error)) from None


def read_owner(kind: str, own_id: str | None, head: Head | Owner) -> str:
    """Return the id of a resource's patient.

    Raises:
        NotUsed: it names none.
    """
    if kind == _PATIENT:
        if not own_id or clean(own_id) != own_id:
            raise NotUsed(Reason.NO_PATIENT)
        return own_id
    subject = head.subject or head.patient
    reference = subject.reference if subject else None
    if not reference:
        raise NotUsed(Reason.NO_PATIENT)
    if reference.startswith("Patient/") and reference.find("/", 8) < 0:  # as nearly always
        patient: str | None = reference[8:]
    else:
        patient = read_patient_id(reference)
    if not patient or clean(patient) != patient:
        raise NotUsed(Reason.OTHER_SUBJECT if "/" in reference else Reason.NO_PATIENT)
    return patient
