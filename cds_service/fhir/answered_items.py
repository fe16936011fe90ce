"""Parse the items of an answered questionnaire one by one, so that a strange one costs itself."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import msgspec

from cds_service.fhir.datatypes import NOT_PRESENT, Coding, is_present

_DEEPEST: Final = 8  # groups within groups; no questionnaire we know has more than five
_MOST_ANSWERS: Final = 2_000  # of one response; source: our own bound, ten times the longest form we know
_ERRORS: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class GivenAnswer(msgspec.Struct, frozen=True, gc=False):
    """An answer to a question. Numbers stay as they were sent; what was attached is not read."""

    valueBoolean: bool | None = None  # noqa: N815 - FHIR's name
    valueCoding: Coding | None = None  # noqa: N815 - FHIR's name
    valueString: str | None = None  # noqa: N815 - FHIR's name
    valueDate: str | None = None  # noqa: N815 - FHIR's name
    valueDateTime: str | None = None  # noqa: N815 - FHIR's name
    valueInteger: msgspec.Raw = NOT_PRESENT  # noqa: N815 - FHIR's name
    valueDecimal: msgspec.Raw = NOT_PRESENT  # noqa: N815 - FHIR's name
    valueQuantity: msgspec.Raw = NOT_PRESENT  # noqa: N815 - FHIR's name
    item: msgspec.Raw = NOT_PRESENT


class _Item(msgspec.Struct, frozen=True, gc=False):
    linkId: str | None = None  # noqa: N815 - FHIR's name
    text: str | None = None
    answer: list[msgspec.Raw] | None = None
    item: msgspec.Raw = NOT_PRESENT


@dataclass(frozen=True, slots=True)
class AnsweredItem:
    """A question with its answers. `heads`: the texts of the groups and questions above it.

    `is_whole`: every one of its answers could be read.
    """

    link_id: str | None
    heads: tuple[str, ...]
    text: str | None
    answers: tuple[GivenAnswer, ...]
    is_whole: bool = True


@dataclass(slots=True)
class AnsweredItems:
    """The items that could be read, and how many parts could not."""

    items: list[AnsweredItem] = field(default_factory=list)
    unreadable: int = 0
    answers: int = 0


_LIST: Final = msgspec.json.Decoder(list[msgspec.Raw])
_ITEM: Final = msgspec.json.Decoder(_Item)
_ANSWER: Final = msgspec.json.Decoder(GivenAnswer)


def parse_items(raw: msgspec.Raw) -> AnsweredItems:
    """Return the items of a response, each question by itself, in the order of the form."""
    found = AnsweredItems()
    _add_items(raw, (), found)
    return found


def _add_items(raw: msgspec.Raw, heads: tuple[str, ...], found: AnsweredItems) -> None:
    if not is_present(raw):
        return
    if len(heads) > _DEEPEST:
        found.unreadable += 1
        return
    for part in _decode_list(raw, found):
        _add_item(part, heads, found)


def _decode_list(raw: msgspec.Raw, found: AnsweredItems) -> list[msgspec.Raw]:
    try:
        return _LIST.decode(raw)
    except _ERRORS:
        found.unreadable += 1
        return []


def _add_item(raw: msgspec.Raw, heads: tuple[str, ...], found: AnsweredItems) -> None:
    try:
        item = _ITEM.decode(raw)
    except _ERRORS:
        found.unreadable += 1
        return
    answers = list(_decode_answers(item.answer or (), found))
    readable = tuple(answer for answer in answers if answer is not None)
    if answers:
        found.items.append(AnsweredItem(item.linkId, heads, item.text, readable, len(readable) == len(answers)))
    found.unreadable += found.answers > _MOST_ANSWERS
    below = (*heads, item.text or "")  # an item without a text counts for the depth, too
    _add_items(item.item, below, found)
    for answer in readable:
        _add_items(answer.item, below, found)


def _decode_answers(raws: list[msgspec.Raw] | tuple[()], found: AnsweredItems) -> Iterator[GivenAnswer | None]:
    for raw in raws:
        found.answers += 1
        try:
            yield _ANSWER.decode(raw) if found.answers <= _MOST_ANSWERS else None
        except _ERRORS:
            found.unreadable += 1
            yield None
