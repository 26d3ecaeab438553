"""Gates as units set them, and what officers took upon themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from services.disbursement.domain.gates import Acceptance, Finding, Gate, SetGate, gates_of
from services.disbursement.domain.payrolls import Payroll, Signatory
from shared.database import Row, Tx
from shared.kernel.ids import new_id

_COLUMNS = "gate_id, unit_id, code, severity, threshold, valid_from, set_subject, set_at"


async def insert(tx: Tx, gate_id: UUID, unit_id: str, gate: Gate, valid_from: date, who: Signatory) -> None:
    """Keep what a unit says of a gate from a day on."""
    await tx.run(
        """INSERT INTO gates (gate_id, unit_id, code, severity, threshold, valid_from, set_issuer, set_subject, set_at)
           VALUES (:gate_id, :unit_id, :code, :severity, :threshold, :valid_from, :issuer, :subject, :at)""",
        gate_id=gate_id,
        unit_id=unit_id,
        code=gate.code,
        severity=gate.severity,
        threshold=gate.threshold,
        valid_from=valid_from,
        issuer=who.issuer,
        subject=who.subject,
        at=who.at,
    )


async def of_authority(tx: Tx, authority_id: str, on: date) -> dict[str, Gate]:
    """The gates that count for an authority on a day. The transaction must see the province's rows."""
    rows = await tx.rows(
        """SELECT g.gate_id, g.code, g.severity, g.threshold, g.valid_from,
                  cardinality(u.path) - array_position(u.path, g.unit_id) AS distance
           FROM units u JOIN gates g ON g.unit_id = ANY(u.path) WHERE u.unit_id = :authority_id""",
        authority_id=authority_id,
    )
    said = (
        SetGate(Gate(row["code"], row["severity"], row["threshold"]), row["distance"], row["valid_from"], row["gate_id"])
        for row in rows
    )
    return gates_of(said, on)


async def page(tx: Tx, after: UUID, limit: int) -> Sequence[Row]:
    """What units said of gates, in the order in which they said it."""
    return await tx.rows(
        f"SELECT {_COLUMNS} FROM gates WHERE gate_id > :after ORDER BY gate_id LIMIT :limit",  # noqa: S608 - constants only
        after=after,
        limit=limit,
    )


async def accept(tx: Tx, payroll: Payroll, finding: Finding, reason: str, issuer: str, subject: str, at: datetime) -> None:
    """Keep that an officer took a finding upon themselves. The database refuses the maker."""
    assert payroll.prepared is not None
    await tx.run(
        """INSERT INTO accepted_findings (acceptance_id, payroll_id, authority_id, code, about, measured, reason, maker_issuer,
               maker_subject, accepted_issuer, accepted_subject, accepted_at)
           VALUES (:acceptance_id, :payroll_id, :authority_id, :code, :about, :measured, :reason, :maker_issuer, :maker_subject,
               :issuer, :subject, :at)""",
        acceptance_id=new_id(),
        payroll_id=payroll.payroll_id,
        authority_id=payroll.authority_id,
        code=finding.code,
        about=finding.about,
        measured=finding.measured,
        reason=reason,
        maker_issuer=payroll.prepared.issuer,
        maker_subject=payroll.prepared.subject,
        issuer=issuer,
        subject=subject,
        at=at,
    )


async def acceptances(tx: Tx, payroll_id: UUID) -> list[Acceptance]:
    """What was accepted of a payroll, oldest first."""
    rows = await tx.rows(
        """SELECT code, about, measured, reason, accepted_subject AS accepted_by FROM accepted_findings
           WHERE payroll_id = :payroll_id ORDER BY acceptance_id""",
        payroll_id=payroll_id,
    )
    return [Acceptance(**row) for row in rows]
