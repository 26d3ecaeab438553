"""Tables of the books. One SQLite file for all providers; each row names its provider."""

from __future__ import annotations

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- How often a batch was sent to us, taken or not.
CREATE TABLE IF NOT EXISTS sends (
    provider TEXT NOT NULL, batch_reference TEXT NOT NULL, sends INTEGER NOT NULL,
    PRIMARY KEY (provider, batch_reference)
) WITHOUT ROWID;

-- References that came again after they were taken.
CREATE TABLE IF NOT EXISTS duplicates (
    provider TEXT NOT NULL, reference TEXT NOT NULL, times INTEGER NOT NULL, PRIMARY KEY (provider, reference)
) WITHOUT ROWID;

-- occurrence is above 1 only where duplicate refusal was switched off.
CREATE TABLE IF NOT EXISTS batches (
    batch_id INTEGER PRIMARY KEY, provider TEXT NOT NULL, batch_reference TEXT NOT NULL, occurrence INTEGER NOT NULL,
    content_digest TEXT NOT NULL, payments INTEGER NOT NULL, amount_dong INTEGER NOT NULL,
    pay_point TEXT, pay_on TEXT, taken_at REAL NOT NULL, taken_on TEXT NOT NULL,
    stage TEXT NOT NULL, ready_at REAL NOT NULL, visible_at REAL NOT NULL,
    settlements INTEGER NOT NULL DEFAULT 0, http_fault TEXT, webhook_fault TEXT, accepted_webhook_id INTEGER,
    UNIQUE (provider, batch_reference, occurrence)
);
CREATE INDEX IF NOT EXISTS batches_waiting ON batches (ready_at) WHERE stage = 'taken';

-- plan is the next thing to happen to a payment, at the business moment plan_at; return_on is a planned return's date.
CREATE TABLE IF NOT EXISTS payments (
    payment_id INTEGER PRIMARY KEY, batch_id INTEGER NOT NULL REFERENCES batches, provider TEXT NOT NULL,
    reference TEXT NOT NULL, channel TEXT NOT NULL, amount_dong INTEGER NOT NULL, account TEXT NOT NULL,
    payee_name TEXT NOT NULL, note TEXT NOT NULL, state TEXT NOT NULL, reason TEXT, booked_on TEXT,
    plan TEXT, plan_at TEXT, return_on TEXT, fault TEXT
);
CREATE INDEX IF NOT EXISTS payments_reference ON payments (reference);
CREATE INDEX IF NOT EXISTS payments_batch ON payments (batch_id);
CREATE INDEX IF NOT EXISTS payments_due ON payments (plan_at) WHERE plan IS NOT NULL;
CREATE INDEX IF NOT EXISTS payments_cash_day ON payments (provider, booked_on) WHERE channel = 'cash';

-- Money that moved, once for each time it moved. Never updated.
CREATE TABLE IF NOT EXISTS movements (
    movement_id INTEGER PRIMARY KEY, provider TEXT NOT NULL, reference TEXT NOT NULL, payment_id INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('credit', 'return', 'cash_paid')), amount_dong INTEGER NOT NULL,
    account TEXT NOT NULL, note TEXT NOT NULL, booked_on TEXT NOT NULL, booked_at REAL NOT NULL
);
-- By payment, not by reference: keys that grow cost far less to write than random ones.
CREATE INDEX IF NOT EXISTS movements_payment ON movements (payment_id);
CREATE INDEX IF NOT EXISTS movements_day ON movements (provider, booked_on);

CREATE TABLE IF NOT EXISTS accounts (
    provider TEXT NOT NULL, account_number TEXT NOT NULL, holder_name TEXT NOT NULL, identity_number TEXT,
    locked INTEGER NOT NULL DEFAULT 0, opened_on TEXT NOT NULL, PRIMARY KEY (provider, account_number)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS accounts_identity ON accounts (provider, identity_number);

CREATE TABLE IF NOT EXISTS openings (
    opening_id INTEGER PRIMARY KEY, provider TEXT NOT NULL, batch_reference TEXT NOT NULL, request_id TEXT NOT NULL,
    customer_name TEXT NOT NULL, identity_number TEXT NOT NULL, msisdn TEXT, state TEXT NOT NULL, reason TEXT,
    account_number TEXT, name_found TEXT, fault TEXT, ready_at REAL NOT NULL, answered_on TEXT,
    UNIQUE (provider, request_id)
);
CREATE INDEX IF NOT EXISTS openings_batch ON openings (provider, batch_reference);
CREATE INDEX IF NOT EXISTS openings_waiting ON openings (ready_at) WHERE state = 'received';

CREATE TABLE IF NOT EXISTS withdrawals (
    withdrawal_id INTEGER PRIMARY KEY, provider TEXT NOT NULL, withdrawal_reference TEXT NOT NULL,
    payment_id INTEGER NOT NULL REFERENCES payments, requested_on TEXT NOT NULL,
    UNIQUE (provider, withdrawal_reference, payment_id)
);

-- Outgoing webhooks. `fault` is counted when the webhook was delivered; `waits_for` holds it back until another is done.
CREATE TABLE IF NOT EXISTS webhooks (
    webhook_id INTEGER PRIMARY KEY, provider TEXT NOT NULL, message_id TEXT NOT NULL, event TEXT NOT NULL,
    body BLOB NOT NULL, subject TEXT NOT NULL, state TEXT NOT NULL, due_at REAL NOT NULL, made_at REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, waits_for INTEGER, fault TEXT, forged INTEGER NOT NULL DEFAULT 0,
    last_status INTEGER
);
CREATE INDEX IF NOT EXISTS webhooks_queue ON webhooks (due_at) WHERE state = 'queued';
CREATE INDEX IF NOT EXISTS webhooks_held ON webhooks (webhook_id) WHERE state = 'held';

CREATE TABLE IF NOT EXISTS fired_faults (
    fault_id INTEGER PRIMARY KEY, kind TEXT NOT NULL, provider TEXT NOT NULL, subject TEXT NOT NULL,
    fired_at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS fired_faults_subject ON fired_faults (subject);
"""
