"""What a client's EHR understands of a card: a named dialect and the options in which this site differs from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal


class DialectName(StrEnum):
    """The dialects known by name."""

    STANDARD = "standard"
    EPIC = "epic"
    ORACLE = "oracle"
    SANDBOX = "sandbox"


@dataclass(frozen=True, slots=True)
class OrderCode:
    """What the site calls an order of ours."""

    system: str
    code: str
    display: str | None = None


@dataclass(frozen=True, slots=True)
class DialectOptions:
    """Where the site differs from the dialect of its name; None: as that dialect has it.

    `order_codes` maps ids of `orders.toml` to the site's own codes. `qcdsm`: the identifier under which orders are
    rated; `system_actions = false` turns ratings off.
    """

    one_action_per_suggestion: bool | None = None
    selection_behavior: Literal["any", "at-most-one"] | None = None
    order_codes: Mapping[str, OrderCode] = field(default_factory=dict)
    detail: Literal["markdown", "text"] | None = None
    links: bool | None = None
    system_actions: bool | None = None
    qcdsm: str | None = None


_NO_OPTIONS: Final = DialectOptions()


@dataclass(frozen=True, slots=True)
class DialectConfig:
    """A client's dialect as its table gives it."""

    name: DialectName = DialectName.STANDARD
    options: DialectOptions = _NO_OPTIONS
