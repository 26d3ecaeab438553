"""Messages to payees, over a real database, the real sandbox and a real HTTP receiver: each payment and outcome once."""

from __future__ import annotations

import asyncio
import random
import stat
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID

import httpx
import orjson
import pytest

from services.provider_gateway.connectors.sms import FileOutbox, HttpSms, SmsPort
from services.provider_gateway.domain.attempt import Outcome, Said
from services.provider_gateway.domain.chunk import ChunkKey
from services.provider_gateway.domain.schedule import SANDBOX
from services.provider_gateway.storage import chunks
from services.provider_gateway.use_cases.record_answers import close_settling, open_settling
from services.provider_gateway.workers.messenger import Messenger
from services.provider_gateway.workers.wiring import open_sms
from shared.crypto import PHONE
from shared.embedded_postgres import free_port
from shared.kernel.ids import new_id
from shared.settings import read_settings
from tests.conftest import Tokens
from tests.gateway.bench import COMMUNES, Bench, Payroll
from tests.gateway.sms_receiver import SmsReceiver

PHONE_NUMBER = "+84912345678"


@pytest.fixture
def receiver() -> Iterator[SmsReceiver]:
    """An SMS gateway."""
    made = SmsReceiver()
    yield made
    made.stop()


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """The key that it knows us by."""
    path = tmp_path / "sms.key"
    path.write_text("secret-key\n")
    return path


@pytest.fixture
async def http(receiver: SmsReceiver, key_file: Path) -> AsyncIterator[HttpSms]:
    """The way to it, with little patience."""
    made = HttpSms(receiver.url, key_file, 0.3)
    yield made
    await made.close()


def messenger(bench: Bench, port: SmsPort | None) -> Messenger:
    return Messenger(bench.service.database, port, bench.cipher, SANDBOX, diacritics=False)


async def switched(bench: Bench, port: SmsPort | None) -> Messenger:
    """A messenger that has started, and left over from no other test."""
    await bench.fetch("UPDATE messages SET state = 'failed', next_try_at = NULL WHERE state = 'waiting'")
    made = messenger(bench, port)
    assert await made.step() == 0
    return made


async def payroll(bench: Bench, payments: int = 3, *, phones: bool = True, provider: str = "viettelpay") -> Payroll:
    """Sent and accepted, nothing settled; the payees have phones."""
    made = await bench.payroll(provider, "wallet" if provider == "viettelpay" else "cash", payments)
    if phones:
        records = [bench.record(made, line) for line in made.lines]
        for record in records:
            record["payee"]["phone_sealed"] = bench.cipher.seal(PHONE_NUMBER, PHONE)
        await bench.hear("registry", "beneficiaries_changed", {"records": records})
    bench.run("sender")
    await bench.until_answered([made])
    await bench.halt("sender")
    return made


async def say(bench: Bench, made: Payroll, outcome: Outcome, *, reason: str | None = None, only: int | None = None) -> None:
    """The provider says an outcome of the payments, as a webhook would."""
    said = [Said(reference, outcome, reason, dong) for reference, dong in list(made.references.items())[:only]]
    async with bench.service.database.transaction() as tx:
        settling = await open_settling(tx, await chunks.lock_chunk(tx, ChunkKey(made.payroll_id, 1)))
        settling.hear(said)
        await close_settling(tx, settling, "webhook")


async def queued(bench: Bench, made: Payroll) -> list[tuple[str, str, str | None]]:
    """Kind, state and why of the payroll's messages."""
    rows = await bench.fetch(
        """SELECT m.kind, m.state, m.why FROM messages m JOIN attempts a ON a.payment_id = m.about
           WHERE a.payroll_id = $1 ORDER BY m.message_id""",
        made.payroll_id,
    )
    return [(row["kind"], row["state"], row["why"]) for row in rows]


async def until_done(bench: Bench, sender: Messenger, made: Payroll) -> None:
    """Step until nothing of the payroll waits."""
    deadline = time.monotonic() + 30
    while any(state == "waiting" for _, state, _ in await queued(bench, made)):
        await sender.step()
        assert time.monotonic() < deadline, await queued(bench, made)
        await asyncio.sleep(0.05)


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


async def test_a_receiver_that_is_down_is_tried_until_it_is_there(bench: Bench, key_file: Path) -> None:
    port = free_port()
    way = HttpSms(f"http://127.0.0.1:{port}/sms", key_file, 0.3)
    sender = await switched(bench, way)
    made = await payroll(bench, 2)
    await say(bench, made, "paid")
    assert await sender.step() == 2
    assert await queued(bench, made) == [("paid", "waiting", "ConnectError")] * 2
    receiver = SmsReceiver(port)
    await until_done(bench, sender, made)
    receiver.stop()
    await way.close()
    assert len(receiver.taken) == 2


@pytest.mark.parametrize("status", [500, 503, 429, 401, 404])
async def test_what_is_no_answer_to_the_message_is_tried_again(
    status: int, bench: Bench, receiver: SmsReceiver, http: HttpSms
) -> None:
    sender = await switched(bench, http)
    made = await payroll(bench, 1)
    await say(bench, made, "paid")
    receiver.status = status
    assert await sender.step() == 1
    assert await queued(bench, made) == [("paid", "waiting", f"http_{status}")]
    assert await sender.step() == 0, "not at once"
    receiver.status = 202
    await until_done(bench, sender, made)
    assert await queued(bench, made) == [("paid", "sent", None)]
    assert len({message_id for message_id, _ in receiver.posts}) == 1


async def test_a_refused_message_is_given_up(bench: Bench, receiver: SmsReceiver, http: HttpSms) -> None:
    sender = await switched(bench, http)
    made = await payroll(bench, 1)
    await say(bench, made, "paid")
    receiver.status = 422
    await until_done(bench, sender, made)
    assert await queued(bench, made) == [("paid", "failed", "http_422")]
    assert len(receiver.posts) == 1


async def test_a_slow_receiver_takes_it_once_though_it_is_sent_twice(bench: Bench, receiver: SmsReceiver, http: HttpSms) -> None:
    sender = await switched(bench, http)
    made = await payroll(bench, 1)
    await say(bench, made, "paid")
    receiver.slow_seconds = 0.6
    assert await sender.step() == 1
    assert await queued(bench, made) == [("paid", "waiting", "ReadTimeout")]
    receiver.slow_seconds = 0.0
    await until_done(bench, sender, made)
    assert len(receiver.taken) == 1
    assert len(receiver.posts) == 2


async def test_without_a_key_nothing_leaves(bench: Bench, receiver: SmsReceiver, tmp_path: Path) -> None:
    way = HttpSms(receiver.url, tmp_path / "none.key", 0.3)
    sender = await switched(bench, way)
    made = await payroll(bench, 1)
    await say(bench, made, "paid")
    assert await sender.step() == 1
    assert await queued(bench, made) == [("paid", "waiting", "no_key")]
    assert receiver.posts == []
    await way.close()


async def test_off_means_off(bench: Bench, receiver: SmsReceiver, http: HttpSms) -> None:
    on = await switched(bench, http)
    waiting = await payroll(bench, 1)
    await say(bench, waiting, "paid")
    off = messenger(bench, None)
    assert await off.step() == 0
    made = await payroll(bench, 1)
    await say(bench, made, "paid")
    assert await queued(bench, made) == []
    assert await queued(bench, waiting) == [("paid", "waiting", None)]
    assert receiver.posts == []
    await until_done(bench, on, waiting)


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


async def test_two_workers_send_each_message_once(bench: Bench, receiver: SmsReceiver, http: HttpSms) -> None:
    one, two = await switched(bench, http), messenger(bench, http)
    made = await payroll(bench, 40)
    await say(bench, made, "paid")
    await asyncio.gather(one.step(), two.step())
    await until_done(bench, one, made)
    assert len(receiver.posts) == len(receiver.taken) == 40


async def test_the_file_outbox_is_for_its_owner_alone(bench: Bench, tmp_path: Path) -> None:
    folder = tmp_path / "sms-outbox"
    sender = await switched(bench, FileOutbox(folder))
    made = await payroll(bench, 5, provider="vnpost")
    await say(bench, made, "unclaimed")
    await until_done(bench, sender, made)
    (file,) = folder.iterdir()
    lines = [orjson.loads(line) for line in file.read_bytes().splitlines()]
    assert len({line["message_id"] for line in lines}) == 5
    assert all("tai Buu dien chua duoc linh" in line["text"] and line["to"] == PHONE_NUMBER for line in lines)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


async def test_a_folder_that_cannot_be_written_is_tried_again(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    sender = await switched(bench, FileOutbox(tmp_path / "taken" / "sms-outbox"))
    made = await payroll(bench, 1)
    await say(bench, made, "paid")
    assert await sender.step() == 1
    assert await queued(bench, made) == [("paid", "waiting", "NotADirectoryError")]
    again = messenger(bench, FileOutbox(tmp_path / "sms-outbox"))
    await until_done(bench, again, made)


async def test_no_phone_stands_in_clear_in_the_database(bench: Bench, http: HttpSms) -> None:
    sender = await switched(bench, http)
    made = await payroll(bench, 1)
    await say(bench, made, "paid")
    await until_done(bench, sender, made)
    for table in ("messages", "payees", "outbox"):
        rows = await bench.fetch(f"SELECT t::text AS row FROM {table} t")
        assert rows
        assert not any(PHONE_NUMBER in row["row"] for row in rows), table


def test_the_settings_say_which_way(tmp_path: Path) -> None:
    home = {"CHITRA_HOME": str(tmp_path)}
    assert open_sms(read_settings(home)) is None, "off until a province turns it on"
    assert isinstance(open_sms(read_settings({**home, "CHITRA_ENV": "test"})), FileOutbox)
    http = read_settings({**home, "CHITRA_SMS": "http", "CHITRA_SMS_URL": "https://sms.example/"})
    assert isinstance(open_sms(http), HttpSms)
