"""An installation without a demo, by its own commands and pages: three administrators, posts, a firm, an alarm."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from django.test import Client
from paho.mqtt.enums import CallbackAPIVersion

from anlan.adapters.mqtt.signature import sign
from anlan.app.stack.throw_away import Databases
from anlan.kernel.alerts.models import Alarm
from anlan.kernel.base.clock import now_ms
from tests import factories
from tests.app.engine.house import EngineHouse
from tests.app.gateway.house import House, house_in, rows
from tests.app.register.book import CODE, firm_book, xlsx
from tests.cast import csrf
from tests.conftest import DATABASE

pytestmark = pytest.mark.slow
THREE = ("--system", "zheng:郑系统", "--security", "feng:冯安全", "--audit", "chen:陈审计")
PASSWORD = "Fresh-Goose-9-Lantern"


class Installation:
    """Its commands, and a browser for each person."""

    def __init__(self, house: House) -> None:
        self.house = house

    def anlan(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "anlan", *words],
            env=os.environ | self.house.environment,
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def come(self, token: str) -> Client:
        """Come by a first link and set a password."""
        client = Client(enforce_csrf_checks=True)
        client.get("/api/v1/session")
        post(client, "/session/link", {"token": token})
        post(client, "/session/password", {"old": "", "new": PASSWORD})
        return client


def post(client: Client, path: str, body: Any) -> dict[str, Any]:
    answer = client.post(
        f"/api/v1{path}", body, content_type="application/json", headers=csrf(client)
    )
    assert answer.status_code in {200, 202}, answer.content.decode()
    found: dict[str, Any] = answer.json()
    return found


def links(output: str) -> list[str]:
    return re.findall(r"/link#(\S+)", output)


def test_from_an_empty_installation_to_the_first_alarm(
    tmp_path: Path, databases: Databases, transactional_db: None
) -> None:
    tmp_path.chmod(0o711)
    factories.division("640181001")  # `anlan region load` brings the real ones
    with house_in(tmp_path, databases.url(DATABASE)) as house:
        here = Installation(house)
        system, security, _audit = links(here.anlan("people", "first-administrators", *THREE))
        of_system, of_security = here.come(system), here.come(security)
        account = post(of_system, "/people/users", {"username": "li", "name": "李数据"})
        bureau = post(
            of_security,
            "/people/organisations",
            {"name": "灵武市应急管理局", "kind": "bureau", "territory_code": "640181"},
        )
        keeper = post(
            of_security,
            "/people/posts",
            {"organisation_id": bureau["id"], "role": "data_keeper"},
        )
        post(of_security, f"/people/posts/{keeper['id']}/holdings", {"user_id": account["id"]})

        book = str(xlsx(tmp_path, firm_book()))
        here.anlan("import", "kinds", "--as", "li")
        assert here.anlan("import", "chemicals", "--as", "li").startswith("85 ")
        here.anlan("import", "firms", book, "--as", "li", "--only", "单位", "--only", "厂区")
        table: list[list[object]] = [
            ["credit_code", "organisation", "matter"],
            [CODE, "灵武市应急管理局", "hazchem"],
        ]
        (tmp_path / "more").mkdir()
        supervision = str(xlsx(tmp_path / "more", {"supervisions": table}))
        here.anlan("import", "supervisions", supervision, "--as", "feng")
        told = here.anlan("import", "firms", book, "--as", "li")
        [token] = re.findall(r"password (\S+)", told)
        [key] = re.findall(r"key (\S+)", told)

        engine = EngineHouse(house, (), "")
        house.start()
        engine.start()
        send(house, token, key, 95.0)
        engine.until(lambda: len(rows(Alarm)) > 0, "the alarm is there")

    [alarm] = sorted(rows(Alarm), key=lambda one: one.priority)[:1]
    assert (alarm.condition, alarm.limit_value, alarm.value) == ("HH", 90.0, 95.0)


def send(house: House, token: str, key: str, value: float) -> None:
    """Sign in to the MQTT door with what the import has printed, and send one reading."""
    body = {"v": 1, "gw": "G1", "seq": 1, "rows": [{"tag": "T101.LI", "t": now_ms(), "v": value}]}
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="first-box")
    client.username_pw_set("lwyp.G1", token)
    client.connect("127.0.0.1", house.server.mqtt_port)
    client.loop_start()
    payload = sign(json.dumps(body).encode(), bytes.fromhex(key))
    info = client.publish("a1/lwyp/G1/obs", payload, qos=1)
    info.wait_for_publish(30)
    client.disconnect()
    client.loop_stop()
    assert info.is_published()
