"""A screen follows a desk: by a code that is good once, for whoever reaches the screen, until either side lets go."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from anlan.kernel.base.clock import now
from anlan.kernel.base.models import Journal
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.screens import ports
from anlan.kernel.screens.models import Screen, WrongCode
from anlan.kernel.screens.rules import ALPHABET, MOST_CODES, MOST_WRONG, as_typed
from anlan.kernel.screens.services import end_over
from tests.cast import Cast, assemble, csrf, signed_in

URL = "/api/v1/screens"
SHOWN = {
    "subject": None,
    "view": {"lon": 106.6, "lat": 38.1, "zoom": 9.5, "bearing": 0},
    "layers": [{"key": "alarms", "is_visible": True, "opacity": 0.5}],
    "played": None,
    "beside": None,
}


@pytest.fixture
def cast(db: None) -> Cast:
    return assemble()


@pytest.fixture
def told() -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """Take what screens are told, in the place of the live stream."""
    heard: list[tuple[str, dict[str, Any]]] = []
    ports.install(lambda session, shown: heard.append((session, shown)))
    yield heard
    ports._teller.clear()


def post(client: Client, path: str, body: Any = None, method: str = "post") -> Any:
    send = getattr(client, method)
    return send(f"{URL}{path}", body or {}, content_type="application/json", headers=csrf(client))


def offered(screen: Client) -> str:
    answer = post(screen, "/codes")
    assert answer.status_code == 200, answer.json()
    code: str = answer.json()["code"]
    return code


def led(desk: Client, code: str) -> Any:
    return post(desk, "/lead", {"code": code})


def pair(desk: Client, screen: Client) -> dict[str, Any]:
    answer = led(desk, offered(screen))
    assert answer.status_code == 200, answer.json()
    made: dict[str, Any] = answer.json()
    return made


def mine(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get(URL).json()
    return found


def sweep() -> int:
    with unit_of_work(machine("deadlines")):
        return end_over()


def journal(kind: str) -> list[dict[str, Any]]:
    with unit_of_work(machine("test")):
        return [row.data for row in Journal.objects.filter(type=f"screens.screen.{kind}")]


def test_a_code_is_six_signs_that_nobody_misreads_and_its_screen_is_named_by_it(cast: Cast) -> None:
    desk, screen = signed_in(cast.duty_officer), signed_in(cast.leader)
    code = offered(screen)
    assert len(code) == 6
    assert set(code) <= set(ALPHABET)
    assert not set(ALPHABET) & set("O0I1S5VB8Z2G6DQL")
    answer = led(desk, f" {code[:3].lower()}-{code[3:].lower()} ")
    assert answer.json()["name"] == code
    # nobody finds it in the database while it is awaited
    with unit_of_work(machine("test")):
        assert as_typed(code) != Screen.objects.get().code_digest


def test_both_sides_say_who_leads_whom(cast: Cast) -> None:
    desk, screen, other = (signed_in(one) for one in (cast.duty_officer, cast.leader, cast.leader))
    assert mine(screen) == {"following": None, "leading": []}
    made = pair(desk, screen)
    following = mine(screen)["following"]
    assert following == mine(desk)["leading"][0] == made
    assert (following["owner_name"], following["driver_name"]) == ("李带班", "王值班")
    # a session is a screen, not a person: the leader's own desk follows nobody
    assert mine(other) == {"following": None, "leading": []}
    [event] = journal("led")
    assert event["recipients"] == sorted([made["owner"], made["driver"]])
    assert event["is_led"]


def test_a_code_is_good_once_and_for_five_minutes(cast: Cast) -> None:
    desk, screen = signed_in(cast.duty_officer), signed_in(cast.leader)
    first = offered(screen)
    second = offered(screen)
    assert led(desk, first).json()["code"] == "screens.no_such_code"
    assert led(desk, second).status_code == 200
    assert led(desk, second).status_code == 404
    old = offered(signed_in(cast.monitor))
    with unit_of_work(machine("test")):
        Screen.objects.filter(driver="").update(code_until=now() - timedelta(seconds=1))
    assert led(signed_in(cast.leader), old).json()["code"] == "screens.no_such_code"


def test_who_does_not_reach_the_screen_finds_no_code(cast: Cast) -> None:
    screen = signed_in(cast.leader)
    code = offered(screen)
    for stranger in (cast.neighbour, cast.control_room):
        assert led(signed_in(stranger), code).json()["code"] == "screens.no_such_code"
    assert mine(screen)["following"] is None
    # the code was not used up by them
    assert led(signed_in(cast.duty_officer), code).status_code == 200


def test_administrators_have_no_screens(cast: Cast) -> None:
    admin = signed_in(cast.system_administrator)
    assert post(admin, "/codes").status_code == 403
    assert led(admin, "ACEFHJ").status_code == 403


def test_guesses_are_few_and_written_down(cast: Cast) -> None:
    desk, screen = signed_in(cast.duty_officer), signed_in(cast.leader)
    code = offered(screen)
    for _ in range(MOST_WRONG):
        assert led(desk, "AAAAAA").status_code == 404
    refused = led(desk, code)
    assert (refused.status_code, refused.json()["code"]) == (429, "screens.too_many_wrong")
    assert len(journal("code_refused")) == MOST_WRONG
    assert "AAAAAA" not in str(journal("code_refused"))
    # another's guesses lock nobody else, and a quarter of an hour later one may type again
    assert led(signed_in(cast.leader), "AAAAAA").status_code == 404
    with unit_of_work(machine("test")):
        WrongCode.objects.update(created_at=now() - timedelta(minutes=16))
    assert led(desk, code).status_code == 200


def test_codes_are_not_asked_for_without_end(cast: Cast) -> None:
    screen = signed_in(cast.leader)
    for _ in range(MOST_CODES):
        offered(screen)
    assert post(screen, "/codes").json()["code"] == "screens.too_many_codes"


def test_a_screen_does_not_lead_itself_nor_takes_a_code_while_it_is_led(cast: Cast) -> None:
    desk, screen = signed_in(cast.duty_officer), signed_in(cast.leader)
    assert led(screen, offered(screen)).json()["code"] == "screens.own_screen"
    pair(desk, screen)
    assert post(screen, "/codes").json()["code"] == "screens.led_already"


def test_a_screen_is_told_what_its_desk_shows_and_no_other_session_is(
    cast: Cast, told: list[tuple[str, dict[str, Any]]]
) -> None:
    desk, screen = signed_in(cast.duty_officer), signed_in(cast.leader)
    assert post(desk, "/shown", SHOWN, "put").json() == {"screens": 0}
    made = pair(desk, screen)
    assert post(desk, "/shown", SHOWN, "put").json() == {"screens": 1}
    [(session, said)] = told
    with unit_of_work(machine("test")):
        assert session == Screen.objects.get().session
    assert (said["screen"], said["shown"]) == (made["id"], SHOWN)
    # another window of the same person leads nothing
    assert post(signed_in(cast.duty_officer), "/shown", SHOWN, "put").json() == {"screens": 0}
    bad = post(desk, "/shown", SHOWN | {"subject": "<script>"}, "put")
    assert bad.status_code == 422


@pytest.mark.parametrize(("who", "ending"), [("desk", "driver"), ("screen", "screen")])
def test_either_side_lets_go(
    cast: Cast, told: list[tuple[str, dict[str, Any]]], who: str, ending: str
) -> None:
    sides = {"desk": signed_in(cast.duty_officer), "screen": signed_in(cast.leader)}
    made = pair(sides["desk"], sides["screen"])
    stranger = signed_in(cast.monitor)
    assert post(stranger, f"/{made['id']}/let-go").status_code == 404
    assert post(sides[who], f"/{made['id']}/let-go").status_code == 200
    assert post(sides[who], f"/{made['id']}/let-go").status_code == 404
    assert mine(sides["screen"])["following"] is None
    assert mine(sides["desk"])["leading"] == []
    assert post(sides["desk"], "/shown", SHOWN, "put").json() == {"screens": 0}
    assert [one["ending"] for one in journal("let_go")] == [ending]
    # and it can be led again
    pair(sides["desk"], sides["screen"])


@pytest.mark.parametrize("who", ["desk", "screen"])
def test_who_signs_out_ends_it(cast: Cast, who: str) -> None:
    sides = {"desk": signed_in(cast.duty_officer), "screen": signed_in(cast.leader)}
    pair(sides["desk"], sides["screen"])
    assert sweep() == 0
    sides[who].delete("/api/v1/session", headers=csrf(sides[who]))
    other = sides["screen" if who == "desk" else "desk"]
    # at once for whoever asks; the other side is told within the second
    assert mine(other) == {"following": None, "leading": []}
    assert sweep() == 1
    assert [one["ending"] for one in journal("let_go")] == ["signed_out"]
    assert sweep() == 0


def test_it_ends_after_twelve_hours(cast: Cast) -> None:
    desk, screen = signed_in(cast.duty_officer), signed_in(cast.leader)
    made = pair(desk, screen)
    with unit_of_work(machine("test")):
        row = Screen.objects.get(pk=made["id"])
        assert row.led_until is not None
        assert row.led_since is not None
        assert timedelta(hours=11) < row.led_until - row.led_since <= timedelta(hours=12)
        Screen.objects.update(led_until=now() - timedelta(seconds=1))
    assert mine(screen)["following"] is None
    assert sweep() == 1
    assert [one["ending"] for one in journal("let_go")] == ["over"]


def test_a_screen_on_the_wall_offers_itself_and_leads_nothing(cast: Cast) -> None:
    desk, wall = signed_in(cast.duty_officer), signed_in(cast.leader)
    answer = wall.post(
        "/api/v1/session/display", {}, content_type="application/json", headers=csrf(wall)
    )
    assert answer.status_code == 200
    assert led(wall, "ACEFHJ").status_code == 403
    pair(desk, wall)
    following = mine(wall)["following"]
    assert following["driver_name"] == "王值班"
    # what it may not do otherwise it may not do by this either
    assert post(wall, "/shown", SHOWN, "put").status_code == 403
    assert post(wall, f"/{following['id']}/let-go").status_code == 200


def test_what_is_long_over_is_forgotten(cast: Cast) -> None:
    offered(signed_in(cast.leader))
    led(signed_in(cast.duty_officer), "AAAAAA")
    past = now() - timedelta(days=2)
    with unit_of_work(machine("test")):
        Screen.objects.update(updated_at=past)
        WrongCode.objects.update(created_at=past)
    sweep()
    with unit_of_work(machine("test")):
        assert (Screen.objects.count(), WrongCode.objects.count()) == (0, 0)
