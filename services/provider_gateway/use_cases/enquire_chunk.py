"""Asking after what is open: before the call, and after it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.provider_gateway.connectors.protocol import NOTHING_TO_ASK, Batch, Found
from services.provider_gateway.domain.attempt import may_resend, not_found_again, to_be_sent_again
from services.provider_gateway.domain.chunk import Chunk
from services.provider_gateway.domain.schedule import Schedule
from services.provider_gateway.storage import attempts, chunks, decisions
from services.provider_gateway.storage.enquiries import insert_enquiry
from services.provider_gateway.use_cases.commit_intents import reopen_batch
from services.provider_gateway.use_cases.record_answers import Settling, close_settling, open_settling
from shared.database import Tx

A_MOMENT_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask, and how long ago each payment had been sent when it was asked."""

    chunk: Chunk
    batch: Batch
    age_seconds: dict[str, float]


@dataclass(frozen=True, slots=True)
class ResendRule:
    """What a provider allows: whether it refuses duplicates, and its longest processing time."""

    refuses_duplicates: bool
    longest_processing_seconds: float


async def begin_enquiry(tx: Tx, providers: Sequence[str], hold_seconds: float, schedule: Schedule) -> Question | bool:
    """The enquiry longest due, kept from others for so long. True: something else was settled; False: nothing is due."""
    chunk = await chunks.lock_to_enquire(tx, providers)
    if chunk is None:
        return False
    ages = await attempts.read_ages(tx, chunk)
    if not ages:
        await chunks.schedule_enquiry(tx, chunk.key, None, chunk.enquiries)
        return True
    wanted = await decisions.take_wanted(tx, chunk.key)
    if min(ages.values()) > schedule.give_up_seconds and not wanted:
        await decisions.give_up(tx, chunk.key)  # from here on a person's
        return True
    await chunks.schedule_enquiry(tx, chunk.key, hold_seconds, chunk.enquiries)
    return Question(chunk, await reopen_batch(tx, chunk, ages), ages)


async def finish_enquiry(tx: Tx, question: Question, found: Found | str, rule: ResendRule, schedule: Schedule) -> None:
    """Settle what was found; send again, by the same reference, what twice was not. A text says why nothing was learnt."""
    chunk = await chunks.lock_chunk(tx, question.chunk.key)
    if found == NOTHING_TO_ASK:
        await _wait_for_files(tx, chunk, question, schedule)
        return
    settling = await open_settling(tx, chunk, question.age_seconds.keys())
    result: dict[str, Any] = {"failed": found} if isinstance(found, str) else {}
    if isinstance(found, Found):
        asked = question.age_seconds
        settling.hear(said for said in found.said if said.reference in asked)
        resent = _not_found(settling, question, found.not_found, rule)
        result = dict(Counter(said.outcome for said in found.said if said.reference in asked))
        if found.not_found:
            result["not_found"] = len(found.not_found)
        if resent:
            result["resent"] = resent
            await chunks.send_later(tx, chunk.key, 0, 0.0)
    await insert_enquiry(tx, chunk, len(question.age_seconds), result)
    standing = await close_settling(tx, settling, "enquiry")
    if standing.to_enquire:
        pause = schedule.enquiry_pause_seconds(chunk.enquiries + 1, standing.unknown > 0)
        pause = min(pause, _until_resend_seconds(settling, question, rule))
        await chunks.schedule_enquiry(tx, chunk.key, pause, chunk.enquiries + 1)
    elif standing.any_open:
        await chunks.schedule_enquiry(tx, chunk.key, None, 0)


async def _wait_for_files(tx: Tx, chunk: Chunk, question: Question, schedule: Schedule) -> None:
    """Nobody was asked, so nothing counts as asked in vain, and nothing is sent again: files tell, or after the time that
    `begin_enquiry` keeps a person looks. The pause grows with the age."""
    oldest_seconds = max(question.age_seconds.values())
    pause = min(max(oldest_seconds, schedule.open_first_seconds), schedule.open_most_seconds)
    await chunks.schedule_enquiry(tx, chunk.key, pause, chunk.enquiries)


def _until_resend_seconds(settling: Settling, question: Question, rule: ResendRule) -> float:
    """How long until a further "not found" could mean that something is to be sent again: no need to ask later than that."""
    waits = (
        rule.longest_processing_seconds - age
        for reference, age in question.age_seconds.items()
        if settling.held[reference].state == "unknown" and settling.held[reference].not_found
    )
    return min((wait + A_MOMENT_SECONDS for wait in waits if wait > 0), default=math.inf)


def _not_found(settling: Settling, question: Question, references: frozenset[str], rule: ResendRule) -> int:
    """Note what was not found; how much of it is to be sent again."""
    resent = 0
    for reference in references:
        held = settling.held.get(reference)
        if held is None or not held.is_open or held.state == "sending":
            continue
        noted = not_found_again(held)
        age = question.age_seconds[reference]
        if rule.refuses_duplicates and may_resend(noted, age, rule.longest_processing_seconds):
            noted = to_be_sent_again(noted)
            resent += 1
        settling.held[reference] = noted
    return resent
