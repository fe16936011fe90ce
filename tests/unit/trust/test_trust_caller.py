"""Which FHIR servers a caller may have us read; nothing else on this machine or its network may be reached by it."""

import pytest

from cds_service.trust.caller import DEMO, Caller

PRODUCTION = Caller("north", frozenset({"ehr.example"}), loopback=False)


@pytest.mark.parametrize(
    "base",
    [
        "https://launch.smarthealthit.org/v/r4/fhir",
        "https://r4.smarthealthit.org",
        "https://R4.SmartHealthIT.org:443/",
        "http://127.0.0.1:8103/fhir",
        "http://localhost/fhir",
        "https://localhost:8443/fhir",
        "http://[::1]:8080/fhir",
    ],
)
def test_demo_reads_loopback_and_the_public_smart_servers(base: str) -> None:
    assert DEMO.may_read(base)


@pytest.mark.parametrize(
    "base",
    [
        "",
        "r4.smarthealthit.org",
        "//r4.smarthealthit.org",
        "http://r4.smarthealthit.org",  # a token would travel in clear
        "https://r4.smarthealthit.org:8443",
        "https://r4.smarthealthit.org:x",
        "https://r4.smarthealthit.org.elsewhere.example",
        "https://elsewhere.example/r4.smarthealthit.org",
        "https://r4.smarthealthit.org@elsewhere.example",
        "https://user:word@r4.smarthealthit.org",
        "https://elsewhere.example\\@r4.smarthealthit.org",
        "https://r4.smarthealthit.org\\.elsewhere.example",
        "https://r4.smarthealthit.org/fhir?x=",
        "https://r4.smarthealthit.org/fhir?x=1",
        "https://r4.smarthealthit.org/fhir#x",
        "https://r4.smarthealthit.org\t/fhir",
        "https://r4.smarthealthit.org/fhir\r\nHost: elsewhere.example",
        "ftp://127.0.0.1/",
        "file://localhost/etc/passwd",
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1/fhir",
        "http://0.0.0.0/fhir",
        "http://[::ffff:10.0.0.1]/fhir",
        "http://2130706433/fhir",
        "http://127.0.0.1.nip.example/fhir",
        "http://[broken/fhir",
    ],
)
def test_demo_reads_nothing_else(base: str) -> None:
    assert not DEMO.may_read(base)


@pytest.mark.parametrize(("base", "may"), [("https://ehr.example/fhir", True), ("http://127.0.0.1/fhir", False)])
def test_a_caller_without_loopback_reads_its_own_hosts_alone(base: str, may: bool) -> None:
    assert PRODUCTION.may_read(base) is may
