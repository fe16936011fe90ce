"""Our own questionnaires: what they ask, and how their items and answers are named for a machine."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Final

from cds_service.model.vocabulary import CANONICAL_BASE

ANSWER_SYSTEM_ID: Final = "answer"
ANSWER_SYSTEM_URI: Final = f"{CANONICAL_BASE}/CodeSystem/{ANSWER_SYSTEM_ID}"
SINCE_SUFFIX: Final = ".since"  # behind the linkId of a question: the item that asks since when


class Answer(Enum):
    """The answers that a question may have. The values are their codes."""

    YES = "yes"
    NO = "no"
    RIGHT = "right"
    LEFT = "left"
    BOTH = "both"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Question:
    """A question about a finding, whose id is the item's linkId. `since`: how the form asks for the first day."""

    finding: str
    text: str
    is_by_side: bool
    since: str | None

    @property
    def affirming(self) -> tuple[Answer, ...]:
        """The answers that say the finding is there."""
        return (Answer.RIGHT, Answer.LEFT, Answer.BOTH) if self.is_by_side else (Answer.YES,)

    @property
    def answers(self) -> tuple[Answer, ...]:
        """The answers that may be chosen."""
        return (*self.affirming, Answer.NO, Answer.UNKNOWN)


@dataclass(frozen=True, slots=True)
class QuestionSection:
    """A part of a questionnaire under one heading."""

    id: str
    title: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """A questionnaire: for whom it is, what for, and what it asks."""

    id: str
    title: str
    purpose: str
    introduction: str
    sections: tuple[QuestionSection, ...]

    @property
    def url(self) -> str:
        """The canonical URL, which responses name."""
        return f"{CANONICAL_BASE}/Questionnaire/{self.id}"


@dataclass(frozen=True, slots=True)
class QuestionWords:
    """Words of others' questions, and the heading under which such a question is read.

    `last`: those that count only at the end of a question or before a comma.
    """

    heading: str = ""
    words: tuple[str, ...] = ()
    last: tuple[str, ...] = ()


_NO_WORDS: Final = QuestionWords()


@dataclass(frozen=True, slots=True)
class OtherQuestions:
    """What others' questions may be about: the family, the past, or something `apart` from what the patient has."""

    family: QuestionWords = _NO_WORDS
    past: QuestionWords = _NO_WORDS
    apart: QuestionWords = _NO_WORDS


_NO_OTHERS: Final = OtherQuestions()


@dataclass(frozen=True, slots=True)
class Questionnaires:
    """All questionnaires, what their answers are called, and the finding of each linkId that has been renamed."""

    forms: tuple[Questionnaire, ...] = ()
    labels: Mapping[Answer, str] = field(default_factory=lambda: MappingProxyType({}))
    former: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    others: OtherQuestions = _NO_OTHERS


NO_QUESTIONNAIRES: Final = Questionnaires()
