"""Plain data of the core as Python's own types."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

STATUSES = ("new", "open", "pending", "on_hold", "solved", "closed")
TIMESTAMPS = {"from", "to", "until", "at", "as_of"}


def plain(value: Any, key: str = "") -> Any:
    """Timestamps as aware datetimes, durations on both clocks as timedeltas."""
    if isinstance(value, Mapping):
        if "calendar_micros" in value:
            business = value["business_micros"]
            return {
                "calendar": timedelta(microseconds=value["calendar_micros"]),
                "business": None if business is None else timedelta(microseconds=business),
            }
        return {name: plain(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        inner = [plain(one) for one in value]
        return dict(zip(STATUSES, inner, strict=True)) if key == "time_in_status" else inner
    if isinstance(value, str) and (key in TIMESTAMPS or key.endswith("_at")):
        try:
            return datetime.fromisoformat(value)
        except ValueError:  # such as the new name of an assignee
            return value
    return value
