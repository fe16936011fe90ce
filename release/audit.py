"""`make audit`: known faults of the locked dependencies, by pip-audit; says plainly when no source could be asked.

Ends with 1 when a fault is known; with 0 when none is, or when nothing could be learned ("not audited").
"""

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

LOCK = "requirements/serve.txt"
SERVICES = ("pypi", "osv")  # the databases pip-audit knows, asked in turn
_WITHIN_S = 300
Ask = Callable[[str], tuple[str, str]]


def ask(service: str) -> tuple[str, str]:
    """What pip-audit answers with this database: its report, and what it complains of."""
    command = [sys.executable, "-m", "pip_audit", "--strict", "--disable-pip", "--require-hashes"]
    command += ["--requirement", LOCK, "--format", "json", "--progress-spinner", "off", "--vulnerability-service"]
    done = subprocess.run([*command, service], capture_output=True, text=True, timeout=_WITHIN_S, check=False)  # noqa: S603 - our own command
    return done.stdout, done.stderr.strip()


def audit(asking: Ask = ask) -> tuple[int, list[str]]:
    """The exit code, and what to print."""
    reasons = []
    for service in SERVICES:
        report, complaint = asking(service)
        try:
            return judge(json.loads(report)["dependencies"], service)
        except (ValueError, KeyError, TypeError):
            last = complaint.splitlines()[-1] if complaint else "no report"
            reasons.append(f"   {service}: {last}")
    return 0, ["not audited: no database of known faults could be asked", *reasons]


def judge(dependencies: list[dict[str, Any]], service: str) -> tuple[int, list[str]]:
    """The verdict on a whole report."""
    faults = [
        f"   {one['name']} {one['version']}: {fault['id']}, fixed in {', '.join(fault['fix_versions']) or 'no release'}"
        for one in dependencies
        for fault in one.get("vulns", ())
    ]
    if faults:
        return 1, [f"{len(faults)} known faults ({service}):", *faults]
    return 0, [f"audited: {len(dependencies)} dependencies, no known fault ({service})"]


def main() -> int:
    """Print the verdict."""
    code, lines = audit()
    sys.stdout.write("\n".join(lines) + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
