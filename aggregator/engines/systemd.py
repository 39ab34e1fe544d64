"""Tells systemd how a service is, by its protocol sd_notify."""

import os
import socket


def notify(state: str) -> None:
    """Tells systemd `state`, such as "READY=1"; nothing where there is none."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as connection:
        connection.connect("\0" + address[1:] if address.startswith("@") else address)
        connection.sendall(state.encode())
