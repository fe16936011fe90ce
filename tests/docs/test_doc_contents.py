"""What the pages must say: generated parts are fresh, cited sections exist, examples are valid, nothing is missing."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from doc_pages import DOCS, PAGES, ROOT, blocks, name_of, prose
from hatchling.builders.wheel import WheelBuilder
from signing import key_set, public_jwk

from cds_service.service.catalogue import SERVICES
from cds_service.trust.clients import load_clients
from cds_service.trust.schema import ClientTable, DialectTable

EXPLANATION = ROOT / "docs" / "explanation"
DECISIONS = sorted((EXPLANATION / "decisions").glob("0*.md"))
CLIENT_TABLES = [page for page in DOCS if any("[[client]]" in block for block in blocks(page, "toml"))]
# How the code cites a page of docs/explanation: its name, then one or more sections.
CITED = {"clinical-design.md": "clinical design", "evidence.md": "evidence notes", "terminology.md": "terminology"}
SECTION = re.compile(r"(?:§|sections? )(\d+(?:\.\d+)?)")


def test_generated_pages_and_outputs_are_fresh() -> None:
    command = [sys.executable, "-m", "docs.generate", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150


def cited_sections(name: str) -> dict[str, str]:
    """Return the cited sections of the page with this name, each with a file that cites it."""
    citation = re.compile(rf"{name},? (?:§|section).*?(?={'|'.join(set(CITED.values()) - {name})}|$)")
    files = [path for folder in ("cds_service", "cards", "tests") for path in (ROOT / folder).rglob("*.*")]
    return {
        section: name_of(path)
        for path in files
        if path.suffix in {".py", ".toml"}
        for line in path.read_text(encoding="utf-8").splitlines()
        for cited in citation.findall(line)
        for section in SECTION.findall(cited)
    }


@pytest.mark.parametrize("page", CITED)
def test_every_section_that_is_cited_exists(page: str) -> None:
    headings = re.findall(r"^#{2,3} (\d+(?:\.\d+)?)", (EXPLANATION / page).read_text(encoding="utf-8"), re.MULTILINE)
    cited = cited_sections(CITED[page])
    assert cited
    assert not {section: file for section, file in cited.items() if section not in headings}


def test_the_page_of_the_figure_has_its_legend() -> None:
    text = " ".join((EXPLANATION / "figure.md").read_text(encoding="utf-8").split())
    legend = tomllib.loads((ROOT / "cards" / "figure.toml").read_text(encoding="utf-8"))["legend"]
    cited = [line["says"] for line in legend if "source" in line]
    assert cited
    assert [says for says in cited if says not in text] == []


def test_every_package_stands_on_the_map() -> None:
    text = (EXPLANATION / "architecture.md").read_text(encoding="utf-8")
    packages = {path.parent.name for path in (ROOT / "cds_service").glob("*/__init__.py")}
    assert packages
    assert packages == set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_files_that_are_named_exist(page: Path) -> None:
    folders = "benchmarks|cards|cds_service|docker|docs|examples|fixtures|release|requirements|tests"
    named = re.findall(rf"`((?:{folders})/[\w./-]+)`", prose(page))
    assert not [name for name in named if not (ROOT / name).exists()]


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_is_described(service: str) -> None:
    assert f"`{service}`" in (ROOT / "docs" / "reference" / "services.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", DECISIONS, ids=name_of)
def test_a_decision_has_context_alternatives_and_consequences(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == [
        "Context",
        "Decision",
        "Alternatives that lost",
        "Consequences",
    ]
    assert text.startswith(f"# {int(page.name[:4])}. ")


@pytest.mark.parametrize("page", CLIENT_TABLES, ids=name_of)
def test_client_tables_are_accepted(page: Path, tmp_path: Path) -> None:
    orders = tomllib.loads((ROOT / "cards" / "orders.toml").read_text(encoding="utf-8"))
    (tmp_path / "south-keys.json").write_bytes(key_set(public_jwk()))
    for number, table in enumerate(block for block in blocks(page, "toml") if "[[client]]" in block):
        path = tmp_path / f"clients-{number}.toml"
        path.write_text(table, encoding="utf-8")
        for client in load_clients(path):
            assert client.dialect.options.order_codes.keys() <= orders.keys()


def test_the_client_table_page_shows_every_key() -> None:
    [table, *_] = blocks(ROOT / "docs" / "reference" / "client-table.md", "toml")
    for key in (*ClientTable.model_fields, *DialectTable.model_fields):
        assert re.search(rf"^(\[client\.)?(dialect\.)?{key}\b", table, re.MULTILINE), key


def test_the_wheel_does_not_carry_the_documentation() -> None:
    builder = WheelBuilder(str(ROOT))
    names = [file.distribution_path for file in builder.recurse_included_files()]
    assert any(name.startswith("cds_service/") for name in names)
    assert not [name for name in names if name.startswith(("docs", "tests")) or name.endswith("/docs")]
    assert not builder.config.force_include.keys() & {str(ROOT / "docs")}


def test_the_workflow_runs_what_ci_runs_and_may_only_read() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    [job] = workflow["jobs"].values()
    assert "permissions" not in job
    assert [step["run"] for step in job["steps"] if "run" in step] == [".ci/run"]
    for step in job["steps"]:
        assert "uses" not in step or re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", step["uses"])
