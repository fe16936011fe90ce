"""The clause that denies a mention: from its title or subject to the next comma, turn or condition."""

from collections.abc import Sequence
from typing import Final

from cds_service.model.facts import FindingValue
from cds_service.narrative.context.accounting import ENDING, JOINING, Accounts, own_places
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.lexicon import Mark

_COLON = ":"
_NO_BUT: Final = frozenset({"anything", "all", "nothing", "everything"})  # "anything but normal"
_SAYING: Final = frozenset(
    {"denies", "denied", "has", "had", "have", "reports", "reported", "describes", "described", "states", "complains"}
)
_SIGNS: Final = frozenset({"( - )", "( + )"})  # behind an entry of a form
_MONTHS: Final = frozenset(
    {"january", "february", "march", "april", "june", "july", "august", "september", "october", "november", "december"}
    | {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sept", "sep", "oct", "nov", "dec"}
)  # between what was found then and what is found now
_SINCE: Final = "since"
_ENDED_BY: Final = frozenset({"after", "following", "with", "by"})  # "all gone after the injection"
_ADVERB: Final = "ly"  # "hopefully has no fever"
_MAX_NAME: Final = 3  # words of a name, or of what somebody is
_MAX_TITLE: Final = 3  # words of a title that nobody here knows: "GU: no haematuria"


class DenialClause:
    """The clause in which the item at `denial` denies a mention. `denial` is one of its own if it denies by itself.

    `start`: where it begins; `end`: behind it. `between`: the places between a denial and the mention behind it.
    `entry`: where the entry of the list that names the mention begins, behind the denial.
    """

    def __init__(self, accounts: Accounts, mention: Mention, denial: int) -> None:
        self.accounts = accounts
        self.row = accounts.row
        self.mention = mention
        self.denial = denial
        self.own = frozenset({denial, *own_places(mention)})
        said = (denial, mention.place, mention.first, mention.last, *mention.results)  # not a title that tells where
        self.first, self.last = min(said), max(said)
        self.denies_itself = mention.value is FindingValue.ABSENT
        self.is_before = not self.denies_itself and denial < mention.first
        self.is_over = denial > mention.last and self.row[denial].is_marked(Mark.OVER, Mark.CEASED)
        self.between = range(denial + 1, mention.first) if self.is_before else range(0)
        self.start, self.end, self.entry = self._start(), self._end(), self._entry()

    def _start(self) -> int:
        at = self.first
        while at > 0 and not self._is_begun(at - 1):
            at -= 1
        return at

    def _end(self) -> int:
        at, size = self.last + 1, len(self.row)
        if at < size and at - 1 == self.denial and at in self.accounts.own:
            return at  # the next entry of a form: "fever: no cancer: yes"
        while (
            at < size
            and not self.accounts.ends(at)
            and not (self.is_over and (self.accounts.said(at) in _ENDED_BY or self._is_when(at)))
            and self.row[at].text not in _SIGNS
        ):
            at += 1
        return at

    def _is_when(self, at: int) -> bool:
        """Return whether it is told how long ago it ended: "resolved 3/52 ago"."""
        return at == self.denial + 1 and self.accounts.said(at)[0].isdecimal()

    def _entry(self) -> int:
        joined = [at for at in self.between if self.row[at].text in JOINING]
        return joined[-1] + 1 if joined else self.denial + 1

    @property
    def unknown(self) -> Sequence[int]:
        """The places of its items that are not accounted for. Whatever was over is denied by what says so alone."""
        begin = self.denial if self.is_over else max(self._title_end(), self._subject_end(), self._since_end())
        return [at for at in range(begin, self.end) if not self._is_accounted(at)]

    def _is_begun(self, at: int) -> bool:
        """Return whether the clause begins behind an item. "Anything but" begins none."""
        item, accounts = self.row[at], self.accounts
        if accounts.contrasts(at):
            return not (at and accounts.said(at - 1) in _NO_BUT)
        is_title = item.text == _COLON and any(one.place < at and one is not self.mention for one in accounts.mentions)
        return item.text in ENDING or item.text in _SIGNS or accounts.leaves_out(at) or is_title

    def _title_end(self) -> int:
        """Return where what is said begins, behind a title that is a few words nobody here knows."""
        if self.row[self.start].text.endswith(_COLON):
            return self.start + 1  # "conclusion:" is one item
        colon = next((at for at in range(self.start, self.first) if self.row[at].text == _COLON), None)
        if colon is None or self.start:
            return self.start
        title = range(self.start, colon)
        is_title = colon <= _MAX_TITLE and all(self.row[at].is_unknown and not self.accounts.turns(at) for at in title)
        return colon if is_title or self._is_measured(title) else self.start

    def _is_measured(self, title: range) -> bool:
        """Return whether a title also holds numbers, right before a denial: "Bladder scan 40 ml: no retention"."""
        is_led = self.is_before and title.stop + 1 == self.denial and not self.start
        return is_led and all(self._is_accounted(at) or self.accounts.is_measured(at) for at in title)

    def _subject_end(self) -> int:
        """Return where what is said begins, behind whom it is said of: "Mrs Patel denies", "The roofer has no"."""
        verbs = (self.denial, self.denial - 1) if self.is_before else ()
        verb = next((at for at in verbs if at >= self.start and self._is_said(at)), self.start)
        who = [at for at in range(self.start, verb) if not self.accounts.is_accounted(at)]
        if len(who) > _MAX_NAME or who != list(range(verb - len(who), verb)):
            return self.start
        is_name = all(self.row[at].is_unknown and not self.accounts.said(at).endswith(_ADVERB) for at in who)
        return verb + 1 if who and is_name else self.start

    def _since_end(self) -> int:
        """Return where what is said begins, behind the time from which on it holds: "since the op in June no pain"."""
        if not self.is_before or not self.accounts.said(self.start).startswith(_SINCE):
            return self.start
        led = range(self.start, self.denial)
        return self.denial if all(self._is_accounted(at) or self._is_date(at) for at in led) else self.start

    def _is_date(self, at: int) -> bool:
        return self.row[at].number >= 0 or self.accounts.said(at) in _MONTHS

    def _is_said(self, at: int) -> bool:
        return self.accounts.said(at).split()[0] in _SAYING

    def _is_accounted(self, at: int) -> bool:
        if at > self.last and self.accounts.asks(at):
            return False  # "at no time was numbness asked about"
        if at == self.denial or self.accounts.is_accounted(at) or self._is_listed(at):
            return True
        if self.mention.saying.is_pain and self.mention.last < at < self.denial and self.row[at].is_marked(Mark.OVER):
            return True  # "settled, 0/10 today"
        results = self.mention.results
        if results and results[0] < at < results[-1] and self.accounts.said(at) in _MONTHS:
            return True
        if results and self._is_aside(at):
            return True
        is_inside = self.first < at < self.last and self.row[at].text in ENDING
        return is_inside or (self.denies_itself and self.accounts.is_measured(at))

    def _is_aside(self, at: int) -> bool:
        """Return whether a bracket tells it of the other side's result: "absent R (post discectomy), L normal"."""
        if not self.first < at < self.last or self.row[at].entry.cues:
            return False
        closing = next((one for one in range(at, self.last) if self.row[one].text == ")"), 0)
        opening = next((one for one in range(at, self.first, -1) if self.row[one].text == "("), 0)
        return bool(closing and opening) and self.row[closing + 1].text == "," and self.row[opening - 1].is_side

    def _is_listed(self, at: int) -> bool:
        """Return whether an unknown word is an entry of a denied list: "denies malaise, haemoptysis or weight loss"."""
        row = self.row
        if not row[at].is_unknown or at < self.denial or self.accounts.said(at).endswith("ing"):
            return False
        is_begun = at - 1 == self.denial or _joins(self, at - 1)
        return is_begun and (at + 1 >= len(row) or _joins(self, at + 1))


def _joins(clause: DenialClause, at: int) -> bool:
    item = clause.row[at]
    return item.text in JOINING or item.is_marked(Mark.JOINED)
