"""/about as a value and as a page: it has every required statement, escapes everything and loads nothing."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from cds_service import rendering
from cds_service.fhir.resources import Patient
from cds_service.knowledge import Knowledge, load_knowledge, shipped_cards
from cds_service.knowledge.advisories import build_advisory, load_advisories
from cds_service.rendering.about import AboutRenderer

EXAMPLE = shipped_cards().parent / "examples" / "site"
ATTRIBUTES = [
    "Bibliographic citation",
    "Developer",
    "Funding source of the technical implementation",
    "Release and revision dates",
    "Use of race",
    "Use of ethnicity",
    "Use of language",
    "Use of sexual orientation",
    "Use of gender identity",
    "Use of sex",
    "Use of date of birth",
    "Use of social determinants of health data",
    "Use of health status assessments data",
]


class Page(HTMLParser):
    """Collects the tags and text of a page, and fails if tags are not closed in order."""

    VOID = frozenset({"meta", "link", "br"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def about_renderer(knowledge: Knowledge) -> AboutRenderer:
    return AboutRenderer(
        knowledge.content, knowledge.about, knowledge.site_changes, knowledge.wording, knowledge.advisories
    )


@pytest.fixture(scope="module")
def about(knowledge: Knowledge) -> AboutRenderer:
    return about_renderer(knowledge)


@pytest.fixture(scope="module")
def value(about: AboutRenderer) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(about.render_json())
    return value


@pytest.fixture(scope="module")
def page(about: AboutRenderer) -> Page:
    return Page(about.render_html().decode())


@pytest.fixture(scope="module")
def details(about: AboutRenderer) -> Page:
    return Page(about.render_details().decode())


def test_it_says_which_content_and_that_nobody_approved_it(knowledge: Knowledge, value: dict[str, Any]) -> None:
    edition = knowledge.content.edition
    assert value["content"]["version"] == edition.version
    assert value["content"]["digest"] == edition.digest
    assert value["content"]["sign_off"] is None
    assert value["content"]["review_by"] == "2027-11-28"


def test_the_thirteen_source_attributes_are_in_order(value: dict[str, Any]) -> None:
    assert [attribute["name"] for attribute in value["source_attributes"]] == ATTRIBUTES
    assert [attribute["number"] for attribute in value["source_attributes"]] == list(range(1, 14))
    assert all(attribute["says"] for attribute in value["source_attributes"])


def test_of_the_patient_nothing_is_read_but_the_birth_date_and_whether_alive(value: dict[str, Any]) -> None:
    """An attribute that is not used cannot even reach a rule: the reader does not decode its field."""
    of_any_resource = {"id", "subject", "patient", "language"}  # `language` is that of the resource's text
    fields = set(Patient.__struct_fields__) - of_any_resource
    assert fields == {"birthDate", "deceasedBoolean", "deceasedDateTime"}
    states = {attribute["name"]: attribute["state"] for attribute in value["source_attributes"]}
    for name in ("race", "ethnicity", "language", "sexual orientation", "gender identity", "sex"):
        assert states[f"Use of {name}"] == "not used"
    assert states["Use of date of birth"] == "used"


def test_every_rule_is_there_with_purpose_use_misuse_and_evidence(
    knowledge: Knowledge, value: dict[str, Any], page: Page, details: Page
) -> None:
    rules = {rule["id"]: rule for rule in value["rules"]}
    for rule in knowledge.content.rules:
        described = rules[rule.id]
        assert (described["purpose"], described["use"], described["misuse"]) == (rule.purpose, rule.use, rule.misuse)
        cited = {*rule.cites, *(name for row in rule.advice for name in row.cites)}
        assert {knowledge.content.citations[name].citation for name in cited} <= {
            source["citation"] for source in described["evidence"]
        }
        for evidence in [knowledge.wording[row.card].evidence for row in rule.advice]:
            if evidence:
                citation = knowledge.content.citations[evidence.source].citation
                assert citation in [source["citation"] for source in described["evidence"]]
        assert described["limits"] == [caveat.says for caveat in rule.caveats]
        for words in (rule.title, rule.purpose, rule.use, rule.misuse):
            assert words in details.text
        assert rule.title in page.text
        assert {"id": f"rule-{rule.id}"} in [attributes for tag, attributes in page.tags if tag == "li"]


def test_every_required_statement_is_on_one_of_the_pages(value: dict[str, Any], page: Page, details: Page) -> None:
    texts = [value[name] for name in ("purpose", "users", "population", "decides", "changes")]
    for name in ("principle", "inputs", "data_quality", "logic", "basis", "validation", "limits"):
        texts += value[name]
    texts += [row["says"] for row in value["tried"]]
    texts += [words for row in value["out_of_scope"] for words in row.values()]
    texts += [attribute["says"] for attribute in value["source_attributes"]]
    texts += [source["citation"] for source in value["sources"]]
    for words in texts:
        assert words in page.text + details.text
    for words in (*value["principle"], *value["limits"], value["purpose"], value["users"]):
        assert words in page.text
    assert "No clinician has approved this content as it runs here." in page.text


def test_a_committee_member_reads_the_page_in_minutes(about: AboutRenderer) -> None:
    beside_words = r"<style>.*?</style>|<svg.*?</svg>|<table.*?</table>"  # the table repeats the picture
    html = re.sub(beside_words, "", about.render_html().decode(), flags=re.DOTALL)
    unfolded = re.sub(r"(</summary>).*?(</details>)", r"\1\2", html, flags=re.DOTALL)
    assert len(Page(html).text.split()) <= 1200  # at 200 words a minute; content 1.0.0 had 4,663
    assert len(Page(unfolded).text.split()) <= 500


def test_the_figure_is_an_invented_example_with_its_table(page: Page) -> None:
    assert "An invented patient" in page.text
    assert [attributes["class"] for tag, attributes in page.tags if tag == "svg"] == ["body-map"]
    assert "The same in words. What is not listed is not recorded." in page.text


def test_only_the_named_origins_may_frame_the_pages(about: AboutRenderer) -> None:
    assert about.content_security_policy().split("; ")[3] == "frame-ancestors 'none'"
    policy = about.content_security_policy(["https://b.example", "https://a.example", "https://a.example"])
    assert policy.split("; ")[3] == "frame-ancestors https://a.example https://b.example"


def test_this_version_says_what_it_was_tried_on_with_date_and_source(
    knowledge: Knowledge, value: dict[str, Any]
) -> None:
    edition = knowledge.content.edition
    [tried] = [row for row in value["tried"] if row["content"].split(".")[0] == edition.version.split(".")[0]]
    assert tried["date"] >= edition.date.isoformat()
    assert tried["source"]
    assert tried["says"]


def test_a_safety_notice_stands_at_the_head_with_what_to_do(knowledge: Knowledge) -> None:
    [notice, *_] = [build_advisory(row, "This content is version 1.0.0.") for row in load_advisories()]
    about = AboutRenderer(knowledge.content, knowledge.about, (), knowledge.wording, [notice])
    page, details = Page(about.render_html().decode()), Page(about.render_details().decode())
    for words in (notice.id, notice.title, notice.reason, *notice.actions):
        assert words in page.text
    for words in (*notice.wrong, *notice.charts):
        assert words in details.text
    [given] = json.loads(about.render_json())["advisories"]
    assert (given["id"], given["reason"], given["actions"]) == (notice.id, notice.reason, list(notice.actions))


@pytest.mark.parametrize("name", ["page", "details"])
def test_the_pages_are_well_formed_and_their_headings_are_in_order(name: str, request: pytest.FixtureRequest) -> None:
    page: Page = request.getfixturevalue(name)
    assert page.open == []
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = [str(attributes["href"]) for tag, attributes in page.tags if tag == "a"]
    assert {target[1:] for target in targets if target.startswith("#")} <= set(ids)
    assert ("html", {"lang": "en"}) in page.tags


@pytest.mark.parametrize("name", ["page", "details"])
def test_the_pages_load_and_run_nothing(name: str, request: pytest.FixtureRequest) -> None:
    page: Page = request.getfixturevalue(name)
    assert not {"script", "img", "iframe", "object", "form", "base"} & {tag for tag, _ in page.tags}
    for _, attributes in page.tags:
        assert not any(name == "style" or name.startswith("on") or name == "src" for name in attributes)


def test_the_policy_allows_the_one_style_and_nothing_else(about: AboutRenderer) -> None:
    style = re.search(r"<style>(.*?)</style>", about.render_html().decode(), re.DOTALL)
    assert style
    assert "url(" not in style[1]
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in about.content_security_policy()
    assert about.content_security_policy().startswith("default-src 'none'; ")
    assert "unsafe" not in about.content_security_policy()


def test_everything_is_escaped(knowledge: Knowledge) -> None:
    attack = '<script>alert("x")</script>'
    texts = replace(knowledge.about, purpose=attack)
    rules = tuple(replace(rule, title=attack, use=attack) for rule in knowledge.content.rules)
    about = AboutRenderer(replace(knowledge.content, rules=rules), texts, [attack], knowledge.wording)
    html = about.render_html().decode() + about.render_details().decode()
    assert "<script" not in html
    assert html.count("&lt;script&gt;") >= 3


def test_what_the_site_changes_is_there(knowledge: Knowledge) -> None:
    del knowledge
    overlaid = load_knowledge(shipped_cards(), EXAMPLE)
    about = about_renderer(overlaid)
    value, page = json.loads(about.render_json()), Page(about.render_html().decode())
    assert value["site_changes"] == list(overlaid.site_changes)
    assert value["content"]["site"]["name"] == "Example General"
    switched_off = [rule["id"] for rule in value["rules"] if rule["switched_off"]]
    assert switched_off == ["imaging-already-done"]
    assert "switched off here" in page.text
    details = Page(about.render_details().decode())
    assert "The site has switched it off: The order catalogue warns" in details.text
    for change in overlaid.site_changes:
        assert change in page.text


def test_a_sign_off_is_there(knowledge: Knowledge) -> None:
    edition = replace(knowledge.content.edition, sign_off="Dr A, surgeon, 2026-11-22")
    about = AboutRenderer(replace(knowledge.content, edition=edition), knowledge.about, (), knowledge.wording)
    assert "signed off by Dr A, surgeon, 2026-11-22" in Page(about.render_html().decode()).text
    assert "No clinician has approved" not in about.render_html().decode()


def test_the_page_carries_its_style_sheet(about: AboutRenderer) -> None:
    style = (Path(rendering.__file__).parent / "pages" / "about.css").read_text(encoding="utf-8")
    assert style.strip() in about.render_html().decode()


def test_a_rule_names_the_moments_at_which_it_may_speak(knowledge: Knowledge, value: dict[str, Any]) -> None:
    by_id = {rule.id: rule for rule in knowledge.content.rules}
    for given in value["rules"]:
        assert len(given["moments"]) == len(given["hooks"]) == len(by_id[given["id"]].hooks)
    moments = {tuple(rule["hooks"]): rule["moments"] for rule in value["rules"]}
    assert all("chart" in words for words in moments[("patient-view",)])
