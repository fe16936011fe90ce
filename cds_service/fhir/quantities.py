"""Read the fields that few records need and senders fill in many ways: quantities, supplies and dosages.

They stay unparsed until they are needed, so that a strange one makes nothing else of its record unreadable.
"""

from typing import Final, TypeVar

import msgspec

from cds_service.fhir.datatypes import CodeableConcept, Period

_DAYS_BY_UNIT: Final = {
    **dict.fromkeys(("d", "day", "days"), 1),
    **dict.fromkeys(("wk", "week", "weeks"), 7),
    **dict.fromkeys(("mo", "month", "months"), 30),
    **dict.fromkeys(("a", "y", "year", "years"), 365),
}
_CELSIUS: Final = frozenset({"cel", "c", "°c", "degc", "deg c", "celsius", "degrees c", "degrees celsius"})
_FAHRENHEIT: Final = frozenset({"[degf]", "degf", "f", "°f", "deg f", "fahrenheit", "degrees f", "degrees fahrenheit"})

_ONLY_FAHRENHEIT: Final = 70  # no body is as warm as this in degrees Celsius, or as cold in degrees Fahrenheit


class Quantity(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A number with its unit, as text and as a code. Some senders write the number as text."""

    value: float | str | None = None
    unit: str | None = None
    code: str | None = None

    @property
    def number(self) -> float | None:
        """Return the number, or None if there is none."""
        try:
            return None if self.value is None else float(self.value)
        except ValueError:
            return None

    @property
    def units(self) -> set[str]:
        """Return the unit's code and text in lower case."""
        return {text.strip().lower() for text in (self.code, self.unit) if text}


class Supply(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What a prescription lets be dispensed: for how long, and how often again."""

    validityPeriod: Period | None = None  # noqa: N815 - FHIR's name
    numberOfRepeatsAllowed: int | None = None  # noqa: N815 - FHIR's name
    expectedSupplyDuration: Quantity | None = None  # noqa: N815 - FHIR's name


class Dosage(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """How a drug is given, in words and as a route."""

    text: str | None = None
    patientInstruction: str | None = None  # noqa: N815 - FHIR's name
    route: CodeableConcept | None = None
    site: CodeableConcept | None = None
    method: CodeableConcept | None = None


T = TypeVar("T")


def parse_quantity(raw: msgspec.Raw) -> Quantity | None:
    """Return a quantity, or None if there is none that can be read."""
    return _parse(raw, Quantity)


def parse_supply(raw: msgspec.Raw) -> Supply:
    """Return what may be dispensed; an empty one if nothing can be read."""
    return _parse(raw, Supply) or Supply()


def parse_dosages(raw: msgspec.Raw) -> list[Dosage]:
    """Return the dosages that can be read."""
    return _parse(raw, list[Dosage]) or []


def _parse(raw: msgspec.Raw, kind: type[T]) -> T | None:
    if len(raw) == 0:
        return None
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def to_celsius(quantity: Quantity) -> float | None:
    """Return a temperature in degrees Celsius, or None if its unit is another one. Without a unit, its height tells."""
    number, units = quantity.number, quantity.units
    if number is None:
        return None
    if units & _CELSIUS or (not units and number < _ONLY_FAHRENHEIT):
        return number
    return (number - 32) / 1.8 if not units or units & _FAHRENHEIT else None


def to_days(quantity: Quantity | None) -> float | None:
    """Return a duration in days, or None if it cannot be told."""
    if quantity is None or quantity.number is None:
        return None
    days = next((_DAYS_BY_UNIT[unit] for unit in quantity.units if unit in _DAYS_BY_UNIT), None)
    return None if days is None else quantity.number * days
