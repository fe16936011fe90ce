"""The cost of a call as its chart grows, in one process without the web: per resource, and of large bodies."""

import json
from collections.abc import Callable
from functools import partial
from itertools import islice, pairwise, repeat
from typing import Any

import orjson

from benchmarks.bodies import bundle, condition, observation, patient_view, prefetch
from benchmarks.goals import Goal, at_most, show
from benchmarks.pipeline import answer, engine
from benchmarks.timing import milliseconds

SIZES = (10, 100, 1000, 3000)
ROUNDS = 10
BUTTOCK_PAIN = "279043006"
CARD, SILENCE = b'"indicator":"warning"', b'{"cards":[]}'
MEGABYTE = 1_000_000
Work = Callable[[], bytes]


def call_with(prefetched: dict[str, Any]) -> bytes:
    """Return the patient-view request with this prefetch."""
    request = orjson.loads(patient_view(0))
    return json.dumps({**request, "prefetch": prefetched}, separators=(",", ":")).encode()


def chart_of(resources: int, *, all_matter: bool) -> bytes:
    """Return a call with so many resources: patient, two pains, a hip order, and others of which none or all matter."""
    prefetch_data = prefetch(0, alarming=True)
    pains = [entry["resource"] for entry in prefetch_data["conditions"]["entry"][:2]]
    others = resources - 4
    codes = repeat(BUTTOCK_PAIN) if all_matter else map(str, range(44_054_006, 10**9, 10))
    conditions = [condition(code, bodySite=pains[0]["bodySite"]) for code in islice(codes, others - others // 2)]
    prefetch_data |= {"conditions": bundle([*pains, *conditions])}
    prefetch_data |= {"observations": bundle([observation(number) for number in range(others // 2)])}
    prefetch_data["serviceRequests"]["entry"] = prefetch_data["serviceRequests"]["entry"][:1]
    return call_with({**prefetch_data, "imagingStudies": None, "procedures": None})


def with_narrative() -> bytes:
    """Return a call with one Condition whose narrative has a megabyte."""
    prefetch_data = prefetch(40, alarming=True)
    text = {"status": "generated", "div": f"<div>{'Synthetic narrative. ' * (MEGABYTE // 21)}</div>"}
    prefetch_data["conditions"]["entry"][-1]["resource"]["text"] = text
    return call_with(prefetch_data)


def best(works: dict[str, Work], calls: int = 3) -> dict[str, float]:
    """Return the milliseconds of each in its best round; the rounds are taken in turn."""
    rounds = [{name: milliseconds(work, calls) for name, work in works.items()} for _ in range(ROUNDS)]
    return {name: min(times[name] for times in rounds) for name in works}


def growth(*, all_matter: bool) -> Goal:
    """Compare the cost of a resource among many with its cost among few."""
    running = engine()
    works = {str(size): answer(running, chart_of(size, all_matter=all_matter)) for size in SIZES}
    assert all(CARD in work() for work in works.values())
    each = {int(size): took / int(size) * 1000 for size, took in best(works).items()}
    kind = "of which half are findings" if all_matter else "of unknown codes"
    print(f"us for a resource {kind}: " + ", ".join(f"{each[size]:.1f} of {size}" for size in SIZES))
    what = f"cost of a resource of 1,000 against one of 10, {kind}"
    added = [(many * each[many] - few * each[few]) / (many - few) for few, many in pairwise(SIZES)]
    detail = "one more: " + ", ".join(f"{us:.1f} us up to {many:,}" for us, many in zip(added, SIZES[1:], strict=True))
    return at_most(what, each[1000] / each[10], 1, " times", detail)


def large() -> None:
    """Print the cost of single large calls, and the cost of parsing them."""
    running = engine()
    bodies = {
        "60 Observations of unknown codes": (patient_view(60, alarming=False), SILENCE),
        "1 MB of resources": (patient_view(MEGABYTE // 1000, alarming=True), CARD),
        "1 MB of narrative": (with_narrative(), CARD),
    }
    for name, (body, expected) in bodies.items():
        work = answer(running, body)
        assert expected in work()
        took = best({"call": work, "parse": partial(orjson.loads, body)})
        print(f"{name}: {len(body)} bytes: {took['call']:.2f} ms, orjson.loads {took['parse']:.2f} ms")


def measure() -> list[Goal]:
    """Measure the growth with resources that do not matter, and with some that do."""
    goals = [growth(all_matter=False), growth(all_matter=True)]
    large()
    return goals


def main() -> None:
    """Print the costs and the ratios."""
    show(measure())


if __name__ == "__main__":
    main()
