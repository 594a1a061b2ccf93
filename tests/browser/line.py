"""A line between browser and server that can be cut, and that can lose answers on their way back."""

import contextlib
import socket
import threading
from urllib.parse import urlsplit

PIECE = 65536


class Line:
    """Forwards connections to a server; `cut` refuses all, `lossy` loses every second connection's first answer, beginning with the first that comes."""

    def __init__(self, address: str) -> None:
        self.server = (urlsplit(address).hostname or "", urlsplit(address).port or 0)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.cut = self.lossy = False
        self.lost = self.answered = 0
        self.open: set[socket.socket] = set()
        threading.Thread(target=self._listen, daemon=True).start()

    def down(self) -> None:
        """Cut the line, also what is being sent on it."""
        self.cut = True
        for one in list(self.open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def up(self, *, lossy: bool = False) -> None:
        """Mend the line, well or badly."""
        self.cut, self.lossy, self.answered = False, lossy, 0

    def close(self) -> None:
        """Take the line away."""
        self.listener.close()
        self.down()

    def _listen(self) -> None:
        while True:
            try:
                client, _from = self.listener.accept()
            except OSError:
                return
            if self.cut:
                client.close()
                continue
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client, socket.create_connection(self.server) as server:
            self.open |= {client, server}
            threading.Thread(target=self._pump, args=(client, server), daemon=True).start()
            answer = server.recv(PIECE)
            # Counted by answers: browsers also open connections that they never use.
            self.answered += 1
            if self.lossy and answer and self.answered % 2:
                # The server has done what was asked, and nobody hears of it.
                self.lost += 1
                return
            while answer and not self.cut:
                client.sendall(answer)
                answer = server.recv(PIECE)
        self.open.discard(client)

    @staticmethod
    def _pump(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(PIECE):
                target.sendall(piece)
