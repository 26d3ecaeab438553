"""What the bank writes: pain.002.001.10, camt.054.001.08 and camt.053.001.08."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from xml.sax.saxutils import escape

from services.provider_gateway.sandbox.books.enquiries import Entry
from services.provider_gateway.sandbox.books.statements import DayOfAccount
from services.provider_gateway.sandbox.records import Outcome

BIC = "ICBVVNVX"
ACCOUNT = "118000059999"

_FAMILY = "urn:iso:std:iso:20022:tech:xsd:"
_REFUSALS = {"invalid_account": "AC03", "locked": "AC06", "name_mismatch": "BE01", "limit": "AM02", "insufficient_funds": "AM04"}
_ACCOUNT_XML = f"<Acct><Id><Othr><Id>{ACCOUNT}</Id></Othr></Id><Ccy>VND</Ccy></Acct>"


def status_report(batch_reference: str, outcomes: Sequence[Outcome]) -> str:
    """pain.002: where payments stand. A returned one was credited: that it came back is said by camt.054."""
    statuses = {_status(outcome) for outcome in outcomes}
    group = next(iter(statuses)) if len(statuses) == 1 else "PART"
    body = "".join(_transaction(outcome) for outcome in outcomes)
    return _report(batch_reference, group, "", f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{escape(batch_reference)}</OrgnlPmtInfId>"
                   f"{body}</OrgnlPmtInfAndSts>")  # fmt: skip


def duplicate_report(batch_reference: str) -> str:
    """pain.002: the file had come before; what became of that one is not said."""
    return _report(batch_reference, "RJCT", _reason("DU01"), "")


def acceptance(batch_reference: str, references: Iterable[str]) -> str:
    """pain.002: these payments were taken."""
    body = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{each}</OrgnlEndToEndId><TxSts>ACCP</TxSts></TxInfAndSts>" for each in references
    )
    return _report(batch_reference, "ACCP", "", f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{escape(batch_reference)}</OrgnlPmtInfId>"
                   f"{body}</OrgnlPmtInfAndSts>")  # fmt: skip


def notification(batch_reference: str, outcomes: Sequence[Outcome]) -> str:
    """camt.054: debits for what was paid, credits for what came back."""
    now = _now()
    entries = "".join(
        _entry(o.reference, o.amount_dong, o.state == "returned", o.booked_on or now[:10], "", batch_reference) for o in outcomes
    )
    return (
        f'<Document xmlns="{_FAMILY}camt.054.001.08"><BkToCstmrDbtCdtNtfctn>'
        f"<GrpHdr><MsgId>{_id(batch_reference)}</MsgId><CreDtTm>{now}</CreDtTm></GrpHdr>"
        f"<Ntfctn><Id>{_id(batch_reference)}</Id><CreDtTm>{now}</CreDtTm>{_ACCOUNT_XML}{entries}</Ntfctn>"
        "</BkToCstmrDbtCdtNtfctn></Document>"
    )


def statement(day: date, head: DayOfAccount, entries: Sequence[Entry], page: int, is_last: bool) -> str:
    """camt.053 of a day that is over, or a page of it."""
    name = f"VTB-{day.isoformat()}-{page}"
    lines = "".join(_entry(e.reference, e.amount_dong, e.kind == "return", e.booked_on, str(e.entry), None) for e in entries)
    return (
        f'<Document xmlns="{_FAMILY}camt.053.001.08"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>{name}</MsgId><CreDtTm>{day.isoformat()}T23:59:59+07:00</CreDtTm></GrpHdr>"
        f"<Stmt><Id>{name}</Id>"
        f"<StmtPgntn><PgNb>{page}</PgNb><LastPgInd>{'true' if is_last else 'false'}</LastPgInd></StmtPgntn>"
        f"<ElctrncSeqNb>{head.number}</ElctrncSeqNb><CreDtTm>{day.isoformat()}T23:59:59+07:00</CreDtTm>{_ACCOUNT_XML}"
        f"{_balance('OPBD', head.opening_dong, day)}{_balance('CLBD', head.closing_dong, day)}{lines}</Stmt>"
        "</BkToCstmrStmt></Document>"
    )


def _report(batch_reference: str, group: str, reason: str, body: str) -> str:
    return (
        f'<Document xmlns="{_FAMILY}pain.002.001.10"><CstmrPmtStsRpt>'
        f"<GrpHdr><MsgId>{_id(batch_reference)}</MsgId><CreDtTm>{_now()}</CreDtTm>"
        f"<DbtrAgt><FinInstnId><BICFI>{BIC}</BICFI></FinInstnId></DbtrAgt></GrpHdr>"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{escape(batch_reference)}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>"
        f"<GrpSts>{group}</GrpSts>{reason}</OrgnlGrpInfAndSts>{body}</CstmrPmtStsRpt></Document>"
    )


def _status(outcome: Outcome) -> str:
    match outcome.state:
        case "credited" | "returned":
            return "ACCC"
        case "refused" | "duplicate":
            return "RJCT"
        case _:
            return "ACCP"


def _transaction(outcome: Outcome) -> str:
    status = _status(outcome)
    reason = (
        _reason("AM05" if outcome.state == "duplicate" else _REFUSALS.get(outcome.reason or "", "NARR"))
        if status == "RJCT"
        else ""
    )
    amount = (
        f'<OrgnlTxRef><Amt><InstdAmt Ccy="VND">{outcome.amount_dong}</InstdAmt></Amt></OrgnlTxRef>' if status == "ACCC" else ""
    )
    reference = f"<OrgnlEndToEndId>{outcome.reference}</OrgnlEndToEndId>"
    return f"<TxInfAndSts>{reference}<TxSts>{status}</TxSts>{reason}{amount}</TxInfAndSts>"


def _reason(code: str) -> str:
    return f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf>"


def _entry(reference: str, amount_dong: int, came_back: bool, booked_on: str, entry: str, batch_reference: str | None) -> str:
    side, family, sub = ("CRDT", "ICDT", "RRTN") if came_back else ("DBIT", "ICDT", "DMCT")
    amount = f'<Amt Ccy="VND">{amount_dong}</Amt><CdtDbtInd>{side}</CdtDbtInd>'
    named = f"<NtryRef>{entry}</NtryRef>" if entry else ""
    batch = f"<MsgId>{escape(batch_reference)}</MsgId>" if batch_reference else ""
    back = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>" if came_back else ""
    return (
        f"<Ntry>{named}{amount}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{booked_on}</Dt></BookgDt>"
        f"<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{family}</Cd><SubFmlyCd>{sub}</SubFmlyCd></Fmly></Domn></BkTxCd>"
        f"<NtryDtls><TxDtls><Refs>{batch}<EndToEndId>{reference}</EndToEndId></Refs>{amount}{back}</TxDtls></NtryDtls></Ntry>"
    )


def _balance(code: str, amount_dong: int, day: date) -> str:
    side = "CRDT" if amount_dong >= 0 else "DBIT"
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="VND">{abs(amount_dong)}</Amt>'
        f"<CdtDbtInd>{side}</CdtDbtInd><Dt><Dt>{day.isoformat()}</Dt></Dt></Bal>"
    )


def _id(batch_reference: str) -> str:
    return f"VTB-{escape(batch_reference)}"[:35]


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
