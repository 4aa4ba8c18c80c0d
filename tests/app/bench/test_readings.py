"""The quick form of the readings' bench is what it says: two million readings of 20,000 datastreams."""

from anlan.app.bench import readings


def test_the_quick_form_sends_two_million_readings() -> None:
    flow = readings.FLOW * readings.FLOW_S[True] * readings.A_MESSAGE
    assert readings.DATASTREAMS[True] == 20_000
    assert readings.FLOW * readings.A_MESSAGE == 15_000
    assert flow + sum(size * count for *_, size, count in readings.QUICK) == 2_000_000
