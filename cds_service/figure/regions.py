"""Where each painful site is drawn, for the side at the right of a picture; the other side is its mirror image.

Coordinates are units of the picture: 0 is the midline, y runs from the lower ribs (0) to the soles (564).
A span is a bar beside the body: the record names the part, but not where in it.
"""

from dataclasses import dataclass
from typing import Literal

View = Literal["front", "back", "side"]


@dataclass(frozen=True, slots=True)
class Region:
    """A site of pain: its name, the view that shows it, its path, its middle, and whether it is a span."""

    finding: str
    name: str
    view: View
    path: str
    middle: tuple[float, float]
    is_span: bool = False

    @property
    def is_back(self) -> bool:
        """Whether it is the back, of which a record rarely states a side: no question mark is drawn there."""
        return self.finding in ("low-back-pain", "back-pain-unstated")


def _span(finding: str, name: str, view: View, place: tuple[float, float, float]) -> Region:
    left, top, bottom = place
    right = left + _SPAN_WIDTH
    path = f"M{left} {top}H{right}V{bottom}H{left}Z"
    return Region(finding, name, view, path, ((left + right) / 2, (top + bottom) / 2), is_span=True)


_SPAN_WIDTH = 10
_AREAS = (
    Region(
        "groin-pain",
        "groin",
        "front",
        "M3 190C10 176 26 166 40 146C45 139 55 143 54 154C49 170 40 181 32 190C24 200 14 208 5 212Z",
        (30, 177),
    ),
    Region(
        "anterior-hip-pain",
        "front of the hip",
        "front",
        "M52 138C56 130 60 124 64 117L84 117V192C66 197 50 193 36 188C46 178 54 166 58 152C59 146 57 141 52 138Z",
        (61, 162),
    ),
    Region(
        "anterior-thigh-pain",
        "front of the thigh",
        "front",
        "M4 217C16 211 26 202 35 191C50 197 66 201 84 196V300C60 316 28 316 0 302Z",
        (38, 255),
    ),
    Region("knee-pain", "knee", "front", "M0 307C28 321 60 321 84 305V368C60 384 26 384 0 370Z", (36, 344)),
    Region("foot-pain", "foot", "front", "M0 522C20 513 46 513 80 522V575H0Z", (37, 545)),
    Region(
        "low-back-pain",
        "low back",
        "back",
        "M3 62C28 56 50 58 84 64V112C52 106 26 114 3 124Z",
        (30, 90),
    ),
    Region(
        "buttock-pain",
        "buttock",
        "back",
        "M3 129C24 117 48 113 63 124C76 138 78 172 70 190C54 206 22 208 3 196Z",
        (38, 162),
    ),
    Region(
        "posterior-thigh-pain",
        "back of the thigh",
        "back",
        "M3 202C24 213 54 211 72 196L84 200V310C60 320 28 320 0 310Z",
        (38, 262),
    ),
    Region("calf-pain", "calf", "back", "M0 372C24 362 54 362 84 372V470C60 494 24 494 0 470Z", (34, 424)),
    Region(
        "lateral-hip-pain",
        "outer hip",
        "side",
        "M-10 126C14 126 24 146 23 168C22 192 8 206 -9 206C-28 206 -38 188 -37 166C-36 144 -28 126 -10 126Z",
        (-8, 166),
    ),
    Region(
        "lateral-lower-leg-pain",
        "outer lower leg",
        "side",
        "M-14 382C-4 374 10 374 17 383C16 420 10 462 6 500C0 505 -9 505 -12 498C-14 462 -20 420 -14 382Z",
        (0, 436),
    ),
)
_SPANS = (
    _span("hip-pain", "hip, place not stated", "front", (84, 118, 196)),
    _span("thigh-pain", "thigh, place not stated", "front", (84, 202, 308)),
    _span("lower-leg-pain", "lower leg, place not stated", "front", (84, 376, 512)),
    _span("leg-pain", "leg, place not stated", "front", (100, 118, 556)),
    _span("back-pain-unstated", "back, place not stated", "back", (84, 8, 124)),
)
REGIONS = (*_AREAS, *_SPANS)
REGION_BY_FINDING = {region.finding: region for region in REGIONS}
