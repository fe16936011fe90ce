"""The few fields of a line that say whose it is, whether it is asked for, and what the service's readers leave out.

Decoding them costs less than decoding all fields that are read, and most lines of an export are not asked for.
"""

import re
from collections.abc import Container, Mapping, Sequence
from typing import ClassVar, Final, NamedTuple

import msgspec

from cds_service.fhir.datatypes import NOT_PRESENT, Concepts, Reference, Subject, list_concepts

_IMAGING: Final = frozenset({"363679005", "RAD", "RUS", "RX", "CT", "NMR", "CUS", "NMS", "XRC", "imaging"})


class _Meta(msgspec.Struct, frozen=True, gc=False):
    lastUpdated: str | None = None  # noqa: N815 - FHIR's name


class Head(msgspec.Struct, frozen=True, gc=False):
    """The fields that lines of any type may have. `patient` is DSTU2's name for `subject`.

    `concept`: the code by which a search finds it, or the type of a document. Most share theirs with many others.
    """

    id: str | None = None
    subject: Subject | None = None
    patient: Subject | None = None
    meta: _Meta | None = None
    status: str | None = None
    issued: str | None = None
    dateAsserted: str | None = None  # noqa: N815 - FHIR's name
    concept: ClassVar[msgspec.Raw] = NOT_PRESENT

    @property
    def extra(self) -> str | None:
        """What a report groups by, and the service does not read."""
        return None

    @property
    def updated(self) -> str | None:
        """When the server last changed it."""
        return self.meta.lastUpdated if self.meta else None


class _CodedHead(Head, frozen=True, gc=False):
    concept: msgspec.Raw = msgspec.field(default=NOT_PRESENT, name="code")  # type: ignore[misc]  # not of every line


class _OrderHead(_CodedHead, frozen=True, gc=False):
    category: Concepts = None

    @property
    def extra(self) -> str | None:
        codings = [one for concept in list_concepts(self.category) for one in concept.coding or () if one]
        return "imaging" if any(one.code in _IMAGING for one in codings) else None


class _DocumentHead(Head, frozen=True, gc=False):
    concept: msgspec.Raw = msgspec.field(default=NOT_PRESENT, name="type")  # type: ignore[misc]  # not of every line


class _PatientHead(Head, frozen=True, gc=False):
    gender: str | None = None

    @property
    def extra(self) -> str | None:
        return self.gender


class _EncounterHead(Head, frozen=True, gc=False):
    serviceProvider: Reference | None = None  # noqa: N815 - FHIR's name

    @property
    def extra(self) -> str | None:
        provider = self.serviceProvider
        return (provider.display or provider.reference) if provider else None


class Owner(msgspec.Struct, frozen=True, gc=False):
    """Whose a line is, where nothing else of it can be decoded."""

    subject: Subject | None = None
    patient: Subject | None = None


_KINDS: Final[Mapping[str, type[Head]]] = {
    "Patient": _PatientHead,
    "Encounter": _EncounterHead,
    "Observation": _CodedHead,
    "DiagnosticReport": _CodedHead,
    "ServiceRequest": _OrderHead,
    "ProcedureRequest": _OrderHead,
    "DocumentReference": _DocumentHead,
}
_OTHERS: Final = msgspec.json.Decoder(Head)
_DECODERS: Final[Mapping[str, msgspec.json.Decoder[Head]]] = {
    kind: msgspec.json.Decoder(head) for kind, head in _KINDS.items()
}


_TYPE_FIRST: Final = re.compile(rb'\{"resourceType":"([A-Za-z]+)"')


class Alike(NamedTuple):
    """The type of some lines, and the head of each."""

    kind: str
    heads: list[Head]


def decode_alike(texts: Sequence[bytes], kinds: Container[str]) -> Alike | None:
    """Return the heads of lines that are all of one of these types and in order; None if they have to be told apart.

    Decoded at once they take half the time. Each begins with its type and ends as an object does: what is left open by
    one line cannot be closed by the next, and a line with more than one object shows by their number.
    """
    match = _TYPE_FIRST.match(texts[0]) if texts else None
    if match is None or (kind := match[1].decode()) not in kinds:
        return None
    beginning = match[0]
    if not all(text.startswith(beginning) and text.endswith(b"}") for text in texts):
        return None
    try:
        heads = _DECODERS.get(kind, _OTHERS).decode_lines(b"\n".join(texts))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return Alike(kind, heads) if len(heads) == len(texts) else None


def decode_head(kind: str, text: bytes) -> Head:
    """Return the head of a line of this type.

    Raises:
        msgspec.ValidationError: a field of it has another type than FHIR's.
        msgspec.DecodeError, UnicodeDecodeError, RecursionError: it is no JSON.
    """
    return _DECODERS.get(kind, _OTHERS).decode(text)
