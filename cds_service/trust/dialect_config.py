"""How a client's EHR wants its cards: a named dialect and the options in which this site differs from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal


class DialectName(StrEnum):
    """The named dialects."""

    STANDARD = "standard"
    EPIC = "epic"
    ORACLE = "oracle"
    SANDBOX = "sandbox"


@dataclass(frozen=True, slots=True)
class OrderCode:
    """The site's own code for one of our orders."""

    system: str
    code: str
    display: str | None = None


@dataclass(frozen=True, slots=True)
class DialectOptions:
    """Where the site differs from its named dialect. None: as in that dialect.

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
    """A client's dialect as its table defines it."""

    name: DialectName = DialectName.STANDARD
    options: DialectOptions = _NO_OPTIONS
