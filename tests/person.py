"""A person with a browser and an authenticator app, for tests of the second factor."""

import base64
from typing import Any

from django.test import Client

from anlan.kernel.base.clock import now
from anlan.kernel.people import totp
from anlan.kernel.people.models import User
from tests import factories
from tests.cast import csrf

SESSION = "/api/v1/session"
FACTOR = f"{SESSION}/second-factor"
#: The server and every app read this one clock: no step of thirty seconds ends within a test.
MOMENT = now()


class Person:
    """A browser and an authenticator app, whose clock the test moves."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.client = Client(enforce_csrf_checks=True)
        self.client.get(SESSION)
        self.secret = b""
        self.step = 0

    def post(self, path: str, **body: Any) -> "tuple[int, dict[str, Any]]":
        answer = self.client.post(
            path, body, content_type="application/json", headers=csrf(self.client)
        )
        return answer.status_code, answer.json()

    def patch(self, path: str, **body: Any) -> "tuple[int, dict[str, Any]]":
        answer = self.client.patch(
            path, body, content_type="application/json", headers=csrf(self.client)
        )
        return answer.status_code, answer.json()

    def sign_in(self, password: str = factories.PASSWORD) -> "tuple[int, dict[str, Any]]":
        return self.post(SESSION, username=self.user.username, password=password)

    def code(self) -> str:
        """Return the next code that the app shows: each is another step, as the server wants it."""
        self.step = max(self.step + 1, int(MOMENT.timestamp()) // totp.STEP_S - 1)
        code: bytes = totp._totp(self.secret).generate(self.step * totp.STEP_S)
        return code.decode()

    def enrol(self) -> list[str]:
        """Sign in, take a secret and confirm it; return the recovery codes."""
        self.sign_in()
        _, offer = self.post(f"{FACTOR}/offer", password=factories.PASSWORD)
        self.secret = base64.b32decode(offer["secret"])
        status, confirmed = self.post(f"{FACTOR}/confirmation", code=self.code())
        assert status == 200, confirmed
        codes: list[str] = confirmed["codes"]
        return codes

    def is_in(self) -> bool:
        return self.client.get("/api/v1/registry").status_code == 200


def enrolled(user: User) -> Person:
    """Return somebody who has enrolled, before a fresh browser."""
    first = Person(user)
    first.enrol()
    again = Person(user)
    again.secret, again.step = first.secret, first.step
    return again
