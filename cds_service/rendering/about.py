"""/about: what the service is for, how it judges and on what, which content runs; as JSON and as a page."""

import base64
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from cds_service import __version__
from cds_service.model.about import AboutTexts
from cds_service.model.condition_text import outline_block
from cds_service.model.content import Content, Rule
from cds_service.model.vocabulary import Citation

_TEMPLATE_FOLDER = "pages"
_HOOK_LABELS = {"patient-view": "chart opened", "order-select": "order selected", "order-sign": "order signed"}


class AboutRenderer:
    """Makes both forms of /about. Nothing in them comes from a call, so they are made once."""

    def __init__(self, content: Content, texts: AboutTexts, site_changes: Sequence[str]) -> None:
        self._value = build_about(content, texts, site_changes)
        environment = Environment(
            loader=PackageLoader("cds_service.rendering", _TEMPLATE_FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._style = environment.loader.get_source(environment, "about.css")[0] if environment.loader else ""
        self._page = environment.get_template("about.html")

    def render_json(self) -> bytes:
        """The value as JSON."""
        return json.dumps(self._value, ensure_ascii=False, indent=2).encode()

    def render_html(self) -> bytes:
        """The value as a page that needs nothing else: its style stands in it."""
        return str(self._page.render(self._value, style=self._style)).encode()

    def content_security_policy(self) -> str:
        """The page's Content-Security-Policy: no script, nothing loaded, this one style (CSP Level 3, hash-source)."""
        digest = base64.b64encode(hashlib.sha256(self._style.encode()).digest()).decode()
        closed = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        return f"{closed}; style-src 'sha256-{digest}'"


def build_about(content: Content, texts: AboutTexts, site_changes: Sequence[str]) -> dict[str, Any]:
    """Everything /about says, as plain values."""
    rules = sorted(content.rules, key=lambda one: one.number)
    return {
        "name": "hip-spine-cds",
        "software_version": __version__,
        "content": _edition_to_dict(content),
        "site_changes": list(site_changes),
        **{name: getattr(texts, name) for name in ("purpose", "users", "population", "decides", "changes")},
        **{
            name: list(getattr(texts, name))
            for name in ("inputs", "data_quality", "logic", "basis", "validation", "limits")
        },
        "out_of_scope": [{"who": one.who, "then": one.then} for one in texts.out_of_scope],
        "source_attributes": [
            {"number": number, "name": one.name, "state": one.state, "says": one.says}
            for number, one in enumerate(texts.attributes, 1)
        ],
        "rules": [_rule_to_dict(rule, content) for rule in rules],
        "sources": [_citation_to_dict(one) for one in _cited_sources(content)],
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
        "site": {"name": site.name, "version": site.version, "digest": site.digest} if site else None,
    }


def _rule_to_dict(rule: Rule, content: Content) -> dict[str, Any]:
    off: list[str] = [one.label for one in content.policy.silences if one.is_from_site and rule.id in one.rules]
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
        "switched_off": next(iter(off), None),
        "evidence": [_citation_to_dict(content.citations[name]) for name in rule.cites],
    }


def _cited_sources(content: Content) -> list[Citation]:
    cited = {name for rule in content.rules for name in rule.cites}
    return sorted((content.citations[name] for name in cited), key=lambda one: one.citation.lower())


def _citation_to_dict(citation: Citation) -> dict[str, Any]:
    return {
        "citation": citation.citation,
        "strength": citation.strength,
        "says": citation.says,
        "url": citation.url,
    }
