"""All frames, and the reader that runs those whose heads a sentence names."""

from collections.abc import Iterator, Mapping
from typing import Final

from cds_service.narrative.frames.disease import DiseaseFrame
from cds_service.narrative.frames.frame import Frame
from cds_service.narrative.items import Row
from cds_service.narrative.lexicon import FrameTable
from cds_service.narrative.mentions import Mention

FRAMES: Final[tuple[type[Frame], ...]] = (DiseaseFrame,)
FRAME_NAMES: Final = frozenset(frame.name for frame in FRAMES)
KINDS: Final = frozenset(kind for frame in FRAMES for kind in frame.kinds)


class FrameReader:
    """Runs the frames over a sentence. Created once and never changed, so it is safe to share."""

    def __init__(self, tables: Mapping[str, FrameTable]) -> None:
        self._frames = [frame(tables.get(frame.name, {})) for frame in FRAMES]

    def has_head(self, row: Row) -> bool:
        """Return whether a sentence names the head of a frame."""
        return bool(row.kinds) and any(not frame.heads.isdisjoint(row.kinds) for frame in self._frames)

    def read(self, row: Row) -> Iterator[Mention]:
        """Yield what all frames find."""
        if not row.kinds:
            return
        for frame in self._frames:
            if not frame.heads.isdisjoint(row.kinds):
                yield from frame.read(row)
