"""The renderer of /about, as JSON and as two pages: one that a committee reads in minutes, and one of details."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from cds_service import __version__
from cds_service.figure import Mark, figure_style, format_figure_block
from cds_service.model.about import AboutTexts
from cds_service.model.advisories import Advisory
from cds_service.model.condition_text import outline_block
from cds_service.model.content import Content, Rule
from cds_service.model.figure import LegendLine
from cds_service.model.vocabulary import Citation
from cds_service.model.wording import Wording

_TEMPLATE_FOLDER = "pages"
EXAMPLE_TITLE = "An invented patient, as the record of one visit has it"
EXAMPLE_MARKS = (
    Mark("groin-pain", "present", "right"),
    Mark("anterior-thigh-pain", "present", "right"),
    Mark("low-back-pain", "absent", "unstated"),
    Mark("calf-pain", "absent", "right"),
    Mark("fadir-positive", "present", "right"),
    Mark("slr-positive", "absent", "right"),
)
_HOOK_LABELS = {"patient-view": "chart opened", "order-select": "order selected", "order-sign": "order signed"}


class AboutRenderer:
    """Renders the forms of /about. They hold no data of a call, so they are built once."""

    def __init__(
        self,
        content: Content,
        texts: AboutTexts,
        site_changes: Sequence[str],
        wording: Mapping[str, Wording],
        advisories: Sequence[Advisory] = (),
        legend: Sequence[LegendLine] = (),
    ) -> None:
        self._value = build_about(content, texts, site_changes, wording, advisories)
        environment = Environment(
            loader=PackageLoader("cds_service.rendering", _TEMPLATE_FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        style = environment.loader.get_source(environment, "about.css")[0] if environment.loader else ""
        self._style = f"{style}\n{figure_style()}"
        self._figure = format_figure_block(EXAMPLE_MARKS, title=EXAMPLE_TITLE, legend=legend)
        self._page = environment.get_template("about.html")
        self._details = environment.get_template("about-details.html")

    def render_json(self) -> bytes:
        """Render the value as JSON."""
        return json.dumps(self._value, ensure_ascii=False, indent=2).encode()

    def render_html(self) -> bytes:
        """Render the short page, self-contained, with its style inline."""
        return str(self._page.render(self._value, style=self._style, figure=self._figure)).encode()

    def render_details(self) -> bytes:
        """Render what the page links to: inputs, rules with their conditions, source attributes and sources."""
        return str(self._details.render(self._value, style=self._style)).encode()

    def content_security_policy(self, frame_ancestors: Sequence[str] = ()) -> str:
        """Return the pages' Content-Security-Policy: no scripts, no resources, one style (CSP Level 3, hash-source).

        `frame_ancestors`: the origins of the EHRs that may show the pages in a frame.
        """
        digest = base64.b64encode(hashlib.sha256(self._style.encode()).digest()).decode()
        ancestors = " ".join(sorted(set(frame_ancestors))) or "'none'"
        deny_all = f"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}"
        return f"{deny_all}; style-src 'sha256-{digest}'"


def build_about(
    content: Content,
    texts: AboutTexts,
    site_changes: Sequence[str],
    wording: Mapping[str, Wording],
    advisories: Sequence[Advisory],
) -> dict[str, Any]:
    """Build everything that /about says, as plain values."""
    rules = sorted(content.rules, key=lambda rule: rule.number)
    cited_ids = {name for rule in content.rules for name in _cited_ids(rule, wording)}
    sources = sorted((content.citations[name] for name in cited_ids), key=lambda source: source.citation.lower())
    return {
        "name": "hip-spine-cds",
        "software_version": __version__,
        "content": _edition_to_dict(content),
        "advisories": [_advisory_to_dict(advisory) for advisory in advisories],
        "site_changes": list(site_changes),
        **{name: getattr(texts, name) for name in ("purpose", "users", "population", "decides", "changes")},
        **{
            name: list(getattr(texts, name))
            for name in ("principle", "inputs", "data_quality", "logic", "basis", "validation", "limits")
        },
        "out_of_scope": [{"who": row.who, "then": row.then} for row in texts.out_of_scope],
        "tried": [{**asdict(row), "date": row.date.isoformat()} for row in texts.tried],
        "source_attributes": [
            {"number": number, "name": attribute.name, "state": attribute.state, "says": attribute.says}
            for number, attribute in enumerate(texts.attributes, 1)
        ],
        "rules": [_rule_to_dict(rule, content, wording) for rule in rules],
        "sources": [_citation_to_dict(source) for source in sources],
    }


def _edition_to_dict(content: Content) -> dict[str, Any]:
    edition = content.edition
    site = edition.site
    return {
        "version": edition.version,
        "digest": edition.digest,
        "date": edition.date.isoformat(),
        "review_by": edition.review_by.isoformat() if edition.review_by else None,
        "sign_off": edition.sign_off,
        "state": edition.sign_off_state,
        "sign_off_notes": list(edition.sign_off_notes),
        "site": {"name": site.name, "version": site.version, "digest": site.digest} if site else None,
    }


def _advisory_to_dict(advisory: Advisory) -> dict[str, Any]:
    lists = {name: list(getattr(advisory, name)) for name in ("wrong", "charts", "actions")}
    return {**asdict(advisory), "date": advisory.date.isoformat(), **lists}


def _cited_ids(rule: Rule, wording: Mapping[str, Wording]) -> list[str]:
    """Return all that a rule rests on, each once: its own sources, those of its rows, cards and caveats."""
    cards = [wording[row.card].evidence for row in rule.advice if row.card in wording]
    names = [
        *rule.cites,
        *(name for row in rule.advice for name in row.cites),
        *(evidence.source for evidence in cards if evidence),
        *(name for caveat in rule.caveats for name in caveat.sources),
    ]
    return list(dict.fromkeys(names))


def _rule_to_dict(rule: Rule, content: Content, wording: Mapping[str, Wording]) -> dict[str, Any]:
    silences = [silence for silence in content.policy.silences if silence.is_from_site and rule.id in silence.rules]
    return {
        "id": rule.id,
        "number": rule.number,
        "title": rule.title,
        "topic": rule.topic.code,
        "hooks": [hook for hook in _HOOK_LABELS if hook in rule.hooks],
        "moments": [words for hook, words in _HOOK_LABELS.items() if hook in rule.hooks],
        "purpose": rule.purpose,
        "use": rule.use,
        "misuse": rule.misuse,
        "speaks_when": outline_block(rule.block, content.findings),
        "switched_off": silences[0].label if silences else None,
        "limits": [caveat.says for caveat in rule.caveats],
        "evidence": [_citation_to_dict(content.citations[name]) for name in _cited_ids(rule, wording)],
    }


def _citation_to_dict(citation: Citation) -> dict[str, Any]:
    return {
        "citation": citation.citation,
        "strength": citation.strength,
        "says": citation.says,
        "url": citation.url,
    }
