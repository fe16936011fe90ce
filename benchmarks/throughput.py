"""Our service against HealthChain doing the same job: the same body, one warning card, two workers each."""

import subprocess
from contextlib import ExitStack

from benchmarks.bodies import patient_view
from benchmarks.dating import as_of_today
from benchmarks.goals import Goal, at_least, at_most, show
from benchmarks.launching import Server
from benchmarks.load import CONNECTIONS, Round, load_of, run, warm_up
from benchmarks.servers import PEERS, WORKERS, healthchain, our_service
from tests.peers.healthchain_client import healthchain_python

ROUNDS = 4
ROUND_S = 6.0  # seconds of a round
ENOUGH = 4000  # requests of a round
WARNING = b'"indicator":"warning"'
OURS, PEER = "our service", "HealthChain"


def rounds(servers: dict[str, Server], body: bytes) -> dict[str, list[Round]]:
    """Run rounds of the servers in turn, so that a busy machine affects them alike; check that each answer warns."""
    load = load_of(WARNING, body)
    for server in servers.values():
        warm_up(server.port, load, 60)
    measured: dict[str, list[Round]] = {name: [] for name in servers}
    for _ in range(ROUNDS):
        for name, server in servers.items():
            measured[name].append(run(server.port, load, count=ENOUGH, within=ROUND_S))
    return measured


def peer_stages() -> str:
    """Return where HealthChain's time goes, as measured in its own Python."""
    command = [str(healthchain_python()), str(PEERS / "healthchain_stages.py")]
    done = subprocess.run(command, input=patient_view(), capture_output=True, check=True, timeout=120)
    return done.stdout.decode().strip()


def measure() -> list[Goal]:
    """Compare the throughput and the 99th percentile with the peer's."""
    with ExitStack() as stack:
        servers = {OURS: stack.enter_context(our_service()), PEER: stack.enter_context(healthchain())}
        measured = rounds(servers, as_of_today(patient_view()))
    best = {name: max(result.throughput for result in results) for name, results in measured.items()}
    p50, p99 = ({name: min(result.percentile(p) for result in measured[name]) for name in measured} for p in (50, 99))
    print(f"{CONNECTIONS} connections, {WORKERS} workers each, best of {ROUNDS} rounds taken in turn:")
    for name in measured:
        print(f"   {name}: {best[name]:.0f} answers/s, p50 {p50[name]:.1f} ms, p99 {p99[name]:.1f} ms")
    print(f"   HealthChain in one process: {peer_stages()}")
    ratio = best[OURS] / best[PEER]
    detail = f"{best[OURS]:.0f}/s against {best[PEER]:.0f}/s"
    return [
        at_least(f"throughput against HealthChain, {CONNECTIONS} connections", ratio, 4, " times", detail),
        at_most(f"p99 at {CONNECTIONS} connections", p99[OURS], 75, " ms"),
        Goal("p99 below HealthChain's", f"{p99[OURS]:.1f} ms against {p99[PEER]:.1f} ms", p99[OURS] < p99[PEER]),
    ]


def main() -> None:
    """Print the comparison."""
    show(measure())


if __name__ == "__main__":
    main()
