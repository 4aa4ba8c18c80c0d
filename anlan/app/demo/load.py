"""Load the whole demo: region, kinds, bureaus, firms, people, duty. Safe to repeat, safe to interrupt.

Each part is one transaction and is looked for before it is made, so a second call goes on where
the first was interrupted. A finished load leaves the digest of what it was made from; the next
start then only lays out the duty and issues fresh links.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from anlan.app import base_map
from anlan.app.base_map.invented.make import build_invented
from anlan.app.demo import cast, equipment
from anlan.app.demo.credentials import Credentials, read_credentials, write_credentials
from anlan.app.demo.desk import load_desk
from anlan.app.demo.firm_days import load_firm_days
from anlan.app.demo.hazards import load_hazards
from anlan.app.demo.mapping import HERE
from anlan.app.demo.plants import Plant, read_plants
from anlan.app.demo.prepare import demo_folder, series_folder
from anlan.app.demo.series import Series, read_all
from anlan.app.region.build import build_region
from anlan.app.region.geojson import write_region
from anlan.app.region.load import load_region
from anlan.app.region.pack import PACKS
from anlan.app.register.kinds import KINDS, PROPERTIES, load_kinds
from anlan.app.stack.stamps import Stamp, digest
from anlan.kernel.base.config import Config, config
from anlan.kernel.base.permissions import machine
from anlan.kernel.base.unit_of_work import unit_of_work
from anlan.kernel.people.models import Organisation, User
from anlan.kernel.people.services.sessions import issue_one_time_link
from anlan.kernel.sensing.models import Gateway
from anlan.systems.hazchem.shipped import FILE as CHEMICALS
from anlan.systems.hazchem.shipped import load_shipped

STAMP = "loaded"
ACTOR = "demo"
PACK = "lingwu"


@dataclass(frozen=True, slots=True, kw_only=True)
class CastMember:
    """One line of the page with the cast; the link signs in once and is never logged."""

    key: str
    name: str
    title: str
    title_en: str
    organisation: str
    link_token: str = field(repr=False)
    what_to_try: str
    what_to_try_en: str


def load_all(progress: Callable[[str], None] | None = None) -> list[CastMember]:
    """Bring the demo in as far as it is missing; return the cast with fresh one-time links.

    Needs Django set up as `anlan_app`, and the series (`prepare_series`). A firm whose recorded
    series is not at hand is left out, and comes in with a later load that has it. `progress` is
    told each part's name as it begins.
    """
    settings = config()
    folder = demo_folder(settings)
    series = read_all(series_folder(settings))
    plants = [plant for plant in read_plants() if plant.normal in series]
    stamp = Stamp(folder, STAMP, _digest(settings, plants))
    if not (stamp.holds() and _is_there(plants)):
        _load(settings, plants, series, progress or _silently)
        stamp.set()
    with unit_of_work(machine(ACTOR)):
        people = {one.username: one for one in User.objects.filter(is_invented=True)}
        parts = {part.key: part for part in cast.read_cast()[1]}
        members = {
            key: people[part.username] for key, part in parts.items() if part.username in people
        }
        cast.load_duty(members)
        cast.load_shares()
        shown = [(parts[key], user) for key, user in members.items() if parts[key].on_page]
        return [_member(part, user) for part, user in shown]


def _silently(_part: str) -> None:
    """Nobody watches the load."""


def _load(
    settings: Config,
    plants: list[Plant],
    series: dict[str, Series],
    progress: Callable[[str], None],
) -> None:
    """Bring everything in, part by part."""
    progress("区域 region")
    region = build_region()
    write_region(region, settings.path("region_dir"))
    build_invented(region, PACK, settings.path("region_dir"))
    load_region(region)
    with unit_of_work(machine(ACTOR)):
        load_kinds()
        load_shipped()
        bureaus = cast.load_bureaus(region.zones[0].zone.number)
    for plant in plants:
        progress(plant.name)
        with unit_of_work(machine(ACTOR)):
            if not Gateway.objects.filter(firm_code=plant.code).exists():
                equipment.load_plant(plant, region, bureaus, series)
    with unit_of_work(machine(ACTOR)):
        firms = {
            plant.code: Organisation.objects.get(credit_code=plant.credit_code)
            for plant in plants
            if plant.is_firm
        }
        equipment.load_entries(region)
        load_hazards()
        load_firm_days()
        people = cast.load_people(bureaus | firms)
        _keep_credentials(demo_folder(settings))
    load_desk(people)


def _keep_credentials(folder: Path) -> None:
    """Hand every gateway its own password and key, as an installer would."""
    codes = {plant.code for plant in read_plants()}
    known = [
        Credentials(
            firm=row.firm_code,
            gateway=row.code,
            user=f"{row.firm_code}.{row.code}",
            token=row.token,
            hmac_key=row.hmac_key.split()[0],
        )
        for row in Gateway.objects.filter(firm_code__in=codes).order_by("firm_code")
    ]
    write_credentials(folder, known)


def _is_there(plants: list[Plant]) -> bool:
    """Tell whether this database has the demo: the stamp is a file and may outlive a database."""
    codes = [plant.code for plant in plants]
    with unit_of_work(machine(ACTOR), read_only=True):
        own = Gateway.objects.filter(firm_code__in=codes).order_by("-code")  # the first code stays
        rows = own.values_list("firm_code", "hmac_key")
        there = {code: key.split()[0] for code, key in rows}
    known = read_credentials(demo_folder(config()))
    return {code: one.hmac_key for code, one in known.items()} == there and len(there) == len(codes)


def _digest(settings: Config, plants: list[Plant]) -> str:
    """Return the digest of all that the demo is made from."""
    files = [*HERE.glob("*.toml"), *HERE.glob("mappings/*.toml"), *HERE.glob("*.py")]
    files += [KINDS, PROPERTIES, CHEMICALS, *PACKS.glob("*.toml"), *PACKS.parent.glob("*.py")]
    ground = Path(base_map.__file__).parent
    files += [*ground.rglob("*.toml"), *ground.rglob("*.py")]
    return digest(files, settings.node, *(plant.code for plant in plants))


def _member(part: cast.Part, user: User) -> CastMember:
    post = user.holdings.select_related("post__organisation").order_by("id").first()
    return CastMember(
        key=part.key,
        name=user.name,
        title=part.title,
        title_en=part.title_en,
        organisation=post.post.organisation.name if post else "",
        link_token=issue_one_time_link(user=user),
        what_to_try=part.what_to_try,
        what_to_try_en=part.what_to_try_en,
    )
