"""A TCP echo server: a thread for each client. On SIGTERM idle clients are left at once, the others when they end."""
import os
import signal
import socket
import sys
import threading
import time

HOST = os.environ.get("HOST", "127.0.0.1")
PORT = int(os.environ.get("PORT", "3000"))
LAST_CALL_S = 1.5

open_clients = {}  # socket: whether it is owed something


def serve(client):
    try:
        while data := client.recv(65536):
            open_clients[client] = True
            client.sendall(data)
            open_clients[client] = False
        client.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # A reset concerns this client only.
    finally:
        del open_clients[client]
        client.close()


def leave(_signal, _frame):
    listener.close()
    for client, busy in list(open_clients.items()):
        if not busy:
            try:
                client.shutdown(socket.SHUT_RDWR)  # Its thread reads the end.
            except OSError:
                pass
    deadline = time.monotonic() + LAST_CALL_S
    while open_clients and time.monotonic() < deadline:
        time.sleep(0.01)
    os._exit(0)


try:
    listener = socket.create_server((HOST, PORT), backlog=256)
except OSError as error:
    sys.exit(f"cannot listen on {HOST}:{PORT}: {error}")
signal.signal(signal.SIGTERM, leave)
print(f"listening on {HOST}:{PORT}", flush=True)
while True:
    connection, _address = listener.accept()
    open_clients[connection] = False
    threading.Thread(target=serve, args=(connection,), daemon=True).start()
