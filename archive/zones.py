"""The zone in which an outlet's days are."""

from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from archive import sources
from archive.models import OutletDeclaration


def zone_of(connection: Connection, outlet_id: int, slug: str) -> ZoneInfo:
    """Give an outlet's zone as it was declared last, or as its site told it; UTC where neither did."""
    declared = connection.execute(
        select(OutletDeclaration.declared)
        .where(OutletDeclaration.outlet_id == outlet_id)
        .order_by(OutletDeclaration.since.desc(), OutletDeclaration.id.desc())
        .limit(1)
    ).scalar()
    told = (declared or {}).get("timezone") or sources.marks_of(connection, slug, "zone").get("timezone")
    return ZoneInfo(told or "UTC")
