"""Where `livedesk run` will answer whether all is well: whether it can listen there, and who does already."""

import socket
from http.client import HTTPConnection, HTTPException

from bots.cli.doctor.finding import Finding, Level

_SUBJECT = "health"
_SECONDS = 2


def look(listen: tuple[str, int] | None) -> Finding:
    """`listen` is host and port; None: nobody is to be answered."""
    if listen is None:
        return Finding(Level.OK, _SUBJECT, "nobody is answered: [health] listen is empty")
    host, port = listen
    where = f"{host}:{port}"
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as door:
        # As `livedesk run` does: one that has just ended is not in the way.
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host.strip("[]"), port))
        except OSError as trouble:
            if _livedesk(host, port):
                return Finding(Level.OK, _SUBJECT, f"a Livedesk answers at {where} already")
            words = f"cannot listen at {where} ({trouble.strerror or trouble}): set another [health] listen"
            return Finding(Level.WARN, _SUBJECT, words)
    return Finding(Level.OK, _SUBJECT, f"free to listen at {where}")


def _livedesk(host: str, port: int) -> bool:
    asking = HTTPConnection(host.strip("[]"), port, timeout=_SECONDS)
    try:
        asking.request("GET", "/metrics")
        return b"livedesk_" in asking.getresponse().read(1_000_000)
    except (OSError, HTTPException):
        return False
    finally:
        asking.close()
