"""Every finding a list can give: a stable code, how grave it is, and one sentence in Vietnamese and in English."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from services.registry.domain.lists.field_names import fields_in_vietnamese


class Severity(StrEnum):
    """What a finding does to its row: nothing, send it to an officer, or refuse it."""

    INFO = "info"
    REVIEW = "review"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class FindingKind:
    """One kind of finding. The sentences may name {written} and {proposed}."""

    code: str
    severity: Severity
    message_vi: str
    message_en: str
    proposes_fields: bool = False  # what is proposed are names of fields: the Vietnamese sentence says them in Vietnamese


@dataclass(frozen=True, slots=True)
class Finding:
    """What was seen in one field of one row. `written` is the cell as written, `proposed` what is read or suggested."""

    kind: FindingKind
    field: str
    written: str | None = None
    proposed: str | None = None

    @property
    def code(self) -> str:
        """The stable code other systems match on."""
        return self.kind.code

    @property
    def severity(self) -> Severity:
        """How grave it is."""
        return self.kind.severity

    @property
    def message_vi(self) -> str:
        """The sentence an officer reads."""
        if self.kind.proposes_fields:
            return self.kind.message_vi.format(proposed=fields_in_vietnamese(self.proposed or ""))
        return self._fill(self.kind.message_vi, "(trống)")

    @property
    def message_en(self) -> str:
        """The same in English."""
        return self._fill(self.kind.message_en, "(empty)")

    def _fill(self, sentence: str, empty: str) -> str:
        return sentence.format(written=self.written or empty, proposed=self.proposed or empty)

    def as_json(self) -> dict[str, str | None]:
        """The finding as `import check --json` and the API show it."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "field": self.field,
            "written": self.written,
            "proposed": self.proposed,
            "message_vi": self.message_vi,
            "message_en": self.message_en,
        }


FINDING_KINDS: dict[str, FindingKind] = {}


def _kind(code: str, severity: Severity, message_vi: str, message_en: str) -> FindingKind:
    kind = FindingKind(code, severity, message_vi, message_en)
    FINDING_KINDS[code] = kind
    return kind


_R, _V, _I = Severity.REJECT, Severity.REVIEW, Severity.INFO

# Rejected: the row can't be read as a person.
NAME_MISSING = _kind("name_missing", _R, "Không có họ tên.", "There is no name.")
ID_LENGTH = _kind(
    "id_length", _R,
    "Số định danh {written} không đủ 9 số (CMND) hoặc 12 số (CCCD).",
    "The identity number {written} has neither 9 digits (CMND) nor 12 (CCCD).",
)  # fmt: skip
BIRTH_IMPOSSIBLE = _kind("birth_impossible", _R, "Ngày sinh {written} không có thật.", "The birth date {written} does not exist.")
BIRTH_FUTURE = _kind(
    "birth_future", _R,
    "Ngày sinh {written} sau tháng của danh sách.", "The birth date {written} lies after the list's month.",
)  # fmt: skip

# Review: an officer decides.
ID_MISSING = _kind("id_missing", _V, "Không có số CMND/CCCD.", "There is no identity number.")
CELL_ERROR = _kind(
    "cell_error", _V, "Ô bị lỗi công thức ({written}), không có giá trị.",
    "The cell shows an error of a formula ({written}), no value.",
)  # fmt: skip
NAME_ODD = _kind(
    "name_odd", _V, "Họ tên có ký tự lạ hoặc quá dài: {written}.", "The name has odd characters or is too long: {written}.",
)  # fmt: skip
ID_LETTERS = _kind(
    "id_letters", _V,
    "Số định danh {written} có chữ cái; có thể là {proposed}.",
    "The identity number {written} has letters; perhaps {proposed}.",
)  # fmt: skip
ID_SEX_DIFFERS = _kind(
    "id_sex_differs", _V,
    "Số CCCD {written} không khớp với giới tính trong danh sách.",
    "CCCD {written} says another sex than the list.",
)  # fmt: skip
ID_BIRTH_DIFFERS = _kind(
    "id_birth_differs", _V,
    "Số CCCD {written} cho năm sinh {proposed}, khác với danh sách.",
    "CCCD {written} says birth year {proposed}, not the list's.",
)  # fmt: skip
BIRTH_MISSING = _kind("birth_missing", _V, "Không có ngày sinh hay năm sinh.", "There is no birth date or year.")
SEX_CONTRADICTORY = _kind(
    "sex_contradictory", _V, "Cả hai cột Nam và Nữ đều có giá trị: {written}.", "Both Nam and Nữ are filled in: {written}."
)
CATEGORY_MISSING = _kind("category_missing", _V, "Không ghi diện đối tượng.", "No category is written.")
CATEGORY_UNKNOWN = _kind(
    "category_unknown", _V, "Không hiểu diện đối tượng “{written}”.", "The category “{written}” is not understood."
)
CATEGORY_AGE_DIFFERS = _kind(
    "category_age_differs", _V,
    "Diện “{written}” không hợp với tuổi; có thể là {proposed}.",
    "The category “{written}” does not go with the age; perhaps {proposed}.",
)  # fmt: skip
CATEGORY_SEVERAL = _kind(
    "category_several", _V,
    "“{written}” ghi nhiều diện: {proposed}.", "“{written}” names several categories: {proposed}.",
)  # fmt: skip
CATEGORY_NOT_IN_FORCE = _kind(
    "category_not_in_force", _V,
    "Diện {proposed} không còn (hoặc chưa) hiệu lực trong tháng của danh sách.",
    "The category {proposed} is not law in the list's month.",
)  # fmt: skip
SEVERITY_MISSING = _kind(
    "severity_missing", _V,
    "Không ghi mức độ khuyết tật (nặng hay đặc biệt nặng): “{written}”.",
    "The severity of the disability is not written: “{written}”.",
)  # fmt: skip
COEFFICIENT_DIFFERS = _kind(
    "coefficient_differs", _V,
    "Hệ số {written} khác hệ số của diện ({proposed}).", "Coefficient {written} is not the category's ({proposed}).",
)  # fmt: skip
AMOUNT_DIFFERS = _kind(
    "amount_differs", _V,
    "Mức trợ cấp {written} khác mức phải hưởng ({proposed}).", "The amount {written} is not what is due ({proposed}).",
)  # fmt: skip
CHILDREN_MISSING = _kind(
    "children_missing", _V,
    "Diện đơn thân nuôi con nhưng không ghi số con ({proposed}?).",
    "A single parent, but the number of children is not written ({proposed}?).",
)  # fmt: skip
MINOR_WITHOUT_PAYEE = _kind(
    "minor_without_payee", _V,
    "Trẻ em dưới 16 tuổi chưa có người nhận thay.", "A child under 16 has no payee.",
)  # fmt: skip
PAYEE_RELATIONSHIP_SEX = _kind(
    "payee_relationship_sex", _V,
    "Quan hệ “{written}” không hợp với giới tính của người nhận thay hoặc đối tượng.",
    "The relationship “{written}” does not go with the payee's or the beneficiary's sex.",
)  # fmt: skip
PAYEE_RELATIONSHIP_AGE = _kind(
    "payee_relationship_age", _V,
    "Quan hệ “{written}” không hợp với tuổi của hai người.",
    "The relationship “{written}” does not go with the two persons' ages.",
)  # fmt: skip
PAYEE_UNDERAGE = _kind("payee_underage", _V, "Người nhận thay chưa đủ 18 tuổi ({written}).", "The payee is under 18 ({written}).")
PAYEE_IS_BENEFICIARY = _kind(
    "payee_is_beneficiary", _V,
    "Người nhận thay có cùng số định danh với đối tượng ({written}).",
    "The payee has the beneficiary's own identity number ({written}).",
)  # fmt: skip
PAYEE_SECOND = _kind(
    "payee_second", _V, "Có hai người nhận thay; dòng dưới ghi: {written}.",
    "Two payees are given; the line below says: {written}.",
)  # fmt: skip
PAYEE_NAME_MISSING = _kind(
    "payee_name_missing", _I,
    "Có thông tin người nhận thay nhưng thiếu họ tên.", "Something of a payee is written, but no name.",
)  # fmt: skip
PHONE_IMPOSSIBLE = _kind(
    "phone_impossible", _V, "Số điện thoại {written} không thể có.", "The phone number {written} can't exist."
)
WALLET_SHARED = _kind(
    "wallet_shared", _V,
    "Ví {written} dùng chung với người không liên quan: {proposed}.",
    "Wallet {written} is shared with someone unrelated: {proposed}.",
)  # fmt: skip
ACCOUNT_SHARED = _kind(
    "account_shared", _V,
    "Tài khoản {written} dùng chung với người không liên quan: {proposed}.",
    "Account {written} is shared with someone unrelated: {proposed}.",
)  # fmt: skip
COMMUNE_DIFFERS = _kind(
    "commune_differs", _V,
    "Dòng ghi xã/phường “{written}”, danh sách là {proposed}.", "The row says commune “{written}”, the list {proposed}.",
)  # fmt: skip
NOTE_DEATH = _kind("note_death", _V, "Ghi chú cho biết đã chết: “{written}”.", "A note says the person died: “{written}”.")
NOTE_MOVE = _kind(
    "note_move", _V, "Ghi chú cho biết đã chuyển đi hoặc thôi hưởng: “{written}”.",
    "A note says the person moved away or stopped: “{written}”.",
)  # fmt: skip
DUPLICATE_ID = _kind(
    "duplicate_id", _V, "Trùng số định danh và họ tên với {proposed}.", "Same identity number and name as {proposed}."
)
ID_OF_ANOTHER = _kind(
    "id_of_another", _V,
    "Số định danh {written} đã ghi cho người khác: {proposed}.",
    "Identity number {written} is written for someone else: {proposed}.",
)  # fmt: skip
DUPLICATE_PERSON = _kind(
    "duplicate_person", _V,
    "Có thể trùng với {proposed} (họ tên và ngày sinh).", "Perhaps the same person as {proposed} (name and birth date).",
)  # fmt: skip

INCOMPLETE = FindingKind(
    "incomplete", _V,
    "Còn thiếu thông tin bắt buộc: {proposed}.", "What a beneficiary must have is lacking: {proposed}.",
    proposes_fields=True,
)  # fmt: skip
FINDING_KINDS[INCOMPLETE.code] = INCOMPLETE

# Information: what was changed from what was written.
TEXT_DECODED = _kind(
    "text_decoded", _I,
    "Chữ “{written}” gõ bằng bảng mã cũ, đọc là “{proposed}”.",
    "“{written}” was typed in an old encoding and is read as “{proposed}”.",
)  # fmt: skip
NAME_REWRITTEN = _kind(
    "name_rewritten", _I, "Họ tên “{written}” chuẩn hóa thành “{proposed}”.", "The name “{written}” becomes “{proposed}”."
)
NAME_REMARK = _kind("name_remark", _I, "Bỏ phần “{written}” khỏi họ tên.", "“{written}” was taken out of the name.")
BIRTH_TWO_DIGIT_YEAR = _kind(
    "birth_two_digit_year", _I, "Năm sinh hai chữ số: {written} đọc là {proposed}.",
    "A birth year of two digits: {written} is read as {proposed}.",
)  # fmt: skip
BIRTH_DAY_UNKNOWN = _kind(
    "birth_day_unknown", _I, "Không rõ ngày, tháng: {written} đọc là {proposed}.",
    "Day or month not known: {written} is read as {proposed}.",
)  # fmt: skip
BIRTH_LUNAR = _kind(
    "birth_lunar", _I, "Ngày sinh ghi là âm lịch, giữ nguyên: {written} đọc là {proposed}.",
    "The birth date is said to be lunar and is kept as written: {written} is read as {proposed}.",
)  # fmt: skip
BIRTH_MONTH_FIRST = _kind(
    "birth_month_first", _I, "Cột ghi tháng trước ngày: {written} đọc là {proposed}.",
    "The column has the month first: {written} is read as {proposed}.",
)  # fmt: skip
BIRTH_FROM_NUMBER = _kind(
    "birth_from_number", _I, "Ngày sinh là số {written}, đọc là {proposed}.",
    "The birth date is the number {written}, read as {proposed}.",
)  # fmt: skip
SEX_FROM_CODE = _kind(
    "sex_from_code", _I, "Giới tính ghi bằng mã {written}: {proposed}.", "The sex is a code, {written}: {proposed}."
)
SEX_FROM_ID = _kind("sex_from_id", _I, "Giới tính suy từ số CCCD: {proposed}.", "The sex is taken from the CCCD: {proposed}.")
SEX_MISSING = _kind(
    "sex_missing", _I,
    "Không ghi giới tính; phải bổ sung trước khi đưa vào sổ đối tượng.",
    "The sex is not written; it must be given before the person is registered.",
)  # fmt: skip
ID_ZERO_RESTORED = _kind(
    "id_zero_restored", _I, "Thêm số 0 bị mất: {written} thành {proposed}.", "Lost zeros put back: {written} to {proposed}."
)
ID_SECOND_NUMBER = _kind(
    "id_second_number", _I, "Ghi hai số; dùng {proposed}, số kia là {written}.",
    "Two numbers are written; {proposed} is used, the other is {written}.",
)  # fmt: skip
PHONE_PREFIX_2018 = _kind(
    "phone_prefix_2018", _I, "Đầu số 11 số trước 2018: {written} thành {proposed}.",
    "An 11-digit number from before 2018: {written} to {proposed}.",
)  # fmt: skip
PHONE_SECOND_NUMBER = _kind(
    "phone_second_number", _I, "Ghi nhiều số điện thoại; dùng {proposed}: {written}.",
    "Several phone numbers; {proposed} is used: {written}.",
)  # fmt: skip
PHONE_OF_PAYEE = _kind(
    "phone_of_payee", _I, "Số điện thoại là của người nhận thay: {proposed}.", "The phone is the payee's: {proposed}."
)
ACCOUNT_MISSING = _kind(
    "account_missing", _I, "Nhận qua {written} nhưng chưa có số tài khoản.", "Paid by {written}, but there is no account number."
)
ACCOUNT_WITH_CASH = _kind(
    "account_with_cash", _I,
    "Nhận tiền mặt nhưng có số tài khoản {written}.", "Paid in cash, but there is an account number, {written}.",
)  # fmt: skip
WALLET_FROM_PHONE = _kind(
    "wallet_from_phone", _I, "Số ví lấy theo số điện thoại: {proposed}.", "The wallet is the phone number: {proposed}."
)
VILLAGE_REWRITTEN = _kind(
    "village_rewritten", _I, "Thôn/tổ “{written}” chuẩn hóa thành “{proposed}”.",
    "The village “{written}” becomes “{proposed}”.",
)  # fmt: skip
VILLAGE_FROM_HEADING = _kind(
    "village_from_heading", _I, "Thôn/tổ lấy theo dòng trên: {proposed}.", "The village is that of a line above: {proposed}."
)
CATEGORY_FROM_HEADING = _kind(
    "category_from_heading", _I, "Diện lấy theo tiêu đề mục: {proposed}.", "The category is that of a heading: {proposed}."
)
CATEGORY_BY_COEFFICIENT = _kind(
    "category_by_coefficient", _I, "Diện “{written}” xác định theo hệ số: {proposed}.",
    "The category “{written}” is settled by the coefficient: {proposed}.",
)  # fmt: skip
CATEGORY_BY_ID_YEAR = _kind(
    "category_by_id_year",
    _I,
    "Không có ngày sinh; diện xác định theo năm sinh trong số CCCD ({proposed}).",
    "There is no birth date; the category is settled by the CCCD's birth year ({proposed}).",
)
CHILDREN_FROM_NOTE = _kind(
    "children_from_note", _I, "Số con lấy theo ghi chú “{written}”: {proposed}.",
    "The number of children is taken from the note “{written}”: {proposed}.",
)  # fmt: skip
ETHNICITY_REWRITTEN = _kind(
    "ethnicity_rewritten", _I, "Dân tộc “{written}” chuẩn hóa thành “{proposed}”.",
    "The ethnic group “{written}” becomes “{proposed}”.",
)  # fmt: skip
ETHNICITY_UNKNOWN = _kind(
    "ethnicity_unknown", _I, "Dân tộc “{written}” không có trong danh mục.", "The ethnic group “{written}” is not known."
)
RELATIONSHIP_UNKNOWN = _kind(
    "relationship_unknown", _I, "Chưa rõ quan hệ “{written}”.", "The relationship “{written}” is not known."
)
# Not read, or not believed; nobody is paid wrongly for that (decision 0005).
ID_PROVINCE = _kind(
    "id_province", _I,
    "Ba số đầu của CCCD {written} không phải mã tỉnh nào.",
    "The first three digits of CCCD {written} are no province's code.",
)  # fmt: skip
COEFFICIENT_UNREADABLE = _kind(
    "coefficient_unreadable", _I, "Không đọc được hệ số {written}.", "The coefficient {written} can't be read."
)
AMOUNT_UNREADABLE = _kind("amount_unreadable", _I, "Không đọc được mức trợ cấp {written}.", "The amount {written} can't be read.")
PAYEE_ID_LENGTH = _kind(
    "payee_id_length", _I,
    "Số CMND/CCCD {written} của người nhận thay sai độ dài.",
    "The payee's identity number {written} has an impossible length.",
)  # fmt: skip
ACCOUNT_UNREADABLE = _kind(
    "account_unreadable", _I, "Số tài khoản {written} không hợp lệ.", "The account number {written} is not valid."
)
CHANNEL_UNKNOWN = _kind(
    "channel_unknown", _I, "Không hiểu hình thức chi trả “{written}”.", "The way of payment “{written}” is not known."
)
PAYEE_BELOW = _kind(
    "payee_below", _I, "Người nhận thay lấy ở dòng dưới: {written}.", "The payee is taken from the line below: {written}."
)
PAYEE_BESIDE = _kind(
    "payee_beside", _I, "Người nhận thay lấy ở ô họ tên hoặc ghi chú: {written}.",
    "The payee is taken from the name's cell or a remark: {written}.",
)  # fmt: skip
PAYEE_IS_SELF = _kind(
    "payee_is_self", _I, "Người nhận là chính đối tượng: “{written}”.", "The payee is the beneficiary: “{written}”."
)
AMOUNT_IN_THOUSANDS = _kind(
    "amount_in_thousands", _I, "Mức trợ cấp ghi nghìn đồng: {written} đọc là {proposed}.",
    "The amount is in thousands: {written} is read as {proposed}.",
)  # fmt: skip
DITTO_READ = _kind("ditto_read", _I, "“{written}” là như trên: {proposed}.", "“{written}” means as above: {proposed}.")
MERGED_READ = _kind("merged_read", _I, "Ô gộp với dòng trên: {proposed}.", "The cell is merged with one above: {proposed}.")
HIDDEN_ROW = _kind("hidden_row", _I, "Dòng này bị ẩn trong bảng tính.", "The row is hidden in the spreadsheet.")

# Of the list as a whole.
COMMUNE_SUCCESSOR = _kind("commune_successor", _I, "{written} nay thuộc {proposed}.", "{written} is now part of {proposed}.")
MONTH_INFERRED = _kind(
    "month_inferred", _I, "Danh sách không ghi tháng; tuổi, hệ số và mức tiền cho thấy {proposed}.",
    "The list states no month; ages, coefficients and amounts point to {proposed}.",
)  # fmt: skip
MONTH_ASSUMED = _kind(
    "month_assumed", _I, "Danh sách không ghi tháng; coi là {proposed}.", "The list states no month; {proposed} is assumed."
)
COLUMN_UNREAD = _kind("column_unread", _I, "Cột “{written}” không dùng đến.", "Column “{written}” is not used.")
COLUMN_BY_CONTENT = _kind(
    "column_by_content", _I, "Cột “{written}” hiểu theo nội dung là {proposed}.",
    "Column “{written}” is taken for {proposed} by its content.",
)  # fmt: skip
COLUMN_HIDDEN = _kind("column_hidden", _I, "Cột “{written}” bị ẩn.", "Column “{written}” is hidden.")
ENCODING_OLD = _kind(
    "encoding_old",
    _I,
    "Trang “{written}” gõ bằng bảng mã cũ ({proposed}), đã chuyển sang Unicode.",
    "Sheet “{written}” was typed in an old encoding ({proposed}) and was turned into Unicode.",
)
SHEET_UNREAD = _kind("sheet_unread", _I, "Trang “{written}” không phải danh sách.", "Sheet “{written}” is no list.")
SHEET_HIDDEN = _kind("sheet_hidden", _I, "Trang “{written}” bị ẩn, không đọc.", "Sheet “{written}” is hidden and was not read.")
SHEET_OTHER_MONTH = _kind(
    "sheet_other_month",
    _I,
    "Trang “{written}” của tháng khác ({proposed}), không đọc.",
    "Sheet “{written}” is of another month ({proposed}) and was not read.",
)
ROW_UNREAD = _kind("row_unread", _I, "Dòng không phải đối tượng: “{written}”.", "The row is no person: “{written}”.")
