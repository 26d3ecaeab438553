"""One person's way through the system, put together from what each service knows, in the order in which it happened.

Times are the business clock's, except where only wall time is kept: those stand with what they belong to.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from console.look_back import LookBack
from shared.kernel.clock import VIETNAM
from shared.kernel.money import format_dong


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the timeline."""

    when: str
    where: str
    what: str


async def person_timeline(look: LookBack, beneficiary_id: str) -> tuple[dict[str, Any], list[Happening]]:
    """The person's record, and everything that happened: cell, decision, account, obligations, payments, attempts, book."""
    person = await look.get("registry", f"/v1/beneficiaries/{beneficiary_id}")
    happenings = [*_from_list(person), *await _from_history(look, beneficiary_id)]
    payments = await _payments(look, beneficiary_id)
    explained: set[str] = set()
    for payment in payments:
        happenings += await _payment(look, payment, explained)
    return person, happenings


def _from_list(person: dict[str, Any]) -> list[Happening]:
    found = []
    source = person.get("source")
    if source:
        cells = " · ".join(f"{column}={text}" for column, text in source["cells"].items() if text)
        found.append(Happening("", "list", f"{source['file_name']}, sheet {source['sheet']}, row {source['row']}: {cells}"))
    for decision in person["decisions"]:
        ends = f" to {decision['to_month'][:7]}" if decision["to_month"] else ""
        what = f"decision {decision['number']}: {decision['category']}, from {decision['from_month'][:7]}{ends}"
        heads = f", {decision['heads']} heads" if decision["heads"] > 1 else ""
        found.append(Happening(decision["decided_on"], "decision", what + heads))
    return found


async def _from_history(look: LookBack, beneficiary_id: str) -> list[Happening]:
    page = await look.get("registry", f"/v1/beneficiaries/{beneficiary_id}/history")
    found = []
    for version in sorted(page["items"], key=lambda v: int(v["version"])):
        account = version["record"].get("account")
        goes_to = f" · account {account['number']} at {account['provider']}" if account else ""
        changed = ", ".join(version["changed"]) or "first record"
        what = f"record version {version['version']}: {version['reason']} ({changed}) by {version['subject']}{goes_to}"
        found.append(Happening(_time(version["recorded_at"]), "registry", what))
    return found


async def _payments(look: LookBack, beneficiary_id: str) -> list[dict[str, Any]]:
    page = await look.get("disbursement", "/v1/payments", beneficiary_id=beneficiary_id, limit=1000)
    payments: list[dict[str, Any]] = page["items"]
    return payments


async def _payment(look: LookBack, payment: dict[str, Any], explained: set[str]) -> list[Happening]:
    """A payment, what it settles (each obligation is explained once), and what the gateway and the provider did with it."""
    found: list[Happening] = []
    officers: dict[str, Any] | None = None
    for month in _months(payment["note"]):
        view = await look.get("disbursement", f"/v1/beneficiaries/{payment['beneficiary_id']}/months/{month}")
        for obligation in view["obligations"]:
            key = f"{month}/{obligation['kind']}/{obligation['revision']}"
            if key not in explained:
                explained.add(key)
                found.append(Happening(f"month {month[:7]}", "obligation", _reckoning(obligation)))
            for line in obligation["payments"]:
                if line["payment_id"] == payment["payment_id"]:
                    officers = line["payroll"]
    what = f"run {payment['run']}: {format_dong(payment['amount_dong'])} đồng to {payment['payee_name']} by {payment['channel']}"
    found.append(Happening(_time(payment["instructed_at"]), "payment", f"{what} at {payment['provider']} · “{payment['note']}”"))
    if officers:
        signed = [f"{verb} {officers[f'{verb}_by']}" for verb in ("prepared", "approved", "released") if officers[f"{verb}_by"]]
        found.append(Happening(_time(officers["released_at"]), "payroll", " · ".join(signed)))
    found += await _attempts(look, payment)
    reason = f" ({payment['reason']})" if payment["reason"] else ""
    found.append(Happening(_time(payment["settled_at"]), "outcome", f"{payment['state']}{reason}"))
    return found


def _reckoning(obligation: dict[str, Any]) -> str:
    """How the amount came about."""
    category = obligation["categories"][0] if obligation["categories"] else {"code": "", "article": ""}
    factors = [f"level {format_dong(obligation['level_dong'])}"]
    if obligation["coefficient"] is not None:
        factors.append(f"coefficient {obligation['coefficient']}")
    if obligation["heads"] > 1:
        factors.append(f"{obligation['heads']} heads")
    owed = f"{obligation['kind']}: {format_dong(obligation['amount_dong'])} đồng = {' x '.join(factors)}"
    return f"{owed} · {category['code']} ({category['article']})"


async def _attempts(look: LookBack, payment: dict[str, Any]) -> list[Happening]:
    found = []
    attempts = await look.get("provider_gateway", "/v1/attempts", payment_id=payment["payment_id"])
    for attempt in attempts["items"]:
        again = f", sent {attempt['sends']} times by the same reference" if attempt["sends"] > 1 else ""
        what = f"attempt {attempt['attempt_no']}, reference {attempt['reference']}: {attempt['state']}{again}"
        found.append(Happening(_time(payment["instructed_at"]), "gateway", what))
        found += await _webhooks(look, payment)
        for movement in look.movements(attempt["reference"]):
            amount = format_dong(movement["amount_dong"])
            what = f"{movement['provider']}'s own book: {movement['kind']} {amount} đồng"
            found.append(Happening(str(movement["booked_on"]), "provider", what))
    return found


async def _webhooks(look: LookBack, payment: dict[str, Any]) -> list[Happening]:
    page = await look.get("provider_gateway", "/v1/webhooks", payment_id=payment["payment_id"])
    found = []
    for webhook in page["items"] if page else []:
        said = ", ".join(webhook.get("said") or [])
        times = f", came {webhook['deliveries']} times" if webhook["deliveries"] > 1 else ""
        found.append(
            Happening(_time(webhook["business_at"]), "webhook", f"{webhook['provider']} said {said}{times}: {webhook['state']}")
        )
    return found


def _months(note: str) -> list[str]:
    """The benefit months that a transfer text names: `TCXH 01.2022 02.2022 HUE-0000123`."""
    words = [word for word in note.split() if len(word) == 7 and word[2] == "." and word.replace(".", "").isdigit()]
    return [f"{word[3:]}-{word[:2]}-01" for word in words]


def _time(instant: str | None) -> str:
    """An instant as Vietnam's clocks show it, or nothing."""
    if not instant:
        return ""
    return datetime.fromisoformat(instant).astimezone(VIETNAM).strftime("%Y-%m-%d %H:%M")
