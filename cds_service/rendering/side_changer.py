"""Changing the side of a caller's own order: the whole resource as it came, only its side changed."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from cds_service.model.sides import Side
from cds_service.model.terminology import BodySiteMeaning, Code, StudyMeaning, Terminology

_WORD = re.compile(r"[^\W\d_]+")


class SideChanger:
    """Moves an order to a side by its codes and body sites."""

    def __init__(self, terminology: Terminology) -> None:
        self._terminology = terminology
        self._code_by_study = {
            (code.system, meaning): code for code, meaning in reversed(tuple(terminology.studies.items()))
        }
        self._code_by_body_site = {meaning: code for code, meaning in reversed(tuple(terminology.body_sites.items()))}

    def change_side(self, raw: bytes, side: Side) -> dict[str, Any] | None:
        """The caller's order on `side`; None where anything in it still names the other: it cannot be changed safely.

        That may be a text, or a code: of a reason, in an extension, or a local one beside the code that was changed.
        """
        order: dict[str, Any] = msgspec.json.decode(raw)
        code = order.get("code") or {}
        codings = code.get("coding") or []
        changed = [self._change_coding(coding, side) for coding in codings]
        if any(changed):
            code.pop("text", None)
        order["bodySite"] = [self._hip_body_site(side)]
        is_in_doubt = any(changed) and not all(self._to_code(coding) in self._terminology.studies for coding in codings)
        return None if is_in_doubt or self._mentions_side(order, side.opposite) else order

    def _change_coding(self, coding: dict[str, Any], side: Side) -> bool:
        code = self._to_code(coding)
        study = self._terminology.studies.get(code)
        if study is None or study.side in {Side.UNSTATED, side}:
            return False
        moved = self._code_by_study.get((code.system, StudyMeaning(study.region, study.modality, study.contrast, side)))
        if moved is None:
            return False
        coding["code"] = moved.code
        coding.pop("display", None)
        return True

    def _to_code(self, coding: dict[str, Any]) -> Code:
        return Code(self._terminology.system_by_uri.get(str(coding.get("system")), ""), str(coding.get("code")))

    def _hip_body_site(self, side: Side) -> dict[str, Any]:
        code = self._code_by_body_site[BodySiteMeaning("hip-region", side)]
        return {
            "coding": [{"system": self._terminology.uri_by_system[code.system], "code": code.code}],
            "text": f"{side.value} hip",
        }

    def _mentions_side(self, order: dict[str, Any], side: Side) -> bool:
        words = {word for word, name in self._terminology.imaging_words.side if name == side.value}
        return any(
            not words.isdisjoint(_WORD.findall(part.lower()))
            if isinstance(part, str)
            else side in self._sides_of(self._to_code(part))
            for part in _walk_texts_and_codings(order)
        )

    def _sides_of(self, code: Code) -> set[Side]:
        found = {meaning.side for meaning in self._terminology.find_meanings(code)}
        placed = (self._terminology.studies.get(code), self._terminology.body_sites.get(code))
        return (
            found
            | {meaning.side for meaning in placed if meaning}
            | {self._terminology.laterality.get(code, Side.BOTH)}
        )


def _walk_texts_and_codings(value: Any) -> Iterator[str | dict[str, Any]]:
    """Every text and every coding in a resource, however deep."""
    match value:
        case str():
            yield value
        case dict():
            if "code" in value:
                yield value
            for one in value.values():
                yield from _walk_texts_and_codings(one)
        case list():
            for one in value:
                yield from _walk_texts_and_codings(one)
