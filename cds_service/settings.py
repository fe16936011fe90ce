"""The settings, from the environment (`HIP_SPINE_CDS_*`), a TOML file or defaults, and where each came from."""

import os
import re
import tomllib
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field, FilePath, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from cds_service.errors import SettingsError
from cds_service.trust.urls import parse_url

PREFIX = "HIP_SPINE_CDS_"
CONFIG_VARIABLE = f"{PREFIX}CONFIG"


def _check_time_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("is not an IANA time zone such as Europe/Berlin")
    return name


def _check_base_url(url: str) -> str:
    if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?(/[A-Za-z0-9._~-]+)*/?", url):
        raise ValueError("is not a URL such as https://cds.example.org, without query or fragment")
    return url.rstrip("/")


def _check_local_base_url(url: str) -> str:
    parsed = parse_url(url)
    if parsed is None or not parsed.is_loopback:
        raise ValueError("is not a URL on this machine such as http://127.0.0.1:8081/fhir, without query or fragment")
    return parsed.text


class Settings(BaseSettings):
    """All settings, with units and defaults."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    host: str = Field(
        "127.0.0.1", description="Address to listen on; demo mode has no authentication, so keep it on loopback"
    )
    port: int = Field(8080, ge=0, le=65_535, description="Port to listen on")
    workers: int = Field(1, ge=1, le=256, description="Worker processes")
    threads: int = Field(
        80,
        ge=1,
        le=1024,
        description="Calls that a worker answers at the same time, one client at most 4/5 of them; others get 429",
    )
    stop_seconds: int = Field(
        10, ge=1, le=300, description="Seconds that a stopping worker has to finish its calls and store its cards"
    )
    drain_seconds: int = Field(
        0, ge=0, le=300, description="Seconds that /readyz fails before a stop begins, so that load balancers notice"
    )
    metrics_port: int | None = Field(
        None,
        ge=1,
        le=65_535,
        description="Separate port for /metrics; default: the service's port, if `host` is loopback",
    )
    metrics_host: str = Field("127.0.0.1", description="Address to listen on for /metrics if `metrics_port` is set")
    content: Path | None = Field(None, description="Content folder to use instead of the shipped one")
    site: Path | None = Field(None, description="Folder with the site's overlay on the content")
    clients: Path | None = Field(
        None,
        description="Client table (TOML); turns on production mode for the clients in it; default: demo mode",
    )
    public_url: Annotated[str, AfterValidator(_check_base_url)] | None = Field(
        None,
        description="URL at which clients reach the service, without /cds-services; cards link to its /about page; "
        "required, and https, in production",
    )
    dialect: Literal["standard", "epic", "oracle", "sandbox"] = Field(
        "standard", description="Card dialect in demo mode; in production each client has its own"
    )
    demo_fhir_servers: list[Annotated[str, AfterValidator(_check_local_base_url)]] = Field(
        [],
        description="Base URLs of FHIR servers on this machine that demo mode reads, besides the open SMART servers; "
        "in production each client has its own",
    )
    discovery_token: bool = Field(False, description="Require a token for discovery too (production)")
    database: str | None = Field(
        None,
        description="Database URL; default: a SQLite file in the user's data folder",
    )
    spool_folder: Path | None = Field(
        None,
        description="Folder that keeps issued cards until they are in the database, for one database only; default: "
        "beside a SQLite file, else a temporary folder that a restart of the service does not survive",
    )
    retention: int = Field(
        400,
        ge=1,
        le=36_500,
        description="Days for which cards and feedback are kept; older ones are deleted every night. Counts of calls "
        "by day are kept, and which content ran on which day",
    )
    hash_key: SecretStr | None = Field(
        None,
        min_length=16,
        description="Key for the hashes that replace patient and user ids; required in production, else generated once",
    )
    time_zone: Annotated[str, AfterValidator(_check_time_zone)] = Field(
        "UTC", description="The site's time zone, which determines today's date"
    )
    body_limit: int = Field(5_000_000, ge=1_000, description="Largest request body, in bytes")
    call_memory: int = Field(
        160,
        ge=16,
        description="MiB that a worker may use for the data of all its calls, one client at most half of it",
    )
    body_seconds: float = Field(
        8, gt=0, le=300, description="Seconds within which a request body must arrive; keep it below `stop_seconds`"
    )
    fhir_deadline: float = Field(1.5, gt=0, le=60, description="Seconds for all FHIR searches of a call together")
    fhir_ca_file: FilePath | None = Field(
        None,
        description="PEM file of the certificate authorities for FHIR servers; default: the public ones",
    )
    call_deadline: float = Field(
        2.5, ge=0.5, le=60, description="Seconds after which a call is judged on the data read by then"
    )
    entry_limit: int = Field(10_000, ge=100, description="Maximum number of entries in all Bundles of a call together")
    object_limit: int = Field(
        120_000,
        ge=1_000,
        description="Maximum number of JSON objects in a call's body and in what is read for it, 10 to 25 a resource",
    )
    text_budget: int = Field(
        200_000, ge=20_000, description="Maximum number of characters of words that are read of one call, newest first"
    )
    rate_limit: int | None = Field(
        None, ge=1, description="Calls per minute allowed for each client; default: no limit"
    )
    allowed_origins: list[str] = Field(
        ["*"], description="Origins that browsers may call from (CORS); default in production: none"
    )
    core_dumps: bool = Field(
        False, description="Allow core dumps of crashed workers; the memory in them holds patients' charts"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Minimum level of log messages")

    @property
    def is_loopback(self) -> bool:
        """Whether the service listens on this machine only."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def serves_metrics_on_main_port(self) -> bool:
        """Whether `/metrics` is on the service's own port. A port that others can reach never serves it."""
        return self.metrics_port is None and self.is_loopback

    @property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return ZoneInfo(self.time_zone)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment override the file, whose values arrive as init arguments."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings


def load_settings(config: Path | None = None) -> Settings:
    """Load the settings from the environment, then from `config` or the file the environment names, then from defaults.

    Raises:
        SettingsError: naming every setting that is wrong.
    """
    _refuse_unknown_variables()
    try:
        return Settings(**_load_config_file(config))
    except ValidationError as error:
        raise SettingsError("\n".join(map(_format_error, error.errors(include_url=False)))) from None
    except ValueError as error:  # a variable that should be JSON is not JSON
        raise SettingsError(str(error)) from None


def describe_source(name: str, config: Path | None) -> str:
    """Say where a setting's value came from."""
    if environment_variable(name) in os.environ:
        return f"environment ({environment_variable(name)})"
    path = _find_config_file(config)
    return f"file ({path})" if path and name in _load_config_file(config) else "default"


def environment_variable(name: str) -> str:
    """Return the name of a setting's environment variable."""
    return f"{PREFIX}{name.upper()}"


def _find_config_file(config: Path | None) -> Path | None:
    variable = os.environ.get(CONFIG_VARIABLE)
    return config or (Path(variable) if variable else None)


def _load_config_file(config: Path | None) -> dict[str, Any]:
    path = _find_config_file(config)
    if path is None:
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: is not valid TOML: {error}") from None


def _refuse_unknown_variables() -> None:
    known = {environment_variable(name) for name in Settings.model_fields} | {CONFIG_VARIABLE}
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise SettingsError("\n".join(f"{name}: is not a setting" for name in unknown))


def _format_error(detail: Mapping[str, Any]) -> str:
    name = ".".join(str(part) for part in detail["loc"])
    is_unknown = detail["type"] == "extra_forbidden"
    return f"{name}: {'is not a setting' if is_unknown else detail['msg'].removeprefix('Value error, ')}"
