"""The ways of messages out: a receiver that is down, slow or refuses, a file, or none."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

import orjson
import pytest

from services.provider_gateway.connectors.sms import FileOutbox, HttpSms
from services.provider_gateway.workers.wiring import open_sms
from shared.embedded_postgres import free_port
from shared.settings import read_settings
from tests.gateway.bench import Bench
from tests.gateway.messages_bench import PHONE_NUMBER, messenger, payroll, queued, say, switched, until_done
from tests.gateway.sms_receiver import SmsReceiver


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
