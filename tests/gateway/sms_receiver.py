"""An SMS gateway on real HTTP: it takes a message id once, and answers as a test says."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson


class SmsReceiver:
    """Keeps what it took, by message id. `status`: what it answers; `slow_seconds`: how long it takes before that."""

    def __init__(self, port: int = 0) -> None:
        self.taken: dict[str, dict[str, Any]] = {}
        self.posts: list[tuple[str, str | None]] = []  # message id, Authorization
        self.status = 202
        self.slow_seconds = 0.0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = orjson.loads(self.rfile.read(int(self.headers["content-length"])))
                status = receiver.take(body, self.headers["authorization"])
                time.sleep(receiver.slow_seconds)
                try:
                    self.send_response(status)
                    self.send_header("content-length", "0")
                    self.end_headers()
                except OSError:
                    return  # whoever asked has gone

            def log_message(self, format: str, *arguments: object) -> None:
                """Silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/sms"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def take(self, body: dict[str, Any], key: str | None) -> int:
        """The status to answer. What is not refused is taken; twice under one id is a conflict."""
        self.posts.append((body["message_id"], key))
        if self.status >= 300:
            return self.status
        if body["message_id"] in self.taken:
            return 409
        self.taken[body["message_id"]] = body
        return self.status

    def stop(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
