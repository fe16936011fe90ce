"""Models of figure.toml: the legend beside the figure of a body."""

from typing import Annotated

from pydantic import Field

from cds_service.knowledge.schema.base import Id, StrictModel, Text


class LegendRow(StrictModel):
    """A line of the legend. `source`: whose figures it prints; a line without one prints none."""

    says: Text
    source: Id | None = None


class FigureFile(StrictModel):
    """The words beside the figure."""

    legend: Annotated[list[LegendRow], Field(min_length=1)]
