"""One place for all addresses of the web process."""

from django.urls import path

from anlan.app.health.metrics import metrics
from anlan.app.routes import api

urlpatterns = [path("api/v1/", api.urls), path("metrics", metrics)]
