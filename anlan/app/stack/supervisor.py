"""Keep the house's processes running, and end all of them when told to, whatever happens.

One thread, one loop. Every child has a session of its own, so Ctrl-C reaches only us; every child
dies with us (parent-death signal), and the warden ends what a child has started itself.
"""

import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

from anlan.app.stack import logs
from anlan.app.stack.care import Care
from anlan.app.stack.errors import StackError
from anlan.app.stack.service import STEADY_S, Running, Service, launch, pause_after

STEP_S = 0.05
LOOK_AT_LOGS_S = 30.0
STARTS_BEFORE_GIVING_UP = 3

Report = Callable[[str, str], None]
"""Told a service's name and what has happened: `ready 0.4 s`, `crashed (1)`, `stopped`."""


class Supervisor:
    """The processes of one house, in the order in which they were started."""

    def __init__(self, log_folder: Path, care: Care, report: Report) -> None:
        self._log_folder = log_folder
        self._care = care
        self._report = report
        self._running: dict[str, Running] = {}
        self._stages: list[list[str]] = []
        self._crashes: dict[str, int] = {}
        self._again_at: dict[str, tuple[float, Service]] = {}
        self._asked_to_stop = False

    def obey_signals(self) -> None:
        """Take Ctrl-C, SIGTERM and a closed terminal as the wish to stop."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.ask_to_stop()

    @property
    def asked_to_stop(self) -> bool:
        """Whether somebody wants us to end."""
        return self._asked_to_stop

    def ask_to_stop(self) -> None:
        """End the next time round, as if somebody had pressed Ctrl-C."""
        self._asked_to_stop = True

    def pid_of(self, name: str) -> int:
        """Return the process id of a service's present life."""
        return self._running[name].pid

    def life_of(self, name: str) -> Running:
        """Return a service's present life, or the last while it waits for its next start."""
        return self._running[name]

    def forgive(self, name: str) -> None:
        """Forget the crashes of a service: its next one counts as the first."""
        self._crashes.pop(name, None)

    def start(self, services: Sequence[Service]) -> None:
        """Start a stage together and wait until all of it is ready."""
        self.begin(services)
        self.settle()

    def begin(self, services: Sequence[Service]) -> None:
        """Start a stage together; whoever needs it ready calls `settle`."""
        self._stages.append([service.name for service in services])
        for service in services:
            self._launch(service)

    def settle(self) -> None:
        """Wait until everything that was begun is ready, or somebody asks to stop.

        Raises StackError with the end of the log when something does not come up.
        """
        while not self._asked_to_stop:
            waiting = [one for one in self._running.values() if not self._is_up(one)]
            if not waiting:
                return
            for running in waiting:
                self._give_up_if_hopeless(running)
            self._restart_what_ended()
            time.sleep(STEP_S)

    def watch(self, until: Callable[[], bool] = lambda: False) -> None:
        """Restart what crashes until somebody asks to stop, or the condition holds."""
        look_at = time.monotonic() + LOOK_AT_LOGS_S
        while not self._asked_to_stop and not until():
            self._restart_what_ended()
            for running in self._running.values():
                running.look()
                if running.is_stuck():
                    self._unstick(running)
            if time.monotonic() > look_at:
                self._keep_logs_short()
                look_at = time.monotonic() + LOOK_AT_LOGS_S
            time.sleep(STEP_S * 4)

    def _keep_logs_short(self) -> None:
        others = (running.service.log_folder for running in self._running.values())
        for folder in (self._log_folder, *others):
            if folder is not None:
                logs.keep_short(folder)

    def stop(self) -> None:
        """Stop all stages, the last started first; nothing of them lives on."""
        self._again_at.clear()
        while self._stages:
            self.stop_last()
        self._running.clear()

    def stop_last(self) -> None:
        """Stop the stage that was started last; it may be started again."""
        names = self._stages.pop()
        self._again_at = {name: one for name, one in self._again_at.items() if name not in names}
        ending = [self._running[name] for name in names if name in self._running]
        for running in ending:
            running.ask_to_stop()
        for running in ending:
            self._await_end(running)
            del self._running[running.service.name]

    def _launch(self, service: Service) -> None:
        running = launch(service, self._log_folder / f"{service.name}.log")
        self._running[service.name] = running
        self._care.group(running.pid, politely=service.stop_signal.name.removeprefix("SIG"))

    def _is_up(self, running: Running) -> bool:
        if running.ready:
            return True
        if running.look():
            self._report(running.service.name, f"ready {running.ready_after_s:.1f} s")
        return running.ready

    def _give_up_if_hopeless(self, running: Running) -> None:
        service = running.service
        too_long = running.age_s > service.start_timeout_s and not running.has_ended()
        if not too_long and self._crashes.get(service.name, 0) < STARTS_BEFORE_GIVING_UP:
            return
        words = running.last_words()
        raise StackError(
            f"{service.zh}({service.name})没有启动,日志 {running.log}:\n{words}",
            f"{service.name} does not start; see {running.log}.",
        )

    def _restart_what_ended(self) -> None:
        now = time.monotonic()
        for name, running in list(self._running.items()):
            if name not in self._again_at and running.has_ended():
                self._after_a_crash(running)
        for name, (when, service) in list(self._again_at.items()):
            if now >= when:
                del self._again_at[name]
                self._launch(service)

    def _unstick(self, running: Running) -> None:
        """End a process that runs but does not work; its restart follows as after a crash."""
        self._report(running.service.name, "crashed (stuck)")
        running.ask_to_stop()
        self._wait_for_end(running)
        running.kill_group()

    def _after_a_crash(self, running: Running) -> None:
        """Clear its group, count the crash, and set the time of the next start."""
        service = running.service
        running.kill_group()
        self._care.forget(running.pid)
        count = 1 if running.age_s > STEADY_S else self._crashes.get(service.name, 0) + 1
        self._crashes[service.name] = count
        self._again_at[service.name] = (time.monotonic() + pause_after(count), service)
        self._report(service.name, f"crashed ({running.process.returncode}), starting again")

    def _await_end(self, running: Running) -> None:
        self._wait_for_end(running)
        running.kill_group()
        self._care.forget(running.pid)
        running.service.after()
        self._report(running.service.name, "stopped")

    def _wait_for_end(self, running: Running) -> None:
        until = time.monotonic() + running.service.grace_s
        while not running.has_ended() and time.monotonic() < until:
            time.sleep(STEP_S)
