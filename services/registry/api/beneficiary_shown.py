"""Records as they are shown: every sealed number opened only to be masked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.registry.api.beneficiary_views import BeneficiaryView, VersionView
from services.registry.domain.masking import mask_record
from services.registry.use_cases.find_beneficiaries import Source, SourcedRecord
from services.registry.use_cases.look_back import Then
from shared.crypto import ACCOUNT, IDENTITY, PHONE, FieldCipher, mask

_NUMBERS = {"phone_sealed": ("phone", PHONE), "identity_sealed": ("identity_number", IDENTITY)}


def _masked(cipher: FieldCipher, sealed: str | None, purpose: str) -> str | None:
    return mask(cipher.open(sealed, purpose)) if sealed else None


def view_of_record(cipher: FieldCipher, sourced: SourcedRecord) -> BeneficiaryView:
    """A person's whole record, numbers masked."""
    record = sourced.record
    shown = masked_record(cipher, record.for_history())
    return BeneficiaryView.model_validate(
        {
            **shown,
            "beneficiary_id": record.beneficiary_id,
            "version": record.version,
            "account_provider": record.account.provider if record.account else None,
            "source": _source(sourced.source) if sourced.source else None,
        }
    )


def view_of_then(cipher: FieldCipher, then: Then) -> BeneficiaryView:
    """A person's record as it was, numbers masked."""
    account = then.record["account"]
    return BeneficiaryView.model_validate(
        {
            **masked_record(cipher, then.record),
            "beneficiary_id": then.beneficiary_id,
            "version": then.version,
            "account_provider": account["provider"] if account else None,
            "source": None,
        }
    )


def _source(source: Source) -> dict[str, Any]:
    row = source.row
    cells = {letters: str(cell) for letters, cell in row.content.cells.items()}
    return {
        "import_id": source.import_id,
        "file_name": source.file_name,
        "row_id": row.row_id,
        "sheet": row.sheet,
        "row": row.row,
        "cells": mask_record(cells),
    }


def masked_record(cipher: FieldCipher, record: Mapping[str, Any]) -> dict[str, Any]:
    """A record as the history keeps it, each sealed number masked."""
    shown: dict[str, Any] = {}
    for name, value in record.items():
        if name in _NUMBERS:
            plain_name, purpose = _NUMBERS[name]
            shown[plain_name] = _masked(cipher, value, purpose)
        elif name == "documents":
            shown[name] = [_numbered(cipher, document, IDENTITY) for document in value]
        elif name == "account" and value:
            shown[name] = _numbered(cipher, value, ACCOUNT)
        else:
            shown[name] = masked_record(cipher, value) if isinstance(value, Mapping) else value
    return shown


def _numbered(cipher: FieldCipher, value: Mapping[str, Any], purpose: str) -> dict[str, Any]:
    rest = {name: part for name, part in value.items() if name != "number_sealed"}
    return {**rest, "number": _masked(cipher, value["number_sealed"], purpose)}


def view_of_version(cipher: FieldCipher, row: Mapping[str, Any]) -> VersionView:
    """A version out of the history."""
    source = {name: row[name] for name in ("import_id", "file_name", "row_id", "sheet", "row")}
    plain = ("version", "effective_from", "recorded_at", "issuer", "subject", "reason", "paper_number", "note", "changed")
    return VersionView.model_validate(
        {
            **{name: row[name] for name in plain},
            "source": source if row["import_id"] else None,
            "record": masked_record(cipher, row["record"]),
        }
    )
