"""Work ahead: the next item is made, in a thread of its own, while the last one is in use."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def ahead(items: Iterable[Any]) -> Iterator[Any]:
    """Yield the items, making one ahead; what stops their making is raised here, in its turn."""
    iterator, end = iter(items), object()
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, iterator, end)
        while (item := coming.result()) is not end:
            coming = pool.submit(next, iterator, end)
            yield item
