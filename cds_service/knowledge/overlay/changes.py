"""Sentences that say what a site's overlay changes: for `check`, REVIEW.md and the about page."""

from cds_service.knowledge.overlay.files import Overlay
from cds_service.knowledge.schema.overlay import NumberChangeRow
from cds_service.knowledge.schema.terminology import BareCode


def describe_changes(overlay: Overlay) -> tuple[str, ...]:
    """Describe every change with its reason."""
    sentences = []
    for off in overlay.rules.off:
        instead = f" In its place: {off.instead}" if off.instead else ""
        sentences.append(f"Rule {off.rule} is switched off: {off.why}{instead}")
    sentences += [_describe_number(row) for row in overlay.numbers.change]
    codes = overlay.codes
    for row in codes.finding:
        below = " and below" if row.prefix else ""
        besides = f", besides {', '.join(row.besides)}" if row.besides else ""
        sentences.append(f"{_describe_code(row)}{below} stands for {row.finding}{besides}: {row.why}")
    sentences += [f"{_describe_code(row)} stands for {row.study}: {row.why}" for row in codes.study]
    sentences += [
        f"{_describe_code(row)} stands for the body site {row.body_site}: {row.why}" for row in codes.body_site
    ]
    for link in overlay.links.link:
        rules = ", ".join(link.rules) if link.rules else "every rule"
        sentences.append(f"Link on the cards of {rules}: {link.label}, {link.url}")
    return tuple(sentences)


def _describe_number(row: NumberChangeRow) -> str:
    target = " ".join(row.target)
    key = {None: "", "at_least": "at least "}.get(row.key, f"{row.key} ")
    condition = f" (of {row.of})" if row.of else ""
    return f"In {target}, {key}{row.old}{condition} becomes {row.new}: {row.why}"


def _describe_code(row: BareCode) -> str:
    return f"Code {row.system} {row.code}{f' ({row.side})' if row.side else ''}"
