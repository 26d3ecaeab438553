"""Commune lists: made, sent in by commune officers, answered row by row, confirmed."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from console.demo.api import Officer, Staff
from console.demo.province.lists import CommuneList, write_lists
from console.demo.province.model import Province
from console.demo.province.people import make_province
from console.demo.stage import Stage
from shared.kernel.units import Unit

AT_ONCE = 4
ROUNDS = 4
"""An officer's correction is checked again and may need a second look; after that the row is accepted as it stands."""


@dataclass(slots=True)
class ImportTally:
    """What came of the lists."""

    rows: Counter[str] = field(default_factory=Counter)
    answered: int = 0
    confirmed: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Listed:
    """The people of the province, and the lists that name them."""

    province: Province
    lists: list[CommuneList]


async def make_lists(beneficiaries: int, out: Path, seed: int, progress: Callable[[int, int], None]) -> Listed:
    """Make the people and write the 141 lists into `out`: no platform is needed for it, so it can be started before one."""

    def make() -> Listed:
        province = make_province(beneficiaries, seed)
        return Listed(province, write_lists(province, out, seed, progress))

    return await asyncio.to_thread(make)


async def know_accounts(stage: Stage, province: Province) -> None:
    """Accounts that families had before: the providers know them already, by their holders' names and numbers."""
    accounts = []
    for person in province.persons:
        holder, identity = (
            (person.payee.full_name, person.payee.national_id) if person.payee else (person.full_name, person.national_id)
        )
        number = person.account_number if person.channel == "vietinbank" else None
        if number:
            accounts.append(
                {"provider": person.channel, "account_number": number, "holder_name": holder, "identity_number": identity}
            )
    for start in range(0, len(accounts), 5000):
        await stage.sandbox.ask("POST", "/admin/accounts", json={"accounts": accounts[start : start + 5000]})


async def import_lists(
    staff: Staff, lists: list[CommuneList], communes: dict[str, Unit], progress: Callable[[int, int], None]
) -> ImportTally:
    """Import all lists, some at once."""
    tally = ImportTally()
    done = 0
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(commune_list: CommuneList) -> None:
        nonlocal done
        async with gate:
            officer = staff.officer("commune_officer", communes[commune_list.commune_code].unit_id)
            await _import_one(officer, commune_list, tally)
        done += 1
        progress(done, len(lists))

    await asyncio.gather(*(one(commune_list) for commune_list in lists))
    return tally


async def _import_one(officer: Officer, commune_list: CommuneList, tally: ImportTally) -> None:
    content = await asyncio.to_thread(commune_list.path.read_bytes)
    view = await officer.post("registry", "/v1/imports", files={"file": (commune_list.path.name, content)})
    for status in ("accepted", "review", "rejected"):
        tally.rows[status] += view["rows"][status]
    truth = {row["row"]: row for row in commune_list.truth}
    for round_no in range(ROUNDS):
        answers = await _answers(officer, view, truth, round_no) if view["unanswered"] else []
        if not answers:
            break
        tally.answered += len(answers) if round_no == 0 else 0
        view = await officer.post("registry", f"/v1/imports/{view['import_id']}/answers", {"answers": answers})
    confirmed = await officer.post("registry", f"/v1/imports/{view['import_id']}/confirm")
    tally.confirmed.update({name: count for name, count in confirmed.items() if isinstance(count, int)})


async def _answers(officer: Officer, view: dict[str, Any], truth: dict[int, Any], round_no: int) -> list[dict[str, Any]]:
    """What the officer says of each row that waits: the truth, as one who knows the village would."""
    answers = []
    for status in ("review", "rejected"):
        if not view["rows"][status]:
            continue
        async for row in officer.pages("registry", f"/v1/imports/{view['import_id']}/rows", status=status):
            if row.get("answer") is not None:
                continue
            known = truth.get(row["row"], {}).get("answer") or {"action": "accept"}
            if round_no > 0 and known["action"] == "correct":
                known = {"action": "accept"}  # corrected before, and looked at once more
            if status == "rejected" and known["action"] == "accept":
                known = {"action": "drop"}  # nothing that can be accepted
            answers.append({"row_id": row["row_id"], **known})
    return answers
