"""A progress bar for training."""

from __future__ import annotations

import importlib
import time
from types import TracebackType
from typing import Any

SECONDS_BEFORE = 1.0


class Progress:
    """Shows samples done out of ``total`` after a second, if tqdm is installed, or nothing if ``total`` is None."""

    def __init__(self, total: int | None) -> None:
        self.total = total
        self.begin = time.monotonic()
        self.bar: Any = None

    def __enter__(self) -> Progress:
        return self

    def __call__(self, done: int) -> None:
        """Show that this many samples are done."""
        if self.total is None:
            return
        if self.bar is None and time.monotonic() - self.begin > SECONDS_BEFORE:
            try:
                tqdm: Any = importlib.import_module("tqdm.auto").tqdm
            except ImportError:
                self.total = None
                return
            self.bar = tqdm(total=self.total or None, unit=" samples", unit_scale=True, leave=False)
        if self.bar is not None:
            self.bar.update(done - self.bar.n)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self.bar is not None:
            self.bar.close()
