"""People are compared with everybody who shares a key with them; who may be one person is put before an officer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from services.registry.domain.duplicates import MAX_BLOCK, Person, compare, keys_of, prior_bits
from services.registry.domain.name_likeness import Rarity
from services.registry.storage import duplicates
from shared.database import Tx


@dataclass(frozen=True, slots=True)
class Compared:
    """What a comparison did: people looked at, pairs compared, pairs before officers anew."""

    people: int
    pairs: int
    opened: int


async def find_duplicates(tx: Tx, rarity: Rarity, beneficiary_ids: Sequence[UUID], *, only_changed: bool = False) -> Compared:
    """Compare these people with all others, in a transaction that may see everybody. Again, it changes nothing.

    `only_changed` passes over those of whom nothing that is compared has changed since the last time.
    """
    asked = list(dict.fromkeys(beneficiary_ids))
    people = await duplicates.people_to_compare(tx, asked)
    if only_changed:
        before = await duplicates.facts_compared(tx, asked)
        asked = [one for one in asked if before.get(one) != (people[one].facts() if one in people else None)]
        people = {one: people[one] for one in asked if one in people}
    if not asked:
        return Compared(0, 0, 0)
    await duplicates.note_compared(tx, people, [one for one in asked if one not in people])
    keys = {person: keys_of(people[person]) if person in people else () for person in asked}
    await duplicates.store_keys(tx, keys, {person: people[person].unit_id for person in people})
    wanted = sorted({key for mine in keys.values() for key in mine})
    holders = await duplicates.partners_of(tx, wanted, MAX_BLOCK)
    pairs = {
        (min(person, other), max(person, other))
        for person, mine in keys.items()
        for key in mine
        for other in holders.get(key, ())
        if other != person
    }
    strangers = {one for pair in pairs for one in pair} - people.keys()
    people |= await duplicates.people_to_compare(tx, sorted(strangers))
    found = _compare_all(sorted(pairs), people, rarity)
    opened = await duplicates.store_candidates(tx, found, asked)
    await duplicates.units_of_settled(tx, asked)
    return Compared(len(asked), len(pairs), opened)


def _compare_all(pairs: Sequence[tuple[UUID, UUID]], people: dict[UUID, Person], rarity: Rarity) -> list[dict[str, Any]]:
    prior = prior_bits(rarity.people)
    found = []
    for first, second in pairs:
        one, other = people.get(first), people.get(second)
        likeness = compare(one, other, rarity, prior) if one and other else None
        if likeness is not None:
            facts = cast(Person, one).facts() + cast(Person, other).facts()
            reasons = likeness.reasons
            found.append({"first_id": first, "second_id": second, "score": likeness.score, "reasons": reasons, "facts": facts})
    return found
