"""An overlay for the major version before: each of its keys is applied, or refused with one sentence."""

import hashlib
import json
import shutil
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cds_service.errors import ContentError
from cds_service.knowledge import load_knowledge, shipped_cards
from cds_service.knowledge.edition import compute_digest, format_sign_off
from cds_service.knowledge.schema.overlay_upgrade import UpgradeFile, UpgradeRow
from cds_service.model.terminology import Code

EXAMPLE = shipped_cards().parent / "examples" / "site"
SNAPSHOT = Path(__file__).parent / "content-1.0.0.json"
APPLIED = "The overlay was written for content 1.0.0 and is applied to 2.0.0: nothing it names has changed."
CODE = 'system = "sct"\ncode = "22298006"\nwhy = "x"\n'
OWN_SYSTEM = '[system.ours]\nuri = "urn:oid:2.999.1"\nlabel = "Ours"\n'
# An entry of each kind that an overlay can hold: its file, its text, its key in problems, and what it names.
ENTRIES = {
    "off": (
        "rules",
        '[[off]]\nrule = "runner-back-pain"\nwhy = "x"\n',
        "off.runner-back-pain",
        'rule = "runner-back-pain"',
    ),
    "protected off": (
        "rules",
        '[[off]]\nrule = "cauda-equina"\nwhy = "x"\ninstead = "Alert 4711."\n',
        "off.cauda-equina",
        'rule = "cauda-equina"',
    ),
    "finding window": (
        "numbers",
        '[[change]]\nfinding = "groin-pain"\nfrom = 365\nto = 300\nwhy = "x"\n',
        "finding.groin-pain",
        'finding = "groin-pain"',
    ),
    "limit": (
        "numbers",
        '[[change]]\nlimit = "recent_request"\nfrom = 90\nto = 80\nwhy = "x"\n',
        "limit.recent_request",
        'limit = "recent_request"',
    ),
    "finding code": ("codes", f'[[finding]]\nfinding = "limp"\n{CODE}', "finding.limp", 'finding = "limp"'),
    "second finding of a code": (
        "codes",
        '[[finding]]\nfinding = "groin-pain"\nsystem = "sct"\ncode = "49218002"\nbesides = ["hip-pain"]\nwhy = "x"\n',
        "finding.groin-pain",
        'finding = "hip-pain"',
    ),
    "study code": (
        "codes",
        f'[[study]]\nstudy = "MRI of the hip"\n{CODE}',
        "study.MRI of the hip",
        'study = "MRI of the hip"',
    ),
    "body site code": (
        "codes",
        f'[[body_site]]\nbody_site = "hip-region"\n{CODE}',
        "body_site.hip-region",
        'body_site = "hip-region"',
    ),
    "code of an own system": (
        "codes",
        f'{OWN_SYSTEM}[[finding]]\nfinding = "limp"\nsystem = "ours"\ncode = "L1"\nwhy = "x"\n',
        "finding.limp",
        'finding = "limp"',
    ),
    "link": (
        "links",
        '[[link]]\nlabel = "Pathway"\nurl = "https://x.example"\nrules = ["cauda-equina"]\n',
        "link.Pathway",
        'entries = ["link"]\nrule = "cauda-equina"',
    ),
}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    head = 'name = "Test"\nversion = "1"\ndate = 2026-11-22\nfor_content = "1.0.0"\n'
    (folder / "site.toml").write_text(head, encoding="utf-8")
    return folder


def set_upgrade(cards: Path, *rows: str) -> None:
    changes = "".join(f'[[change]]\n{row}\nsays = "it means something else."\n' for row in rows)
    (cards / "overlay-upgrade.toml").write_text(f'since = "1.0.0"\nsame = []\n{changes}', encoding="utf-8")


def refusal(cards: Path, site: Path) -> list[str]:
    with pytest.raises(ContentError) as error:
        load_knowledge(cards, site)
    return [str(problem) for problem in error.value.problems if problem.file.startswith("site/")]


@pytest.mark.parametrize("kind", ENTRIES)
def test_an_entry_is_applied_while_what_it_names_means_the_same(cards: Path, site: Path, kind: str) -> None:
    file, text, _, _ = ENTRIES[kind]
    (site / f"{file}.toml").write_text(text, encoding="utf-8")
    set_upgrade(cards, 'rule = "hip-spine-overlap"', 'finding = "calf-pain"', 'limit = "cards_per_call"')
    applied, *changes = load_knowledge(cards, site).site_changes
    assert applied == APPLIED
    assert len(changes) == 1
    site_toml = (site / "site.toml").read_text(encoding="utf-8")
    (site / "site.toml").write_text(site_toml.replace("1.0.0", "2.0.0"), encoding="utf-8")
    assert load_knowledge(cards, site).site_changes == tuple(changes)


@pytest.mark.parametrize("kind", ENTRIES)
def test_an_entry_is_refused_with_one_sentence_when_what_it_names_has_changed(
    cards: Path, site: Path, kind: str
) -> None:
    file, text, key, row = ENTRIES[kind]
    (site / f"{file}.toml").write_text(text, encoding="utf-8")
    set_upgrade(cards, row)
    entry, version = sorted(refusal(cards, site), key=lambda problem: "site.toml" in problem)
    assert entry == f"site/{file}.toml: {key}: since content 2.0.0: it means something else."
    assert version.startswith("site/site.toml: for_content: was written for content 1.0.0; this is 2.0.0, in which ")


@pytest.mark.parametrize("kind", ["rule", "group", "condition"])
def test_a_number_of_a_rule_group_or_condition_is_applied_or_refused(
    cards: Path, site: Path, change: Callable[[str, str, str], None], kind: str
) -> None:
    name, (old, new) = {
        "rule": ("imaging-already-done", (182, 160)),
        "group": ("hip-sign", (91, 100)),
        "condition": ("lumbar-imaged", (365, 300)),
    }[kind]
    change("groups.toml", '= ["limp"', '= [{ id = "limp", within = 91, undated = "ignored" }')
    row = f'[[change]]\n{kind} = "{name}"\nkey = "within"\nfrom = {old}\nto = {new}\nwhy = "x"\n'
    (site / "numbers.toml").write_text(row, encoding="utf-8")
    set_upgrade(cards)
    assert load_knowledge(cards, site).site_changes[0] == APPLIED
    set_upgrade(cards, f'{kind} = "{name}"')
    assert f"site/numbers.toml: {kind}.{name}: since content 2.0.0: it means something else." in refusal(cards, site)


def test_a_name_that_went_away_is_refused_with_its_sentence_alone(cards: Path, site: Path) -> None:
    (site / "rules.toml").write_text('[[off]]\nrule = "gone-rule"\nwhy = "x"\n', encoding="utf-8")
    set_upgrade(cards, 'rule = "gone-rule"')
    assert [text for text in refusal(cards, site) if "rules.toml" in text] == [
        "site/rules.toml: off.gone-rule: since content 2.0.0: it means something else."
    ]


def test_a_number_that_the_content_changed_is_refused(cards: Path, site: Path) -> None:
    row = '[[change]]\nfinding = "groin-pain"\nfrom = 400\nto = 300\nwhy = "x"\n'
    (site / "numbers.toml").write_text(row, encoding="utf-8")
    assert refusal(cards, site) == ["site/numbers.toml: finding.groin-pain: its window is 365, not 400"]


def test_a_link_is_applied_though_its_rule_has_changed(cards: Path, site: Path) -> None:
    (site / "links.toml").write_text(ENTRIES["link"][1], encoding="utf-8")
    set_upgrade(cards, 'rule = "cauda-equina"')
    knowledge = load_knowledge(cards, site)
    assert knowledge.site_changes[0] == APPLIED
    assert knowledge.content.links["cauda-equina"]


def test_what_is_applied_counts(cards: Path, site: Path) -> None:
    (site / "codes.toml").write_text(ENTRIES["finding code"][1], encoding="utf-8")
    [meaning] = load_knowledge(cards, site).terminology.find_meanings(Code("sct", "22298006"))
    assert meaning.finding == "limp"


@pytest.mark.parametrize("version", ["0.9.0", "3.0.0"])
def test_a_version_that_no_list_of_changes_leads_up_from_is_refused_whole(
    cards: Path, site: Path, version: str
) -> None:
    text = (site / "site.toml").read_text(encoding="utf-8")
    (site / "site.toml").write_text(text.replace("1.0.0", version), encoding="utf-8")
    [problem] = refusal(cards, site)
    assert problem.startswith(
        f"site/site.toml: for_content: was written for content {version}; this is 2.0.0, in which"
    )


def test_own_content_without_a_list_of_changes_refuses_it_whole(cards: Path, site: Path) -> None:
    (cards / "overlay-upgrade.toml").unlink()
    [problem] = refusal(cards, site)
    assert "for_content: was written for content 1.0.0; this is 2.0.0, in which decisions differ" in problem


def test_the_example_as_it_was_for_1_0_0_is_told_key_by_key(tmp_path: Path) -> None:
    site = Path(shutil.copytree(EXAMPLE, tmp_path / "old"))
    head = (site / "site.toml").read_text(encoding="utf-8")
    (site / "site.toml").write_text(head.replace('"2.0.0"', '"1.0.0"'), encoding="utf-8")
    problems = refusal(shipped_cards(), site)
    assert any(text.startswith("site/numbers.toml: group.emergency-flag: since content 2.0.0: ") for text in problems)
    assert not any("links.toml" in text or "codes.toml" in text or "rules.toml" in text for text in problems)


def test_every_row_names_exactly_one_thing() -> None:
    with pytest.raises(ValueError, match="must name exactly one of rule"):
        UpgradeRow.model_validate({"rule": "limp", "finding": "limp", "says": "x"})


def test_a_sign_off_for_other_content_is_told_with_both_digests(cards: Path, site: Path) -> None:
    edition = load_knowledge(cards, site).content.edition
    signed = format_sign_off(edition, "Dr A", "surgeon", date(2026, 11, 22)).replace(edition.digest, "8e8686a9" * 8)
    (site / "sign-off.toml").write_text(signed, encoding="utf-8")
    edition = load_knowledge(cards, site).content.edition
    assert (edition.sign_off, edition.is_sign_off_lapsed) == (None, True)
    [note] = edition.sign_off_notes
    signed, used = "Dr A signed content 8e8686a9", f"this is content 2.0.0 ({edition.digest[:8]})"
    assert note == f"site/sign-off.toml: digest: {signed}; {used}, to be read and signed again."


def test_a_sign_off_for_another_overlay_is_told_with_both_digests(cards: Path, site: Path) -> None:
    edition = load_knowledge(cards, site).content.edition
    (site / "sign-off.toml").write_text(format_sign_off(edition, "Dr A", "x", date(2026, 11, 22)), encoding="utf-8")
    before = compute_digest(site)
    (site / "links.toml").write_text(ENTRIES["link"][1], encoding="utf-8")
    [note] = load_knowledge(cards, site).content.edition.sign_off_notes
    signed, used = f"Dr A signed overlay {before[:8]}", f"here overlay {compute_digest(site)[:8]} is used"
    assert note == f"site/sign-off.toml: site: {signed}; {used}: read and sign again."


def test_a_sign_off_in_the_content_folder_is_told_to_cover_no_overlay(cards: Path, site: Path) -> None:
    edition = load_knowledge(cards).content.edition
    (cards / "sign-off.toml").write_text(format_sign_off(edition, "Dr A", "x", date(2026, 11, 22)), encoding="utf-8")
    assert load_knowledge(cards).content.edition.sign_off_notes == ()
    assert load_knowledge(cards, site).content.edition.sign_off_notes == (
        "The sign-off in the content folder does not cover the site's overlay: it does not count.",
    )


def shipped_upgrade() -> UpgradeFile:
    text = (shipped_cards() / "overlay-upgrade.toml").read_text(encoding="utf-8")
    return UpgradeFile.model_validate(tomllib.loads(text))


def conditions_of(folder: Path) -> dict[str, str]:
    """Return a digest of what decides in each rule and group. Words, evidence and questions are left out."""
    decisive = ("hooks", "about", "order", "all", "any", "none", "advice")
    parts: dict[str, Any] = {}
    for path in (folder / "rules").glob("*.toml"):
        rule = tomllib.loads(path.read_text(encoding="utf-8"))
        parts[f"rule {rule['id']}"] = [rule.get(key) for key in decisive]
    groups = tomllib.loads((folder / "groups.toml").read_text(encoding="utf-8"))
    parts |= {f"group {name}": entries for name, entries in groups.items()}
    return {
        name: hashlib.sha256(json.dumps(part, sort_keys=True, default=str).encode()).hexdigest()[:16]
        for name, part in parts.items()
    }


def test_every_rule_and_group_that_decides_otherwise_is_in_the_list() -> None:
    """Compare with content 1.0.0: with its rules, and its groups that have a number, for no other can be changed.

    `same` says that a changed text was compared and means the same.
    """
    before, after = json.loads(SNAPSHOT.read_text(encoding="utf-8")), conditions_of(shipped_cards())
    changed = {name for name in before if before[name] != after.get(name)}
    upgrade = shipped_upgrade()
    listed = {" ".join(row.target) for row in upgrade.change}
    compared = {f"{kind} {name}" for name in upgrade.same for kind in ("rule", "group")}
    assert not changed - listed - compared
    assert {name for name in upgrade.same if f"rule {name}" not in before and f"group {name}" not in before} == set()
