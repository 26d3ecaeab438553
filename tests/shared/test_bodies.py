"""What comes in over REST before anybody knows whether it is right: the token first, bounded, and never an error of ours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Depends
from pydantic import BaseModel

from shared.auth import Caller, require
from shared.bodies import DRAIN_BYTES, MAX_BODY_BYTES
from shared.platform import Platform
from shared.web import join, make_app
from tests.conftest import Tokens

JSON = {"content-type": "application/json"}
BROKEN = [
    b"{",
    b"[" * 200_000,
    b"\xff\xfe",
    b'{"words": "\\ud800"}',
    b'{"words": ' + b"9" * 5000 + b"}",
    b"[" * 9_000 + b"]" * 9_000,
]


class Note(BaseModel):
    words: str


@pytest.fixture
async def client(platform: Platform) -> AsyncIterator[httpx.AsyncClient]:
    """A service of one route, which keeps what it was told in the database."""
    database = platform.database("disbursement")
    router = APIRouter()

    @router.post("/v1/notes")
    async def post_note(note: Note, caller: Annotated[Caller, Depends(require("disbursement:prepare"))]) -> Note:
        async with database.transaction(caller.row_scope) as tx:
            return Note(words=await tx.scalar("SELECT CAST(:words AS text)", words=note.words))

    app = make_app("disbursement", "notes", "", database, platform.verifier)
    join(app, router)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://notes") as made:
        yield made


def bearer(tokens: Tokens, role: str) -> dict[str, str]:
    return {**JSON, "authorization": f"Bearer {tokens(role)}"}


async def refused(client: httpx.AsyncClient, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    answer = await client.post("/v1/notes", content=body, headers=headers)
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("body", BROKEN, ids=range(len(BROKEN)))
async def test_a_broken_body_is_looked_at_after_the_token(client: httpx.AsyncClient, tokens: Tokens, body: bytes) -> None:
    assert await refused(client, body, JSON) == (401, "no-token")
    assert await refused(client, body, bearer(tokens, "checker")) == (403, "not-allowed")
    assert await refused(client, body, bearer(tokens, "maker")) == (422, "bad-request")


async def test_a_text_that_the_database_cannot_hold_is_a_bad_request(client: httpx.AsyncClient, tokens: Tokens) -> None:
    assert await refused(client, b'{"words": "a\\u0000b"}', bearer(tokens, "maker")) == (422, "bad-request")
    kept = await client.post("/v1/notes", json={"words": "chi trả"}, headers=bearer(tokens, "maker"))
    assert (kept.status_code, kept.json()) == (200, {"words": "chi trả"})


async def test_no_more_of_a_body_is_kept_than_anybody_needs(client: httpx.AsyncClient, tokens: Tokens) -> None:
    head, tail = b'{"words": "', b'"}'
    fits = head + b"x" * (MAX_BODY_BYTES - len(head) - len(tail)) + tail
    assert (await client.post("/v1/notes", content=fits, headers=bearer(tokens, "maker"))).status_code == 200
    assert await refused(client, fits + b" ", bearer(tokens, "maker")) == (413, "body-too-large")
    assert await refused(client, fits + b" ", JSON) == (401, "no-token")


async def test_a_body_without_end_is_not_read_to_its_end(client: httpx.AsyncClient, tokens: Tokens) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1_000_000
            yield b"x" * 1_000_000

    answer = await client.post("/v1/notes", content=endless(), headers=bearer(tokens, "maker"))
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")
    assert read <= DRAIN_BYTES + 2_000_000
