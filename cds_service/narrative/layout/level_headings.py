"""Repeat what heads a line before its sentences: "L4-5: Bulge. Severe stenosis.", "XR hip: OA. No fracture."."""

import re
from collections.abc import Sequence
from typing import Final

from cds_service.narrative.words.tokenizer import CLAUSE, STOP, Sentence

_LEVEL: Final = re.compile(r"l[1-6]|s1|t1[0-2]")
_BETWEEN: Final = frozenset({"/", "-", "to", *"123456"})
_COLON, _MOST = ":", 6  # words before it
_PICTURES: Final = frozenset(
    {"mri", "mr", "xr", "xray", "ray", "rays", "radiograph", "radiographs", "film", "films", "ct"}
)
_JOINTS: Final = frozenset({"hip", "hips", "lumbar", "lumbosacral"})
# What is found at a level. Whatever else a line tells may be of the whole spine, or of the patient.
_FOUND: Final = frozenset(
    {
        "stenosis", "narrowing", "narrowed", "protrusion", "extrusion", "herniation", "prolapse", "bulge", "bulging",
        "sequestration", "degeneration", "desiccation", "disc", "canal", "foramen", "foramina", "recess", "listhesis",
        "anterolisthesis", "retrolisthesis", "spondylolisthesis", "slip", "impingement", "compression",
        "fracture", "fractures", "fx", "degenerative",
    }
)  # fmt: skip


def repeat_levels(parts: Sequence[Sentence]) -> Sequence[Sentence]:
    """Return the sentences, each of a line that a level heads with this level before it."""
    if not any(_COLON in part.words[: _MOST + 1] and _title(part) for part in parts):
        return parts
    repeated: list[Sentence] = []
    title: Sentence | None = None
    for part in parts:
        own = _title(part)
        title = own or title
        is_of_title = title is not None and own is None and not _FOUND.isdisjoint(part.words)
        is_free = is_of_title and _COLON not in part.words and not any(map(_names_place, part.words))
        repeated.append(title.followed_by(part) if title is not None and is_free else part)
        if part.ending not in {STOP, CLAUSE} or (own is None and (_COLON in part.words)):
            title = None
    return repeated


def _title(part: Sentence) -> Sentence | None:
    """Return the level, or the picture and its joint, with the colon at the beginning of a sentence."""
    if _COLON not in part.words[: _MOST + 1]:
        return None
    colon = part.words.index(_COLON)
    words = part.words[:colon]
    is_level = bool(words) and all(_LEVEL.fullmatch(word) or word in _BETWEEN for word in words)
    is_picture = not (_PICTURES.isdisjoint(words) or _JOINTS.isdisjoint(words))
    return part.part(0, colon + 1) if is_level or is_picture else None


def _names_place(word: str) -> bool:
    return word in _JOINTS or _LEVEL.fullmatch(word) is not None
