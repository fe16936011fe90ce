"""The ICD-10-CM codes that a row of the content stands for: from a release, or as patterns."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from cds_service.errors import CodeListError
from cds_service.knowledge.terminology import ListedCode
from cds_service.model.terminology import SEVENTH_CHARACTER_INDEX, FindingMeaning, PrefixMeaning

_CODE = re.compile(r"[A-Z][0-9][0-9A-Z](\.?[0-9A-Z]{1,4})?")


def parse_code_list(lines: Iterable[str]) -> tuple[str, ...]:
    """Parse the codes of a release, sorted. Each line begins with one, with or without a dot, as in the CMS list.

    Raises:
        CodeListError: at the first line that does not begin with a code.
    """
    codes = set()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        code = line.split(maxsplit=1)[0]
        if not _CODE.fullmatch(code):
            raise CodeListError(f"line {number} does not begin with an ICD-10-CM code")
        plain = code.replace(".", "")
        codes.add(f"{plain[:3]}.{plain[3:]}" if len(plain) > 3 else plain)
    return tuple(sorted(codes))


def select_codes(row: ListedCode, release: Sequence[str]) -> set[str]:
    """Select the codes of the sorted release that a row stands for, without those it excepts."""
    head = row.code.partition("?")[0]
    candidates = release[bisect_left(release, head) : bisect_left(release, f"{head}~")]  # "~" sorts after every code
    row_codes = tuple(code for code, _ in row.expanded_codes)
    if not row.is_prefix:
        return {code for code in candidates if code in row_codes}
    branch = PrefixMeaning(FindingMeaning(row.code), row.excepted, row.not_seventh)
    return {code for code in candidates if code.startswith(row_codes) and branch.includes(code)}


def code_patterns(row: ListedCode) -> tuple[str, list[str]]:
    """Build patterns that match whole codes: the codes that a row includes, and which of them it excludes.

    A branch includes every code below it, except the codes and the seventh characters that it excepts.
    """
    digits = "".join(code[row.code.index("?")] for code, _ in row.expanded_codes) if "?" in row.code else ""
    row_pattern = re.escape(row.code).replace(r"\?", f"[{digits}]")
    if not row.is_prefix:
        return row_pattern, []
    excepted = [f"{re.escape(code)}.*" for code in row.excepted]
    if row.not_seventh:
        excepted.append(f"{row_pattern}{'.' * (SEVENTH_CHARACTER_INDEX - len(row.code))}[{row.not_seventh}]")
    return f"{row_pattern}.*", excepted
