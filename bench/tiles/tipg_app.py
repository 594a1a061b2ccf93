"""tipg on the portal's private socket, for which its own settings have no form."""

import json
import os

import tipg.database
from tipg.main import app

__all__ = ["app"]

_keys = json.loads(os.environ["BENCH_DATABASE"])
_create_pool = tipg.database.asyncpg.create_pool


def _on_socket(_address, **settings):
    return _create_pool(**_keys, **settings)


tipg.database.asyncpg.create_pool = _on_socket
