"""Dialects: how each client takes its cards. They leave out what it cannot show or do; the advice is the same."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, Literal

from cds_service.wire.response import Action

ALL_ACTION_TYPES: Final = frozenset({"create", "update", "delete"})
# A placeholder, in development profiles only, for the code that CMS assigns. A real code comes from the site.
EXAMPLE_QCDSM: Final = "example-gcode"


@dataclass(frozen=True, slots=True)
class OrderCode:
    """The code that a client's ordering system uses for one of our orders."""

    system: str
    code: str
    display: str | None = None


@dataclass(frozen=True, slots=True)
class Dialect:
    """What one client can show and do.

    Attributes:
        name: The dialect's name.
        is_plain_text: Send `detail` without Markdown.
        shows_links: Cards may have links.
        selection_behavior: The `selectionBehavior` of every card; None: the card's own.
        single_action_only: Leave out suggestions with several actions.
        action_types: The action types that the client carries out.
        order_codes: The client's own codes for our orders.
        mapped_orders_only: Do not offer an order without such a code.
        qcdsm: The identifier under which orders are rated; None: no ratings.
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

    @property
    def codes_by_order(self) -> Mapping[str, tuple[str, str]]:
        """The URI of the system and the code of each order that the client has its own code for."""
        return {order: (code.system, code.code) for order, code in self.order_codes.items()}

    def can_carry_out(self, actions: list[Action]) -> bool:
        """Return whether the client can carry out a suggestion with these actions."""
        if self.single_action_only and len(actions) > 1:
            return False
        return all(action.type in self.action_types for action in actions)

    def format_detail(self, markdown: str) -> str:
        """Format a card's detail for the client. Our Markdown also reads well without its asterisks."""
        return markdown.replace("**", "") if self.is_plain_text else markdown


STANDARD: Final = Dialect("standard")
# The integration documentation says what each client is known to take, and how far that was checked.
BUILT_IN_DIALECTS: Final[Mapping[str, Dialect]] = MappingProxyType(
    {
        "standard": STANDARD,
        "epic": Dialect("epic", selection_behavior="any", single_action_only=True, mapped_orders_only=True),
        "oracle": Dialect("oracle", action_types=frozenset()),
        "sandbox": Dialect("sandbox", qcdsm=EXAMPLE_QCDSM),
    }
)


def adapt_dialect(name: str, **changes: object) -> Dialect:
    """Return a built-in dialect with a site's changes; None keeps the dialect's own value."""
    return replace(BUILT_IN_DIALECTS[name], **{key: value for key, value in changes.items() if value is not None})  # type: ignore[arg-type]  # the site's table was checked where it was read
