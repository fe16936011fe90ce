"""What a site's overlay changes, in sentences: for `check`, REVIEW.md and the about page."""

from collections.abc import Iterator

from cds_service.knowledge.overlay.files import Overlay
from cds_service.knowledge.schema.overlay import LinkRow, NumberChangeRow, SwitchedOffRow
from cds_service.knowledge.schema.terminology import BareCode


def describe_changes(overlay: Overlay) -> tuple[str, ...]:
    """Every change, each with its reason."""
    return tuple(_change_sentences(overlay))


def _change_sentences(overlay: Overlay) -> Iterator[str]:
    yield from (_describe_switched_off(row) for row in overlay.rules.off)
    yield from (_describe_number(row) for row in overlay.numbers.change)
    for row in overlay.codes.finding:
        below = " and below" if row.prefix else ""
        besides = f", besides {', '.join(row.besides)}" if row.besides else ""
        yield f"{_describe_code(row)}{below} stands for {row.finding}{besides}: {row.why}"
    yield from (f"{_describe_code(row)} stands for {row.study}: {row.why}" for row in overlay.codes.study)
    yield from (
        f"{_describe_code(row)} stands for the body site {row.body_site}: {row.why}" for row in overlay.codes.body_site
    )
    yield from (_describe_link(row) for row in overlay.links.link)


def _describe_switched_off(row: SwitchedOffRow) -> str:
    instead = f" In its place: {row.instead}" if row.instead else ""
    return f"Rule {row.rule} is switched off: {row.why}{instead}"


def _describe_number(row: NumberChangeRow) -> str:
    named = (("rule", row.rule), ("group", row.group), ("finding", row.finding), ("limit", row.limit))
    where = next(f"{what} {name}" for what, name in named if name)
    key = {None: "", "at_least": "at least "}.get(row.key, f"{row.key} ")
    of = f" (of {row.of})" if row.of else ""
    return f"In {where}, {key}{row.old}{of} becomes {row.new}: {row.why}"


def _describe_code(row: BareCode) -> str:
    return f"Code {row.system} {row.code}{f' ({row.side})' if row.side else ''}"


def _describe_link(row: LinkRow) -> str:
    return f"Link on the cards of {', '.join(row.rules) if row.rules else 'every rule'}: {row.label}, {row.url}"
