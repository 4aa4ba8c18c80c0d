"""A screen under measurement: a duty officer, his ticket, and a listener in a process of its own."""

import multiprocessing
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from anlan.app.bench import listener
from anlan.app.bench.plant import COUNTY
from anlan.kernel.base import tickets
from anlan.kernel.base.permissions import Principal, machine
from anlan.kernel.base.unit_of_work import unit_of_work

if TYPE_CHECKING:
    from anlan.kernel.people.models import Organisation

#: A session lasts no longer.
A_SHIFT_S = 12 * 3600


class Screen:
    """A listener in a process of its own while the block runs; nobody without a ticket."""

    def __init__(
        self, live_port: int, ticket: Callable[[], str] | None, heard: list[tuple[object, ...]]
    ) -> None:
        self._url = f"http://127.0.0.1:{live_port}/live"
        self._ticket, self._heard = ticket, heard
        self._process: multiprocessing.process.BaseProcess | None = None

    def __enter__(self) -> None:
        if self._ticket is None:
            return
        spawn = multiprocessing.get_context("spawn")
        ours, theirs = spawn.Pipe(duplex=False)
        self._process = spawn.Process(
            target=listener.listen, args=(self._url, self._ticket(), theirs), daemon=True
        )
        self._process.start()
        if not ours.poll(30):
            raise TimeoutError("the live stream did not open")
        threading.Thread(target=self._take, args=[ours], daemon=True).start()

    def _take(self, ours: Connection) -> None:
        try:
            while True:
                self._heard.append(ours.recv())
        except (EOFError, OSError):
            return

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.join()


@dataclass(frozen=True, slots=True)
class Admitted:
    """Somebody who has signed in, and what makes his tickets."""

    who: Principal
    ticket: Callable[[], str]


def admit(role: str = "duty_officer", territory: str = COUNTY) -> Admitted:
    """Appoint somebody of the bureau of a territory and sign him in; a duty officer of the county."""
    from anlan.kernel.people.models import OrganisationKind
    from anlan.kernel.people.services import organisations

    with unit_of_work(machine("bench")):
        bureau = organisations.create_organisation(
            name=f"压测应急局 {role} {territory}（虚构）",
            kind=OrganisationKind.BUREAU,
            territory_code=territory,
            is_invented=True,
        )
        return _appointed(bureau, role, territory)


def admit_control_room() -> Admitted:
    """Appoint somebody of the control room of the bench's firm and sign him in."""
    from anlan.kernel.people.models import Organisation, OrganisationKind

    with unit_of_work(machine("bench")):
        firm = Organisation.objects.get(kind=OrganisationKind.FIRM)
        return _appointed(firm, "firm_control_room", None)


def _appointed(organisation: "Organisation", code: str, territory: str | None) -> Admitted:
    from importlib import import_module

    from django.conf import settings

    from anlan.kernel.people.models import Role
    from anlan.kernel.people.queries.principals import principal_of
    from anlan.kernel.people.services import posts, users

    name = f"{code}_{territory or 'firm'}"
    role = Role.objects.get(code=code)
    post = posts.create_post(organisation=organisation, role=role, territory_code=territory)
    user = users.create_user(username=f"bench_{name}", name=f"压测 {name}", is_invented=True)
    posts.appoint(user=user, post=post)
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    # as of somebody who goes on working: idle for half an hour, his stream would rightly end
    store.set_expiry(A_SHIFT_S)
    store.create()
    who, key = principal_of(user), store.session_key
    return Admitted(who, lambda: tickets.issue(who, key, settings.SECRET_KEY)[0])
