"""One page of a long list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")
PAGE_SIZE = 50
# Up to here a count is exact; beyond it nobody reads on, and counting would cost more with every row.
MOST_COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows of one page; `number` counts from 1, `total` is the number of rows on all pages.

    Where it `is_cut`, there are more than the first 1,000, and no page shows the rest.
    """

    rows: Sequence[Row]
    number: int
    total: int
    size: int = PAGE_SIZE
    is_cut: bool = False

    @property
    def pages(self) -> int:
        """Gives how many pages there are, one even where there is no row."""
        reach = min(self.total, MOST_COUNTED) if self.is_cut else self.total
        return max(1, -(-reach // self.size))

    @property
    def count(self) -> int | str:
        """Gives how many rows there are as pages print it: 超过1000 where it is cut."""
        return counted(self.total) if self.is_cut else self.total

    @property
    def first(self) -> int:
        """Gives the place of this page's first row in the whole list, 0 where there is none."""
        return (self.number - 1) * self.size + 1 if self.rows else 0


def counted(count: int) -> str:
    """Gives a count that stops at 1,001 as pages print it: exact to 1,000, then 超过1000."""
    return str(count) if count <= MOST_COUNTED else f"超过{MOST_COUNTED}"


def offset(number: int, size: int = PAGE_SIZE) -> int:
    """Gives how many rows stand before a page."""
    return (max(number, 1) - 1) * size
