"""Ground whose authority hands over: two authorities follow the district, one for each of its communes."""

from __future__ import annotations

from datetime import date
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.disbursement.domain.handovers import Handover, Heir, KeptHandover
from services.disbursement.domain.settlements import Resolution, SettledBy
from services.disbursement.storage.books import month_books, run_books, run_place
from services.disbursement.use_cases.hand_over import hand_over
from services.disbursement.use_cases.settle_contradiction import settle_contradiction
from shared.auth import Caller
from shared.database import Tx
from shared.kernel.ids import new_id
from tests.disbursement.ground import Ground
from tests.disbursement.ground_rows import GroundRun

LAST, FIRST = date(2021, 12, 31), date(2022, 1, 1)
SECOND_OFFICER = Caller("issuer", "binh", "person", frozenset(), ())
KEY = Ed25519PrivateKey.generate()


def heirs_of(ground: Ground) -> tuple[str, str]:
    """The units that follow: communes that pay themselves."""
    one, two = (f"{commune.split('@')[0]}@{FIRST}" for commune in ground.communes)
    return one, two


async def end_units(tx: Tx, ground: Ground) -> None:
    """The district and its communes end; communes of the same codes follow, in the same province."""
    old = [ground.authority, *ground.communes]
    await tx.run("UPDATE units SET valid_to = :last WHERE unit_id = ANY(CAST(:old AS text[]))", last=LAST, old=old)
    for heir in heirs_of(ground):
        await tx.run(
            """INSERT INTO units (unit_id, code, valid_from, level, name, parent_id, path)
               VALUES (:unit_id, :code, :first, 'commune', :unit_id, :province, ARRAY[CAST(:province AS text), :unit_id])
               ON CONFLICT DO NOTHING""",
            unit_id=heir,
            code=heir.split("@")[0],
            first=FIRST,
            province=ground.province,
        )


def handover_of(ground: Ground) -> Handover:
    """The act."""
    pairs = zip(ground.communes, heirs_of(ground), strict=True)
    heirs = tuple(Heir(commune, heir, heir) for commune, heir in pairs)
    return Handover(new_id(), ground.authority, FIRST, "1675/NQ", heirs)


async def let_hand_over(ground: Ground) -> KeptHandover:
    """Hand the district over."""
    async with ground.database.transaction() as tx:
        await end_units(tx, ground)
        return await hand_over(tx, SECOND_OFFICER, handover_of(ground), KEY)


async def let_settle(ground: Ground, contradiction_id: Any, resolution: Resolution) -> SettledBy:
    """Settle a contradiction as the second officer."""
    async with ground.database.transaction() as tx:
        return await settle_contradiction(tx, SECOND_OFFICER, contradiction_id, resolution, "sao kê", "SK-1")


async def contradictions(ground: Ground) -> list[dict[str, Any]]:
    """Open contradictions about the ground's payments."""
    async with ground.database.transaction() as tx:
        return await tx.rows(
            """SELECT c.contradiction_id, c.payment_id, c.held, c.said, c.authority_id FROM contradictions c
               JOIN payments p ON p.payment_id = c.payment_id AND p.run_month = c.run_month
               JOIN payrolls r ON r.payroll_id = p.payroll_id
               WHERE r.authority_id = :authority AND c.settled_at IS NULL ORDER BY c.contradiction_id""",
            authority=ground.authority,
        )


async def check_books(ground: Ground, months: list[date], runs: list[GroundRun]) -> dict[str, int]:
    """All books of all authorities balance, alone and together; đồng by place."""
    whose = [ground.authority, *heirs_of(ground)]
    places: dict[str, int] = {}
    async with ground.database.transaction(repeatable_read=True) as tx:
        for month in months:
            whole = await month_books(tx, month, whose)
            assert whole.balance, whole
            for authority in whose:
                books = await month_books(tx, month, [authority])
                assert books.balance, (authority, books)
            for place, part in whole.places.parts.items():
                places[place] = places.get(place, 0) + part.amount_dong
        for run in runs:
            place_of = await run_place(tx, run.run_id, [])
            assert place_of is not None
            for asked in (whose, *([authority] for authority in whose)):
                money = await run_books(tx, place_of, asked)
                assert money.balance, (asked, money)
            between = await run_books(tx, place_of, whose)
            assert between.own.taken_over_dong == 0
    return {place: dong for place, dong in places.items() if dong}
