"""What officers and transfer texts call a person: `HUE-0000123`, a number of ours, never one of the state's."""

from __future__ import annotations

_PREFIX_OF_PROVINCE = {"46": "HUE"}


def beneficiary_code(province_code: str, number: int) -> str:
    """The code of the person with that number in the registry's sequence. Provinces without a prefix of their own have VN."""
    return f"{_PREFIX_OF_PROVINCE.get(province_code, 'VN')}-{number:07d}"
