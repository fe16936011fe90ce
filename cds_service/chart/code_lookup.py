"""Look up codings as senders write them: from system URI and code to everything the code means in the content."""

import re
from typing import Final, NamedTuple

from cds_service.chart.code_systems import CodeSystemFinder, read_icd
from cds_service.fhir.datatypes import CodeableConcept, Coding
from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side
from cds_service.model.terminology import (
    BodySiteMeaning,
    Code,
    FindingMeaning,
    Measurement,
    StudyMeaning,
    Terminology,
)

_ICD: Final = "icd10cm"
_MAX_CODE_LENGTH = 40  # characters; no ICD-10-CM code is longer
_SENTENCES = re.compile(r"[.;\n]\s*\w")  # more than one: the name goes on after what begins it


class KnownCode(NamedTuple):
    """A code that the content knows, with everything it means."""

    code: Code
    meanings: tuple[FindingMeaning, ...] = ()
    study: StudyMeaning | None = None
    site: BodySiteMeaning | None = None
    laterality: Side | None = None
    question: str | None = None
    value: FindingValue | None = None
    severity: str | None = None
    measurement: Measurement | None = None

    @property
    def side(self) -> Side:
        """Return the side that the code states as a laterality or body site."""
        if self.laterality is not None:
            return self.laterality
        return self.site.side if self.site else Side.UNSTATED


class CodeLookup:
    """Looks up codings. Created once for a terminology. All accepted URIs of a code system are equivalent."""

    def __init__(self, terminology: Terminology) -> None:
        self.terminology = terminology
        self._no_disease = terminology.limits.no_disease
        codes = {
            *terminology.findings,
            *terminology.studies,
            *terminology.body_sites,
            *terminology.laterality,
            *terminology.questions,
            *terminology.limits.measurements,
        }
        codes |= {*terminology.present, *terminology.absent, *terminology.severity}
        self._by_code = {code: self._build_known_code(code) for code in codes}
        self._by_coding: dict[tuple[str | None, str | int | None], KnownCode] = {
            (uri, code.code): known
            for uri, system in terminology.system_by_uri.items()
            for code, known in self._by_code.items()
            if code.system == system
        }
        self._systems = CodeSystemFinder(terminology)
        self._icd_systems = frozenset({_ICD}) | {
            name for name, shared in terminology.limits.shared_systems.items() if shared.reads_as == _ICD
        }
        # Their codes are looked up as they are written. In all other systems they may be written in another way.
        self._plain_uris = frozenset(
            uri for uri, system in terminology.system_by_uri.items() if system not in self._icd_systems
        )

    def find_system(self, uri: str | None) -> str | None:
        """Return the content's short name of a code system, however its URI is written."""
        return self._systems.find(uri)

    def list_systems(self, concept: CodeableConcept | None) -> tuple[str, ...]:
        """Return the short name of the system of each of a concept's codes, or "other"."""
        codings = concept.coding or () if concept is not None else ()
        systems = [one.system for one in codings if one is not None and one.code is not None]
        return tuple([self._systems.find(system) or "other" for system in systems])

    def look_up(self, concept: CodeableConcept | None) -> list[KnownCode]:
        """Return the known codes among a concept's codings. This runs for every resource, so it is kept simple."""
        known_codes: list[KnownCode] = []
        if concept is None or concept.coding is None:
            return known_codes
        for coding in concept.coding:
            if coding is None:
                continue
            system, code = coding.system, coding.code
            known = self._by_coding.get((system, code))
            if known is None and (system not in self._plain_uris or type(code) is int):
                known = self._look_up_variant(system, code)
            if known is not None:
                known_codes.append(known)
        return known_codes

    def _look_up_variant(self, system: str | None, code: str | int | None) -> KnownCode | None:
        """Look up a code whose system or which itself is not written as in the content.

        It may be a number, or in ICD-10 a code without its point or one below a branch that the content names.
        """
        name = self._systems.find(system)
        if name is None or code is None:
            return None
        if name not in self._icd_systems:
            return self._by_code.get(Code(name, str(code).strip()))
        text = read_icd(str(code), self.terminology.limits.shared_systems.get(name), _MAX_CODE_LENGTH)
        known = self._build_known_code(Code(_ICD, text))
        return known if known.meanings else None

    def names_no_disease(self, concept: CodeableConcept) -> bool:
        """Return whether a concept is about a disease that the patient does not have, as screening is.

        A code says so, or the start of a name. This runs for every problem and procedure, so it is kept simple.
        """
        if concept.text and self._begins_no_disease(concept.text):
            return True
        for coding in concept.coding or ():
            if coding is None:
                continue
            if coding.display and self._begins_no_disease(coding.display):
                return True
            if coding.code is not None and coding.system not in self._plain_uris and self._codes_no_disease(coding):
                return True
        return False

    def _begins_no_disease(self, name: str) -> bool:
        return name.lstrip().lower().startswith(self._no_disease.names) and not _SENTENCES.search(name)

    def _codes_no_disease(self, coding: Coding) -> bool:
        if self._systems.find(coding.system) not in self._icd_systems:
            return False
        code = read_icd(str(coding.code), None, _MAX_CODE_LENGTH)
        rows = (row for length in range(3, len(code) + 1) for row in self._no_disease.codes.get(code[:length], ()))
        return any(row.includes(code) for row in rows)

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
            terms.limits.measurements.get(code),
        )
