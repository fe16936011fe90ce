"""A CDS Hooks request: envelope and contexts (CDS Hooks 2.0, "Calling a CDS Service"). Resources stay raw here."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Generic, TypeAlias, TypeVar
from uuid import UUID

import msgspec

from cds_service.errors import BadRequest
from cds_service.wire.authorization import FhirAuthorization, parse_authorization
from cds_service.wire.json_decoder import decode_json
from cds_service.wire.user import FHIR_ID, PATIENT_TYPES, parse_user

PATIENT_VIEW: Final = "patient-view"
ORDER_HOOKS: Final = frozenset({"order-select", "order-sign"})
_PROFESSIONAL_TYPES = frozenset({"Practitioner", "PractitionerRole"})
_USER_TYPES = {PATIENT_VIEW: _PROFESSIONAL_TYPES | PATIENT_TYPES}
_PATIENT_REFERENCE = re.compile(rf"(?:Patient/)?({FHIR_ID})")
_ENCOUNTER_REFERENCE = re.compile(rf"(?:Encounter/)?({FHIR_ID})")
_USUAL_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


P = TypeVar("P")


class Envelope(msgspec.Struct, Generic[P], frozen=True):
    """The outer object of a request. Unknown members are ignored. `P` is the type of the prefetch.

    Members of any type are optional: one that cannot be read says nothing. `user` is from drafts before CDS Hooks 1.0.
    """

    hook: str
    hookInstance: str  # noqa: N815 - the specification's name
    context: msgspec.Raw
    fhirServer: Any = None  # noqa: N815 - the specification's name
    fhirAuthorization: Any = None  # noqa: N815 - the specification's name
    prefetch: P | msgspec.UnsetType = msgspec.UNSET
    user: Any = None


# The value of a prefetch key: raw JSON, or a struct if the whole request was decoded with types.
PrefetchValue: TypeAlias = msgspec.Raw | msgspec.Struct | None
Prefetch: TypeAlias = Mapping[str, PrefetchValue]
TypedEnvelope: TypeAlias = Envelope[dict[str, PrefetchValue] | None]
EnvelopeDecoder: TypeAlias = msgspec.json.Decoder[TypedEnvelope]


class PatientContext(msgspec.Struct, frozen=True, kw_only=True):
    """The context of patient-view, whose members order-sign and order-select share."""

    userId: str | None = None  # noqa: N815 - the specification's name; some clients send none
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

    `hook_instance` is a UUID, or any other text of the client's. `user_type` and `user_id` are empty where the client
    did not say; a bare id has no type. `selections` is None for hooks without it: all drafts count. `body`: as it
    came, unparsed so that no representation shows it.
    """

    hook: str
    hook_instance: str
    user_type: str
    user_id: str
    patient_id: str
    prefetch: Prefetch
    draft_orders: msgspec.Raw | None = None
    selections: tuple[str, ...] | None = None
    fhir_server: str | None = None
    authorization: FhirAuthorization | None = None
    encounter_id: str | None = None
    body: msgspec.Raw = msgspec.Raw()

    @property
    def is_user_patient_or_related(self) -> bool:
        """Return whether the user is the patient or a related person. Our cards are not written for them."""
        return self.user_type in PATIENT_TYPES


_ENVELOPE_DECODER = msgspec.json.Decoder(Envelope[msgspec.Raw])
_PREFETCH_DECODER = msgspec.json.Decoder(dict[str, msgspec.Raw])
_NO_PREFETCH: Final[Prefetch] = MappingProxyType({})
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
    body: bytes,
    accepted_hooks: frozenset[str],
    typed_decoder: EnvelopeDecoder | None = None,
) -> HookRequest:
    """Decode and check a request to a service that accepts these hooks.

    `typed_decoder` decodes the prefetch in the same pass. If anything in it is unusual, all of the prefetch stays raw,
    so that each resource can be decoded by itself.

    Raises:
        BadRequest: Names the invalid field.
    """
    envelope = _decode_typed(typed_decoder, body) if typed_decoder else None
    raw = envelope or decode_json(_ENVELOPE_DECODER, body)
    if raw.hook not in accepted_hooks:
        raise BadRequest(f"must be {' or '.join(sorted(accepted_hooks))} for this service", "hook")
    context = decode_json(_CONTEXT_DECODERS[raw.hook], raw.context, "context")
    patient_id = _parse_patient_id(context.patientId)
    user = parse_user(context.userId, raw.user, patient_id, allowed_user_types(raw.hook))
    return HookRequest(
        hook=raw.hook,
        hook_instance=_parse_hook_instance(raw.hookInstance),
        user_type=user.type,
        user_id=user.reference,
        patient_id=patient_id,
        prefetch=_read_prefetch(raw.prefetch),
        draft_orders=getattr(context, "draftOrders", None),
        selections=tuple(context.selections) if isinstance(context, OrderSelectContext) else None,
        fhir_server=raw.fhirServer if isinstance(raw.fhirServer, str) else None,
        authorization=parse_authorization(raw.fhirAuthorization),
        encounter_id=_parse_encounter_id(context.encounterId),
        body=msgspec.Raw(body),
    )


def _decode_typed(typed_decoder: EnvelopeDecoder, body: bytes) -> TypedEnvelope | None:
    try:
        return typed_decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _read_prefetch(prefetch: object) -> Prefetch:
    """Return what was sent, by key. A prefetch that is no object holds nothing: what is required is then missing."""
    if not isinstance(prefetch, msgspec.Raw):
        return prefetch if isinstance(prefetch, dict) else _NO_PREFETCH
    try:
        return _PREFETCH_DECODER.decode(prefetch)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _NO_PREFETCH


def _parse_hook_instance(text: str) -> str:
    """Return a UUID in its usual form, and anything else as it is: it only tells calls apart."""
    if not text:
        raise BadRequest("must not be empty", "hookInstance")
    if _USUAL_UUID.fullmatch(text):
        return text
    try:
        return str(UUID(text))
    except ValueError:
        return text


def _parse_patient_id(text: str) -> str:
    match = _PATIENT_REFERENCE.fullmatch(text)
    if not match:
        raise BadRequest("must be a FHIR id", "context.patientId")
    return match[1]


def _parse_encounter_id(value: object) -> str | None:
    """Return the id of the call's visit. It is optional, and one that is no id only costs the visit's reasons."""
    match = _ENCOUNTER_REFERENCE.fullmatch(value) if isinstance(value, str) else None
    return match[1] if match else None
