"""Finding people by what an officer types: ids from the function that asks the index, rows under the caller's own policy."""

from __future__ import annotations

from typing import Any

from services.registry.domain.search import SearchPlace, SearchTerms
from shared.crypto import IDENTITY, PHONE, FieldCipher
from shared.database import Tx

HIGHEST_RANK = 99_999


async def search_people(
    tx: Tx, terms: SearchTerms, cipher: FieldCipher, *, unit_id: str | None, after: SearchPlace | None, limit: int
) -> list[dict[str, Any]]:
    """People for whom all terms hold, best first, then by code, after a place; of a unit and all below it."""
    return await tx.rows(
        """SELECT b.beneficiary_id, b.code, b.version, b.full_name, b.sex, b.birth_date, b.birth_precision, b.unit_id,
               b.village, b.status, b.hold, a.provider AS account_provider, f.rank
           FROM find_people(CAST(:words AS text[]), CAST(:marked AS text[]), CAST(:year AS integer), CAST(:born AS date),
                            CAST(:code AS text), CAST(:id AS uuid), CAST(:identity AS bytea), CAST(:phone AS bytea),
                            CAST(:unit_id AS text), CAST(:after_rank AS integer), CAST(:after_code AS text),
                            CAST(:limit AS integer)) f
           JOIN beneficiaries b ON b.beneficiary_id = f.beneficiary_id
           LEFT JOIN accounts a ON a.account_id = b.account_id
           ORDER BY f.rank DESC, b.code""",
        words=list(terms.words),
        marked=list(terms.marked),
        year=terms.birth_year,
        born=terms.born,
        code=terms.code,
        id=terms.beneficiary_id,
        identity=cipher.index(terms.identity_number, IDENTITY) if terms.identity_number else None,
        phone=cipher.index(terms.phone, PHONE) if terms.phone else None,
        unit_id=unit_id,
        after_rank=after.rank if after else HIGHEST_RANK,
        after_code=after.code if after else "",
        limit=limit,
    )
