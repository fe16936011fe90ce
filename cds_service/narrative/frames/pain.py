"""Read pains: named by themselves, or as places with a pain word, and where they radiate to."""

from collections.abc import Sequence, Set
from dataclasses import replace
from typing import cast

from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side, combine_sides
from cds_service.narrative.frames import calm, runs
from cds_service.narrative.frames.antecedent import NOTHING, Meant
from cds_service.narrative.frames.followed_pain import Pain, begins_anew
from cds_service.narrative.frames.sites import ASPECT, DOMINANCE, PRONOUN, QUALITY, REGION, RUN, TENDER
from cds_service.narrative.frames.subject import is_denial
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item, Role
from cds_service.narrative.words.lexicon import Mark, PhraseMeaning

_SLASH, _MORE = "/", ">"  # "buttock > thigh"
_LISTS = (Mark.LIST, Mark.JOINED)
_BRIDGE, _BREAK = Role.BRIDGE, Role.BREAK


class PainReader:
    """Follows the pains of a sentence from item to item. Anything unknown breaks the connection.

    `last`: the last pain, of the patient or elsewhere. `referring`: the chains that continue the pain of the sentence
    before, and `opening`: the side that such a sentence begins with.
    """

    def __init__(
        self, items: list[Item], tender: Set[str], antecedent: Meant = NOTHING, tally: Sequence[tuple[int, int]] = ()
    ) -> None:
        self._items, self._tender, self._antecedent = items, tender, antecedent
        self._pain: Pain | None = None
        self._waiting: list[int] = []  # places that still lack a pain word
        self._joins: list[str] = []  # the words that join them
        self._denied: int | None = None  # the denial behind them: "the hip does not hurt"
        self._chains = 0
        self.last: Pain | None = None
        self.referring: set[int] = set()
        self.opening = Side.UNSTATED
        self.mentions: list[Mention] = []
        self.places_without_pain: list[PhraseMeaning] = []  # places without a pain word
        for place, end in tally:
            self._mention(place, end, Pain(self._next()))
        for place, item in enumerate(() if tally else items):
            if (role := item.role) is _BREAK:  # as most words are
                if self.is_following or item.entry.concepts:
                    self._read_other(place, item)
            elif role is not _BRIDGE or (self._waiting and item.concept(QUALITY) == calm.VAGUE):
                self._step(place, item)
        self._end_pain()

    def _step(self, place: int, item: Item) -> None:
        role = item.role
        if self._denied is not None and role not in {Role.PAIN_WORD, _BRIDGE}:
            self._end_pain()
        match role:
            case Role.PLACE:
                self._read_place(place)
            case Role.PAIN:
                self._read_whole(place)
            case Role.PAIN_WORD:
                self._read_word(place, item)
            case Role.ELSEWHERE:
                self._end_pain()
                self._begin(is_ours=False)
            case Role.RUN:
                self._read_run(place, item)
            case Role.LIST:
                self._read_list(item, place)
            case Role.BRIDGE if self._denied is not None:
                self._deny(place)
            case Role.BRIDGE if calm.is_vague(self._items, place, self._waiting[0]):
                self._share(place, Pain(self._next(), is_vague=True))

    @property
    def is_following(self) -> bool:
        """Return whether there is a pain to follow, or a place that may hurt."""
        return self._pain is not None or bool(self._waiting)

    def _next(self) -> int:
        self._chains += 1
        return self._chains

    def _begin(self, chain: int = 0, *, is_ours: bool = True, is_placed: bool = False) -> Pain:
        self._pain = self.last = Pain(chain or self._next(), is_ours, is_placed)
        return self._pain

    def _end_pain(self) -> None:
        self._pain = self._denied = None
        if self._waiting:
            self.places_without_pain += [self._saying(place) for place in self._waiting]
            self._waiting, self._joins = [], []

    def _saying(self, place: int) -> PhraseMeaning:
        return cast("PhraseMeaning", self._items[place].entry.saying)  # only places of pain wait

    def _mention(self, place: int, last: int, pain: Pain) -> None:
        saying = self._saying(place)
        if pain.is_tender:
            if self._items[place].concept(REGION) not in self._tender:
                return
            saying = replace(saying, denies=())  # what is not tender may hurt
        if pain.is_vague:
            saying = replace(saying, records=())
        self.mentions.append(Mention(place, saying, place, last, pain.chain, pain.value, pain.runs))

    def _read_other(self, place: int, item: Item) -> None:
        """Read a word that is none of pain: most end what is being followed."""
        if (item.concept(QUALITY) or item.concept(PRONOUN)) and self._read_calm(place):
            return
        if item.text == _MORE and item.concept(DOMINANCE):
            self._read_list(item, place)
        elif self._waiting and self._denied is None and calm.is_denied_behind(self._items, place, self._waiting[-1]):
            self._denied = place
        elif self._waiting and (self._joins and item.concept(REGION)):
            return  # "neither knee nor ankle painful": the ankle is no place of ours
        elif not (self._waiting and calm.is_passed(self._items, place)) and not self._goes_on(place):
            self._end_pain()

    def _goes_on(self, place: int) -> bool:
        """Return whether a pain is followed past a word."""
        pain = self._pain
        if pain is None or calm.is_copula(self._items, place, pain.began) or calm.leads_on(self._items, place):
            return pain is not None
        return runs.leads_aside(self._items, place) or self._is_movement(place) or self._leads_on(place)

    def _read_calm(self, place: int) -> bool:
        """Read a word by which places do not hurt, or "it is" before the one that does. Return whether it is one."""
        if self._waiting and calm.is_well(self._items, place):
            self._share_calm(place)
        elif self._waiting and calm.is_vague(self._items, place, self._waiting[0]):
            self._share(place, Pain(self._next(), is_vague=True))
        elif calm.begins_vaguely(self._items, place):
            self._begin_calm(place).is_vague = True
        elif calm.begins_complaint(self._items, place) or self._means_place(place):
            self._end_pain()
            self._begin(is_placed=True)
        elif calm.says_nothing(self._items, place) and self._is_spoken_of(place):
            self._begin_calm(place)
        else:
            return False
        return True

    def _means_place(self, place: int) -> bool:
        return runs.means_place(self._items, place) and self._is_spoken_of(place)

    def _is_spoken_of(self, place: int) -> bool:
        is_ours = self._antecedent.is_ours is True or calm.tells_of_pain(self._items, place)
        return is_ours if self.last is None else self.last.is_ours

    def _begin_calm(self, place: int) -> Pain:
        """Begin what hurts nowhere. Where the word is a cue, that denies it."""
        last = self.last
        self._end_pain()
        is_cue = is_denial(self._items[place]) or calm.is_denied(self._items, place)
        begun = self._begin(is_placed=True)
        begun.value = FindingValue.PRESENT if is_cue else FindingValue.ABSENT
        self.last = last
        return begun

    def _is_movement(self, place: int) -> bool:
        """Note a movement that brings the pain on: the pain goes on behind it, "pain on walking, in the hip"."""
        if self._pain is None or not runs.names_movement(self._items, place):
            return False
        self._pain.moved = True
        return True

    def _leads_on(self, place: int) -> bool:
        pain = self._pain
        if pain is None or pain.listed or pain.moved:
            return False
        is_placed = any(one.chain == pain.chain for one in self.mentions)
        is_led = not is_placed and runs.leads_to_place(self._items, place)
        return is_led or runs.leads_to_run(self._items, place, runs=pain.runs)

    def _read_whole(self, place: int) -> None:
        """Read a pain named by itself. Where it radiates to, and places that share its pain word, share its side."""
        pain = self._pain if self._pain is not None and self._pain.runs else None
        if pain is not None and not pain.is_ours:
            return  # it radiates there from a place outside the content
        whole = Pain(pain.chain if pain else self._next(), runs=pain is not None)
        self._share(place, whole)
        self._mention(place, place, whole)
        self._begin(whole.chain)

    def _read_place(self, place: int) -> None:
        """Read a place: of the pain being followed, or one that waits for a pain word."""
        pain, item = self._pain, self._items[place]
        is_further = bool(item.concept(ASPECT)) and not item.concept(REGION)  # "in front and on the side"
        starts_anew = pain is None or (
            pain.listed and not is_further and not (pain.takes_lists and runs.takes_list(self._items, place))
        )
        if starts_anew:
            self._pain = None
            self._waiting.append(place)
        elif pain is not None and pain.is_ours:
            if runs.is_moved(self._items, place, after_motion=pain.moved):
                pain.moved = True
                return
            self._mention(place, place, pain)
            pain.is_placed, pain.listed, pain.moved = True, False, False

    def _read_word(self, place: int, item: Item) -> None:
        """Read a pain word: of the places before it, or the beginning of a pain whose places follow."""
        is_tender = item.concept(QUALITY) == TENDER
        pain = self._pain
        if self._denied is not None:
            self._deny(place)
        elif self._waiting and not begins_anew(self._items, place):
            one = Pain(self._next(), is_tender=is_tender)
            self._share(place, one)
            self._begin(one.chain)
        elif self._waiting or pain is None or pain.listed:
            self._end_pain()
            chain = self._referred(place)
            is_ours = chain is not None
            begun = self._begin(chain or 0, is_ours=is_ours, is_placed=True)
            begun.is_tender, begun.began = is_tender, place
        elif is_tender:
            pain.is_tender = True

    def _deny(self, place: int) -> None:
        """Read a place that does not hurt. With what it does not hurt is not looked at: then nothing is said."""
        if calm.closes(self._items, place):
            self._share_calm(place)
        self._end_pain()

    def _referred(self, place: int) -> int | None:
        """Return the chain of a pain spoken of before, 0 for a new one, or None if it is elsewhere: "the pain goes"."""
        before = self._items[place - 1] if place else None
        if before is None or before.text not in runs.THE or not runs.runs_behind(self._items, place):
            return 0
        if self.last is not None:
            return self.last.chain if self.last.is_ours else None
        return self._continue() if self._antecedent.is_ours is not None else 0

    def _continue(self) -> int | None:
        """Return a chain that continues the pain of the sentence before, or None if that is not the patient's."""
        if self._antecedent.is_ours is False:
            return None
        chain = self._next()
        self.referring.add(chain)
        return chain

    def _share(self, word: int, pain: Pain) -> None:
        """Let waiting places share a pain word."""
        kept = calm.sharing(self._items, self._waiting, self._joins, word)
        is_word = self._items[word].role is not Role.PAIN
        for place in kept if is_word else [place for place in kept if not calm.heads(self._items, place)]:
            self._mention(place, word, replace(pain, runs=False))
        self._waiting = [place for place in self._waiting if place not in kept]
        self._end_pain()

    def _share_calm(self, word: int) -> None:
        """Let no waiting place hurt, unless something is only done to them: "rolling the leg does not hurt"."""
        self._waiting = calm.of_one_side(self._items, self._waiting)
        if not calm.is_done_to(self._items, self._waiting[0]):
            self._share(word, Pain(self._next(), value=FindingValue.ABSENT))
        self._end_pain()

    def _read_run(self, place: int, item: Item) -> None:
        pain = self._pain
        if pain is not None and runs.follows_motion(self._items, place) and item.concept(RUN) == "move":
            pain.moved = True  # "pain on moving the knee"
            return
        if pain is None and not self._waiting and item.concept(RUN) != runs.WAY:
            pain = self._open(place, item)
        if pain is not None:
            pain.runs, pain.listed = pain.runs or item.concept(RUN) != runs.POINTING, False
        elif self._waiting:
            self._joins.append(item.text)

    def _open(self, place: int, item: Item) -> Pain | None:
        """Begin a pain at the word that says where it goes: "radiates to", "it goes to", "on the right it runs"."""
        if runs.is_spoken_of(self._items, place) or runs.follows_comma(self._items, place):
            if self.last is not None:
                self._pain = self.last if self.last.is_ours else Pain(0, is_ours=False)
                return self._pain
            if self._antecedent.is_ours is not None or item.is_marked(Mark.RUN_BY_ITSELF):
                chain = self._continue()
                self.opening = combine_sides(one.entry.side for one in self._items[:place] if one.entry.side)
                return self._begin(chain or 0, is_ours=chain is not None, is_placed=True)
        if item.concept(RUN) == runs.POINTING and not (place and is_denial(self._items[place - 1])):
            return self._begin(is_placed=True)
        is_by_itself = item.is_marked(Mark.RUN_BY_ITSELF) and (place == 0 or self._items[place - 1].entry.cues)
        if is_by_itself or (runs.opens_telegram(self._items, place) and self._antecedent.is_ours):
            chain = self._continue()
            return self._begin(chain or 0, is_ours=chain is not None, is_placed=True)
        return None

    def _read_list(self, item: Item, place: int) -> None:
        if self._waiting and item.text == _SLASH and calm.is_score(self._items, place, self._waiting[-1]):
            value = FindingValue.PRESENT if self._items[place - 1].number else FindingValue.ABSENT
            self._share(place + 1, Pain(self._next(), value=value))
        if self._waiting:
            self._joins.append(item.text)
        if self._pain and not runs.is_fraction(self._items, place):
            self._pain.listed = True
