"""`make audit` reports known vulnerabilities, and never success when no database could be reached."""

import json

from release.audit import audit

CLEAN = {"dependencies": [{"name": "flask", "version": "3.1.3", "vulns": []}], "fixes": []}
FAULTY = {
    "dependencies": [
        {"name": "flask", "version": "3.1.3", "vulns": [{"id": "PYSEC-0000-1", "fix_versions": ["3.1.4"]}]},
        {"name": "jinja2", "version": "3.1.6", "vulns": [{"id": "PYSEC-0000-2", "fix_versions": []}]},
    ]
}


def test_a_whole_report_without_faults_is_audited() -> None:
    assert audit(lambda _: (json.dumps(CLEAN), "")) == (0, ["audited: 1 dependencies, no known fault (pypi)"])


def test_a_known_fault_fails_and_is_named() -> None:
    code, lines = audit(lambda _: (json.dumps(FAULTY), "Found 2 known vulnerabilities"))
    assert code == 1
    assert lines[1:] == [
        "   flask 3.1.3: PYSEC-0000-1, fixed in 3.1.4",
        "   jinja2 3.1.6: PYSEC-0000-2, fixed in no release",
    ]


def test_the_second_database_is_asked_when_the_first_cannot_be() -> None:
    answers = {"pypi": ("", "connection refused"), "osv": (json.dumps(CLEAN), "")}
    assert audit(answers.__getitem__) == (0, ["audited: 1 dependencies, no known fault (osv)"])


def test_when_nobody_can_be_asked_it_says_not_audited() -> None:
    code, lines = audit(lambda service: ("", f"warning\nERROR: {service} unreachable"))
    assert code == 0
    assert lines[0].startswith("not audited")
    assert lines[1:] == ["   pypi: ERROR: pypi unreachable", "   osv: ERROR: osv unreachable"]


def test_half_a_report_is_none() -> None:
    assert audit(lambda _: ('{"dependencies": [', ""))[1][0].startswith("not audited")
