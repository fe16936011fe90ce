"""A CDS Hooks request: envelope and contexts (CDS Hooks 2.0, "Calling a CDS Service"). Resources stay raw here."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Generic, TypeAlias, TypeVar
from uuid import UUID

import msgspec

from cds_service.errors import BadRequest
from cds_service.wire.json_decoder import decode_json

PATIENT_VIEW: Final = "patient-view"
ORDER_HOOKS: Final = frozenset({"order-select", "order-sign"})
_PROFESSIONAL_TYPES = frozenset({"Practitioner", "PractitionerRole"})
_USER_TYPES = {PATIENT_VIEW: _PROFESSIONAL_TYPES | {"Patient", "RelatedPerson"}}
FHIR_ID: Final = r"[A-Za-z0-9.\-]{1,64}"
_USER_REFERENCE = re.compile(rf"([A-Za-z]+)/{FHIR_ID}")
_PATIENT_REFERENCE = re.compile(rf"(?:Patient/)?({FHIR_ID})")
_ENCOUNTER_REFERENCE = re.compile(rf"(?:Encounter/)?({FHIR_ID})")


class FhirAuthorization(msgspec.Struct, frozen=True):
    """The bearer token for the FHIR server (CDS Hooks 2.0, "Passing the Access Token"). Never logged."""

    access_token: str
    patient: str | None = None
    scope: Any = None  # a string; anything else says nothing

    def __repr__(self) -> str:
        return "FhirAuthorization(...)"


P = TypeVar("P")


class Envelope(msgspec.Struct, Generic[P], frozen=True):
    """The outer object of a request. Unknown members are ignored. `P` is the type of a prefetch value."""

    hook: str
    hookInstance: str  # noqa: N815 - the specification's name
    context: msgspec.Raw
    fhirServer: str | None = None  # noqa: N815 - the specification's name
    fhirAuthorization: FhirAuthorization | None = None  # noqa: N815 - the specification's name
    prefetch: dict[str, P] | None = None


# The value of a prefetch key: raw JSON, or a struct if the whole request was decoded with types.
PrefetchValue: TypeAlias = msgspec.Raw | msgspec.Struct | None
EnvelopeDecoder: TypeAlias = msgspec.json.Decoder[Envelope[PrefetchValue]]


class PatientContext(msgspec.Struct, frozen=True, kw_only=True):
    """The context of patient-view, whose members order-sign and order-select share."""

    userId: str  # noqa: N815 - the specification's name
    patientId: str  # noqa: N815 - the specification's name
    encounterId: Any = None  # noqa: N815 - the specification's name; anything but a FHIR id says nothing


class OrderSignContext(PatientContext, frozen=True, kw_only=True):
    """The context of order-sign: the orders about to be signed."""

    draftOrders: msgspec.Raw  # noqa: N815 - the specification's name


class OrderSelectContext(OrderSignContext, frozen=True, kw_only=True):
    """The context of order-select: all drafts, and which of them are selected."""

    selections: list[str]


class HookRequest(msgspec.Struct, frozen=True):
    """A checked request. `patient_id` and `encounter_id` are bare ids.

    `size`: the bytes of its body; `objects`: how many JSON objects it has at most. `selections` is None for hooks
    without it: all drafts count.
    """

    hook: str
    hook_instance: str
    user_type: str
    user_id: str
    patient_id: str
    prefetch: Mapping[str, PrefetchValue]
    draft_orders: msgspec.Raw | None = None
    selections: tuple[str, ...] | None = None
    fhir_server: str | None = None
    authorization: FhirAuthorization | None = None
    encounter_id: str | None = None
    size: int = 0
    objects: int = 0

    @property
    def is_user_patient_or_related(self) -> bool:
        """Return whether the user is the patient or a related person. Our cards are not written for them."""
        return self.user_type in {"Patient", "RelatedPerson"}


_ENVELOPE_DECODER: EnvelopeDecoder = msgspec.json.Decoder(Envelope[msgspec.Raw])
CONTEXTS: Final[Mapping[str, type[PatientContext]]] = {
    PATIENT_VIEW: PatientContext,
    "order-select": OrderSelectContext,
    "order-sign": OrderSignContext,
}
_CONTEXT_DECODERS = {hook: msgspec.json.Decoder(context) for hook, context in CONTEXTS.items()}


def allowed_user_types(hook: str) -> frozenset[str]:
    """Return the user types that may call this hook (CDS Hooks 2.0, each hook's "Context")."""
    return _USER_TYPES.get(hook, _PROFESSIONAL_TYPES)


def decode_request(
    body: bytes, accepted_hooks: frozenset[str], typed_decoder: EnvelopeDecoder | None = None
) -> HookRequest:
    """Decode and check a request to a service that accepts these hooks.

    `typed_decoder` decodes the prefetch in the same pass. If anything in it is unusual, all of the prefetch stays raw,
    so that each resource can be decoded by itself.

    Raises:
        BadRequest: Names the invalid field.
    """
    envelope = _decode_typed(typed_decoder, body) if typed_decoder else None
    if envelope is None:
        envelope = decode_json(_ENVELOPE_DECODER, body)
    if envelope.hook not in accepted_hooks:
        raise BadRequest(f"must be {' or '.join(sorted(accepted_hooks))} for this service", "hook")
    if envelope.fhirAuthorization and not envelope.fhirServer:
        raise BadRequest("is required if fhirAuthorization is given", "fhirServer")
    context = decode_json(_CONTEXT_DECODERS[envelope.hook], envelope.context, "context")
    user_type = _parse_user_type(context.userId, allowed_user_types(envelope.hook))
    return HookRequest(
        hook=envelope.hook,
        hook_instance=_parse_hook_instance(envelope.hookInstance),
        user_type=user_type,
        user_id=context.userId,
        patient_id=_parse_patient_id(context.patientId),
        prefetch=envelope.prefetch or MappingProxyType({}),
        draft_orders=getattr(context, "draftOrders", None),
        selections=tuple(context.selections) if isinstance(context, OrderSelectContext) else None,
        fhir_server=envelope.fhirServer,
        authorization=envelope.fhirAuthorization,
        encounter_id=_parse_encounter_id(context.encounterId),
        size=len(body),
        objects=body.count(b"{"),
    )


def _decode_typed(typed_decoder: EnvelopeDecoder, body: bytes) -> Envelope[PrefetchValue] | None:
    try:
        return typed_decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _parse_hook_instance(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise BadRequest("must be a UUID", "hookInstance") from None


def _parse_user_type(text: str, allowed: frozenset[str]) -> str:
    match = _USER_REFERENCE.fullmatch(text)
    if not match or match[1] not in allowed:
        raise BadRequest(f"must be Type/id with a type of {', '.join(sorted(allowed))}", "context.userId")
    return match[1]


def _parse_patient_id(text: str) -> str:
    match = _PATIENT_REFERENCE.fullmatch(text)
    if not match:
        raise BadRequest("must be a FHIR id", "context.patientId")
    return match[1]


def _parse_encounter_id(value: object) -> str | None:
    """Return the id of the call's visit. It is optional, and one that is no id only costs the visit's reasons."""
    match = _ENCOUNTER_REFERENCE.fullmatch(value) if isinstance(value, str) else None
    return match[1] if match else None
