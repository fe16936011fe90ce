"""Dialects: how one client wants its cards. The advice stays the same; what a client cannot show or do is left out."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, Literal

from cds_service.wire.response import Action

ALL_ACTION_TYPES: Final = frozenset({"create", "update", "delete"})
# A development profile's stand-in for the code CMS assigns; a real one comes from the site alone.
EXAMPLE_QCDSM: Final = "example-gcode"


@dataclass(frozen=True, slots=True)
class OrderCode:
    """The code under which a client's ordering system knows one of our orders."""

    system: str
    code: str
    display: str | None = None


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a client takes.

    `plain_text`: `detail` without Markdown. `links`: cards may carry links. `selection`: what stands as
    `selectionBehavior` whatever the card; None: the card's own. `one_action`: no suggestion of several actions.
    `verbs`: the action types it carries out. `order_codes`: its own codes of our orders; `mapped_only`: an order
    without one is not offered. `qcdsm`: the identifier under which orders are rated; None: no ratings.
    """

    name: str
    is_plain_text: bool = False
    shows_links: bool = True
    selection_behavior: Literal["at-most-one", "any"] | None = None
    single_action_only: bool = False
    action_types: frozenset[str] = ALL_ACTION_TYPES
    order_codes: Mapping[str, OrderCode] = field(default_factory=lambda: MappingProxyType({}))
    mapped_orders_only: bool = False
    qcdsm: str | None = None

    def can_carry_out(self, actions: list[Action]) -> bool:
        """Whether the client can carry out a suggestion of these actions."""
        if self.single_action_only and len(actions) > 1:
            return False
        return all(action.type in self.action_types for action in actions)

    def format_detail(self, markdown: str) -> str:
        """A card's detail as the client shows it. Ours is Markdown that also reads well without its asterisks."""
        return markdown.replace("**", "") if self.is_plain_text else markdown


STANDARD: Final = Dialect("standard")
# What each is known to take stands in the integration notes of the README, with how far that was checked.
BUILT_IN_DIALECTS: Final[Mapping[str, Dialect]] = MappingProxyType(
    {
        "standard": STANDARD,
        "epic": Dialect("epic", selection_behavior="any", single_action_only=True, mapped_orders_only=True),
        "oracle": Dialect("oracle", action_types=frozenset()),
        "sandbox": Dialect("sandbox", qcdsm=EXAMPLE_QCDSM),
    }
)


def adapt_dialect(name: str, **changes: object) -> Dialect:
    """A shipped dialect with a site's changes; a change of None keeps what the dialect has."""
    return replace(BUILT_IN_DIALECTS[name], **{key: value for key, value in changes.items() if value is not None})  # type: ignore[arg-type]  # the site's table was checked where it was read
