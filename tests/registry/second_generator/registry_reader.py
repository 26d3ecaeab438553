"""The registry's importer as a reader of the generator's lists."""

from __future__ import annotations

from collections.abc import Mapping

from services.registry.domain.lists.findings import Severity
from services.registry.domain.lists.records import ListReading
from services.registry.domain.lists.standardise import ListOptions, standardise
from services.registry.files.reference import load_reference
from services.registry.files.workbooks import read_workbook
from shared.kernel.errors import Refusal
from tests.registry.second_generator.commune_list import CommuneList
from tests.registry.second_generator.measures import Reader, ReadRow


def registry_reader() -> Reader:
    """Reads a list as `import check` does. A refused list has no rows."""
    reference = load_reference()

    def read(commune_list: CommuneList) -> Mapping[tuple[str, int], ReadRow]:
        options = ListOptions(commune_code=commune_list.commune_option)
        try:
            reading = standardise(read_workbook(commune_list.data, commune_list.filename), reference, options)
        except Refusal as refusal:
            print(f"seed {commune_list.seed}: {refusal}")
            return {}
        return rows_of(reading)

    return read


def rows_of(reading: ListReading) -> dict[tuple[str, int], ReadRow]:
    """A reading by sheet and row."""
    rows: dict[tuple[str, int], ReadRow] = {}
    for row in reading.rows:
        info = frozenset(finding.code for finding in row.findings if finding.severity is Severity.INFO)
        grave = frozenset(finding.code for finding in row.findings if finding.severity is not Severity.INFO)
        rows[row.sheet, row.row] = ReadRow(row.status.value, row.record.as_json(), grave, info)
    return rows
