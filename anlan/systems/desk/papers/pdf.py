"""The paper as PDF, with the one Chinese font that is at hand everywhere: the shape is the docx's, the letters are not."""

from io import BytesIO
from typing import Any

from reportlab.lib.colors import Color, black
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    HRFlowable,
    PageBreak,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from anlan.kernel.documents.stamping.mark import FONT, face, printable
from anlan.systems.desk.papers.paper import (
    BOTTOM_MM,
    HEADS,
    LEFT_MM,
    RIGHT_MM,
    TOP_MM,
    Paper,
)

_RED = Color(0xD7 / 255, 0, 0x0F / 255)


def pdf_of(paper: Paper) -> bytes:
    """Return the bytes of the PDF."""
    face()
    made = BytesIO()
    page = SimpleDocTemplate(
        made,
        pagesize=A4,
        topMargin=TOP_MM * mm,
        bottomMargin=BOTTOM_MM * mm,
        leftMargin=LEFT_MM * mm,
        rightMargin=RIGHT_MM * mm,
        title=paper.title,
        author=paper.organ,
    )
    page.build([*_body(paper), *_annex(paper)], onFirstPage=_foot, onLaterPages=_foot)
    return made.getvalue()


def _body(paper: Paper) -> list[Any]:
    parts: list[Any] = [
        _line(paper.organ, 34, TA_CENTER, lead=46, colour=_RED),
        _line(f"{paper.number}{paper.state}", 16, TA_CENTER),
        Spacer(1, 6),
        HRFlowable(width="100%", thickness=2.2, color=_RED),
        Spacer(1, 24),
        _line(paper.title, 22, TA_CENTER, lead=34),
        Spacer(1, 20),
    ]
    parts += [_line(text, 16, TA_JUSTIFY, indent=32) for text in paper.paragraphs]
    parts += [
        _line("附件：企业排名表", 16, TA_JUSTIFY, indent=32),
        Spacer(1, 28),
        _line(f"{paper.signed}　　", 16, TA_RIGHT),
        _line(f"{paper.day}　　　　", 16, TA_RIGHT),
    ]
    if paper.approved_by:
        parts.append(_line(f"签发人：{paper.approved_by}", 14, TA_JUSTIFY, indent=28))
    return parts


def _annex(paper: Paper) -> list[Any]:
    small = ParagraphStyle("cell", fontName=FONT, fontSize=8.5, leading=11, wordWrap="CJK")
    rows = [[Paragraph(_safe(text), small) for text in row] for row in (HEADS, *paper.rows)]
    wide = [9 * mm, 40 * mm, *([15.5 * mm] * 5), 13 * mm, 16.5 * mm]
    table = Table(rows, colWidths=wide, repeatRows=1)
    table.setStyle(
        TableStyle([("GRID", (0, 0), (-1, -1), 0.5, black), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")])
    )
    return [
        PageBreak(),
        _line("附件", 16, TA_JUSTIFY),
        _line("企业排名表", 22, TA_CENTER, lead=38),
        table,
        Spacer(1, 8),
        *(_line(f"注：{note}", 8.5, TA_JUSTIFY, lead=12) for note in paper.notes),
    ]


def _line(text: str, size: float, align: Any, **look: Any) -> Paragraph:
    """Return a line of plain text; `lead`, `indent` and `colour` as given, points."""
    style = ParagraphStyle(
        "line",
        fontName=FONT,
        fontSize=size,
        leading=look.get("lead", 28.95),
        alignment=align,
        firstLineIndent=look.get("indent", 0),
        textColor=look.get("colour", black),
        wordWrap="CJK",
    )
    return Paragraph(_safe(text), style)


def _safe(text: str) -> str:
    """Return a text that is nothing but text, in letters that the font has."""
    return printable(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _foot(canvas: Canvas, page: Any) -> None:
    canvas.setFont(FONT, 14)
    canvas.drawCentredString(A4[0] / 2, (BOTTOM_MM - 7) * mm - 14, f"— {page.page} —")
