"""An overlay that was written for the major version before: applied, or refused with a sentence for each key.

An entry is refused when `overlay-upgrade.toml` says that what it names has changed its meaning. If none is, the overlay
is applied as it stands. A version that no such file leads up from is refused as a whole.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from cds_service.errors import Problem
from cds_service.knowledge.content_folder import ContentFolder
from cds_service.knowledge.overlay.files import CODES_FILE, LINKS_FILE, NUMBERS_FILE, RULES_FILE, SITE_FILE, Overlay
from cds_service.knowledge.schema.overlay_upgrade import EntryKind, UpgradeFile


@dataclass(frozen=True, slots=True)
class OverlayEntry:
    """An entry of an overlay: its file and key as problems name them, and what it is about."""

    file: str
    key: str
    kind: EntryKind
    target: tuple[str, str]


def check_overlay_version(
    folder: ContentFolder, overlay: Overlay, version: str, upgrade: UpgradeFile | None
) -> tuple[str, ...]:
    """Note what keeps the overlay from being applied to this version; return what to tell when nothing does."""
    written_for = overlay.about.for_content
    if _major(written_for) == _major(version):
        return ()
    if upgrade is None or _major(upgrade.since) != _major(written_for) or _major(version) < _major(written_for):
        _refuse(folder, written_for, version, "decisions differ: compare the overlay with it, then change this line")
        return ()
    refused = list(_find_refused(folder, overlay, version, upgrade))
    if refused:
        _replace_problems(folder, refused)
        _refuse(
            folder,
            written_for,
            version,
            "what the keys named here say has changed: compare each, then change this line",
        )
        return ()
    note = (
        f"The overlay was written for content {written_for} and is applied to {version}: nothing it names has changed."
    )
    return (note,)


def _refuse(folder: ContentFolder, written_for: str, version: str, why: str) -> None:
    folder.add_problem(
        SITE_FILE, "for_content", f"was written for content {written_for}; this is {version}, in which {why}"
    )


def _replace_problems(folder: ContentFolder, refused: list[Problem]) -> None:
    """Note the refused entries in place of other problems with the same keys: one sentence for each key is enough."""
    keys = {(problem.file, problem.key) for problem in refused}
    folder.problems[:] = [problem for problem in folder.problems if (problem.file, problem.key) not in keys]
    folder.problems += refused


def _find_refused(folder: ContentFolder, overlay: Overlay, version: str, upgrade: UpgradeFile) -> Iterator[Problem]:
    for entry in dict.fromkeys(_list_entries(overlay)):
        for row in upgrade.change:
            if row.target == entry.target and entry.kind in row.entries:
                message = f"since content {version.split('.')[0]}.0.0: {row.says}"
                yield Problem(f"{folder.path_prefix}{entry.file}", entry.key, message)


def _list_entries(overlay: Overlay) -> Iterator[OverlayEntry]:
    """List every entry; one that is about several names is listed once for each."""
    yield from (OverlayEntry(RULES_FILE, f"off.{row.rule}", "off", ("rule", row.rule)) for row in overlay.rules.off)
    for change in overlay.numbers.change:
        kind, name = change.target
        yield OverlayEntry(NUMBERS_FILE, f"{kind}.{name}", "number", (kind, name))
    for code in overlay.codes.finding:
        for name in (code.finding, *code.besides):
            yield OverlayEntry(CODES_FILE, f"finding.{code.finding}", "code", ("finding", name))
    for study in overlay.codes.study:
        yield OverlayEntry(CODES_FILE, f"study.{study.study}", "code", ("study", study.study))
    for site in overlay.codes.body_site:
        yield OverlayEntry(CODES_FILE, f"body_site.{site.body_site}", "code", ("body_site", site.body_site))
    for link in overlay.links.link:
        for name in link.rules or ():
            yield OverlayEntry(LINKS_FILE, f"link.{link.label}", "link", ("rule", name))


def _major(version: str) -> int:
    return int(version.split(".")[0])
