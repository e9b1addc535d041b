"""Ports on this machine: which are free, which are taken."""

import contextlib
import secrets
import socket

from c360.services import StartError

# Below the range from which Linux takes ports for outgoing connections, so that a port
# remembered from the last start is rarely in use at the next one.
RANGE = range(20_000, 32_000)


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen there now. Raises `StartError` for a host not ours."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror as error:
        raise StartError(f"{host} is not an address of this machine.") from error
    with contextlib.closing(socket.socket(family, kind)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except PermissionError as error:
            raise StartError(
                f"Port {port} is reserved for root. Choose one above 1023, e.g. PORT=8360."
            ) from error
        except OSError:
            return False
    return True


def free_port(other_than: int = 0) -> int:
    """A port on the loopback address that nobody uses now."""
    for _ in range(200):
        port = secrets.choice(RANGE)  # whoever seeds `random` alike would get the same ports
        if port != other_than and is_free(port):
            return port
    raise StartError("No free port between 20000 and 32000 on 127.0.0.1.")
