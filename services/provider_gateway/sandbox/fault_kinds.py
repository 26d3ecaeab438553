"""The kinds of faults, by the place where they strike, and how often by default."""

from __future__ import annotations

BEFORE_TAKING = ("timeout_before", "server_error", "throttled")
"""The batch is not in the books and the caller learns nothing, or is told to come later."""

AFTER_TAKING = ("timeout_after", "server_error_after", "not_found_at_first")
"""The batch is in the books and the caller doesn't learn it. `not_found_at_first` answers 500 and hides it for a while."""

BATCH_KINDS = ("slow", *BEFORE_TAKING, *AFTER_TAKING, "dropped_connection", "half_batch_refused")

REPEATED_BATCH_KINDS = ("slow", "timeout_before", "server_error", "throttled", "dropped_connection")
"""What may strike a batch that is in the books already."""

WEBHOOK_KINDS = ("webhook_twice", "webhook_late", "webhook_out_of_order", "webhook_never", "webhook_forged")

LATER_WEBHOOK_KINDS = ("webhook_twice", "webhook_late", "webhook_forged")
"""What may strike the second and further results of a batch (returns, cash of later days)."""

ACCOUNT_KINDS = ("refused_invalid_account", "refused_locked", "refused_name_mismatch", "returned")

CASH_KINDS = ("uncollected",)

OPENING_KINDS = ("opening_refused", "opening_name_mismatch")

ALL_KINDS = (*BATCH_KINDS, *WEBHOOK_KINDS, *ACCOUNT_KINDS, *CASH_KINDS, *OPENING_KINDS)

DEFAULT_RATES: dict[str, float] = {
    **dict.fromkeys((*BATCH_KINDS, *WEBHOOK_KINDS), 0.03),
    **dict.fromkeys((*ACCOUNT_KINDS, *OPENING_KINDS), 0.005),
    "returned": 0.003,
    "uncollected": 0.02,
}
