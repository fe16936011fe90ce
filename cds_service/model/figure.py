"""The words beside the figure of a body, as frozen values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LegendLine:
    """A line of the figure's legend: what it says, and its source with address; none for a line that only explains."""

    says: str
    source: str | None = None
    url: str | None = None
