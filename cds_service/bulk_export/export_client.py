"""Starts `$export`, waits for it and downloads its files: FHIR Bulk Data Access 3.0. Goes on where it was stopped."""

import json
from collections.abc import Callable, Collection
from datetime import datetime
from email.utils import parsedate_to_datetime
from itertools import chain
from pathlib import Path
from typing import Any, Final, NamedTuple

import requests
from requests.adapters import HTTPAdapter

from cds_service.bulk_export.backend_token import BackendToken, ExportSession, require_safe
from cds_service.errors import ExportRefused
from cds_service.population.line_reader import read_lines

MANIFEST: Final = "manifest.json"
JOB: Final = "export-job.json"  # where the server keeps the export that was started
_CHUNK: Final = 1 << 20
_TIMEOUT: Final = 300  # seconds without a byte
_LONGEST_WAIT: Final = 3600
_LISTS: Final = ("output", "error", "outcome", "deleted")
_ASK: Final = {"Accept": "application/fhir+json", "Prefer": "respond-async"}
_BUSY: Final = frozenset({429, 502, 503, 504})


class Wiring(NamedTuple):
    """What a client needs of the machine: the time, a way to wait for seconds, and somebody to tell what it does."""

    clock: Callable[[], datetime]
    sleep: Callable[[float], object]
    tell: Callable[[str], object]


class ExportClient:
    """Exports from one server into one folder. `token`: None for an open server. `types`: what is asked for."""

    def __init__(self, base: str, token: BackendToken | None, types: list[str], folder: Path, wiring: Wiring) -> None:
        self._base, self._token, self._types = require_safe(base.rstrip("/"), "--fhir"), token, types
        self._folder, self._wiring, self._session = folder, wiring, ExportSession()
        self._session.mount("https://", HTTPAdapter(max_retries=5))  # of connections, not of requests

    def export(self, group: str | None = None) -> None:
        """Export all patients, or those of a group, into the folder, with a manifest that names the files there.

        Files that an earlier run has downloaded and counted are not downloaded again.

        Raises:
            ExportRefused: the server cannot be reached or refuses, or a file has not as many lines as it says.
            OSError: a file cannot be written.
        """
        try:
            if not (self._folder / MANIFEST).exists():
                self._export(group)
        except requests.RequestException as error:  # its message may hold an address that is itself a secret
            raise ExportRefused(f"the server gives no sound answer ({type(error).__name__}): run it again") from None

    def _export(self, group: str | None) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        status = self._find_job() or self._start(f"Group/{group}" if group else "Patient")
        manifest = self._wait(status)
        for name in _LISTS:
            for number, item in enumerate(manifest.get(name) or ()):
                file = self._folder / f"{name}.{number:05}.ndjson"  # nothing of its URL becomes part of a path
                if not file.exists():
                    self._download(item, file, is_open=manifest.get("requiresAccessToken") is False)
                item["url"] = file.name
        (self._folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
        self._request("DELETE", status)  # the server may keep charts no longer than they are needed
        (self._folder / JOB).unlink()

    def _find_job(self) -> str | None:
        """Return where an export that was started before is kept, if the server still knows it."""
        job = self._folder / JOB
        known = json.loads(job.read_text(encoding="utf-8")) if job.exists() else {}
        if known.get("base") != self._base or self._request("GET", known["status"]).status_code in {404, 410}:
            return None
        return str(known["status"])

    def _start(self, level: str) -> str:
        url = f"{self._base}/{level}/$export"
        response = self._request("GET", url, headers=_ASK, params={"_type": ",".join(self._types)})
        if response.status_code == 405:  # Bulk Data 4.0 knows POST alone
            kinds = [{"name": "_type", "valueCode": name} for name in self._types]
            response = self._request("POST", url, headers=_ASK, json={"resourceType": "Parameters", "parameter": kinds})
        if response.status_code != 202 or "Content-Location" not in response.headers:
            raise ExportRefused(f"the server does not start an export: {_explain(response)}")
        status = require_safe(requests.compat.urljoin(url, response.headers["Content-Location"]), "Content-Location")
        for old in (path for name in _LISTS for path in self._folder.glob(f"{name}.*.ndjson")):
            old.unlink()  # of an export that the server has given up
        (self._folder / JOB).write_text(json.dumps({"base": self._base, "status": status}), encoding="utf-8")
        return status

    def _wait(self, status: str) -> dict[str, Any]:
        """Return the manifest, once the export is complete."""
        response = self._request("GET", status, {202}, headers={"Accept": "application/json"})
        if response.status_code != 200:
            raise ExportRefused(f"the export has failed: {_explain(response)}")
        manifest = response.json()
        lists = [manifest.get(name) or [] for name in _LISTS] if isinstance(manifest, dict) else []
        if not lists or "output" not in manifest or not all(isinstance(item, dict) for item in chain(*lists)):
            raise ExportRefused("the server's answer to the finished export is no Bulk Data manifest")
        return dict(manifest)

    def _read_retry_after(self, response: requests.Response, otherwise: float) -> float:
        """Return how many seconds to wait: Retry-After holds seconds or a date (RFC 9110 §10.2.3)."""
        text = response.headers.get("Retry-After", "")
        try:
            seconds = (
                int(text) if text.isdigit() else (parsedate_to_datetime(text) - self._wiring.clock()).total_seconds()
            )
        except (ValueError, TypeError):  # no date, or one without a zone
            return otherwise
        return min(max(seconds, 1), _LONGEST_WAIT)

    def _download(self, item: dict[str, Any], target: Path, *, is_open: bool) -> None:
        """Download a file, which gets its name once it is whole."""
        url, part = require_safe(str(item.get("url", "")), "a file's url"), target.with_suffix(".part")
        headers = {"Accept": "application/fhir+ndjson"}
        with self._request("GET", url, is_open=is_open, stream=True, headers=headers) as response:
            if not response.ok:
                raise ExportRefused(f"{target.name} cannot be downloaded: {_explain(response)}")
            with part.open("wb") as file:
                file.writelines(response.iter_content(_CHUNK))
        lines = sum(1 for _ in read_lines(part))  # in bounded memory, however long a line is
        if item.get("count") not in {None, lines}:
            raise ExportRefused(f"{target.name} has {lines} lines, and the server says {item['count']}: start again")
        part.rename(target)
        self._wiring.tell(f"{target.name}: {lines} lines of {item.get('type', 'several types')}")

    def _request(
        self, method: str, url: str, waits_for: Collection[int] = (), *, is_open: bool = False, **options: Any
    ) -> requests.Response:
        """Return the response, once its status is none of `waits_for`, nor says that the server is busy.

        A token goes with it unless none is needed; one that is refused is renewed once.
        """
        token, wait, is_renewed = None if is_open else self._token, 1.0, False
        while True:
            response = self._session.request(method, url, auth=token, timeout=_TIMEOUT, **options)
            if response.status_code == 401 and token and not is_renewed:
                token.forget()
                is_renewed = True
            elif response.status_code in {*_BUSY, *waits_for}:
                response.close()
                wait = min(wait * 2, 300)
                seconds = self._read_retry_after(response, wait)
                self._wiring.tell(f"the server is at work; asking again in {seconds:.0f} s")
                self._wiring.sleep(seconds)
                is_renewed = False
            else:
                return response


def _explain(response: requests.Response) -> str:
    """Return the status and the codes of an OperationOutcome's issues. Its texts may name a patient."""
    try:
        codes = {str(issue["code"]) for issue in response.json()["issue"]}
    except (ValueError, LookupError, TypeError):
        codes = set()
    return " ".join([str(response.status_code), response.reason, *sorted(codes)])
