"""Logs: structured lines on standard error, with no identity, phone or account number in them."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_NUMBER = re.compile(r"(?<![0-9A-Za-z-])\+?\d{9,15}(?![0-9A-Za-z-])")


def scrub(text: str) -> str:
    """The text with every run of 9 to 15 digits, which could be somebody's number, masked."""
    return _NUMBER.sub("•••", text)


def _scrub_event(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in event.items():
        if isinstance(value, str) and name != "timestamp":
            event[name] = scrub(value)
    return event


def configure_logging(level: str = "warning") -> None:
    """Set up structlog and the standard library's logging alike. Call once, where a process starts."""
    threshold = getattr(logging, level.upper())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _scrub_event,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=lambda *_names: structlog.PrintLogger(sys.stderr),
    )
    logging.basicConfig(level=max(threshold, logging.WARNING), handlers=[_StandardError()], force=True)


class _StandardError(logging.Handler):
    """Writes to what standard error is when a line comes: a test may have put something else there since."""

    def emit(self, record: logging.LogRecord) -> None:
        """One line."""
        sys.stderr.write(self.format(record) + "\n")
