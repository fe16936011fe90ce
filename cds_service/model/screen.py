"""The groups of the safety screen: what may be a reason to act, for how long, and which advice it stops."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from cds_service.model.sides import Side
from cds_service.model.terminology import Code

ALL_RESTRAINT: Final = "all"  # in `stops`: every advice of restraint


@dataclass(frozen=True, slots=True)
class ScreenGroup:
    """A group of the safety screen (clinical design, second edition, R1).

    `stops`: the ids of the rules whose restraint a hit stops, or "all". `window_days`: how long a hit counts; None if
    it never expires. `clock`: what the window runs from, "recorded", "since-pain" or "sphincter".
    `is_always`: in rule 14 a hit of any date counts. `is_sided`: a hit counts only for its own side.
    """

    id: str
    label: str
    stops: frozenset[str]
    window_days: int | None
    clock: str
    is_always: bool = False
    is_sided: bool = False


@dataclass(frozen=True, slots=True)
class ScreenPattern:
    """Words that count as a hit, or make one something else.

    `parts`: of each part one alternative must stand in the sentence, in the content's notation of words: "fever" is
    the whole word, "malignan-" its beginning, "-sarcoma-" any part of it. The first part is the mention itself.
    `within`: words between two parts. `is_ordered`: the parts follow each other. `is_whole`: the mention spans all of
    them, as "cannot pass urine" does. `unless`: words in the sentence with which it does not hold.
    """

    cause: str
    parts: tuple[tuple[str, ...], ...]
    within: int = 0
    is_ordered: bool = False
    is_whole: bool = False
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScreenBranch:
    """A branch of ICD-10 that counts as a hit; `last` ends a range of categories.

    `elsewhere`: words of the record that say another site, unless one of `here` stands there too.
    """

    cause: str
    first: str
    last: str = ""
    excluded: tuple[str, ...] = ()
    side: Side = Side.UNSTATED
    elsewhere: tuple[str, ...] = ()
    here: tuple[str, ...] = ()

    def includes(self, code: str) -> bool:
        """Return whether a code with its point belongs to the branch."""
        if self.excluded and code.startswith(self.excluded):
            return False
        return self.first <= code[:3] <= self.last if self.last else code.startswith(self.first)


@dataclass(frozen=True, slots=True)
class ScreenLimit:
    """A number that counts as a hit.

    `codes`: LOINC codes of the test. `units`: units that name the measurement by themselves. `words`: names of it in
    words. `low` and `high`: a number at or below, or at or above it, counts. `times_upper`: one above so many times
    the upper limit of its own range, else of `upper`; `factors`: what turns other units into that of `upper`. `most`:
    a number above it is no such measurement. `other_names`: words in a name that make it something else. `only_units`:
    the units that it may have, if any. `is_in_texts`: it also counts where a note names it.
    """

    cause: str
    codes: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    times_upper: float | None = None
    upper: float | None = None
    factors: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    most: float | None = None
    is_temperature: bool = False
    other_names: tuple[str, ...] = ()
    only_units: frozenset[str] | None = None
    is_in_texts: bool = True


@dataclass(frozen=True, slots=True)
class AnswerWords:
    """How the answer to a question is read.

    `normal`: answers that deny what the question names, or find it normal; `unanswered`: those that say nothing;
    `beside`: words that change neither. `faculties`: words for what a healthy person has, as sensation: that it is
    absent (`lost`) is a sign, unless the name holds one of `signs` and so is that of a sign.
    """

    normal: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()
    beside: frozenset[str] = frozenset()
    faculties: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScreenTable:
    """What a group's hits are: words, look-alikes that are none, codes, numbers and findings of the precise reader.

    `is_done`: the group is about what was done, so what is planned is no hit.
    """

    group: ScreenGroup
    words: tuple[ScreenPattern, ...]
    look_alikes: tuple[ScreenPattern, ...]
    branches: tuple[ScreenBranch, ...]
    snomed: frozenset[str]
    limits: tuple[ScreenLimit, ...]
    findings: frozenset[str]
    is_done: bool = False


@dataclass(frozen=True, slots=True)
class LanguageWords:
    """Words that tell languages apart: common ones of the content's language, and words of others.

    `clinical`: abbreviations and names of drugs, which tell nothing. `neutral`: endings that medicine has in every
    language. `foreign_endings`: endings that show another language.
    """

    own: frozenset[str]
    clinical: frozenset[str]
    other: frozenset[str]
    neutral: tuple[str, ...]
    foreign_endings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SafetyScreen:
    """All tables of the safety screen.

    `unread`: branches of ICD-10 that are not read at all, with their displays. `test_name`: what makes the name of a
    procedure that of a test, which is not read either. `positive`: answers and results that make the name of a test a
    mention. `answers`: how other answers are read.
    """

    tables: tuple[ScreenTable, ...]
    unread: tuple[ScreenBranch, ...]
    test_name: ScreenPattern
    positive: frozenset[str]
    language: LanguageWords
    answers: AnswerWords

    @property
    def tests(self) -> frozenset[Code]:
        """The LOINC codes of the tests whose numbers count."""
        limits = [limit for table in self.tables for limit in table.limits]
        return frozenset(Code("loinc", code) for limit in limits for code in limit.codes)
