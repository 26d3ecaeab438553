"""A mover's months: each is drawn up by the commune whose decision it is, and by no other."""

from __future__ import annotations

from datetime import date

from services.disbursement.storage import draw_dues, people
from services.disbursement.storage.law_data import load_law
from tests.disbursement.office import Office
from tests.disbursement.records import decision

OCTOBER, NOVEMBER, DECEMBER = date(2021, 10, 1), date(2021, 11, 1), date(2021, 12, 1)


async def test_each_month_is_drawn_by_the_commune_whose_decision_it_is(office: Office) -> None:
    old, new, _ = office.communes
    before = decision("K5C-80", from_month=OCTOBER, to_month=NOVEMBER).model_copy(update={"paid_by": old})
    mover = office.person(unit_id=new, decisions=[before, decision("K5C-80", from_month=DECEMBER)])
    far_from = decision("K5C-80", from_month=OCTOBER, to_month=NOVEMBER).model_copy(update={"paid_by": "999@2021-07-01"})
    stranger = office.person(unit_id=new, decisions=[far_from, decision("K5C-80", from_month=DECEMBER)])
    laws = [load_law().in_month(month, "Tỉnh Thừa Thiên Huế") for month in (OCTOBER, NOVEMBER, DECEMBER)]
    async with office.database.transaction() as tx:
        await people.upsert(tx, [(one, one.beneficiary_id.hex) for one in (mover, stranger)], position=1)
        await draw_dues.collect(tx, office.authority, laws, {})
        rows = await tx.rows("SELECT subject_id, benefit_month, unit_id FROM draw_owed ORDER BY benefit_month")
    of_mover = [(row["benefit_month"], row["unit_id"]) for row in rows if row["subject_id"] == mover.beneficiary_id]
    assert of_mover == [(OCTOBER, old), (NOVEMBER, old), (DECEMBER, new)]
    of_stranger = [(row["benefit_month"], row["unit_id"]) for row in rows if row["subject_id"] == stranger.beneficiary_id]
    assert of_stranger == [(DECEMBER, new)], "another authority's commune pays the months before"
