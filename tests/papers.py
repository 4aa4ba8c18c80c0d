"""Documents for tests: real PDF files and pictures, small, of every kind that a stamp meets."""

from io import BytesIO

from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)
from reportlab.pdfgen.canvas import Canvas

WORDS = "Ammonia tank T-101, inspection report"


def paper(pages: int = 1, size: tuple[float, float] = (595, 842)) -> bytes:
    """Return a PDF with WORDS and its number on each page."""
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=size)
    for page in range(pages):
        canvas.drawString(60, size[1] - 60, f"{WORDS}, page {page + 1}")
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _written(writer: PdfWriter) -> bytes:
    buffer = BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def _copied(content: bytes) -> PdfWriter:
    return PdfWriter(clone_from=PdfReader(BytesIO(content)))


def turned(degrees: int) -> bytes:
    """Return a PDF whose page is shown turned clockwise, with its axes elsewhere than at zero."""
    writer = _copied(paper())
    page = writer.pages[0]
    page.mediabox.lower_left, page.mediabox.upper_right = (-20, -30), (575, 812)
    page.cropbox = page.mediabox
    page.rotate(degrees)
    return _written(writer)


def encrypted() -> bytes:
    """Return a PDF that opens with a password."""
    writer = _copied(paper())
    writer.encrypt("secret", algorithm="RC4-128")
    return _written(writer)


def in_a_circle() -> bytes:
    """Return a PDF whose tree of pages is its own branch: a reader that follows it never ends."""
    parts = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 1>>"]
    made, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(made))
        made += b"%d 0 obj%s endobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    tail = b"trailer<</Root 1 0 R/Size 3>>\nstartxref\n%d\n%%%%EOF\n" % len(made)
    return made + b"xref\n0 3\n0000000000 65535 f \n" + table + tail


def signed() -> bytes:
    """Return a PDF with a signature field that is filled in; nobody checks this signature."""
    writer = _copied(paper())
    signature = writer._add_object(DictionaryObject({NameObject("/Type"): NameObject("/Sig")}))
    field = writer._add_object(
        DictionaryObject(
            {
                NameObject("/FT"): NameObject("/Sig"),
                NameObject("/T"): TextStringObject("seal"),
                NameObject("/V"): signature,
            }
        )
    )
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject(
        {
            NameObject("/Fields"): ArrayObject([field]),
            NameObject("/SigFlags"): NumberObject(3),
        }
    )
    return _written(writer)


def picture(kind: str, size: tuple[int, int] = (640, 480), *, moving: bool = False) -> bytes:
    """Return a picture of one colour, PNG or JPEG."""
    buffer = BytesIO()
    image = Image.new("RGB", size, "navy")
    if moving:
        image.save(buffer, kind, save_all=True, append_images=[Image.new("RGB", size, "red")])
    else:
        image.save(buffer, kind)
    return buffer.getvalue()
