"""An issuer of tokens elsewhere: asked for its keys over HTTP, and nobody waits for it who asks nothing of it."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.auth import oidc_verifier
from shared.embedded_postgres import free_port
from shared.kernel.clock import wall_now
from shared.platform import Platform
from shared.web import make_app

ISSUER = "https://sso.example"


class Issuer:
    """Answers with its keys once it may."""

    def __init__(self) -> None:
        self.key = Ed25519PrivateKey.generate()
        self.asked, self.may_answer = threading.Event(), threading.Event()
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.asked.set()
                issuer.may_answer.wait(60)
                body = json.dumps({"keys": [{**issuer.public(), "kid": "k1", "use": "sig", "alg": "EdDSA"}]}).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def public(self) -> dict[str, Any]:
        return dict(json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(self.key.public_key())))

    def token(self) -> str:
        claims = {
            "iss": ISSUER, "sub": "lan", "aud": "chitra", "exp": wall_now() + timedelta(hours=1), "kind": "person",
            "scope": "events:read", "unit_ids": ["*"],
        }  # fmt: skip
        return jwt.encode(claims, self.key, algorithm="EdDSA", headers={"kid": "k1"})


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    made = Issuer()
    yield made
    made.may_answer.set()
    made.server.shutdown()
    made.server.server_close()


def client(platform: Platform, jwks_url: str) -> httpx.AsyncClient:
    verifier = oidc_verifier(ISSUER, jwks_url, "chitra")
    app = make_app("disbursement", "d", "", platform.database("disbursement"), verifier)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://d")


async def test_while_the_issuer_takes_its_time_others_are_served(platform: Platform, issuer: Issuer) -> None:
    async with client(platform, f"http://127.0.0.1:{issuer.server.server_port}/jwks") as http:
        headers = {"authorization": f"Bearer {issuer.token()}"}
        asking = asyncio.create_task(http.get("/v1/events", headers=headers))
        await asyncio.to_thread(issuer.asked.wait, 60)
        assert (await http.get("/health/ready")).status_code == 200
        assert not asking.done()
        issuer.may_answer.set()
        assert (await asking).status_code == 200


async def test_an_issuer_that_is_away_proves_nothing_of_a_token(platform: Platform, issuer: Issuer) -> None:
    async with client(platform, f"http://127.0.0.1:{free_port()}/jwks") as http:
        answer = await http.get("/v1/events", headers={"authorization": f"Bearer {issuer.token()}"})
        assert (answer.status_code, answer.json()["code"]) == (503, "issuer-away")
