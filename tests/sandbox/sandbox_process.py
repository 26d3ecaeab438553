"""A sandbox as a real process on a free port."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

REPOSITORY = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RunningSandbox:
    """A sandbox process; `stop(kill=True)` is SIGKILL, and `start` goes on with the same books."""

    def __init__(self, folder: Path, webhooks_url: str) -> None:
        self.folder, self.keys = folder, folder / "keys"
        self.url = f"http://127.0.0.1:{free_port()}"
        self._webhooks_url = webhooks_url
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> None:
        port = self.url.rsplit(":", 1)[1]
        command = [
            sys.executable, "-m", "services.provider_gateway.sandbox", "--port", port, "--data", str(self.folder / "data"),
            "--keys", str(self.keys), "--webhooks", self._webhooks_url, "--hang-seconds", "0.3",
            "--not-found-seconds", "0.4", *options,
        ]  # fmt: skip
        self._process = subprocess.Popen(command, cwd=REPOSITORY)
        deadline = time.monotonic() + 300
        with httpx.Client(trust_env=False) as client:
            while time.monotonic() < deadline:
                assert self._process.poll() is None, "the sandbox ended by itself"
                try:
                    if client.get(f"{self.url}/health").status_code == 200:
                        return
                except httpx.TransportError:
                    time.sleep(0.05)
        raise AssertionError("the sandbox did not start")

    def stop(self, *, kill: bool = False) -> None:
        assert self._process is not None
        self._process.kill() if kill else self._process.terminate()
        self._process.wait(timeout=120)

    def secret(self, name: str) -> str:
        return (self.keys / f"{name}.secret").read_text().strip()

    def private_key(self, name: str) -> rsa.RSAPrivateKey:
        key = serialization.load_pem_private_key((self.keys / f"{name}_private.pem").read_bytes(), None)
        assert isinstance(key, rsa.RSAPrivateKey)
        return key

    def public_key(self, name: str) -> rsa.RSAPublicKey:
        key = serialization.load_pem_public_key((self.keys / f"{name}_public.pem").read_bytes())
        assert isinstance(key, rsa.RSAPublicKey)
        return key
