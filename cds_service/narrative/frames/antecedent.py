"""What "it" means: the pain that the sentence before told of."""

from collections.abc import Sequence, Set
from typing import Final, NamedTuple, Protocol

from cds_service.model.sides import Side, combine_sides
from cds_service.narrative.frames.sites import PRONOUN
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Role, Row
from cds_service.narrative.words.traits import PAIN


class Antecedent(NamedTuple):
    """What "it" means at the beginning of a sentence. `is_ours`: a pain of the patient; None: nothing is known."""

    is_ours: bool | None = None
    side: Side = Side.UNSTATED


NOTHING: Final = Antecedent()


class Meant(Protocol):
    """What an antecedent tells."""

    @property
    def is_ours(self) -> bool | None:
        """Whether "it" is a pain of the patient; None: nothing is known."""

    @property
    def side(self) -> Side:
        """The side of what "it" means."""


class Asked:
    """An antecedent that notes whether anybody asked for it. What never asks says the same whatever "it" means."""

    def __init__(self, antecedent: Antecedent) -> None:
        self._antecedent = antecedent
        self.was_asked = False

    @property
    def is_ours(self) -> bool | None:
        """Whether "it" is a pain of the patient; None: nothing is known."""
        self.was_asked = True
        return self._antecedent.is_ours

    @property
    def side(self) -> Side:
        """The side of what "it" means."""
        self.was_asked = True
        return self._antecedent.side


def unnamed(items: Row) -> Antecedent | None:
    """Return what "it" means behind a sentence that names no finding; None: the same, if that was about it."""
    if items.traits & PAIN and any(item.role is Role.ELSEWHERE for item in items):
        return Antecedent(is_ours=False)
    return None if items and items[0].concept(PRONOUN) else NOTHING


def named(last_pain: int | None, stated: Sequence[Mention], diagnoses: Set[str], before: Meant) -> Antecedent | None:
    """Return what "it" means behind a sentence that states findings: its last pain, or a diagnosis; None: the same."""
    if last_pain is not None:
        sides = [one.side for one in stated if last_pain and one.chain == last_pain]
        return Antecedent(bool(sides), combine_sides(sides))
    if not stated:
        return None  # what is denied is not spoken of
    if all(one.about for one in stated):
        return Antecedent(is_ours=True) if before.is_ours is None else None
    found = [one for one in stated if not diagnoses.isdisjoint(one.saying.records)]
    return Antecedent(is_ours=bool(found), side=combine_sides(one.side for one in found))
