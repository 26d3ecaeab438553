"""The bank's files as a client has them, from docs/providers/vietinbank.md; shares no code with sandbox or gateway."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any
from xml.sax.saxutils import escape

_STATES = {"ACCP": "accepted", "ACCC": "credited", "RJCT": "refused"}
_DUPLICATES = ("DU01", "AM05")


def pain001(batch: dict[str, Any]) -> bytes:
    """A batch as a file."""
    transfers = "".join(
        f"<CdtTrfTxInf><PmtId><EndToEndId>{p['reference']}</EndToEndId></PmtId>"
        f'<Amt><InstdAmt Ccy="{p.get("currency", "VND")}">{p["amount_dong"]}</InstdAmt></Amt>'
        f"<CdtrAgt><FinInstnId><BICFI>ICBVVNVX</BICFI></FinInstnId></CdtrAgt><Cdtr><Nm>{escape(p['account_name'])}</Nm></Cdtr>"
        f"<CdtrAcct><Id><Othr><Id>{p['account_number']}</Id></Othr></Id></CdtrAcct>"
        f"<RmtInf><Ustrd>{escape(p['text'])}</Ustrd></RmtInf>{p.get('more', '')}</CdtTrfTxInf>"
        for p in batch["payments"]
    )
    totals = f"<NbOfTxs>{batch['number_of_payments']}</NbOfTxs><CtrlSum>{batch['total_amount_dong']}</CtrlSum>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn>'
        f"<GrpHdr><MsgId>{batch['batch_reference']}</MsgId><CreDtTm>2021-10-01T08:00:00+07:00</CreDtTm>{totals}"
        "<InitgPty><Nm>SO LDTBXH</Nm></InitgPty></GrpHdr>"
        f"<PmtInf><PmtInfId>{batch['batch_reference']}</PmtInfId><PmtMtd>TRF</PmtMtd><BtchBookg>false</BtchBookg>{totals}"
        "<ReqdExctnDt><Dt>2021-10-01</Dt></ReqdExctnDt><Dbtr><Nm>SO LDTBXH</Nm></Dbtr>"
        f"<DbtrAcct><Id><Othr><Id>{batch['debit_account']}</Id></Othr></Id><Ccy>VND</Ccy></DbtrAcct>"
        "<DbtrAgt><FinInstnId><BICFI>ICBVVNVX</BICFI></FinInstnId></DbtrAgt><ChrgBr>DEBT</ChrgBr>"
        f"{transfers}</PmtInf></CstmrCdtTrfInitn></Document>"
    ).encode()


def read_report(content: bytes) -> dict[str, Any]:
    """A pain.002: the file's state, and its payments'."""
    root = _root(content, "pain.002.001.10")
    group = root.find(".//OrgnlGrpInfAndSts")
    assert group is not None
    results = []
    for one in root.iter("TxInfAndSts"):
        state, reason, amount = _STATES[one.findtext("TxSts", "")], one.findtext(".//Rsn/Cd"), one.find(".//InstdAmt")
        results.append(
            {
                "reference": one.findtext("OrgnlEndToEndId"),
                "state": "duplicate" if reason in _DUPLICATES else state,
                "reason": reason,
                "amount_dong": None if amount is None else int(amount.text or ""),
            }
        )
    duplicate = group.findtext(".//Rsn/Cd") in _DUPLICATES
    return {
        "batch_reference": group.findtext("OrgnlMsgId"),
        "state": "duplicate" if duplicate else "taken",
        "group": group.findtext("GrpSts"),
        "results": results,
    }


def read_entries(content: bytes, message: str) -> list[dict[str, Any]]:
    """The entries of a camt.053 or camt.054."""
    return [
        {
            "reference": entry.findtext(".//EndToEndId"),
            "amount_dong": int(entry.findtext("Amt", "")),
            "kind": {"DBIT": "credit", "CRDT": "return"}[entry.findtext("CdtDbtInd", "")],
            "reason": entry.findtext(".//RtrInf/Rsn/Cd"),
        }
        for entry in _root(content, message).iter("Ntry")
    ]


def statement_head(content: bytes) -> dict[str, Any]:
    """Number, page and balances of a camt.053."""
    root = _root(content, "camt.053.001.08")
    balances = {
        balance.findtext(".//Cd"): int(balance.findtext("Amt", "")) * (1 if balance.findtext("CdtDbtInd") == "CRDT" else -1)
        for balance in root.iter("Bal")
    }
    return {
        "number": int(root.findtext(".//ElctrncSeqNb", "")),
        "last": root.findtext(".//LastPgInd") == "true",
        "opening_dong": balances["OPBD"],
        "closing_dong": balances["CLBD"],
    }


def kind_of(content: bytes) -> str:
    """Which message it is."""
    return ET.fromstring(content).tag.partition("xsd:")[2].partition("}")[0]


def _root(content: bytes, message: str) -> ET.Element:
    assert kind_of(content) == message
    root = ET.fromstring(content)
    for element in root.iter():
        element.tag = element.tag.partition("}")[2]
    return root
