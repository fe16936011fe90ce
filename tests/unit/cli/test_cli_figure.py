"""`try --figure` and `review --html`: what is written says what was read, and nothing of it is run."""

import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cds_service.cli import main
from cds_service.cli.review_page import format_review_page
from cds_service.cli.try_command import list_examples
from cds_service.figure import format_figure_image
from cds_service.knowledge import Knowledge, shipped_cards
from cds_service.rendering.about import EXAMPLE_MARKS, EXAMPLE_TITLE

pytestmark = pytest.mark.usefixtures("loaded_once")

CASES = shipped_cards().parent / "tests" / "cases"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, env={"COLUMNS": "140"})


def rows(html: str) -> list[tuple[str, ...]]:
    return re.findall(r'<th scope="row">(.*?)</th><td>(.*?)</td><td>(.*?)</td>', html)


@pytest.mark.parametrize("example", list_examples())
def test_every_example_can_be_drawn(example: str, tmp_path: Path) -> None:
    target = tmp_path / "figure.html"
    result = run("try", "--example", example, "--figure", str(target))
    assert result.exit_code == 0, result.output
    html = target.read_text(encoding="utf-8")
    assert html.count("<svg") == 1
    assert not re.search(r"<script|<img|\son[a-z]+=| src=", html)


def test_the_figure_shows_what_the_chart_says(tmp_path: Path) -> None:
    target = tmp_path / "figure.html"
    assert run("try", "--example", "article-patient", "--figure", str(target)).exit_code == 0
    assert rows(target.read_text(encoding="utf-8")) == [
        ("low back", "side not stated", "denied"),
        ("outer hip", "right", "documented"),
    ]


def test_the_json_document_stays_whole_beside_a_figure(tmp_path: Path) -> None:
    options = ("try", "--json", "--example", "article-patient")
    report = json.loads(run(*options, "--figure", str(tmp_path / "figure.html")).stdout)
    assert report["facts"] == json.loads(run(*options).stdout)["facts"]


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    target = tmp_path / "missing" / "figure.html"
    result = run("try", "--example", "article-patient", "--figure", str(target))
    assert result.exit_code == 1
    assert str(target) in result.output.replace("\n", "")


def test_the_review_page_has_every_rule_its_cases_and_a_figure(knowledge: Knowledge) -> None:
    html = format_review_page(knowledge, CASES)
    for rule in knowledge.content.rules:
        assert f"<h2>Rule {rule.number}: " in html
    assert html.count("Khan 2004") == 1
    assert html.count("<svg") >= len(knowledge.content.rules) - 2
    assert "Right knee pain, left hip ordered (the left hip says nothing of the right knee): silent" in html
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))


def test_no_text_of_the_review_page_is_markup(knowledge: Knowledge, tmp_path: Path) -> None:
    cases = Path(shutil.copytree(CASES, tmp_path / "cases"))
    text = (cases / "knee-down-pain.toml").read_text(encoding="utf-8")
    attack = "<script>alert(1)</script>"
    (cases / "knee-down-pain.toml").write_text(text.replace("Right knee pain, right hip ordered", attack), "utf-8")
    html = format_review_page(knowledge, cases)
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_content_without_cases_has_a_page_too(knowledge: Knowledge, tmp_path: Path) -> None:
    assert "No case of this rule" in format_review_page(knowledge, tmp_path / "none")


def test_the_page_is_written_alone(tmp_path: Path) -> None:
    target = tmp_path / "review.html"
    result = run("review", "--html", str(target))
    assert result.exit_code == 0, result.output
    assert [path.name for path in tmp_path.iterdir()] == ["review.html"]
    assert run("review", "--html", str(target), "--sign", "A", "--role", "B").exit_code == 2


def test_a_name_that_ends_in_svg_gets_the_figure_alone(tmp_path: Path) -> None:
    target = tmp_path / "figure.svg"
    assert run("try", "--example", "article-patient", "--figure", str(target)).exit_code == 0
    assert target.read_text(encoding="utf-8").startswith("<svg ")


def test_the_figure_of_the_documentation_is_not_stale() -> None:
    documented = shipped_cards().parent / "docs" / "explanation" / "figure.svg"
    assert documented.read_text(encoding="utf-8") == format_figure_image(EXAMPLE_MARKS, title=EXAMPLE_TITLE)
