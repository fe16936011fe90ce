"""The server's processor time for a whole request, against a static reply of the same size on the same server."""

import http.client
import time
from contextlib import ExitStack

from benchmarks.bodies import patient_view
from benchmarks.dating import as_of_today
from benchmarks.goals import Goal, at_most, show
from benchmarks.launching import Server
from benchmarks.load import HOST, SERVICE, Load, load_of, run, warm_up
from benchmarks.servers import our_service, static_reply

GOAL = 3
ROUNDS = 6
COUNT = 1500  # requests of a round
SETTLE_S = 0.3  # the store writes the issued cards after the answer; that counts too
CHARTS = {"card": (True, b'"indicator":"warning"'), "no card": (False, b'{"cards":[]}')}


def answer_to(server: Server, body: bytes) -> bytes:
    """Return the server's answer, so that the static reply can be the same."""
    connection = http.client.HTTPConnection(HOST, server.port, timeout=30)
    connection.request("POST", SERVICE, body, {"Content-Type": "application/json"})
    answer = connection.getresponse().read()
    connection.close()
    return answer


def cost(server: Server, load: Load) -> float:
    """Return the milliseconds of the server's processor time per request, over a round."""
    before = server.cpu_ms()
    answers = run(server.port, load, count=COUNT).answers
    time.sleep(SETTLE_S)
    return (server.cpu_ms() - before) / len(answers)


def costs(*pairs: tuple[Server, Load]) -> list[float]:
    """Return the cost of each in its best round; the rounds are taken in turn."""
    for server, load in pairs:
        warm_up(server.port, load, 200)
    measured = [[cost(server, load) for server, load in pairs] for _ in range(ROUNDS)]
    return [min(server_costs) for server_costs in zip(*measured, strict=True)]


def compare(name: str, *, alarming: bool, expected: bytes) -> Goal:
    """Measure the ratio for one kind of chart; print the cost of a reply that parses the body too."""
    body = as_of_today(patient_view(alarming=alarming))
    load = load_of(expected, body)
    with ExitStack() as stack:
        ours = stack.enter_context(our_service())
        answer = answer_to(ours, body)
        others = [stack.enter_context(static_reply(answer, kind)) for kind in ("read", "parse")]
        our_cost, reading, parsing = costs(*((server, load) for server in (ours, *others)))
    print(f"{name}: {our_cost:.2f} ms of server CPU for a request of {len(body)} and an answer of {len(answer)} bytes;")
    print(f"   a static reply {reading:.2f} ms, one that also parses the body with orjson {parsing:.2f} ms")
    detail = f"{our_cost:.2f} ms against {reading:.2f} ms; reply that parses: {our_cost / parsing:.1f}"
    return at_most(f"server CPU against a static reply, {name}", our_cost / reading, GOAL, " times", detail)


def measure() -> list[Goal]:
    """Measure the ratio for a chart that earns a card, and for one that does not."""
    return [compare(name, alarming=alarming, expected=answer) for name, (alarming, answer) in CHARTS.items()]


def main() -> None:
    """Print the ratios."""
    show(measure())


if __name__ == "__main__":
    main()
