"""Tests of the architecture: which package may import which, and how long files and functions may be."""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import median

PACKAGE = Path(__file__).resolve().parent.parent / "cds_service"
SOURCES = sorted(path for path in PACKAGE.rglob("*.py") if "versions" not in path.parts)
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES}

# Importer: what it may import of ours. Nothing leads back: request, chart facts, decision, cards.
_BUILT = {"model", "web", "operations", "service", "trust", "ehr", "chart", "rendering", "store", "knowledge"}
_BUILT |= {"settings", "log", "errors"}
OURS = {
    "__init__": set[str](),
    "errors": set[str](),
    "log": {"errors"},
    "settings": {"trust", "errors"},  # base URLs are checked by the parser that compares them in calls
    "model": set[str](),
    "logic": {"model"},
    "figure": {"model"},
    "knowledge": {"narrative", "model", "errors"},
    "wire": {"errors"},
    "fhir": {"wire", "errors"},
    "ehr": {"fhir", "model", "wire", "errors"},
    "narrative": {"model"},
    "screen": {"narrative", "model"},
    "documents": set[str](),
    "chart": {"fhir", "documents", "narrative", "screen", "logic", "model"},
    "rendering": {"figure", "model", "wire", "errors"},
    "report": {"chart", "knowledge", "logic", "model", "rendering", "service"},
    "store": {"errors"},
    "trust": {"store", "errors"},
    "suppression": {"model"},
    "service": {"ehr", "chart", "fhir", "logic", "rendering", "suppression", "store", "model", "wire", "errors"},
    "operations": {"errors"},
    "admission": {"errors"},
    "body_intake": {"admission", "errors"},
    "web": {"service", "trust", "admission", "wire", "model", "log", "errors"},
    "pages": {
        "web",
        "trust",
        "report",
        "service",
        "rendering",
        "chart",
        "documents",
        "ehr",
        "figure",
        "knowledge",
        "logic",
    }
    | {"admission", "wire", "model", "errors"},
    "export": {"knowledge", "model", "errors"},
    "population": {"ehr", "chart", "documents", "fhir", "logic", "knowledge", "model", "errors"},
    "population_report": {"population", "model"},
    "bulk_export": {"population", "errors"},
    "production": _BUILT,
    "collection": set[str](),
    "clock": set[str](),
    "content_loading": {"knowledge", "settings"},
    "startup_state": {"chart", "collection", "content_loading", "knowledge", "rendering", "settings"},
    "startup_check": {"production", "startup_state", "settings", "errors"},
    "store_setup": {"service", "store", "operations", "settings", "log", "errors"},
    "engine": {"ehr", "chart", "knowledge", "model", "rendering", "service", "startup_state", "clock", "collection"}
    | {"settings"},
    "app": _BUILT | {"admission", "clock", "engine", "pages", "production", "startup_state", "store_setup"},
    "worker": {"app", "startup_state", "body_intake", "web", "settings"},
    "cli": _BUILT
    | {
        "clock",
        "content_loading",
        "export",
        "app",
        "engine",
        "startup_check",
        "startup_state",
        "store_setup",
        "production",
        "worker",
        "logic",
        "model",
        "wire",
    }
    | {"documents", "figure", "report", "population", "population_report", "bulk_export"},
}

# Importer: what it may import of others' beside the standard library.
OTHERS = {
    "settings": {"pydantic", "pydantic_settings"},
    "knowledge": {"pydantic"},
    "model": {"msgspec"},  # with "logic" and "chart", for values: a struct is made in a tenth of the time
    "logic": {"msgspec"},
    "wire": {"msgspec", "pydantic"},
    "fhir": {"msgspec"},
    "ehr": {"msgspec", "requests", "urllib3"},
    "narrative": {"ahocorasick"},
    "screen": {"ahocorasick"},
    "documents": {"lxml", "striprtf"},
    "chart": {"msgspec"},
    "rendering": {"jinja2", "fhir"},
    "suppression": {"msgspec"},
    "service": {"msgspec"},
    "store": {"sqlalchemy", "alembic", "msgspec"},
    "trust": {"jwt", "pydantic", "requests", "urllib3"},
    "operations": {"prometheus_client"},
    "web": {"flask", "werkzeug", "structlog"},
    "pages": {"flask", "werkzeug", "jinja2", "markupsafe", "markdown_it"},
    "log": {"structlog", "msgspec"},
    "body_intake": {"granian"},
    "population": {"cryptography", "msgspec", "pyarrow", "pyspark"},
    "bulk_export": {"jwt", "requests"},
    "population_report": {"jinja2", "markdown_it", "markupsafe", "matplotlib", "pyarrow"},
    "app": {"flask"},
    "cli": {"click", "rich", "granian"},
}
OTHERS_BY_FILE = {
    "rendering/side_changer.py": {
        "msgspec"
    },  # with ratings.py, all outside `wire` and `fhir` that reads the caller's bytes
    "rendering/ratings.py": {"msgspec"},
    "rendering/phrases.py": {"msgspec"},  # merges two facts
    "cli/review_page.py": {"markdown_it"},
    "cli/settings_table.py": {"pydantic"},  # knows a secret setting by its type, to mask it
}

# The rooms of `narrative`, each with those it may build on; what stands above them reads with all of them.
_TYPES = {"mentions", "statements"}
ROOMS = {
    "words": set[str](),
    "frames": {"words"} | _TYPES,
    "sides": {"words"} | _TYPES,
    "times": {"words"} | _TYPES,
    "context": {"words", "times"} | _TYPES,
    "layout": {"words", "times", "context"},
}

FORBIDDEN = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
FUNCTION_LIMIT, FILE_LIMIT = 40, 300  # lines
FUNCTION_MEDIAN, FILE_MEDIAN = 10, 110
BROAD = {"Exception", "BaseException"}


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def package_of(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    """Yield every module that a file imports, at its top or inside a function."""
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative imports hide the direction"
            assert node.module is not None
            is_root = node.module == "cds_service"
            yield from (f"cds_service.{alias.name}" for alias in node.names) if is_root else (node.module,)


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(TREES[path]):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def test_imports_go_one_way() -> None:
    strays = []
    for path in SOURCES:
        package = package_of(path)
        found = {name.split(".")[1] for name in imported(path) if name.startswith("cds_service.")} - {"__version__"}
        strays += [f"{name_of(path)} may not import {other}" for other in found - OURS[package] - {package}]
    assert strays == []


def test_the_rooms_of_the_narrative_build_on_each_other_one_way() -> None:
    strays = []
    for room, allowed in ROOMS.items():
        for path in (PACKAGE / "narrative" / room).glob("*.py"):
            found = {name.split(".")[2] for name in imported(path) if name.startswith("cds_service.narrative.")}
            strays += [f"{name_of(path)} may not import {other}" for other in found - allowed - {room}]
    assert strays == []


def test_others_packages_stay_in_their_rooms() -> None:
    strays = []
    for path in SOURCES:
        allowed = OTHERS.get(package_of(path), set()) | OTHERS_BY_FILE.get(name_of(path), set())
        modules = {module.split(".")[0] for module in imported(path)}
        found = modules - set(sys.stdlib_module_names) - {"cds_service", "_typeshed"}
        strays += [f"{name_of(path)} may not import {other}" for other in found - allowed]
    assert strays == []


def test_no_two_packages_import_each_other() -> None:
    edges = defaultdict(set)
    for path in SOURCES:
        targets = {name.split(".")[1] for name in imported(path) if name.startswith("cds_service.")}
        edges[package_of(path)] |= targets - {package_of(path)}
    assert not [(package, other) for package in list(edges) for other in edges[package] if package in edges[other]]


def test_the_rules_above_name_only_what_there_is() -> None:
    packages = {package_of(path) for path in SOURCES}
    assert packages == set(OURS)
    assert set(OTHERS) <= packages
    assert all((PACKAGE / name).is_file() for name in OTHERS_BY_FILE)


def test_a_file_is_no_longer_than_its_limit_and_says_what_it_holds() -> None:
    assert [name_of(path) for path in SOURCES if len(lines(path)) > FILE_LIMIT] == []
    assert [name_of(path) for path in SOURCES if not ast.get_docstring(TREES[path])] == []
    assert [name_of(path) for path in SOURCES if path.stem in FORBIDDEN] == []


def test_no_function_is_longer_than_its_limit() -> None:
    every = ((path, node) for path in SOURCES for node in functions(path))
    assert [f"{name_of(path)}: {node.name}" for path, node in every if length(node) > FUNCTION_LIMIT] == []


def test_most_functions_and_files_are_short() -> None:
    assert median(length(node) for path in SOURCES for node in functions(path)) <= FUNCTION_MEDIAN
    assert median(len(lines(path)) for path in SOURCES) <= FILE_MEDIAN


def test_nothing_is_caught_broadly() -> None:
    handlers = (
        (path, node) for path in SOURCES for node in ast.walk(TREES[path]) if isinstance(node, ast.ExceptHandler)
    )
    assert [f"{name_of(path)}:{node.lineno}" for path, node in handlers if caught_by(node) & BROAD] == []


def caught_by(node: ast.ExceptHandler) -> set[str]:
    return {name.id for name in ast.walk(node.type) if isinstance(name, ast.Name)} if node.type else BROAD


def test_the_one_broad_handler_is_registered_at_the_edge() -> None:
    broad = re.compile(r"\b(register_error_handler|errorhandler)\((Base)?Exception\b")
    found = [name_of(path) for path in SOURCES if broad.search(path.read_text("utf-8"))]
    assert found == ["web/errors.py"]


def test_every_exemption_names_its_rule() -> None:
    bare = re.compile(r"#\s*(type:\s*ignore(?!\[)|noqa(?!: [A-Z]))")
    assert [f"{name_of(path)}: {line}" for path in SOURCES for line in lines(path) if bare.search(line)] == []


def test_the_time_is_read_in_the_wiring_alone() -> None:
    """All other code is passed the time, so that a test can set it."""
    clock = re.compile(r"\b(datetime\.(now|utcnow|today)|date\.today|time\.time)\(")
    assert [name_of(path) for path in SOURCES if clock.search(path.read_text("utf-8"))] == ["clock.py"]
