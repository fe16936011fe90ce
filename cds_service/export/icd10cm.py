"""Which codes of an ICD-10-CM release a row of the content means: with side digits and branches spelt out."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from cds_service.errors import CodeListError
from cds_service.knowledge.terminology import ListedCode
from cds_service.model.terminology import SEVENTH_CHARACTER_INDEX, FindingMeaning, PrefixMeaning

_CODE = re.compile(r"[A-Z][0-9][0-9A-Z](\.?[0-9A-Z]{1,4})?")


def parse_code_list(lines: Iterable[str]) -> tuple[str, ...]:
    """The codes of a release, sorted: one begins each line, with or without its dot, as in the list the CMS publishes.

    Raises:
        CodeListError: at the first line that does not begin with a code.
    """
    return tuple(sorted(set(_parse_lines(lines))))


def _parse_lines(lines: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        first = line.split(maxsplit=1)[:1]
        if not first:
            continue
        if not _CODE.fullmatch(first[0]):
            raise CodeListError(f"line {number} does not begin with an ICD-10-CM code")
        plain = first[0].replace(".", "")
        yield f"{plain[:3]}.{plain[3:]}" if len(plain) > 3 else plain


def select_codes(row: ListedCode, release: Sequence[str]) -> set[str]:
    """The codes of the sorted release that a row means, but those it excepts."""
    head = row.code.partition("?")[0]
    candidates = release[bisect_left(release, head) : bisect_left(release, f"{head}~")]  # "~" is behind every code
    return {code for code in candidates if _covers(row, code)}


def _covers(row: ListedCode, code: str) -> bool:
    written = tuple(one for one, _ in row.expanded_codes)
    if not row.is_prefix:
        return code in written
    branch = PrefixMeaning(FindingMeaning(row.code), row.excepted, row.not_seventh)
    return code.startswith(written) and branch.includes(code)


def code_patterns(row: ListedCode) -> tuple[str, list[str]]:
    """What a row means as patterns of a whole code: what is taken in, and what of it is left out.

    A branch takes in whatever lies below it, but those it excepts and those of other seventh characters.
    """
    digits = "".join(one[row.code.index("?")] for one, _ in row.expanded_codes) if "?" in row.code else ""
    written = re.escape(row.code).replace(r"\?", f"[{digits}]")
    if not row.is_prefix:
        return written, []
    excepted = [f"{re.escape(below)}.*" for below in row.excepted]
    if row.not_seventh:
        excepted.append(f"{written}{'.' * (SEVENTH_CHARACTER_INDEX - len(row.code))}[{row.not_seventh}]")
    return f"{written}.*", excepted
