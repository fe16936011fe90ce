"""The room of a worker: a client's calls and data have a share, and whoever finds no room is refused at once."""

import pytest

from cds_service.admission.room import Place, Room, estimate_memory
from cds_service.errors import BodyBufferFull, TooManyCalls

DENSE = b"{}" * 10  # estimated at 6,040 bytes
COST = estimate_memory(len(DENSE), DENSE.count(b"{"))
OBJECTS = 120_000  # of a call


def test_a_client_has_four_fifths_of_the_calls_and_others_the_rest() -> None:
    room = Room(10, 1_000_000, OBJECTS)
    held = [room.enter("one") for _ in range(8)]
    with pytest.raises(TooManyCalls, match="more than 8 calls") as refused:
        room.enter("one")
    assert refused.value.retry_after == 1
    held += [room.enter("two"), room.enter("two")]
    with pytest.raises(TooManyCalls, match="of all clients"):
        room.enter("three")
    held[0].leave()
    assert isinstance(room.enter("one"), Place)


def test_a_place_left_twice_is_freed_once() -> None:
    room = Room(1, 1_000_000, OBJECTS)
    with room.enter("one") as place:
        place.leave()
    room.enter("one")
    with pytest.raises(TooManyCalls):
        room.enter("one")


def test_a_client_has_half_of_the_memory() -> None:
    room = Room(10, 4 * COST, OBJECTS)
    first, second, third, other = (room.enter(name) for name in ("one", "one", "one", "two"))
    first.require(DENSE)
    second.require(DENSE)
    with pytest.raises(TooManyCalls, match="one client"):
        third.require(DENSE)
    assert not third.offer(DENSE)
    other.require(DENSE)
    first.leave()
    third.require(DENSE)


def test_all_clients_have_the_memory_together() -> None:
    room = Room(10, 2 * COST, OBJECTS)
    for name in ("one", "two"):
        room.enter(name).require(DENSE)
    with pytest.raises(BodyBufferFull):
        room.enter("three").require(DENSE)


def test_a_call_that_is_alone_takes_what_its_limits_allow() -> None:
    room = Room(10, COST // 2, OBJECTS)
    place = room.enter("one")
    place.require(DENSE)
    assert place.offer(DENSE)
    with pytest.raises(BodyBufferFull):
        room.enter("two").require(DENSE)
    place.leave()
    room.enter("two").require(DENSE)


def test_a_search_that_ends_after_its_call_takes_nothing() -> None:
    room = Room(10, 2 * COST, OBJECTS)
    place = room.enter("one")
    place.leave()
    assert not place.offer(DENSE)
    assert not room._memory_by_client
    assert not room._calls_by_client


def test_objects_that_are_never_decoded_take_their_bytes_alone() -> None:
    """Or a page that is thrown away would leave no memory to the other clients."""
    room = Room(10, 3 * COST, max_objects=10)
    place = room.enter("one")
    place.require(DENSE)
    assert place.offer(DENSE * 10)
    room.enter("two").require(DENSE)
