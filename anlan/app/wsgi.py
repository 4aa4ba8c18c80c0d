"""The web door (granian --interface wsgi)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.app.settings")
application = get_wsgi_application()

from anlan.app import observations, screen_teller  # noqa: E402  the store's models need the settings
from anlan.app.message_channels import served  # noqa: E402

observations.install()
served.install()
screen_teller.install()
