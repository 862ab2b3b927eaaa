"""A network of a test's own: loopback and nothing else, so that what listens on all interfaces is reached by nobody."""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

CLONE_NEWNET = 0x40000000  # sched.h
SIOCGIFFLAGS, SIOCSIFFLAGS = 0x8913, 0x8914  # sockios.h
IFF_UP = 1  # if.h
IFREQ = "16sh22x"  # net/if.h, struct ifreq: name, flags, the rest of the union


@contextmanager
def network_of_its_own() -> Iterator[None]:
    """Put this thread, and the threads and programs that it starts meanwhile, into a new network namespace.

    The kernel keeps it per thread: threads that were there before stay where they are. Raises OSError without the
    right to do this (root, and in a container CAP_SYS_ADMIN).
    """
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        _call("unshare", CLONE_NEWNET)
        try:
            _raise_loopback()
            yield
        finally:
            _call("setns", before, CLONE_NEWNET)
    finally:
        os.close(before)


def routes() -> list[str]:
    """Where this thread's packets could go besides loopback, a line of the kernel's table each."""
    with open("/proc/thread-self/net/route", encoding="ascii") as table:
        return table.read().splitlines()[1:]


def _call(name: str, *arguments: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def _raise_loopback() -> None:
    """A new namespace comes with its loopback down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        answer = fcntl.ioctl(any_socket, SIOCGIFFLAGS, struct.pack(IFREQ, b"lo", 0))
        _, flags = struct.unpack(IFREQ, answer)
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack(IFREQ, b"lo", flags | IFF_UP))
