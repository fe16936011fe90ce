"""The content's terminology by what senders write: one look-up from a coding's system and code to all it means here."""

from typing import Final, NamedTuple

from cds_service.fhir.resources import CodeableConcept
from cds_service.logic.facts import Value
from cds_service.logic.sides import Side
from cds_service.logic.terminology import Code, Meaning, SiteMeaning, StudyMeaning, Terminology

_ICD: Final = "icd10cm"
_LONGEST = 40  # characters; no code of these systems is longer


class Known(NamedTuple):
    """All that one code means here."""

    code: Code
    meanings: tuple[Meaning, ...] = ()
    study: StudyMeaning | None = None
    site: SiteMeaning | None = None
    laterality: Side | None = None
    question: str | None = None
    value: Value | None = None
    severity: str | None = None

    @property
    def side(self) -> Side:
        """The side it states as a body site or qualifier."""
        if self.laterality is not None:
            return self.laterality
        return self.site.side if self.site else Side.UNSTATED


class Lexicon:
    """Looks codings up. Made once for a terminology; every accepted URI of a system leads to the same."""

    def __init__(self, terms: Terminology) -> None:
        self.terms = terms
        codes = {*terms.findings, *terms.studies, *terms.sites, *terms.laterality, *terms.questions}
        codes |= {*terms.present, *terms.absent, *terms.severity}
        self._exact: dict[tuple[str | None, str | int | None], Known] = {
            (uri, code.code): self._known(code)
            for uri, system in terms.systems.items()
            for code in codes
            if code.system == system
        }
        self._icd_uris = frozenset(uri for uri, system in terms.systems.items() if system == _ICD)

    def all(self, concept: CodeableConcept | None) -> list[Known]:
        """What a concept's codings mean here, unknown ones left out. Asked of every resource, so kept plain."""
        found: list[Known] = []
        if concept is None or concept.coding is None:
            return found
        for coding in concept.coding:
            if coding is None:
                continue
            system, code = coding.system, coding.code
            known = self._exact.get((system, code))
            if known is None and (system in self._icd_uris or type(code) is int):
                known = self._unusual(system, code)
            if known is not None:
                found.append(known)
        return found

    def _unusual(self, system: str | None, code: str | int | None) -> Known | None:
        """A coding that is not written as the content has it: of a branch, without its point, or as a number."""
        if system in self._icd_uris and code is not None:
            return self._icd(str(code))
        return self._exact.get((system, str(code)))

    def _icd(self, text: str) -> Known | None:
        """ICD-10-CM: with the point some senders leave out, and by the branch a code belongs to."""
        code = text.upper()[:_LONGEST]
        if len(code) > 3 and "." not in code:
            code = f"{code[:3]}.{code[3:]}"
        known = self._known(Code(_ICD, code))
        return known if known.meanings else None

    def _known(self, code: Code) -> Known:
        terms = self.terms
        absent = Value.ABSENT if code in terms.absent else None
        return Known(
            code,
            terms.meanings(code),
            terms.studies.get(code),
            terms.sites.get(code),
            terms.laterality.get(code),
            terms.questions.get(code),
            Value.PRESENT if code in terms.present or code in terms.severity else absent,
            terms.severity.get(code),
        )
