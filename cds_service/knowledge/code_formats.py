"""The shape of codes, system by system: check digits, patterns, and the side digit of ICD-10-CM."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from cds_service.model.sides import Side

_VERHOEFF_PRODUCT = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 2, 3, 4, 0, 6, 7, 8, 9, 5),
    (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7),
    (4, 0, 1, 2, 3, 9, 5, 6, 7, 8),
    (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2),
    (7, 6, 5, 9, 8, 2, 1, 0, 4, 3),
    (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)
_VERHOEFF_PERMUTATION = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 5, 7, 6, 2, 8, 3, 0, 9, 4),
    (5, 8, 0, 3, 7, 9, 6, 1, 4, 2),
    (8, 9, 1, 6, 0, 4, 3, 5, 2, 7),
    (9, 4, 5, 3, 1, 2, 6, 8, 7, 0),
    (4, 2, 8, 6, 5, 7, 3, 9, 0, 1),
    (2, 7, 9, 3, 8, 0, 6, 4, 1, 5),
    (7, 0, 4, 6, 9, 1, 3, 2, 5, 8),
)


def is_snomed_ct(code: str) -> bool:
    """Return whether a code is a well-formed SNOMED CT identifier, including its Verhoeff check digit."""
    if not re.fullmatch(r"[1-9]\d{5,17}", code):
        return False
    check = 0
    for position, digit in enumerate(reversed(code)):
        check = _VERHOEFF_PRODUCT[check][_VERHOEFF_PERMUTATION[position % 8][int(digit)]]
    return check == 0


def is_loinc(code: str) -> bool:
    """Return whether a code is a well-formed LOINC code, including its mod-10 check digit."""
    match = re.fullmatch(r"(\d{1,7})-(\d)", code)
    if not match:
        return False
    doubled = [int(digit) * (2 if position % 2 == 0 else 1) for position, digit in enumerate(reversed(match[1]))]
    return (10 - sum(value // 10 + value % 10 for value in doubled) % 10) % 10 == int(match[2])


def _matches(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda code: compiled.fullmatch(code) is not None


SNOMED_CT: Final = "sct"
ICD10CM: Final = "icd10cm"
# By the content's name for each system: the check of a code's form, and what is wrong with a code that fails it.
CODE_FORMATS: dict[str, tuple[Callable[[str], bool], str]] = {
    SNOMED_CT: (is_snomed_ct, "is not a SNOMED CT identifier (its check digit fails)"),
    "loinc": (is_loinc, "is not a LOINC code (its check digit fails)"),
    ICD10CM: (_matches(r"[A-TV-Z]\d?([0-9A-Z?])?(\.[0-9A-Z?]{1,4})?"), "is not an ICD-10-CM code or prefix"),
    "cpt": (_matches(r"\d{4}[0-9A-Z]"), "is not a CPT number"),
    "rxnorm": (_matches(r"\d{1,8}"), "is not an RxNorm identifier"),
    "dicom": (_matches(r"[A-Z]{2,4}"), "is not a DICOM code"),
    "finding": (_matches(r"[a-z]+(-[a-z]+)*"), "is not in the form of this service's own codes"),
    "order": (_matches(r"[a-z]+(-[a-z]+)*"), "is not in the form of this service's own codes"),
}

# ICD-10-CM's usual side digits. A branch whose digits differ (M79.604, M79.605) lists them in `digits`.
_SIDE_DIGITS = (
    ("1", Side.RIGHT),
    ("2", Side.LEFT),
    ("3", Side.BOTH),
    ("0", Side.UNSTATED),
    ("9", Side.UNSTATED),
)


def expand_side_digit(code: str, side: Side, digits: Mapping[Side, str] | None = None) -> Iterator[tuple[str, Side]]:
    """Yield each code that "?" stands for with the side its digit states; yield a code without "?" unchanged.

    Args:
        code: A code as the content lists it.
        side: The side of a code without "?".
        digits: The digits that state each side, where they are not the usual ones.
    """
    if "?" not in code:
        yield code, side
        return
    listed_digits = [(digit, stated) for stated, numerals in (digits or {}).items() for digit in numerals]
    for digit, stated in listed_digits or _SIDE_DIGITS:
        yield code.replace("?", digit), stated
