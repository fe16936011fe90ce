"""The room for bodies: what comes in time and fits is taken whole; what does not says why, and gives its bytes back."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from granian.rsgi import ProtocolClosed, ProtocolError

from cds_service.errors import BadRequest, BodyTooSlow, RoomFull
from cds_service.front import arriving
from cds_service.front.arriving import Body, Room

LIMIT = 100


class Sending:
    """A body in parts. None among them: nothing more comes, ever."""

    def __init__(self, *parts: bytes | None, broken: type[Exception] | None = None) -> None:
        self.parts = parts
        self.broken = broken
        self.read = 0

    async def __call__(self) -> bytes:
        if self.broken:
            raise self.broken
        return b"".join([part async for part in self])

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self.parts:
            await asyncio.sleep(0)
            if part is None:
                await asyncio.Event().wait()
            self.read += 1
            yield part or b""


def taken(sending: Sending, length: int | None, seconds: float = 5) -> Body:
    return asyncio.run(Room(LIMIT, seconds).take(sending, length))


@pytest.mark.parametrize("length", [4, None])
def test_a_body_is_taken_whole_whether_its_length_was_said_or_not(length: int | None) -> None:
    body = taken(Sending(b"ab", b"cd"), length)
    assert (body.content, body.whole, body.fault, body.held) == (b"abcd", True, None, 4)


def test_one_of_just_the_limit_fits() -> None:
    assert taken(Sending(b"x" * LIMIT), None).whole
    assert taken(Sending(b"x" * LIMIT), LIMIT).whole


def test_one_that_says_it_is_too_large_is_not_read() -> None:
    sending = Sending(b"x" * (LIMIT + 1))
    body = taken(sending, LIMIT + 1)
    assert (body.content, body.whole, body.fault, body.held, sending.read) == (b"", False, None, 0, 0)


def test_one_that_turns_out_too_large_is_read_no_further_than_tells_so() -> None:
    sending = Sending(*[b"x" * 30] * 50)
    body = taken(sending, None)
    assert not body.whole
    assert (len(body.content), sending.read) == (120, 4)  # beyond the limit, so the application refuses it by its size


@pytest.mark.parametrize("length", [4, None])
def test_one_that_does_not_come_in_time_says_so(length: int | None) -> None:
    body = taken(Sending(b"ab", None), length, seconds=0.05)
    assert (body.content, body.whole) == (b"", False)
    assert isinstance(body.fault, BodyTooSlow)


@pytest.mark.parametrize("broken", [ProtocolClosed, ProtocolError])
def test_one_that_breaks_off_says_so(broken: type[Exception]) -> None:
    body = taken(Sending(broken=broken), 4)
    assert isinstance(body.fault, BadRequest)
    assert not body.whole


def test_one_that_is_given_up_gives_its_bytes_back() -> None:
    async def all_of_it() -> int:
        room = Room(LIMIT, 60)
        task = asyncio.create_task(room.take(Sending(b"ab", None), LIMIT))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return room._held

    assert asyncio.run(all_of_it()) == 0


async def meanwhile(room: Room, sendings: list[tuple[Sending, int | None]], then: Callable[[], Awaitable[None]]):
    tasks = []
    for sending, length in sendings:
        tasks.append(asyncio.create_task(room.take(sending, length)))
        await asyncio.sleep(0)
    await then()
    return [task.result() if task.done() else task.cancel() for task in tasks]


@pytest.mark.parametrize("length", [LIMIT, None])
def test_where_the_bytes_run_out_the_one_that_came_first_gives_way(length: int | None) -> None:
    async def all_of_it() -> None:
        room = Room(LIMIT, 60)
        slow = (Sending(b"x" * LIMIT, None), length)
        quick: list[Body] = []

        async def then() -> None:
            await asyncio.sleep(0.01)
            quick.append(await room.take(Sending(b"{}"), 2))
            await asyncio.sleep(0.01)

        found = await meanwhile(room, [slow] * arriving._WHOLE, then)
        assert [isinstance(one, Body) for one in found] == [True] + [False] * (arriving._WHOLE - 1)
        assert isinstance(found[0].fault, RoomFull)
        assert not found[0].whole
        assert (quick[0].content, quick[0].fault) == (b"{}", None)

    asyncio.run(all_of_it())


def test_where_there_are_too_many_the_one_that_came_first_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arriving, "_MOST_COMING", 3)

    async def all_of_it() -> None:
        room = Room(LIMIT, 60)
        found = await meanwhile(room, [(Sending(None), 1)] * 5, lambda: asyncio.sleep(0.01))
        assert [isinstance(one, Body) and isinstance(one.fault, RoomFull) for one in found] == [True] * 2 + [False] * 3

    asyncio.run(all_of_it())


def test_bodies_that_wait_for_their_answer_take_up_room_until_they_leave() -> None:
    async def all_of_it() -> None:
        room = Room(LIMIT, 60)
        waiting = [await room.take(Sending(b"x" * LIMIT), LIMIT) for _ in range(arriving._WHOLE)]
        refused = await room.take(Sending(b"{}"), 2)
        assert isinstance(refused.fault, RoomFull)
        assert all(body.whole for body in waiting)
        room.leave(waiting[0])
        room.leave(waiting[0])  # giving it back twice gives nothing more
        assert (await room.take(Sending(b"x" * LIMIT), LIMIT)).whole
        for body in [refused, *waiting]:
            room.leave(body)

    asyncio.run(all_of_it())


def test_all_bytes_are_given_back_whatever_became_of_a_body() -> None:
    async def all_of_it() -> None:
        room = Room(LIMIT, 0.02)
        endings = [(Sending(b"x", None), None), (Sending(None), 50), (Sending(broken=ProtocolError), 50)]
        endings += [(Sending(b"x" * 90, b"x" * 90), None), (Sending(b"x"), 1), (Sending(b"x"), LIMIT + 1)]
        for _ in range(3 * arriving._WHOLE):
            for body in await asyncio.gather(*(room.take(*ending) for ending in endings)):
                room.leave(body)
        assert (room._held, room._coming) == (0, {})

    asyncio.run(all_of_it())


def test_a_body_whose_time_is_up_in_the_same_moment_can_still_give_way() -> None:
    async def all_of_it() -> None:
        room = Room(LIMIT, 60)
        late = asyncio.create_task(room.take(Sending(None), LIMIT))
        await asyncio.sleep(0)
        [(body, clock)] = room._coming.items()
        clock.reschedule(0)
        await asyncio.sleep(0)
        assert clock.expired()
        assert not late.done()  # its task has not noticed yet
        room._hold(Body(), arriving._WHOLE * LIMIT)
        assert (await late) is body
        assert not body.whole
        assert room._held == arriving._WHOLE * LIMIT

    asyncio.run(all_of_it())
