"""A report stands in its place of a page, and nothing else of the page moves."""

from pathlib import Path

from anlan.app.bench.report import Row, new_report, write_section


def test_a_section_is_put_in_and_later_replaced(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Figures\n\nWhat they mean.\n", encoding="utf-8")
    for value in (1.0, 2.0):
        report = new_report("kernel", quick=True)
        report.rows.append(
            Row(name="kernel.rate", value=value, unit="M/s", target=1.5, met=value > 1.5)
        )
        write_section(page, report)
    other = new_report("history", quick=False)
    write_section(page, other)
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# Figures\n\nWhat they mean.\n")
    assert "| `kernel.rate` | 2 | M/s | 1.5 | yes |  |" in text
    assert "| `kernel.rate` | 1 |" not in text
    assert text.count("<!-- kernel: begin -->") == text.count("<!-- kernel: end -->") == 1
    assert "## history" in text
