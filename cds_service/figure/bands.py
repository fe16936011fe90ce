"""The soft bands behind the body: where pain comes more often from the hip, or from the lumbar spine.

A band covers only where published shares differ. Buttock, thigh and knee have none: a painful hip is felt in the
buttock by 71 % and in the thigh by 57 % (Lesher 2008). No band follows a root, and none parts L5 from S1.
"""

from dataclasses import dataclass
from typing import Literal

from cds_service.figure.regions import View


@dataclass(frozen=True, slots=True)
class Band:
    """An ellipse whose edge fades: its middle and radii, for the side at the right of a picture."""

    towards: Literal["hip", "spine"]
    view: View
    middle: tuple[float, float]
    radii: tuple[float, float]


BANDS = (
    Band("hip", "front", (40, 164), (52, 52)),
    Band("hip", "side", (-6, 166), (42, 54)),
    Band("spine", "back", (18, 88), (66, 42)),
    Band("spine", "back", (34, 448), (46, 100)),
    Band("spine", "side", (0, 456), (46, 96)),
    Band("spine", "front", (36, 466), (46, 104)),
)
