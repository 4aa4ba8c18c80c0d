"""What PostgreSQL does for one person's query, as EXPLAIN tells it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What PostgreSQL does for one person's query; times as EXPLAIN ANALYZE tells them."""

    who: str
    query: str
    indexes: tuple[str, ...]
    whole_tables: tuple[str, ...]
    planning_ms: float
    execution_ms: float
    text: str


def plan_of(who: str, query: str, told: list[dict[str, Any]], text: str) -> Plan:
    """Return what EXPLAIN told of the statements of one query."""
    nodes = [node for one in told for node in _nodes(one["Plan"])]
    return Plan(
        who=who,
        query=query,
        indexes=tuple(sorted({one["Index Name"] for one in nodes if "Index Name" in one})),
        whole_tables=tuple(
            sorted({one["Relation Name"] for one in nodes if one["Node Type"] == "Seq Scan"})
        ),
        planning_ms=sum(one["Planning Time"] for one in told),
        execution_ms=sum(one["Execution Time"] for one in told),
        text=text,
    )


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", []):
        yield from _nodes(below)
