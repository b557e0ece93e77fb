"""One page of a long list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")
PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows of one page; `number` counts from 1, `total` is the number of rows on all pages."""

    rows: Sequence[Row]
    number: int
    total: int
    size: int = PAGE_SIZE

    @property
    def pages(self) -> int:
        """Gives how many pages there are, one even where there is no row."""
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        """Gives the place of this page's first row in the whole list, 0 where there is none."""
        return (self.number - 1) * self.size + 1 if self.rows else 0


def offset(number: int, size: int = PAGE_SIZE) -> int:
    """Gives how many rows stand before a page."""
    return (max(number, 1) - 1) * size
