"""Sealed values and tokens: what they let through, and what not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from shared.auth import ROLES, issue_local_token, local_verifier
from shared.crypto import ACCOUNT, IDENTITY, FieldCipher, load_field_cipher, mask, pseudonym
from shared.kernel.errors import Refusal
from shared.keys import make_keys
from shared.observability import scrub

CIPHER = FieldCipher("k2", {"k1": b"1" * 32, "k2": b"2" * 32}, b"i" * 32)
KEY = Ed25519PrivateKey.generate()
VERIFIER = local_verifier(KEY, "chitra")


@given(st.text(max_size=40))
def test_what_is_sealed_opens_again_and_shows_nothing(plain: str) -> None:
    sealed = CIPHER.seal(plain, IDENTITY)
    assert CIPHER.open(sealed, IDENTITY) == plain
    assert sealed != CIPHER.seal(plain, IDENTITY)
    assert len(plain) < 6 or plain not in sealed


def test_a_value_sealed_with_an_older_key_still_opens() -> None:
    old = FieldCipher("k1", CIPHER.keys, CIPHER.index_key)
    assert CIPHER.open(old.seal("046060282292", IDENTITY), IDENTITY) == "046060282292"


@pytest.mark.parametrize("change", [lambda s: s[:-4] + "AAAA", lambda s: "k9" + s[2:], lambda s: "", lambda s: "k2.!!"])
def test_a_changed_value_or_unknown_key_is_refused(change: Callable[[str], str]) -> None:
    sealed = CIPHER.seal("046060282292", IDENTITY)
    with pytest.raises(Refusal) as refused:
        CIPHER.open(change(sealed), IDENTITY)
    assert refused.value.code.code == "sealed-value-unreadable"


@given(st.binary(max_size=200))
def test_a_file_is_sealed_byte_for_byte(plain: bytes) -> None:
    sealed = CIPHER.seal_bytes(plain, "list-file")
    assert CIPHER.open_bytes(sealed, "list-file") == plain
    assert len(plain) < 6 or plain not in sealed
    for changed in (sealed[:-1] + bytes([sealed[-1] ^ 1]), b"k9" + sealed[2:], b"", b"\xff." + sealed):
        with pytest.raises(Refusal) as refused:
            CIPHER.open_bytes(changed, "list-file")
        assert refused.value.code.code == "sealed-value-unreadable"


def test_a_value_cannot_be_moved_to_another_purpose() -> None:
    with pytest.raises(Refusal):
        CIPHER.open(CIPHER.seal("046060282292", IDENTITY), ACCOUNT)
    assert CIPHER.index("1", IDENTITY) != CIPHER.index("1", ACCOUNT)
    assert CIPHER.index("1", IDENTITY) == CIPHER.index("1", IDENTITY)


def test_keys_are_made_once_and_readable_by_the_owner_only(tmp_path: Path) -> None:
    make_keys(tmp_path / "keys")
    before = {path.name: path.read_bytes() for path in (tmp_path / "keys").iterdir()}
    make_keys(tmp_path / "keys")
    assert {path.name: path.read_bytes() for path in (tmp_path / "keys").iterdir()} == before
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "keys").iterdir())
    assert load_field_cipher(tmp_path / "keys").current == "k1"


def test_masks_and_pseudonyms_do_not_show_the_number() -> None:
    assert mask("046060282292") == "•••••••••292"
    assert pseudonym(b"s", "p") == pseudonym(b"s", "p") != pseudonym(b"t", "p")
    assert scrub("call 0912345678 about 046060282292") == "call ••• about •••"
    assert "2021-10-01" in scrub("on 2021-10-01 at 3/4")


def test_a_token_of_the_issuer_names_its_caller() -> None:
    caller = VERIFIER.verify(issue_local_token(KEY, role="maker", subject="lan", unit_ids=["474@2021-07-01"]))
    assert (caller.subject, caller.kind, caller.row_scope) == ("lan", "person", "474@2021-07-01")
    assert caller.scopes == frozenset(ROLES["maker"])
    assert caller.may_see(("46@2021-07-01", "474@2021-07-01", "19750@2021-07-01"))
    assert not caller.may_see(("46@2021-07-01", "476@2021-07-01"))


def _claims(**changes: object) -> dict[str, object]:
    token = issue_local_token(KEY, role="maker", subject="lan", unit_ids=["474@2021-07-01"])
    claims = jwt.decode(token, options={"verify_signature": False})
    claims.update(changes)
    return {name: value for name, value in claims.items() if value is not None}


@pytest.mark.parametrize(
    "changes",
    [{"iss": "another"}, {"aud": "another"}, {"exp": 1}, {"sub": None}, {"exp": None}, {"unit_ids": ["474"]}, {"unit_ids": 7}],
)
def test_a_token_with_wrong_claims_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(Refusal) as refused:
        VERIFIER.verify(jwt.encode(_claims(**changes), KEY, algorithm="EdDSA"))
    assert refused.value.code.code == "no-token"


def test_a_token_of_another_key_or_without_signature_is_refused() -> None:
    for forged in (
        jwt.encode(_claims(), Ed25519PrivateKey.generate(), algorithm="EdDSA"),
        jwt.encode(_claims(), "", algorithm="none"),
        "not.a.token",
        "",
    ):
        with pytest.raises(Refusal):
            VERIFIER.verify(forged)


def test_a_token_that_says_nothing_of_units_sees_nothing() -> None:
    with pytest.raises(Refusal):
        VERIFIER.verify(jwt.encode(_claims(unit_ids=None), KEY, algorithm="EdDSA"))
