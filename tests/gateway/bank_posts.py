"""What the bank posts, as the tests write it: ISO 20022 messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from services.provider_gateway.domain.chunk import ChunkKey, batch_reference
from tests.gateway.bench import Payroll


def accepted(name: str, references: Iterable[str]) -> str:
    """A pain.002 that says so."""
    lines = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{each}</OrgnlEndToEndId><TxSts>ACCP</TxSts></TxInfAndSts>" for each in references
    )
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>'
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{name}</OrgnlMsgId><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts>"
        f"<OrgnlPmtInfAndSts>{lines}</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"
    )


def moved(name: str, amounts: Mapping[str, int], state: str) -> str:
    """A camt.054: "credited", or "returned"."""
    side, back = ("DBIT", "") if state == "credited" else ("CRDT", "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>")
    lines = "".join(
        f'<Ntry><Amt Ccy="VND">{dong}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><NtryDtls><TxDtls>'
        f"<Refs><MsgId>{name}</MsgId><EndToEndId>{reference}</EndToEndId></Refs>{back}</TxDtls></NtryDtls></Ntry>"
        for reference, dong in amounts.items()
    )
    return (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn><Ntfctn>'
        f"{lines}</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"
    )


def batch(payroll: Payroll) -> str:
    """What the bank calls its file."""
    return batch_reference(ChunkKey(payroll.payroll_id, 1))


def results(payroll: Payroll, state: str, more_dong: int = 0) -> str:
    """A camt.054 of all its payments, each with so much more than was ordered."""
    return moved(batch(payroll), {reference: dong + more_dong for reference, dong in payroll.references.items()}, state)
