"""The costliest bodies within the limits that a caller can send: each is the worst of one limit."""

from collections.abc import Callable
from typing import Final

from cds_service.ehr.entry_limit import DEFAULT_ENTRY_LIMIT, DEFAULT_OBJECT_LIMIT, DRAFT_LIMIT
from tests.synthetic import SIGN, Json, bundle, call, condition, observation, order, prefetch

MARK: Final = b"@@@@"  # another number in each call, so that no text is known from the call before


def many_entries() -> Json:
    """Return as many problems as a call may have, each with words of its own."""
    names = ["hip pain", "groin pain", "numb leg", "back pain", "denies limp"]
    texts = (f"{names[number % len(names)]} @@@@ {number}" for number in range(DEFAULT_ENTRY_LIMIT - 10))
    records = [condition("57676002", number=number, code={"text": text}) for number, text in enumerate(texts)]
    return call(prefetch=prefetch(*records))


def many_codings() -> Json:
    """Return observations with as many codings as a call may have objects."""
    records = [observation("x", number=number) for number in range(100)]
    each = (DEFAULT_OBJECT_LIMIT - 2_000) // len(records)
    for number, record in enumerate(records):
        record["code"]["coding"] = [{"code": f"{number}{place}"} for place in range(each)]
    return call(prefetch=prefetch(observations=bundle(*records)))


def many_drafts() -> Json:
    """Return as many drafts as a call may have, beside as many orders as one chart can hold."""
    drafts = [order("73721", number=number) for number in range(DRAFT_LIMIT)]
    placed = [order("72148", number=1_000 + number, status="active") for number in range(DEFAULT_ENTRY_LIMIT - 300)]
    return call(SIGN, *drafts, prefetch=prefetch(serviceRequests=bundle(*placed)))


def many_words() -> Json:
    """Return more words than are read of one call, and none twice in the same way."""
    said = (
        "right groin pain on flexion, SLR negative at {} degrees, no numbness below the knee @@@@, FADIR positive {}. "
    )
    records = []
    for number in range(220):
        text = "".join(said.format(number + place, place) for place in range(150))
        records.append(condition("57676002", number=number, note=[{"text": text[:19_000]}]))
    return call(prefetch=prefetch(*records))


def short_bodies() -> Json:
    """Return words as dense as they can be, in a body just short enough not to count as long."""
    said = "SLR neg, FADIR pos, 5/5, DTR 2+ {} @@@@. "
    text = "".join(said.format(number) for number in range(2_000))[:94_000]
    return call(
        prefetch=prefetch(
            condition("57676002", note=[{"text": text[start : start + 18_800]} for start in range(0, 94_000, 18_800)])
        )
    )


def dense_words() -> Json:
    """Return the same findings in as many words as are read of one call."""
    said = "SLR neg, FADIR pos, 5/5, DTR 2+ {} @@@@. "
    texts = ["".join(said.format(2_000 * place + number) for number in range(2_000))[:18_800] for place in range(12)]
    return call(
        prefetch=prefetch(*(condition("57676002", number=at, note=[{"text": text}]) for at, text in enumerate(texts)))
    )


def many_short_texts() -> Json:
    """Return as many short texts as a call may have entries, each of them dense."""
    texts = (f"SLR neg, FADIR pos, 5/5, DTR 2+ @@@@ {number}" for number in range(DEFAULT_ENTRY_LIMIT - 10))
    return call(
        prefetch=prefetch(*(condition("57676002", number=at, code={"text": text}) for at, text in enumerate(texts)))
    )


KINDS: dict[str, Callable[[], Json]] = {
    "entries": many_entries,
    "objects": many_codings,
    "drafts": many_drafts,
    "words": many_words,
    "dense words": dense_words,
    "short texts": many_short_texts,
    "short bodies": short_bodies,
}
