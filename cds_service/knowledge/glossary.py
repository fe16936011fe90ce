"""Groups and named conditions as the content writes them, for the documents that a clinician reads."""

from collections.abc import Mapping
from dataclasses import dataclass

from cds_service.knowledge.condition_builder import ConditionBuilder
from cds_service.knowledge.files import ContentFiles
from cds_service.model.conditions import Block, Leaf
from cds_service.model.content import Content


@dataclass(frozen=True, slots=True)
class Glossary:
    """What a group or a named condition stands for, in terms of others.

    An entry's `finding` may be a group: the logic takes groups expanded, which nobody could read.
    """

    groups: Mapping[str, tuple[Leaf, ...]]
    conditions: Mapping[str, Block]


def build_glossary(files: ContentFiles, content: Content) -> Glossary:
    """Build the glossary of valid content."""
    builder = ConditionBuilder(frozenset(content.findings), files.groups, files.conditions, content.screen_groups)
    return Glossary(
        {name: builder.build_entries(name) for name in files.groups},
        {name: builder.build_named(name) for name in files.conditions},
    )
