"""How the zone of a time is named, so that no reader has to guess it."""

from datetime import datetime, timedelta


def zone_name(moment: datetime) -> str:
    """UTC, CET (UTC+1), UTC+5:45: by its abbreviation where it has one, and its distance."""
    name, offset = moment.tzname() or "", moment.utcoffset() or timedelta()
    if name == "UTC":
        return name
    minutes = round(abs(offset).total_seconds() / 60)
    distance = f"{'-' if offset < timedelta() else '+'}{minutes // 60}"
    distance = f"UTC{distance}:{minutes % 60:02}" if minutes % 60 else f"UTC{distance}"
    return f"{name} ({distance})" if name.isalpha() else distance
