"""What is made of a line by its type, status and code alone, which most lines share with many others."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

import msgspec

from cds_service.fhir.datatypes import CodeableConcept
from cds_service.population.counts import Measure
from cds_service.population.prefetch_filter import PrefetchFilter
from cds_service.population.records import clean, write_counted

ORDERS: Final = frozenset({"ServiceRequest", "ProcedureRequest"})
_DOCUMENT: Final = "DocumentReference"
_VOID: Final = "entered-in-error"
_MOST: Final = 50_000
_CONCEPT: Final = msgspec.json.Decoder(CodeableConcept | None)
_Key: TypeAlias = tuple[str, str | None, bytes]


class Verdict(NamedTuple):
    """What is made of lines: whether they are asked for, or what to count of them once for a patient."""

    is_asked: bool
    counted: tuple[bytes, ...] = ()


@dataclass(slots=True)
class Verdicts:
    """Judges lines. `knows`: whether a concept stands for anything in the content."""

    asked: PrefetchFilter
    knows: Callable[[CodeableConcept], bool]
    _known: dict[_Key, Verdict] = field(default_factory=dict)

    def judge(self, kind: str, status: str | None, written: bytes) -> Verdict:
        """Return the verdict on lines of a type with this status and this code, as it is written.

        Raises:
            msgspec.ValidationError: the code has another type than FHIR's.
        """
        key = kind, status, written
        verdict = self._known.get(key)
        return verdict if verdict is not None else self._find(key)

    def _find(self, key: _Key) -> Verdict:
        kind, status, written = key
        concept = _CONCEPT.decode(written) if written else None
        is_asked = self._is_asked(kind, status, concept)
        verdict = Verdict(is_asked, () if is_asked else self._list_counted(kind, concept))
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[key] = verdict
        return verdict

    def _is_asked(self, kind: str, status: str | None, concept: CodeableConcept | None) -> bool:
        """Return whether a resource may be judged. An order is, whatever became of it: it was signed once."""
        if kind in ORDERS:
            return status != _VOID
        return self.asked.accepts(kind, status, concept)

    def _list_counted(self, kind: str, concept: CodeableConcept | None) -> tuple[bytes, ...]:
        """Return what is to be counted of a resource that the prefetch does not ask for: codes with no meaning here."""
        if concept is None or (kind != _DOCUMENT and self.knows(concept)):
            return ()
        measure, label = (Measure.NOTE_TYPE, "not read") if kind == _DOCUMENT else (Measure.UNMAPPED, kind)
        return tuple(write_counted(measure, f"{label}|{system}|{code}") for system, code in list_codes(concept))


def list_codes(concept: CodeableConcept) -> Iterator[tuple[str, str]]:
    """Yield the codings of a concept, as system and code, that a report can name."""
    for one in concept.coding or ():
        if one is not None and one.code is not None and (code := clean(str(one.code))):
            yield clean(one.system), code
