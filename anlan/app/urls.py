"""One place for all addresses of the web process."""

from typing import Any

from django.http import HttpRequest
from django.urls import path, resolve

from anlan.app.health.metrics import metrics
from anlan.app.routes import api

API = "api/v1/"


def tile(request: HttpRequest, rest: str) -> Any:
    """Answer at a tile's short address, which nginx passes on as it is, by its route of the API."""
    found = resolve(f"/{API}tiles/{rest}")
    request.resolver_match = found
    return found.func(request, *found.args, **found.kwargs)


urlpatterns = [path(API, api.urls), path("tiles/<path:rest>", tile), path("metrics", metrics)]
