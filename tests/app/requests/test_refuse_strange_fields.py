"""A field that no route knows is told by its name, in both languages; what was asked beside it is not done."""

import pytest

from anlan.kernel.people.models import Organisation
from tests.cast import Cast, assemble, csrf, signed_in
from tests.plant import build_plant

pytestmark = pytest.mark.django_db
ORGANISATIONS = "/api/v1/people/organisations"


@pytest.fixture
def cast() -> Cast:
    return assemble(site=build_plant(streams=1).site.id)


def test_a_misspelt_field_is_named_and_nothing_is_made(cast: Cast) -> None:
    client, before = signed_in(cast.security_administrator), Organisation.objects.count()
    body = {"name": "宁东应急队", "kind": "team", "territroy_code": "640181"}
    answer = client.post(ORGANISATIONS, body, content_type="application/json", headers=csrf(client))
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    said = answer.json()
    assert said["code"] == "base.strange_field"
    assert "territroy_code" in said["title"]
    assert said["title_en"].startswith("The request says something that is not known here")
    assert [one.rpartition(".")[2] for one in said["fields"]] == ["territroy_code"]
    assert Organisation.objects.count() == before


def test_one_below_another_is_named_by_its_way(cast: Cast) -> None:
    looks = [{"key": "subjects", "is_visible": True, "colour": "red"}]
    body = {"sets": [{"name": "夜班", "layers": looks}], "opens_with": ""}
    client = signed_in(cast.monitor)
    answer = client.put(
        "/api/v1/session/layer-sets", body, content_type="application/json", headers=csrf(client)
    )
    assert answer.status_code == 422
    assert [one.partition("sets.")[2] for one in answer.json()["fields"]] == ["0.layers.0.colour"]


def test_what_is_right_is_taken_as_before(cast: Cast) -> None:
    looks = [{"key": "subjects", "is_visible": True}]
    body = {"sets": [{"name": "夜班", "layers": looks}], "opens_with": "夜班"}
    client = signed_in(cast.monitor)
    answer = client.put(
        "/api/v1/session/layer-sets", body, content_type="application/json", headers=csrf(client)
    )
    assert answer.status_code == 200, answer.content
