"""The examples of `cards/README.md`: one followed step by step on a copy of the content, and each condition judged."""

import re
import shlex
import shutil
import tomllib
from datetime import date
from pathlib import Path

import pytest
from case_reading import Case, read_case, read_cases
from click.testing import CliRunner
from pydantic import TypeAdapter
from test_cases import cards_of

from cds_service.cli import main
from cds_service.knowledge import load_knowledge, shipped_cards
from cds_service.knowledge.condition_builder import ConditionBuilder
from cds_service.knowledge.content_folder import ContentFolder
from cds_service.knowledge.files import load_content_files
from cds_service.knowledge.schema.conditions import ConditionKeys
from cds_service.knowledge.screen import build_screen_groups
from cds_service.logic.chart_index import ChartIndex
from cds_service.logic.evaluation import evaluate
from cds_service.logic.evaluation_context import EvaluationContext
from cds_service.logic.rule_engine import decide
from cds_service.model.content import Content
from cds_service.model.outcome import Truth
from cds_service.model.sides import Side
from cds_service.narrative.reader import NarrativeReader
from tests.shipped import shipped_knowledge

ROOT = shipped_cards().parent
KNOWLEDGE = shipped_knowledge()
SHIPPED = KNOWLEDGE.content
SHIPPED_READER = NarrativeReader(KNOWLEDGE.narrative, SHIPPED.findings)
README = (shipped_cards() / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```toml append=(\S+)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
EXAMPLES = re.findall(r"^```toml condition\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
WORDS = re.findall(r"^```toml word=(\S+)\n\[(.+)\]\n(\S+) = \[\"…\", (.*)\]\n```$", README, re.MULTILINE)
READINGS = re.findall(r"^\| (.+) \| (?:(\S+) (present|absent), (\w+)|nothing) \|$", README, re.MULTILINE)
QUOTED = re.findall(r"^```toml quoted=(\S+)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
COMMANDS = [
    shlex.split(line, comments=True)
    for block in re.findall(r"^```sh\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    for line in block.splitlines()
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the repository's content and cases, with the example added."""
    root = tmp_path_factory.mktemp("repository")
    shutil.copytree(shipped_cards(), root / "cards")
    shutil.copytree(ROOT / "tests" / "cases", root / "tests" / "cases")
    for file, text in BLOCKS:
        with (root / file).open("a", encoding="utf-8") as target:
            target.write(f"\n{text}")
    return root


@pytest.fixture(scope="module")
def content(copy: Path) -> Content:
    return load_knowledge(copy / "cards").content


@pytest.fixture(scope="module")
def cases(copy: Path, content: Content) -> dict[str, Case]:
    all_cases = read_cases(content, copy / "tests" / "cases")
    return {case.name: case for case in all_cases if case.why.startswith("example of cards/README.md")}


def test_the_example_adds_a_finding_a_pattern_and_cases() -> None:
    files = [file for file, _ in BLOCKS]
    assert files == [
        "cards/findings/behaviour.toml",
        "cards/narrative/findings/behaviour.toml",
        "cards/patterns.toml",
        "tests/cases/hip-pattern-spine-imaging.toml",
    ]


def test_its_cases_give_what_they_expect(content: Content, cases: dict[str, Case]) -> None:
    assert [len(case.expect) for case in cases.values()] == [1, 0, 0]
    for case in cases.values():
        assert cards_of(decide(content, case.chart, case.hook)) == case.expect


def test_without_the_example_the_same_patient_is_undetermined(cases: dict[str, Case]) -> None:
    speaking = next(case for case in cases.values() if case.expect)
    known = tuple(finding for finding in speaking.chart.findings if finding.id in SHIPPED.findings)
    assert len(known) == 1
    chart = type(speaking.chart)(speaking.chart.today, speaking.chart.age, known, speaking.chart.imaging)
    assert not decide(SHIPPED, chart, speaking.hook).shown


def test_every_other_case_still_holds(copy: Path, content: Content) -> None:
    for case in read_cases(content, copy / "tests" / "cases"):
        assert cards_of(decide(content, case.chart, case.hook)) == case.expect, case.name


def test_its_commands_work_in_order(copy: Path) -> None:
    """Run `check` and `review`, then sign off the file that `review` wrote."""
    environment = {"HIP_SPINE_CDS_CONTENT": str(copy / "cards"), "HIP_SPINE_CDS_SITE": None}
    assert [command[:2] for command in COMMANDS] == [
        [".venv/bin/hip-spine-cds", "check"],
        [".venv/bin/hip-spine-cds", "review"],
        [".venv/bin/hip-spine-cds", "review"],
    ]
    for command in COMMANDS:
        result = CliRunner().invoke(main, command[1:], env=environment)
        assert result.exit_code == 0, result.output
    texts = [(copy / "cards" / name).read_text(encoding="utf-8") for name in ("REVIEW.md", "CASES.md", "TABLES.md")]
    for text in texts:
        assert "signed off by Dr A. Example, spine surgeon, Example General, " in text.splitlines()[0]
    assert "Pain about the hip that is worse on putting on socks" in texts[0]
    assert "- Right lateral hip pain, worse on putting on socks, lumbar MRI ordered (example of" in texts[1]
    assert "| `sock-pain` | pain on putting on socks | 365 days | own code and narrative only |" in texts[2]


def test_every_file_that_the_page_names_exists() -> None:
    for name in re.findall(r"^\| (`[^|]+) \|", README.split("# Reading")[0], re.MULTILINE):
        for file in re.findall(r"`([^`]+)`", name):
            assert (shipped_cards() / file).exists(), file
    for name in re.findall(r"^\| `(\w+\.toml)` \|", README.split("# A site's own")[1], re.MULTILINE):
        assert (ROOT / "examples" / "site" / name).exists(), name


@pytest.fixture(scope="module")
def builder() -> ConditionBuilder:
    files = load_content_files(ContentFolder(shipped_cards()))
    assert files
    findings = frozenset(files.terminology.findings)
    return ConditionBuilder(findings, files.groups, files.conditions, build_screen_groups(files.screen))


@pytest.mark.parametrize("example", EXAMPLES)
@pytest.mark.parametrize(("chart", "answer"), [("holds", True), ("fails", False)])
def test_each_condition_holds_for_the_one_chart_and_not_for_the_other(
    builder: ConditionBuilder, example: str, chart: str, answer: bool
) -> None:
    table = tomllib.loads(example)
    assert table.keys() == {"condition", "holds", "fails"}
    keys: ConditionKeys = TypeAdapter(ConditionKeys).validate_python(table["condition"])
    content = SHIPPED
    blank = {"name": "x", "why": "x", "on": date(2026, 3, 10), "hook": "patient-view", "expect": []}
    case = read_case(content.rules[0].id, blank | table[chart], content)
    context = EvaluationContext(ChartIndex(case.chart, content), Side.LEFT)
    assert (evaluate(builder.build_condition(keys), context).truth is Truth.YES) is answer


@pytest.mark.parametrize("key", ["by", "for_days", "condition", "received", "screen"])
def test_each_newer_key_of_a_condition_has_an_example(key: str) -> None:
    conditions = [example.partition("holds")[0].removeprefix("condition") for example in EXAMPLES]
    assert any(f"{key} = " in condition for condition in conditions)


@pytest.mark.parametrize(("file", "text"), QUOTED)
def test_what_is_quoted_stands_in_the_content(file: str, text: str) -> None:
    assert text in (ROOT / file).read_text(encoding="utf-8")


def test_each_newer_key_of_a_rule_or_the_policy_is_quoted() -> None:
    quoted = "".join(text for _, text in QUOTED)
    for key in ("restraint = true", "offer = []", "[[solo]]", "restraint_since"):
        assert key in quoted


@pytest.fixture(scope="module")
def reader_with_word(tmp_path_factory: pytest.TempPathFactory) -> NarrativeReader:
    """Return a reader whose content has the word of the example, in the list that the page names."""
    root = tmp_path_factory.mktemp("words")
    shutil.copytree(shipped_cards(), root / "cards")
    [(file, table, name, added)] = WORDS
    before, heading, behind = (root / file).read_text(encoding="utf-8").partition(f"[{table}]\n")
    assert heading
    widened, count = re.subn(rf"^({name}\s*=\s*\[)", rf"\g<1>{added}, ", behind, count=1, flags=re.MULTILINE)
    assert count == 1
    (root / file).write_text(before + heading + widened, encoding="utf-8")
    knowledge = load_knowledge(root / "cards")
    return NarrativeReader(knowledge.narrative, knowledge.content.findings)


@pytest.mark.parametrize(("text", "finding", "value", "side"), READINGS, ids=[row[0] for row in READINGS])
def test_a_word_that_is_added_once_is_read_in_every_sentence(
    reader_with_word: NarrativeReader, text: str, finding: str, value: str, side: str
) -> None:
    read = [(one.finding, one.value.value, one.side.value) for one in reader_with_word.read(text).statements]
    assert read == ([(finding, value, side)] if finding else [])
    assert finding not in {one.finding for one in SHIPPED_READER.read(text).statements}


def test_the_example_of_a_word_shows_what_is_read_and_what_is_not() -> None:
    assert [bool(finding) for _, finding, *_ in READINGS].count(True) >= 6
    assert [bool(finding) for _, finding, *_ in READINGS].count(False) >= 3
