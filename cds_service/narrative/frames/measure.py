"""The frame of measures: what a number tells of temperature, the bladder, bone density and weight."""

from collections.abc import Iterator
from typing import NamedTuple

from cds_service.model.facts import FindingValue
from cds_service.narrative.frames.frame import Frame
from cds_service.narrative.frames.place_table import meaning_alone
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Row
from cds_service.narrative.words.lexicon import Mark

_QUANTITY, _UNIT, _INTENT, _COUNT = "quantity", "unit", "intent", "count"
_REACH = 4  # items between a quantity and its number
_MINUS = frozenset({"-", "minus"})
# Fever from 38.0 °C (clinical design, second edition, R1 and F3). The others bound what a body's temperature can be.
_FEVER, _COLD, _HOT, _FREEZING = 38.0, 34.0, 43.0, 32.0
# Urine left behind: more than 200 mL is in keeping with compression of the roots (GIRFT 2023); 50 mL is normal.
_MUCH, _LITTLE = 200, 50
_OSTEOPOROSIS, _LEAST_DENSE = 2.5, 6  # standard deviations below the mean (WHO)


class _Number(NamedTuple):
    value: float
    first: int
    last: int
    unit: str | None
    is_decimal: bool
    is_negative: bool


class MeasureFrame(Frame):
    """Reads numbers: "temp 101.5", "residual 650 mL", "T-score -3.1", "lost 20 lbs unintentionally"."""

    name = "measure"
    kinds = frozenset({_QUANTITY, _UNIT, _INTENT, _COUNT})
    heads = frozenset({_QUANTITY})

    def read(self, row: Row) -> Iterator[Mention]:
        """Yield what the numbers beside quantities tell."""
        for place in row.kinds[_QUANTITY]:
            name = row[place].concept(_QUANTITY) or ""
            number = _number_of(row, place)
            told = _told(name, number) if number else None
            if number and told:
                finding, value = told
                yield self._mention(row, place, number, finding, value)
            elif name == "loss" and number is None:
                yield from self._unmeant(row, place)

    def _mention(self, row: Row, place: int, number: _Number, finding: str, value: FindingValue) -> Mention:
        first, last = min(place, number.first), max(place, number.last)
        meanings = self.table[finding]
        intent = _near(row, _INTENT, first, last)
        name = row[intent].concept(_INTENT) or "" if intent is not None else ""
        if intent is not None and name in meanings:
            first, last = min(first, intent), max(last, intent)
        meaning = meanings.get(name) or meaning_alone(meanings)
        assert meaning is not None  # noqa: S101 - every quantity of the content is read alone
        results = tuple(range(number.first, number.last + 1))
        return Mention(place, meaning, first, last, value=value, parts=(place,), results=results)

    def _unmeant(self, row: Row, place: int) -> Iterator[Mention]:
        """Yield weight that was lost and not meant to be: "unintentional weight loss"."""
        intent = _near(row, _INTENT, place, place)
        if intent is not None and "weight" in row[place].text:
            first, last = min(place, intent), max(place, intent)
            yield Mention(place, self.table["loss"][row[intent].concept(_INTENT) or ""], first, last, parts=(place,))


def _told(quantity: str, number: _Number) -> tuple[str, FindingValue] | None:
    """Return what a number tells of a quantity, and whether it is there."""
    if quantity == "sign" and number.is_negative and number.value <= _LEAST_DENSE:
        quantity = "t-score"  # "DXA 2023 T -2.9"
    if quantity in {"temperature", "sign"}:
        return _temperature(number, is_sure=quantity == "temperature")
    if quantity in {"residual", "scan"}:
        return _residual(number, is_sure=quantity == "residual")
    if quantity == "t-score":
        return ("t-score", FindingValue.PRESENT) if number.is_negative and number.value >= _OSTEOPOROSIS else None
    return ("loss", FindingValue.PRESENT) if number.unit == "weight" else None


def _temperature(number: _Number, *, is_sure: bool) -> tuple[str, FindingValue] | None:
    if not (is_sure or number.is_decimal or number.unit in {"celsius", "fahrenheit"}):
        return None
    in_fahrenheit = (number.value - _FREEZING) / 1.8
    celsius = number.value if number.value <= _HOT else in_fahrenheit
    if not _COLD <= celsius <= _HOT:
        return None
    return "temperature", FindingValue.PRESENT if round(celsius, 2) >= _FEVER else FindingValue.ABSENT


def _residual(number: _Number, *, is_sure: bool) -> tuple[str, FindingValue] | None:
    if number.unit != "millilitre" and not (is_sure and number.unit is None):
        return None
    if number.value >= _MUCH:
        return "residual", FindingValue.PRESENT
    return ("residual", FindingValue.ABSENT) if number.value <= _LITTLE else None


def _number_of(row: Row, place: int) -> _Number | None:
    """Return the number behind a quantity, or else the one before."""
    if not row.has_number and _COUNT not in row.kinds:
        return None
    for step in (1, -1):
        at = place + step
        while 0 <= at < len(row) and abs(at - place) <= _REACH + 1:
            if step > 0 and row[at].concept(_COUNT) and at + 1 < len(row) and row[at + 1].concept(_UNIT) == "weight":
                return _Number(1, at, at + 1, "weight", is_decimal=False, is_negative=False)
            if row[at].number >= 0:
                return _number_at(row, at if step > 0 else _start(row, at))
            if row[at].is_marked(Mark.STOP, Mark.LIST) or (row[at].entry.cues and row[at].text not in {":", "-"}):
                break
            at += step
    return None


def _start(row: Row, at: int) -> int:
    return at - 1 if at > 0 and row[at - 1].number >= 0 else at


def _number_at(row: Row, first: int) -> _Number:
    """Return a number with its decimals and unit: the tokenizer leaves out the point."""
    value, last, is_decimal = float(row[first].number), first, False
    behind = row[first + 1] if first + 1 < len(row) else None
    if behind is not None and behind.number >= 0 and len(behind.text) <= 2 and not behind.year:
        value, last, is_decimal = float(f"{row[first].number}.{behind.text}"), first + 1, True
    unit = row[last + 1].concept(_UNIT) if last + 1 < len(row) else None
    is_negative = first > 0 and row[first - 1].text in _MINUS
    return _Number(value, first - int(is_negative), last + int(unit is not None), unit, is_decimal, is_negative)


def _near(row: Row, kind: str, first: int, last: int) -> int | None:
    """Return the nearest word of a kind, in the same clause."""
    found = [at for at in row.kinds.get(kind, ()) if first - _REACH <= at <= last + _REACH]
    return min(found, key=lambda at: min(abs(at - first), abs(at - last)), default=None)
