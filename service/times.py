"""Times as people write them, in the installation's time zone, and the instants they mean."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from service.config import Settings


def instant(local: datetime, settings: Settings) -> datetime:
    """Return the instant, aware UTC, that a person means by a time without a zone."""
    return local.replace(tzinfo=_zone(settings)).astimezone(UTC)


def end_of_day(day: date, settings: Settings) -> datetime:
    """Return the last second of a day."""
    return instant(datetime.combine(day, time(23, 59, 59)), settings)


def day_of(moment: datetime, settings: Settings) -> date:
    """Return the day on which an instant falls."""
    return moment.astimezone(_zone(settings)).date()


def local(moment: datetime, settings: Settings) -> datetime:
    """Return an instant as people there write it, without a zone; the other way round is `instant`."""
    return moment.astimezone(_zone(settings)).replace(tzinfo=None)


def _zone(settings: Settings) -> ZoneInfo:
    return ZoneInfo(settings.time_zone)
