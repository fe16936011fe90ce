"""Draws the mutants of a run: the same seed draws the same mutants.

Left out are places whose change has no effect when the code runs: annotations (the `|` of a union), decorators
(`frozen`, `slots`, the size of a cache), type aliases and type variables.

The sample is drawn by place. Each place counts once, however many operators fit it, and one of them is applied. Whether
a place is drawn depends on the seed and on the text of its line only, so an edit elsewhere keeps the sample.
"""

import ast
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code

from tests.mutation.operators import OPERATORS, Span


@dataclass(frozen=True)
class Mutant:
    """One change to one file."""

    path: str
    line: int
    source: str
    mutated: str

    @property
    def before(self) -> tuple[str, ...]:
        """The lines that are changed, as they are."""
        return self._changed(self.source, self.mutated)

    @property
    def after(self) -> tuple[str, ...]:
        """The same lines, changed."""
        return self._changed(self.mutated, self.source)

    @staticmethod
    def _changed(text: str, other: str) -> tuple[str, ...]:
        lines, others = text.splitlines(), other.splitlines()
        start = next(i for i, (a, b) in enumerate(zip(lines, others, strict=False)) if a != b)
        end = next(i for i, (a, b) in enumerate(zip(lines[::-1], others[::-1], strict=False)) if a != b)
        return tuple(line.strip() for line in lines[start : len(lines) - end])


@dataclass(frozen=True)
class _Place:
    path: str
    span: Span
    key: str
    changes: tuple[tuple[str, int], ...]


def draw_mutants(root: Path, packages: list[str], seed: int, count: int) -> tuple[list[Mutant], int]:
    """Draw mutants, in the order of their files and lines.

    Returns:
        The mutants, and how many places they were drawn from.
    """
    files = sorted(path for package in packages for path in (root / package).rglob("*.py"))
    places = [place for path in files for place in _find_places(path, path.relative_to(root).as_posix())]
    by_lot = sorted(places, key=lambda place: _lot(seed, place.key))
    mutants = islice(filter(_is_python, (_mutate(root, place, seed) for place in by_lot)), count)
    return sorted(mutants, key=lambda mutant: (mutant.path, mutant.line)), len(places)


def _is_python(mutant: Mutant) -> bool:
    """Return whether it can be compiled: the `*` before keyword-only arguments is taken for a multiplication."""
    try:
        ast.parse(mutant.mutated)
    except SyntaxError:
        return False
    return True


def _lot(seed: int, *texts: str) -> str:
    return hashlib.sha256("\0".join((str(seed), *texts)).encode()).hexdigest()


def _mutate(root: Path, place: _Place, seed: int) -> Mutant:
    name, occurrence = place.changes[int(_lot(seed, place.key, "change"), 16) % len(place.changes)]
    source = (root / place.path).read_text(encoding="utf-8")
    mutated = mutate_code(source, OPERATORS[name], occurrence)
    if mutated is None or mutated == source:
        raise ValueError(f"{place.path}:{place.span[0][0]}: {name} changes nothing")
    return Mutant(place.path, place.span[0][0], source, mutated)


def _find_places(path: Path, name: str) -> Iterator[_Place]:
    source = path.read_text(encoding="utf-8")
    nodes = list(ast_nodes(get_ast(source)))
    excluded = list(_find_excluded(ast.parse(source)))
    changes: dict[Span, list[tuple[str, int]]] = defaultdict(list)
    for operator_name, operator in OPERATORS.items():
        spans = (span for node in nodes for span in operator.mutation_positions(node))
        for occurrence, span in enumerate(spans):
            if not any(start <= span[0] and span[1] <= end for start, end in excluded):
                changes[span].append((operator_name, occurrence))
    lines, seen = source.splitlines(), Counter[str]()
    for span, possible in sorted(changes.items()):
        line = lines[span[0][0] - 1]
        column = span[0][1] - (len(line) - len(line.lstrip()))
        key = "\0".join((name, line.strip(), str(column), *sorted({operator_name for operator_name, _ in possible})))
        seen[key] += 1  # the same line may stand in a file more than once
        yield _Place(name, span, f"{key}\0{seen[key]}", tuple(possible))


def _find_excluded(tree: ast.AST) -> Iterator[Span]:
    for node in ast.walk(tree):
        for part in _untested_parts(node):
            yield (part.lineno, part.col_offset), (part.end_lineno or 0, part.end_col_offset or 0)


def _untested_parts(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        yield from node.decorator_list
        yield from filter(None, [node.returns])
    elif isinstance(node, ast.ClassDef):
        yield from node.decorator_list
    elif isinstance(node, ast.arg):
        yield from filter(None, [node.annotation])
    elif isinstance(node, ast.AnnAssign):
        yield node.annotation
        if node.value and ast.unparse(node.annotation) == "TypeAlias":
            yield node.value
    elif isinstance(node, ast.Call) and ast.unparse(node.func) in {"TypeVar", "cast"}:
        yield from node.args
