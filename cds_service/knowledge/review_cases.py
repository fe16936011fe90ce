"""The text of CASES.md: the clinicians' cases under each rule, one line each."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from cds_service.knowledge.review_words import join_paragraphs
from cds_service.model.content import Content

CaseSummaries: TypeAlias = Mapping[str, Sequence[str]]


def load_case_summaries(folder: Path) -> dict[str, list[str]]:
    """Load one line for each case of each rule: its name, why, and what is expected. A missing folder has no cases."""
    return {
        path.stem: [_summarize_case(case) for case in tomllib.loads(path.read_text(encoding="utf-8")).get("case", ())]
        for path in sorted(folder.glob("*.toml"))
    }


def _summarize_case(case: Mapping[str, Any]) -> str:
    cards = [", ".join([card["level"], *card.get("offer", ())]) for card in case["expect"]]
    return f"{case['name']} ({case['why']}): {'; '.join(cards) or 'silent'}"


def format_cases(content: Content, cases: CaseSummaries) -> str:
    """Format the cases of every rule, by its number."""
    return join_paragraphs(["# The cases of each rule", ""], _case_lines(content, cases))


def _case_lines(content: Content, cases: CaseSummaries) -> Iterator[str]:
    for rule in sorted(content.rules, key=lambda rule: rule.number):
        own = cases.get(rule.id, ())
        yield from (f"## Rule {rule.number}: {rule.title} ({len(own)})", "", *(f"- {case}" for case in own), "")
