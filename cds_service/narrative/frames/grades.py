"""Read the grade of a worn joint from the scale of its films: how severe it is."""

from collections.abc import Mapping
from typing import Final

from cds_service.narrative.words.items import Row

SCALE, NUMERAL = "scale", "numeral"
_REACH = 4  # items between the name of a scale and its number
_ROMAN: Final[Mapping[str, int]] = {"one": 1, "two": 2, "three": 3, "four": 4}
# Kellgren and Lawrence, Ann Rheum Dis 1957;16:494; Tönnis, Congenital Dysplasia and Dislocation of the Hip, 1987.
_SEVERITIES: Final[Mapping[str, Mapping[int, str]]] = {
    "kellgren-lawrence": {2: "mild", 3: "moderate", 4: "severe"},
    "tonnis": {1: "mild", 2: "moderate", 3: "severe"},
}


def severity_at(row: Row, scale: int) -> str | None:
    """Return how severe the grade is that follows the name of a scale, or None below the first that counts."""
    joined = row[scale].text[-1]  # "KL3"
    numbers = [int(joined)] if joined.isdecimal() else _numbers(row, scale)
    return _SEVERITIES[row[scale].concept(SCALE) or ""].get(numbers[0]) if len(numbers) == 1 else None


def _numbers(row: Row, scale: int) -> list[int]:
    """Return the numbers behind the name of a scale: two, as in "grade 3-4", are no grade."""
    found: list[int] = []
    for item in row[scale + 1 : scale + 1 + _REACH]:
        last = item.text.rpartition(" ")[2]  # "grade 3" is a word of the examination too
        number = _ROMAN.get(item.concept(NUMERAL) or "", int(last) if last.isdecimal() else item.number)
        if number >= 0:
            found.append(number)
        elif found and item.text not in ("-", "/", "to"):
            break
    return found
