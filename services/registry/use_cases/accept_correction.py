"""Another officer accepts what the police has of a person: the record takes it over at a new version, the old one is kept."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.registry.domain.match_lists import CORRECTION, NUMBER_HELD, SAME_OFFICER, PoliceAnswer
from services.registry.domain.people import kind_of_number, name_key, read_birth
from services.registry.domain.proposals import ACCEPTED, UNKNOWN_PROPOSAL
from services.registry.domain.refusals import UNKNOWN_BENEFICIARY
from services.registry.storage import match_lists, people
from services.registry.storage.proposals import settle_proposal
from services.registry.use_cases.decline_proposal import open_proposal
from services.registry.use_cases.publish_changes import publish_changes
from shared import audit
from shared.auth import Caller
from shared.crypto import IDENTITY, FieldCipher
from shared.database import Tx
from shared.kernel.errors import Refusal
from shared.kernel.ids import new_id


async def accept_correction(tx: Tx, caller: Caller, cipher: FieldCipher, proposal_id: UUID, note: str) -> UUID:
    """Take over name, birth, sex and number as the police answered, and stamp the person as verified; who it is.

    Refused: `unknown-proposal` (also one of another kind), `proposal-settled`, `same-officer`, `number-of-another`,
    `unknown-beneficiary` (of another unit by now).
    """
    proposal = await open_proposal(tx, proposal_id)
    line = await match_lists.line_by_id(tx, proposal["about"]) if proposal["kind"] == CORRECTION else None
    if line is None:
        raise Refusal(UNKNOWN_PROPOSAL)
    if (line["recorded_issuer"], line["recorded_subject"]) == (caller.issuer, caller.subject):
        raise Refusal(SAME_OFFICER)
    person: UUID = line["beneficiary_id"]
    answer = PoliceAnswer.decode(line["line_no"], cipher.open(line["answer_sealed"], match_lists.LINE))
    unit_id = await match_lists.correct_person(tx, person, _values(answer.right))
    if unit_id is None:
        raise Refusal(UNKNOWN_BENEFICIARY)
    if "number" in answer.right:
        await _correct_number(tx, cipher, person, unit_id, answer.right["number"])
    await match_lists.stamp_verified(tx, [line["line_id"]])
    await settle_proposal(tx, caller, proposal_id, ACCEPTED, note)
    today = await tx.today()
    paper = line["paper_number"]
    await publish_changes(tx, caller, [person], reason="identity_corrected", effective_from=today, paper_number=paper, note=note)
    payee = await match_lists.payee_of_self(tx, person)
    others = await people.bump_people_of_payees(tx, [payee], but=[person]) if payee else []
    await publish_changes(tx, caller, others, reason="payee_changed", effective_from=today, paper_number=paper)
    await audit.append(
        tx, caller, "beneficiary.correct", f"beneficiary/{person}", proposal_id=proposal_id, fields=sorted(answer.right)
    )
    return person


def _values(right: Any) -> dict[str, Any]:
    birth = read_birth(right.get("birth_date"))
    name = right.get("full_name")
    return {
        "full_name": name,
        "name_key": name_key(name) if name else None,
        "birth_date": birth[0] if birth else None,
        "birth_precision": birth[1] if birth else None,
        "sex": right.get("sex"),
    }


async def _correct_number(tx: Tx, cipher: FieldCipher, person: UUID, unit_id: str, number: str) -> None:
    """The number as a current document in place of one of its kind, and in the payee that the person is."""
    index = cipher.index(number, IDENTITY)
    holder = (await people.holders_of(tx, [index])).get(index)
    if holder is not None and holder.beneficiary_id != person:
        raise Refusal(NUMBER_HELD, f"registered for {holder.code}", code_of_holder=holder.code)
    kind, sealed = kind_of_number(number) or "", cipher.seal(number, IDENTITY)
    if holder is None:
        document = {
            "document_id": new_id(),
            "beneficiary_id": person,
            "unit_id": unit_id,
            "kind": kind,
            "number_sealed": sealed,
            "number_index": index,
            "known_from": await tx.today(),
            "row_id": None,
        }
        await people.close_documents(tx, [document])
        await people.insert_documents(tx, [document])
    await match_lists.correct_number_of_self(tx, person, kind, sealed, index)
