"""Messages to payees, over a real database, the real sandbox and a real HTTP receiver: each payment and outcome once."""

from __future__ import annotations

import random
from uuid import UUID

import httpx
import pytest

from services.provider_gateway.connectors.sms import HttpSms
from services.provider_gateway.domain.attempt import Outcome, Said
from services.provider_gateway.domain.chunk import ChunkKey
from services.provider_gateway.storage import chunks
from services.provider_gateway.use_cases.record_answers import close_settling, open_settling
from shared.crypto import PHONE
from shared.kernel.ids import new_id
from tests.conftest import Tokens
from tests.gateway.bench import COMMUNES, Bench
from tests.gateway.messages_bench import PHONE_NUMBER, messenger, payroll, queued, say, switched, until_done
from tests.gateway.sms_receiver import SmsReceiver


async def test_a_credit_is_told_once_however_often_it_is_said(bench: Bench, receiver: SmsReceiver, http: HttpSms) -> None:
    sender = await switched(bench, http)
    made = await payroll(bench)
    for _ in range(3):
        await say(bench, made, "paid")
    await until_done(bench, sender, made)
    assert await sender.step() == 0
    assert await queued(bench, made) == [("paid", "sent", None)] * 3
    assert len(receiver.posts) == len(receiver.taken) == 3
    assert {key for _, key in receiver.posts} == {"Bearer secret-key"}
    texts = {sms["text"] for sms in receiver.taken.values()}
    assert all(sms["to"] == PHONE_NUMBER for sms in receiver.taken.values())
    assert all(text.startswith("TCXH thang 10/2021: 36") and "ViettelPay" in text for text in texts)
    assert not any("HUE" in text or "Nguy" in text for text in texts)


async def test_words_in_any_order_tell_each_payment_and_outcome_once(bench: Bench, receiver: SmsReceiver, http: HttpSms) -> None:
    sender = await switched(bench, http)
    words: list[tuple[Outcome, str | None]] = [("paid", None), ("returned", "locked"), ("paid", None), ("returned", None)]
    for seed in range(4):
        made = await payroll(bench, 2)
        random.Random(seed).shuffle(words)
        for outcome, reason in words:
            await say(bench, made, outcome, reason=reason)
        await until_done(bench, sender, made)
        kinds = [kind for kind, _, _ in await queued(bench, made)]
        assert len(kinds) <= 4
        assert kinds.count("returned") == 2, "it came back, whenever that was said"
        assert kinds.count("paid") in (0, 2)
    assert all("locked" not in sms["text"] for sms in receiver.taken.values())


async def test_a_refusal_is_told_without_its_reason(bench: Bench, receiver: SmsReceiver, http: HttpSms) -> None:
    sender = await switched(bench, http)
    made = await payroll(bench, 1)
    await say(bench, made, "rejected", reason="name_mismatch")
    await until_done(bench, sender, made)
    (sms,) = receiver.taken.values()
    assert "chua chuyen duoc qua ViettelPay, se duoc chi lai" in sms["text"]
    assert "ten" not in sms["text"].split()


async def test_who_has_no_phone_is_listed_for_the_commune(
    bench: Bench, receiver: SmsReceiver, http: HttpSms, tokens: Tokens
) -> None:
    sender = await switched(bench, http)
    made = await payroll(bench, 3, phones=False)
    await say(bench, made, "paid")
    assert await sender.step() == 0
    assert await queued(bench, made) == [("paid", "no_phone", None)] * 3
    assert receiver.posts == []
    async with httpx.AsyncClient(base_url=bench.url) as client:

        async def page(*units: str, **query: str) -> list[dict[str, object]]:
            headers = {"Authorization": f"Bearer {tokens('operations', *units)}"}
            answer = await client.get("/v1/messages", params={"state": "no_phone", **query}, headers=headers)
            return list(answer.json()["items"])

        ids = {str(line["payment_id"]) for line in made.lines}
        assert {item["about"] for item in await page()} == ids
        of_commune = await page(str(made.lines[0]["unit_id"]))
        assert [item["about"] for item in of_commune] == [str(made.lines[0]["payment_id"])]
        assert await page("480@2021-07-01") == []
        assert len(await page(about=str(made.lines[1]["payment_id"]))) == 1
        assert "phone_sealed" not in of_commune[0]
        headers = {"Authorization": f"Bearer {tokens('operations')}"}
        assert (await client.get("/v1/messages?cursor=x", headers=headers)).json()["code"] == "wrong-cursor"
        maker = {"Authorization": f"Bearer {tokens('maker')}"}
        assert (await client.get("/v1/messages", headers=maker)).json()["code"] == "not-allowed"


async def test_a_change_is_told_to_the_old_and_the_new_holder_once(bench: Bench, receiver: SmsReceiver, http: HttpSms) -> None:
    sender = await switched(bench, http)
    old, new, nobody = ({"notice_id": str(new_id()), "payee_id": str(new_id()), "unit_id": COMMUNES[0]} for _ in range(3))
    notices: list[dict[str, object]] = [
        {**old, "kind": "payee_ended", "phone_sealed": bench.cipher.seal("0911111111", PHONE)},
        {**new, "kind": "payee_begun", "phone_sealed": bench.cipher.seal("0922222222", PHONE)},
        {**nobody, "kind": "account_begun", "phone_sealed": None},
        {**nobody, "kind": "something_new", "phone_sealed": None},
    ]
    for _ in range(2):
        await bench.hear("registry", "notices_queued", {"notices": notices})
    assert await sender.step() == 2
    assert await sender.step() == 0
    assert {sms["to"]: sms["text"].split(".")[0] for sms in receiver.taken.values()} == {
        "0911111111": "TCXH: ong/ba khong con nhan thay khoan tien nay",
        "0922222222": "TCXH: tu nay ong/ba la nguoi nhan tien",
    }
    rows = await bench.fetch("SELECT kind, state FROM messages WHERE about = $1", UUID(str(nobody["notice_id"])))
    assert [tuple(row) for row in rows] == [("account_begun", "no_phone")]
    off = messenger(bench, None)
    assert await off.step() == 0
    later = {**notices[0], "notice_id": str(new_id())}
    await bench.hear("registry", "notices_queued", {"notices": [later]})
    assert not await bench.fetch("SELECT FROM messages WHERE about = $1", UUID(str(later["notice_id"])))


async def test_what_is_days_old_is_not_told_any_more(bench: Bench, receiver: SmsReceiver, http: HttpSms) -> None:
    sender = await switched(bench, http)
    made = await payroll(bench, 1)
    await say(bench, made, "paid")
    await bench.fetch("UPDATE messages SET made_at = made_at - interval '4 days' WHERE about = $1", made.lines[0]["payment_id"])
    await until_done(bench, sender, made)
    assert await queued(bench, made) == [("paid", "failed", "too_old")]
    assert receiver.posts == []


async def test_an_outcome_that_is_undone_is_not_told(bench: Bench, http: HttpSms) -> None:
    await switched(bench, http)
    made = await payroll(bench, 1)
    with pytest.raises(RuntimeError):
        async with bench.service.database.transaction() as tx:
            settling = await open_settling(tx, await chunks.lock_chunk(tx, ChunkKey(made.payroll_id, 1)))
            settling.hear([Said(reference, "paid", None, dong) for reference, dong in made.references.items()])
            await close_settling(tx, settling, "webhook")
            raise RuntimeError("the transaction fails")
    assert await queued(bench, made) == []
