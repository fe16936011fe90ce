"""Records in buckets on disk, all records of a patient in the same one; encrypted, appended to, read back whole.

There are as many buckets again for Binaries, which are brought to their patients before these are judged.

A process writes to a lane of its own: a folder with a file for each bucket. What counts is what its last commit says,
so a process may be killed at any time. The key is the run's own: with it gone, the files say nothing.
"""

import os
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cds_service.population.records import BINARY_KEY, END, TAB, Record

_NONCE: Final = 12
_LENGTH: Final = 4
_MOST_PLACES: Final = 100_000
BUFFER: Final = 32_000_000  # bytes that a lane keeps before it writes


def bucket_of(patient: str, buckets: int) -> int:
    """Return the bucket of a patient or Binary: the same in every process and run."""
    number = zlib.crc32(patient.encode()) % buckets
    return number + buckets if patient.startswith(BINARY_KEY) else number


class LaneWriter:
    """Writes the records of one process. `sizes`: the bytes of each bucket's file that are written whole."""

    def __init__(self, folder: Path, cipher: AESGCM, buckets: int, buffer: int = BUFFER) -> None:
        self._folder, self._cipher, self._buffer = folder, cipher, buffer
        self._buckets = buckets
        self._waiting = [bytearray() for _ in range(2 * buckets)]
        self._places: dict[str, tuple[bytearray, bytes]] = {}
        self._size = 0
        self.sizes = [0] * len(self._waiting)
        folder.mkdir(mode=0o700)

    def write(self, records: Iterable[Record]) -> None:
        """Add records to the buckets of their patients."""
        for patient, data in records:
            bucket, beginning = self._places.get(patient) or self._find_place(patient)
            bucket += beginning
            bucket += data
            bucket += END
            self._size += len(beginning) + len(data) + 1
            if self._size > self._buffer:
                self.flush()

    def _find_place(self, patient: str) -> tuple[bytearray, bytes]:
        """Return the bucket of a patient or Binary, and how its records begin there."""
        if len(self._places) >= _MOST_PLACES:
            self._places.clear()
        place = self._waiting[bucket_of(patient, self._buckets)], patient.encode() + TAB
        self._places[patient] = place
        return place

    def flush(self) -> None:
        """Write all that waits, so that a commit may count it."""
        for number, data in enumerate(self._waiting):
            if data:
                self.sizes[number] += self._append(number, bytes(data))
                data.clear()
        self._size = 0

    def _append(self, number: int, data: bytes) -> int:
        chunk = seal(self._cipher, data)
        with (self._folder / str(number)).open("ab") as file:
            return file.write(len(chunk).to_bytes(_LENGTH) + chunk)


def read_bucket(lanes: Iterable[tuple[Path, int]], number: int, cipher: AESGCM) -> dict[str, list[bytes]]:
    """Return the records of a bucket by patient or Binary. `lanes`: each folder, and how many of its bytes count."""
    patients: dict[bytes, list[bytes]] = {}
    for folder, size in lanes:
        for data in _read_chunks(folder / str(number), size, cipher):
            for line in data.split(END):
                if line:
                    patient, _, record = line.partition(TAB)
                    patients.setdefault(patient, []).append(record)
    return {patient.decode(): records for patient, records in patients.items()}


def _read_chunks(path: Path, size: int, cipher: AESGCM) -> Iterator[bytes]:
    if size == 0:
        return
    with path.open("rb") as file:
        while file.tell() < size:
            yield open_sealed(cipher, file.read(int.from_bytes(file.read(_LENGTH))))


def seal(cipher: AESGCM, data: bytes) -> bytes:
    """Return data encrypted, behind a nonce of its own."""
    nonce = os.urandom(_NONCE)
    return nonce + cipher.encrypt(nonce, data, None)


def open_sealed(cipher: AESGCM, chunk: bytes) -> bytes:
    """Return what was sealed.

    Raises:
        cryptography.exceptions.InvalidTag: it was sealed with another key, or changed since.
    """
    return cipher.decrypt(chunk[:_NONCE], chunk[_NONCE:], None)
