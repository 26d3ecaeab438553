"""Where each category of assistance stands: its obligation kind, and how it combines with others.

How categories combine is the law's text, so it stands here as one rule: a category belongs to a *part* of a *bundle* of an
obligation kind. Of a part the highest counts, the parts of a bundle add up, and of the bundles the highest is owed.

- Of several coefficients of the monthly allowance only the highest counts (Decree 20/2021/NĐ-CP Art. 6(2)): bundle `one` has
  one part.
- A poor single parent (Art. 5(4), 1.0 for each child) who also falls under Art. 5(5), (6) or (8) gets both (Art. 6(2)):
  bundle `parent` has two parts. Everybody else's category stands in one of these parts alone, and is the bundle.
- Whoever could have the social pension or the monthly allowance gets the higher of the two (Decree 176/2025/NĐ-CP Art. 3): the
  pension stands in bundle `one`.
- Care support (Art. 20) stands beside the monthly allowance, as a kind of its own. Its three grounds stand beside each other:
  the household's for each extremely severely disabled member (Art. 20(1)), the disabled mother's own (Art. 20(2): of 1.5 and
  2.0 only the higher), the foster carer's (Art. 20(3): of several coefficients only the highest). FROM MEMORY (medium), as are
  the coefficients in `categories.csv`: a lawyer should read Art. 20 beside this.
- Funeral support is paid once, at the highest of what applies (Art. 11, 14): one bundle, one part, and one month
  (see `amounts.funeral_month`).
"""

from __future__ import annotations

from dataclasses import dataclass

MONTHLY = "monthly"
CARE_SUPPORT = "care_support"
FUNERAL = "funeral"

COUNTS_HEADS = frozenset({"K4-DTN", "CS-DBN-HGD", "CS-NHAN-DBN"})
"""Categories whose coefficient counts for each head: a child raised (Art. 6(1)(d)), a person cared for (Art. 20)."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a category stands in the rule above. `group` is coarse, for reporting."""

    kind: str
    bundle: str
    part: str
    group: str


# First letters of a category's code -> its place; the first that fits counts. The groups are coarse so that none tells
# that a person has HIV: K3 (children with HIV) counts among children, K8 (adults with HIV) among the disabled.
_PLACES: tuple[tuple[str, Place], ...] = (
    ("K1-", Place(MONTHLY, "one", "one", "children")),
    ("K2-", Place(MONTHLY, "one", "one", "children")),
    ("K3-", Place(MONTHLY, "one", "one", "children")),
    ("K4-", Place(MONTHLY, "parent", "children", "single_parents")),
    ("K5", Place(MONTHLY, "parent", "own", "elderly")),
    ("K6-", Place(MONTHLY, "parent", "own", "disabled")),
    ("K7-", Place(MONTHLY, "one", "one", "children")),
    ("K8-", Place(MONTHLY, "parent", "own", "disabled")),
    ("HTXH-", Place(MONTHLY, "one", "one", "elderly")),
    ("CS-DBN-HGD", Place(CARE_SUPPORT, "care", "household", "carers")),
    ("CS-NKT-MT", Place(CARE_SUPPORT, "care", "mother", "disabled")),
    ("CS-NHAN-", Place(CARE_SUPPORT, "care", "foster", "carers")),
    ("MT-", Place(FUNERAL, "funeral", "funeral", "funerals")),
)

MONTHLY_GROUPS = frozenset(place.group for _, place in _PLACES if place.kind == MONTHLY)
"""The groups of people with a monthly allowance."""

GROUPS = frozenset(place.group for _, place in _PLACES)
"""All groups."""


def place_of(category: str) -> Place | None:
    """The place of a category; None for a code that fits none."""
    return next((place for prefix, place in _PLACES if category.startswith(prefix)), None)


def group_of(category: str) -> str | None:
    """The coarse group of a category, for reporting; None for a code that fits no place."""
    place = place_of(category)
    return place.group if place else None


def kind_of(category: str) -> str:
    """The obligation kind of a category, as the registry says it with the decision: `monthly` for a code that fits no place."""
    place = place_of(category)
    return place.kind if place else MONTHLY
