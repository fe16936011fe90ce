"""All frames, and the reader that runs those whose heads a sentence names."""

from collections.abc import Mapping
from typing import Final

from cds_service.narrative.frames import sites
from cds_service.narrative.frames.act import ActFrame
from cds_service.narrative.frames.clinical_tests import ClinicalTestFrame
from cds_service.narrative.frames.consultation import ConsultationFrame
from cds_service.narrative.frames.disease import DiseaseFrame
from cds_service.narrative.frames.event import EventFrame
from cds_service.narrative.frames.factor import FactorFrame
from cds_service.narrative.frames.flag import FlagFrame
from cds_service.narrative.frames.frame import Frame
from cds_service.narrative.frames.function import FunctionFrame
from cds_service.narrative.frames.measure import MeasureFrame
from cds_service.narrative.frames.motion import MotionFrame
from cds_service.narrative.frames.normal_anatomy import NormalAnatomyFrame
from cds_service.narrative.frames.reflex import ReflexFrame
from cds_service.narrative.frames.sensation import SensationFrame
from cds_service.narrative.frames.share import ShareFrame
from cds_service.narrative.frames.sleep import SleepFrame
from cds_service.narrative.frames.strength import StrengthFrame
from cds_service.narrative.frames.walking import WalkingFrame
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Row
from cds_service.narrative.words.lexicon import FrameTable

FRAMES: Final[tuple[type[Frame], ...]] = (
    DiseaseFrame,
    ActFrame,
    ConsultationFrame,
    ClinicalTestFrame,
    ReflexFrame,
    StrengthFrame,
    SensationFrame,
    MotionFrame,
    FunctionFrame,
    EventFrame,
    FlagFrame,
    MeasureFrame,
    FactorFrame,
    WalkingFrame,
    ShareFrame,
    SleepFrame,
    NormalAnatomyFrame,
)
FRAME_NAMES: Final = frozenset(frame.name for frame in FRAMES) | {sites.NAME}
KINDS: Final = frozenset(kind for frame in FRAMES for kind in frame.kinds) | sites.KINDS


class FrameReader:
    """Runs the frames over a sentence. Created once and never changed, so it is safe to share."""

    def __init__(self, tables: Mapping[str, FrameTable]) -> None:
        self._frames = [frame(tables.get(frame.name, {})) for frame in FRAMES]
        self._by_head: dict[str, list[int]] = {}  # places in the list
        for at, frame in enumerate(self._frames):
            for kind in frame.heads:
                self._by_head.setdefault(kind, []).append(at)

    def has_head(self, row: Row) -> bool:
        """Return whether a sentence names the head of a frame."""
        return not self._by_head.keys().isdisjoint(row.kinds)

    def read(self, row: Row) -> list[Mention]:
        """Return what all frames find."""
        headed = {at for kind in row.kinds for at in self._by_head.get(kind, ())}
        return [mention for at in sorted(headed) for mention in self._frames[at].read(row)]
