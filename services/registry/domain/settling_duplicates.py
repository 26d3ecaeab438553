"""What an officer may do with a pair: merge the two, part them, undo either. Nothing is lost, and nobody stands twice.

Merging stops one of the two, who is then `merged_into` the other; record, history, documents, decisions and payee stay as they
are. So the merged and those merged into them form a tree whose root alone may be paid.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.registry.domain.act_refusals import TRANSFER_OPEN
from services.registry.domain.lives import BY_MERGE, BY_TRANSFER
from shared.kernel.errors import ErrorCode, Kind, Refusal

OPEN, MERGED, PARTED = "open", "merged", "parted"
_ENDED = ("stopped", "dead")

UNKNOWN_DUPLICATE = ErrorCode("unknown-duplicate", Kind.MISSING, "No such pair", "Không có cặp nghi trùng này")
DUPLICATE_SETTLED = ErrorCode(
    "duplicate-settled", Kind.CONFLICT, "The pair was settled before: undo that first", "Cặp này đã xử lý, hãy hoàn tác trước"
)
DUPLICATE_NOT_SETTLED = ErrorCode(
    "duplicate-not-settled",
    Kind.CONFLICT,
    "There is nothing to undo: the pair is open",
    "Cặp này chưa xử lý, không có gì để hoàn tác",
)
NOT_OF_THE_PAIR = ErrorCode(
    "survivor-not-of-pair", Kind.INVALID, "Who stays must be one of the two", "Người được giữ lại phải là một trong hai người"
)
MERGED_ALREADY = ErrorCode(
    "merged-already",
    Kind.CONFLICT,
    "One of the two was merged into somebody already",
    "Một trong hai người đã được gộp vào người khác",
)
CHANGED_SINCE = ErrorCode(
    "duplicate-changed-since",
    Kind.CONFLICT,
    "One of the two was changed in between: look again",
    "Hồ sơ đã thay đổi, hãy xem lại trước khi quyết định",
)
SURVIVOR_ENDED = ErrorCode(
    "survivor-ended",
    Kind.CONFLICT,
    "Who stays is stopped or dead while the other is not",
    "Người được giữ lại đã thôi hưởng hoặc đã chết, trong khi người kia thì chưa",
)
SAME_OPENINGS = ErrorCode(
    "duplicate-has-openings",
    Kind.CONFLICT,
    "Both have opening balances of the same month: settle one with a counter-entry first",
    "Cả hai đều có số dư đầu kỳ của cùng một tháng: hãy ghi bút toán đảo cho một bên trước",
)
PERSON_MERGED = ErrorCode(
    "person-merged",
    Kind.CONFLICT,
    "The person was merged into somebody else: decide about that person, or undo the merge",
    "Đối tượng đã được gộp vào người khác: hãy xử lý ở hồ sơ được giữ lại, hoặc hoàn tác việc gộp",
)
BEYOND_YOUR_UNITS = ErrorCode(
    "duplicate-beyond-your-units",
    Kind.FORBIDDEN,
    "One of the two is of a unit that the token is not for: the unit above both settles it",
    "Một trong hai người thuộc đơn vị khác: cấp trên của cả hai đơn vị xử lý",
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How one of the pair stands."""

    beneficiary_id: UUID
    version: int
    status: str
    status_from_month: date
    ended_by: str | None
    merged_into: UUID | None


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair with its two people, each held until the transaction ends."""

    candidate_id: UUID
    state: str
    first: Standing
    second: Standing
    survivor_id: UUID | None = None
    before_status: str | None = None
    before_status_from_month: date | None = None
    merged_from_month: date | None = None

    def one_and_other(self, survivor_id: UUID) -> tuple[Standing, Standing]:
        """(who stays, who goes). Refused with `survivor-not-of-pair`."""
        if survivor_id == self.first.beneficiary_id:
            return self.first, self.second
        if survivor_id == self.second.beneficiary_id:
            return self.second, self.first
        raise Refusal(NOT_OF_THE_PAIR)


def merge(pair: Pair, survivor_id: UUID, seen_versions: tuple[int, int], month: date) -> tuple[Standing, Standing]:
    """(who stays, how the other stands from then on). An ended person stays ended as he was.

    Refused: `duplicate-settled`, `survivor-not-of-pair`, `merged-already`, `duplicate-changed-since`, `survivor-ended`,
    `transfer-open` (who goes is on the way to another commune).
    """
    if pair.state != OPEN:
        raise Refusal(DUPLICATE_SETTLED, pair.state, state=pair.state)
    stays, goes = pair.one_and_other(survivor_id)
    if stays.merged_into is not None or goes.merged_into is not None:
        raise Refusal(MERGED_ALREADY)
    if seen_versions != (pair.first.version, pair.second.version):
        raise Refusal(CHANGED_SINCE, first_version=pair.first.version, second_version=pair.second.version)
    ended = goes.status in _ENDED
    if stays.status in _ENDED and not ended:
        raise Refusal(SURVIVOR_ENDED)
    if goes.ended_by == BY_TRANSFER:
        raise Refusal(TRANSFER_OPEN)
    status, since, ended_by = (goes.status, goes.status_from_month, goes.ended_by) if ended else ("stopped", month, BY_MERGE)
    return stays, Standing(goes.beneficiary_id, goes.version + 1, status, since, ended_by, stays.beneficiary_id)


def undo_merge(pair: Pair) -> Standing:
    """How the merged person stands again: as before. Refused with `duplicate-changed-since` where the standing that merging
    left is no longer there (a death was recorded meanwhile, say): that would be undone with it."""
    assert pair.survivor_id is not None and pair.before_status is not None and pair.before_status_from_month is not None
    stays, goes = pair.one_and_other(pair.survivor_id)
    ended = pair.before_status in _ENDED
    ended_by = goes.ended_by if ended else None
    left = pair.before_status if ended else "stopped"
    if (goes.status, goes.status_from_month, goes.merged_into) != (left, pair.merged_from_month, stays.beneficiary_id):
        raise Refusal(CHANGED_SINCE, first_version=pair.first.version, second_version=pair.second.version)
    return Standing(goes.beneficiary_id, goes.version + 1, pair.before_status, pair.before_status_from_month, ended_by, None)
