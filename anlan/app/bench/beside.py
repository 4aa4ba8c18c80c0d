"""Something that goes on, on a thread of its own, while a block runs."""

import threading
from abc import ABC, abstractmethod
from typing import Self


class Beside(ABC):
    """Begins with the block and is over before it ends."""

    def __enter__(self) -> Self:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self.go_on, args=[self._stop], daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    @abstractmethod
    def go_on(self, stop: threading.Event) -> None:
        """Do it until `stop` is set; what fails is kept for the caller, never raised."""
