"""Read pains: named by themselves, or as places with a pain word, and where they radiate to."""

from dataclasses import dataclass

from cds_service.narrative.items import Item, Role
from cds_service.narrative.lexicon import Mark, PhraseMeaning
from cds_service.narrative.mentions import Mention

_COMMA = ","


@dataclass(slots=True)
class _Pain:
    """A pain being followed. `is_placed`: its places come after it, possibly as a list.

    `listed`: the last word was one that joins a list.
    """

    chain: int
    is_ours: bool = True
    is_placed: bool = False
    runs: bool = False
    listed: bool = False


_BRIDGE, _BREAK = Role.BRIDGE, Role.BREAK


class PainReader:
    """Follows the pains of a sentence from item to item. Anything unknown breaks the connection."""

    def __init__(self, items: list[Item]) -> None:
        self._items = items
        self._pain: _Pain | None = None
        self._waiting: list[int] = []  # places that still lack a pain word
        self._joins: list[str] = []  # the words that join them
        self._chains = 0
        self.mentions: list[Mention] = []
        self.places_without_pain: list[PhraseMeaning] = []  # places without a pain word
        for place, item in enumerate(items):
            self._step(place, item)
        self._end_pain()

    def _step(self, place: int, item: Item) -> None:
        if item.role is _BRIDGE:
            return
        if item.role is _BREAK:  # as most words are
            self._end_pain()
            return
        match item.role:
            case Role.PLACE:
                self._read_place(place, self._saying(place))
            case Role.PAIN:
                self._read_whole(place, self._saying(place))
            case Role.PAIN_WORD:
                self._read_word(place)
            case Role.ELSEWHERE:
                self._end_pain()
                self._pain = _Pain(self._next(), is_ours=False)
            case Role.RUN:
                self._read_run(place, item)
            case Role.LIST:
                self._read_list(item)

    def _next(self) -> int:
        self._chains += 1
        return self._chains

    def _end_pain(self) -> None:
        self._pain = None
        if self._waiting:
            self.places_without_pain += [self._saying(place) for place in self._waiting]
            self._waiting, self._joins = [], []

    def _saying(self, place: int) -> PhraseMeaning:
        saying = self._items[place].entry.saying
        assert saying is not None  # noqa: S101 - only places of pain wait
        return saying

    def _read_whole(self, place: int, saying: PhraseMeaning) -> None:
        """Read a pain named by itself. Where it radiates to, and places that share its pain word, share its side."""
        pain = self._pain
        runs_on = pain is not None and pain.is_ours and pain.runs
        if pain is not None and not pain.is_ours and pain.runs:
            return  # it radiates there from a place outside the content
        chain = pain.chain if pain is not None and runs_on else self._next()
        self._share(place, chain)
        self.mentions.append(Mention(place, saying, place, place, chain, radiates=runs_on))
        self._pain = _Pain(chain)

    def _read_place(self, place: int, saying: PhraseMeaning) -> None:
        """Read a place: of the pain being followed, or one that waits for a pain word."""
        pain = self._pain
        starts_anew = pain is None or (pain.listed and not self._takes_list(pain, place))
        if starts_anew:
            self._pain = None
            self._waiting.append(place)
        elif pain is not None and pain.is_ours:
            if self._is_moved(place):
                self._end_pain()
                return
            self.mentions.append(Mention(place, saying, place, place, pain.chain, radiates=pain.runs))
            pain.is_placed, pain.listed = True, False

    def _takes_list(self, pain: _Pain, place: int) -> bool:
        """Return whether a listed place belongs to the pain: "pain in the groin, knee", not "..., knee swelling"."""
        behind = self._items[place + 1] if place + 1 < len(self._items) else None
        goes_on = behind is not None and (behind.is_unknown or behind.is_marked(Mark.PAIN))
        return pain.is_ours and (pain.is_placed or pain.runs) and not goes_on

    def _is_moved(self, place: int) -> bool:
        """Return whether the place is only being moved: "pain with hip flexion"."""
        behind = self._items[place + 1] if place + 1 < len(self._items) else None
        before = [item for item in self._items[:place] if not item.is_side][-1:]
        return behind is not None and behind.is_unknown and any(item.is_marked(Mark.MOTION) for item in before)

    def _read_word(self, place: int) -> None:
        """Read a pain word: of the places before it, or the beginning of a pain whose places follow."""
        pain = self._pain
        if self._waiting:
            chain = self._next()
            self._share(place, chain)
            self._pain = _Pain(chain)
        elif pain is None or pain.listed:
            self._pain = _Pain(self._next(), is_placed=True)

    def _share(self, word: int, chain: int) -> None:
        """Let waiting places share a pain word. A comma joins them only if "and" or "or" does too."""
        is_joined = not self._joins or any(join != _COMMA for join in self._joins)
        kept = self._waiting if is_joined else self._waiting[-1:] if self._items[word].is_marked(Mark.PAIN) else []
        for place in kept:
            self.mentions.append(Mention(place, self._saying(place), place, word, chain))
        self._waiting = [place for place in self._waiting if place not in kept]
        self._end_pain()

    def _read_run(self, place: int, item: Item) -> None:
        begins = item.is_marked(Mark.RUN_BY_ITSELF) and not self._waiting and self._may_begin(place)
        if self._pain is None and begins:
            self._pain = _Pain(self._next(), is_placed=True)
        if self._pain is not None:
            self._pain.runs, self._pain.listed = True, False
        elif self._waiting:
            self._joins.append(item.text)

    def _may_begin(self, place: int) -> bool:
        """Return whether radiation may begin a pain here: at the start of the sentence, or after a cue."""
        return place == 0 or bool(self._items[place - 1].entry.cues)

    def _read_list(self, item: Item) -> None:
        if self._waiting:
            self._joins.append(item.text)
        if self._pain is not None:
            self._pain.listed = True
