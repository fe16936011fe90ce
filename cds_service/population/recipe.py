"""What a run judges with: small enough to be sent to other machines, each of which then loads the content."""

from collections.abc import Iterable
from functools import lru_cache
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


@lru_cache(maxsize=1)
def prepare(recipe: Recipe) -> Prepared:
    """Load the content of a recipe, once in each process, and build what judges by it.

    Raises:
        ContentError: with every problem of content and overlay.
        ExportRefused: `none_of` names a type that the prefetch does not ask for.
    """
    loaded = [load_knowledge(recipe.content or shipped_cards(), recipe.site)]
    if recipe.against:
        loaded.append(load_knowledge(recipe.against, None))
    keys = [key for one in loaded for key in build_prefetch_keys(one.content, one.terminology)]
    judges = [build_content_judge(one, recipe.text_budget, takes_all=recipe.takes_all) for one in loaded]
    asked = build_prefetch_filter(keys, takes_all=recipe.takes_all)
    if not recipe.none_of <= asked.types:
        raise ExportRefused(f"--none-of takes one of {', '.join(sorted(asked.types))}")
    return Prepared(
        judge=PopulationJudge(judges[0], recipe.period, judges[1] if recipe.against else None),
        asked=asked,
        optional=frozenset(key.resource_type for key in keys if key.has_words) | recipe.none_of,
        about=_list_about(recipe, [one.content.edition.full_digest for one in loaded]),
    )


def _list_about(recipe: Recipe, digests: Iterable[str]) -> tuple[str, ...]:
    options = (recipe.period, recipe.takes_all, sorted(recipe.none_of), recipe.text_budget)
    return (__version__, *digests, *map(str, options))
