"""Version, digest and sign-off: a sign-off names a digest, so any edit invalidates it."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from cds_service.errors import ContentError
from cds_service.knowledge import load_knowledge
from cds_service.knowledge.edition import compute_digest, format_sign_off
from cds_service.knowledge.shipped import PACKAGE_FOLDER, shipped_cards, shipped_examples


def sign(cards: Path, digest: str) -> None:
    text = f'name = "Dr A"\nrole = "spine surgeon"\ndate = 2026-11-22\ndigest = "{digest}"\n'
    (cards / "sign-off.toml").write_text(text, encoding="utf-8")


def test_the_shipped_content_is_not_signed_off(cards: Path) -> None:
    assert load_knowledge(cards).content.edition.sign_off is None
    assert load_knowledge(cards).content.edition.statement.endswith("not signed off")


def test_a_sign_off_of_this_digest_counts(cards: Path) -> None:
    sign(cards, compute_digest(cards))
    edition = load_knowledge(cards).content.edition
    assert edition.sign_off == "Dr A, spine surgeon, 2026-11-22"
    assert edition.statement == f"Content 2.0.0 ({edition.digest[:8]}), signed off by Dr A, spine surgeon, 2026-11-22"


def test_any_edit_lapses_the_sign_off(cards: Path, change: Callable[[str, str, str], None]) -> None:
    sign(cards, compute_digest(cards))
    change("wording/cauda-equina.md", "does not rule it out", "never rules it out")
    assert load_knowledge(cards).content.edition.sign_off is None


def test_the_digest_covers_file_names_too(cards: Path) -> None:
    before = compute_digest(cards)
    (cards / "evidence/injections.toml").rename(cards / "evidence/numbing.toml")
    assert compute_digest(cards) != before


@pytest.mark.parametrize("name", ["README.md", "REVIEW.md", "CASES.md", "TABLES.md", "CHANGELOG.md", "sign-off.toml"])
def test_the_digest_leaves_out_files_that_change_nothing(cards: Path, name: str) -> None:
    before = compute_digest(cards)
    (cards / name).write_text("x", encoding="utf-8")
    assert compute_digest(cards) == before


def test_a_broken_sign_off_is_refused(cards: Path) -> None:
    sign(cards, "not-a-digest")
    with pytest.raises(ContentError, match=r"sign-off\.toml: digest"):
        load_knowledge(cards)


def test_content_and_examples_lie_beside_the_package_in_a_checkout() -> None:
    assert shipped_cards() == PACKAGE_FOLDER.parent / "cards"
    assert shipped_examples() == PACKAGE_FOLDER.parent / "fixtures/fhir"


def test_a_lapsed_sign_off_differs_from_none(cards: Path, change: Callable[[str, str, str], None]) -> None:
    sign(cards, compute_digest(cards))
    change("wording/cauda-equina.md", "does not rule it out", "never rules it out")
    edition = load_knowledge(cards).content.edition
    assert edition.is_sign_off_lapsed
    assert edition.statement.endswith(", sign-off lapsed: content changed since")


def test_a_name_cannot_write_anything_into_the_sign_off_but_itself(cards: Path) -> None:
    edition = load_knowledge(cards).content.edition
    name = 'A "B" \\ C\ndigest = "x"'
    (cards / "sign-off.toml").write_text(format_sign_off(edition, name, "role", date(2026, 11, 22)), encoding="utf-8")
    assert load_knowledge(cards).content.edition.sign_off == 'A "B" \\ C digest = "x", role, 2026-11-22'
