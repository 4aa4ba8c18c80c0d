"""A stamp on every page of a PDF: across it, faintly, and whole at its lower edge."""

from collections.abc import Callable
from io import BytesIO

from pypdf import PageObject, PdfReader, PdfWriter, Transformation
from pypdf.generic import DictionaryObject
from reportlab.lib.colors import Color
from reportlab.pdfgen.canvas import Canvas

from anlan.kernel.documents.stamping.mark import FONT, Mark, UnstampableError, face, width_of

PAGES_MAX = 1_000
#: Bits of /SigFlags, ISO 32000-1 table 219: signatures exist.
_SIGNATURES_EXIST = 1
#: A4 is 595 points wide; the edge line is written in 9 points there and in proportion elsewhere.
_EDGE_SHARE, _EDGE_LEAST = 9 / 595, 5.0
_ACROSS_SHARE, _ACROSS_DEG = 16 / 595, 30
_FAINT = Color(0.35, 0.4, 0.4, alpha=0.14)
_PLAIN = Color(0.25, 0.25, 0.25, alpha=0.9)
_PAPER = Color(1, 1, 1, alpha=0.8)

#: From what a reader sees (origin at its lower left) to the page's own axes, by /Rotate.
_TURNED: dict[int, Callable[[float, float], tuple[float, float, float, float, float, float]]] = {
    0: lambda _w, _h: (1, 0, 0, 1, 0, 0),
    90: lambda w, _h: (0, 1, -1, 0, w, 0),
    180: lambda w, h: (-1, 0, 0, -1, w, h),
    270: lambda _w, h: (0, -1, 1, 0, 0, h),
}


def stamp(content: bytes, mark: Mark) -> bytes:
    """Return the PDF with the stamp on each page.

    Raises UnstampableError for one that is encrypted, or signed: a stamp would break its seal.
    """
    reader = PdfReader(BytesIO(content), strict=False)
    if reader.is_encrypted:
        raise UnstampableError("encrypted")
    if _is_signed(reader):
        raise UnstampableError("signed")
    if len(reader.pages) > PAGES_MAX:
        raise UnstampableError("too_large")
    writer, drawn = PdfWriter(clone_from=reader), dict[tuple[int, int], PageObject]()
    for page in writer.pages:
        _stamp_page(page, mark, drawn)
    if not drawn:
        raise UnstampableError("broken")
    made = BytesIO()
    writer.write(made)
    return made.getvalue()


def _stamp_page(page: PageObject, mark: Mark, drawn: dict[tuple[int, int], PageObject]) -> None:
    box, turned = page.cropbox, page.rotation % 360
    wide, high = float(box.width), float(box.height)
    seen = (high, wide) if turned in {90, 270} else (wide, high)
    size = (round(seen[0]), round(seen[1]))
    if size not in drawn:
        drawn[size] = _drawing(*seen, mark)
    way = Transformation(_TURNED.get(turned, _TURNED[0])(wide, high))
    page.merge_transformed_page(drawn[size], way.translate(float(box.left), float(box.bottom)))


def _is_signed(reader: PdfReader) -> bool:
    form = reader.root_object.get("/AcroForm")
    form = form.get_object() if form is not None else None
    if not isinstance(form, DictionaryObject):
        return False
    if int(form.get("/SigFlags", 0)) & _SIGNATURES_EXIST:
        return True
    fields = reader.get_fields() or {}
    return any(one.get("/FT") == "/Sig" and "/V" in one for one in fields.values())


def _drawing(wide: float, high: float, mark: Mark) -> PageObject:
    """Return a page of this size, in points, that holds the stamp and nothing else."""
    face()
    canvas = Canvas(BytesIO(), pagesize=(wide, high), pageCompression=1)
    _draw_across(canvas, wide, high, mark)
    _draw_edge(canvas, wide, mark)
    canvas.showPage()
    made: bytes = canvas.getpdfdata()  # type: ignore[no-untyped-call]  # the stubs forgot it
    return PdfReader(BytesIO(made)).pages[0]


def _draw_across(canvas: Canvas, wide: float, high: float, mark: Mark) -> None:
    size = max(_EDGE_LEAST, wide * _ACROSS_SHARE)
    step_x, step_y = width_of(mark.who, size) + size * 4, size * 9
    canvas.saveState()
    canvas.setFillColor(_FAINT)
    canvas.setFont(FONT, size)
    canvas.translate(wide / 2, high / 2)
    canvas.rotate(_ACROSS_DEG)
    reach = (wide**2 + high**2) ** 0.5 / 2
    rows, columns = int(reach // step_y) + 1, int(reach // step_x) + 1
    for row in range(-rows, rows + 1):
        shift = step_x / 2 if row % 2 else 0
        for column in range(-columns, columns + 1):
            canvas.drawCentredString(column * step_x + shift, row * step_y, mark.who)
    canvas.restoreState()


def _draw_edge(canvas: Canvas, wide: float, mark: Mark) -> None:
    size = max(_EDGE_LEAST, wide * _EDGE_SHARE)
    size *= min(1.0, wide * 0.96 / width_of(mark.line, size))
    length = width_of(mark.line, size)
    canvas.setFillColor(_PAPER)
    canvas.rect(wide - length - size * 1.6, size * 0.4, length + size * 1.2, size * 1.7, 0, 1)
    canvas.setFillColor(_PLAIN)
    canvas.setFont(FONT, size)
    canvas.drawRightString(wide - size, size * 0.9, mark.line)
