"""Who may do what: one decision, over plain values (architecture.md section 5)."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Reach(StrEnum):
    """How a principal is related to the row it wants to act on."""

    SEEN = "seen"  # territory, zone, supervision or own firm
    OWN_FIRM = "own_firm"  # the firm's own people
    HOME = "home"  # the post's own territory or zone, whoever supervises what stands there
    IN_CHARGE = "in_charge"  # the bureau that supervises the matter, or territory without a firm


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The scope columns kept on a row, its label, and the matter (监管事项) that it is one of."""

    div: int = 0
    zone: int | None = None
    site: str | None = None
    incident: str | None = None
    sensitivity: int = 0
    matter: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What rows a principal reaches: division ranges (inclusive), zones, sites, shared incidents."""

    divs: tuple[tuple[int, int], ...] = ()
    zones: tuple[int, ...] = ()
    sites: tuple[str, ...] = ()
    incidents: tuple[str, ...] = ()
    audit: bool = False

    def sees(self, facts: Facts) -> bool:
        """Tell whether a row with these scope columns is reached."""
        return (
            any(low <= facts.div <= high for low, high in self.divs)
            or (facts.zone is not None and facts.zone in self.zones)
            or (facts.site is not None and facts.site in self.sites)
            or (facts.incident is not None and facts.incident in self.incidents)
        )

    def __or__(self, other: "Scope") -> "Scope":
        """Several posts reach exactly the union of what each reaches."""
        return Scope(
            divs=tuple(sorted({*self.divs, *other.divs})),
            zones=tuple(sorted({*self.zones, *other.zones})),
            sites=tuple(sorted({*self.sites, *other.sites})),
            incidents=tuple(sorted({*self.incidents, *other.incidents})),
            audit=self.audit or other.audit,
        )


def union(scopes: Iterable[Scope]) -> Scope:
    """Return what several posts reach together."""
    whole = Scope()
    for scope in scopes:
        whole |= scope
    return whole


#: One below the largest int8, because PostgreSQL stores the range half open.
EVERYTHING = Scope(divs=((0, 2**63 - 2),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One post's rights: its permissions hold inside its own reach only, never across posts.

    Who supervises a site is in charge of everything there, save the matters in `ceded`, as (site,
    matter), that others supervise and he does not: so somebody is always in charge. Divisions in
    `shared` and zones in `shared_zones` (共享) are for looking: nobody is put in charge by a share.
    """

    permissions: frozenset[str]
    scope: Scope
    own_sites: frozenset[str] = frozenset()
    supervised_sites: frozenset[str] = frozenset()
    ceded: frozenset[tuple[str, str]] = frozenset()
    shared: tuple[tuple[int, int], ...] = ()
    shared_zones: tuple[int, ...] = ()
    ceiling: int = 3

    def reaches(self, facts: Facts, needs: Reach) -> bool:
        """Tell whether this post's reach is of the kind that an act needs."""
        if facts.sensitivity > self.ceiling:
            return False
        if needs is Reach.OWN_FIRM:
            return facts.site is not None and facts.site in self.own_sites
        if needs is Reach.IN_CHARGE and facts.site is not None:
            supervised = facts.site in self.supervised_sites
            return supervised and (facts.site, facts.matter) not in self.ceded
        if needs is Reach.HOME:
            return replace(self.unshared(), sites=(), incidents=()).sees(facts)
        return (self.unshared() if needs is Reach.IN_CHARGE else self.scope).sees(facts)

    def unshared(self) -> Scope:
        """Return what the post reaches but for what was shared with it."""
        if not self.shared and not self.shared_zones:
            return self.scope
        own = tuple(span for span in self.scope.divs if span not in self.shared)
        zones = tuple(zone for zone in self.scope.zones if zone not in self.shared_zones)
        return replace(self.scope, divs=own, zones=zones)


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Somebody or something that acts: a person with posts, or a named process."""

    actor: str
    name: str
    unit: str = ""  # where he serves, as it stands in a watermark
    grants: tuple[Grant, ...] = ()
    scope: Scope = field(default_factory=Scope)
    ceiling: int = 0
    exercise_id: str | None = None

    @property
    def permissions(self) -> frozenset[str]:
        """Every permission of any post; a route's gate, before the row is known."""
        return frozenset[str]().union(*(grant.permissions for grant in self.grants))

    def within(self, permission: str) -> "Principal":
        """Return the same person, who reaches only what the posts with this permission reach."""
        if self.is_machine:
            return self
        held = [grant for grant in self.grants if permission in grant.permissions]
        ceiling = min(self.ceiling, max((grant.ceiling for grant in held), default=0))
        return replace(self, scope=union(grant.scope for grant in held), ceiling=ceiling)

    @property
    def is_machine(self) -> bool:
        """Tell whether a process acts, not a person."""
        return self.actor.startswith("system:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Allowed or not, and why: the reason is shown and audited."""

    allowed: bool
    reason: str


def decide(
    principal: Principal, permission: str, facts: Facts | None = None, needs: Reach = Reach.SEEN
) -> Decision:
    """Decide whether a principal may use a permission on a row with these facts.

    A permission counts only inside the reach of the post that gives it.
    """
    if principal.is_machine:
        return Decision(allowed=True, reason="machine")
    held = [grant for grant in principal.grants if permission in grant.permissions]
    if not held:
        return Decision(allowed=False, reason="no_post_with_permission")
    if facts is None:
        return Decision(allowed=True, reason="post")
    if facts.sensitivity > principal.ceiling:
        return Decision(allowed=False, reason="above_ceiling")
    if any(grant.reaches(facts, needs) for grant in held):
        return Decision(allowed=True, reason=needs)
    return Decision(allowed=False, reason=f"out_of_reach_{needs}")


def home_of(principal: Principal, permission: str) -> Scope:
    """Return the own territory and zones in which somebody has a permission: what `Reach.HOME` asks for."""
    if principal.is_machine:
        return EVERYTHING
    held = [grant for grant in principal.grants if permission in grant.permissions]
    return union(replace(grant.unshared(), sites=(), incidents=()) for grant in held)


def machine(name: str) -> Principal:
    """Return the principal of a process; it reaches every real row."""
    return Principal(actor=f"system:{name}", name=name, scope=EVERYTHING, ceiling=3)
