"""The bank's files: what we write is valid and reads back, what we read is taken for what it is worth and can't hurt."""

from __future__ import annotations

import tracemalloc
from collections.abc import Sequence
from datetime import date
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from mockbank import validate
from mockbank.messages import read_pain001

from services.provider_gateway.connectors.protocol import (
    Arrival,
    Batch,
    NotTaken,
    OfAll,
    Order,
    Refused,
    UnreadableWebhook,
    Unsure,
)
from services.provider_gateway.connectors.vietinbank.iso import pain001
from services.provider_gateway.connectors.vietinbank.iso.codes import reason_word, return_word
from services.provider_gateway.connectors.vietinbank.iso.messages import read_parts, read_whole
from services.provider_gateway.connectors.vietinbank.iso.pain001 import Debtor, Transfer, as_bytes, message_ids
from services.provider_gateway.connectors.vietinbank.payments import VietinPayments
from services.provider_gateway.domain.attempt import Said
from tests.sandbox.bank_files import kind_of

DEBTOR = Debtor("CHI TRA", "118000059999", "ICBVVNVX", "ICBVVNVX")
DAY = date(2021, 10, 5)
NS = "urn:iso:std:iso:20022:tech:xsd:"
OUR = "A" * 26
SCHEMA = etree.XMLSchema(etree.parse(str(files("pain001").joinpath("templates/pain.001.001.09/pain.001.001.09.xsd"))))


class Way:
    """A way that keeps what is laid down; some files it answers badly."""

    def __init__(self, *failing: Exception | None) -> None:
        self.laid: dict[str, bytes] = {}
        self._failing = list(failing)

    async def lay(self, message_id: str, content: bytes) -> bytes | None:
        error = self._failing.pop(0) if self._failing else None
        if error is not None:
            raise error
        self.laid[message_id] = content
        return None

    async def status(self, message_id: str) -> bytes | None:
        return None

    async def arrivals(self) -> Sequence[Arrival]:
        return ()

    async def acknowledge(self, name: str) -> None:
        return None


def _pays(way: Way) -> VietinPayments:
    return VietinPayments(way, lambda: DEBTOR)


def _batch(orders: Sequence[Order]) -> Batch:
    return Batch(OUR, "account", DAY, orders)


ORDERS = st.lists(
    st.builds(
        lambda dong, name, note, number: (dong, name, note, number),
        st.integers(1, 10**12),
        st.text(max_size=200),
        st.text(max_size=200),
        st.one_of(st.from_regex(r"[0-9]{6,19}", fullmatch=True), st.text(max_size=25)),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=25, deadline=None)
@given(ORDERS)
async def test_any_mix_of_names_notes_and_amounts_gives_a_valid_file_that_reads_back(
    rows: list[tuple[int, str, str, str]],
) -> None:
    way = Way()
    orders = [Order(f"{n:026d}", dong, name, note, "19753", number) for n, (dong, name, note, number) in enumerate(rows)]
    sent = await _pays(way).pay(_batch(orders))
    refused = {said.reference: said.reason for said in sent.said}
    assert set(refused.values()) <= {"invalid_account", "invalid_request"}
    kept = [order for order in orders if order.reference not in refused]
    assert bool(way.laid) is bool(kept)
    for content in way.laid.values():
        SCHEMA.assertValid(etree.fromstring(content))
        findings = [each for each in validate.validate(content, today=DAY) if each.level == "error"]
        assert findings == [], findings  # by a reader that nobody here wrote
        read = read_pain001(content)
        assert (read.msg_id, read.nb_of_txs, int(read.ctrl_sum)) == (OUR, len(kept), sum(order.amount_dong for order in kept))
        for order, payment in zip(kept, read.payments, strict=True):
            assert (payment.end_to_end_id, payment.creditor_account) == (order.reference, order.account_number)
            assert payment.node["Amt"]["InstdAmt"].minor == order.amount_dong
            assert 1 <= len(payment.creditor_name) <= 140
            (text,) = payment.node["RmtInf"]["Ustrd"]
            assert 1 <= len(text) <= 100
            assert text.isascii()


def test_a_file_holds_at_most_20000() -> None:
    one = Transfer(OUR, 1, "x", "101234567890", "x")
    for count, files_of in ((20_000, [20_000]), (20_001, [20_000, 1]), (45_000, [20_000, 20_000, 5_000])):
        cut = list(message_ids(OUR, [one] * count))
        assert [len(some) for _, some in cut] == files_of
        assert [name for name, _ in cut] == ([OUR] if len(files_of) == 1 else [f"{OUR}-{n + 1}" for n in range(len(files_of))])


async def test_what_is_too_much_for_one_file_goes_into_several_each_with_its_own_fate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pain001, "MAX_TRANSFERS", 50)
    orders = [Order(f"{n:026d}", 1 + n % 7, "NGUYEN THI HOA", "TCXH", "19753", "101234567890") for n in range(197)]
    way = Way(None, NotTaken("throttled"), Unsure("timeout"), Refused("invalid_request"))
    sent = await _pays(way).pay(_batch(orders))
    assert list(way.laid) == [f"{OUR}-1"]
    read = read_pain001(way.laid[f"{OUR}-1"])
    assert (read.nb_of_txs, len(read.payments)) == (50, 50)
    assert int(read.ctrl_sum) == sum(order.amount_dong for order in orders[:50])
    names = [order.reference for order in orders]
    assert sent.not_taken == set(names[50:100])
    assert [said.reference for said in sent.said] == names[150:]  # the third is unknown, the fourth refused


def test_what_is_sent_again_is_the_same_file() -> None:
    transfers = [Transfer(OUR, 360_000, "Nguyễn Thị Hòa", "101234567890", "TCXH")]
    assert as_bytes(OUR, DAY, DEBTOR, transfers) == as_bytes(OUR, DAY, DEBTOR, transfers)


# --- reading


def _report(group: str, transactions: str = "", batch: str = OUR) -> bytes:
    return (
        f'<Document xmlns="{NS}pain.002.001.10"><CstmrPmtStsRpt><OrgnlGrpInfAndSts><OrgnlMsgId>{batch}</OrgnlMsgId>{group}'
        f"</OrgnlGrpInfAndSts><OrgnlPmtInfAndSts>{transactions}</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"
    ).encode()


def _transaction(status: str, code: str = "", dong: str = "", currency: str = "VND") -> str:
    why = f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf>" if code else ""
    amount = f'<OrgnlTxRef><Amt><InstdAmt Ccy="{currency}">{dong}</InstdAmt></Amt></OrgnlTxRef>' if dong else ""
    return f"<TxInfAndSts><OrgnlEndToEndId>{OUR}</OrgnlEndToEndId><TxSts>{status}</TxSts>{why}{amount}</TxInfAndSts>"


@pytest.mark.parametrize(
    ("status", "code", "dong", "outcome", "reason", "amount_dong"),
    [
        ("ACCP", "", "", "accepted", None, None),
        ("PDNG", "", "", "accepted", None, None),
        ("ACSP", "", "360000", "pending", None, None),
        ("ACSC", "", "360000", "paid", None, 360000),
        ("ACCC", "", "360000.00", "paid", None, 360000),
        ("ACCC", "", "360000.50", "paid", None, None),  # no whole đồng: not proof, the life of an attempt makes it pending
        ("ACCC", "", "", "paid", None, None),
        ("RJCT", "AC03", "", "rejected", "invalid_account", None),
        ("RJCT", "AC04", "", "rejected", "invalid_account", None),
        ("RJCT", "AC06", "", "rejected", "locked", None),
        ("RJCT", "AM04", "", "rejected", "insufficient_funds", None),
        ("RJCT", "AM05", "", "rejected", "duplicate", None),
        ("RJCT", "BE01", "", "rejected", "name_mismatch", None),
        ("RJCT", "AG01", "", "rejected", "forbidden", None),
        ("RJCT", "XY99", "", "rejected", "iso_xy99", None),
        ("RJCT", "", "", "rejected", "refused", None),
        ("BLCK", "AC04", "", "unknown", None, None),
        ("CANC", "", "", "unknown", None, None),
        ("rjct", "AC04", "", "unknown", None, None),
    ],
)
def test_a_status_means(status: str, code: str, dong: str, outcome: str, reason: str | None, amount_dong: int | None) -> None:
    notice = read_whole(_report("<GrpSts>PART</GrpSts>", _transaction(status, code, dong)))
    assert [(s.outcome, s.reason, s.amount_dong) for s in notice.said] == [(outcome, reason, amount_dong)]
    assert (notice.batch_reference, notice.of_all) == (OUR, None)


def test_another_currency_is_no_proof() -> None:
    assert read_whole(_report("", _transaction("ACCC", dong="360000", currency="USD"))).said[0].amount_dong is None


def test_the_whole_of_one_of_several_files_says_nothing_of_the_batch() -> None:
    rejected = "<GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>FF01</Cd></Rsn></StsRsnInf>"
    assert read_whole(_report(rejected)).of_all == OfAll("rejected", "invalid_request")
    of_a_part = read_whole(_report(rejected, batch=f"{OUR}-2"))
    assert (of_a_part.batch_reference, of_a_part.of_all) == (OUR, None)


def _entry(side: str, *, status: str = "BOOK", back: str = "", entry: str = "", amount: str = "360000", details: str = "") -> str:
    inner = details or f"<TxDtls><Refs><EndToEndId>{OUR}</EndToEndId></Refs>{back}</TxDtls>"
    return (
        f'<Ntry><Amt Ccy="VND">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>{entry}<Sts><Cd>{status}</Cd></Sts>'
        f"<NtryDtls>{inner}</NtryDtls></Ntry>"
    )


def _statement(entries: str, account: str = "118000059999") -> bytes:
    return (
        f'<Document xmlns="{NS}camt.053.001.08"><BkToCstmrStmt><Stmt><ElctrncSeqNb>7</ElctrncSeqNb>'
        f"<Acct><Id><Othr><Id>{account}</Id></Othr></Id></Acct>"
        '<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="VND">1000000</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
        "<Dt><Dt>2021-10-05</Dt></Dt></Bal>"
        '<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="VND">640000</Amt><CdtDbtInd>DBIT</CdtDbtInd>'
        f"<Dt><Dt>2021-10-05</Dt></Dt></Bal>{entries}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


RETURNED = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"


@pytest.mark.parametrize(
    ("entry", "said", "unclear"),
    [
        (_entry("DBIT"), [("paid", None, 360000)], 0),
        (_entry("CRDT", back=RETURNED), [("returned", "account_closed", 360000)], 0),
        (_entry("CRDT", entry="<RvslInd>true</RvslInd>"), [("returned", "returned", 360000)], 0),
        (_entry("DBIT", status="PDNG"), [("pending", None, None)], 0),
        (_entry("DBIT", status="INFO"), [], 1),
        (_entry("CRDT"), [], 1),  # money in under our reference, and nobody says that it came back
        (_entry("DBIT", back=RETURNED), [], 1),
        (_entry("DBIT", amount="1.5"), [], 2),
        (_entry("DBIT", details="<TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs></TxDtls>"), [], 0),
        ("".join(_entry("DBIT") for _ in range(2)), [("paid", None, 360000)] * 2, 0),
        # One entry for several payments: each must say its own amount.
        (
            _entry(
                "DBIT",
                details=f'<TxDtls><Refs><EndToEndId>{OUR}</EndToEndId></Refs><Amt Ccy="VND">5</Amt></TxDtls>'
                f"<TxDtls><Refs><EndToEndId>{OUR}</EndToEndId></Refs></TxDtls>",
            ),
            [("paid", None, 5)],
            1,
        ),
    ],
)
def test_an_entry_means(entry: str, said: list[tuple[str, str | None, int | None]], unclear: int) -> None:
    notice = read_whole(_statement(entry), "118000059999")
    assert [(s.outcome, s.reason, s.amount_dong) for s in notice.said] == said
    assert notice.statement is not None
    assert notice.statement.unclear == unclear
    assert (notice.statement.sequence_no, notice.statement.day, notice.statement.account) == (7, DAY, "9999")
    assert (notice.statement.opening_dong, notice.statement.closing_dong) == (1_000_000, -640_000)


def test_the_statement_of_another_account_moves_nothing_of_ours() -> None:
    notice = read_whole(_statement(_entry("DBIT"), "999000059999"), "118000059999")
    assert (notice.said, notice.lines) == ([], [])
    assert notice.statement is not None
    assert not notice.statement.is_ours


def test_a_return_by_pacs_004_of_any_version() -> None:
    for version in ("09", "11"):
        content = (
            f'<Document xmlns="{NS}pacs.004.001.{version}"><PmtRtr><OrgnlGrpInf><OrgnlMsgId>{OUR}</OrgnlMsgId></OrgnlGrpInf>'
            f'<TxInf><OrgnlEndToEndId>{OUR}</OrgnlEndToEndId><RtrdIntrBkSttlmAmt Ccy="VND">360000</RtrdIntrBkSttlmAmt>'
            "<RtrRsnInf><Rsn><Cd>MD07</Cd></Rsn></RtrRsnInf></TxInf></PmtRtr></Document>"
        ).encode()
        notice = read_whole(content)
        assert (notice.batch_reference, notice.said) == (OUR, [Said(OUR, "returned", "deceased", 360000)])


_BOMB = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not xml",
        b"<",
        b"\xff\xfe<",
        _statement(_entry("DBIT"))[:-30],
        _statement(_entry("DBIT")).replace(b"camt.053.001.08", b"camt.053.001.02"),
        b"<html><body>Bad gateway</body></html>",
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + _statement(_entry("DBIT")),
        f'<!DOCTYPE x [<!ENTITY a "a">{_BOMB}]><Document xmlns="{NS}camt.054.001.08">&j;</Document>'.encode(),
        _statement(_entry("DBIT")).decode().encode("utf-16"),
        _statement("<Ntry>" * 300),
        _statement(_entry("DBIT")).replace(b"2021-10-05", b"05/10/2021"),
        _statement("").replace(b"<Document", "<À:Document".encode()),
    ],
)
def test_what_is_no_such_message_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableWebhook) as caught:
        list(read_parts(body))
    assert len(str(caught.value)) <= 40  # a word, nothing of the body


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_spoilt_file_is_read_or_unreadable_and_nothing_else(data: st.DataObject) -> None:
    whole = data.draw(
        st.sampled_from([_statement(_entry("DBIT") + _entry("CRDT", back=RETURNED)), _report("", _transaction("ACCC", dong="1"))])
    )
    at = data.draw(st.integers(0, len(whole)))
    spoilt = whole[:at] + data.draw(st.binary(max_size=6)) + whole[at + data.draw(st.integers(0, 6)) :]
    try:
        read_whole(spoilt, "118000059999")
    except UnreadableWebhook:
        return


def test_memory_stays_flat_however_many_entries_there_are() -> None:
    def most_bytes(entries: int, detailed: bool) -> int:
        lines = [f"<TxDtls><Refs><EndToEndId>{n:026d}</EndToEndId></Refs><Amt Ccy='VND'>5</Amt></TxDtls>" for n in range(entries)]
        body = _statement(
            _entry("DBIT", details="".join(lines)) if detailed else "".join(_entry("DBIT", details=each) for each in lines)
        )
        tracemalloc.start()
        assert sum(len(part.said) for part in read_parts(body)) == entries
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    for detailed in (False, True):  # an entry each, or one entry for all
        assert most_bytes(3_000, detailed) < 2 * most_bytes(1_000, detailed)


def test_codes_keep_their_name_where_nobody_knows_them() -> None:
    assert (reason_word("AG07"), reason_word(None), reason_word("<x>")) == ("iso_ag07", "refused", "refused")
    assert (return_word("AC04"), return_word("FOCR"), return_word(None)) == ("account_closed", "iso_focr", "returned")


def test_the_tests_own_reader_knows_the_messages() -> None:
    assert kind_of(_statement("")) == "camt.053.001.08"
