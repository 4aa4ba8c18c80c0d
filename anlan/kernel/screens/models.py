"""Screens that wait for somebody to lead them, or are led; what they show is kept nowhere."""

from django.db import models

from anlan.kernel.base.fields import Exercisable, Identified, Placed


class Screen(Identified, Placed, Exercisable):
    """A session that offers itself as a screen (大屏). It hangs where its person serves.

    Sessions stand here by their digest. A code stands as its keyed digest while it is awaited; once it is
    used up it is the screen's name.
    """

    owner = models.CharField(max_length=64)
    session = models.CharField(max_length=64, unique=True)
    name = models.CharField("大屏", max_length=8, blank=True)
    code_digest = models.CharField(max_length=64, blank=True)
    code_until = models.DateTimeField(null=True)
    codes_made = models.IntegerField(default=0)
    codes_since = models.DateTimeField()
    driver = models.CharField(max_length=64, blank=True)
    driver_session = models.CharField(max_length=64, blank=True)
    led_since = models.DateTimeField(null=True)
    led_until = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["code_digest"], name="screens_code"),
            models.Index(fields=["driver_session"], name="screens_driver"),
        ]


class WrongCode(Identified):
    """A code that somebody typed and that was none; what it was is not kept."""

    actor = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["actor", "created_at"], name="screens_wrong")]
