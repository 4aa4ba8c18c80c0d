"""Run one command of the set-up to its end, while somebody may want us to stop."""

import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from anlan.app.stack.care import Care
from anlan.app.stack.environment import inherited
from anlan.app.stack.errors import StackError


class StoppedError(StackError):
    """Somebody pressed Ctrl-C before the house was up; the next start goes on from here."""

    def __init__(self) -> None:
        super().__init__(
            "已停止;再次启动会从这里继续。", "Stopped; the next start goes on from here."
        )


def run_step(
    argv: Sequence[str],
    *,
    log: Path,
    care: Care,
    environment: Mapping[str, str],
    is_unwanted: Callable[[], bool],
) -> str:
    """Return what the command wrote to standard output; what it says to standard error is logged.

    Raises StoppedError when nobody wants it any more, StackError with the end of the log.
    """
    with log.open("ab") as out:
        process = subprocess.Popen(
            list(argv),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=out,
            start_new_session=True,
            text=True,
            env=inherited(environment),
        )
    care.group(process.pid)
    while True:
        try:
            said, _ = process.communicate(timeout=0.1)
            break
        except subprocess.TimeoutExpired:
            if is_unwanted():
                process.terminate()
    care.forget(process.pid)
    if is_unwanted():
        raise StoppedError
    if process.returncode != 0:
        words = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
        what = " ".join(argv[argv.index("-m") :] if "-m" in argv else argv)
        raise StackError(
            f"{what} 没有成功,日志 {log}:\n{words}",
            f"{what} failed; see {log}. Run it again to go on.",
        )
    return said
