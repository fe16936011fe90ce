"""Runs inside HealthChain's own environment: calls a CDS service with its SandboxClient and prints what came back."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from healthchain.sandbox import SandboxClient


def main() -> None:
    options = _options()
    client = SandboxClient(url=options.url, workflow=options.hook, timeout=options.timeout)
    _load(client, options)
    _name(client, patientId=options.patient, userId=options.user)
    responses = client.send_requests()
    sent = [request.model_dump(exclude_none=True, mode="json") for request in client.requests]
    json.dump([{"request": r, "response": a} for r, a in zip(sent, responses, strict=True)], sys.stdout)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", help="the service's own URL, with its id")
    parser.add_argument("--hook", default="patient-view")
    parser.add_argument("--prefetch", type=Path, action="append", default=[], help="JSON sent as it is")
    parser.add_argument("--bundle", type=Path, action="append", default=[], help="one patient's Bundle, sorted by type")
    parser.add_argument("--notes", type=Path, help="CSV with a column `text`; one note is drawn")
    parser.add_argument("--synthetic", type=int, default=0, help="so many generated patients")
    parser.add_argument("--patient", help="the context's patient; HealthChain draws seven digits otherwise")
    parser.add_argument(
        "--user", help="the context's user; HealthChain draws a professional, patient or relative otherwise"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--timeout", type=float, default=10.0)
    return parser.parse_args()


def _load(client: SandboxClient, options: argparse.Namespace) -> None:
    for path in options.prefetch:
        client.load_from_path(path)
    for path in options.bundle:
        client.load_from_registry("synthea-patient", data_dir=str(path.parent), patient_file=path.name)
    if options.notes:
        client.load_free_text(str(options.notes), "text", generate_synthetic=False, random_seed=options.seed)
    if options.synthetic:
        client.load_synthetic(n=options.synthetic, random_seed=options.seed)


def _name(client: SandboxClient, **members: str | None) -> None:
    """Make the context fit the data: the client's loaders have no argument for it, its `requests` are open."""
    requests: list[Any] = client.requests
    for request in requests:
        for member, value in members.items():
            if value:
                setattr(request.context, member, value)


if __name__ == "__main__":
    main()
