"""Which sides an imaging order or study covers."""

from cds_service.model.facts import Imaging
from cds_service.model.sides import EACH_SIDE, Side

# Regions in the midline: one study or order of them covers both sides (rule format, "Facts").
MIDLINE_REGIONS = frozenset({"lumbar-spine", "pelvis"})


def sides_covered_by(order: Imaging) -> tuple[Side, ...]:
    """Return the sides that an order or study covers; midline, bilateral and unsided ones cover both."""
    return EACH_SIDE if order.region in MIDLINE_REGIONS else order.side.single_sides


def covers_side(imaging: Imaging, side: Side) -> bool:
    """Return whether an order or study covers a side; with `BOTH`, whether it covers either."""
    return imaging.region in MIDLINE_REGIONS or imaging.side.covers(side)
