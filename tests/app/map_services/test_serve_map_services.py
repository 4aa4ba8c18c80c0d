"""The government's services over the API: for who is signed in, by our server only, credentials kept to ourselves."""

import io
import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import mapbox_vector_tile
import pytest
from django.test import Client
from PIL import Image

from anlan.adapters.map_services.breaker import FAILURES
from anlan.kernel.base.config import Config
from tests.app.map_services.conftest import Write, described
from tests.cast import assemble, signed_in
from tests.map_stand_in import SECRET, StandIn

pytestmark = pytest.mark.django_db
URL = "/api/v1/map-services"
AT = {"z": 8, "x": 203, "y": 98}


@pytest.fixture
def client() -> Client:
    return signed_in(assemble().duty_officer)


def test_where_none_is_described_there_is_none(client: Client, write: Write) -> None:
    assert client.get(URL).json() == {"items": []}
    assert client.get(f"{URL}/img/tiles", AT).status_code == 404


def test_it_says_who_made_and_who_approved_each_and_not_where_it_is(
    client: Client, write: Write, stand_in: StandIn
) -> None:
    write(described(stand_in))
    answer = client.get(URL)
    items = answer.json()["items"]
    assert [(one["id"], one["form"], one["role"]) for one in items] == [
        ("img", "pictures", "ground"),
        ("roads", "vector_tiles", "overlay"),
        ("places", "features", "overlay"),
        ("names", "pictures", "overlay"),
    ]
    assert (items[0]["source"], items[0]["map_approval"]) == ("某省自然资源厅", "GS（2026）1234号")
    assert (items[0]["is_shown"], items[1]["is_shown"], items[0]["is_away"]) == (True, False, False)
    for secret in (SECRET, stand_in.address, "province", "127.0.0.1"):
        assert secret not in answer.content.decode()


def test_each_form_comes(client: Client, write: Write, stand_in: StandIn) -> None:
    write(described(stand_in))
    digest = client.get(URL).json()["items"][0]["digest"]
    picture = client.get(f"{URL}/img/tiles", AT | {"v": digest})
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/png")
    assert picture["Cache-Control"] == "private, max-age=86400"
    with Image.open(io.BytesIO(picture.content)) as image:
        assert image.size == (256, 256)
    assert client.get(f"{URL}/names/tiles", AT).status_code == 200
    vector = client.get(f"{URL}/roads/tiles", AT)
    assert set(mapbox_vector_tile.decode(vector.content)) == {"roads"}
    places = client.get(f"{URL}/places/features")
    assert places["Content-Type"] == "application/geo+json"
    assert [one["properties"]["name"] for one in places.json()["features"]] == ["临河村", "滨河路"]
    assert client.get(f"{URL}/img/features").status_code == 404
    assert client.get(f"{URL}/img/tiles", AT | {"z": 20}).status_code == 204
    assert client.get(f"{URL}/img/tiles", {"z": 3, "x": 8, "y": 0}).status_code == 204


@pytest.mark.parametrize("path", ["", "/img/tiles", "/places/features"])
def test_a_stranger_gets_nothing(write: Write, stand_in: StandIn, path: str) -> None:
    write(described(stand_in))
    assert Client().get(URL + path, AT).status_code == 401
    assert stand_in.asked == []


def test_one_that_is_away_is_refused_with_when_to_ask_again(
    client: Client, write: Write, stand_in: StandIn
) -> None:
    write(described(stand_in))
    assert client.get(f"{URL}/img/tiles", AT).status_code == 200
    stand_in.stop()
    answers = [client.get(f"{URL}/img/tiles", AT | {"x": 100 + n}) for n in range(FAILURES)]
    last = answers[-1]
    assert [one.status_code for one in answers] == [202, 202, 503]
    assert answers[0]["Retry-After"] == "1"
    assert last.json()["code"] == "map_services.away"
    assert last["Content-Type"] == "application/problem+json"
    assert last["Retry-After"] == "30"
    assert last.json()["title"] == "政务地图暂不可用"
    kept = client.get(f"{URL}/img/tiles", AT)
    assert (kept.status_code, kept["Retry-After"]) == (200, "30"), "what is kept comes, and says so"
    assert kept["Cache-Control"] == "private, no-cache"
    assert client.get(URL).json()["items"][0]["is_away"] is True
    assert client.get(URL).json()["items"][1]["is_away"] is False


def test_credentials_reach_neither_an_answer_nor_a_log_nor_the_disk(
    client: Client,
    write: Write,
    stand_in: StandIn,
    settings: Config,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The service answers well, refuses the key, moves, dies; whatever is told of it has no credential."""
    caplog.set_level(logging.DEBUG)
    write(described(stand_in))
    answers = [client.get(URL)]
    for n, mode in enumerate(["well", "moved", "fails", "html", "lies"]):
        stand_in.mode = mode
        paths = ("img/tiles", "roads/tiles", "names/tiles", "places/features")
        answers += [client.get(f"{URL}/{path}", AT | {"x": n}) for path in paths]
    stand_in.mode = "well"
    write(described(stand_in), secret="another-secret")
    answers += [client.get(f"{URL}/img/tiles", AT | {"x": 50 + n}) for n in range(4)]
    stand_in.stop()
    answers += [client.get(f"{URL}/names/tiles", AT | {"x": 60 + n}) for n in range(4)]

    sent = " ".join(stand_in.asked) + json.dumps(stand_in.headers)
    assert sent.count(SECRET) > 4
    assert "another-secret" in sent
    told = " ".join(f"{one.content!r} {dict(one.headers)}" for one in answers)
    logged = "\n".join(f"{one.getMessage()} {one.exc_text}" for one in caplog.records)
    assert "拒绝了我们的凭据（403）" in logged
    kept = [one for one in settings.path("map_cache_dir").rglob("*") if one.is_file()]
    assert kept
    disk = " ".join(str(one) for one in kept).encode() + b"".join(one.read_bytes() for one in kept)
    for secret in (SECRET, "another-secret"):
        assert secret not in told
        assert secret not in logged
        assert secret.encode() not in disk


def test_a_wrong_description_is_told_and_mended_at_once(
    client: Client, write: Write, stand_in: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    write("[[service]]\nid = 3\n")
    answer = client.get(URL)
    assert (answer.status_code, answer.json()["code"]) == (503, "map_services.described_wrong")
    assert "services.toml 第 1 行起（3）id：应为文字" in caplog.text
    write(described(stand_in))
    assert len(client.get(URL).json()["items"]) == 4


def test_start_up_does_not_pay_for_it() -> None:
    """MapProxy and PROJ are imported by the first tile, not with the routes."""
    asked = "import sys; import anlan.app.routes; print([n for n in ('mapproxy', 'pyproj', 'lxml') if n in sys.modules])"
    said = subprocess.run(
        [sys.executable, "-c", f"import django; django.setup(); {asked}"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "anlan.app.settings"},
    )
    assert said.stdout.strip() == "[]"
