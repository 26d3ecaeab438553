"""Finding people by what an officer types."""

from __future__ import annotations

from typing import Any

from services.registry.domain.search import SearchTerms
from shared.crypto import IDENTITY, PHONE, FieldCipher
from shared.database import Tx


async def search_people(
    tx: Tx, terms: SearchTerms, cipher: FieldCipher, *, unit_id: str | None, after: str, limit: int
) -> list[dict[str, Any]]:
    """People for whom all terms hold, in the order of their codes, after one; of a unit and all below it."""
    identity = cipher.index(terms.identity_number, IDENTITY) if terms.identity_number else None
    phone = cipher.index(terms.phone, PHONE) if terms.phone else None
    rows = await tx.rows(
        """SELECT b.beneficiary_id, b.code, b.version, b.full_name, b.sex, b.birth_date, b.birth_precision, b.unit_id,
               b.village, b.status, b.hold, a.provider AS account_provider
           FROM beneficiaries b LEFT JOIN accounts a ON a.account_id = b.account_id
           WHERE b.code > :after
               AND (CAST(:code AS text) IS NULL OR b.code = CAST(:code AS text))
               AND (CAST(:id AS uuid) IS NULL OR b.beneficiary_id = CAST(:id AS uuid))
               AND (CAST(:year AS integer) IS NULL OR extract(year FROM b.birth_date) = CAST(:year AS integer))
               AND b.name_key LIKE ALL (CAST(:patterns AS text[]))
               AND (CAST(:identity AS bytea) IS NULL OR b.beneficiary_id IN (
                    SELECT beneficiary_id FROM identity_documents WHERE number_index = CAST(:identity AS bytea)))
               AND (CAST(:phone AS bytea) IS NULL OR b.phone_index = CAST(:phone AS bytea))
               AND (CAST(:unit_id AS text) IS NULL OR b.unit_id IN (
                    SELECT unit_id FROM units WHERE path @> ARRAY[CAST(:unit_id AS text)]))
           ORDER BY b.code LIMIT :limit""",
        after=after,
        code=terms.code,
        id=terms.beneficiary_id,
        year=terms.birth_year,
        patterns=[f"%{word}%" for word in terms.words],
        identity=identity,
        phone=phone,
        unit_id=unit_id,
        limit=limit,
    )
    return [{**row} for row in rows]
