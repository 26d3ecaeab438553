"""`./chitra test`: all tests, with what they need of the machine: a RabbitMQ to start nodes of, a Chromium for pages."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BROKER_PACKAGE = "rabbitmq-server"
BROWSER_PACKAGE = "chromium"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command; what stands after `--` goes to pytest."""
    parser.add_argument("--yes", action="store_true", help="install Debian packages that are missing without asking")
    parser.add_argument("pytest_arguments", nargs="*", metavar="PYTEST_ARGUMENT", help="for pytest; put -- before options")


def run(arguments: argparse.Namespace) -> int:
    """Find or install what is needed, then run pytest; its exit code."""
    missing = missing_packages()
    if missing:
        problem = provide(missing, assume_yes=arguments.yes or os.environ.get("CI") == "true")
        if problem:
            print(f"chitra: {problem}", file=sys.stderr)
            return 2
    command = [sys.executable, "-m", "pytest", *(arguments.pytest_arguments or _in_parallel())]
    # Every worker reads in all tests, and the tests start a hundred processes: compiled code is kept (git ignores it).
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def _in_parallel() -> list[str]:
    """Twice as many workers as processors, but no more than eight: most of the time a test waits, for a provider's time-out, a
    lease, a process that starts. A file stays with one worker, and so do its database and its processes. Files begin in the
    order of their collection (tests/order.py), not those with the most tests first: what takes long is often a single test."""
    workers = min(2 * (os.cpu_count() or 2), 8)
    return ["-n", str(workers), "--dist", "loadfile", "--no-loadscope-reorder"]


def missing_packages() -> list[str]:
    """Debian packages whose programs are not there."""
    missing = []
    if not os.environ.get("CHITRA_TEST_AMQP_URL") and not _find("rabbitmq-server", "/usr/lib/rabbitmq/bin/rabbitmq-server"):
        missing.append(BROKER_PACKAGE)
    if not _find("chromium", "/usr/bin/chromium") and not _find("chromium-browser") and not _find("google-chrome"):
        missing.append(BROWSER_PACKAGE)
    return missing


def _find(name: str, place: str = "") -> bool:
    return shutil.which(name) is not None or (bool(place) and Path(place).exists())


def provide(packages: list[str], *, assume_yes: bool) -> str | None:
    """Install Debian packages with no service left enabled; None, or one line that says what the person can do."""
    by_hand = f"the tests need {' and '.join(packages)}: install with `apt-get install {' '.join(packages)}`" + (
        ", or set CHITRA_TEST_AMQP_URL to a RabbitMQ that tests may use" if BROKER_PACKAGE in packages else ""
    )
    if shutil.which("apt-get") is None:
        return by_hand
    sudo = [] if os.geteuid() == 0 else ["sudo"]
    if sudo and shutil.which("sudo") is None:
        return by_hand
    if not assume_yes:
        if not sys.stdin.isatty():
            return f"{by_hand}, or start with --yes"
        print(f"The tests need Debian's {' and '.join(packages)}. No service of theirs will stay enabled.")
        if input("Install now? [y/N] ").strip().lower() not in {"y", "yes"}:
            return by_hand
    return _install(packages, sudo) or None


def _install(packages: list[str], sudo: list[str]) -> str:
    print(f"chitra: installing {' '.join(packages)}", file=sys.stderr)
    environment = ["env", "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1"]
    policy = Path("/usr/sbin/policy-rc.d")
    held_back = _hold_services_back(policy, sudo)
    try:
        subprocess.run([*sudo, *environment, "apt-get", "update", "-qq"], check=False, stdout=subprocess.DEVNULL)
        install = [*sudo, *environment, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
        done = subprocess.run(install, check=False, stdout=subprocess.DEVNULL)
    finally:
        if held_back:
            subprocess.run([*sudo, "rm", "-f", str(policy)], check=False)
    if BROKER_PACKAGE in packages and shutil.which("systemctl"):
        subprocess.run(
            [*sudo, "systemctl", "disable", "--now", BROKER_PACKAGE],
            check=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    return "" if done.returncode == 0 else f"apt-get could not install {' '.join(packages)}"


def _hold_services_back(policy: Path, sudo: list[str]) -> bool:
    """Debian starts a service as it installs it, unless this file says no; ours is taken away afterwards."""
    if policy.exists():
        return False
    subprocess.run([*sudo, "tee", str(policy)], input=b"#!/bin/sh\nexit 101\n", check=True, stdout=subprocess.DEVNULL)
    subprocess.run([*sudo, "chmod", "755", str(policy)], check=True)
    return True
