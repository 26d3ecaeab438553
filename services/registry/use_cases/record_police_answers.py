"""The commune police answered a match list: what it confirmed is stamped, what differs is proposed, who is gone is held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.registry.domain.holds import REPORTED_AWAY, REPORTED_DEAD, NewHold
from services.registry.domain.match_lists import (
    CONTRADICTION,
    CORRECTION,
    LINE_IN_REVIEW,
    LINE_NOT_IN_REVIEW,
    NOT_FOUND_BY_POLICE,
    UNKNOWN_MATCH_LIST,
    Asked,
    Evidence,
    PoliceAnswer,
    faults_of,
    refuse_faults,
)
from services.registry.domain.proposals import ACCEPTED, WITHDRAWN, NewProposal
from services.registry.storage import match_lists
from services.registry.storage.holds import open_holds
from services.registry.storage.proposals import insert_proposals, settle_proposals
from services.registry.use_cases.lift_holds import lift_holds
from services.registry.use_cases.make_match_list import see_match_list
from services.registry.use_cases.place_holds import place_holds
from shared import audit
from shared.auth import Caller
from shared.crypto import FieldCipher, mask
from shared.database import Tx
from shared.kernel.errors import Refusal

HOLD_OF = {"not_found": NOT_FOUND_BY_POLICE, "dead": REPORTED_DEAD, "moved": REPORTED_AWAY}
"""Outcome -> the hold that it places."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of answers: taken, the same as before, or contradicting what was answered before."""

    recorded: int
    unchanged: int
    contradicted: int


Fresh = tuple[Mapping[str, Any], PoliceAnswer, bytes]
"""A line, the answer to it, and the answer's digest."""


async def record_police_answers(
    tx: Tx, caller: Caller, cipher: FieldCipher, match_list_id: UUID, evidence: Evidence, answers: Sequence[PoliceAnswer],
    faults: Mapping[int, Sequence[str]] | None = None,
) -> Recorded:  # fmt: skip
    """Take answers, all or none. The same answer again changes nothing; another one than before goes to review.

    Refused: `unknown-match-list`, `bad-match-answers` with lines and fields, `line-in-review`.
    """
    listed = await see_match_list(tx, match_list_id)
    lines = await match_lists.lock_lines(tx, match_list_id, [answer.line_no for answer in answers])
    today = await tx.today()
    wrong: dict[int, Sequence[str]] = {line: list(fields) for line, fields in (faults or {}).items()}
    for line_no, count in Counter(answer.line_no for answer in answers).items():
        if count > 1:
            wrong[line_no] = ["line_no"]
    for answer in answers:
        line = lines.get(answer.line_no)
        asked = Asked.decode(cipher.open(line["asked_sealed"], match_lists.LINE)) if line else None
        if found := faults_of(answer, asked, today):
            wrong[answer.line_no] = [*wrong.get(answer.line_no, ()), *found]
    refuse_faults(wrong)
    fresh: list[Fresh] = []
    contradicting: list[Fresh] = []
    for answer in answers:
        line, index = lines[answer.line_no], cipher.index(answer.canonical(), match_lists.LINE)
        if index in (line["answer_index"], line["second_index"]):
            continue
        if line["state"] == "contradicted":
            raise Refusal(LINE_IN_REVIEW, f"line {answer.line_no}", line_no=answer.line_no)
        (fresh if line["state"] == "waiting" else contradicting).append((line, answer, index))
    await _take(tx, caller, cipher, listed, evidence, fresh)
    await _put_to_review(tx, cipher, listed, contradicting)
    if fresh or contradicting:
        counts = Counter(answer.outcome for _, answer, _ in fresh)
        await audit.append(
            tx, caller, "match_list.answer", f"match-list/{match_list_id}", paper=evidence.paper_number,
            contradicted=len(contradicting), **counts,
        )  # fmt: skip
    return Recorded(len(fresh), len(answers) - len(fresh) - len(contradicting), len(contradicting))


async def _take(
    tx: Tx, caller: Caller, cipher: FieldCipher, listed: Mapping[str, Any], evidence: Evidence, fresh: Sequence[Fresh]
) -> None:
    """Store answers and do what each means."""
    rows = [
        {
            "line_id": line["line_id"],
            "outcome": answer.outcome,
            "answer_sealed": cipher.seal(answer.canonical(), match_lists.LINE),
            "answer_index": index,
        }
        for line, answer, index in fresh
    ]
    await match_lists.store_police_answers(tx, caller, evidence, rows)
    verified = [line for line, answer, _ in fresh if answer.outcome == "verified"]
    await match_lists.stamp_verified(tx, [line["line_id"] for line in verified])
    settled = await open_holds(tx, [line["beneficiary_id"] for line in verified], NOT_FOUND_BY_POLICE)
    await lift_holds(tx, caller, settled, f"{listed['number']}: {evidence.paper_number}")
    note = f"{listed['number']}, {evidence.paper_number}"
    holds = [
        NewHold(line["beneficiary_id"], HOLD_OF[answer.outcome], line["line_id"], _told(answer, note))
        for line, answer, _ in fresh
        if answer.outcome in HOLD_OF
    ]
    await place_holds(tx, caller, holds)
    today = await tx.today()
    await insert_proposals(
        tx,
        [
            NewProposal(
                line["beneficiary_id"], CORRECTION, f"{listed['number']}/{index.hex()[:12]}", today, line["line_id"],
                details={"match_list": listed["number"], "line_no": line["line_no"], **_shown(answer.right)},
            )
            for line, answer, index in fresh
            if answer.outcome == "differs"
        ],
    )  # fmt: skip


def _told(answer: PoliceAnswer, note: str) -> str:
    """The note of a hold: the day and the place, and where the answer stands."""
    said = [f"{answer.on:%d/%m/%Y}" if answer.on else "", answer.place if answer.outcome == "moved" else ""]
    return "; ".join(part for part in (*said, note) if part)[:300]


def _shown(right: Mapping[str, str]) -> dict[str, str]:
    return {name: mask(value) if name == "number" else value for name, value in right.items()}


async def _put_to_review(tx: Tx, cipher: FieldCipher, listed: Mapping[str, Any], contradicting: Sequence[Fresh]) -> None:
    """Keep second answers beside the first, which goes on counting until an officer settles."""
    await match_lists.store_contradictions(
        tx,
        [
            {
                "line_id": line["line_id"],
                "second_sealed": cipher.seal(answer.canonical(), match_lists.LINE),
                "second_index": index,
            }
            for line, answer, index in contradicting
        ],
    )
    today = await tx.today()
    await insert_proposals(
        tx,
        [
            NewProposal(
                line["beneficiary_id"], CONTRADICTION, f"{listed['number']}/{index.hex()[:12]}", today, line["line_id"],
                details={"match_list": listed["number"], "line_no": line["line_no"], "first": line["outcome"],
                         "second": answer.outcome},
            )
            for line, answer, index in contradicting
        ],
    )  # fmt: skip


async def settle_contradiction(
    tx: Tx, caller: Caller, cipher: FieldCipher, match_list_id: UUID, line_no: int, evidence: Evidence | None, note: str
) -> None:
    """Say which of two answers counts: the second, with its evidence, or (no evidence given) the first.

    The second undoes what the first did: its hold is lifted, its stamp and its proposal withdrawn. Refused:
    `unknown-match-list`, `line-not-in-review`.
    """
    listed = await see_match_list(tx, match_list_id)
    line = (await match_lists.lock_lines(tx, match_list_id, [line_no])).get(line_no)
    if line is None:
        raise Refusal(UNKNOWN_MATCH_LIST, f"no line {line_no}")
    if line["state"] != "contradicted":
        raise Refusal(LINE_NOT_IN_REVIEW, f"line {line_no}")
    person, about = line["beneficiary_id"], line["line_id"]
    await settle_proposals(tx, caller, ACCEPTED, note, beneficiary_id=person, kinds=[CONTRADICTION], about=about)
    if evidence is None:
        await match_lists.first_counts(tx, about)
    else:
        await settle_proposals(tx, caller, WITHDRAWN, note, beneficiary_id=person, kinds=[CORRECTION], about=about)
        placed = await open_holds(tx, [person], HOLD_OF[line["outcome"]], about) if line["outcome"] in HOLD_OF else []
        await lift_holds(tx, caller, placed, note)
        await match_lists.unstamp_verified(tx, about)
        second = PoliceAnswer.decode(line_no, cipher.open(line["second_sealed"], match_lists.LINE))
        await _take(tx, caller, cipher, listed, evidence, [(line, second, line["second_index"])])
    counts = "first" if evidence is None else "second"
    await audit.append(tx, caller, "match_list.settle", f"match-list/{match_list_id}", line_no=line_no, counts=counts)
