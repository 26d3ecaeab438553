"""`python -m console.demo.province --beneficiaries N --seed S --out DIR`: makes the lists, to look at them."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from console.demo.province.lists import write_lists
from console.demo.province.people import make_province


def main() -> None:
    """Writes the lists and prints what is in them."""
    parser = argparse.ArgumentParser(prog="python -m console.demo.province", description=__doc__)
    parser.add_argument("--beneficiaries", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    province = make_province(arguments.beneficiaries, arguments.seed)
    lists = write_lists(province, arguments.out, arguments.seed)
    rows = [row for one in lists for row in one.truth]
    print(f"{len(province.persons)} people, {len(rows)} rows in {len(lists)} lists in {arguments.out}")
    counts: dict[str, Counter[str]] = {
        "profiles": Counter(str(one.profile) for one in lists),
        "rows": Counter(str(row["expect"]) for row in rows),
        "faults": Counter(fault for row in rows if (fault := row["fault"])),
    }
    for title, counter in counts.items():
        print(f"{title}: " + ", ".join(f"{name} {count}" for name, count in counter.most_common()))


if __name__ == "__main__":
    main()
