"""The safety screen as charts use it: of words, codes and numbers, and of the language of a text."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from cds_service.model.screen import SafetyScreen
from cds_service.narrative.phrase_finder import PhraseFinder
from cds_service.narrative.text_cache import TextCache
from cds_service.narrative.words.lexicon import Lexicon
from cds_service.narrative.words.tokenizer import normalize_phrase
from cds_service.screen.answer_reader import AnswerReader
from cds_service.screen.code_screen import CodeScreen
from cds_service.screen.language import LanguageCheck
from cds_service.screen.procedure_names import ProcedureNames
from cds_service.screen.text_screen import TextScreen
from cds_service.screen.value_screen import ValueScreen

_LONGEST_ANSWER: Final = 40  # characters; an answer is a word or two

_SPHINCTER: Final = "sphincter"  # the clock of groups in which what is long-standing does not count


@dataclass(frozen=True, slots=True)
class Screens:
    """All screens. Created once; safe to share between threads.

    `is_positive`: tells whether an answer or a result says yes.
    """

    texts: TextScreen
    codes: CodeScreen
    values: ValueScreen
    languages: LanguageCheck
    procedures: ProcedureNames
    groups_by_finding: dict[str, tuple[str, ...]]
    sphincter_groups: frozenset[str]
    is_positive: TextCache[bool]
    answers: AnswerReader


def _is_positive(positive: frozenset[str], answer: str) -> bool:
    if len(answer) > _LONGEST_ANSWER:
        return False
    return answer.strip().lower() in positive or normalize_phrase(answer) in positive


def build_screens(screen: SafetyScreen, narrative: Lexicon, finder: PhraseFinder | None = None) -> Screens:
    """Build the screens from the content. `finder`: the reader's, whose phrases they share."""
    groups: dict[str, tuple[str, ...]] = {}
    for table in screen.tables:
        for finding in table.findings:
            groups[finding] = (*groups.get(finding, ()), table.group.id)
    return Screens(
        texts=TextScreen(screen, narrative, finder),
        codes=CodeScreen(screen),
        values=ValueScreen(screen),
        languages=LanguageCheck(screen.language, narrative),
        procedures=ProcedureNames(screen.test_name),
        groups_by_finding=groups,
        sphincter_groups=frozenset(one.group.id for one in screen.tables if one.group.clock == _SPHINCTER),
        is_positive=TextCache(partial(_is_positive, screen.positive)),
        answers=AnswerReader(screen.answers),
    )
