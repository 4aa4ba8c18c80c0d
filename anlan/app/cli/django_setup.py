"""Start Django inside a command, as the database role that the command needs."""

import os


def start_django(role: str) -> None:
    """Set the role, then load the settings; a role named from outside is overruled."""
    os.environ["ANLAN_DB_ROLE"] = role
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.app.settings")
    import django

    django.setup()
