"""The demo's province: its people keep the rules of law and numbers."""

from __future__ import annotations

import csv
from collections import Counter

import pytest

from console.demo.province.facts import AS_OF, DATA, communes
from console.demo.province.model import Person, Province
from console.demo.province.names import without_marks
from console.demo.province.people import make_province

PEOPLE = 1_500
SEED = 7
PROFILE_NAMES = {"clean", "unicode", "numeric", "official", "dirty", "tcvn3", "vni", "csv"}
FAULT_NAMES = {
    "no_id", "dead_note", "coef_mismatch", "bad_phone", "id_sex_mismatch", "bad_id_length", "impossible_date",
    "future_birth", "missing_name", "duplicate_same", "duplicate_variant", "id_conflict", "duplicate", "conflict",
}  # fmt: skip


def _age(person: Person) -> int:
    born = person.birth_date
    return AS_OF.year - born.year - ((AS_OF.month, AS_OF.day) < (born.month, born.day))


def _year_of(cccd: str) -> int:
    return (1900 if cccd[3] in "01" else 2000) + int(cccd[4:6])


def test_the_same_numbers_make_the_same_people() -> None:
    assert make_province(200, 3) == make_province(200, 3)
    assert make_province(200, 3).persons != make_province(200, 4).persons


@pytest.mark.parametrize("count", [0, 7, 140, 141, 300, 423, 1_500])
def test_everybody_lives_somewhere_and_no_commune_is_forgotten(count: int) -> None:
    sizes = Counter(person.commune_code for person in make_province(count, 1).persons)
    assert sum(sizes.values()) == count
    assert all(sizes[commune.code] >= min(3, count // 141) for commune in communes())


def test_a_negative_number_of_people_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        make_province(-1, 1)


def test_the_province_is_that_of_2021_with_a_lead_provider_in_each_district(province: Province) -> None:
    assert len(province.communes) == 141
    leads = {commune.district_name: commune.lead_provider for commune in province.communes}
    assert len(leads) == 9
    assert leads["Thị xã Hương Thủy"] == leads["Huyện A Lưới"] == "viettelpay"
    assert leads["Thành phố Huế"] == leads["Huyện Phú Lộc"] == "vietinbank"
    lead_of = {commune.code: commune.lead_provider for commune in province.communes}
    assert all(person.channel in ("cash", lead_of[person.commune_code]) for person in province.persons)


def test_identity_numbers_agree_with_sex_and_birth(province: Province) -> None:
    kinds = Counter(person.national_id_kind for person in province.persons)
    assert min(kinds["cccd"], kinds["cmnd"]) > PEOPLE / 5
    for person in province.persons:
        number = person.national_id
        assert number.isdigit()
        if person.national_id_kind == "cmnd":
            assert (len(number), number[:2]) == (9, "19")
            assert _age(person) >= 14
        else:
            century = "01" if person.birth_date.year < 2000 else "23"
            assert len(number) == 12
            assert number[:6] == f"046{century[person.sex == 'female']}{person.birth_date.year % 100:02d}"


def test_no_number_is_given_twice(province: Province) -> None:
    payees = {person.payee.national_id for person in province.persons if person.payee}
    numbers = [person.national_id for person in province.persons] + list(payees)
    phones = [person.phone for person in province.persons if person.phone]
    accounts = [person.account_number for person in province.persons if person.account_number]
    keys = [person.person_key for person in province.persons]
    for given in (numbers, phones, accounts, keys):
        assert len(given) > PEOPLE / 6
        assert len(set(given)) == len(given)
    namesakes = Counter((without_marks(person.full_name), person.birth_date) for person in province.persons)
    assert max(namesakes.values()) == 1


def test_a_wish_for_an_account_comes_with_the_account(province: Province) -> None:
    for person in province.persons:
        assert person.channel != "viettelpay" or person.phone is not None
        assert (person.channel == "vietinbank") == (person.account_number is not None)
        assert person.phone is None or (person.phone.startswith("+84") and len(person.phone) == 12)


def test_categories_fit_the_ages_and_coefficients_of_the_law(province: Province) -> None:
    with (DATA / "categories.csv").open(encoding="utf-8", newline="") as file:
        law = {row["code"]: row for row in csv.DictReader(file)}
    assert len({person.category for person in province.persons}) == 11
    for person in province.persons:
        rule = law[person.category]
        assert not rule["age_from"] or _age(person) >= int(rule["age_from"])
        assert not rule["age_to"] or _age(person) < int(rule["age_to"])
        assert str(person.coefficient) == rule["coefficient"]
        assert (person.category == "K4-DTN") == (person.children_count is not None)
        assert person.children_count in (None, 1, 2, 3)


def test_minors_have_a_grown_up_payee_whom_siblings_may_share(province: Province) -> None:
    minors = [person for person in province.persons if _age(person) < 16]
    assert all(person.payee for person in minors)
    shared = Counter(person.payee.national_id for person in minors if person.payee)
    assert any(count > 1 for count in shared.values())
    assert sum(shared.values()) < 1.5 * len(shared)
    for person in province.persons:
        if person.payee:
            assert AS_OF.year - _year_of(person.payee.national_id) >= 18
            if person.payee.relationship in ("Mẹ", "Cha", "Ông", "Bà"):
                assert person.birth_date.year - _year_of(person.payee.national_id) >= 18
    disabled = [person for person in province.persons if person.category == "K6-DBN"]
    assert sum(person.payee is not None for person in disabled) > len(disabled) / 2
