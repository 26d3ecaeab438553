"""A commune's list from its bytes: the one way in, for the API and for the dry run alike."""

from __future__ import annotations

from services.registry.domain.lists.annotations import without_annotations
from services.registry.domain.lists.records import ListReading
from services.registry.domain.lists.reference import Reference
from services.registry.domain.lists.standardise import ListOptions, standardise
from services.registry.domain.lists.workbook import Workbook
from services.registry.files.workbooks import read_workbook


def open_list(data: bytes, file_name: str) -> Workbook:
    """The workbook as the commune wrote it. Refused: what `read_workbook` refuses."""
    return without_annotations(read_workbook(data, file_name))


def read_list(data: bytes, file_name: str, reference: Reference, options: ListOptions) -> tuple[Workbook, ListReading]:
    """The workbook and every person of it, standardised. Refused: what `read_workbook` and `standardise` refuse."""
    workbook = open_list(data, file_name)
    return workbook, standardise(workbook, reference, options)
