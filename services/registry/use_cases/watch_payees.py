"""Each business day: papers that run out, wards who come of age, lines that nobody may receive."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from services.registry.domain.appointments import CARE_SUPPORT, WARN_DAYS
from services.registry.domain.holds import NewHold
from services.registry.domain.payee_watch import HOLD_OF_ENDING, HOLD_PAYEE_DIED, Found, Watched, look_at_age, look_at_expiry
from services.registry.storage.payee_watch import care_given_up, lines_given_up, lines_of_the_dead, papers_that_end, wards_of_age
from services.registry.storage.proposals import insert_proposals
from services.registry.use_cases.place_holds import place_holds
from shared.auth import Caller
from shared.database import Tx

REGISTRY = Caller(issuer="chitra", subject="registry", kind="service", scopes=frozenset(), unit_ids=())
"""Whom the history names for what a date alone brought about."""


async def watch_papers(tx: Tx, today: date) -> int:
    """Propose what runs out within 60 days, hold what has run out; how many holds and proposals are new."""
    return await _act(tx, today, await papers_that_end(tx, today + timedelta(days=WARN_DAYS)), look_at_expiry)


async def watch_wards(tx: Tx, today: date) -> int:
    """The same for wards who come of age. A birth year alone stands as its 1 January."""
    return await _act(tx, today, await wards_of_age(tx, today + timedelta(days=WARN_DAYS)), look_at_age)


async def watch_lines(tx: Tx, today: date) -> int:
    """Hold lines that nobody may receive: of payees who died, wherever the lines are, and of those whose standing ended.

    A hold of these that was lifted by hand comes back: what ends it is another payee.
    """
    holds = [NewHold(line["beneficiary_id"], HOLD_PAYEE_DIED, line["payee_id"]) for line in await lines_of_the_dead(tx)]
    holds += [
        NewHold(line["beneficiary_id"], HOLD_OF_ENDING[line["ended_why"]], line["payee_id"]) for line in await lines_given_up(tx)
    ]
    holds += [
        NewHold(
            line["beneficiary_id"], HOLD_OF_ENDING.get(line["ended_why"], HOLD_PAYEE_DIED), line["payee_id"], kind=CARE_SUPPORT
        )
        for line in await care_given_up(tx)
    ]
    return len(await place_holds(tx, REGISTRY, holds))


async def _act(tx: Tx, today: date, watched: Sequence[Watched], look: Callable[[Watched, date], Found]) -> int:
    found = [look(one, today) for one in watched]
    held = await place_holds(tx, REGISTRY, [hold for one in found for hold in one.holds])
    return len(held) + await insert_proposals(tx, [proposal for one in found for proposal in one.proposals])
