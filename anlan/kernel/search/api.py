"""HTTP of the search."""

from typing import Any

from django.http import HttpRequest
from ninja import Query

from anlan.kernel.base.doors import SIGNED_IN, Door, principal
from anlan.kernel.search import queries, schemas

VIEW = "subjects.subject.view"
#: Characters of a question; what follows is not read.
LONGEST = 200
door = Door("search")
router = door.router


@door.read("", VIEW, response=schemas.SearchOut)
def find(request: HttpRequest, q: Query[str]) -> dict[str, Any]:
    """Find subjects, open alarms and places by any part of a name, by pinyin, initials or code."""
    return queries.find(principal(request), q[:LONGEST])


@door.read("/besides", SIGNED_IN, response=schemas.BesidesOut)
def find_besides(request: HttpRequest, q: Query[str]) -> dict[str, Any]:
    """Find people, and pages of one's own menu, in the same way."""
    asker, text = principal(request), q[:LONGEST]
    return {
        "people": queries.find_people(asker, text),
        "pages": queries.find_pages(asker, text),
    }
