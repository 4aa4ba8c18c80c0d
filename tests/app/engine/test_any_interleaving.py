"""Whatever is read, changed and broken in whatever order, PostgreSQL holds what the oracle says."""

import shutil

from hypothesis.stateful import invariant, rule

from tests.app.engine.night import MANY, Night


class WholeNight(Night):
    """A log of which nothing is let go: the engines' words are the oracle's, to the last one."""

    @rule()
    def the_snapshots_are_lost(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    @invariant()
    def what_is_committed_is_what_the_oracle_said_up_to_there(self) -> None:
        upto = 0 if self.memory.at is None else self.memory.at[1]
        assert self.said() == [said for seq, said in self.truth if seq <= upto]

    @invariant()
    def alarms_with_one_cause_are_told_as_if_nobody_had_been_stopped(self) -> None:
        upto = 0 if self.memory.at is None else self.memory.at[1]
        told = [
            (one.alarm_id, one.kind, one.cause_key, one.at_ms, one.value)
            for one in self.memory.committed
            if one.is_group or one.is_member
        ]
        assert told == [
            (one.alarm_id, one.kind, one.cause_key, one.at_ms, one.value)
            for seq, one in self.groups
            if seq <= upto
        ]

    def teardown(self) -> None:
        try:
            self.hear_all()
            assert self.said() == [said for _, said in self.truth]
        finally:
            super().teardown()


TestWholeNight = WholeNight.TestCase
TestWholeNight.settings = MANY
