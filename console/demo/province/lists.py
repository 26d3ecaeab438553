"""Writes the commune lists of a province, each with its truth beside it.

Shares over all rows (`profiles.DIRTY_SHARE`, `faults.FAULT_SHARE`): about 7% need an officer, 2.5% are rejected; the
rest is to be accepted however it looks. Second rows come on top of the persons: about 1.5% more rows than people.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from console.demo.province.cells import Row, person_row
from console.demo.province.faults import Entry, FaultDeck
from console.demo.province.files import write_file
from console.demo.province.model import Commune, Province
from console.demo.province.profiles import PROFILES, Profile, ProfileName, assign_profiles
from console.demo.province.truth import TruthRow, truth_row, write_truth
from console.demo.province.wording import DITTO, SIGNATURES, TOTAL, Column, header_rows, preamble

_DITTO_SHARE = 0.75


@dataclass(frozen=True, slots=True)
class CommuneList:
    """A list as it lies on the disk, and the truth of its rows in their order."""

    path: Path
    commune_code: str
    profile: ProfileName
    truth: list[TruthRow]


def write_lists(
    province: Province, out_dir: Path, seed: int, progress: Callable[[int, int], None] | None = None
) -> list[CommuneList]:
    """Writes `<commune code>-<profile>.xlsx` (.xls, .csv) and `.truth.json` for every commune, in the order of codes.

    The same province and seed give the same bytes. Lists of an earlier run in `out_dir` are removed. `progress` is told
    after each list how many of how many are written. A commune without people sends a list without rows. OSError when
    `out_dir` can't be made or written to.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    people = province.persons_by_commune()
    rng = Random(f"lists:{seed}")
    profiles = assign_profiles(((code, len(persons)) for code, persons in people.items()), rng)
    deck = FaultDeck(rng)
    written: list[CommuneList] = []
    for commune in province.communes:
        profile = profiles[commune.code]
        entries = [Entry(person, person_row(person, profile, rng)) for person in people[commune.code]]
        if profile.name == "dirty":
            entries = deck.spoil(entries)
        written.append(_write_list(commune, profile, entries, out_dir, rng))
        if progress is not None:
            progress(len(written), len(province.communes))
    return written


def _write_list(commune: Commune, profile: Profile, entries: list[Entry], out_dir: Path, rng: Random) -> CommuneList:
    rows: list[Row] = [[line] for line in preamble(rng, commune, rng.randint(*profile.preamble_lines))]
    rows.extend([*header] for header in header_rows(rng, profile.births_by_sex))
    truth: list[TruthRow] = []
    village: str | None = None
    for number, entry in enumerate(entries, start=1):
        entry.row[Column.NUMBER] = number
        if profile.village_lines:
            village = _under_its_village(entry.row, village, rows, rng)
        rows.append(entry.row)
        truth.append(truth_row(entry, len(rows), commune.code))
    if profile.footer:
        rows.extend(_footer())
    path = _list_path(out_dir, commune.code, profile)
    _remove_earlier(out_dir, commune.code)
    write_file(path, commune.name, rows, profile)
    write_truth(path, profile.name, commune.code, truth)
    return CommuneList(path, commune.code, profile.name, truth)


def _list_path(out_dir: Path, commune_code: str, profile: Profile) -> Path:
    return out_dir / f"{commune_code}-{profile.name}{profile.suffix}"


def _remove_earlier(out_dir: Path, commune_code: str) -> None:
    """Another seed may have given the commune another profile: its list would lie there as a second one."""
    for profile in PROFILES:
        earlier = _list_path(out_dir, commune_code, profile)
        earlier.unlink(missing_ok=True)
        earlier.with_suffix(".truth.json").unlink(missing_ok=True)


def _under_its_village(row: Row, last_village: str | None, rows: list[Row], rng: Random) -> str:
    """Adds a line for a new village; in the same one mostly writes a ditto mark. Answers the village."""
    village = str(row[Column.VILLAGE])
    if village != last_village:
        rows.append(["", village])
    elif rng.random() < _DITTO_SHARE:
        row[Column.VILLAGE] = rng.choice(DITTO)
    return village


def _footer() -> list[Row]:
    signatures: Row = [""] * len(Column)
    signatures[Column.NAME], signatures[Column.ID] = SIGNATURES
    return [["", TOTAL], [], signatures]
