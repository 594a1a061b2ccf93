"""Archives: judged before they are opened, members copied out under names of our own."""

import re
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from layers.importing.reader import formats
from layers.importing.reader.refusals import Refusal

MAX_MEMBERS = 2000
MAX_RATIO = 250
SMALL = 1 << 20
MAX_UNPACKED = 4 << 30
CHUNK = 1 << 20
_NESTED = (".zip", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".tar", ".kmz", ".jar")
# How names were written by archivers that did not say: tried in this order.
_NAME_ENCODINGS = ("utf-8", "cp1256", "cp720")


# Formats of many files find each other by name; these names, and no other, are kept.
_GDB_PART = re.compile(r"(a[0-9a-f]{8}\.[a-z_0-9]{1,80}(\.[a-z]{3})?|gdb|timestamps)", re.IGNORECASE)
_EDIGEO_PART = re.compile(r"[a-z0-9_-]{1,20}\.(thf|vec|dic|gen|geo|qal|scd)", re.IGNORECASE)


@dataclass(frozen=True)
class Source:
    """One readable file: its path in the scratch folder, the name shown to people, its format.

    `options` are GDAL's open options where they differ from the format's own.
    """

    path: Path
    name: str
    format: formats.Format
    options: Mapping[str, str] | None = None
    # How a table was read: its encoding, and the columns with the place.
    reading: Mapping[str, Any] = field(default_factory=dict)

    @property
    def open_options(self) -> Mapping[str, str]:
        """Return the options to open it with."""
        return self.format.options if self.options is None else self.options


@dataclass(frozen=True)
class Member:
    """One file in an archive."""

    name: PurePosixPath
    size: int
    open: Callable[[], IO[bytes] | None]


def unpack(path: Path, scratch: Path) -> list[Source]:
    """Copy the readable members of an archive into `scratch` as `0.shp`, `0.dbf`, … and return their sources.

    Refused as a whole when any member's name leads outside, or it holds a link, an archive in the
    archive, an encrypted member, too many members, or more than it could reasonably hold.
    """
    try:
        with _opened(path) as members:
            groups = _grouped(members)
            if not groups:
                raise Refusal("archive_without_layer")
            return list(_copied(groups, scratch))
    except (zipfile.BadZipFile, tarfile.TarError, NotImplementedError, EOFError, OSError) as error:
        raise Refusal("archive_damaged") from error


@contextmanager
def _opened(path: Path) -> Iterator[list[Member]]:
    if formats.found(path) == formats.TAR:
        with tarfile.open(path) as tar:
            yield list(_in_tar(tar, path.stat().st_size))
    else:
        with zipfile.ZipFile(path) as archive:
            yield judged(archive, path.stat().st_size)


def judged(archive: zipfile.ZipFile, packed_size: int) -> list[Member]:
    """Return the files of a zip, or refuse it."""
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS:
        raise Refusal("archive_too_many", count=len(infos), limit=MAX_MEMBERS)
    total = sum(info.file_size for info in infos)
    # Overlapping members claim together more packed bytes than the archive has.
    claims_too_much = sum(info.compress_size for info in infos) > packed_size
    if claims_too_much or _is_bomb(total, packed_size):
        raise Refusal("archive_bomb")
    named = [(_safe_name(info), info) for info in infos]
    return [
        Member(name, info.file_size, lambda info=info: archive.open(info))  # type: ignore[misc]
        for name, info in named
        if not info.is_dir() and "__MACOSX" not in name.parts
    ]


def _in_tar(tar: tarfile.TarFile, packed_size: int) -> Iterator[Member]:
    total = 0
    # Sizes are told before the bytes are unpacked: a bomb is seen at its first large member.
    for count, info in enumerate(tar, 1):
        if count > MAX_MEMBERS:
            raise Refusal("archive_too_many", count=count, limit=MAX_MEMBERS)
        total += info.size
        if _is_bomb(total, packed_size):
            raise Refusal("archive_bomb")
        name = _inside(PurePosixPath(info.name.replace("\\", "/")))
        if not (info.isreg() or info.isdir()):
            raise Refusal("archive_link", member=str(name))
        if info.isreg():
            yield Member(name, info.size, lambda info=info: tar.extractfile(info))  # type: ignore[misc]


def _is_bomb(total: int, packed_size: int) -> bool:
    return total > MAX_UNPACKED or (total > SMALL and total > packed_size * MAX_RATIO)


def _safe_name(info: zipfile.ZipInfo) -> PurePosixPath:
    name = _inside(PurePosixPath(_readable(info).replace("\\", "/")))
    mode = info.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise Refusal("archive_link", member=str(name))
    if info.flag_bits & 0x1:
        raise Refusal("archive_encrypted", member=str(name))
    return name


def _inside(name: PurePosixPath) -> PurePosixPath:
    if name.is_absolute() or ".." in name.parts or (name.parts and ":" in name.parts[0]):
        raise Refusal("archive_unsafe_name", member=str(name))
    if name.suffix.lower() in _NESTED:
        raise Refusal("archive_nested", member=str(name))
    return name


def _readable(info: zipfile.ZipInfo) -> str:
    if info.flag_bits & 0x800 or info.filename.isascii():
        return info.filename
    raw = info.filename.encode("cp437", "replace")
    for encoding in _NAME_ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


@dataclass(frozen=True)
class Group:
    """Members that are one source: each with the name under which it is copied, the main one first."""

    name: str
    format: formats.Format
    files: Mapping[str, Member]


def _grouped(members: list[Member]) -> list[Group]:
    folders = list(_folders(members))
    taken = {id(member) for group in folders for member in group.files.values()}
    rest = [member for member in members if id(member) not in taken]
    groups = folders + list(_single(rest))
    if not groups and any(member.name.suffix.lower() in (".dbf", ".shx") for member in members):
        raise Refusal("shapefile_without_shp")
    return groups


def _folders(members: list[Member]) -> Iterator[Group]:
    """Yield what is a whole folder: file geodatabases, and exchanges in EDIGEO."""
    by_folder: dict[PurePosixPath, list[Member]] = {}
    for member in members:
        by_folder.setdefault(member.name.parent, []).append(member)
    for folder, inside in by_folder.items():
        parts = {one.name.name: one for one in inside if _GDB_PART.fullmatch(one.name.name)}
        if folder.suffix.lower() == ".gdb" and parts:
            yield Group(folder.stem, formats.FILEGDB, parts)
        parts = {one.name.name: one for one in inside if _EDIGEO_PART.fullmatch(one.name.name)}
        main = next((name for name in parts if name.lower().endswith(".thf")), None)
        if main:
            yield Group(PurePosixPath(main).stem, formats.EDIGEO, {main: parts.pop(main), **parts})


def _single(members: list[Member]) -> Iterator[Group]:
    by_name = {str(one.name).lower(): one for one in members}
    for member in members:
        suffix = member.name.suffix.lower()
        format_ = next((one for one in formats.FORMATS if suffix in one.suffixes), None)
        if format_ is None or format_ in (formats.FILEGDB, formats.EDIGEO):
            continue
        # A text in an archive is about the map beside it.
        if suffix in (".txt", ".xml"):
            continue
        stem = str(member.name).lower().removesuffix(suffix)
        sidecars = {s: by_name[stem + s] for s in format_.sidecars if stem + s in by_name}
        yield Group(member.name.stem, format_, {suffix: member, **sidecars})


def _copied(groups: list[Group], scratch: Path) -> Iterator[Source]:
    room = MAX_UNPACKED
    for number, group in enumerate(groups):
        is_folder = group.format in (formats.FILEGDB, formats.EDIGEO)
        folder = scratch / f"{number}{group.format.suffixes[0]}"
        if is_folder:
            folder.mkdir()
        paths = []
        for name, member in group.files.items():
            paths.append(folder / name if is_folder else scratch / f"{number}{name}")
            room -= _copy(member, paths[-1], min(room, member.size))
        yield _source(folder if group.format is formats.FILEGDB else paths[0], group)


def _source(path: Path, group: Group) -> Source:
    """Return the source; where a suffix is that of several formats, the content decides."""
    if group.format in (formats.GEOJSON, formats.CSV, formats.GML):
        kind = formats.identify(path, path.name)
        return Source(path, group.name, formats.by_id(kind))
    return Source(path, group.name, group.format)


def _copy(member: Member, target: Path, room: int) -> int:
    written = 0
    packed = member.open()
    if packed is None:
        raise Refusal("archive_damaged")
    with packed, target.open("wb") as out:
        while chunk := packed.read(CHUNK):
            written += len(chunk)
            if written > room:
                raise Refusal("archive_bomb")
            out.write(chunk)
    return written
