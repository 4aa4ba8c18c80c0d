"""What somebody sends to be done: its shape says all that may stand in it."""

from ninja import Schema
from pydantic import ConfigDict


class Body(Schema):
    """The base of every body of a request, and of its parts: a field that it does not know is refused.

    What was misspelt is told and not ignored in silence (422 `base.strange_field`, which names it). Not for
    queries and answers; messages of gateways have rules of their own (docs/protocol): no reading is lost
    for a field too many.
    """

    model_config = ConfigDict(extra="forbid")
