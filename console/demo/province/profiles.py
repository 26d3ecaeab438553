"""The eight kinds of list that communes send in, and which commune sends which.

Each profile is one kind of mess, as in the project's eight sample lists:

- `clean`: header in the first row, nothing wrong.
- `unicode`: names in Unicode parts with `Ð` for `Đ`, capitals, double spaces, `Hoà` for `Hòa`; old phone prefixes.
- `numeric`: identity numbers and phones are numbers, so the leading zeros are gone.
- `official`: a letterhead, births in a column for men and one for women under a header of two rows, village lines,
  ditto marks, `2,5` and `720.000`, a total and signatures.
- `dirty`: rows with faults (see `faults.py`).
- `tcvn3`: an .xls in TCVN3. `vni`: VNI. `csv`: comma separated, UTF-8 with a mark.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random
from typing import Literal

from console.demo.province.legacy_text import TCVN3_FONT, VNI_FONT, to_tcvn3, to_vni

ProfileName = Literal["clean", "unicode", "numeric", "official", "dirty", "tcvn3", "vni", "csv"]
DateStyle = Literal["dd/mm/yyyy", "d/m/yyyy", "dd-mm-yyyy", "dd.mm.yyyy", "cell"]
PhoneStyle = Literal["plain", "spaced", "dotted", "+84"]

DIRTY_SHARE = 0.30
"""Share of all people on dirty lists. One list in eight, as among the samples, would leave 3% of the rows to officers;
with this share it is 7% to review and 2.5% rejected. The other seven kinds take turns."""

_CELL_DATES: tuple[DateStyle, ...] = ("dd/mm/yyyy", "d/m/yyyy", "dd-mm-yyyy", "cell")
_TEXT_DATES: tuple[DateStyle, ...] = ("dd/mm/yyyy", "d/m/yyyy", "dd.mm.yyyy")


def _as_it_is(text: str) -> str:
    return text


@dataclass(frozen=True, slots=True)
class Profile:
    """How a list looks. Shares are of rows. `preamble_lines`: fewest and most lines above the header."""

    name: ProfileName
    suffix: Literal[".xlsx", ".xls", ".csv"] = ".xlsx"
    font: str = "Times New Roman"
    encode: Callable[[str], str] = _as_it_is
    preamble_lines: tuple[int, int] = (2, 5)
    footer: bool = False
    births_by_sex: bool = False
    village_lines: bool = False
    date_styles: tuple[DateStyle, ...] = _CELL_DATES
    year_as_text: bool = False
    upper_share: float = 0.0
    double_space_share: float = 0.0
    names_in_parts: bool = False
    newer_tones: bool = False
    numbers_as_numbers: bool = False
    spaced_id_share: float = 0.0
    phone_styles: tuple[PhoneStyle, ...] = ("plain",)
    old_prefix_share: float = 0.0
    money_as_text: bool = False


PROFILES: tuple[Profile, ...] = (
    Profile("clean", preamble_lines=(0, 0)),
    Profile(
        "unicode",
        upper_share=0.42,
        double_space_share=0.27,
        names_in_parts=True,
        newer_tones=True,
        phone_styles=("plain", "plain", "spaced", "spaced", "dotted", "+84"),
        old_prefix_share=0.5,
    ),
    Profile("numeric", numbers_as_numbers=True, old_prefix_share=0.5),
    Profile(
        "official",
        preamble_lines=(5, 6),
        footer=True,
        births_by_sex=True,
        village_lines=True,
        upper_share=0.5,
        money_as_text=True,
    ),
    Profile("dirty", footer=True, upper_share=0.5, phone_styles=("plain", "spaced", "dotted", "+84")),
    Profile(
        "tcvn3",
        suffix=".xls",
        font=TCVN3_FONT,
        encode=to_tcvn3,
        footer=True,
        births_by_sex=True,
        date_styles=_TEXT_DATES,
        year_as_text=True,
        double_space_share=0.33,
    ),
    Profile("vni", font=VNI_FONT, encode=to_vni, spaced_id_share=0.2),
    Profile(
        "csv",
        suffix=".csv",
        preamble_lines=(0, 0),
        date_styles=_TEXT_DATES,
        newer_tones=True,
        spaced_id_share=0.28,
        phone_styles=("plain", "spaced", "dotted", "+84"),
    ),
)
_DIRTY = next(profile for profile in PROFILES if profile.name == "dirty")
_OTHERS = tuple(profile for profile in PROFILES if profile.name != "dirty")


def assign_profiles(sizes: Iterable[tuple[str, int]], rng: Random) -> dict[str, Profile]:
    """Commune code -> profile, for communes given with their numbers of people.

    The communes come in random order, empty ones last. Each is dirty when the dirty lists do not exceed `DIRTY_SHARE`
    of the people so far, else the next of the other seven: so each kind appears early, whatever the seed.
    """
    communes = list(sizes)
    rng.shuffle(communes)
    communes.sort(key=lambda commune: commune[1] == 0)
    assigned: dict[str, Profile] = {}
    others = dirty_people = people = 0
    for code, count in communes:
        size = max(count, 1)  # an empty list counts too, or all of them would be dirty
        if dirty_people <= DIRTY_SHARE * people:
            assigned[code] = _DIRTY
            dirty_people += size
        else:
            assigned[code] = _OTHERS[others % len(_OTHERS)]
            others += 1
        people += size
    return assigned
