"""python -m services.provider_gateway.sandbox --port P --data DIR --keys DIR --webhooks URL --seed S --fault-rate F"""

from __future__ import annotations

import argparse
import logging
from datetime import date
from pathlib import Path

import uvicorn

from services.provider_gateway.sandbox.app import create_app
from services.provider_gateway.sandbox.settings import SandboxSettings


def main() -> None:
    """Run the sandbox until it is stopped."""
    defaults = SandboxSettings(Path(), Path(), "")
    parser = argparse.ArgumentParser(description="Four simulated providers on real HTTP; see docs/providers/")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder of the books")
    parser.add_argument("--keys", type=Path, required=True, help="folder of keys and secrets, made when absent")
    parser.add_argument("--webhooks", required=True, help="outcomes are posted to <this>/<provider>")
    parser.add_argument("--seed", type=int, default=defaults.seed)
    parser.add_argument("--fault-rate", type=float, default=defaults.fault_rate, help="times the default rates; 0: none")
    parser.add_argument("--hang-seconds", type=float, default=defaults.hang_seconds)
    parser.add_argument("--not-found-seconds", type=float, default=defaults.not_found_seconds)
    parser.add_argument("--processing-seconds", type=float, default=defaults.processing_seconds)
    parser.add_argument("--collection-days", type=int, default=defaults.collection_days)
    parser.add_argument("--today", type=date.fromisoformat, default=defaults.starts_on, help="date of empty books")
    parser.add_argument("--adopt-accounts", action="store_true", help="a payment to an unknown account opens it")
    given = parser.parse_args()
    settings = SandboxSettings(
        data=given.data,
        keys=given.keys,
        webhooks_url=given.webhooks,
        seed=given.seed,
        fault_rate=given.fault_rate,
        hang_seconds=given.hang_seconds,
        not_found_seconds=given.not_found_seconds,
        processing_seconds=given.processing_seconds,
        collection_days=given.collection_days,
        starts_on=given.today,
        adopt_accounts=given.adopt_accounts,
    )
    logging.getLogger("uvicorn.error").addFilter(_is_not_a_dropped_connection)
    uvicorn.run(
        create_app(settings), host=given.host, port=given.port, access_log=False, log_level="warning",
        timeout_graceful_shutdown=1,
    )  # fmt: skip


def _is_not_a_dropped_connection(record: logging.LogRecord) -> bool:
    """Connections dropped on purpose (see DroppedConnection) are no news."""
    return "returned without completing response" not in record.getMessage()


if __name__ == "__main__":
    main()
