"""What "it" means: the pain that the sentence before told of."""

from collections.abc import Sequence, Set
from typing import Final, NamedTuple

from cds_service.model.sides import Side, combine_sides
from cds_service.narrative.frames.sites import PRONOUN
from cds_service.narrative.items import Item, Role
from cds_service.narrative.mentions import Mention


class Antecedent(NamedTuple):
    """What "it" means at the beginning of a sentence. `is_ours`: a pain of the patient; None: nothing is known."""

    is_ours: bool | None = None
    side: Side = Side.UNSTATED


NOTHING: Final = Antecedent()


def unnamed(items: Sequence[Item], antecedent: Antecedent) -> Antecedent:
    """Return what "it" means behind a sentence that names no finding: the same if that was about it."""
    if any(item.role is Role.ELSEWHERE for item in items):
        return Antecedent(is_ours=False)
    return antecedent if items and items[0].concept(PRONOUN) else NOTHING


def named(last_pain: int | None, stated: Sequence[Mention], diagnoses: Set[str], before: Antecedent) -> Antecedent:
    """Return what "it" means behind a sentence that states findings: its last pain, or a diagnosis."""
    if last_pain is not None:
        sides = [one.side for one in stated if last_pain and one.chain == last_pain]
        return Antecedent(bool(sides), combine_sides(sides))
    if not stated:
        return before  # what is denied is not spoken of
    if all(one.about for one in stated):
        return Antecedent(is_ours=True) if before.is_ours is None else before
    found = [one for one in stated if not diagnoses.isdisjoint(one.saying.records)]
    return Antecedent(is_ours=bool(found), side=combine_sides(one.side for one in found))
