"""The numbers of a listed person, sealed for storing and indexed for finding again."""

from __future__ import annotations

from dataclasses import dataclass

from services.registry.domain.accounts import CHANNEL_OF, canonical_number
from services.registry.domain.people import ListedPerson
from shared.crypto import ACCOUNT, IDENTITY, PHONE, FieldCipher

LISTED = "listed-content"
"""Purpose of the keyed digest of all that a row says of a person."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """Sealed numbers of one person; None where the list has none. `account` only where its provider opens accounts."""

    identity_sealed: str | None
    identity_index: bytes | None
    phone_sealed: str | None
    phone_index: bytes | None
    payee_sealed: str | None
    payee_index: bytes | None
    account_sealed: str | None
    account_index: bytes | None


def identity_index(cipher: FieldCipher, person: ListedPerson) -> bytes | None:
    """The blind index of a person's identity number."""
    return cipher.index(person.identity_number, IDENTITY) if person.identity_number else None


def listed_index(cipher: FieldCipher, person: ListedPerson) -> bytes:
    """A keyed digest of what a row says: equal for the same saying, and no way back to the numbers in it."""
    return cipher.index(person.canonical(), LISTED)


def seal_numbers(cipher: FieldCipher, person: ListedPerson) -> Numbers:
    """All numbers of a person."""
    payee = person.payee.identity_number if person.payee else None
    account = person.account_number if person.channel in CHANNEL_OF else None
    canonical = canonical_number(person.channel, account) if account else None
    return Numbers(
        *_sealed(cipher, person.identity_number, IDENTITY),
        *_sealed(cipher, person.phone, PHONE),
        *_sealed(cipher, payee, IDENTITY),
        *_sealed(cipher, canonical, ACCOUNT),
    )


def _sealed(cipher: FieldCipher, number: str | None, purpose: str) -> tuple[str | None, bytes | None]:
    return (cipher.seal(number, purpose), cipher.index(number, purpose)) if number else (None, None)
