"""`make mutate`: change the code in a seeded sample of places, and report the changes that no test notices.

Each mutant is one small change, made in a copy of the project: an operator, a number or a condition. `operators.py`
lists the changes; `sampling.py` says what is left out and how the sample is drawn. A mutant is killed when a test
fails: first the units of its own package run, then the cases and the other units (`sandbox.py`). Mutants that change
nothing a caller could see are listed in `equivalent.toml`, with the reason, and are not counted.

cosmic-ray finds and makes the changes. Its own runner is not used, because it changes the files in place and tries one
mutant at a time. mutmut 3 was considered: it draws no samples, and skips decorated functions, so every property.
"""

import argparse
import sys
import tempfile
import time
import tomllib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from tests.mutation.sampling import Mutant, draw_mutants
from tests.mutation.sandbox import ROOMS, MutationError, Sandbox

ROOT = Path(__file__).parents[2]
EQUIVALENT = Path(__file__).with_name("equivalent.toml")
WANTED = 90  # per cent
_Change = tuple[str, tuple[str, ...], tuple[str, ...]]


def main() -> int:
    """Try the sample and report. Return 1 if too few mutants are killed, 2 if the run means nothing."""
    options = _parse_options()
    start = time.monotonic()
    mutants, places = draw_mutants(ROOT, [f"cds_service/{room}" for room in ROOMS], options.seed, options.count)
    mutants = [mutant for mutant in mutants if f"{mutant.path}:{mutant.line}".endswith(tuple(options.only))]
    try:
        equivalent = _read_equivalent()
        tried = [mutant for mutant in mutants if _change(mutant) not in equivalent]
        _print(f"seed {options.seed}: {len(mutants)} mutants drawn from {places} places")
        outcomes = _try_all(tried, options.python.absolute(), options.workers)
    except MutationError as error:
        _print(f"no result: {error}")
        return 2
    return _report(tried, outcomes, len(mutants) - len(tried), time.monotonic() - start)


def _parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make mutate")
    parser.add_argument("--python", type=Path, required=True, help="the Python with the tests' dependencies")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", nargs="*", default=[""], help="try only the sample's mutants of these file:line")
    return parser.parse_args()


def _read_equivalent() -> set[_Change]:
    listed = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8")).get("mutant", [])
    for entry in listed:
        if entry["before"].splitlines()[0] not in (ROOT / entry["file"]).read_text(encoding="utf-8"):
            raise MutationError(f"{EQUIVALENT.name} lists a line that {entry['file']} no longer has: {entry['before']}")
    return {(entry["file"], _lines(entry["before"]), _lines(entry["after"])) for entry in listed}


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.strip().splitlines())


def _change(mutant: Mutant) -> _Change:
    return mutant.path, mutant.before, mutant.after


def _try_all(mutants: list[Mutant], python: Path, workers: int) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="mutate-") as folder, ThreadPoolExecutor(workers) as pool:
        sandboxes: SimpleQueue[Sandbox] = SimpleQueue()
        copies = [Sandbox(ROOT, Path(folder) / str(number), python) for number in range(workers)]
        for sandbox, seconds in zip(copies, pool.map(Sandbox.prepare, copies), strict=True):
            sandboxes.put(sandbox)
            _print(f"tests without a mutation: {seconds:.0f} s")

        def try_mutant(mutant: Mutant) -> str:
            sandbox = sandboxes.get()
            try:
                outcome = sandbox.try_mutant(mutant)
            finally:
                sandboxes.put(sandbox)
            _print(f"{outcome:9} {mutant.path}:{mutant.line}")
            return outcome

        return list(pool.map(try_mutant, mutants))


def _report(mutants: list[Mutant], outcomes: list[str], not_counted: int, seconds: float) -> int:
    for mutant, outcome in zip(mutants, outcomes, strict=True):
        if outcome != "killed":
            _print(f"\n{outcome}: {mutant.path}:{mutant.line}")
            _print("\n".join([*(f"- {line}" for line in mutant.before), *(f"+ {line}" for line in mutant.after)]))
    counts = Counter(outcomes)
    detected = counts["killed"] + counts["timed out"]
    percent = 100 * detected / len(outcomes) if outcomes else 0
    _print(
        f"\n{len(outcomes)} counted, {not_counted} equivalent; {counts['killed']} killed, "
        f"{counts['timed out']} timed out, {counts['survived']} survived: {percent:.1f} % killed, {WANTED} % wanted; "
        f"{seconds / 60:.0f} minutes"
    )
    return 0 if percent >= WANTED else 1


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
