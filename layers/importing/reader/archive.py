"""Zip archives: judged before they are opened, members copied out under names of our own."""

import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

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


@dataclass(frozen=True)
class Source:
    """One readable file: its path in the scratch folder, the name shown to people, its format."""

    path: Path
    name: str
    format: formats.Format


def unpack(path: Path, scratch: Path) -> list[Source]:
    """Copy the readable members of a zip into `scratch` as `0.shp`, `0.dbf`, … and return their sources.

    Refused as a whole when any member's name leads outside, or it holds a link, an archive in the
    archive, an encrypted member, too many members, or more than it could reasonably hold.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = _judged(archive, path.stat().st_size)
            groups = _grouped(members)
            if not groups:
                raise Refusal("archive_without_layer")
            sources = list(_copied(archive, groups, scratch))
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError) as error:
        raise Refusal("archive_damaged") from error
    return sources


def _judged(archive: zipfile.ZipFile, packed_size: int) -> list[tuple[PurePosixPath, zipfile.ZipInfo]]:
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS:
        raise Refusal("archive_too_many", count=len(infos), limit=MAX_MEMBERS)
    total = sum(info.file_size for info in infos)
    # Overlapping members claim together more packed bytes than the archive has.
    claims_too_much = sum(info.compress_size for info in infos) > packed_size
    if total > MAX_UNPACKED or claims_too_much or (total > SMALL and total > packed_size * MAX_RATIO):
        raise Refusal("archive_bomb")
    judged = [(_safe_name(info), info) for info in infos]
    return [(name, info) for name, info in judged if not info.is_dir() and "__MACOSX" not in name.parts]


def _safe_name(info: zipfile.ZipInfo) -> PurePosixPath:
    name = PurePosixPath(_readable(info).replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts or (name.parts and ":" in name.parts[0]):
        raise Refusal("archive_unsafe_name", member=str(name))
    mode = info.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise Refusal("archive_link", member=str(name))
    if name.suffix.lower() in _NESTED:
        raise Refusal("archive_nested", member=str(name))
    if info.flag_bits & 0x1:
        raise Refusal("archive_encrypted", member=str(name))
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


Group = tuple[str, formats.Format, dict[str, zipfile.ZipInfo]]


def _grouped(members: list[tuple[PurePosixPath, zipfile.ZipInfo]]) -> list[Group]:
    by_name = {str(name).lower(): info for name, info in members}
    groups: list[Group] = []
    for name, info in members:
        suffix = name.suffix.lower()
        format_ = next((one for one in formats.FORMATS if suffix in one.suffixes), None)
        if format_ is None:
            continue
        stem = str(name).lower().removesuffix(suffix)
        sidecars = {s: by_name[stem + s] for s in format_.sidecars if stem + s in by_name}
        groups.append((name.stem, format_, {suffix: info, **sidecars}))
    if not groups and any(name.suffix.lower() in (".dbf", ".shx") for name, _ in members):
        raise Refusal("shapefile_without_shp")
    return groups


def _copied(archive: zipfile.ZipFile, groups: list[Group], scratch: Path) -> Iterator[Source]:
    room = MAX_UNPACKED
    for number, (name, format_, files) in enumerate(groups):
        for suffix, info in files.items():
            room -= _copy(archive, info, scratch / f"{number}{suffix}", min(room, info.file_size))
        main = next(suffix for suffix in files if suffix in format_.suffixes)
        yield Source(scratch / f"{number}{main}", name, format_)


def _copy(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, room: int) -> int:
    written = 0
    with archive.open(info) as packed, target.open("wb") as out:
        while chunk := packed.read(CHUNK):
            written += len(chunk)
            if written > room:
                raise Refusal("archive_bomb")
            out.write(chunk)
    return written
