"""What stands in the head of an answer even where no nginx has put it."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_no_page_of_others_may_frame_an_answer() -> None:
    answer = Client().get("/api/v1/session")
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
