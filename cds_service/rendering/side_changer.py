"""The side changer, which returns a caller's own order as it came, with only its side changed."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from cds_service.model.sides import Side
from cds_service.model.terminology import BodySiteMeaning, Code, StudyMeaning, Terminology

_WORD = re.compile(r"[^\W\d_]+")


class SideChanger:
    """Changes the side of an order through its codes and body sites."""

    def __init__(self, terminology: Terminology) -> None:
        self._terminology = terminology
        self._code_by_study = {
            (code.system, meaning): code for code, meaning in reversed(tuple(terminology.studies.items()))
        }
        self._code_by_body_site = {meaning: code for code, meaning in reversed(tuple(terminology.body_sites.items()))}

    def change_side(self, raw: bytes, side: Side) -> dict[str, Any] | None:
        """Return the caller's order on `side`, or None if any part may still name the other side.

        That part may be a text, or a code: of a reason, in an extension, or a local code beside the changed one.
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
        target = StudyMeaning(study.region, study.modality, study.contrast, side)
        target_code = self._code_by_study.get((code.system, target))
        if target_code is None:
            return False
        coding["code"] = target_code.code
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
            any(f" {word} " in f" {' '.join(_WORD.findall(part.lower()))} " for word in words)
            if isinstance(part, str)
            else side in self._sides_of(self._to_code(part))
            for part in _walk_texts_and_codings(order)
        )

    def _sides_of(self, code: Code) -> set[Side]:
        sides = {meaning.side for meaning in self._terminology.find_meanings(code)}
        sides.add(self._terminology.laterality.get(code, Side.BOTH))
        for meaning in (self._terminology.studies.get(code), self._terminology.body_sites.get(code)):
            if meaning:
                sides.add(meaning.side)
        return sides


def _walk_texts_and_codings(value: Any) -> Iterator[str | dict[str, Any]]:
    """Yield every text and every coding in a resource, at any depth."""
    match value:
        case str():
            yield value
        case dict():
            if "code" in value:
                yield value
            for member in value.values():
                yield from _walk_texts_and_codings(member)
        case list():
            for item in value:
                yield from _walk_texts_and_codings(item)
