"""A private RabbitMQ node: an installed `rabbitmq-server` with ports, data, cookie and port mapper of its own.

It touches no service of the system and leaves nothing running. Standard library only; works as root and as a user.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

START_SECONDS = 120
STOP_SECONDS = 60

_DEBIAN_PROGRAMS = Path("/usr/lib/rabbitmq/bin")
_AMQP_HELLO = b"AMQP\x00\x00\x09\x01"
_AMQP_METHOD_FRAME = b"\x01"

_CONFIGURATION = """
listeners.tcp.1 = 127.0.0.1:{port}
default_user = chitra
default_pass = {password}
disk_free_limit.absolute = 50MB
log.console = false
log.file.level = warning
"""


class NodeFailed(Exception):
    """The node didn't start, or its programs are missing; the message says why."""


class Node:
    """A node and its port mapper. Made by `start`."""

    def __init__(self, directory: Path, program: Path, port_mapper: str) -> None:
        self._directory = directory
        self._program = program
        self._port_mapper = port_mapper
        self.port = _free_port()
        self._node_port = _free_port()
        self._mapper_port = _free_port()
        self._password = secrets.token_urlsafe(16)
        self._server: subprocess.Popen[bytes] | None = None
        self._mapper: subprocess.Popen[bytes] | None = None
        self._prepare()

    @property
    def url(self) -> str:
        """Where clients connect. The same after a restart."""
        return f"amqp://chitra:{self._password}@127.0.0.1:{self.port}/"

    @property
    def pid(self) -> int | None:
        """The server's process; its workers are below it. None while it is stopped."""
        return self._server.pid if self._server is not None else None

    def start(self) -> None:
        """Start, and return once it speaks AMQP. Raises NodeFailed."""
        environment = self._environment()
        if self._mapper is None:
            self._mapper = subprocess.Popen(
                [self._port_mapper, "-port", str(self._mapper_port), "-address", "127.0.0.1"],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            self._until(lambda: _listens(self._mapper_port), self._mapper)
        with (self._directory / "start.log").open("ab") as log:
            self._server = subprocess.Popen(
                [str(self._program)],
                env=environment,
                cwd=self._directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a group of its own, so that kill() reaches the shell script and the machine
            )
        self._until(lambda: _speaks_amqp(self.port), self._server)

    def stop(self) -> None:
        """Stop in order, with the port mapper."""
        self._stop_server()
        if self._mapper is not None:
            self._mapper.terminate()
            self._mapper.wait(STOP_SECONDS)
            self._mapper = None

    def restart(self) -> None:
        """Stop in order and start again with the same data and ports."""
        self._stop_server()
        self.start()

    def kill(self) -> None:
        """As if the power went. `start` brings it back with what it had on disk."""
        if self._server is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._server.pid, signal.SIGKILL)
            self._server.wait(STOP_SECONDS)
            self._server = None

    def _stop_server(self) -> None:
        if self._server is None:
            return
        self._server.terminate()
        try:
            self._server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        self._server = None

    def _prepare(self) -> None:
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in ("data", "logs"):
            (self._directory / name).mkdir(exist_ok=True)
        (self._directory / "empty.conf").touch()
        (self._directory / "plugins").write_text("[].\n", encoding="ascii")
        (self._directory / "advanced.config").write_text("[].\n", encoding="ascii")
        text = _CONFIGURATION.format(port=self.port, password=self._password)
        descriptor = os.open(self._directory / "rabbitmq.conf", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)

    def _environment(self) -> dict[str, str]:
        """What the node sees: nothing of an installation's own settings, everything in its folder."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("RABBITMQ_", "ERL_"))}
        folder = self._directory
        return {
            **kept,
            "HOME": str(folder),  # Erlang keeps its cookie there
            "LC_ALL": "C.UTF-8",
            "ERL_EPMD_PORT": str(self._mapper_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"chitra_{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(self._node_port),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +S 2:2",
            "RABBITMQ_CONF_ENV_FILE": str(folder / "empty.conf"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "logs"),
            "RABBITMQ_PID_FILE": str(folder / "node.pid"),
        }

    def _until(self, ready: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not ready():
            if process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise NodeFailed(f"{self._program.name} didn't start: {self._last_words()}")
            time.sleep(0.05)

    def _last_words(self) -> str:
        log = self._directory / "start.log"
        return log.read_text(encoding="utf-8", errors="replace")[-1000:] if log.exists() else "it said nothing"


def start(directory: Path) -> Node:
    """Start a node that keeps everything in a directory. Raises NodeFailed when RabbitMQ isn't installed or doesn't start."""
    program, port_mapper = installed_server(), shutil.which("epmd")
    if program is None or port_mapper is None:
        raise NodeFailed("rabbitmq-server is not installed")
    node = Node(directory.absolute(), program, port_mapper)
    node.start()
    return node


def installed_server() -> Path | None:
    """The program that starts a server; None where RabbitMQ isn't installed.

    Debian's `rabbitmq-server` on the path is a wrapper that switches to the system's own user and folders; the program
    behind it does not.
    """
    behind = _DEBIAN_PROGRAMS / "rabbitmq-server"
    if behind.exists():
        return behind
    found = shutil.which("rabbitmq-server", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    return Path(found) if found else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=2):
        return True
    return False


def _speaks_amqp(port: int) -> bool:
    """Whether the broker opens a conversation, which it does only when it is ready for clients."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
        connection.sendall(_AMQP_HELLO)
        return connection.recv(1) == _AMQP_METHOD_FRAME
    return False
