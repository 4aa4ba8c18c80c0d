"""The paper as docx: fonts, sizes and margins of GB/T 9704-2012, by the names that offices have them under."""

from dataclasses import dataclass
from io import BytesIO

from docx import Document
from docx.document import Document as Sheet
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from anlan.systems.desk.papers.paper import (
    BOTTOM_MM,
    HEADS,
    HIGH_MM,
    LEFT_MM,
    RIGHT_MM,
    TOP_MM,
    WIDE_MM,
    Paper,
    is_heading,
)

SONG, FANG, HEI = "方正小标宋简体", "仿宋_GB2312", "黑体"
#: 二号, 三号, 四号, 小五号; the lines of a page stand 28.95 pt apart, so that 22 fill it.
SECOND, THIRD, FOURTH, SMALL = Pt(22), Pt(16), Pt(14), Pt(9)
LINE = Pt(28.95)
RED = RGBColor(0xD7, 0x00, 0x0F)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a line looks; `tall` from line to line."""

    font: str = FANG
    size: Pt = THIRD
    align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.JUSTIFY
    tall: Pt = LINE
    colour: RGBColor | None = None
    is_indented: bool = False


_CENTRE, _RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
_ORGAN = Look(font=SONG, size=Pt(36), align=_CENTRE, tall=Pt(48), colour=RED)
_TITLE = Look(font=SONG, size=SECOND, align=_CENTRE, tall=Pt(34))
_TEXT, _HEADING = Look(is_indented=True), Look(font=HEI, is_indented=True)
_NOTE = Look(size=SMALL, tall=Pt(14))


def docx_of(paper: Paper) -> bytes:
    """Return the bytes of the document."""
    sheet = Document()
    _page(sheet)
    _put(sheet, paper.organ, _ORGAN)
    _put(sheet, f"{paper.number}{paper.state}", Look(align=_CENTRE))
    _red_line(sheet)
    _put(sheet, "", Look())
    _put(sheet, paper.title, _TITLE)
    _put(sheet, "", Look())
    for line in paper.paragraphs:
        _put(sheet, line, _HEADING if is_heading(line) else _TEXT)
    _put(sheet, "附件：企业排名表", _TEXT)
    _put(sheet, "", Look())
    _put(sheet, f"{paper.signed}　　", Look(align=_RIGHT))
    _put(sheet, f"{paper.day}　　　　", Look(align=_RIGHT))
    if paper.approved_by:
        _put(sheet, f"签发人：{paper.approved_by}", Look(size=FOURTH, is_indented=True))
    _annex(sheet, paper)
    made = BytesIO()
    write_out = sheet.save  # into memory: no row of the database
    write_out(made)
    return made.getvalue()


def _page(sheet: Sheet) -> None:
    section = sheet.sections[0]
    section.page_width, section.page_height = Mm(WIDE_MM), Mm(HIGH_MM)
    section.top_margin, section.bottom_margin = Mm(TOP_MM), Mm(BOTTOM_MM)
    section.left_margin, section.right_margin = Mm(LEFT_MM), Mm(RIGHT_MM)
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    foot.add_run("— ")
    _field(foot, "PAGE")
    foot.add_run(" —")


def _field(paragraph: Paragraph, name: str) -> None:
    """Put a field that the reader's program fills in."""
    for kind, text in (("begin", ""), ("", name), ("end", "")):
        run = paragraph.add_run()
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        run._r.append(part)  # noqa: SLF001  the library has no fields of its own


def _put(sheet: Sheet, text: str, look: Look) -> Paragraph:
    paragraph = sheet.add_paragraph()
    _dress(paragraph, text, look.font, look.size, look.colour)
    paragraph.alignment = look.align
    told = paragraph.paragraph_format
    told.line_spacing, told.space_before, told.space_after = look.tall, Pt(0), Pt(0)
    if look.is_indented:
        told.first_line_indent = Pt(look.size.pt * 2)
    return paragraph


def _dress(
    paragraph: Paragraph, text: str, font: str, size: Pt, colour: RGBColor | None = None
) -> None:
    run = paragraph.add_run(text)
    run.font.name, run.font.size = font, size
    if colour is not None:
        run.font.color.rgb = colour
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)  # noqa: SLF001


def _red_line(sheet: Sheet) -> None:
    """Draw the red line below the number."""
    paragraph = sheet.paragraphs[-1]
    border = OxmlElement("w:pBdr")
    line = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "18"), ("space", "6"), ("color", "D7000F")):
        line.set(qn(f"w:{name}"), value)
    border.append(line)
    paragraph._p.get_or_add_pPr().append(border)  # noqa: SLF001


def _annex(sheet: Sheet, paper: Paper) -> None:
    sheet.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    _put(sheet, "附件", Look(font=HEI))
    _put(sheet, "企业排名表", _TITLE)
    table = sheet.add_table(rows=1, cols=len(HEADS))
    table.style, table.alignment = "Table Grid", WD_TABLE_ALIGNMENT.CENTER
    for cell, head in zip(table.rows[0].cells, HEADS, strict=True):
        _dress(cell.paragraphs[0], head, HEI, SMALL)
    for row in paper.rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            _dress(cell.paragraphs[0], text, FANG, SMALL)
    for note in paper.notes:
        _put(sheet, f"注：{note}", _NOTE)
