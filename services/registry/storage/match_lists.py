"""Match lists and their lines; what of a person the police confirmed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.registry.domain.match_lists import Asked, Evidence
from services.registry.storage import bulk
from shared.auth import Caller
from shared.crypto import IDENTITY, FieldCipher
from shared.database import Tx

LINE = "match-list-line"
"""Purpose under which what stands on a line is sealed."""

_NEW_LINE = {
    "line_id": "uuid",
    "line_no": "integer",
    "beneficiary_id": "uuid",
    "reasons": "text",
    "asked_sealed": "text",
}


async def people_to_match(tx: Tx, unit_id: str, cipher: FieldCipher) -> list[tuple[UUID, Asked, date | None]]:
    """Everybody of a commune who is paid or suspended and not merged: (id, as asked, day of the last confirmation)."""
    rows = await tx.rows(
        """SELECT b.beneficiary_id, b.code, b.full_name, b.birth_date, b.birth_precision, b.sex, b.village,
               (b.verified_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS verified_on,
               (SELECT d.number_sealed FROM identity_documents d WHERE d.beneficiary_id = b.beneficiary_id AND d.known_to IS NULL
                ORDER BY d.kind LIMIT 1) AS number_sealed
           FROM beneficiaries b
           WHERE b.unit_id = :unit_id AND b.status IN ('active', 'suspended') AND b.merged_into IS NULL
           ORDER BY b.village NULLS LAST, b.code""",
        unit_id=unit_id,
    )
    plain = ("code", "full_name", "birth_date", "birth_precision", "sex", "village")
    return [
        (
            row["beneficiary_id"],
            Asked(
                **{name: row[name] for name in plain},
                number=cipher.open(row["number_sealed"], IDENTITY) if row["number_sealed"] else None,
            ),
            row["verified_on"],
        )
        for row in rows
    ]


async def next_list_number(tx: Tx, commune_code: str, year: int) -> str:
    """The next number for a list of a commune. The commune is locked: two lists never get the same."""
    prefix = f"DC-{year}-{commune_code}-"
    await tx.run("SELECT pg_advisory_xact_lock(hashtextextended('registry.match:' || :prefix, 0))", prefix=prefix)
    last = await tx.scalar(
        "SELECT max(substr(number, length(:prefix) + 1)::integer) FROM match_lists WHERE starts_with(number, :prefix)",
        prefix=prefix,
    )
    return f"{prefix}{(last or 0) + 1}"


async def insert_match_list(
    tx: Tx, caller: Caller, match_list_id: UUID, number: str, unit_id: str, lines: Sequence[Mapping[str, Any]]
) -> None:
    """A list with its lines."""
    await tx.run(
        """INSERT INTO match_lists (match_list_id, number, unit_id, people, made_at, made_issuer, made_subject)
           VALUES (:id, :number, :unit_id, :people, platform.business_now(), :issuer, :subject)""",
        id=match_list_id,
        number=number,
        unit_id=unit_id,
        people=len(lines),
        issuer=caller.issuer,
        subject=caller.subject,
    )
    names = ", ".join(_NEW_LINE)
    values = ", ".join("string_to_array(v.reasons, ' ')" if name == "reasons" else f"v.{name}" for name in _NEW_LINE)
    await tx.run(
        f"""INSERT INTO match_list_lines ({names}, match_list_id, unit_id)
            SELECT {values}, CAST(:id AS uuid), :unit_id FROM {bulk.values_of(_NEW_LINE)}""",  # noqa: S608 - constants only
        id=match_list_id,
        unit_id=unit_id,
        **bulk.arrays_of(_NEW_LINE, lines),
    )


_LISTS = """SELECT m.*, (SELECT count(*) FROM match_list_lines l WHERE l.match_list_id = m.match_list_id
        AND l.state <> 'waiting') AS answered,
    (SELECT count(*) FROM match_list_lines l WHERE l.match_list_id = m.match_list_id AND l.state = 'contradicted') AS contradicted
    FROM match_lists m"""


async def match_list_by_id(tx: Tx, match_list_id: UUID) -> dict[str, Any] | None:
    """One list, with how many of its lines are answered."""
    return await tx.row(f"{_LISTS} WHERE m.match_list_id = :id", id=match_list_id)


async def page_of_match_lists(tx: Tx, *, unit_id: str | None, before: UUID | None, limit: int) -> list[dict[str, Any]]:
    """Lists, newest first, before one; of a unit and all below it."""
    return await tx.rows(
        f"""{_LISTS} WHERE (CAST(:before AS uuid) IS NULL OR m.match_list_id < CAST(:before AS uuid))
            AND (CAST(:unit_id AS text) IS NULL OR m.unit_id IN (
                 SELECT unit_id FROM units WHERE path @> ARRAY[CAST(:unit_id AS text)]))
            ORDER BY m.match_list_id DESC LIMIT :limit""",  # noqa: S608 - constants only
        before=before,
        unit_id=unit_id,
        limit=limit,
    )


async def lines_of(
    tx: Tx, match_list_id: UUID, *, state: str | None = None, after: int = 0, limit: int = 100_000
) -> list[dict[str, Any]]:
    """Lines of a list in their order, after a number."""
    return await tx.rows(
        """SELECT * FROM match_list_lines WHERE match_list_id = :id AND line_no > :after
           AND (CAST(:state AS text) IS NULL OR state = CAST(:state AS text)) ORDER BY line_no LIMIT :limit""",
        id=match_list_id,
        state=state,
        after=after,
        limit=limit,
    )


async def lock_lines(tx: Tx, match_list_id: UUID, line_nos: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Lines by number, held until the transaction ends."""
    rows = await tx.rows(
        """SELECT * FROM match_list_lines WHERE match_list_id = :id AND line_no = ANY(CAST(:line_nos AS integer[]))
           ORDER BY line_no FOR NO KEY UPDATE""",
        id=match_list_id,
        line_nos=list(line_nos),
    )
    return {row["line_no"]: row for row in rows}


async def line_by_id(tx: Tx, line_id: UUID) -> dict[str, Any] | None:
    """One line, held until the transaction ends."""
    return await tx.row("SELECT * FROM match_list_lines WHERE line_id = :id FOR NO KEY UPDATE", id=line_id)


async def store_police_answers(tx: Tx, caller: Caller, evidence: Evidence, answers: Sequence[Mapping[str, Any]]) -> None:
    """The answers that count, each with its evidence; what contradicted them is settled."""
    if not answers:
        return
    types = {"line_id": "uuid", "outcome": "text", "answer_sealed": "text", "answer_index": "bytea"}
    await tx.run(
        f"""UPDATE match_list_lines l SET state = 'answered', outcome = v.outcome, answer_sealed = v.answer_sealed,
                answer_index = v.answer_index, second_sealed = NULL, second_index = NULL, police_officer = :officer,
                paper_number = :paper, answered_on = :answered_on, recorded_at = platform.business_now(),
                recorded_issuer = :issuer, recorded_subject = :subject
            FROM {bulk.values_of(types)} WHERE l.line_id = v.line_id""",  # noqa: S608 - constants only
        officer=evidence.police_officer,
        paper=evidence.paper_number,
        answered_on=evidence.answered_on,
        issuer=caller.issuer,
        subject=caller.subject,
        **bulk.arrays_of(types, answers),
    )


async def store_contradictions(tx: Tx, answers: Sequence[Mapping[str, Any]]) -> None:
    """Answers that contradict the ones that count: `line_id`, `second_sealed`, `second_index`."""
    if not answers:
        return
    types = {"line_id": "uuid", "second_sealed": "text", "second_index": "bytea"}
    await tx.run(
        f"""UPDATE match_list_lines l SET state = 'contradicted', second_sealed = v.second_sealed, second_index = v.second_index
            FROM {bulk.values_of(types)} WHERE l.line_id = v.line_id""",  # noqa: S608 - constants only
        **bulk.arrays_of(types, answers),
    )


async def first_counts(tx: Tx, line_id: UUID) -> None:
    """The answer that counts goes on counting: what contradicted it is put aside."""
    await tx.run(
        """UPDATE match_list_lines SET state = 'answered', second_sealed = NULL, second_index = NULL WHERE line_id = :id""",
        id=line_id,
    )


async def stamp_verified(tx: Tx, line_ids: Sequence[UUID]) -> None:
    """People of lines are verified as of now, the lines being the evidence. No other service asks: no new version."""
    await tx.run(
        """UPDATE beneficiaries b SET verified_at = platform.business_now(), verified_line_id = l.line_id
           FROM match_list_lines l WHERE l.line_id = ANY(CAST(:ids AS uuid[])) AND b.beneficiary_id = l.beneficiary_id""",
        ids=list(line_ids),
    )


async def unstamp_verified(tx: Tx, line_id: UUID) -> None:
    """What a line confirmed is confirmed no more: the newest confirmation by another list counts, where there is one."""
    await tx.run(
        """UPDATE beneficiaries b SET verified_at = earlier.recorded_at, verified_line_id = earlier.line_id
           FROM (SELECT) one LEFT JOIN LATERAL (
               SELECT l.line_id, l.recorded_at FROM match_list_lines l JOIN match_list_lines mine ON mine.line_id = :id
               WHERE l.beneficiary_id = mine.beneficiary_id AND l.line_id <> mine.line_id AND l.outcome = 'verified'
               ORDER BY l.recorded_at DESC LIMIT 1) earlier ON true
           WHERE b.verified_line_id = :id""",
        id=line_id,
    )


async def correct_person(tx: Tx, beneficiary_id: UUID, values: Mapping[str, Any]) -> str | None:
    """Name, birth and sex of a person as the police has them (None: as they are), at the next version, and the name in the
    payee where the person receives for himself; the person's commune, None where the caller may not do so."""
    unit_id: str | None = await tx.scalar(
        """UPDATE beneficiaries SET version = version + 1, full_name = coalesce(CAST(:full_name AS text), full_name),
               name_key = coalesce(CAST(:name_key AS text), name_key),
               birth_date = coalesce(CAST(:birth_date AS date), birth_date),
               birth_precision = coalesce(CAST(:birth_precision AS text), birth_precision),
               sex = coalesce(CAST(:sex AS text), sex)
           WHERE beneficiary_id = :id RETURNING unit_id""",
        id=beneficiary_id,
        **values,
    )
    if unit_id and values["full_name"]:
        await tx.run(
            """UPDATE payees SET version = version + 1, full_name = :full_name, name_key = :name_key
               WHERE self_of = :id AND full_name <> :full_name""",
            id=beneficiary_id,
            full_name=values["full_name"],
            name_key=values["name_key"],
        )
    return unit_id


async def correct_number_of_self(tx: Tx, beneficiary_id: UUID, kind: str, number_sealed: str, number_index: bytes) -> UUID | None:
    """The number in the payee where the person receives for himself; the payee that changed."""
    row = await tx.row(
        """UPDATE payees SET version = version + 1, identity_kind = :kind, identity_sealed = :sealed, identity_index = :index
           WHERE self_of = :id AND identity_index IS DISTINCT FROM :index RETURNING payee_id""",
        id=beneficiary_id,
        kind=kind,
        sealed=number_sealed,
        index=number_index,
    )
    return row["payee_id"] if row else None


async def payee_of_self(tx: Tx, beneficiary_id: UUID) -> UUID | None:
    """The payee that the person himself is, where there is one."""
    found: UUID | None = await tx.scalar("SELECT payee_id FROM payees WHERE self_of = :id", id=beneficiary_id)
    return found
