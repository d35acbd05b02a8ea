"""An echo server in one thread: select tells who can be read, and the write that follows blocks."""
import os
import select
import socket

listener = socket.create_server((os.environ["HOST"], int(os.environ["PORT"])))
print(f"listening on {os.environ['HOST']}:{os.environ['PORT']}", flush=True)
clients = []
while True:
    for ready in select.select([listener, *clients], [], [])[0]:
        if ready is listener:
            clients.append(listener.accept()[0])
            continue
        data = ready.recv(65536)
        if data:
            ready.sendall(data)
        else:
            clients.remove(ready)
            ready.close()
