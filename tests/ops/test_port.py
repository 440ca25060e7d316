"""Which port the server takes."""

import socket

from luoshi.serve import port


def taken(number: int = 0) -> socket.socket:
    """A socket that listens on 127.0.0.1, as granian does (its processes share the port)."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind((port.HOST, number))
    listener.listen()
    return listener


def test_a_port_that_somebody_listens_on_is_not_free() -> None:
    with taken() as listener:
        assert not port.free(listener.getsockname()[1])


def test_a_port_that_was_left_is_free_again() -> None:
    with taken() as listener:
        number = listener.getsockname()[1]
    assert port.free(number)


def test_the_next_free_port_is_taken_where_the_wanted_one_is_not_free() -> None:
    with taken() as listener:
        number = listener.getsockname()[1]
        chosen = port.next_free(number)
    assert chosen is not None and chosen > number


def test_there_is_no_port_past_the_last() -> None:
    with taken(65535):
        assert port.next_free(65535) is None


def test_nothing_answers_where_nobody_listens() -> None:
    with taken() as listener:
        number = listener.getsockname()[1]
    assert not port.answers(number)
