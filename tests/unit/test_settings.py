"""Settings: environment over file over default, each refused by name, secrets never shown."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from cds_service.errors import SettingsError
from cds_service.settings import Settings, describe_source, environment_variable, load_settings


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*Settings.model_fields, "config"]:
        monkeypatch.delenv(environment_variable(name), raising=False)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text('port = 9000\nallowed_origins = ["https://ehr.example"]\ntime_zone = "Europe/Berlin"\n')
    return path


def test_defaults_suit_a_first_try() -> None:
    settings = load_settings()
    assert (settings.host, settings.port, settings.body_limit) == ("127.0.0.1", 8080, 5_000_000)
    assert (settings.database, settings.hash_key, settings.zone.key) == (None, None, "UTC")


def test_the_environment_overrides_the_file_and_the_file_the_defaults(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HIP_SPINE_CDS_PORT", "9001")
    settings = load_settings(config)
    assert (settings.port, settings.zone.key, settings.workers) == (9001, "Europe/Berlin", 1)
    assert settings.allowed_origins == ["https://ehr.example"]
    assert describe_source("port", config) == "environment (HIP_SPINE_CDS_PORT)"
    assert describe_source("time_zone", config) == f"file ({config})"
    assert describe_source("workers", config) == "default"
    assert describe_source("workers", None) == "default"


def test_the_environment_may_name_the_file(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIP_SPINE_CDS_CONFIG", str(config))
    assert load_settings().port == 9000
    assert describe_source("port", None) == f"file ({config})"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PORT", "70000", "port"),
        ("PORT", "http", "port"),
        ("WORKERS", "0", "workers"),
        ("TIME_ZONE", "Mars/Base", "time_zone: is not an IANA time zone"),
        ("TIME_ZONE", "../../etc/passwd", "time_zone: is not an IANA time zone"),
        ("LOG_LEVEL", "loud", "log_level"),
        ("BODY_LIMIT", "10", "body_limit"),
        ("FHIR_DEADLINE", "0", "fhir_deadline"),
        ("FHIR_CA_FILE", "/nowhere/ca.pem", "fhir_ca_file"),
        ("ALLOWED_ORIGINS", "https://ehr.example", "allowed_origins"),
        ("DEMO_FHIR_SERVERS", "http://127.0.0.1:8081/fhir", "demo_fhir_servers"),
        ("DEMO_FHIR_SERVERS", '["http://10.0.0.1:8081/fhir"]', "demo_fhir_servers.0: is not a URL on this machine"),
        ("DEMO_FHIR_SERVERS", '["http://[::1]/fhir", "127.0.0.1:8081/fhir"]', "demo_fhir_servers.1: is not a URL"),
        ("DEMO_FHIR_SERVERS", '["http://localhost:99999/fhir"]', "demo_fhir_servers.0: is not a URL"),
        ("DEMO_FHIR_SERVERS", '["http://localhost/fhir?x=1"]', "demo_fhir_servers.0: is not a URL"),
        ("HASH_KEY", "too short", "hash_key"),
        ("PROT", "8080", "HIP_SPINE_CDS_PROT: is not a setting"),
    ],
)
def test_a_wrong_variable_is_refused_by_name_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(f"HIP_SPINE_CDS_{name}", value)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert says in str(refused.value)
    assert "too short" not in str(refused.value)


def test_every_problem_is_reported_at_once(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('port = "x"\nworkers = 0\nunheard = 1\n')
    with pytest.raises(SettingsError) as refused:
        load_settings(path)
    assert {line.split(":")[0] for line in str(refused.value).splitlines()} == {"port", "workers", "unheard"}
    assert "unheard: is not a setting" in str(refused.value)


@pytest.mark.parametrize("content", [b"port = ", b"port = 1\nport = 2", b"\xff"])
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    with pytest.raises(SettingsError, match=r"config\.toml: is not valid TOML"):
        load_settings(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="No such file"):
        load_settings(tmp_path / "none.toml")


def test_the_key_is_in_no_representation() -> None:
    settings = Settings(hash_key="k" * 32)
    assert "kkkk" not in repr(settings) + str(settings)


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        Settings().port = 1  # type: ignore[misc]  # the point


@pytest.mark.parametrize("url", ["https://cds.example.org/", "https://cds.example.org", "http://127.0.0.1:8080/a/b"])
def test_a_public_url_is_kept_without_its_last_slash(url: str) -> None:
    assert Settings(public_url=url).public_url == url.rstrip("/")


@pytest.mark.parametrize(
    "url", ["cds.example.org", "ftp://x.org", "https://x.org/?a=b", "https://x.org/#a", "https://u:p@x.org"]
)
def test_an_invalid_public_url_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIP_SPINE_CDS_PUBLIC_URL", url)
    with pytest.raises(SettingsError, match="public_url: is not a URL such as https"):
        load_settings()
