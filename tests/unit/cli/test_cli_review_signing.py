"""`review --sign`: who signed what and when, where it is stored, what is refused; and the commands with an overlay."""

import shutil
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cds_service.cli import main
from cds_service.knowledge import load_knowledge, shipped_cards

pytestmark = pytest.mark.usefixtures("loaded_once")

EXAMPLE = shipped_cards().parent / "examples" / "site"
WHO = ("--sign", "Dr A", "--role", "spine surgeon")


@pytest.fixture(autouse=True)
def _moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the time to late evening in UTC, already the next day at the site. Unset the site's folder."""
    monkeypatch.setattr(
        import_module("cds_service.cli.review"), "system_clock", lambda: datetime(2026, 11, 22, 23, tzinfo=UTC)
    )
    monkeypatch.setenv("HIP_SPINE_CDS_SITE", "")
    monkeypatch.delenv("HIP_SPINE_CDS_SITE")
    monkeypatch.setenv("HIP_SPINE_CDS_TIME_ZONE", "Europe/Berlin")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLE, tmp_path / "site"))


@pytest.fixture
def cards_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    cards = Path(shutil.copytree(shipped_cards(), tmp_path / "cards"))
    monkeypatch.setenv("HIP_SPINE_CDS_CONTENT", str(cards))
    return cards


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, env={"COLUMNS": "140"})


def test_shipped_content_is_not_signed_where_an_upgrade_would_lose_it() -> None:
    result = run("review", *WHO, "--output", "nowhere.md")
    assert result.exit_code == 1
    assert "name the site's folder with --site" in result.output
    assert not (shipped_cards() / "sign-off.toml").exists()


def test_content_of_ones_own_is_signed_in_its_folder_on_the_sites_day(cards_copy: Path) -> None:
    assert run("review").exit_code == 0
    result = run("review", *WHO)
    assert result.exit_code == 0, result.output
    assert load_knowledge(cards_copy).content.edition.sign_off == "Dr A, spine surgeon, 2026-11-23"
    first = (cards_copy / "REVIEW.md").read_text(encoding="utf-8").splitlines()[0]
    assert first.endswith("; signed off by Dr A, spine surgeon, 2026-11-23")
    assert "signed off by Dr A" in run("check").output


def test_a_site_signs_content_and_overlay_in_its_own_folder(site: Path) -> None:
    assert run("review", "--site", str(site)).exit_code == 0
    assert "What the site changes" in (site / "REVIEW.md").read_text(encoding="utf-8")
    assert run("review", "--site", str(site), *WHO).exit_code == 0
    assert load_knowledge(shipped_cards(), site).content.edition.sign_off == "Dr A, spine surgeon, 2026-11-23"


def test_an_edit_lapses_the_sign_off_and_check_says_so(cards_copy: Path) -> None:
    run("review")
    run("review", *WHO)
    manifest = cards_copy / "manifest.toml"
    manifest.write_text(manifest.read_text(encoding="utf-8") + "# edited\n", encoding="utf-8")
    assert "sign-off lapsed: content changed since" in run("check").output


def test_only_what_was_written_out_to_be_read_is_signed(cards_copy: Path) -> None:
    (cards_copy / "REVIEW.md").unlink()
    assert "run `hip-spine-cds review`, read what it writes, then sign" in run("review", *WHO).output
    run("review")
    policy = cards_copy / "policy.toml"
    policy.write_text(policy.read_text(encoding="utf-8").replace("= 90 ", "= 91 "), encoding="utf-8")
    assert run("review", *WHO).exit_code == 1
    assert not (cards_copy / "sign-off.toml").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--sign", "Dr A"), "--sign and --role go together"),
        (("--role", "surgeon"), "--sign and --role go together"),
        (("--sign", " ", "--role", "surgeon"), "--sign and --role must not be empty"),
    ],
)
def test_a_sign_off_needs_a_name_and_a_role(cards_copy: Path, arguments: tuple[str, ...], words: str) -> None:
    del cards_copy
    assert words in run("review", *arguments).output


def test_check_tells_each_change_of_the_overlay_and_its_problems(site: Path) -> None:
    result = run("check", "--site", str(site))
    assert "site overlay Example General 2026.1" in result.output
    assert "Rule imaging-already-done is switched off" in result.output
    (site / "rules.toml").write_text('[[off]]\nrule = "cauda-equina"\nwhy = "x"\n', encoding="utf-8")
    result = run("check", "--site", str(site))
    assert result.exit_code == 1
    assert "site/rules.toml: off.cauda-equina: is protected" in result.output


def test_try_uses_the_overlay_and_shows_its_link_and_version(site: Path) -> None:
    output = run("try", "--example", "cauda-equina", "--site", str(site)).output
    assert "site overlay Example General 2026.1" in output
    assert "Cauda equina pathway, Example General" in output
