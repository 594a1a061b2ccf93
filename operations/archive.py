"""The backup's one file: a tar of the database dump, the instance's files and, last, the manifest.

The manifest comes last because it holds the digest of everything before it; a file that was cut
short has none and is refused before anything is touched.
"""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from operations.errors import NotABackup

FORMAT = 1
MANIFEST = "manifest.json"
DUMP = "database.dump"
FILES = "files/"
CHUNK = 1 << 20


@dataclass
class Manifest:
    """What a backup holds and which versions made it."""

    made_at: str
    portal: str
    postgres: int
    postgis: str
    grid_srid: int
    migrations: dict[str, list[str]]
    rows: dict[str, int]
    digests: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT


class Writer:
    """Writes members one after another and keeps their digests for the manifest."""

    def __init__(self, file: IO[bytes]) -> None:
        self.tar = tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115
        self.digests: dict[str, str] = {}

    def add(self, name: str, source: Path) -> None:
        """Add a file under a name, taking the digest of exactly the bytes that are written."""
        with source.open("rb") as stream:
            entry = self.tar.gettarinfo(arcname=name, fileobj=stream)
            reader = _Hashing(stream, entry.size)
            self.tar.addfile(entry, reader)
        self.digests[name] = reader.digest.hexdigest()

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest and end the file."""
        manifest.digests = self.digests
        text = json.dumps(asdict(manifest), indent=1, ensure_ascii=False).encode()
        entry = tarfile.TarInfo(MANIFEST)
        entry.size = len(text)
        entry.mode = 0o600
        self.tar.addfile(entry, io.BytesIO(text))
        self.tar.close()


class _Hashing:
    """Reads a stream to a fixed length; a log that grows meanwhile must not spoil the archive."""

    def __init__(self, stream: IO[bytes], size: int) -> None:
        self.stream, self.left, self.digest = stream, size, hashlib.sha256()

    def read(self, count: int = -1) -> bytes:
        """Return the next bytes."""
        block = self.stream.read(min(count, self.left) if count >= 0 else self.left)
        self.left -= len(block)
        self.digest.update(block)
        return block


class Reader:
    """Reads a backup whose every byte was checked first."""

    def __init__(self, path: Path) -> None:
        try:
            self.tar = tarfile.open(path, mode="r:")  # noqa: SIM115
            self.members = {member.name: member for member in self.tar.getmembers()}
        except (tarfile.TarError, EOFError) as error:
            raise NotABackup(f"{path} is not a backup of a portal, or it was cut short.") from error
        if MANIFEST not in self.members:
            raise NotABackup(f"{path} is not a backup of a portal, or it was cut short.")
        content: dict[str, Any] = json.loads(self._open(MANIFEST).read())
        if content.get("format") != FORMAT:
            raise NotABackup(
                f"{path} is in backup format {content.get('format')} and this portal reads format {FORMAT}: "
                "restore it with the portal's version that made it."
            )
        self.manifest = Manifest(**content)

    def _open(self, name: str) -> IO[bytes]:
        stream = self.tar.extractfile(self.members[name])
        if stream is None:
            raise NotABackup(f"The backup's part {name} is not a file.")
        return stream

    def verify(self) -> None:
        """Compare every part's digest with the manifest; refuse when one differs or is missing."""
        parts = set(self.members) - {MANIFEST}
        for name in sorted(parts | set(self.manifest.digests)):
            wanted = self.manifest.digests.get(name)
            if name not in self.members or wanted is None or _digest(self._open(name)) != wanted:
                raise NotABackup(f"The backup's part {name} is damaged: use another backup.")

    def files(self) -> Iterator[tuple[Path, IO[bytes], int]]:
        """Yield each file of the instance: its place in the folder, its content, its mode."""
        for name, member in self.members.items():
            place = Path(name.removeprefix(FILES))
            if (
                name.startswith(FILES)
                and member.isfile()
                and ".." not in place.parts
                and not place.is_absolute()
            ):
                yield place, self._open(name), member.mode & 0o777

    def extract_dump(self, target: Path) -> None:
        """Write the database dump to a file."""
        copy(self._open(DUMP), target, 0o600)


def copy(stream: IO[bytes], target: Path, mode: int) -> None:
    """Write a stream to a file that is made with the given mode."""
    with open(target, "wb", opener=lambda path, flags: os.open(path, flags, mode)) as file:
        while block := stream.read(CHUNK):
            file.write(block)


def _digest(stream: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := stream.read(CHUNK):
        digest.update(block)
    return digest.hexdigest()
