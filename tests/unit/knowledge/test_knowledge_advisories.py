"""Safety notices: content that is listed is told of, whether by version, digest, file or its overlay; other is not."""

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from cds_service.errors import ContentError
from cds_service.knowledge import Knowledge, load_knowledge, shipped_cards
from cds_service.knowledge.advisories import find_advisories, load_advisories
from cds_service.knowledge.edition import compute_digest
from cds_service.knowledge.schema.advisories import AdvisoryRow
from cds_service.model.edition import Edition

Change = Callable[[str, str, str], None]


def set_version(cards: Path, version: str) -> None:
    path = cards / "manifest.toml"
    text = path.read_text(encoding="utf-8")
    [line] = [line for line in text.splitlines() if line.startswith("version")]
    path.write_text(text.replace(line, f'version = "{version}"'), encoding="utf-8")


def site_for(folder: Path, version: str) -> Path:
    folder.mkdir()
    head = f'name = "Test"\nversion = "1"\ndate = 2026-11-22\nfor_content = "{version}"\n'
    (folder / "site.toml").write_text(head, encoding="utf-8")
    return folder


def notice(**keys: object) -> AdvisoryRow:
    row: dict[str, object] = {
        "id": "HSC-2026-99",
        "date": date(2026, 11, 28),
        "severity": "wrong words",
        "title": "A title.",
        "first": "1.2.0",
        "fixed_in": "1.4.0",
        "wrong": ["It was wrong."],
        "charts": ["All."],
        "actions": ["Upgrade."],
    }
    return AdvisoryRow.model_validate({**row, **keys})


def reasons(row: AdvisoryRow, root: Path, version: str, overlay_for: str | None = None) -> list[str]:
    edition = Edition(version, compute_digest(root), date(2026, 11, 28), None)
    return [advisory.reason for advisory in find_advisories((row,), root, edition, overlay_for)]


def test_the_shipped_content_is_not_listed(shipped: Knowledge) -> None:
    assert shipped.advisories == ()


def test_content_1_0_0_is_listed_when_newer_code_runs_it(cards: Path) -> None:
    set_version(cards, "1.0.0")
    [advisory] = load_knowledge(cards).advisories
    assert (advisory.id, advisory.reason) == ("HSC-2026-01", "This content is version 1.0.0.")
    assert "HSC-2026-01 (patients may be harmed): Content 1.0.0 advises against imaging" in advisory.statement


def test_content_1_0_0_that_this_code_refuses_is_told_of_all_the_same(cards: Path, problems: Callable[[], str]) -> None:
    set_version(cards, "1.0.0")
    (cards / "policy.toml").unlink()
    message = problems()
    assert "policy.toml: is missing" in message
    assert "manifest.toml: version: Safety notice HSC-2026-01" in message


def test_content_that_is_not_listed_is_refused_without_a_notice(cards: Path, problems: Callable[[], str]) -> None:
    (cards / "policy.toml").unlink()
    assert "Safety notice" not in problems()


@pytest.mark.parametrize(
    ("version", "is_listed"), [("1.1.9", False), ("1.2.0", True), ("1.3.10", True), ("1.4.0", False), ("10.0.0", False)]
)
def test_versions_from_the_first_to_the_mended_one_are_listed(cards: Path, version: str, is_listed: bool) -> None:
    assert bool(reasons(notice(), cards, version)) is is_listed


def test_a_pinned_folder_is_found_by_its_digest(cards: Path) -> None:
    row = notice(digests={"1.3.0": compute_digest(cards)})
    assert reasons(row, cards, "7.0.0") == ["This content has the digest of version 1.3.0."]
    (cards / "manifest.toml").write_text("changed", encoding="utf-8")
    assert reasons(row, cards, "7.0.0") == []


def test_a_sites_own_copy_is_found_by_a_faulty_file_whatever_its_version(cards: Path, change: Change) -> None:
    faulty = hashlib.sha256((cards / "offers.toml").read_bytes()).hexdigest()
    row = notice(files={"offers.toml": faulty, "rules/gone.toml": faulty})
    assert reasons(row, cards, "7.0.0") == ["This content holds offers.toml unchanged from version 1.2.0."]
    change("offers.toml", "\n", "\n# mended\n")
    assert reasons(row, cards, "7.0.0") == []


def test_an_overlay_written_for_a_listed_version_is_told_of(cards: Path) -> None:
    assert reasons(notice(), cards, "7.0.0", "1.3.0") == ["The site's overlay was written for content 1.3.0."]
    assert reasons(notice(), cards, "7.0.0", "1.4.0") == []


def test_an_overlay_for_1_0_0_that_is_applied_is_told_of(tmp_path: Path) -> None:
    [advisory] = load_knowledge(shipped_cards(), site_for(tmp_path / "site", "1.0.0")).advisories
    assert advisory.reason == "The site's overlay was written for content 1.0.0."
    assert load_knowledge(shipped_cards(), site_for(tmp_path / "new", "2.0.0")).advisories == ()


def test_an_overlay_for_1_0_0_that_is_refused_is_told_of(tmp_path: Path) -> None:
    site = site_for(tmp_path / "site", "1.0.0")
    (site / "rules.toml").write_text('[[off]]\nrule = "gone"\nwhy = "x"\n', encoding="utf-8")
    with pytest.raises(ContentError, match=r"(?s)Safety notice HSC-2026-01.*no rule is called gone"):
        load_knowledge(shipped_cards(), site)


def test_a_notice_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match=r'"fixed_in" must come after "first"'):
        notice(first="1.4.0", fixed_in="1.2.0")


def test_every_notice_names_what_to_do_and_no_id_is_used_twice() -> None:
    rows = load_advisories()
    assert rows
    assert len({row.id for row in rows}) == len(rows)
    assert [row.date for row in rows] == sorted((row.date for row in rows), reverse=True)
