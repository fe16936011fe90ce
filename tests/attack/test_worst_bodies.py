"""The costliest bodies within the limits: each is answered in time, and none makes another client's call wait.

Each kind is the worst of one limit: entries, JSON objects, drafts, words.
"""

from collections.abc import Iterator

import pytest
from attacked import Attacked
from two_clients import assert_all_are_answered_in_time, assert_no_other_waits, two_clients

from benchmarks.dense_bodies import KINDS


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    with two_clients(tmp_path_factory.mktemp("worst")) as running:
        yield running


@pytest.mark.parametrize("kind", KINDS)
def test_the_worst_bodies_are_answered_in_time_beside_others_of_their_kind(service: Attacked, kind: str) -> None:
    assert_all_are_answered_in_time(service, kind, KINDS[kind]())


@pytest.mark.parametrize("kind", KINDS)
def test_beside_the_worst_bodies_of_one_client_no_other_waits(service: Attacked, kind: str) -> None:
    assert_no_other_waits(service, kind, KINDS[kind]())
