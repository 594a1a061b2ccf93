# ruff: noqa: E402 - Django is set up before what needs it is imported
"""Processes to be killed: `python -m tests.ledger.dying` forks one for each line of JSON that it reads.

`{"request": {...}}` is a web server that answers one request over a real socket, `{"work": true}` a
worker that runs the jobs that are due. `die_at` names the point at which something is killed, `victim`
what: the process itself, or the database's server process, which takes the whole server down.
"""

import http.client
import json
import os
import socket
import sys
import threading
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gisportal.settings")
os.environ["GISPORTAL_TLS"] = "0"

import django

django.setup()

from wsgiref.simple_server import WSGIRequestHandler, make_server

from django.core.wsgi import get_wsgi_application
from django.db import connection

from jobs.worker import Worker
from taxation.actions import roll

APPLICATION = get_wsgi_application()
WEB, WORKER = "gisportal_web", "gisportal_worker"


class Quiet(WSGIRequestHandler):
    """Says nothing on the console."""

    def log_message(self, *_words: Any) -> None:
        """Drop the line."""


def prepare(role: str, order: dict[str, Any]) -> None:
    """Connect as a role, with every commit on disk before it is acknowledged, and set the point."""
    # The test cluster may lose its last moments for speed; what is acknowledged here must be kept.
    connection.settings_dict["OPTIONS"]["options"] = f"-c role={role} -c synchronous_commit=on"
    connection.settings_dict["USER"] = role
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    if order.get("victim") == "database":
        os.environ["GISPORTAL_DIE_WHO"] = str(backend)
    os.environ["GISPORTAL_DIE_AT"] = order.get("die_at", "")


def serve(order: dict[str, Any], listening: socket.socket) -> None:
    """Answer one request, on the connection whose server process may be the victim."""
    connection.inc_thread_sharing()
    server = make_server("127.0.0.1", 0, APPLICATION, handler_class=Quiet)
    server.socket.close()
    server.socket = listening
    prepare(WEB, order)
    server.handle_request()


def ask(request: dict[str, Any], port: int) -> tuple[int, str]:
    """Send a request; return its status (0 if nobody answered) and body."""
    sender = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    body = request.get("body", "")
    headers = {"Content-Type": "application/json", **request.get("headers", {})}
    try:
        sender.request(request["method"], request["path"], body.encode(), headers)
        answer = sender.getresponse()
        return answer.status, answer.read().decode()
    except (OSError, http.client.HTTPException):
        return 0, ""
    finally:
        sender.close()


def work(order: dict[str, Any]) -> None:
    """Run the jobs that are due, rolls by two bills at a time so that points are met between chunks."""
    (roll.carry_on.__kwdefaults__ or {})["size"] = 2
    prepare(WORKER, order)
    Worker(look_every_s=0.1).run(until_idle=True)


def child(order: dict[str, Any], listening: socket.socket) -> int:
    """Fork a process that does what the order says; return its id."""
    pid = os.fork()
    if pid:
        return pid
    try:
        if "request" in order:
            serve(order, listening)
        else:
            work(order)
    except BaseException as fault:  # the process ends, whatever happened
        sys.stderr.write(f"{type(fault).__name__}: {fault}\n")
        os._exit(1)
    os._exit(0)


def obey(order: dict[str, Any]) -> dict[str, Any]:
    """Carry out one order; say how the process ended and what was answered."""
    listening = socket.create_server(("127.0.0.1", 0))
    pid = child(order, listening)
    port = listening.getsockname()[1]
    answered: list[tuple[int, str]] = []
    asker = threading.Thread(target=lambda: answered.append(ask(order["request"], port)), daemon=True)
    if "request" in order:
        asker.start()
    _pid, status = os.waitpid(pid, 0)
    listening.close()
    if "request" in order:
        asker.join()
    return {"signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0, "answer": answered[:1]}


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(json.dumps(obey(json.loads(line))) + "\n")
        sys.stdout.flush()
