"""Reading the files of a content folder into their shapes, gathering every problem instead of stopping at the first."""

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
    """A content folder being read. `problems` gathers what is wrong, each with file and key; `called` stands before."""

    def __init__(self, root: Path, path_prefix: str = "") -> None:
        self.root = root
        self.path_prefix = path_prefix
        self.problems: list[Problem] = []

    def add_problem(self, file: str, key: str, message: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(f"{self.path_prefix}{file}", key, message))

    def raise_problems(self) -> None:
        """Raise `ContentError` with every problem noted so far, if there is any."""
        if self.problems:
            raise ContentError(self.problems)

    def list_files(self, pattern: str) -> list[str]:
        """The files that match a pattern, as paths relative to the folder, sorted."""
        return sorted(path.relative_to(self.root).as_posix() for path in self.root.glob(pattern) if path.is_file())

    def load_text(self, name: str) -> str:
        """A file's text; empty, with a problem noted, when it cannot be read."""
        try:
            return (self.root / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            self.add_problem(name, "", "is missing")
        except UnicodeDecodeError:
            self.add_problem(name, "", "is not UTF-8 text")
        return ""

    def load_toml(self, name: str) -> dict[str, Any]:
        """A TOML file's tables; empty, with a problem noted, when it cannot be parsed."""
        return self.parse_toml(name, self.load_text(name))

    def parse_toml(self, name: str, text: str) -> dict[str, Any]:
        """The tables of TOML text that stands in the file `name`."""
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            self.add_problem(name, "", f"is not valid TOML: {error}")
            return {}

    def validate(self, file: str, model: type[M], value: object, key: str = "") -> M | None:
        """`value` in the shape of `model`; None, with every problem noted, when it does not fit."""
        try:
            return model.model_validate(value)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                where = ".".join(str(part) for part in (key, *detail["loc"]) if part != "")
                self.add_problem(file, where, _describe_error(detail, model))
            return None

    def load_file(self, name: str, model: type[M]) -> M | None:
        """A whole file in one shape."""
        count = len(self.problems)
        tables = self.load_toml(name)
        return self.validate(name, model, tables) if len(self.problems) == count else None

    def load_tables(self, pattern: str, model: type[M]) -> dict[str, M]:
        """Every table of the files that match, by name; the same name in two files is a problem."""
        found: dict[str, M] = {}
        names = self.list_files(pattern)
        if not names:
            self.add_problem(pattern, "", "is missing")
        for name in names:
            for key, value in self.load_toml(name).items():
                if key in found:
                    self.add_problem(name, key, "stands in another file too")
                shaped = self.validate(name, model, value, key)
                if shaped is not None:
                    found[key] = shaped
        return found


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
    """A table whose keys are a closed set of names, as plain names to values."""
    return {str(name): value for name, value in table.items()}


def did_you_mean(name: str, known: Iterable[object]) -> str:
    """A hint at the nearest known name, or nothing."""
    near = get_close_matches(name, [str(one) for one in known], 1)
    return f" (meant: {near[0]}?)" if near else ""
