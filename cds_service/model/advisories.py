"""Safety notices on versions of the content, as frozen values."""

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Advisory:
    """A safety notice on content versions from `first` on, until `fixed_in`: what was wrong, where, and what to do.

    `reason` says why the content in use is listed; it is empty in the list of all notices.
    """

    id: str
    date: datetime.date
    severity: str
    title: str
    first: str
    fixed_in: str
    wrong: tuple[str, ...]
    charts: tuple[str, ...]
    actions: tuple[str, ...]
    reason: str = ""

    @property
    def statement(self) -> str:
        """The notice in one sentence."""
        return f"Safety notice {self.id} ({self.severity}): {self.title} {self.reason}".rstrip()
