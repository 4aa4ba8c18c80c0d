"""A file is kept whole or not at all, under its digest, with the label it was given."""

from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from anlan.kernel.base.config import config
from anlan.kernel.base.errors import InvalidError, NotFoundError, NotPermittedError, TooLargeError
from anlan.kernel.base.ids import new_ulid
from anlan.kernel.base.models import Journal
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.documents import queries, rules, services
from anlan.kernel.documents.models import Document
from anlan.kernel.places.rules import div_of
from tests import factories
from tests.cast import (
    COUNTY,
    DIV_IN_TOWN,
    NEIGHBOUR,
    Cast,
    assemble,
    csrf,
    principal,
    signed_in,
)

pytestmark = pytest.mark.django_db
URL = "/api/v1/documents"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give each test a folder of its own: another worker's files are none of those counted here."""
    monkeypatch.setenv("ANLAN_DOCUMENTS_DIR", str(tmp_path / "documents"))
    config.cache_clear()
    yield
    config.cache_clear()


def on_disk() -> list[Path]:
    folder = config().path("documents_dir")
    return sorted(one for one in folder.rglob("*") if one.is_file()) if folder.exists() else []


def upload(
    client: Client, content: bytes = factories.PDF, name: str = "a.pdf", **form: str
) -> "tuple[int, dict[str, object]]":
    headers = csrf(client) | ({"Idempotency-Key": form.pop("key")} if "key" in form else {})
    file = SimpleUploadedFile(name, content, "application/x-whatever")
    answer = client.post(URL, {"file": file, **form}, headers=headers)
    return answer.status_code, answer.json()


def package(*entries: str) -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        for entry in entries:
            archive.writestr(entry, "<x/>")
    return buffer.getvalue()


def test_a_file_is_kept_under_its_digest_with_owner_label_and_place() -> None:
    cast = assemble()
    content = b"%PDF-1.7\n" + new_ulid().encode()

    status, made = upload(signed_in(cast.duty_officer), content, "报告.pdf", sensitivity="2")

    assert made["owner_name"] == "王值班"
    digest = sha256(content).hexdigest()
    row = Document.objects.get(pk=made["id"])
    assert status == 200
    assert (row.sha256, row.size_bytes, row.media_type) == (digest, len(content), "application/pdf")
    assert (row.name, row.sensitivity, row.owner) == (
        "报告.pdf",
        2,
        f"user:{cast.duty_officer.id}",
    )
    assert row.div == 6401810000000000
    kept = config().path("documents_dir") / digest[:2] / digest
    assert kept.read_bytes() == content
    assert Journal.objects.filter(type="documents.document.uploaded", object=row.id).count() == 1


def test_the_control_rooms_file_hangs_at_its_own_site() -> None:
    cast = assemble()

    made = factories.document(cast.control_room)

    assert made.site == cast.site


def test_a_file_about_an_object_hangs_where_the_object_hangs() -> None:
    cast = assemble()
    about = factories.document(cast.town_control_room)

    made = factories.document(cast.duty_officer, about=about.id)

    assert (made.site, made.div, made.about) == (cast.town_site, about.div, about.id)


def test_a_file_cannot_be_about_what_its_owner_does_not_see() -> None:
    cast = assemble()
    about = factories.document(cast.control_room)

    with pytest.raises(NotFoundError):
        factories.document(cast.town_control_room, about=about.id)


def test_who_had_a_territory_shared_with_him_files_nothing_there() -> None:
    cast = assemble()
    about = factories.document(cast.duty_officer)
    factories.share(cast.neighbour_bureau, COUNTY)
    with unit_of_work(principal(cast.neighbour)):
        assert queries.document(about.id).id == about.id
    before = on_disk()

    with pytest.raises(NotPermittedError) as refusal:
        factories.document(cast.neighbour, content=b"%PDF-foreign", about=about.id)

    assert refusal.value.facts["reason"] == "out_of_reach_in_charge"
    assert on_disk() == before
    assert Document.objects.count() == 1
    # at home he goes on as before
    assert factories.document(cast.neighbour).div == div_of(NEIGHBOUR)


def test_8_1_4_2_g_a_label_above_the_owners_ceiling_is_refused() -> None:
    cast = assemble()

    with pytest.raises(NotPermittedError) as refusal:
        factories.document(cast.control_room, sensitivity=3)

    assert refusal.value.facts["reason"] == "above_ceiling"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "documents.empty"),
        (b"MZ\x90\x00\x03", "documents.kind_not_taken"),
        (b"\x7fELF\x02\x01\x01", "documents.kind_not_taken"),
        (package("bomb.bin"), "documents.kind_not_taken"),
        (package("word/document.xml", "word/vbaProject.bin"), "documents.macros"),
        (package("xl/workbook.xml", "xl/macrosheets/sheet1.xml"), "documents.macros"),
        (rules.OLE + bytes(600) + "_VBA_PROJECT".encode("utf-16-le"), "documents.macros"),
    ],
    ids=[
        "empty",
        "windows program",
        "linux program",
        "plain archive",
        "docm",
        "excel 4 macros",
        "doc with macros",
    ],
)
def test_8_1_4_5_what_is_refused_leaves_nothing_behind(content: bytes, code: str) -> None:
    cast = assemble()
    before = on_disk()

    with pytest.raises(InvalidError) as refusal:
        factories.document(cast.duty_officer, content=content)

    assert refusal.value.code == code
    assert on_disk() == before
    assert not Document.objects.exists()


def test_8_1_4_5_macros_are_seen_wherever_the_upload_is_cut_in_two() -> None:
    cast = assemble()
    content = rules.OLE + bytes(600) + rules.OLE_MACROS + bytes(600)
    start = content.index(rules.OLE_MACROS)
    for cut in range(start, start + len(rules.OLE_MACROS) + 1):
        with unit_of_work(principal(cast.duty_officer)), pytest.raises(InvalidError) as refusal:
            services.upload_document(content=iter((content[:cut], content[cut:])), name="a.doc")
        assert refusal.value.code == "documents.macros"
    with unit_of_work(principal(cast.duty_officer)):
        kept = services.upload_document(content=iter((rules.OLE, bytes(600))), name="a.doc")
    assert kept.media_type == "application/x-ole-storage"


def test_8_1_4_5_a_file_above_the_limit_is_refused_and_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cast = assemble()
    monkeypatch.setattr("anlan.kernel.documents.store.MAX_BYTES", 10)
    before = on_disk()

    with pytest.raises(TooLargeError):
        factories.document(cast.duty_officer)

    assert on_disk() == before


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"\xff\xd8\xff\xe0....", "image/jpeg"),
        ("时间,液位\n".encode(), "text/plain"),
        (package("OFD.xml", "Doc_0/Document.xml"), "application/ofd"),
        (
            package("[Content_Types].xml", "word/document.xml"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
    ],
)
def test_the_kind_is_read_off_the_bytes_not_off_the_name(content: bytes, media_type: str) -> None:
    ends = rules.Ends(head=content[: rules.HEAD_BYTES], tail=content[-rules.TAIL_BYTES :])

    assert rules.media_type_of(ends) == media_type


def test_a_character_cut_by_the_window_is_still_text() -> None:
    text = "字".encode() * 2000

    assert rules.media_type_of(rules.Ends(head=text[:4096], tail=b"")) == "text/plain"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\windows\\system32\\a.pdf", "a.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie: x=1.pdf"),
        ("照片\u202egpj.exe", "照片gpj.exe"),
        ("." * 3 + "hidden", "hidden"),
    ],
)
def test_8_1_4_5_a_name_keeps_no_path_and_nothing_invisible(given: str, kept: str) -> None:
    assert rules.safe_name(given) == kept


@pytest.mark.parametrize("name", ["", "..", "a/..", "\u202e", "dir/"[:0]])
def test_a_name_of_which_nothing_is_left_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not a file name"):
        rules.safe_name(name)


def test_a_repeat_under_the_same_key_keeps_one_row_and_answers_the_same() -> None:
    client = signed_in(assemble().duty_officer)

    first = upload(client, key="k-1")
    again = upload(client, key="k-1")
    other = upload(client, b"%PDF-other", key="k-1")

    assert first == again
    assert Document.objects.count() == 1
    assert other[1]["code"] == "base.key_reused"


def test_the_neighbour_sees_neither_row_nor_content() -> None:
    cast = assemble()
    made = factories.document(cast.duty_officer)

    neighbour = signed_in(cast.neighbour)

    assert neighbour.get(URL).json()["count"] == 0
    assert neighbour.get(f"{URL}/{made.id}").status_code == 404
    assert neighbour.get(f"{URL}/{made.id}/content").status_code == 404


def test_a_drills_file_is_not_in_the_real_list() -> None:
    cast = assemble()
    real = principal(cast.duty_officer)
    from dataclasses import replace

    drill = replace(real, exercise_id=new_ulid())
    with unit_of_work(drill):
        from anlan.kernel.documents.services import upload_document

        upload_document(content=[factories.PDF], name="演练.pdf")
        assert queries.documents().count() == 1
    with unit_of_work(real):
        assert queries.documents().count() == 0


def test_a_file_of_town_can_be_placed_by_a_process(cast_in_town: Cast) -> None:
    from anlan.kernel.base.journal import Place
    from anlan.kernel.documents.services import upload_document

    with factories.working():
        made = upload_document(content=[factories.PDF], name="a.pdf", place=Place(div=DIV_IN_TOWN))

    with unit_of_work(principal(cast_in_town.duty_officer)):
        assert queries.document(made.id).div == DIV_IN_TOWN


@pytest.fixture
def cast_in_town() -> Cast:
    return assemble()


def test_8_1_4_5_a_package_that_unfolds_to_gigabytes_is_refused_and_leaves_nothing_behind() -> None:
    cast = assemble()
    before = on_disk()
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", "<x/>")
        with archive.open("word/media/image1.bmp", "w") as picture:
            for _n in range(300):
                picture.write(bytes(1024**2))

    with pytest.raises(TooLargeError) as refusal:
        factories.document(cast.duty_officer, content=buffer.getvalue())

    assert refusal.value.code == "documents.unfolds_too_large"
    assert on_disk() == before


def test_8_1_4_5_macros_are_seen_however_long_the_directory_is() -> None:
    cast = assemble()
    names = [f"word/media/{'x' * 120}{n}.png" for n in range(900)]
    with pytest.raises(InvalidError) as refusal:
        factories.document(
            cast.duty_officer, content=package("word/vbaProject.bin", *names, "word/document.xml")
        )
    assert refusal.value.code == "documents.macros"
