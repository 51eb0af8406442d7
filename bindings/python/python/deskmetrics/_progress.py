"""Progress listeners: a callback or a tqdm bar."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

Listener = Callable[[str, int, int], object]


class _Called:
    """Calls a function of the caller."""

    def __init__(self, call: Listener) -> None:
        self._call = call

    def __call__(self, file: str, done: int, total: int) -> None:
        self._call(file, done, total)

    def close(self) -> None:
        pass


class _Bar:
    """One bar of tqdm for each file."""

    def __init__(self, tqdm: Any) -> None:
        self._tqdm = tqdm
        self._file: str | None = None
        self._bar: Any = None

    def __call__(self, file: str, done: int, total: int) -> None:
        if file != self._file:
            self.close()
            self._file = file
            self._bar = self._tqdm(total=total, desc=file, unit="B", unit_scale=True, unit_divisor=1024)
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def listener(progress: bool | Listener) -> _Called | _Bar | None:
    """The listener of ``progress``: none, a bar where tqdm is installed, or the given function."""
    if callable(progress):
        return _Called(progress)
    if not progress:
        return None
    try:
        return _Bar(import_module("tqdm.auto").tqdm)
    except ImportError:
        return None
