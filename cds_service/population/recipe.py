"""What a run judges with: small enough to be sent to other machines, each of which then loads the content."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from cds_service import __version__
from cds_service.ehr.prefetch_templates import build_prefetch_keys
from cds_service.errors import ExportRefused
from cds_service.knowledge import load_knowledge, shipped_cards
from cds_service.population.content_judge import build_content_judge
from cds_service.population.judging import PopulationJudge
from cds_service.population.moments import Period
from cds_service.population.prefetch_filter import PrefetchFilter, build_prefetch_filter


class Prepared(NamedTuple):
    """What a recipe makes: the judge, and what the prefetch asks for.

    `optional`: types of which an export may hold nothing, and nothing is missing. `about`: what must not change while a
    run goes on, as texts.
    """

    judge: PopulationJudge
    asked: PrefetchFilter
    optional: frozenset[str]
    about: tuple[str, ...]


class Recipe(NamedTuple):
    """What to judge with. `content`, `site`: as in the settings; `against`: the content folder to compare with.

    `text_budget`: characters of text that are read for a call. `period`: of the moments.
    `takes_all`: what the prefetch does not ask for is judged too. `none_of`: types that the export lacks because no
    patient has any.
    """

    content: Path | None
    site: Path | None
    against: Path | None
    text_budget: int
    period: Period
    takes_all: bool = False
    none_of: frozenset[str] = frozenset()

    def prepare(self) -> Prepared:
        """Load the content, and build what judges by it.

        Raises:
            ContentError: with every problem of content and overlay.
            ExportRefused: `none_of` names a type that the prefetch does not ask for.
        """
        loaded = [load_knowledge(self.content or shipped_cards(), self.site)]
        if self.against:
            loaded.append(load_knowledge(self.against, None))
        keys = [key for one in loaded for key in build_prefetch_keys(one.content, one.terminology)]
        judges = [build_content_judge(one, self.text_budget, takes_all=self.takes_all) for one in loaded]
        asked = build_prefetch_filter(keys, takes_all=self.takes_all)
        if not self.none_of <= asked.types:
            raise ExportRefused(f"--none-of takes one of {', '.join(sorted(asked.types))}")
        return Prepared(
            judge=PopulationJudge(judges[0], self.period, judges[1] if self.against else None),
            asked=asked,
            optional=frozenset(key.resource_type for key in keys if key.has_words) | self.none_of,
            about=self._list_about(one.content.edition.full_digest for one in loaded),
        )

    def _list_about(self, digests: Iterable[str]) -> tuple[str, ...]:
        options = (self.period, self.takes_all, sorted(self.none_of), self.text_budget)
        return (__version__, *digests, *map(str, options))
