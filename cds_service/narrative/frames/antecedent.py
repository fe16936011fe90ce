"""What "it" means: the pain that the sentence before told of."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from cds_service.model.sides import Side
from cds_service.narrative.frames.sites import PRONOUN
from cds_service.narrative.items import Item, Role


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
