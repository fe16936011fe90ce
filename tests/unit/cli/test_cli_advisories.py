"""Safety notices as `check` and the running service tell them."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from cds_service.cli import main
from cds_service.knowledge import shipped_cards

pytestmark = pytest.mark.usefixtures("loaded_once")


def check(**env: str) -> Result:
    return CliRunner().invoke(main, ["check"], env={"COLUMNS": "140", **env})


@pytest.fixture
def old_cards(tmp_path: Path) -> Path:
    cards = Path(shutil.copytree(shipped_cards(), tmp_path / "cards"))
    text = (cards / "manifest.toml").read_text(encoding="utf-8")
    (cards / "manifest.toml").write_text(text.replace('"2.0.0"', '"1.0.0"'), encoding="utf-8")
    return cards


def test_check_tells_the_notice_and_what_to_do(old_cards: Path) -> None:
    result = check(HIP_SPINE_CDS_CONTENT=str(old_cards))
    assert result.exit_code == 0, result.output
    assert "No problem found" not in result.output
    assert "Safety notice HSC-2026-01 (patients may be harmed)" in result.output
    assert "This content is version 1.0.0." in result.output
    assert "Run content 2.0.0 or later." in result.output


def test_check_tells_no_notice_of_the_shipped_content() -> None:
    assert "Safety notice" not in check().output


def test_check_tells_an_overlay_made_for_a_listed_version(tmp_path: Path) -> None:
    head = 'name = "Test"\nversion = "1"\ndate = 2026-11-22\nfor_content = "1.0.0"\n'
    (tmp_path / "site.toml").write_text(head, encoding="utf-8")
    output = check(HIP_SPINE_CDS_SITE=str(tmp_path)).output
    assert "The overlay was written for content 1.0.0 and is applied to 2.0.0" in output
    assert "The site's overlay was written for content 1.0.0." in output


def test_check_tells_a_sign_off_of_other_content(old_cards: Path) -> None:
    signed = f'name = "Dr A"\nrole = "surgeon"\ndate = 2026-11-22\ndigest = "{"8e8686a9" * 8}"\n'
    (old_cards / "sign-off.toml").write_text(signed, encoding="utf-8")
    assert (
        "sign-off.toml: digest: Dr A signed content 8e8686a9; this is content 1.0.0 ("
        in check(HIP_SPINE_CDS_CONTENT=str(old_cards)).output
    )


def test_a_service_that_runs_listed_content_says_so(build: Callable[..., Flask], old_cards: Path) -> None:
    client = build(content=old_cards).test_client()
    ready = client.get("/readyz")
    assert (ready.status_code, ready.get_json()["status"]) == (200, "degraded")
    assert "HSC-2026-01" in ready.get_json()["advisories"]
    assert [notice["id"] for notice in client.get("/about.json").get_json()["advisories"]] == ["HSC-2026-01"]
    assert b"Safety notice HSC-2026-01" in client.get("/about").data


def test_a_service_that_runs_the_shipped_content_says_nothing(build: Callable[..., Flask]) -> None:
    client = build().test_client()
    assert client.get("/readyz").get_json() == {"status": "ready", "store": "available"}
    assert client.get("/about.json").get_json()["advisories"] == []
