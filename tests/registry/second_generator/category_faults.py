"""What goes wrong in what a line is entitled to: category, coefficient, amount, children."""

from __future__ import annotations

from tests.registry.second_generator.facts import categories
from tests.registry.second_generator.faults import (
    Room,
    fault,
    taken,
)
from tests.registry.second_generator.lines import Line
from tests.registry.second_generator.wording import BARE_DISABLED


@fault
def coefficient_differs(room: Room, line: Line) -> bool:
    right = categories()[line.person.category].coefficient
    if not room.plan.has_coefficient or not right or line.person.children or taken(line, "coefficient", "category", "birth"):
        return False
    if "category_by_coefficient" in line.codes or (room.plan.severity_column and line.person.severity):
        return False
    wrong = room.rng.choice([value for value in (1.0, 3.0, 3.5, 4.0, 9.0) if value != right])
    line.cells["coefficient"] = room.rng.choice((wrong, f"{wrong:.1f}".replace(".", ",")))
    line.blame("coefficient_differs", "review", {"coefficient_differs"}, {"coefficient", "category", "birth", "age"})
    return True


@fault
def amount_differs(room: Room, line: Line) -> bool:
    if room.plan.amount != "dong" or taken(line, "amount", "category", "coefficient", "birth"):
        return False
    line.cells["amount"] = room.rng.choice((410_000, "1.234.000", 275_000, "815.000"))
    line.blame("amount_differs", "review", {"amount_differs"}, {"amount", "category", "coefficient", "birth", "age"})
    return True


@fault
def children_missing(room: Room, line: Line) -> bool:
    if not line.person.children or room.plan.clause_columns or taken(line, "category", "note"):
        return False
    line.cells["children"] = None
    if room.plan.children == "words":
        line.cells["category"] = room.rng.choice(("Khoản 4", "Đơn thân nuôi con", "Đơn thân nghèo nuôi con nhỏ", "K4"))
    line.cells["note"] = None
    line.cells["coefficient"] = room.rng.choice((1, "1,0", 1.0))
    line.truth["children_count"] = None
    line.blame("children_missing", "review", {"children_missing"}, {"category", "coefficient", "amount", "note"})
    return True


@fault
def category_unknown(room: Room, line: Line) -> bool:
    if (
        room.plan.category != "column"
        or room.plan.severity_column
        or room.plan.clause_columns
        or taken(line, "category", "coefficient", "amount", "birth")
    ):
        return False
    line.cells["category"] = room.rng.choice(
        ("Người có công", "Thương binh", "Khoản 15", "Bệnh binh", "Mất sức lao động", "Con LS")
    )
    line.truth["category"] = line.truth["children_count"] = None
    line.codes.discard("category_by_coefficient")
    line.blame("category_unknown", "review", {"category_unknown"}, {"category", "coefficient", "amount", "birth", "age"})
    return True


@fault
def category_missing(room: Room, line: Line) -> bool:
    if (
        room.plan.category != "column"
        or room.plan.severity_column
        or room.plan.clause_columns
        or taken(line, "category", "coefficient", "amount", "birth")
    ):
        return False
    line.cells["category"] = None
    line.truth["category"] = line.truth["children_count"] = None
    line.codes.discard("category_by_coefficient")
    line.blame("category_missing", "review", {"category_missing"}, {"category", "coefficient", "amount", "birth", "age"})
    return True


@fault
def category_age_differs(room: Room, line: Line) -> bool:
    plan, person = room.plan, line.person
    if plan.category != "column" or taken(line, "category", "coefficient", "amount", "birth", "payee"):
        return False
    if plan.severity_column or plan.clause_columns:
        return False
    if person.category not in ("K5A-60-80", "K6-N", "K5A-80"):
        return False
    words: tuple[str, ...] = ("Trẻ em mồ côi", "Khoản 1", "Khoản 7", "Trẻ em dưới 3 tuổi hộ nghèo vùng ĐBKK")
    if person.category == "K6-N":
        words = ("Điểm c khoản 5", "NCT từ 80 tuổi trở lên", "Điểm a khoản 5")
    line.cells["category"] = room.rng.choice(words)
    line.cells["coefficient"] = line.cells["amount"] = None
    line.unsure.add("category")
    line.codes.discard("category_by_coefficient")
    line.blame("category_age_differs", "review", {"category_age_differs"}, {"category", "coefficient", "amount", "birth", "age"})
    return True


@fault
def severity_missing(room: Room, line: Line) -> bool:
    plan = room.plan
    if (
        not line.person.severity
        or plan.clause_columns
        or plan.category != "column"
        or taken(line, "category", "birth", "coefficient", "amount")
    ):
        return False
    line.cells["category"], line.cells["severity"] = room.rng.choice(BARE_DISABLED), None
    line.cells["coefficient"] = line.cells["amount"] = None
    line.truth["category"] = None
    line.codes.discard("category_by_coefficient")
    line.blame("severity_missing", "review", {"severity_missing"}, {"category", "birth", "coefficient", "amount"})
    return True
