"""What a careful officer reads in a list: the content of the `.truth.json` files."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypedDict, cast

import orjson

from console.demo.province.faults import Entry, Expect
from console.demo.province.model import Channel, NumberKind, Person, Sex
from console.demo.province.profiles import ProfileName


class TruthPayee(TypedDict):
    """The payee of a row."""

    full_name: str
    national_id: str
    relationship: str


class TruthRecord(TypedDict):
    """A person in the form of the truth files. `birth_date` is `1931` or `1931-05-14`; a wallet's account is its phone."""

    children_count: int | None
    full_name: str
    sex: Sex
    birth_date: str
    national_id: str
    national_id_kind: NumberKind
    ethnicity: str
    commune_code: str
    village: str
    category: str
    phone: str | None
    channel: Channel
    account_number: str | None
    payee: TruthPayee | None


class Answer(TypedDict, total=False):
    """What the officer answers to a row in review, or enters anew for a rejected one: `record` goes with `correct`."""

    action: Literal["correct", "drop"]
    record: TruthRecord


class TruthRow(TypedDict, total=False):
    """A row of the truth. All of the record's fields are there unless the row stands for nobody (a second row)."""

    children_count: int | None
    full_name: str
    sex: Sex
    birth_date: str
    national_id: str
    national_id_kind: NumberKind
    ethnicity: str
    commune_code: str
    village: str
    category: str
    phone: str | None
    channel: Channel
    account_number: str | None
    payee: TruthPayee | None
    person_key: str
    row: int
    expect: Expect
    fault: str | None
    answer: Answer


def truth_record(person: Person) -> TruthRecord:
    """The person as the truth files write it."""
    payee = person.payee
    account = person.account_number
    if person.channel == "viettelpay" and person.phone:
        account = "0" + person.phone[3:]
    return TruthRecord(
        children_count=person.children_count,
        full_name=person.full_name,
        sex=person.sex,
        birth_date=str(person.birth_date.year) if person.birth_precision == "year" else person.birth_date.isoformat(),
        national_id=person.national_id,
        national_id_kind=person.national_id_kind,
        ethnicity=person.ethnicity,
        commune_code=person.commune_code,
        village=person.village,
        category=person.category,
        phone=person.phone,
        channel=person.channel,
        account_number=account,
        payee=TruthPayee(full_name=payee.full_name, national_id=payee.national_id, relationship=payee.relationship)
        if payee
        else None,
    )


def truth_row(entry: Entry, row_number: int, commune_code: str) -> TruthRow:
    """The truth of a row; `row_number` counts from 1 as the spreadsheet does."""
    if entry.person is None:
        return TruthRow(
            row=row_number,
            expect=entry.expect,
            fault=entry.fault,
            commune_code=commune_code,
            answer=Answer(action="drop"),
        )
    record = truth_record(entry.person)
    seen = TruthRow(person_key=entry.person.person_key, row=row_number, expect=entry.expect, fault=entry.fault)
    row = cast("TruthRow", {**record, **seen})
    if entry.expect != "accepted":
        row["answer"] = Answer(action="drop") if entry.drop else Answer(action="correct", record=record)
    return row


def write_truth(list_path: Path, profile: ProfileName, commune_code: str, rows: list[TruthRow]) -> None:
    """Writes `<name>.truth.json` beside the list."""
    content = {"file": list_path.name, "profile": profile, "commune_code": commune_code, "rows": rows}
    list_path.with_suffix(".truth.json").write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2))
