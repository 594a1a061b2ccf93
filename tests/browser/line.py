"""A line between browser and server that can be cut, and that can lose answers on their way back."""

import contextlib
import socket
import threading
from urllib.parse import urlsplit

PIECE = 65536


class Line:
    """Forwards connections to a server; `cut` refuses all, `lossy` loses answers.

    Of the connections made since the line became lossy, every second one loses its first answer,
    the others their fourth: a browser may send everything over a single one.
    """

    def __init__(self, address: str) -> None:
        self.server = (urlsplit(address).hostname or "", urlsplit(address).port or 0)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.cut = self.lossy = False
        self.lost = self.count = 0
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
        self.cut, self.lossy, self.count = False, lossy, 0

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
            left: int | None = None
            while (answer := server.recv(PIECE)) and not self.cut:
                if self.lossy:
                    left = self._passes() if left is None else left
                    if left == 0:
                        # The server has done what was asked, and nobody hears of it.
                        self.lost += 1
                        # Closing alone would wait for whoever still reads from it.
                        client.shutdown(socket.SHUT_RDWR)
                        break
                    left -= 1
                client.sendall(answer)
        self.open.discard(client)

    def _passes(self) -> int:
        """Return how many answers of a connection reach the browser before one is lost."""
        # Counted by connections that answer: browsers also open some that they never use.
        self.count += 1
        return 0 if self.count % 2 else 3

    @staticmethod
    def _pump(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(PIECE):
                target.sendall(piece)
