"""Part the entries of a form that is written in lower case: a line that ends in its answer goes on in no other."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

_ANSWER: Final = r"(?:yes|no|y|n|nil|none|denied|present|absent|positive|negative|pos|neg|true|false|normal"
_ENDING: Final = r"|resolved|settled|gone|ongoing|persists|persisting|improving|unchanged|worse|better"
_ENTRY: Final = re.compile(
    rf"\s*[-*\u2022]?\s*[^\W\d_][\w'/ -]{{1,50}}?(?:\s?(?:[:=|\u2013\u2014]|\.{{2,}}|\s-)\s?{_ANSWER}{_ENDING}|\+|-)"
    r"|\s(?:[yn]|[+-]\s?ve|pos|neg|yes|no|\u2713|\u2717|\u2714|\u2718))\s?\.?\s*",
    re.IGNORECASE,
)
# What a line ends in, to look at few of them closely.
_LAST: Final = re.compile(
    rf"(?:(?<![^\W_]){_ANSWER}{_ENDING}|ve)|[-+\u2713\u2717\u2714\u2718])\s?\.?\s*\Z", re.IGNORECASE
)
_TICKED: Final = re.compile(r"\s*(?:\[[xX]\]|[\u2611\u2713\u2714])\s?\w")
_DOTS: Final = re.compile(r"(?<=\s)\.{2,}(?=\s)")  # "fever ... no"


def part_answered_lines(text: str) -> str:
    """Return a text in which each of several entries, one a line, begins with a capital, as a sentence does."""
    if "\n" not in text:
        return text
    return "".join(_begun(text.splitlines(keepends=True)))


def _begun(lines: Sequence[str]) -> Iterator[str]:
    was_entry = False
    for line in lines:
        is_entry = _LAST.search(line) is not None and _ENTRY.fullmatch(line) is not None
        said = _DOTS.sub(_as_colon, line) if is_entry else line
        yield _capital(said) if is_entry and was_entry and said.lstrip()[:1].islower() else said
        was_entry = is_entry or _TICKED.match(line) is not None


def _as_colon(match: re.Match[str]) -> str:
    return ":".ljust(len(match[0]))


def _capital(line: str) -> str:
    """Return a line with its first letter as a capital. It keeps its length."""
    at = len(line) - len(line.lstrip())
    return line[:at] + line[at].upper() + line[at + 1 :]
