"""Lists sent to a running registry: uploaded some at once, with a progress bar, and confirmed where asked.

A file that was sent before is the import that it is already, so that sending a folder again finishes what a broken line left.
"""

from __future__ import annotations

import argparse
import os
import sys

from shared.kernel.errors import ErrorCode, Kind, Refusal

NO_TOKEN_GIVEN = ErrorCode(
    "no-token-given", Kind.INVALID, "Give a token by --token or CHITRA_TOKEN", "Thiếu mã truy cập (--token hoặc CHITRA_TOKEN)"
)
DEFAULT_URL = "http://127.0.0.1:8080/registry"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the action."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="a list: .xlsx, .xls or .csv")
    parser.add_argument("--url", default=DEFAULT_URL, help=f"address of the registry (default {DEFAULT_URL})")
    parser.add_argument("--token", help="bearer token (`./chitra token`); default: the variable CHITRA_TOKEN")
    parser.add_argument("--commune", metavar="CODE", help="the commune's code, where neither titles nor file name say it")
    parser.add_argument("--confirm", action="store_true", help="confirm each list: rows that need no officer are entered")
    parser.add_argument("--workbooks", metavar="FOLDER", help="fetch each list's annotated workbook into this folder")
    parser.add_argument("--at-once", type=int, default=4, metavar="N", help="lists under way at the same time (default 4)")


def run(arguments: argparse.Namespace) -> int:
    """Send all files; 0 when each was taken, 2 when one was refused or could not be sent."""
    token = arguments.token or os.environ.get("CHITRA_TOKEN", "")
    if not token:
        raise Refusal(NO_TOKEN_GIVEN)
    from console.importing.sending import Errand, send_all  # the HTTP client is loaded only to send
    from shared.runtime import run_async

    errand = Errand(
        url=arguments.url.rstrip("/"),
        token=token,
        commune=arguments.commune,
        confirm=arguments.confirm,
        workbooks=arguments.workbooks,
        at_once=max(1, arguments.at_once),
    )
    sent = run_async(send_all(arguments.files, errand))
    for one in sent:
        if one.problem:
            print(f"{one.path}: {one.problem}", file=sys.stderr)
    return 2 if any(one.problem for one in sent) else 0
