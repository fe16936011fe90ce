"""The review as one page: what REVIEW.md says, for each rule its cases, and one of them drawn on a body."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, TypeAlias

from markdown_it import MarkdownIt

from cds_service.figure import Mark, figure_rows, figure_style, format_figure_block, format_legend
from cds_service.knowledge import Knowledge
from cds_service.knowledge.review import REVIEW_FILE, format_documents
from cds_service.knowledge.review_cases import load_case_summaries
from cds_service.model.content import Rule

Case: TypeAlias = Mapping[str, Any]
_STYLE = (
    "html{color-scheme:light dark}body{margin:1.5rem auto;max-width:60rem;padding:0 1rem;overflow-wrap:anywhere;"
    'font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif}'
    "h1,h2,h3{line-height:1.25}h2{margin-top:2.5rem}summary{cursor:pointer;padding:.3rem 0}"
    "blockquote{margin:.5rem 0;padding-left:1rem;border-left:.25rem solid}code{overflow-wrap:anywhere}"
    "summary:focus-visible,a:focus-visible{outline:3px solid;outline-offset:2px}"
    "@media print{details::details-content{content-visibility:visible}}"
)


def format_review_page(knowledge: Knowledge, cases_folder: Path) -> str:
    """Return a whole HTML page, self-contained and without scripts. A folder that is missing has no cases."""
    summaries = load_case_summaries(cases_folder)
    text = format_documents(knowledge, summaries)[REVIEW_FILE]
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    rules = sorted(knowledge.content.rules, key=lambda rule: rule.number)
    cases = "".join(_format_rule(rule, summaries.get(rule.id, ()), cases_folder) for rule in rules)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>Review of the content</title>'
        f'<style>{_STYLE}{figure_style()}</style></head><body><p><a href="#cases">To the cases and figures</a></p>'
        f'<main>{body}<h1 id="cases">The cases of each rule</h1>{format_legend(knowledge.legend)}{cases}'
        "</main></body></html>\n"
    )


def _format_rule(rule: Rule, summaries: Sequence[str], folder: Path) -> str:
    items = "".join(f"<li>{escape(summary)}</li>" for summary in summaries)
    return (
        f"<h2>Rule {rule.number}: {escape(rule.title)}</h2>{_draw_example(rule, folder)}"
        f"<details><summary>Cases ({len(summaries)})</summary><ul>{items}</ul></details>"
    )


def _draw_example(rule: Rule, folder: Path) -> str:
    """Return the figure of the first case in which the rule speaks and that has anything on the body; else nothing."""
    for case in _load_cases(folder / f"{rule.id}.toml"):
        marks = list(_marks_of_case(case))
        if any(card.get("rule") == rule.id for card in case["expect"]) and figure_rows(marks):
            return format_figure_block(
                marks, title=f"A case in which it speaks: {case['name']}", legend=(), name=rule.id
            )
    return "<p>No case of this rule has pain or a sign to draw.</p>"


def _load_cases(path: Path) -> Sequence[Case]:
    cases: Sequence[Case] = tomllib.loads(path.read_text(encoding="utf-8")).get("case", ()) if path.exists() else ()
    return cases


def _marks_of_case(case: Case) -> Iterator[Mark]:
    for row in case.get("record", ()):
        radiates = row.get("radiation") == "yes"
        if "present" in row:
            yield Mark(row["present"], "present", row.get("side", "unstated"), radiates)
        elif "absent" in row:
            yield Mark(row["absent"], "absent", row.get("side", "unstated"), radiates)
