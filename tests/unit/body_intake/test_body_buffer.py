"""The body buffer: bodies that arrive in time and fit are complete; others state the cause and free their bytes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from granian.rsgi import ProtocolClosed, ProtocolError

from cds_service.body_intake import body_buffer
from cds_service.body_intake.body_buffer import BodyBuffer, RequestBody
from cds_service.errors import BadRequest, BodyBufferFull, BodyTooSlow

LIMIT = 100


class Sending:
    """An upload in parts. None means that nothing more arrives."""

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


def taken(sending: Sending, length: int | None, seconds: float = 5) -> RequestBody:
    return asyncio.run(BodyBuffer(LIMIT, seconds).receive(sending, length))


@pytest.mark.parametrize("length", [4, None])
def test_a_body_is_received_with_or_without_a_declared_length(length: int | None) -> None:
    body = taken(Sending(b"ab", b"cd"), length)
    assert (body.content, body.is_complete, body.error, body.reserved_bytes) == (b"abcd", True, None, 4)


def test_a_body_of_exactly_the_limit_fits() -> None:
    assert taken(Sending(b"x" * LIMIT), None).is_complete
    assert taken(Sending(b"x" * LIMIT), LIMIT).is_complete


def test_a_body_declared_too_large_is_not_read() -> None:
    sending = Sending(b"x" * (LIMIT + 1))
    body = taken(sending, LIMIT + 1)
    assert (body.content, body.is_complete, body.error, body.reserved_bytes, sending.read) == (b"", False, None, 0, 0)


def test_a_body_that_turns_out_too_large_is_read_no_further_than_necessary() -> None:
    sending = Sending(*[b"x" * 30] * 50)
    body = taken(sending, None)
    assert not body.is_complete
    assert (len(body.content), sending.read) == (120, 4)  # beyond the limit, so the application refuses it by its size


@pytest.mark.parametrize("length", [4, None])
def test_a_late_body_says_so(length: int | None) -> None:
    body = taken(Sending(b"ab", None), length, seconds=0.05)
    assert (body.content, body.is_complete) == (b"", False)
    assert isinstance(body.error, BodyTooSlow)


@pytest.mark.parametrize("broken", [ProtocolClosed, ProtocolError])
def test_a_broken_upload_says_so(broken: type[Exception]) -> None:
    body = taken(Sending(broken=broken), 4)
    assert isinstance(body.error, BadRequest)
    assert not body.is_complete


def test_a_cancelled_upload_frees_its_bytes() -> None:
    async def all_of_it() -> int:
        buffer = BodyBuffer(LIMIT, 60)
        task = asyncio.create_task(buffer.receive(Sending(b"ab", None), LIMIT))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return buffer._reserved_bytes

    assert asyncio.run(all_of_it()) == 0


async def meanwhile(
    buffer: BodyBuffer, sendings: list[tuple[Sending, int | None]], then: Callable[[], Awaitable[None]]
):
    tasks = []
    for sending, length in sendings:
        tasks.append(asyncio.create_task(buffer.receive(sending, length)))
        await asyncio.sleep(0.001)  # so that the earlier has held its bytes for noticeably longer
    await then()
    return [task.result() if task.done() else task.cancel() for task in tasks]


@pytest.mark.parametrize("length", [LIMIT + 0, None])
def test_when_the_bytes_run_out_the_upload_that_has_held_most_for_longest_is_dropped(
    length: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body_buffer, "_AT_ONCE", 2)

    async def all_of_it() -> None:
        buffer = BodyBuffer(LIMIT, 60)
        honest = asyncio.create_task(buffer.receive(Sending(b"x", None), length))
        await asyncio.sleep(0.01)
        slow = (Sending(b"x" * (LIMIT - 1), None), length)

        async def then() -> None:
            await asyncio.sleep(0.01)

        results = await meanwhile(buffer, [slow] * (body_buffer._MAX_FULL_SIZE_BODIES + 1), then)
        assert [isinstance(result, RequestBody) for result in results] == [True] + [False] * (len(results) - 1)
        assert isinstance(results[0].error, BodyBufferFull)
        assert not results[0].is_complete
        assert not honest.done()
        honest.cancel()

    asyncio.run(all_of_it())


def test_a_length_that_is_only_announced_holds_nothing() -> None:
    async def all_of_it() -> None:
        buffer = BodyBuffer(LIMIT, 60)
        heads = [asyncio.create_task(buffer.receive(Sending(None), LIMIT)) for _ in range(50)]
        await asyncio.sleep(0.01)
        assert buffer._reserved_bytes == 0
        assert not any(head.done() for head in heads)
        for head in heads:
            head.cancel()

    asyncio.run(all_of_it())


def test_heads_without_bodies_break_off_no_honest_slow_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_buffer, "_MAX_UPLOADS", 10)
    monkeypatch.setattr(body_buffer, "_AT_ONCE", 2)

    class Slow(Sending):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            for _ in range(20):
                yield b"x"
                await asyncio.sleep(0.005)

    async def all_of_it() -> None:
        buffer = BodyBuffer(LIMIT, 60)
        honest = [asyncio.create_task(buffer.receive(Slow(), 20)) for _ in range(5)]
        heads = []
        while not all(one.done() for one in honest):
            heads.append(asyncio.create_task(buffer.receive(Sending(None), LIMIT)))
            await asyncio.sleep(0.001)
        assert [one.result().content for one in honest] == [b"x" * 20] * 5
        assert sum(head.done() for head in heads) > 20  # those gave way
        for head in heads:
            head.cancel()

    asyncio.run(all_of_it())


def test_a_body_that_ends_before_its_length_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_buffer, "_AT_ONCE", 2)
    body = taken(Sending(b"abc"), 4)
    assert isinstance(body.error, BadRequest)
    assert (body.content, body.is_complete) == (b"", False)


def test_in_a_crowd_short_bodies_are_counted_as_they_come_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_buffer, "_CROWD", 3)

    async def all_of_it() -> None:
        buffer = BodyBuffer(LIMIT, 60)
        uploads = [asyncio.create_task(buffer.receive(Sending(b"x", None), LIMIT)) for _ in range(5)]
        await asyncio.sleep(0.01)
        assert buffer._reserved_bytes == 2
        for upload in uploads:
            upload.cancel()

    asyncio.run(all_of_it())


def test_when_there_are_too_many_uploads_the_oldest_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_buffer, "_MAX_UPLOADS", 3)

    async def all_of_it() -> None:
        buffer = BodyBuffer(LIMIT, 60)
        results = await meanwhile(buffer, [(Sending(None), 1)] * 5, lambda: asyncio.sleep(0.01))
        assert [isinstance(result, RequestBody) and isinstance(result.error, BodyBufferFull) for result in results] == [
            True
        ] * 2 + [False] * 3

    asyncio.run(all_of_it())


def test_bodies_hold_their_bytes_until_they_are_released() -> None:
    async def all_of_it() -> None:
        buffer = BodyBuffer(LIMIT, 60)
        waiting = [await buffer.receive(Sending(b"x" * LIMIT), LIMIT) for _ in range(body_buffer._MAX_FULL_SIZE_BODIES)]
        refused = await buffer.receive(Sending(b"{}"), 2)
        assert isinstance(refused.error, BodyBufferFull)
        assert all(body.is_complete for body in waiting)
        buffer.release(waiting[0])
        buffer.release(waiting[0])  # giving it back twice gives nothing more
        assert (await buffer.receive(Sending(b"x" * LIMIT), LIMIT)).is_complete
        for body in [refused, *waiting]:
            buffer.release(body)

    asyncio.run(all_of_it())


def test_all_bytes_are_freed_whatever_became_of_a_body() -> None:
    async def all_of_it() -> None:
        buffer = BodyBuffer(LIMIT, 0.02)
        endings = [(Sending(b"x", None), None), (Sending(None), 50), (Sending(broken=ProtocolError), 50)]
        endings += [(Sending(b"x" * 90, b"x" * 90), None), (Sending(b"x"), 1), (Sending(b"x"), LIMIT + 1)]
        for _ in range(3 * body_buffer._MAX_FULL_SIZE_BODIES):
            for body in await asyncio.gather(*(buffer.receive(*ending) for ending in endings)):
                buffer.release(body)
        assert (buffer._reserved_bytes, buffer._uploads) == (0, {})

    asyncio.run(all_of_it())


def test_an_upload_that_times_out_at_the_same_time_can_still_be_dropped() -> None:
    async def all_of_it() -> None:
        buffer = BodyBuffer(LIMIT, 60)
        late = asyncio.create_task(buffer.receive(Sending(None), LIMIT))
        await asyncio.sleep(0)
        [body] = buffer._uploads
        body.began_at -= 60
        buffer._drop_late()
        assert not late.done()  # its task has not noticed yet
        buffer._reserve(RequestBody(), body_buffer._MAX_FULL_SIZE_BODIES * LIMIT)
        assert (await late) is body
        assert isinstance(body.error, BodyTooSlow)
        assert not body.is_complete
        assert buffer._reserved_bytes == body_buffer._MAX_FULL_SIZE_BODIES * LIMIT

    asyncio.run(all_of_it())


def test_each_upload_has_its_own_time() -> None:
    async def all_of_it() -> None:
        buffer = BodyBuffer(LIMIT, 0.2)
        early = asyncio.create_task(buffer.receive(Sending(None), LIMIT))
        await asyncio.sleep(0.1)
        later = asyncio.create_task(buffer.receive(Sending(None), LIMIT))
        assert isinstance((await early).error, BodyTooSlow)
        assert not later.done()
        assert isinstance((await later).error, BodyTooSlow)
        assert (await buffer.receive(Sending(b"ab"), 2)).is_complete

    asyncio.run(all_of_it())


def test_an_upload_that_is_late_and_cancelled_at_once_is_cancelled() -> None:
    async def all_of_it() -> int:
        buffer = BodyBuffer(LIMIT, 60)
        task = asyncio.create_task(buffer.receive(Sending(b"x", None), LIMIT))
        await asyncio.sleep(0.01)
        [body] = buffer._uploads
        body.began_at -= 60
        buffer._drop_late()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return buffer._reserved_bytes

    assert asyncio.run(all_of_it()) == 0


def test_what_drops_its_own_upload_stops_no_later_work() -> None:
    async def all_of_it() -> None:
        buffer = BodyBuffer(LIMIT, 60)
        buffer._reserved_bytes = body_buffer._MAX_FULL_SIZE_BODIES * LIMIT
        body = await buffer.receive(Sending(b"x"), 1)
        assert isinstance(body.error, BodyBufferFull)
        await asyncio.sleep(0.01)  # a cancellation that was left over would come here

    asyncio.run(all_of_it())
