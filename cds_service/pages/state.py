"""What somebody has chosen on the page to try the service, read from its form. A wrong field is refused by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from werkzeug.datastructures import MultiDict

from cds_service.errors import BadRequest
from cds_service.pages.choices import FindingGroup, OrderChoice
from cds_service.pages.scenarios import Scenario

SEND, LEAVE_OUT, NULL, OUTCOME = "send", "leave-out", "null", "outcome"
SWITCHES: Final = (SEND, LEAVE_OUT, NULL, OUTCOME)
NO_ORDER: Final = "none"
_SIDES: Final = ("", "left", "right")
_MOMENTS: Final = ("order-sign", "order-select")
_LONGEST_NOTE: Final = 20_000  # characters
_OLDEST, _LONGEST = 120, 2_000  # years; weeks
_FEEDBACK: Final = ("send", "part")


@dataclass(frozen=True, slots=True)
class TryState:
    """What was chosen.

    `ticks`: findings with their answers. `weeks`: since when what hurts has hurt. `order`: the id of a choice, "" for
    the scenario's own, or `NO_ORDER`. `moment`: the hook of a chosen order. `day`: on which the call is judged; None:
    the scenario's day, or today. `edited`: a request that counts instead of all other choices. `switches`: what is
    done with a prefetch key that is not sent as it is.
    """

    scenario: str = ""
    ticks: tuple[tuple[str, str], ...] = ()
    age: int = 60
    weeks: int = 12
    note: str = ""
    order: str = ""
    side: str = ""
    moment: str = _MOMENTS[0]
    day: date | None = None
    edited: str | None = None
    switches: Mapping[str, str] = field(default_factory=dict)

    def has_tick(self, finding: str, answer: str) -> bool:
        """Return whether this answer of a finding is ticked."""
        return (finding, answer) in self.ticks


@dataclass(frozen=True, slots=True)
class Choices:
    """All that can be chosen. `keys` are the names of the prefetch keys."""

    scenarios: Mapping[str, Scenario]
    groups: tuple[FindingGroup, ...]
    orders: Mapping[str, OrderChoice]
    keys: tuple[str, ...]


class FormReader:
    """Reads the form of the page."""

    def __init__(self, choices: Choices) -> None:
        self._choices = choices
        findings = (finding for group in choices.groups for finding in group.findings)
        self._ticks = {
            f"{finding.id}.{answer}": (finding.id, answer) for finding in findings for answer in finding.answers
        }
        self._names = {"scenario", "f", "age", "weeks", "note", "order", "side", "moment", "on", "edited", "request"}
        self._names |= {f"key.{key}" for key in choices.keys} | set(_FEEDBACK)

    def read(self, form: MultiDict[str, str]) -> TryState:
        """Return what was chosen; what is not in the form is as on a fresh page.

        Raises:
            BadRequest: naming the field at fault.
        """
        unknown = [name for name in form if name not in self._names and not name.startswith("reason.")]
        if unknown:
            raise BadRequest("has a field that this page does not have")
        return TryState(
            scenario=_choose(form, "scenario", ("", *self._choices.scenarios)),
            ticks=tuple(dict.fromkeys(self._read_tick(value) for value in form.getlist("f"))),
            age=_read_number(form, "age", 60, _OLDEST),
            weeks=_read_number(form, "weeks", 12, _LONGEST),
            note=_read_text(form, "note", _LONGEST_NOTE),
            order=_choose(form, "order", ("", NO_ORDER, *self._choices.orders)),
            side=_choose(form, "side", _SIDES),
            moment=_choose(form, "moment", _MOMENTS),
            day=_read_day(form),
            edited=form.get("request", "") if form.get("edited") else None,
            switches=self._read_switches(form),
        )

    def _read_tick(self, value: str) -> tuple[str, str]:
        tick = self._ticks.get(value)
        if tick is None:
            raise BadRequest("must be a finding and one of its answers, such as groin-pain.right", "f")
        return tick

    def _read_switches(self, form: MultiDict[str, str]) -> dict[str, str]:
        chosen = {key: _choose(form, f"key.{key}", SWITCHES) for key in self._choices.keys}
        return {key: switch for key, switch in chosen.items() if switch != SEND}


def _choose(form: MultiDict[str, str], name: str, allowed: tuple[str, ...]) -> str:
    value = form.get(name, allowed[0])
    if value not in allowed:
        raise BadRequest("must be one of the choices of the page", name)
    return value


def _read_number(form: MultiDict[str, str], name: str, otherwise: int, most: int) -> int:
    text = form.get(name, "").strip()
    if not text:
        return otherwise
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(most)) or int(text) > most:
        raise BadRequest(f"must be a whole number from 0 to {most}", name)
    return int(text)


def _read_text(form: MultiDict[str, str], name: str, longest: int) -> str:
    text = form.get(name, "").replace("\r\n", "\n")
    if len(text) > longest:
        raise BadRequest(f"must have at most {longest:,} characters", name)
    return text


def _read_day(form: MultiDict[str, str]) -> date | None:
    text = form.get("on", "").strip()
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadRequest("must be a day such as 2026-05-06", "on") from None
    if not 1900 <= day.year <= 2200:
        raise BadRequest("must lie between 1900 and 2200", "on")
    return day
