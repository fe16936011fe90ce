"""The content's terminology by what senders write: one look-up from a coding's system and code to all it means here."""

from typing import Final, NamedTuple

from cds_service.fhir.resources import CodeableConcept
from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side
from cds_service.model.terminology import BodySiteMeaning, Code, FindingMeaning, StudyMeaning, Terminology

_ICD: Final = "icd10cm"
_MAX_CODE_LENGTH = 40  # characters; no code of these systems is longer


class KnownCode(NamedTuple):
    """All that one code means here."""

    code: Code
    meanings: tuple[FindingMeaning, ...] = ()
    study: StudyMeaning | None = None
    site: BodySiteMeaning | None = None
    laterality: Side | None = None
    question: str | None = None
    value: FindingValue | None = None
    severity: str | None = None

    @property
    def side(self) -> Side:
        """The side it states as a body site or qualifier."""
        if self.laterality is not None:
            return self.laterality
        return self.site.side if self.site else Side.UNSTATED


class CodeLookup:
    """Looks codings up. Made once for a terminology; every accepted URI of a system leads to the same."""

    def __init__(self, terminology: Terminology) -> None:
        self.terminology = terminology
        codes = {
            *terminology.findings,
            *terminology.studies,
            *terminology.body_sites,
            *terminology.laterality,
            *terminology.questions,
        }
        codes |= {*terminology.present, *terminology.absent, *terminology.severity}
        self._by_coding: dict[tuple[str | None, str | int | None], KnownCode] = {
            (uri, code.code): self._build_known_code(code)
            for uri, system in terminology.system_by_uri.items()
            for code in codes
            if code.system == system
        }
        self._icd_uris = frozenset(uri for uri, system in terminology.system_by_uri.items() if system == _ICD)

    def look_up(self, concept: CodeableConcept | None) -> list[KnownCode]:
        """What a concept's codings mean here, unknown ones left out. Asked of every resource, so kept plain."""
        found: list[KnownCode] = []
        if concept is None or concept.coding is None:
            return found
        for coding in concept.coding:
            if coding is None:
                continue
            system, code = coding.system, coding.code
            known = self._by_coding.get((system, code))
            if known is None and (system in self._icd_uris or type(code) is int):
                known = self._look_up_unusual(system, code)
            if known is not None:
                found.append(known)
        return found

    def _look_up_unusual(self, system: str | None, code: str | int | None) -> KnownCode | None:
        """A coding that is not written as the content has it: of a branch, without its point, or as a number."""
        if system in self._icd_uris and code is not None:
            return self._look_up_icd10cm(str(code))
        return self._by_coding.get((system, str(code)))

    def _look_up_icd10cm(self, text: str) -> KnownCode | None:
        """ICD-10-CM: with the point some senders leave out, and by the branch a code belongs to."""
        code = text.upper()[:_MAX_CODE_LENGTH]
        if len(code) > 3 and "." not in code:
            code = f"{code[:3]}.{code[3:]}"
        known = self._build_known_code(Code(_ICD, code))
        return known if known.meanings else None

    def _build_known_code(self, code: Code) -> KnownCode:
        terms = self.terminology
        absent = FindingValue.ABSENT if code in terms.absent else None
        return KnownCode(
            code,
            terms.find_meanings(code),
            terms.studies.get(code),
            terms.body_sites.get(code),
            terms.laterality.get(code),
            terms.questions.get(code),
            FindingValue.PRESENT if code in terms.present or code in terms.severity else absent,
            terms.severity.get(code),
        )
