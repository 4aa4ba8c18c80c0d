"""Services that fail, hang, lie or move: what is kept is given, the rest is refused, and they are left alone."""

import os
import time
from pathlib import Path

import pytest

from anlan.adapters.map_services import fetch, keeper
from anlan.adapters.map_services.breaker import AWAY_S, FAILURES, Breaker
from anlan.adapters.map_services.description import Described, MapService
from anlan.adapters.map_services.errors import AwayError
from anlan.adapters.map_services.fetch import Fetcher
from anlan.adapters.map_services.keeper import Given, Keeper
from anlan.adapters.map_services.store import Place, prune
from anlan.kernel.base.errors import UnavailableError
from tests.adapters.map_services.conftest import Describe
from tests.map_stand_in import StandIn

AT = Place(8, 203, 98)
GB = 1024**3
DAY_S = 86_400


@pytest.fixture
def kept(tmp_path: Path, describe: Describe, monkeypatch: pytest.MonkeyPatch) -> "Keeper":
    monkeypatch.setattr(keeper, "MOMENT_S", 10.0)
    return Keeper(Described(services=(describe("wmts"),)), tmp_path / "cache", GB)


def service_of(kept: Keeper) -> MapService:
    return kept.described.services[0]


def given(kept: Keeper, at: Place | None = AT) -> Given:
    found = kept.give(service_of(kept), at)
    assert found is not None
    return found


def refused(kept: Keeper, at: Place | None = AT) -> UnavailableError:
    with pytest.raises(UnavailableError) as error:
        kept.give(service_of(kept), at)
    return error.value


def until_away(kept: Keeper) -> UnavailableError:
    for n in range(FAILURES - 1):
        assert kept.give(service_of(kept), Place(8, 10 + n, 10)) is None, "it is not away yet"
    return refused(kept, Place(8, 10, 11))


def asked_when_quiet(stand_in: StandIn) -> int:
    """Return how often it was asked once the last tiles of what has failed have come back."""
    before = -1
    while len(stand_in.asked) != before:
        before = len(stand_in.asked)
        time.sleep(0.5)
    return before


@pytest.mark.parametrize(
    ("mode", "why"),
    [
        ("fails", "应答 500"), ("html", "给的不是图片（text/html）"), ("lies", "图片打不开"), ("huge", "应答超过 8 MB"),
        ("moved", "要转到别处（302），不跟随"), ("wide", "图片大小不对：64×64"),
    ],
)  # fmt: skip
def test_what_is_no_tile_puts_it_away(stand_in: StandIn, kept: Keeper, mode: str, why: str) -> None:
    given(kept)
    stand_in.mode = mode
    found = until_away(kept)
    assert (found.code, found.status) == ("map_services.away", 503)
    assert found.facts["retry_after_s"] == AWAY_S
    assert kept.breaker(service_of(kept)).why == why
    asked = asked_when_quiet(stand_in)
    assert refused(kept, Place(8, 20, 20)).code == "map_services.away"
    assert len(stand_in.asked) == asked, "it is left alone"
    assert given(kept).is_fresh, "what is kept is given"


def test_where_nobody_listens_it_is_away(stand_in: StandIn, kept: Keeper) -> None:
    stand_in.stop()
    assert until_away(kept).code == "map_services.away"
    assert kept.breaker(service_of(kept)).why == "连不上"


def test_one_that_hangs_holds_no_request(
    stand_in: StandIn, kept: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "MOMENT_S", 0.05)
    stand_in.mode = "hangs"
    began = time.monotonic()
    found = [kept.give(service_of(kept), Place(8, n, 10)) for n in range(40)]
    assert set(found) == {None}
    assert time.monotonic() - began < 4, "forty requests were told at once"


def test_one_that_hangs_is_given_up(stand_in: StandIn, describe: Describe) -> None:
    stand_in.mode = "hangs"
    service = describe("wmts")
    began = time.monotonic()
    with pytest.raises(AwayError, match="秒内没有应答"):
        Fetcher(host=service.host, patience_s=0.3).get(service.url)
    assert time.monotonic() - began < 2
    assert fetch.PATIENCE_S == 5.0


def test_it_is_asked_again_after_a_while(
    stand_in: StandIn, kept: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in.mode = "fails"
    until_away(kept)
    stand_in.mode = "well"
    breaker = kept.breaker(service_of(kept))
    breaker.now = lambda: time.monotonic() + AWAY_S + 1
    assert given(kept).is_fresh
    assert not breaker.is_away


def test_one_failure_is_not_yet_away(stand_in: StandIn, kept: Keeper) -> None:
    stand_in.mode = "fails"
    assert kept.give(service_of(kept), AT) is None
    stand_in.mode = "well"
    assert given(kept).is_fresh


def test_after_the_pause_one_failure_is_enough() -> None:
    moment = [100.0]
    breaker = Breaker(now=lambda: moment[0])
    for _ in range(FAILURES):
        breaker.failed("x")
    assert breaker.remaining_s == AWAY_S
    moment[0] += AWAY_S
    assert not breaker.is_away
    breaker.failed("x")
    assert breaker.is_away


def test_what_is_too_old_is_given_while_it_is_fetched_anew(stand_in: StandIn, kept: Keeper) -> None:
    given(kept)
    running = kept.running(service_of(kept))
    path = running.store.path(AT)
    old = time.time() - 31 * DAY_S
    for one in path.parents[2].rglob("*.png"):
        os.utime(one, (old, old))
    stand_in.mode = "fails"
    assert not given(kept).is_fresh
    stand_in.mode = "well"
    for _ in range(100):
        if (found := given(kept)).is_fresh:
            break
        time.sleep(0.05)
    assert found.is_fresh


def test_one_that_has_ended_refuses_nobody(stand_in: StandIn, kept: Keeper) -> None:
    """Another description has been read while somebody asked of this one: he asks again."""
    given(kept)
    kept.close()
    assert given(kept).is_fresh
    assert kept.give(service_of(kept), Place(8, 30, 30)) is None


def test_only_its_own_host_is_asked(describe: Describe) -> None:
    service = describe("wmts")
    with pytest.raises(AwayError, match="地址不在所写的主机上"):
        Fetcher(host=service.host).get("http://127.0.0.1:1/wmts")


def test_the_folder_is_bounded_and_the_oldest_goes_first(tmp_path: Path) -> None:
    for n in range(10):
        file = tmp_path / "img-1" / "8" / str(n) / "1.png"
        file.parent.mkdir(parents=True)
        file.write_bytes(bytes(1000))
        os.utime(file, (n, n))
    (tmp_path / "gone-1").mkdir()
    (tmp_path / "gone-1" / "1.png").write_bytes(bytes(1000))
    assert prune(tmp_path, 5_000, ["img-1"]) == 4_000
    left = {one.parent.name for one in tmp_path.rglob("*.png")}
    assert left == {"6", "7", "8", "9"}


def test_vector_tiles_come_as_they_are(
    stand_in: StandIn, describe: Describe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "MOMENT_S", 10.0)
    roads = describe("mvt", "/mvt/{z}/{x}/{y}", crs="EPSG:3857", layer="roads")
    kept = Keeper(Described(services=(roads,)), tmp_path, GB)
    import mapbox_vector_tile

    found = mapbox_vector_tile.decode(given(kept).content)
    assert found["roads"]["features"][0]["properties"] == {"tile": "8/203/98"}
    stand_in.mode = "html"
    assert kept.give(roads, Place(8, 1, 1)) is None
    assert kept.breaker(roads).why == "给的不是矢量瓦片"
