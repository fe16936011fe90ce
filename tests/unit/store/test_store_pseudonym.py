"""Pseudonyms and the file of their key."""

import hashlib
import hmac
import os
import subprocess
import sys

import pytest

from cds_service.errors import SettingsError
from cds_service.store import Pseudonymizer, load_or_create_key

KEY = bytes(range(32))


def test_a_pseudonym_is_the_hmac_of_its_length_prefixed_parts():
    message = b"\0" * 7 + b"\x05north" + b"\0" * 7 + b"\x07patient" + b"\0" * 7 + "\x03ü1".encode()
    assert (
        Pseudonymizer(KEY).pseudonymize("north", "patient", "ü1") == hmac.new(KEY, message, hashlib.sha256).hexdigest()
    )


def test_any_part_or_the_key_makes_another_pseudonym():
    names = Pseudonymizer(KEY)
    all_of_them = {
        names.pseudonymize("a", "bc", "d"),
        names.pseudonymize("ab", "c", "d"),
        names.pseudonymize("a", "b", "cd"),
        names.pseudonymize("", "abc", "d"),
        Pseudonymizer(KEY[::-1]).pseudonymize("a", "bc", "d"),
    }
    assert len(all_of_them) == 5


def test_text_that_is_not_unicode_has_a_pseudonym_too():
    assert Pseudonymizer(KEY).pseudonymize("north", "patient", "\ud800") != Pseudonymizer(KEY).pseudonymize(
        "north", "patient", "?"
    )


def test_a_short_key_is_refused():
    Pseudonymizer(b"k" * 16)
    with pytest.raises(SettingsError, match="16 bytes"):
        Pseudonymizer(b"k" * 15)


def test_the_key_is_not_shown():
    assert repr(KEY)[2:-1] not in repr(Pseudonymizer(KEY))


def test_a_key_is_created_once_for_its_owner_only(tmp_path):
    path = tmp_path / "store" / "hash.key"
    previous = os.umask(0)
    try:
        key = load_or_create_key(path)
    finally:
        os.umask(previous)

    assert len(key) == 32
    assert load_or_create_key(path) == key
    assert oct(path.stat().st_mode & 0o777) == "0o600"
    assert oct(path.parent.stat().st_mode & 0o777) == "0o700"
    assert list(path.parent.iterdir()) == [path]


def test_two_keys_are_not_the_same(tmp_path):
    assert load_or_create_key(tmp_path / "a") != load_or_create_key(tmp_path / "b")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620])
def test_a_key_open_to_others_is_refused(tmp_path, mode):
    path = tmp_path / "hash.key"
    path.write_bytes(KEY)
    path.chmod(mode)

    with pytest.raises(SettingsError, match="0600"):
        load_or_create_key(path)


def test_a_short_key_file_is_refused_and_kept(tmp_path):
    path = tmp_path / "hash.key"
    path.write_bytes(b"k" * 15)
    path.chmod(0o600)

    with pytest.raises(SettingsError, match="16 bytes"):
        load_or_create_key(path)
    assert path.read_bytes() == b"k" * 15


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="hash key file"):
        load_or_create_key(tmp_path / "file" / "hash.key")


def test_a_key_made_by_another_process_meanwhile_is_the_one_used(tmp_path, monkeypatch):
    path = tmp_path / "hash.key"
    theirs = load_or_create_key(path)
    monkeypatch.setattr(type(path), "exists", lambda _: False)  # as it looked before they made it

    assert load_or_create_key(path) == theirs
    assert list(tmp_path.iterdir()) == [path]


def test_eight_processes_at_once_get_one_key(tmp_path):
    code = (
        "import pathlib; from cds_service.store import load_or_create_key; input(); "
        f"print(load_or_create_key(pathlib.Path({str(tmp_path)!r}, 'hash.key')).hex())"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    processes = [subprocess.Popen([sys.executable, "-c", code], **pipes) for _ in range(8)]
    for process in processes:
        process.stdin.write(b"go\n")
        process.stdin.flush()

    assert {process.communicate(timeout=60)[0] for process in processes} == {
        (tmp_path / "hash.key").read_bytes().hex().encode() + b"\n"
    }
