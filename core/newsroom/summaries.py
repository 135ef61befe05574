"""A standing summary that was stored without being sent: whether readers are owed it, and sending it."""

from datetime import datetime

from core.model import Operation, Urgency
from core.store import Connection, accounts, coverages, receipts, sending


def waits(conn: Connection, coverage_id: int) -> bool:
    """Whether the summary is not out there as it stands: never sent, or changed since."""
    bulletin_id = coverages.summary_bulletin(conn, coverage_id)
    if bulletin_id is None:
        return False
    return not sending.exist(conn, bulletin_id) or _behind(conn, coverage_id, bulletin_id)


def send(conn: Connection, coverage_id: int, now: datetime) -> bool:
    """Send or edit what `waits`; False when nothing does, or the coverage is not live."""
    bulletin_id = coverages.summary_bulletin(conn, coverage_id)
    if bulletin_id is None or coverages.send_summary(conn, coverage_id, now):
        return bulletin_id is not None
    if not (sending.exist(conn, bulletin_id) and _behind(conn, coverage_id, bulletin_id)):
        return False
    edit, urgency = Operation.EDIT, Urgency.EDIT
    sending.change(conn, bulletin_id=bulletin_id, coverage_id=coverage_id, operation=edit, urgency=urgency, now=now)
    return True


def _behind(conn: Connection, coverage_id: int, bulletin_id: int) -> bool:
    """Whether some copy says an older revision."""
    standing = coverages.summary(conn, coverage_id)
    return standing is not None and any(
        receipts.older(conn, bulletin_id=bulletin_id, lane_id=lane.id, revision=standing.revision, after=0, limit=1)
        for lane in accounts.enabled(conn)
    )
