"""People as duplicates are found among them, their keys, and the pairs that were found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.registry.domain.duplicates import Person
from services.registry.domain.lists.text import fold
from services.registry.domain.name_likeness import Rarity, rarity_among, take_apart
from services.registry.storage import bulk
from shared.database import Tx
from shared.kernel.ids import new_id

_CANDIDATE = {
    "candidate_id": "uuid",
    "first_id": "uuid",
    "second_id": "uuid",
    "score": "smallint",
    "reasons": "text",
    "facts": "bytea",
}


async def load_rarity(tx: Tx) -> Rarity:
    """How rare syllables of names are among the people registered."""
    rows = await tx.rows("SELECT name_key, count(*) AS people FROM beneficiaries WHERE merged_into IS NULL GROUP BY name_key")
    return rarity_among((row["name_key"], row["people"]) for row in rows)


async def people_to_compare(tx: Tx, beneficiary_ids: Sequence[UUID]) -> dict[UUID, Person]:
    """People as they are compared. Merged ones are left out: who they became stands for them."""
    rows = await tx.rows(
        """SELECT b.beneficiary_id, b.unit_id, b.full_name, b.sex, b.birth_date, b.birth_precision, b.village, b.phone_index,
               CASE WHEN b.relationship <> 'self' THEN p.identity_index END AS payee_number,
               CASE WHEN b.relationship <> 'self' THEN p.name_key END AS payee_key,
               d.numbers, d.cccd, d.cmnd
           FROM beneficiaries b JOIN payees p USING (payee_id)
           LEFT JOIN LATERAL (
               SELECT array_agg(number_index) AS numbers,
                      min(number_index) FILTER (WHERE kind = 'cccd' AND known_to IS NULL) AS cccd,
                      min(number_index) FILTER (WHERE kind = 'cmnd' AND known_to IS NULL) AS cmnd
               FROM identity_documents WHERE beneficiary_id = b.beneficiary_id) d ON true
           WHERE b.beneficiary_id = ANY(CAST(:ids AS uuid[])) AND b.merged_into IS NULL""",
        ids=list(beneficiary_ids),
    )
    return {row["beneficiary_id"]: _person(row) for row in rows}


def _person(row: Mapping[str, Any]) -> Person:
    return Person(
        person_id=row["beneficiary_id"],
        unit_id=row["unit_id"],
        name=take_apart(row["full_name"]),
        sex=row["sex"],
        birth_date=row["birth_date"],
        birth_precision=row["birth_precision"],
        village=fold(row["village"]) if row["village"] else None,
        numbers=frozenset(row["numbers"] or ()),
        current={kind: row[kind] for kind in ("cccd", "cmnd") if row[kind] is not None},
        payee=row["payee_number"] or row["payee_key"],
        phone=row["phone_index"],
    )


async def store_keys(tx: Tx, keys: Mapping[UUID, Sequence[int]], units: Mapping[UUID, str]) -> None:
    """The keys of people, in place of those they had. People without keys (merged ones) have none afterwards."""
    people = sorted(keys)
    rows = [{"key": key, "beneficiary_id": person, "unit_id": units[person]} for person in people for key in keys[person]]
    types = {"key": "bigint", "beneficiary_id": "uuid", "unit_id": "text"}
    await tx.run(
        f"""DELETE FROM duplicate_keys k WHERE beneficiary_id = ANY(CAST(:people AS uuid[]))
            AND NOT EXISTS (SELECT FROM {bulk.values_of(types)} WHERE v.key = k.key AND v.beneficiary_id = k.beneficiary_id
                            AND v.unit_id = k.unit_id)""",  # noqa: S608 - constants only
        people=people,
        **bulk.arrays_of(types, rows),
    )
    await bulk.insert(tx, "duplicate_keys", types, rows, tail="ON CONFLICT DO NOTHING")


async def facts_compared(tx: Tx, beneficiary_ids: Sequence[UUID]) -> dict[UUID, bytes]:
    """What of people was compared last."""
    rows = await tx.rows(
        "SELECT beneficiary_id, facts FROM duplicate_compared WHERE beneficiary_id = ANY(CAST(:ids AS uuid[]))",
        ids=list(beneficiary_ids),
    )
    return {row["beneficiary_id"]: row["facts"] for row in rows}


async def note_compared(tx: Tx, people: Mapping[UUID, Person], gone: Sequence[UUID]) -> None:
    """What of people is compared now; who is `gone` (merged) is forgotten."""
    types = {"beneficiary_id": "uuid", "unit_id": "text", "facts": "bytea"}
    rows = [{"beneficiary_id": one, "unit_id": people[one].unit_id, "facts": people[one].facts()} for one in sorted(people)]
    tail = "ON CONFLICT (beneficiary_id) DO UPDATE SET unit_id = excluded.unit_id, facts = excluded.facts"
    await bulk.insert(tx, "duplicate_compared", types, rows, tail=tail)
    await tx.run("DELETE FROM duplicate_compared WHERE beneficiary_id = ANY(CAST(:gone AS uuid[]))", gone=list(gone))


async def partners_of(tx: Tx, keys: Sequence[int], most: int) -> dict[int, list[UUID]]:
    """Who has each of the keys; a key that more than `most` people share is left out."""
    rows = await tx.rows(
        """SELECT w.key, found.ids FROM unnest(CAST(:keys AS bigint[])) AS w (key)
           CROSS JOIN LATERAL (SELECT array_agg(beneficiary_id) AS ids FROM (
               SELECT beneficiary_id FROM duplicate_keys k WHERE k.key = w.key LIMIT :most + 1) few) found
           WHERE cardinality(found.ids) BETWEEN 2 AND :most""",
        keys=list(keys),
        most=most,
    )
    return {row["key"]: row["ids"] for row in rows}


async def store_candidates(tx: Tx, found: Sequence[Mapping[str, Any]], compared: Sequence[UUID]) -> int:
    """Keep pairs that are alike; how many are before officers anew.

    An open pair gets its new score; one that was parted comes back only where what was compared has changed; a merged one
    stays merged. Open pairs of those compared that are alike no more go: nobody had decided anything about them.
    """
    rows = [{**pair, "candidate_id": new_id(), "reasons": " ".join(pair["reasons"])} for pair in found]
    opened = await tx.rows(
        f"""INSERT INTO duplicate_candidates AS c (candidate_id, first_id, second_id, first_unit_id, second_unit_id, first_code,
                second_code, score, reasons, facts, found_at)
            SELECT v.candidate_id, v.first_id, v.second_id, a.unit_id, b.unit_id, a.code, b.code, v.score,
                string_to_array(v.reasons, ' '), v.facts, platform.business_now()
            FROM {bulk.values_of(_CANDIDATE)} JOIN beneficiaries a ON a.beneficiary_id = v.first_id
            JOIN beneficiaries b ON b.beneficiary_id = v.second_id
            ON CONFLICT (first_id, second_id) DO UPDATE SET score = excluded.score, reasons = excluded.reasons,
                facts = excluded.facts, first_unit_id = excluded.first_unit_id, second_unit_id = excluded.second_unit_id,
                found_at = excluded.found_at, state = 'open', settled_at = NULL, settled_issuer = NULL,
                settled_subject = NULL, settled_note = NULL
            WHERE c.state <> 'merged' AND c.facts <> excluded.facts
            RETURNING candidate_id""",  # noqa: S608 - constants only
        **bulk.arrays_of(_CANDIDATE, rows),
    )
    await tx.run(
        f"""DELETE FROM duplicate_candidates c
            WHERE c.state = 'open'
              AND (c.first_id = ANY(CAST(:compared AS uuid[])) OR c.second_id = ANY(CAST(:compared AS uuid[])))
              AND NOT EXISTS (SELECT FROM {bulk.values_of(_CANDIDATE)}
                              WHERE v.first_id = c.first_id AND v.second_id = c.second_id)""",  # noqa: S608 - constants only
        compared=list(compared),
        **bulk.arrays_of(_CANDIDATE, rows),
    )
    return len(opened)


async def units_of_settled(tx: Tx, beneficiary_ids: Sequence[UUID]) -> None:
    """Let pairs that people are in follow them to the commune where they are now."""
    await tx.run(
        """UPDATE duplicate_candidates c SET first_unit_id = a.unit_id, second_unit_id = b.unit_id
           FROM beneficiaries a, beneficiaries b
           WHERE a.beneficiary_id = c.first_id AND b.beneficiary_id = c.second_id
             AND (c.first_id = ANY(CAST(:ids AS uuid[])) OR c.second_id = ANY(CAST(:ids AS uuid[])))
             AND (c.first_unit_id, c.second_unit_id) <> (a.unit_id, b.unit_id)""",
        ids=list(beneficiary_ids),
    )
