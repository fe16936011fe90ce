"""Screen codes by branch: ICD-10 as senders write it, and single SNOMED CT codes."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from cds_service.model.screen import SafetyScreen, ScreenBranch
from cds_service.model.sides import Side
from cds_service.narrative.words.tokenizer import normalize_phrase
from cds_service.screen.folding import expand_word, fold_characters, fold_spelling

_ICD: Final = re.compile(r"([A-Z]\d[0-9A-Z])\.?([0-9A-Z]{0,4})")
_ICD_URIS: Final = ("icd-10", "icd10", "2.16.840.1.113883.6.90", "2.16.840.1.113883.6.3")
_PROCEDURES: Final = "pcs"  # ICD-10-PCS, whose codes look alike
_SNOMED_URIS: Final = ("snomed.info/sct", "2.16.840.1.113883.6.96")
_REMEMBERED: Final = 4096  # codes


class CodeHit(NamedTuple):
    """A code of a group: the content's branch for it and the side that it states.

    `branch`: given where the record's words may say that it means another site.
    """

    group: str
    cause: str
    side: Side = Side.UNSTATED
    branch: ScreenBranch | None = None


class CodeVerdict(NamedTuple):
    """What a code says. `is_unread`: neither it nor its display is read. `is_judged`: the screen knows it."""

    hits: tuple[CodeHit, ...] = ()
    is_unread: bool = False
    is_judged: bool = False


_NOTHING: Final = CodeVerdict()


class CodeScreen:
    """Screens codes. Created once; safe to share. Codes are remembered: they name no patient."""

    def __init__(self, screen: SafetyScreen) -> None:
        self._screen = screen
        self.judge = lru_cache(_REMEMBERED)(self._judge)

    def _judge(self, system: str | None, code: str | int | None) -> CodeVerdict:
        """Return what a code says."""
        text = str(code or "").strip().upper()
        uri = (system or "").lower()
        if any(part in uri for part in _SNOMED_URIS):
            hits = tuple(CodeHit(table.group.id, text) for table in self._screen.tables if text in table.snomed)
            return CodeVerdict(hits, is_judged=bool(hits))
        icd = _icd_code(uri, text)
        if icd is None:
            return _NOTHING
        if any(branch.includes(icd) for branch in self._screen.unread):
            return CodeVerdict(is_unread=True)
        return CodeVerdict(
            is_judged=True,
            hits=tuple(
                CodeHit(table.group.id, branch.cause, branch.side, branch if branch.elsewhere else None)
                for table in self._screen.tables
                for branch in table.branches
                if branch.includes(icd)
            ),
        )


def _icd_code(uri: str, text: str) -> str | None:
    """Return an ICD-10 code with its point, or None if it is no such code. Without a system its point must show it."""
    if uri and (_PROCEDURES in uri or not any(part in uri for part in _ICD_URIS)):
        return None
    match = _ICD.match(text)
    if match is None or (not uri and "." not in text):
        return None
    return f"{match[1]}.{match[2]}" if match[2] else match[1]


def is_elsewhere(branch: ScreenBranch, texts: Iterable[str | None]) -> bool:
    """Return whether the words of a record say that its code means another site."""
    words = " ".join(normalize_phrase(fold_characters(text)) for text in texts if text)
    folded = f" {fold_spelling(words)} "
    return _names(branch.elsewhere, folded) and not _names(branch.here, folded)


def _names(words: Sequence[str], folded: str) -> bool:
    return any(form in folded for word in words for form in expand_word(word))
