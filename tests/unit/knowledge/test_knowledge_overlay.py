"""A site's overlay: its additions and changes count, the shipped files stay unchanged, and the version names it."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from cds_service.errors import ContentError
from cds_service.knowledge import Knowledge, load_knowledge, shipped_cards
from cds_service.knowledge.edition import compute_digest, format_sign_off
from cds_service.knowledge.review import format_documents
from cds_service.logic.rule_engine import decide
from cds_service.logic.trace_text import explain_decision
from cds_service.model.dates import PartialDate
from cds_service.model.facts import Chart, Finding, FindingValue, Source, SourceKind
from cds_service.model.sides import Side
from cds_service.model.terminology import Code
from cds_service.startup_state import build_card_maker

EXAMPLE = shipped_cards().parent / "examples" / "site"
TODAY = date(2026, 3, 10)
HEAD = 'name = "Test"\nversion = "1"\ndate = 2026-11-22\nfor_content = "2.0.0"\n'


@pytest.fixture(scope="module")
def example() -> Knowledge:
    return load_knowledge(shipped_cards(), EXAMPLE)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "site.toml").write_text(HEAD, encoding="utf-8")
    return folder


@pytest.fixture
def refused(site: Path) -> Callable[..., str]:
    """Return the problems of an overlay with these files."""

    def message(**files: str) -> str:
        for name, text in files.items():
            (site / f"{name}.toml").write_text(text, encoding="utf-8")
        with pytest.raises(ContentError) as error:
            load_knowledge(shipped_cards(), site)
        return str(error.value)

    return message


def saddle(days: int) -> Chart:
    seen = PartialDate(date.fromordinal(TODAY.toordinal() - days), date.fromordinal(TODAY.toordinal() - days))
    finding = Finding(
        "saddle-anaesthesia", FindingValue.PRESENT, Side.UNSTATED, seen, None, Source(SourceKind.CONDITION, "c/1"), {}
    )
    return Chart(today=TODAY, age=50, findings=(finding,), imaging=())


def test_an_empty_overlay_changes_nothing_but_the_version(shipped: Knowledge, site: Path) -> None:
    overlaid = load_knowledge(shipped_cards(), site)
    assert overlaid.terminology == shipped.terminology
    assert overlaid.content.rules == shipped.content.rules
    assert overlaid.content.policy == shipped.content.policy
    assert overlaid.content.edition.full_version == "2.0.0+site.1"
    assert overlaid.site_changes == ()


def test_the_example_is_accepted_and_describes_each_change_with_its_reason(example: Knowledge) -> None:
    build_card_maker(example)
    changes = "\n".join(example.site_changes)
    assert "Rule imaging-already-done is switched off: The order catalogue warns" in changes
    assert "In condition lumbar-imaged, within 365 (of imaged) becomes 270: Lumbar" in changes
    assert "In finding groin-pain, 365 becomes 200: " in changes
    assert "In limit recent_request, 90 becomes 60: " in changes
    assert "Code local-order MRHIP-R (right) stands for MRI of the hip: " in changes
    assert "Link on the cards of cauda-equina: " in changes


def test_codes_of_a_site_stand_for_what_it_says_and_carry_its_mark(example: Knowledge) -> None:
    terms = example.terminology
    assert [meaning.finding for meaning in terms.find_meanings(Code("icd10cm", "M79.18"))] == ["buttock-pain"]
    assert terms.studies[Code("local-order", "MRHIP-R")].side is Side.RIGHT
    assert terms.system_by_uri["urn:oid:2.999.4711.1"] == "local-order"
    assert [row.checked for row in example.finding_codes["buttock-pain"] if row.code == "M79.18"] == ["site"]


def test_a_number_changes_where_it_was_named_and_nowhere_else(shipped: Knowledge, example: Knowledge) -> None:
    before = {rule.id: repr(rule.block) for rule in shipped.content.rules}
    after = {rule.id: repr(rule.block) for rule in example.content.rules}
    changed = {name for name in before if before[name] != after[name]}
    assert {"spine-pattern-hip-imaging", "cauda-equina"} <= changed
    assert not changed & {"wrong-side-order", "knee-down-pain", "plain-films-first", "injection-response"}
    assert "within=270" in after["spine-pattern-hip-imaging"]
    assert (example.content.findings["groin-pain"].window_days, example.content.policy.recent_request) == (200, 60)


def test_a_changed_window_changes_the_cards(shipped: Knowledge, example: Knowledge) -> None:
    assert not decide(shipped.content, saddle(45), "patient-view").shown
    assert decide(example.content, saddle(45), "patient-view").shown
    assert not decide(example.content, saddle(46), "patient-view").shown


def test_a_rule_switched_off_is_silent_and_the_trace_says_by_whom(site: Path) -> None:
    (site / "rules.toml").write_text(
        '[[off]]\nrule = "cauda-equina"\nwhy = "We have our own."\ninstead = "Alert 4711."\n', encoding="utf-8"
    )
    overlaid = load_knowledge(shipped_cards(), site)
    decision = decide(overlaid.content, saddle(1), "patient-view", thorough=True)
    assert not decision.shown
    assert "Rule 1 cauda-equina: silenced: the site has switched it off: We have our own." in explain_decision(decision)
    assert "(switches off cauda-equina)" in overlaid.content.edition.statement
    assert overlaid.site_changes == ("Rule cauda-equina is switched off: We have our own. In its place: Alert 4711.",)


def test_links_are_on_the_cards_they_are_for(example: Knowledge) -> None:
    links = {rule: [link.url for link in listed] for rule, listed in example.content.links.items() if listed}
    assert links == {"cauda-equina": ["https://pathways.example.org/cauda-equina"]}


def test_the_version_names_the_overlay_and_its_digest(example: Knowledge) -> None:
    edition = example.content.edition
    overlay_digest = compute_digest(EXAMPLE)
    content, overlay = f"Content 2.0.0 ({edition.digest[:8]})", f"Example General 2026.1 ({overlay_digest[:8]})"
    assert edition.statement == f"{content}, site overlay {overlay}, not signed off"
    assert (edition.full_version, edition.full_digest) == ("2.0.0+site.2026.1", f"{edition.digest}+{overlay_digest}")


def test_the_review_lists_what_the_site_changes(example: Knowledge) -> None:
    documents = format_documents(example, {})
    for text in documents.values():
        assert text.splitlines()[0].endswith(
            f"site overlay Example General 2026.1, digest {compute_digest(EXAMPLE)}; not signed off"
        )
    for change in example.site_changes:
        assert f"- {change}" in documents["REVIEW.md"]
    assert "within 45 days" in documents["TABLES.md"]


def test_a_sign_off_covers_both_and_any_edit_of_either_invalidates_it(cards: Path, tmp_path: Path) -> None:
    site = Path(shutil.copytree(EXAMPLE, tmp_path / "over"))
    signed = format_sign_off(load_knowledge(cards, site).content.edition, 'Dr "A"', "surgeon", date(2026, 11, 22))
    (site / "sign-off.toml").write_text(signed, encoding="utf-8")
    assert load_knowledge(cards, site).content.edition.sign_off == 'Dr "A", surgeon, 2026-11-22'
    (site / "links.toml").unlink()
    edition = load_knowledge(cards, site).content.edition
    assert (edition.sign_off, edition.statement.endswith("sign-off lapsed: content changed since")) == (None, True)


def test_a_sign_off_of_the_content_alone_does_not_cover_an_overlay(cards: Path, site: Path) -> None:
    signed = format_sign_off(load_knowledge(cards).content.edition, "Dr A", "surgeon", date(2026, 11, 22))
    (cards / "sign-off.toml").write_text(signed, encoding="utf-8")
    assert load_knowledge(cards).content.edition.sign_off
    assert load_knowledge(cards, site).content.edition.sign_off_state == "not signed off"


def test_all_problems_are_reported_at_once_with_file_and_key(refused: Callable[..., str]) -> None:
    message = refused(
        rules='[[off]]\nrule = "cauda-equin"\nwhy = "x"\n[[off]]\nrule = "cauda-equina"\nwhy = "x"\n',
        numbers='[[change]]\nfinding = "groin-pian"\nfrom = 365\nto = 300\nwhy = "x"\n',
        links='[[link]]\nlabel = "L"\nurl = "https://x.example"\nrules = ["failed-hip"]\n',
        codes='[[finding]]\nfinding = "groin-pain"\nsystem = "sct"\ncode = "279043006"\nwhy = "x"\n',
    )
    assert "site/rules.toml: off.cauda-equin: no rule is called cauda-equin (did you mean cauda-equina?)" in message
    assert 'site/rules.toml: off.cauda-equina: is protected: "instead" must say what warns in its place' in message
    assert "site/numbers.toml: finding.groin-pian: no finding is called groin-pian (did you mean" in message
    assert "site/links.toml: link.L: no rule is called failed-hip (did you mean failed-hip-care?)" in message
    assert "site/codes.toml: finding.groin-pain: sct 279043006 already stands for buttock-pain; if the" in message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('finding = "groin-pain"\nsystem = "sct"\ncode = "279043007"', "is not a SNOMED CT identifier"),
        ('finding = "groin-pain"\nsystem = "sctt"\ncode = "279043006"', "no code system is called sctt"),
        ('finding = "groin-pain"\nsystem = "sct"\ncode = "102570003"', "102570003 already stands for groin-pain"),
        ('finding = "groin-pian"\nsystem = "sct"\ncode = "22298006"', "no finding is called groin-pian"),
        ('finding = "groin-pain"\nsystem = "cpt"\ncode = "72148"', "cpt 72148 already stands for imaging"),
        ('finding = "groin-pain"\nsystem = "sct"\ncode = "29836001"', "already stands for a body site"),
        ('finding = "groin-pain"\nsystem = "icd10cm"\ncode = "M25.551"', "already stands for hip-pain"),
        ('finding = "groin-pain"\nsystem = "icd10cm"\ncode = "C61"', "already stands for active-cancer"),
        ('finding = "groin-pain"\nsystem = "icd10cm"\ncode = "M54"\nprefix = true', "already stands for"),
        ('finding = "groin-pain"\nsystem = "sct"\ncode = "22298006"\nprefix = true', '"prefix" is only for icd10cm'),
        (
            'finding = "groin-pain"\nsystem = "sct"\ncode = "22298006"\nbesides = ["hip-pain"]',
            "besides: sct 22298006 does not stand for hip-pain",
        ),
        (
            'finding = "groin-pain"\nsystem = "sct"\ncode = "22298006"\nchecked = "S"',
            "checked: is not a known key",
        ),
    ],
)
def test_a_code_that_is_wrong_or_conflicts_is_refused(refused: Callable[..., str], text: str, words: str) -> None:
    assert words in refused(codes=f'[[finding]]\n{text}\nwhy = "x"\n')


def test_a_code_may_stand_for_two_findings_when_the_site_says_so(site: Path) -> None:
    (site / "codes.toml").write_text(
        '[[finding]]\nfinding = "groin-pain"\nsystem = "sct"\ncode = "49218002"\nbesides = ["hip-pain"]\nwhy = "x"\n',
        encoding="utf-8",
    )
    meanings = load_knowledge(shipped_cards(), site).terminology.find_meanings(Code("sct", "49218002"))
    assert {meaning.finding for meaning in meanings} == {"hip-pain", "groin-pain"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            '[[study]]\nstudy = "MRI of the hp"\nsystem = "cpt"\ncode = "0001T"\nwhy = "x"',
            "no study is called MRI of the hp",
        ),
        (
            '[[study]]\nstudy = "MRI of the hip"\nsystem = "cpt"\ncode = "72148"\nwhy = "x"',
            "already stands for imaging",
        ),
        (
            '[[body_site]]\nbody_site = "hipp"\nsystem = "sct"\ncode = "22298006"\nwhy = "x"',
            "no body site is called hipp",
        ),
        (
            '[[body_site]]\nbody_site = "hip-region"\nsystem = "sct"\ncode = "49218002"\nwhy = "x"',
            "already stands for hip-pain",
        ),
        ('[system.ours]\nuri = "urn:oid:2.999.1"\nlabel = "Ours"', "system.ours: is used by no code"),
        (
            '[system.sct]\nuri = "urn:oid:2.999.1"\nlabel = "Ours"',
            "is already the name of a code system",
        ),
        (
            '[system.ours]\nuri = "http://snomed.info/sct"\nlabel = "Ours"',
            "is already the content's sct: use that name",
        ),
        (
            "".join('[[finding]]\nfinding = "limp"\nsystem = "sct"\ncode = "22298006"\nwhy = "x"\n' for _ in range(2)),
            "sct 22298006 is listed twice in this file",
        ),
    ],
)
def test_other_codes_and_systems_are_checked_too(refused: Callable[..., str], text: str, words: str) -> None:
    assert words in refused(codes=text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('rule = "failed-hip"\nkey = "within"\nfrom = 365\nto = 300', "no rule is called failed-hip"),
        ('rule = "failed-hip-care"\nkey = "within"\nfrom = 300\nto = 200', "has no within = 300; it has: "),
        (
            'rule = "failed-hip-care"\nkey = "below"\nfrom = 42\nto = 20',
            "to = 20 is out of bounds: 42 may become 21 to 84",
        ),
        ('rule = "failed-hip-care"\nkey = "at_least"\nfrom = 2\nto = 1', "at_least"),
        ('rule = "failed-hip-care"\nkey = "below"\nof = "imaged"\nfrom = 42\nto = 30', "has no below = 42 of imaged"),
        ('rule = "failed-hip-care"\nkey = "within"\nfrom = 365\nto = "many"', "to: Input should be a valid integer"),
        ('rule = "failed-hip-care"\nfrom = 365\nto = 300', '"key" selects a number'),
        (
            'rule = "failed-hip-care"\nlimit = "recent_request"\nkey = "within"\nfrom = 365\nto = 300',
            "must name exactly one of rule",
        ),
        ('group = "emergency-flag"\nkey = "within"\nfrom = 30\nto = 20', "within 30 may only become wider, not 20"),
        ('group = "fracture-flag"\nkey = "at_least"\nfrom = 42\nto = 60', "is protected: only its within may change"),
        ('group = "infection-flag"\nkey = "within"\nfrom = 91\nto = 60', "within 91 may only become wider, not 60"),
        (
            'condition = "not-elderly"\nkey = "below"\nfrom = 65\nto = 70',
            "condition.not-elderly: is protected: its numbers may only become lower",
        ),
        (
            'condition = "spine-is-open"\nkey = "within"\nfrom = 365\nto = 400',
            "condition.spine-is-open: is protected: its numbers may not change",
        ),
        ('condition = "lumbar-imagd"\nkey = "within"\nfrom = 365\nto = 400', "(did you mean lumbar-imaged?)"),
        (
            'rule = "spine-pattern-hip-imaging"\nkey = "within"\nfrom = 365\nto = 300',
            "numbers of the conditions it names are theirs: fracture-suspected, lumbar-in-hand",
        ),
        ('group = "reviewflag"\nkey = "within"\nfrom = 91\nto = 100', "no group is called reviewflag"),
        ('finding = "saddle-anaesthesia"\nfrom = 365\nto = 200', "its window may only become wider than 365"),
        ('finding = "osteoporosis"\nfrom = 365\nto = 200', "its window is never, not 365"),
        ('finding = "groin-pain"\nkey = "within"\nfrom = 365\nto = 200', "a finding or limit has only one"),
        ('limit = "cards_per_call"\nfrom = 3\nto = 2', "limit.cards_per_call: is 2, not 3"),
        ('limit = "cards_per_call"\nfrom = 2\nto = 9', "2 may become 1 to 4"),
        ('limit = "cards_per_cal"\nfrom = 2\nto = 1', "limit: Input should be"),
        ('limit = "cards_per_call"\nfrom = 2\nto = 2', "are the same"),
    ],
)
def test_a_number_that_is_not_there_or_goes_too_far_is_refused(
    refused: Callable[..., str], text: str, words: str
) -> None:
    assert words in refused(numbers=f'[[change]]\n{text}\nwhy = "x"\n')


@pytest.mark.parametrize(
    "text",
    [
        'rule = "failed-hip-care"\nkey = "below"\nfrom = 42\nto = 30',
        'finding = "groin-pain"\nfrom = 365\nto = 300',
        'limit = "recent_request"\nfrom = 90\nto = 80',
    ],
)
def test_a_number_changed_twice_is_refused(refused: Callable[..., str], text: str) -> None:
    assert "is changed twice" in refused(numbers=f'[[change]]\n{text}\nwhy = "x"\n' * 2)


def test_in_a_protected_rule_a_window_that_silences_may_only_become_narrower(
    cards: Path, change: Callable[[str, str, str], None], site: Path
) -> None:
    change("rules/cauda-equina.toml", 'since = "sign", undated', 'within = 100, since = "sign", undated')
    wider, narrower = (
        f'[[change]]\nrule = "cauda-equina"\nkey = "within"\nfrom = 100\nto = {to}\nwhy = "x"\n' for to in (120, 60)
    )
    (site / "numbers.toml").write_text(narrower, encoding="utf-8")
    assert load_knowledge(cards, site)
    (site / "numbers.toml").write_text(wider, encoding="utf-8")
    with pytest.raises(ContentError, match="within 100 may only become narrower, because it silences, not 120"):
        load_knowledge(cards, site)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('url = "http://x.example"', "url: String should match"),
        ('url = "https://x.example/?patient=1"', "url: String should match"),
        ('url = "https://x.example/{{patient}}"', "url: String should match"),
        ('url = "https://x.example"\nrules = []', "rules: List should have at least 1"),
    ],
)
def test_a_link_is_plain_https_and_carries_no_data_of_a_call(
    refused: Callable[..., str], text: str, words: str
) -> None:
    assert words in refused(links=f'[[link]]\nlabel = "L"\n{text}\n')


def test_too_many_or_equal_links_on_a_card_are_refused(refused: Callable[..., str]) -> None:
    message = refused(links='[[link]]\nlabel = "L"\nurl = "https://x.example"\n' * 4)
    assert "4 links on one card; at most 3 are allowed" in message
    assert "the same label or address" in message


def test_a_rule_switched_off_twice_is_refused(refused: Callable[..., str]) -> None:
    assert "is switched off twice" in refused(rules='[[off]]\nrule = "failed-hip-care"\nwhy = "x"\n' * 2)


def test_a_file_that_would_do_nothing_is_refused(refused: Callable[..., str]) -> None:
    assert "site/rule.toml: is not a file of an overlay (did you mean rules.toml?)" in refused(rule="")


def test_an_overlay_may_be_in_a_checkout_or_a_mounted_volume(site: Path) -> None:
    """A volume keeps its files in a hidden folder behind links; version control has a hidden folder too."""
    before = compute_digest(site)
    (site / ".git").mkdir()
    (site / ".git" / "HEAD").write_text("x", encoding="utf-8")
    (site / "..data").mkdir()
    (site / "site.toml").rename(site / "..data" / "site.toml")
    (site / "site.toml").symlink_to(Path("..data") / "site.toml")
    assert load_knowledge(shipped_cards(), site).content.edition.site
    assert compute_digest(site) == before


def test_an_overlay_for_other_decisions_is_refused(refused: Callable[..., str]) -> None:
    message = refused(site=HEAD.replace("2.0.0", "0.9.0"))
    assert "for_content: was written for content 0.9.0; this is 2.0.0" in message


def test_an_overlay_without_site_toml_or_folder_is_refused(refused: Callable[..., str], site: Path) -> None:
    (site / "site.toml").unlink()
    assert "site/site.toml: is missing" in refused()
    with pytest.raises(ContentError, match="is not a folder"):
        load_knowledge(shipped_cards(), site / "nowhere")


def test_content_may_not_mark_its_codes_as_a_sites(
    change: Callable[[str, str, str], None], problems: Callable[[], str]
) -> None:
    change("findings/red-flags.toml", 'code = "267064002", checked = "S"', 'code = "267064002", checked = "site"')
    assert "is reserved for the codes of a site overlay" in problems()


def test_a_rule_that_can_be_critical_has_to_be_protected(
    change: Callable[[str, str, str], None], problems: Callable[[], str]
) -> None:
    change("site-limits.toml", 'rules  = ["cauda-equina", ', 'rules  = ["caudaequina", ')
    message = problems()
    assert "no rule is called caudaequina (did you mean cauda-equina?)" in message
    assert "site-limits.toml: protected.rules: cauda-equina can be critical and is not protected" in message


def test_what_a_protected_rule_names_has_to_be_protected_too(
    change: Callable[[str, str, str], None], problems: Callable[[], str]
) -> None:
    change("site-limits.toml", '"infection-flag", ', "")
    change("site-limits.toml", "spine-is-open ", "lumbar-imaged ")
    message = problems()
    assert "protected.groups: infection-flag is named by what is protected, and not listed" in message
    assert "conditions: spine-is-open is named by what is protected, and not listed" in message


def test_a_site_may_withhold_restraint_from_younger_patients(site: Path) -> None:
    row = '[[change]]\ncondition = "not-elderly"\nkey = "below"\nfrom = 65\nto = 60\nwhy = "x"\n'
    (site / "numbers.toml").write_text(row, encoding="utf-8")
    [change] = load_knowledge(shipped_cards(), site).site_changes
    assert change == "In condition not-elderly, below 65 becomes 60: x"
