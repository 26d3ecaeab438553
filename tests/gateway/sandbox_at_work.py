"""The real sandbox as a process, with the admin routes that a test needs."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from shared.embedded_postgres import free_port

REPOSITORY = Path(__file__).resolve().parents[2]


class SandboxAtWork:
    """A sandbox without faults by rate: a test forces those that it is about."""

    def __init__(
        self, folder: Path, keys: Path, webhooks_url: str, *, hang_seconds: float = 1.5, not_found_seconds: float = 1.0
    ) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._keys = keys
        self._command = [
            sys.executable, "-m", "services.provider_gateway.sandbox", "--port", str(port), "--data", str(folder),
            "--keys", str(keys), "--webhooks", webhooks_url, "--fault-rate", "0",
            "--hang-seconds", str(hang_seconds), "--not-found-seconds", str(not_found_seconds), "--processing-seconds", "0.02",
        ]  # fmt: skip
        self._client = httpx.Client(base_url=self.url, timeout=120, trust_env=False)
        self.start()

    def start(self) -> None:
        """Start it, with the books that it left."""
        self._process = subprocess.Popen(self._command, cwd=REPOSITORY)
        deadline = time.monotonic() + 300  # on a machine at work on much else
        while time.monotonic() < deadline:
            assert self._process.poll() is None, "the sandbox ended by itself"
            try:
                if self._client.get("/health").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError("the sandbox did not start")

    def ask(self, method: str, path: str, **body: Any) -> Any:
        """An admin route's answer."""
        secret = (self._keys / "admin.secret").read_text().strip()
        headers = {"authorization": f"Bearer {secret}"}
        answer = self._client.request(method, f"/admin{path}", headers=headers, json=body or None)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def movements(self) -> dict[str, list[tuple[str, int]]]:
        """Every movement in the books: reference -> [(kind, đồng)]."""
        found: dict[str, list[tuple[str, int]]] = {}
        after: int | None = 0
        while after is not None:
            page = self.ask("GET", f"/books?after={after}&limit=10000")
            for movement in page["movements"]:
                found.setdefault(movement["reference"], []).append((movement["kind"], movement["amount_dong"]))
            after = page["next_after"]
        return found

    def kill(self) -> None:
        """SIGKILL; `start` brings it back."""
        self._process.kill()
        self._process.wait(timeout=120)

    def stop(self) -> None:
        """End it."""
        self._client.close()
        self._process.terminate()
        self._process.wait(timeout=120)
