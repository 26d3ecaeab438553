"""A list is confirmed: its accepted and answered rows become beneficiaries, payees, decisions and declared accounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from services.registry.domain.codes import beneficiary_code
from services.registry.domain.confirming import Entry, ListFacts, PayeeLimits, Plan, Planner, Values, sort_matches
from services.registry.domain.imports import ACCEPT, SAME, Confirmation, ImportRow, ListImport
from services.registry.domain.lists.findings import INCOMPLETE
from services.registry.domain.matching import PERHAPS_REGISTERED, Candidate, Known, Match, Verdict, match_rows
from services.registry.domain.payee_watch import PAYEE_HOLDS
from services.registry.domain.payees import PayeeBook
from services.registry.domain.people import missing_fields, to_person
from services.registry.domain.refusals import UNKNOWN_IMPORT
from services.registry.domain.sealing import identity_index, listed_index, seal_numbers
from services.registry.storage import accounts, appointments, decisions, import_rows, imports, payees, people
from services.registry.storage.received_lists import lock_list
from services.registry.storage.units import unit_by_id
from services.registry.use_cases.declare_accounts import declare_accounts
from services.registry.use_cases.find_missing import people_missing
from services.registry.use_cases.publish_changes import publish_changes
from shared import audit
from shared.auth import Caller
from shared.contracts.registry_events import UnitRecord
from shared.crypto import FieldCipher
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class _Work:
    """What one confirmation goes by."""

    tx: Tx
    caller: Caller
    cipher: FieldCipher
    unit: UnitRecord
    facts: ListFacts


async def confirm_import(tx: Tx, caller: Caller, cipher: FieldCipher, import_id: UUID) -> Confirmation:
    """Make or change the people of a list's accepted and answered rows, and say `beneficiaries_changed`.

    Nothing changes for rows confirmed before, for people of whom the list says the same as the last one, and for people
    whom a newer list names. What needs an officer goes to review with a finding. Refused: `unknown-import`.
    """
    listed = await imports.get_import(tx, import_id, cipher) if await lock_list(tx, imports.LISTS, import_id) else None
    unit = await unit_by_id(tx, listed.unit_id) if listed else None
    if listed is None or unit is None:
        raise Refusal(UNKNOWN_IMPORT)
    await imports.lock_commune(tx, listed.unit_id)
    work = _Work(tx, caller, cipher, unit, ListFacts(unit.unit_id, unit.code, listed.month, await tx.today()))
    dropped = await import_rows.settle_dropped(tx, import_id)
    plan = await _enter_rows(work, listed, await import_rows.rows_to_confirm(tx, import_id, cipher))
    done = await _settle(work, import_id, plan, dropped)
    missing = len(await people_missing(tx, cipher, listed))
    done = replace(done, missing=missing)
    await imports.mark_confirmed(tx, import_id, caller, missing)
    if done.created or done.updated or done.dropped or listed.state == "read":
        await audit.append(
            tx, caller, "import.confirm", f"import/{import_id}", unit_id=unit.unit_id, month=listed.month,
            created=done.created, updated=done.updated, dropped=done.dropped, left=done.left, missing=missing,
        )  # fmt: skip
    return done


async def _enter_rows(work: _Work, listed: ListImport, rows: Sequence[ImportRow]) -> Plan:
    if not rows:
        return Plan()
    known = {person.beneficiary_id: person for person in await people.known_people(work.tx, work.unit.unit_id)}
    plan = Plan()
    lacking = {row.row_id for row in rows if missing_fields(row.record, work.facts.month)}
    whole = [row for row in rows if row.row_id not in lacking]
    plan.raised += [{"row_id": row_id, "raised": INCOMPLETE.code, "about": None} for row_id in lacking]
    places = {row.row_id: row.row for row in whole}
    matches = await _match(work, listed.import_id, whole, known)
    entering = sort_matches(plan, matches)
    entries = [Entry(m, places[m.candidate.row_id], seal_numbers(work.cipher, m.candidate.person)) for m in entering]
    planner, book = await _planner(work, plan, entries, known)
    for entry in entries:
        planner.enter(entry)
    await _write(work, plan, book)
    return plan


async def _match(work: _Work, import_id: UUID, rows: Sequence[ImportRow], known: dict[UUID, Known]) -> list[Match]:
    candidates = [_candidate(work.cipher, row) for row in rows]
    taken = await import_rows.taken_by_import(work.tx, import_id)
    numbers = [candidate.number_index for candidate in candidates if candidate.number_index]
    holders = await people.holders_of(work.tx, numbers)
    matches = match_rows(candidates, known.values(), taken, holders, work.facts.month)
    return await _newer_lists_stand(work, import_id, matches)


async def _newer_lists_stand(work: _Work, import_id: UUID, matches: list[Match]) -> list[Match]:
    """Of two lists of one month the one that came in later is the corrected one, in whatever order they are confirmed."""
    changing = [match.about for match in matches if match.verdict is Verdict.CHANGED and match.about]
    newer = await people.said_by_newer_lists(work.tx, changing, import_id) if changing else set()
    return [
        replace(match, verdict=Verdict.OLDER) if match.verdict is Verdict.CHANGED and match.about in newer else match
        for match in matches
    ]


def _candidate(cipher: FieldCipher, row: ImportRow) -> Candidate:
    person = to_person(row.record)
    return Candidate(
        row_id=row.row_id,
        person=person,
        number_index=identity_index(cipher, person),
        listed_index=listed_index(cipher, person),
        place=(row.sheet, row.row),
        surely_new=row.answer == ACCEPT and row.raised == PERHAPS_REGISTERED.code,
        surely=row.raised_beneficiary_id if row.answer == SAME else None,
    )


async def _planner(work: _Work, plan: Plan, entries: Sequence[Entry], known: dict[UUID, Known]) -> tuple[Planner, PayeeBook]:
    changing = [entry.match.about for entry in entries if entry.match.about]
    numbers = [n for entry in entries for n in (entry.numbers.identity_index, entry.numbers.payee_index) if n]
    held = await payees.payees_for(work.tx, work.unit.unit_id, [known[person].payee_id for person in changing], numbers)
    book = PayeeBook(held, new_id)
    guarded = await appointments.guarded_people(work.tx, changing, PAYEE_HOLDS)
    limits = PayeeLimits(frozenset(guarded), frozenset(await payees.dead_payees(work.tx, work.unit.unit_id)))
    in_force = await decisions.decisions_in_force(work.tx, changing, work.facts.month)
    return Planner(work.facts, book, known, in_force, plan, limits), book


async def _write(work: _Work, plan: Plan, book: PayeeBook) -> None:
    tx, unit = work.tx, work.unit
    await payees.insert_payees(tx, unit.unit_id, book.made)
    await payees.update_payees(tx, book.changed)
    province = unit.path[0].split("@")[0]
    numbers = await people.next_numbers(tx, len(plan.people_new)) if plan.people_new else []
    coded = zip(plan.people_new, numbers, strict=True)
    await people.insert_people(tx, [{**values, "code": beneficiary_code(province, number)} for values, number in coded])
    await people.update_people(tx, plan.people_changed)
    await people.close_documents(tx, plan.documents_replacing)
    await people.insert_documents(tx, plan.documents + plan.documents_replacing)
    await decisions.end_decisions(tx, plan.decisions_ended)
    await decisions.correct_decisions(tx, plan.decisions_corrected)
    await decisions.insert_decisions(tx, plan.decisions_new)
    await declare_accounts(tx, unit.unit_id, list(plan.declared.values()))
    created, updated = _ids(plan.people_new), _ids(plan.people_changed)
    await appointments.sync_listed(tx, work.caller, min(work.facts.month, work.facts.today), plan.appointments, updated)
    await accounts.point_at_active_accounts(tx, created + updated)
    shared = await people.bump_people_of_payees(tx, [payee.payee_id for payee in book.changed], but=created + updated)
    month = work.facts.month
    await publish_changes(tx, work.caller, created, reason="listed", effective_from=month, listed=True)
    await publish_changes(tx, work.caller, updated, reason="list_corrected", effective_from=month, listed=True)
    await publish_changes(tx, work.caller, shared, reason="payee_changed", effective_from=month)


async def _settle(work: _Work, import_id: UUID, plan: Plan, dropped: int) -> Confirmation:
    if plan.outcomes:
        await import_rows.store_outcomes(work.tx, plan.outcomes)
    if plan.raised:
        await import_rows.raise_rows(work.tx, plan.raised)
    unchanged = [values["beneficiary_id"] for values in plan.outcomes if values["outcome"] == "unchanged"]
    if unchanged:
        await people.listed_again(work.tx, unchanged, work.facts.month)
    counts = Counter(values["outcome"] for values in plan.outcomes)
    return Confirmation(
        created=counts["created"],
        updated=counts["updated"],
        unchanged=counts["unchanged"],
        older=counts["older"],
        dropped=dropped,
        left=await import_rows.count_left(work.tx, import_id),
        missing=0,
    )


def _ids(people_values: Sequence[Values]) -> list[UUID]:
    return [values["beneficiary_id"] for values in people_values]
