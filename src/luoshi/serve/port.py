"""Which port on 127.0.0.1 the server takes."""

import socket
from http.client import HTTPConnection, HTTPException

HOST = "127.0.0.1"
_LAST = 65535


def free(number: int) -> bool:
    """Can a server listen there now? The web processes share their port among themselves, so a plain bind decides."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, number))
            probe.listen()
        except OSError:
            return False
    return True


def next_free(wanted: int, tries: int = 200) -> int | None:
    """`wanted` or the first free port after it, None where there is none within `tries`."""
    return next((number for number in range(wanted, min(wanted + tries, _LAST + 1)) if free(number)), None)


def answers(number: int) -> bool:
    """Does a web server answer there, whatever it says?"""
    connection = HTTPConnection(HOST, number, timeout=10)
    try:
        connection.request("GET", "/", headers={"Connection": "close"})
        return connection.getresponse().status < 600
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
