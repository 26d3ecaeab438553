"""`python -m tests.registry.second_generator --seeds 50 [--first 0] [--show 40]`: the table of figures."""

from __future__ import annotations

import argparse

from tests.registry.second_generator.commune_list import make_list
from tests.registry.second_generator.measures import score
from tests.registry.second_generator.registry_reader import registry_reader


def main() -> None:
    """Prints how well the registry reads lists of these seeds."""
    parser = argparse.ArgumentParser(prog="second_generator", description=main.__doc__)
    parser.add_argument("--seeds", type=int, default=50, help="how many lists")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--show", type=int, default=0, help="how many disagreements to print")
    parser.add_argument("--only", default="", help="print only disagreements with this text")
    options = parser.parse_args()
    result = score(map(make_list, range(options.first, options.first + options.seeds)), registry_reader())
    shown = [text for text in result.disagreements if options.only in text]
    print(*shown[: options.show], sep="\n")
    print(f"{'field':26}{'read':>8}{'wrong':>8}")
    for name, count in sorted(result.fields.items()):
        print(f"{name:26}{count:8}{result.wrong_fields[name]:8}")
    print(f"{'all fields':26}{result.field_share:16.4%}\n\n{'status or code':26}{'there':>8}{'recall':>9}{'precision':>11}")
    for label in result.labels():
        there = result.hits[label] + result.missed[label]
        print(f"{label:26}{there:8}{result.recall(label):9.1%}{result.precision(label):11.1%}")


if __name__ == "__main__":
    main()
