"""Pages of a PDF measured by their ink, in millimetres."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2
from PIL import Image

MM_PER_INCH = 25.4


@dataclass(frozen=True, slots=True)
class Ink:
    """Ink of a page as a black and white picture, and how many pixels a millimetre has."""

    picture: Image.Image
    per_mm: float

    @property
    def size_mm(self) -> tuple[float, float]:
        return self.picture.width / self.per_mm, self.picture.height / self.per_mm

    def within(self, left: float, top: float, right: float, bottom: float) -> Ink:
        """The same page with only the ink of an area, so that places stay counted from the page's corner."""
        box = tuple(round(place * self.per_mm) for place in (left, top, right, bottom))
        empty = Image.new("L", self.picture.size, 0)
        empty.paste(self.picture.crop(box), box[:2])
        return Ink(empty, self.per_mm)

    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the ink."""
        found = self.picture.getbbox()
        assert found is not None, "there is no ink"
        return tuple(place / self.per_mm for place in found)

    def rows(self) -> list[tuple[float, float]]:
        """Bands of ink from top to bottom."""
        return self._bands(down=True)

    def columns(self) -> list[tuple[float, float]]:
        """Bands of ink from left to right."""
        return self._bands(down=False)

    def _bands(self, *, down: bool) -> list[tuple[float, float]]:
        # Cut to the ink before it is averaged to a line, lest the ink of a thin stroke is rounded away.
        left, top, right, bottom = self.picture.getbbox() or (0, 0, 0, 0)
        cut = self.picture.crop((left, top, right, bottom))
        size = (1, cut.height) if down else (cut.width, 1)
        line = cut.resize(size, Image.Resampling.BOX).tobytes()
        start = top if down else left
        return [((start + begun) / self.per_mm, (start + ended) / self.per_mm) for begun, ended in _stretches(line)]


def ink(pdf: bytes, place: int, *, dpi: int = 200, red: bool = False) -> Ink:
    """The ink of a page, or only its red ink."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        picture = document[place].render(scale=dpi / 72).to_pil().convert("RGB")
    finally:
        document.close()
    red_band, green, _blue = picture.split()
    if red:
        bright, strong = green.point(lambda v: 255 if v < 150 else 0), red_band.point(lambda v: 255 if v > 150 else 0)
        black = Image.new("L", picture.size, 0)
        return Ink(Image.composite(bright, black, strong), dpi / MM_PER_INCH)
    return Ink(green.point(lambda v: 255 if v < 150 else 0), dpi / MM_PER_INCH)


def _stretches(line: bytes) -> Iterator[tuple[int, int]]:
    begun = None
    for place, value in enumerate([*line, 0]):
        if value and begun is None:
            begun = place
        elif not value and begun is not None:
            yield begun, place
            begun = None


def texts(pdf: bytes) -> list[str]:
    """The text of every page."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()


def sizes(pdf: bytes) -> list[tuple[float, float]]:
    """The size of every page in millimetres."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [tuple(length / 72 * MM_PER_INCH for length in page.get_size()) for page in document]
    finally:
        document.close()
