"""Changing the side of a caller's own order: the whole resource as it came, only its side changed."""

from collections.abc import Iterator
from typing import Any

import msgspec

from cds_service.logic.sides import Side
from cds_service.logic.terminology import Code, SiteMeaning, StudyMeaning, Terminology

_TEXTS = ("code", "bodySite", "orderDetail", "note", "patientInstruction")


class SideChanger:
    """Moves an order to a side by its codes and body sites."""

    def __init__(self, terms: Terminology) -> None:
        self._terms = terms
        self._codes_of = {(code.system, meaning): code for code, meaning in reversed(tuple(terms.studies.items()))}
        self._sites = {meaning: code for code, meaning in reversed(tuple(terms.sites.items()))}

    def change(self, raw: bytes, side: Side) -> dict[str, Any] | None:
        """The caller's order on `side`; None where its text names the other side: text cannot be changed safely."""
        order: dict[str, Any] = msgspec.json.decode(raw)
        code = order.get("code") or {}
        changed = [self._move_code(coding, side) for coding in code.get("coding") or ()]
        if any(changed):
            code.pop("text", None)
        order["bodySite"] = [self._hip(side)]
        return None if self._names(order, side.opposite) else order

    def _move_code(self, coding: dict[str, Any], side: Side) -> bool:
        code = Code(self._terms.systems.get(coding.get("system", ""), ""), str(coding.get("code")))
        study = self._terms.studies.get(code)
        if study is None or study.side in {Side.UNSTATED, side}:
            return False
        moved = self._codes_of.get((code.system, StudyMeaning(study.region, study.modality, study.contrast, side)))
        if moved is None:
            return False
        coding["code"] = moved.code
        coding.pop("display", None)
        return True

    def _hip(self, side: Side) -> dict[str, Any]:
        code = self._sites[SiteMeaning("hip-region", side)]
        return {"coding": [{"system": self._terms.uris[code.system], "code": code.code}], "text": f"{side.value} hip"}

    def _names(self, order: dict[str, Any], side: Side) -> bool:
        words = {word for word, name in self._terms.words.side if name == side.value}
        said = {word for key in _TEXTS for text in _texts(order.get(key)) for word in text.lower().split()}
        return bool(words & said) or self._has_code_of(order, side)

    def _has_code_of(self, order: dict[str, Any], side: Side) -> bool:
        codings = (order.get("code") or {}).get("coding") or ()
        codes = [Code(self._terms.systems.get(one.get("system", ""), ""), str(one.get("code"))) for one in codings]
        return any(code in self._terms.studies and self._terms.studies[code].side is side for code in codes)


def _texts(value: Any) -> Iterator[str]:
    """Every text in a part of a resource."""
    match value:
        case str():
            yield value
        case dict():
            for key in ("text", "display", "coding"):
                yield from _texts(value.get(key))
        case list():
            for one in value:
                yield from _texts(one)
