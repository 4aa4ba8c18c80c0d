"""GB/T 22239-2019, 8.1.4.3 a and 8.1.4.11 b: a copy says who took it, and the journal knows the copy."""

import re
from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from typing import Any
from urllib.parse import unquote

import numpy
import pytest
from django.test import Client
from PIL import Image
from pypdf import PdfReader

from anlan.kernel.base.config import config
from anlan.kernel.base.models import Journal
from anlan.kernel.documents import store
from anlan.kernel.documents.stamping import picture as drawing
from tests import factories, papers
from tests.cast import Cast, assemble, signed_in

pytestmark = pytest.mark.django_db
URL = "/api/v1/documents"
MINUTE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")


@pytest.fixture
def cast() -> Cast:
    return assemble()


@pytest.fixture
def unstamped_up_to(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Set up to which label a file may leave without a stamp."""

    def set_to(label: str) -> None:
        monkeypatch.setenv("ANLAN_UNSTAMPED_DOWNLOADS", label)
        config.cache_clear()

    yield set_to
    monkeypatch.undo()
    config.cache_clear()


def download(client: Client, document_id: str, **headers: str) -> tuple[bytes, Any]:
    answer = client.get(f"{URL}/{document_id}/content", headers=headers)
    assert answer.status_code == 200, answer.content
    return b"".join(answer), answer


def name_of(answer: Any) -> str:
    return unquote(answer["Content-Disposition"].partition("utf-8''")[2])


def rows() -> list[Journal]:
    found = Journal.objects.filter(type="documents.document.downloaded")
    return list(found.order_by("id"))


def texts(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(content)).pages]


@pytest.mark.parametrize(
    "content", [papers.paper(3), *(papers.turned(one) for one in (90, 180, 270))],
    ids=["three pages", "90", "180", "270"],
)  # fmt: skip
def test_8_1_4_11_b_every_page_of_a_copy_says_label_name_unit_and_minute(
    cast: Cast, content: bytes
) -> None:
    made = factories.document(cast.duty_officer, content=content, sensitivity=2)
    copy, answer = download(signed_in(cast.leader), made.id)
    assert answer["Anlan-Stamped"] == "yes"
    assert name_of(answer).startswith("【个人敏感】")
    pages = texts(copy)
    assert len(pages) == len(PdfReader(BytesIO(content)).pages)
    for number, text in enumerate(pages, start=1):
        assert f"{papers.WORDS}, page {number}" in text
        [edge] = [line for line in text.splitlines() if "个人敏感" in line]
        assert cast.leader.name in edge
        assert cast.bureau.name in edge
        assert MINUTE.search(edge)


def test_what_is_kept_stays_byte_for_byte_and_two_people_get_two_copies(cast: Cast) -> None:
    content = papers.paper()
    made = factories.document(cast.duty_officer, content=content)
    his, _ = download(signed_in(cast.leader), made.id)
    hers, _ = download(signed_in(cast.duty_officer), made.id)
    assert content not in (his, hers)
    assert cast.leader.name in texts(his)[0]
    assert cast.leader.name not in texts(hers)[0]
    assert cast.duty_officer.name in texts(hers)[0]
    with store.get(made.sha256) as kept:
        assert kept.read() == content


def test_8_1_4_3_a_every_download_leaves_a_row_that_knows_the_copy(cast: Cast) -> None:
    client = signed_in(cast.leader)
    made = [
        factories.document(cast.duty_officer, content=content, sensitivity=sensitivity)
        for content, sensitivity in ((papers.paper(), 0), (papers.paper(2), 1), (b"plain", 1))
    ]
    copies = [download(client, one.id)[0] for one in made]
    found = rows()
    assert [row.object for row in found] == [one.id for one in made]
    assert {row.actor for row in found} == {f"user:{cast.leader.id}"}
    assert [row.data["copy_sha256"] for row in found] == [sha256(c).hexdigest() for c in copies]
    assert [row.data["unstamped_because"] for row in found] == ["public", "", "kind"]


def test_what_is_public_leaves_as_it_is(cast: Cast) -> None:
    made = factories.document(cast.duty_officer, "公告.pdf", content=papers.paper(), sensitivity=0)
    copy, answer = download(signed_in(cast.leader), made.id)
    assert (copy, answer["Anlan-Stamped"], name_of(answer)) == (papers_of(made), "no", "公告.pdf")


def papers_of(made: Any) -> bytes:
    with store.get(made.sha256) as kept:
        return kept.read()


def test_who_reads_english_gets_the_label_in_english(cast: Cast) -> None:
    made = factories.document(cast.duty_officer, "a.pdf", content=papers.paper())
    copy, answer = download(signed_in(cast.leader), made.id, **{"Accept-Language": "en"})
    assert 'filename="[Internal] a.pdf"' in answer["Content-Disposition"]
    assert "Internal" in texts(copy)[0]


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_gets_a_strip_that_covers_nothing_and_the_name_across(
    cast: Cast, kind: str
) -> None:
    content = papers.picture(kind)
    made = factories.document(cast.duty_officer, "a.jpg", content=content)
    copy, answer = download(signed_in(cast.leader), made.id)
    assert answer["Anlan-Stamped"] == "yes"
    image = Image.open(BytesIO(copy))
    said = image.info[drawing.TEXT_KEY] if kind == "PNG" else image.info["comment"].decode()
    assert said.startswith(f"内部　{cast.leader.name} {cast.bureau.name} 20")
    assert (image.format, image.width) == (kind, 640)
    assert image.height > 480
    tones = numpy.asarray(image.convert("L"), dtype=int)
    strip, above = tones[480:], tones[:480]
    assert (strip.min() < 100, strip.max() > 240) == (True, True)  # dark words on white
    assert above.max() - above.min() > 20  # of one colour before


@pytest.mark.parametrize(
    ("make", "because"),
    [
        (papers.encrypted, "encrypted"),
        (papers.signed, "signed"),
        (lambda: papers.paper()[:200], "broken"),
        (papers.in_a_circle, "broken"),
        (lambda: papers.picture("PNG", moving=True), "moving"),
        (lambda: papers.picture("PNG", (9000, 8000)), "too_large"),
        ("班次,姓名\n".encode, "kind"),
    ],
    ids=["encrypted", "signed", "broken", "circle", "moving", "too_large", "kind"],
)
def test_8_1_4_11_b_what_cannot_be_stamped_leaves_up_to_the_label_that_is_set(
    cast: Cast,
    unstamped_up_to: Callable[[str], None],
    make: Callable[[], bytes],
    because: str,
) -> None:
    content, client = make(), signed_in(cast.leader)
    internal = factories.document(cast.duty_officer, content=content, sensitivity=1)
    personal = factories.document(cast.duty_officer, content=content, sensitivity=2)

    copy, answer = download(client, internal.id)
    assert (copy, answer["Anlan-Stamped"]) == (content, "no")
    assert name_of(answer).startswith("【内部】")
    assert rows()[-1].data["unstamped_because"] == because

    refused = client.get(f"{URL}/{personal.id}/content")
    assert refused.status_code == 403
    said = refused.json()
    assert (said["code"], said["reason"]) == ("documents.cannot_be_stamped", because)
    assert [row.object for row in rows()] == [internal.id]

    unstamped_up_to("personal")
    assert download(client, personal.id)[0] == content
    unstamped_up_to("none")
    assert client.get(f"{URL}/{internal.id}/content").status_code == 403


def test_a_character_that_the_font_lacks_is_seen_to_be_missing(cast: Cast) -> None:
    rare = factories.officer(cast.bureau, "duty_leader", name="\U00030edd", username="rare")
    made = factories.document(cast.duty_officer, content=papers.paper())
    assert "〓" in texts(download(signed_in(rare), made.id)[0])[0]


def test_a_picture_that_would_unpack_to_a_gigabyte_is_told_by_its_header(cast: Cast) -> None:
    content = papers.picture("PNG", (20_000, 12_000))
    made = factories.document(cast.duty_officer, content=content, sensitivity=2)
    refused = signed_in(cast.leader).get(f"{URL}/{made.id}/content")
    assert refused.json()["reason"] == "too_large"
