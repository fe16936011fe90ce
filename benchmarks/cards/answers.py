"""What readers said of the cards: counts for each rule, and how far two readers agree."""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

VERDICTS = ("right", "wrong", "unsafe")
COLUMNS = ("card", "rule", "wording", "verdict", "words")


@dataclass(frozen=True)
class Answer:
    """One reader's verdict on one card."""

    card: str
    rule: str
    verdict: str
    words: str


def read_answers(path: Path) -> list[Answer]:
    """Read a sheet's answers. A card without a verdict was not judged, and is left out.

    Raises:
        ValueError: the file is no sheet's, or a verdict is none.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    if rows and not set(COLUMNS) <= set(rows[0]):
        raise ValueError(f"{path}: the columns must be {', '.join(COLUMNS)}")
    unknown = sorted({row["verdict"] for row in rows} - {*VERDICTS, ""})
    if unknown:
        raise ValueError(f"{path}: no verdict is called {', '.join(unknown)}")
    return [Answer(row["card"], row["rule"], row["verdict"], row["words"]) for row in rows if row["verdict"]]


def count_verdicts(answers: Iterable[Answer]) -> dict[str, Counter[str]]:
    """Count the verdicts for each rule."""
    counts: dict[str, Counter[str]] = {}
    for answer in answers:
        counts.setdefault(answer.rule, Counter())[answer.verdict] += 1
    return counts


def cohens_kappa(first: Sequence[Answer], second: Sequence[Answer]) -> tuple[float | None, int]:
    """Return Cohen's kappa over the cards that both readers judged, and their number.

    There is no kappa without a card in common, nor when chance alone would make them agree always.
    """
    verdicts: Mapping[str, str] = {answer.card: answer.verdict for answer in second}
    pairs = [(answer.verdict, verdicts[answer.card]) for answer in first if answer.card in verdicts]
    if not pairs:
        return None, 0
    total = len(pairs)
    observed = sum(one == other for one, other in pairs) / total
    ones, others = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    expected = sum(ones[verdict] * others[verdict] for verdict in VERDICTS) / total**2
    return (None if expected == 1 else (observed - expected) / (1 - expected)), total


def report(paths: Sequence[Path]) -> list[str]:
    """Return what the readers said, in lines: counts for each rule, every word of doubt, and kappa for two readers."""
    sheets = [read_answers(path) for path in paths]
    lines = [f"{'rule':<28}" + "".join(f"{verdict:>8}" for verdict in VERDICTS)]
    for rule, counts in sorted(count_verdicts(answer for sheet in sheets for answer in sheet).items()):
        lines.append(f"{rule:<28}" + "".join(f"{counts[verdict]:>8}" for verdict in VERDICTS))
    for path, sheet in zip(paths, sheets, strict=True):
        doubts = [answer for answer in sheet if answer.verdict != VERDICTS[0] or answer.words]
        lines += [f"{path.name}: {answer.card}: {answer.verdict}: {answer.words or '-'}" for answer in doubts]
    if len(sheets) == 2:
        kappa, cards = cohens_kappa(*sheets)
        lines.append(f"Cohen's kappa over {cards} cards: {'none' if kappa is None else f'{kappa:.2f}'}")
    return lines
