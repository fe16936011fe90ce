"""The card templates of the content: parsed strictly at start-up, checked with specimens, then rendered."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from jinja2 import Environment, StrictUndefined, Template, TemplateSyntaxError
from jinja2.meta import find_undeclared_variables

from cds_service.errors import ContentError, Problem
from cds_service.model.wording import Wording
from cds_service.rendering.phrases import DIFFERENT_DAYS, capitalize_first
from cds_service.wire.response import SUMMARY_LIMIT

# The variables of a card's own wording. Those with a capital are for the beginning of a sentence.
CARD_VARIABLES = frozenset(
    {"findings", "Findings", "order", "Order", "study", "Study", "scan", "side", "study_date", "ordered", "verb"}
)
LAYOUT_VARIABLES = frozenset(
    {
        *("facts", "asks", "consider", "notes", "safety", "safety_net", "evidence", "edition"),
        *("differing", "unread", "partly_read", "not_sent"),
    }
)
_LONGEST_SIDE = "left and right"
_VERBS = {"ordered": ("is", "are"), "done": ("was", "were")}  # of one study, of several


class CardTemplates:
    """All card wording, ready to render.

    Raises:
        ContentError: with every template that does not parse or that uses an unknown variable.
    """

    def __init__(self, wording: Mapping[str, Wording], layout: str) -> None:
        # This is not HTML but Markdown, built from the content's own words only, so there is nothing to escape.
        self._environment = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)  # noqa: S701
        self._problems: list[Problem] = []
        self._summary_templates = {
            name: self._parse_template(name, texts.summary, CARD_VARIABLES) for name, texts in wording.items()
        }
        self._considers = {name: texts.consider.strip() for name, texts in wording.items()}
        self._consider_templates = {  # of the few that are not the same in every call
            name: self._parse_template(name, text, CARD_VARIABLES)
            for name, text in self._considers.items()
            if "{" in text
        }
        self._layout_template = self._parse_template("_layout", layout, LAYOUT_VARIABLES)
        if self._problems:
            raise ContentError(self._problems)

    def _parse_template(self, file: str, text: str, allowed: frozenset[str]) -> Any:
        try:
            parsed = self._environment.parse(text)
            unknown = find_undeclared_variables(parsed) - allowed
            template = self._environment.from_string(parsed)
        except TemplateSyntaxError as error:
            self._problems.append(Problem(f"wording/{file}.md", f"line {error.lineno}", str(error.message)))
            return None
        for name in sorted(unknown):
            self._problems.append(Problem(f"wording/{file}.md", name, "is not a variable that cards can use"))
        return template

    def render_summary(self, card: str, variables: Mapping[str, Any]) -> str:
        """Render a card's summary. The caller checks its length."""
        return _render(self._summary_templates[card], variables)

    def render_detail(self, card: str, variables: Mapping[str, Any], layout_variables: Mapping[str, Any]) -> str:
        """Render a card's detail: its own wording inside the layout that all cards share."""
        template = self._consider_templates.get(card)
        consider = _render(template, variables) if template else self._considers[card]
        return _render(self._layout_template, {**layout_variables, "consider": consider})

    def check_summary_lengths(
        self, cards: Iterable[str], labels: Iterable[str], regions: Iterable[str], studies: Iterable[str]
    ) -> None:
        """Refuse every card whose summary could be too long even with a single finding.

        Raises:
            ContentError: with each such card and the length that its summary may reach.
        """
        finding = f"{_LONGEST_SIDE} {max(labels, key=len)}"
        order = f"{_LONGEST_SIDE} {max(regions, key=len)}"
        study = f"{_LONGEST_SIDE} {max(studies, key=len)}"
        specimen = build_card_variables(finding, order, [study], _LONGEST_SIDE, DIFFERENT_DAYS, "ordered")
        problems = [
            Problem(f"wording/{card}.md", "summary", f"may reach {length} characters; the limit is {SUMMARY_LIMIT}")
            for card in cards
            if (length := len(self.render_summary(card, specimen))) > SUMMARY_LIMIT
        ]
        if problems:
            raise ContentError(problems)


def _render(template: Template, variables: Mapping[str, Any]) -> str:
    """Render a template with these variables alone: cards use none of Jinja's own, which cost more than the rest."""
    context = template.new_context(dict(variables), shared=True)
    return "".join(template.root_render_func(context)).strip()


def build_card_variables(
    findings: str, order: str, studies: Sequence[str], side: str, study_date: str, ordered: str
) -> dict[str, str]:
    """Build the variables of a card's wording.

    `ordered` is "ordered", or "done" when the imaging is. The imaging is `scan`, with its article `study`, and `verb`
    agrees with it: "a right hip MRI is", "left and right hip MRI are". The order's region alone is `order`.
    """
    study = " and ".join(map(_add_article, studies))
    return {
        "findings": findings,
        "Findings": capitalize_first(findings),
        "order": order,
        "Order": capitalize_first(order),
        "study": study,
        "Study": capitalize_first(study),
        "scan": " and ".join(studies),
        "side": side,
        "study_date": study_date,
        "ordered": ordered,
        "verb": _VERBS[ordered][" and " in study],
    }


def _add_article(study: str) -> str:
    """Return the imaging with its article. Imaging of both sides has none, nor what names no kind ("hip imaging")."""
    return study if " and " in study or study.endswith("imaging") else f"a {study}"
