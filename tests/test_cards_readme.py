"""The example of `cards/README.md`, followed step by step on a copy of the content."""

import re
import shlex
import shutil
from pathlib import Path

import pytest
from case_reading import Case, read_cases
from click.testing import CliRunner
from test_cases import cards_of

from cds_service.cli import main
from cds_service.knowledge import load_knowledge, shipped_cards
from cds_service.logic.rule_engine import decide
from cds_service.model.content import Content

ROOT = shipped_cards().parent
README = (shipped_cards() / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```toml append=(\S+)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
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
    shipped = load_knowledge(shipped_cards()).content
    speaking = next(case for case in cases.values() if case.expect)
    known = tuple(finding for finding in speaking.chart.findings if finding.id in shipped.findings)
    assert len(known) == 1
    chart = type(speaking.chart)(speaking.chart.today, speaking.chart.age, known, speaking.chart.imaging)
    assert not decide(shipped, chart, speaking.hook).shown


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
