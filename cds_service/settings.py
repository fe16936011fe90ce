"""The settings: from the environment (`HIP_SPINE_CDS_*`), a TOML file, or defaults; each knows where it came from."""

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

PREFIX = "HIP_SPINE_CDS_"
CONFIG_VARIABLE = f"{PREFIX}CONFIG"


def _check_time_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("is no time zone of the IANA database, such as Europe/Berlin")
    return name


def _check_base_url(url: str) -> str:
    if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?(/[A-Za-z0-9._~-]+)*/?", url):
        raise ValueError("is no URL such as https://cds.example.org, without query or fragment")
    return url.rstrip("/")


class Settings(BaseSettings):
    """Every setting, with its unit and default."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    host: str = Field("127.0.0.1", description="Address to listen on; demo mode knows no callers, so keep to loopback")
    port: int = Field(8080, ge=0, le=65_535, description="Port to listen on")
    workers: int = Field(1, ge=1, le=256, description="Worker processes")
    threads: int = Field(16, ge=1, le=1024, description="Threads of each worker: calls that it answers at once")
    stop_seconds: int = Field(
        10, ge=1, le=300, description="Seconds a stopping worker has to finish its calls and write its cards"
    )
    drain_seconds: int = Field(
        0, ge=0, le=300, description="Seconds that /readyz says no before a stop begins, for load balancers to notice"
    )
    metrics_port: int | None = Field(
        None, ge=1, le=65_535, description="Port of /metrics alone; default: the service's, while that is loopback only"
    )
    metrics_host: str = Field("127.0.0.1", description="Address to listen on for /metrics, with `metrics_port`")
    content: Path | None = Field(None, description="Content folder in place of the one shipped")
    site: Path | None = Field(None, description="Folder of the site's overlay on the content")
    clients: Path | None = Field(
        None,
        description="Client table (TOML): production mode, for the clients in it; default: demo mode",
    )
    public_url: Annotated[str, AfterValidator(_check_base_url)] | None = Field(
        None,
        description="URL under which clients reach the service, without /cds-services: cards link to its /about; "
        "production needs it, https",
    )
    dialect: Literal["standard", "epic", "oracle", "sandbox"] = Field(
        "standard", description="How cards look in demo mode; production: each client's own"
    )
    discovery_token: bool = Field(False, description="Discovery too asks for a token (production)")
    database: str | None = Field(
        None,
        description="Database URL; default: a SQLite file in the user's data folder",
    )
    hash_key: SecretStr | None = Field(
        None,
        min_length=16,
        description="Key of the hashes that stand for patients and users; default: made once, in demo mode alone",
    )
    time_zone: Annotated[str, AfterValidator(_check_time_zone)] = Field(
        "UTC", description="The site's time zone, for its days"
    )
    body_limit: int = Field(5_000_000, ge=1_000, description="Largest request body, in bytes")
    body_seconds: float = Field(
        8, gt=0, le=300, description="Seconds within which a request body must be here; keep it below `stop_seconds`"
    )
    fhir_deadline: float = Field(1.5, gt=0, le=60, description="Seconds that all FHIR searches of a call have together")
    fhir_ca_file: FilePath | None = Field(
        None,
        description="PEM file of the authorities that vouch for FHIR servers; default: the public ones",
    )
    call_deadline: float = Field(
        2.5, ge=0.5, le=60, description="Seconds after which a call is judged on what has been read by then"
    )
    entry_limit: int = Field(10_000, ge=100, description="Most entries that all Bundles of a call may hold together")
    rate_limit: int | None = Field(
        None, ge=1, description="Calls that each client may make in a minute; default: as many as it likes"
    )
    allowed_origins: list[str] = Field(
        ["*"], description="Origins that browsers may call from (CORS); production: none but those set"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least urgent log level shown")

    @property
    def is_loopback(self) -> bool:
        """Whether the service listens to this machine alone."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def serves_metrics_on_main_port(self) -> bool:
        """Whether `/metrics` is on the service's own port. One that others can reach never shows it."""
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
        """The environment stands over the file, which comes in as init values."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings


def load_settings(config: Path | None = None) -> Settings:
    """The settings from the environment, then `config` (or the file the environment names), then defaults.

    Raises:
        SettingsError: naming every setting that is wrong, and where it came from.
    """
    _refuse_unknown_variables()
    try:
        return Settings(**_load_config_file(config))
    except ValidationError as error:
        lines = [
            f"{_dotted_name(detail['loc'])}: {_format_error(detail)}" for detail in error.errors(include_url=False)
        ]
        raise SettingsError("\n".join(lines)) from None
    except ValueError as error:  # a variable that should be JSON is not
        raise SettingsError(str(error)) from None


def describe_source(name: str, config: Path | None) -> str:
    """Where a setting's value came from, in words."""
    if environment_variable(name) in os.environ:
        return f"environment ({environment_variable(name)})"
    path = _find_config_file(config)
    return f"file ({path})" if path and name in _load_config_file(config) else "default"


def environment_variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"{PREFIX}{name.upper()}"


def _find_config_file(config: Path | None) -> Path | None:
    named = os.environ.get(CONFIG_VARIABLE)
    return config or (Path(named) if named else None)


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
        raise SettingsError("\n".join(f"{name}: is no setting" for name in unknown))


def _dotted_name(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location)


def _format_error(detail: Mapping[str, Any]) -> str:
    return "is no setting" if detail["type"] == "extra_forbidden" else str(detail["msg"]).removeprefix("Value error, ")
