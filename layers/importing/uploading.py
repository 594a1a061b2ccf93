"""A file that comes in pieces: begun, gone on with where it stopped, finished once, forgotten when left."""

import fcntl
import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import IO, Any, Protocol

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.errors import Conflict, DomainError, TooLarge
from layers.importing import actions
from layers.importing.models import ImportRun, ImportState

KEPT = timedelta(hours=24)
QUOTA_BYTES = 4 << 30
HASHES = ("sha256", "sha1", "md5")
_BLOCK = 1 << 20


class BeingWritten(DomainError):
    """Another request writes to the same file (tus 1.0: 423 Locked)."""

    status = 423


class ChecksumDiffers(DomainError):
    """A piece is not what its sender says (tus 1.0, checksum extension: 460)."""

    status = 460


class Readable(Protocol):
    """What bytes come from."""

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes, none at the end."""


@dataclass(frozen=True)
class Piece:
    """Bytes on their way in: where they begin, how many are announced, and what they must sum up to."""

    offset: int
    length: int
    stream: Readable
    hash_name: str = ""
    digest: bytes = b""


def quota_bytes() -> int:
    """Return how much of unfinished files one person may keep here."""
    return int(getattr(settings, "IMPORT_QUOTA_BYTES", QUOTA_BYTES))


def begin(*, name: str, size: int, by: Any) -> ImportRun:
    """Make room for a file of a declared size; refused when it, or all that is unfinished, is too large."""
    actions.check_size(size)
    forget_left()
    with transaction.atomic():
        # One after the other, so that two of them cannot both take the last room.
        type(by).objects.select_for_update().get(pk=by.pk)
        unfinished = ImportRun.objects.filter(owner=by, state=ImportState.UPLOADING)
        held = unfinished.aggregate(sum=Sum("size_bytes"))["sum"] or 0
        if held + size > quota_bytes():
            raise TooLarge(
                _("Your unfinished uploads hold too much already. Finish or delete one of them first."),
                detail=_("At most %(limit)s MB may be under way.") % {"limit": quota_bytes() >> 20},
            )
        run = ImportRun(owner=by, file_name=actions.named(name), size_bytes=size, state=ImportState.UPLOADING)
        run.folder.mkdir(parents=True)
        run.path.touch()
        run.save(force_insert=True)
    return run


def add(run: ImportRun, piece: Piece, *, by: Any) -> ImportRun:
    """Write a piece behind what is here; what came of it stays when the connection breaks.

    A piece with a checksum is kept whole or not at all. The last one ends the upload.
    """
    with _alone(run) as file:
        _check(run, piece, at=file.tell())
        try:
            _write(file, piece)
        except BaseException:
            if piece.digest:
                file.truncate(piece.offset)
            raise
        finally:
            file.flush()
    ImportRun.objects.filter(pk=run.pk).update(updated_at=timezone.now())
    return finish(run, by=by)


@contextmanager
def _alone(run: ImportRun) -> Iterator[IO[bytes]]:
    """Open the file at its end for this request alone; the lock goes with the process, however it ends."""
    with run.path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BeingWritten(_("Another piece of this file is just being received.")) from None
        file.seek(0, 2)
        yield file


def _check(run: ImportRun, piece: Piece, *, at: int) -> None:
    if piece.offset != at:
        raise Conflict(_("The upload stands elsewhere: %(count)s bytes are here.") % {"count": at})
    if piece.offset + piece.length > run.size_bytes:
        raise TooLarge(_("More was sent than was declared."))


def _write(file: IO[bytes], piece: Piece) -> None:
    digest = hashlib.new(piece.hash_name) if piece.digest else None
    left = piece.length
    while left and (block := piece.stream.read(min(_BLOCK, left))):
        left -= len(block)
        file.write(block)
        if digest:
            digest.update(block)
    if digest and digest.digest() != piece.digest:
        raise ChecksumDiffers(_("This piece of the file was damaged on its way. Send it again."))


def finish(run: ImportRun, *, by: Any) -> ImportRun:
    """Have the file inspected as soon as it is wholly here; asked again, it finds this done."""
    with transaction.atomic():
        run = ImportRun.objects.select_for_update().get(pk=run.pk)
        if run.state != ImportState.UPLOADING or run.arrived_bytes < run.size_bytes:
            return run
        with run.path.open("rb") as file:
            run.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        run.state = ImportState.INSPECTING
        run.save()
        return actions.start(run, ImportState.INSPECTING, by=by)


def expires_at(run: ImportRun) -> Any:
    """Return when an unfinished upload is forgotten unless more of it comes."""
    return run.updated_at + KEPT


def forget_left() -> None:
    """Delete the uploads that nobody went on with."""
    left = ImportRun.objects.filter(state=ImportState.UPLOADING, updated_at__lt=timezone.now() - KEPT)
    for run in left:
        shutil.rmtree(run.folder, ignore_errors=True)
        run.delete()
