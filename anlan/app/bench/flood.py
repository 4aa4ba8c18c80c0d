"""Bad senders, each a process of its own, so that what they cost themselves slows nobody who is measured.

They know no tables: all they need is what an installer would type into a gateway.
"""

import time
from collections import Counter
from dataclasses import dataclass

import httpx
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from anlan.adapters.mqtt.line import Line
from anlan.adapters.mqtt.signature import sign
from anlan.app.bench.damage import Saboteur

SEED = 640181
#: So many are made and under way at once.
CHUNK, INFLIGHT = 5_000, 200
STEP_S, LET_IN_S = 0.002, 30.0


@dataclass(frozen=True, slots=True)
class Sender:
    """A way in by MQTT or HTTP, and the two tags about which it speaks."""

    firm: str
    code: str
    token: str
    hmac_key: str
    tags: tuple[str, str]
    mqtt_port: int
    http_port: int

    @property
    def user(self) -> str:
        """Its name at the doors."""
        return f"{self.firm}.{self.code}"

    def saboteur(self) -> Saboteur:
        """Return who damages its messages."""
        return Saboteur(SEED, self.code, self.tags, time.time_ns() // 1_000_000)

    def client(self) -> mqtt.Client:
        """Return a line that is open. Raises TimeoutError."""
        made = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=f"flood-{self.code}", protocol=mqtt.MQTTv311
        )
        made.username_pw_set(self.user, self.token)
        made.max_inflight_messages_set(INFLIGHT)
        made.connect("127.0.0.1", self.mqtt_port)
        made.loop_start()
        end = time.monotonic() + LET_IN_S
        while not made.is_connected():
            if time.monotonic() > end:
                raise TimeoutError(f"{self.user} is not let in")
            time.sleep(STEP_S)
        return made


def damaged(sender: Sender, count: int) -> None:
    """Send damaged messages with a right signature until each has its PUBACK."""
    client, saboteur, key = sender.client(), sender.saboteur(), bytes.fromhex(sender.hmac_key)
    line, topic = Line(client, name=sender.user), f"a1/{sender.firm}/{sender.code}/obs"
    for _ in range(count):
        payload = sign(saboteur.message(), key)
        while line.under_way >= INFLIGHT or line.publish(topic, payload) is None:
            time.sleep(STEP_S)
    while line.under_way:
        time.sleep(STEP_S)
    client.disconnect()
    client.loop_stop()


def posted(sender: Sender, count: int) -> dict[int, int]:
    """Post damaged messages; return the answers by their hundreds."""
    saboteur, key = sender.saboteur(), bytes.fromhex(sender.hmac_key)
    url = f"http://127.0.0.1:{sender.http_port}/api/v1/observations"
    answers: Counter[int] = Counter()
    with httpx.Client(headers={"X-Gateway": sender.user}, timeout=60) as client:
        for _ in range(count):
            answer = client.post(url, content=sign(saboteur.message(), key))
            answers[answer.status_code // 100] += 1
    return dict(answers)


def strayed(sender: Sender, count: int) -> None:
    """Publish once on each of so many topics that are not its own, with QoS 0 and 1, retained."""
    client = sender.client()
    for begin in range(0, count, CHUNK):
        for number in range(begin, min(begin + CHUNK, count)):
            topic = f"a1/{sender.firm}/{sender.code}/{number}/{'x' * 20}"
            sent = client.publish(topic, b"mine", qos=number % 2, retain=True)
        while not sent.is_published():
            time.sleep(STEP_S)
    client.disconnect()
    client.loop_stop()
