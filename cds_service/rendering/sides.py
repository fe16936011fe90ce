"""Changing the side of a caller's own order: the whole resource as it came, only its side changed."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from cds_service.model.sides import Side
from cds_service.model.terminology import Code, SiteMeaning, StudyMeaning, Terminology

_WORD = re.compile(r"[^\W\d_]+")


class SideChanger:
    """Moves an order to a side by its codes and body sites."""

    def __init__(self, terms: Terminology) -> None:
        self._terms = terms
        self._codes_of = {(code.system, meaning): code for code, meaning in reversed(tuple(terms.studies.items()))}
        self._sites = {meaning: code for code, meaning in reversed(tuple(terms.sites.items()))}

    def change(self, raw: bytes, side: Side) -> dict[str, Any] | None:
        """The caller's order on `side`; None where anything in it still names the other: it cannot be changed safely.

        That may be a text, or a code: of a reason, in an extension, or a local one beside the code that was changed.
        """
        order: dict[str, Any] = msgspec.json.decode(raw)
        code = order.get("code") or {}
        codings = code.get("coding") or []
        changed = [self._move_code(coding, side) for coding in codings]
        if any(changed):
            code.pop("text", None)
        order["bodySite"] = [self._hip(side)]
        is_in_doubt = any(changed) and not all(self._code(coding) in self._terms.studies for coding in codings)
        return None if is_in_doubt or self._names(order, side.opposite) else order

    def _move_code(self, coding: dict[str, Any], side: Side) -> bool:
        code = self._code(coding)
        study = self._terms.studies.get(code)
        if study is None or study.side in {Side.UNSTATED, side}:
            return False
        moved = self._codes_of.get((code.system, StudyMeaning(study.region, study.modality, study.contrast, side)))
        if moved is None:
            return False
        coding["code"] = moved.code
        coding.pop("display", None)
        return True

    def _code(self, coding: dict[str, Any]) -> Code:
        return Code(self._terms.systems.get(str(coding.get("system")), ""), str(coding.get("code")))

    def _hip(self, side: Side) -> dict[str, Any]:
        code = self._sites[SiteMeaning("hip-region", side)]
        return {"coding": [{"system": self._terms.uris[code.system], "code": code.code}], "text": f"{side.value} hip"}

    def _names(self, order: dict[str, Any], side: Side) -> bool:
        words = {word for word, name in self._terms.words.side if name == side.value}
        return any(
            not words.isdisjoint(_WORD.findall(part.lower()))
            if isinstance(part, str)
            else side in self._sides_of(self._code(part))
            for part in _parts(order)
        )

    def _sides_of(self, code: Code) -> set[Side]:
        found = {meaning.side for meaning in self._terms.meanings(code)}
        placed = (self._terms.studies.get(code), self._terms.sites.get(code))
        return found | {meaning.side for meaning in placed if meaning} | {self._terms.laterality.get(code, Side.BOTH)}


def _parts(value: Any) -> Iterator[str | dict[str, Any]]:
    """Every text and every coding in a resource, however deep."""
    match value:
        case str():
            yield value
        case dict():
            if "code" in value:
                yield value
            for one in value.values():
                yield from _parts(one)
        case list():
            for one in value:
                yield from _parts(one)
