"""Content goes out as an attachment to who may read it; what is withdrawn goes out no more."""

import pytest

from anlan.kernel.base.models import Journal
from anlan.kernel.documents import store
from tests import factories
from tests.cast import assemble, csrf, signed_in
from tests.papers import paper

pytestmark = pytest.mark.django_db
URL = "/api/v1/documents"


def test_content_comes_whole_as_an_attachment_that_no_browser_runs() -> None:
    cast = assemble()
    made = factories.document(cast.duty_officer, "值班信息.pdf")

    answer = signed_in(cast.leader).get(f"{URL}/{made.id}/content")

    assert b"".join(answer) == factories.PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith(
        "attachment; filename*=utf-8''%E3%80%90%E5%86%85%E9%83%A8"
    )
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert answer["Cache-Control"] == "private, no-store"


def test_8_1_4_2_g_what_is_above_a_posts_ceiling_is_not_there() -> None:
    cast = assemble()
    secret = factories.document(cast.duty_officer, content=paper(), sensitivity=3)
    assistant = factories.officer(cast.bureau, "assistant_duty_officer")

    assert signed_in(assistant).get(f"{URL}/{secret.id}/content").status_code == 404
    assert signed_in(cast.leader).get(f"{URL}/{secret.id}/content").status_code == 200


def test_8_1_4_2_g_the_ceiling_of_a_post_elsewhere_opens_nothing_here() -> None:
    """Row security knows the highest ceiling of all posts; each holds only where its post reaches."""
    cast = assemble()
    secret = factories.document(cast.leader, content=paper(), sensitivity=3)
    open_here = factories.document(cast.leader, content=paper(), sensitivity=1)
    there = factories.document(cast.neighbour, content=paper(), sensitivity=3)
    both = factories.officer(cast.bureau, "assistant_duty_officer")
    factories.holding(both, factories.post(cast.neighbour_bureau, "duty_officer"))
    client = signed_in(both)

    listed = {row["id"] for row in client.get(URL).json()["items"]}

    assert listed == {open_here.id, there.id}
    for path in (f"{URL}/{secret.id}", f"{URL}/{secret.id}/content"):
        assert client.get(path).status_code == 404
    assert client.get(f"{URL}/{there.id}").status_code == 200


def test_administrators_read_no_documents() -> None:
    cast = assemble()
    made = factories.document(cast.duty_officer)

    for administrator in (cast.system_administrator, cast.audit_administrator):
        answer = signed_in(administrator).get(f"{URL}/{made.id}/content")
        assert answer.status_code == 403
        assert answer.json()["permission"] == "documents.document.view"


def test_its_owner_withdraws_a_file_and_nobody_reads_it_again() -> None:
    cast = assemble()
    made = factories.document(cast.duty_officer)
    owner = signed_in(cast.duty_officer)

    answer = owner.post(f"{URL}/{made.id}/withdraw", headers=csrf(owner) | {"If-Match": '"1"'})

    assert answer.status_code == 200
    assert answer["ETag"] == '"2"'
    assert answer.json()["withdrawn_at"] is not None
    gone = owner.get(f"{URL}/{made.id}/content")
    assert (gone.status_code, gone.json()["code"]) == (404, "documents.withdrawn")
    assert Journal.objects.filter(type="documents.document.withdrawn", object=made.id).exists()


@pytest.mark.parametrize(
    ("who", "headers", "status"),
    [
        ("leader", {"If-Match": '"1"'}, 403),
        ("duty_officer", {"If-Match": '"7"'}, 412),
        ("duty_officer", {}, 428),
    ],
    ids=["not the owner", "another version", "no version"],
)
def test_a_withdrawal_is_refused(who: str, headers: dict[str, str], status: int) -> None:
    cast = assemble()
    made = factories.document(cast.duty_officer)
    client = signed_in(cast.people[who])

    answer = client.post(f"{URL}/{made.id}/withdraw", headers=csrf(client) | headers)

    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"


def test_missing_content_is_said_and_not_invented() -> None:
    cast = assemble()
    made = factories.document(cast.duty_officer, content=b"%PDF-lost" + cast.site.encode())
    store.path_of(made.sha256).unlink()

    answer = signed_in(cast.leader).get(f"{URL}/{made.id}/content")

    assert (answer.status_code, answer.json()["code"]) == (503, "documents.content_missing")


@pytest.mark.parametrize("digest", ["../../etc/passwd", "A" * 64, "a" * 63, ""])
def test_a_place_on_disk_is_made_of_a_digest_only(digest: str) -> None:
    with pytest.raises(ValueError, match="not a SHA-256"):
        store.path_of(digest)
