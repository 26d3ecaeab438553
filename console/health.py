"""`./chitra healthy PATH`: whether the process on CHITRA_PORT answers; what health checks of containers run."""

from __future__ import annotations

import argparse
import http.client
import os
import sys

TIMEOUT_SECONDS = 3.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("path", help="/health/ready or /health/live")
    parser.add_argument("--port", type=int, default=int(os.environ.get("CHITRA_PORT", "8080")), help="default: CHITRA_PORT")


def run(arguments: argparse.Namespace) -> int:
    """0 when the path answers 200 on loopback, else 1."""
    if is_healthy("127.0.0.1", arguments.port, arguments.path):
        return 0
    print(f"nothing healthy at port {arguments.port}, {arguments.path}", file=sys.stderr)
    return 1


def is_healthy(host: str, port: int, path: str) -> bool:
    """Whether a path answers 200 within three seconds. Standard library only: it runs every few seconds in each container."""
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
