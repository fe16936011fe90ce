"""The reader of a content folder's files, which collects every problem instead of stopping at the first."""

import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from cds_service.errors import ContentError, Problem

M = TypeVar("M", bound=BaseModel)
V = TypeVar("V")


class ContentFolder:
    """A content folder being read. `problems` lists what is wrong; `path_prefix` precedes the file in each problem."""

    def __init__(self, root: Path, path_prefix: str = "") -> None:
        self.root = root
        self.path_prefix = path_prefix
        self.problems: list[Problem] = []

    def add_problem(self, file: str, key: str, message: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(f"{self.path_prefix}{file}", key, message))

    def raise_problems(self) -> None:
        """Raise `ContentError` with every problem noted so far, if there are any."""
        if self.problems:
            raise ContentError(self.problems)

    def list_files(self, pattern: str) -> list[str]:
        """List the files that match a pattern, as sorted paths relative to the folder."""
        return sorted(path.relative_to(self.root).as_posix() for path in self.root.glob(pattern) if path.is_file())

    def load_text(self, name: str) -> str:
        """Load a file's text; return an empty string, with a problem noted, when it cannot be read."""
        try:
            return (self.root / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            self.add_problem(name, "", "is missing")
        except UnicodeDecodeError:
            self.add_problem(name, "", "is not UTF-8 text")
        return ""

    def load_toml(self, name: str) -> dict[str, Any]:
        """Load a TOML file's tables; return none, with a problem noted, when it cannot be parsed."""
        return self.parse_toml(name, self.load_text(name))

    def parse_toml(self, name: str, text: str) -> dict[str, Any]:
        """Parse TOML text that comes from the file `name`."""
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            self.add_problem(name, "", f"is not valid TOML: {error}")
            return {}

    def validate(self, file: str, model: type[M], value: object, key: str = "") -> M | None:
        """Validate `value` as `model`; return None, with every problem noted, when it is invalid."""
        try:
            return model.model_validate(value)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                where = ".".join(str(part) for part in (key, *detail["loc"]) if part != "")
                self.add_problem(file, where, _describe_error(detail, model))
            return None

    def load_file(self, name: str, model: type[M]) -> M | None:
        """Load a whole file as one model."""
        count = len(self.problems)
        tables = self.load_toml(name)
        return self.validate(name, model, tables) if len(self.problems) == count else None

    def load_tables(self, pattern: str, model: type[M]) -> dict[str, M]:
        """Load every table of the matching files, by name; a name that occurs in two files is a problem."""
        tables: dict[str, M] = {}
        names = self.list_files(pattern)
        if not names:
            self.add_problem(pattern, "", "is missing")
        for name in names:
            for key, value in self.load_toml(name).items():
                if key in tables:
                    self.add_problem(name, key, "is defined in another file too")
                table = self.validate(name, model, value, key)
                if table is not None:
                    tables[key] = table
        return tables


def _describe_error(error: Any, model: type[BaseModel]) -> str:
    match error["type"]:
        case "extra_forbidden":
            name = str(error["loc"][-1])
            near = get_close_matches(name, [field.alias or key for key, field in model.model_fields.items()], 1)
            return "is not a key that belongs here" + (f" (meant: {near[0]}?)" if near else "")
        case "missing":
            return "is required"
        case "value_error":
            return str(error["msg"]).removeprefix("Value error, ")
        case _:
            return f"{error['msg']} (found: {error['input']!r:.60})"


def with_str_keys(table: Mapping[Any, V]) -> dict[str, V]:
    """Convert a table's keys, which are literals or enum members, to plain strings."""
    return {str(name): value for name, value in table.items()}


def did_you_mean(name: str, known: Iterable[object]) -> str:
    """Return a hint at the nearest known name, or an empty string."""
    near = get_close_matches(name, [str(candidate) for candidate in known], 1)
    return f" (meant: {near[0]}?)" if near else ""
