"""Who calls: bearer tokens (JWT) of any OIDC issuer, or of the local one; what they may do, and for whose rows.

A token's `scope` says what (registry:read, disbursement:approve, ...), its `unit_ids` whose rows: a unit and all below it.
A person and a service account are told apart by `kind`; a service account approves nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from shared.database import EVERYTHING
from shared.kernel.clock import wall_now
from shared.kernel.errors import ErrorCode, Kind, Refusal
from shared.kernel.units import require_unit_id

LOCAL_ISSUER = "chitra-local"

NO_TOKEN = ErrorCode("no-token", Kind.UNAUTHENTICATED, "A valid bearer token is needed", "Cần mã truy cập hợp lệ")
NOT_ALLOWED = ErrorCode("not-allowed", Kind.FORBIDDEN, "The token lacks the role", "Mã truy cập không có quyền này")
NOT_YOUR_UNIT = ErrorCode("not-your-unit", Kind.FORBIDDEN, "The token is for another unit", "Mã truy cập thuộc đơn vị khác")
ISSUER_AWAY = ErrorCode(
    "issuer-away", Kind.NOT_READY, "The issuer of tokens does not answer", "Hệ thống cấp mã truy cập không phản hồi"
)
UNKNOWN_ROLE = ErrorCode("unknown-role", Kind.INVALID, "Unknown role", "Không có vai trò này")

ROLES: dict[str, tuple[str, ...]] = {
    "commune_officer": (
        "registry:read",
        "registry:write",
        "registry:enrol",
        "registry:approve",
        "registry:openings",
        "disbursement:verify",
        "disbursement:complaints",
        "reporting:read",
    ),
    "provider_staff": ("registry:read", "registry:enrol", "gateway:read", "gateway:uses"),
    "maker": (
        "registry:read",
        "registry:openings",
        "disbursement:read",
        "disbursement:prepare",
        "disbursement:verify",
        "disbursement:complaints",
        "reporting:read",
    ),
    "checker": (
        "registry:read",
        "registry:approve",
        "disbursement:read",
        "disbursement:approve",
        "disbursement:complaints",
        "reporting:read",
    ),
    "head": (
        "registry:read",
        "disbursement:read",
        "disbursement:approve-second",
        "gateway:read",
        "gateway:settle",
        "reporting:read",
    ),
    "accountant": (
        "disbursement:read",
        "disbursement:fund",
        "disbursement:release",
        "disbursement:verify",
        "disbursement:reconcile",
        "disbursement:complaints",
        "gateway:files",
        "gateway:read",
        "gateway:enquire",
        "gateway:settle",
        "reporting:read",
    ),
    "province": (
        "registry:read",
        "registry:write",
        "registry:openings",
        "registry:approve",
        "registry:enrol",
        "disbursement:read",
        "disbursement:prepare",
        "disbursement:contract",
        "disbursement:handover",
        "disbursement:verify",
        "disbursement:complaints",
        "gateway:read",
        "reporting:read",
    ),
    "operations": (
        "registry:read",
        "disbursement:read",
        "gateway:read",
        "gateway:files",
        "gateway:stop",
        "gateway:limits",
        "gateway:replay",
        "gateway:enquire",
        "reporting:read",
        "events:read",
        "operations",
    ),
    "system": ("events:read", "registry:read", "disbursement:read"),
    "admin": (
        "registry:read",
        "registry:units",
        "disbursement:read",
        "disbursement:contract",
        "disbursement:handover",
        "gateway:read",
        "reporting:read",
    ),
}
"""What each role's token may do. An issuer outside may grant any mixture of these scopes."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, proven by the token. `unit_ids` empty means the whole country."""

    issuer: str
    subject: str
    kind: str  # "person" or "service"
    scopes: frozenset[str]
    unit_ids: tuple[str, ...]

    @property
    def row_scope(self) -> str:
        """The row scope of this caller's transactions."""
        return ",".join(self.unit_ids) if self.unit_ids else EVERYTHING

    def may_see(self, path: tuple[str, ...]) -> bool:
        """Whether a unit with this path (province first) lies in the caller's units."""
        return not self.unit_ids or bool(set(self.unit_ids) & set(path))

    def require_unit(self, path: tuple[str, ...]) -> None:
        """Refuse with `not-your-unit` what lies outside the caller's units."""
        if not self.may_see(path):
            raise Refusal(NOT_YOUR_UNIT, f"the token is for {', '.join(self.unit_ids)}")


class Verifier:
    """Checks tokens of one issuer. `key_for` finds the public key for a token."""

    def __init__(
        self, issuer: str, audience: str, key_for: Callable[[str], Any], algorithms: list[str], *, asks_afar: bool = False
    ) -> None:
        self._issuer = issuer
        self._audience = audience
        self._key_for = key_for
        self._algorithms = algorithms
        self._asks_afar = asks_afar  # for keys, over the network

    async def check(self, token: str) -> Caller:
        """As `verify`, and nobody else waits meanwhile: whoever sends a token with a key that nobody knows has the issuer asked,
        and the issuer may take its time. Raises `issuer-away` too."""
        return await asyncio.to_thread(self.verify, token) if self._asks_afar else self.verify(token)

    def verify(self, token: str) -> Caller:
        """The caller a token proves. Raises `no-token` when it is forged, expired, or of another issuer or audience, and
        `issuer-away` where nobody can tell."""
        try:
            claims = jwt.decode(
                token,
                self._key_for(token),
                algorithms=self._algorithms,
                audience=self._audience,
                issuer=self._issuer,
                options={"require": ["exp", "sub", "iss", "aud"]},
            )
            return Caller(
                issuer=claims["iss"],
                subject=claims["sub"],
                kind=claims.get("kind", "service"),
                scopes=frozenset(str(claims.get("scope", "")).split()),
                unit_ids=_units(claims),
            )
        except jwt.PyJWKClientConnectionError:
            raise Refusal(ISSUER_AWAY) from None
        except (jwt.PyJWTError, Refusal, TypeError, ValueError) as error:
            raise Refusal(NO_TOKEN, type(error).__name__) from None


def _units(claims: dict[str, Any]) -> tuple[str, ...]:
    """Unit ids of a token. A token that says nothing of units sees nothing; ["*"] is the whole country."""
    units = claims.get("unit_ids", ["none"])
    return () if units == [EVERYTHING] else tuple(require_unit_id(u) for u in units)


def local_verifier(key: Ed25519PrivateKey, audience: str) -> Verifier:
    """Verifier of the embedded platform's own issuer."""
    public = key.public_key()
    return Verifier(LOCAL_ISSUER, audience, lambda _token: public, ["EdDSA"])


def oidc_verifier(issuer: str, jwks_url: str, audience: str) -> Verifier:
    """Verifier of an OIDC issuer, whose keys are fetched from its JWKS address and kept for five minutes."""
    client = jwt.PyJWKClient(jwks_url, cache_keys=True, lifespan=300)
    return Verifier(
        issuer, audience, lambda token: client.get_signing_key_from_jwt(token).key, ["RS256", "ES256", "EdDSA"], asks_afar=True
    )


def issue_local_token(
    key: Ed25519PrivateKey, *, role: str, subject: str, unit_ids: list[str], audience: str = "chitra", hours: int = 12
) -> str:
    """A token of the local issuer. Raises `unknown-role`."""
    if role not in ROLES:
        raise Refusal(UNKNOWN_ROLE, f"{role!r} is none of {', '.join(sorted(ROLES))}")
    now = wall_now()
    claims = {
        "iss": LOCAL_ISSUER,
        "sub": subject,
        "aud": audience,
        "iat": now,
        "exp": now + timedelta(hours=hours),
        "scope": " ".join(ROLES[role]),
        "unit_ids": unit_ids,
        "role": role,
        "kind": "service" if role == "system" else "person",
    }
    return jwt.encode(claims, key, algorithm="EdDSA")


_bearer = HTTPBearer(auto_error=False, description="A token of the configured issuer, or from `./chitra token`.")


Guard = Callable[..., Awaitable[Caller]]
"""A dependency that lets a caller in, or raises."""

_GUARDS: set[Guard] = set()


def require(scope: str, *others: str) -> Guard:
    """A dependency: the caller, when its token carries `scope`; else `no-token` (401) or `not-allowed` (403).

    `others` will do as well where the step itself asks for more.
    """

    async def caller(request: Request, credentials: HTTPAuthorizationCredentials | None = Depends(_bearer)) -> Caller:
        if credentials is None:
            raise Refusal(NO_TOKEN)
        verifier: Verifier = request.app.state.verifier
        found = await verifier.check(credentials.credentials)
        if found.scopes.isdisjoint((scope, *others)):
            raise Refusal(NOT_ALLOWED, f"this needs the scope {scope}", scope=scope)
        return found

    _GUARDS.add(caller)
    return caller


def guards_of(dependant: Dependant) -> list[Guard]:
    """What `require` made, of the things that a route depends on."""
    return [each.call for each in dependant.dependencies if each.call in _GUARDS]


async def check_at_the_door(guard: Guard, request: Request) -> None:
    """Let the guard look before anything else of the request is read. Raises as it does."""
    await guard(request, await _bearer(request))
