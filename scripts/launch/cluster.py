"""The instance's private PostGIS cluster: on a unix socket only, and nobody's but the instance's.

As an ordinary user the cluster runs as that user. As root, whom PostgreSQL refuses, it runs as
the system user `gisportal`, and outside the instance folder where that user cannot reach it.
"""

import fcntl
import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.launch import say, tuning
from scripts.launch.places import Instance, fingerprint, need_space
from scripts.launch.say import Refusal
from scripts.launch.shell import last_lines, quietly
from scripts.launch.system import POSTGRES, complete_postgres

SYSTEM_USER = "gisportal"
DATABASE = "gisportal"
TEMPLATE = "template_gisportal"
ROLES = ("gisportal_owner", "gisportal_worker", "gisportal_web")
SQL = Path(__file__).parent / "sql"
# A socket's whole address has at most 107 bytes, and PostgreSQL adds a name to its folder.
LONGEST_SOCKET_FOLDER = 90


@dataclass(frozen=True)
class Cluster:
    """Where one instance's cluster keeps its data and its socket."""

    instance: Instance
    home: Path
    durable: bool = True

    @property
    def data(self) -> Path:
        """Return PostgreSQL's data folder."""
        return self.home / "data"

    @property
    def notes(self) -> Path:
        """Return the folder in which the instance notes where its cluster is."""
        return self.instance.folder / "pg"

    @property
    def socket(self) -> Path:
        """Return the socket's folder: beside the data, or a short one where that is too long."""
        beside = self.home / "run"
        if len(os.fsencode(beside)) <= LONGEST_SOCKET_FOLDER:
            return beside
        base = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
        return base / f"gisportal-{_short_hash(self.home)}"

    @property
    def binaries(self) -> Path:
        """Return the programs of the PostgreSQL version that the data folder was made with."""
        made_with = self.data / "PG_VERSION"
        installed = complete_postgres()
        if not made_with.exists():
            return POSTGRES / installed[0] / "bin"
        major = made_with.read_text().strip()
        if major not in installed:
            have = " and ".join(installed) or "none"
            raise Refusal(
                f"the data folder {self.data} was made by PostgreSQL {major} and this machine has {have}: "
                f"install postgresql-{major}-postgis-3 and postgresql-{major}-pgrouting to go on with it, "
                "or restore a backup into a new instance folder (--data DIR)."
            )
        return POSTGRES / major / "bin"

    def program(self, name: str, *arguments: str | Path) -> list[str | Path]:
        """Return the command line of a PostgreSQL server program, run as the cluster's user."""
        return [*_as_cluster_user(), self.binaries / name, *arguments]

    def is_running(self) -> bool:
        """Say whether the cluster's server is up."""
        if not (self.data / "postmaster.pid").exists():
            return False
        status = self.program("pg_ctl", "status", "-D", self.data)
        return subprocess.run(status, capture_output=True, cwd="/", check=False).returncode == 0

    def sql(self, database: str, text: str) -> None:
        """Run SQL as the cluster's superuser."""
        quietly(
            [str(self.binaries / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1"]
            + ["-h", str(self.socket), "-U", "postgres", "-d", database],
            log=self.instance.setup_log,
            failure="the database could not be prepared",
            text=text,
        )


def cluster_of(instance: Instance, *, durable: bool = True) -> Cluster:
    """Return the instance's cluster, whether it was made yet or not."""
    noted = instance.folder / "pg" / "home"
    if noted.exists():
        return Cluster(instance, Path(noted.read_text().strip()), durable)
    return Cluster(instance, instance.folder / "pg", durable)


def make(instance: Instance, *, durable: bool = True) -> Cluster:
    """Make the cluster's folders and its data where they are missing; return the cluster."""
    cluster = cluster_of(instance, durable=durable)
    cluster.notes.mkdir(exist_ok=True)
    if (cluster.data / "PG_VERSION").exists():
        return cluster
    need_space(instance.folder, 600, purpose="a new database")
    if os.getuid() == 0:
        cluster = Cluster(instance, _home_for_system_user(instance, cluster.home), durable)
    (cluster.notes / "home").write_text(f"{cluster.home}\n")
    with say.step(f"Making a private PostgreSQL {cluster.binaries.parent.name} cluster"):
        _own_folder(cluster.data, 0o700)
        quietly(
            cluster.program("initdb", "-D", cluster.data, "-U", "postgres", "--auth=peer", "--data-checksums")
            + ["--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"],
            log=instance.setup_log,
            failure="the database cluster could not be made",
            cwd=Path("/"),
        )
    return cluster


def prepare(cluster: Cluster) -> None:
    """Give the running cluster its roles, the template with the extensions, and the database."""
    stamp = cluster.notes / ".sql.stamp"
    wanted = fingerprint(SQL)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    with say.step("Preparing roles and extensions"):
        cluster.sql("postgres", (SQL / "roles.sql").read_text())
        _create_database(cluster, TEMPLATE, "template0")
        cluster.sql(TEMPLATE, (SQL / "database.sql").read_text())
        _create_database(cluster, DATABASE, TEMPLATE)
        cluster.sql(DATABASE, (SQL / "database.sql").read_text())
        stamp.write_text(wanted)


def _create_database(cluster: Cluster, name: str, template: str) -> None:
    create = f"CREATE DATABASE {name} OWNER gisportal_owner TEMPLATE {template}"
    missing = f"SELECT '{create}' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{name}')"
    cluster.sql("postgres", f"{missing} \\gexec")


@contextmanager
def use(cluster: Cluster) -> Iterator[Cluster]:
    """Keep the cluster running while the block runs; the last of its users stops it.

    The launcher, a management command and a backup may use one cluster at the same time; each
    holds a shared lock, and who can turn the own into an exclusive one was the last.
    """
    users = os.open(cluster.notes / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
    with _one_at_a_time(cluster):
        fcntl.flock(users, fcntl.LOCK_SH)
        found_running = cluster.is_running()
        if not found_running:
            _start(cluster)
    try:
        yield cluster
    finally:
        with _one_at_a_time(cluster):
            if not _has_other_users(users) and not _belongs_to_service(cluster):
                _stop(cluster)
        os.close(users)


@contextmanager
def running_for(folder: Path) -> Iterator[None]:
    """Keep an instance's cluster up for one command; does nothing where the database is another's."""
    if os.environ.get("DATABASE_URL") or not (folder / "pg" / "home").exists():
        yield
        return
    with use(cluster_of(Instance(folder))):
        yield


def _has_other_users(users: int) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def _belongs_to_service(cluster: Cluster) -> bool:
    """Say whether the system's service manager started this very server."""
    noted, running = cluster.notes / "service.pid", cluster.data / "postmaster.pid"
    if not noted.exists() or not running.exists():
        return False
    return noted.read_text().strip() == running.read_text().partition("\n")[0].strip()


@contextmanager
def _one_at_a_time(cluster: Cluster) -> Iterator[None]:
    with (cluster.notes / "start.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def configure(cluster: Cluster) -> None:
    """Write the settings and who may connect as whom."""
    _own_folder(cluster.socket, 0o755)
    main = cluster.data / "postgresql.conf"
    includes = "include = 'gisportal.conf'\ninclude_if_exists = 'local.conf'\n"
    if includes not in main.read_text():
        main.write_text(f"{main.read_text()}\n{includes}")
    values = tuning.settings(socket=cluster.socket, memory=tuning.memory_mb(), durable=cluster.durable)
    _write(cluster.data / "gisportal.conf", tuning.as_configuration(values))
    # Whom the administrator lets in besides, over the network (README, "QGIS on PostGIS itself").
    others = cluster.data / "pg_hba.local.conf"
    admitted = others.read_text() if others.exists() else ""
    _write(cluster.data / "pg_hba.conf", f"local all all peer map=gisportal\n{admitted}")
    _write(cluster.data / "pg_ident.conf", _who_may_be_whom())
    (cluster.notes / "socket").write_text(f"{cluster.socket}\n")
    (cluster.notes / "database").write_text(f"{DATABASE}\n")


def _who_may_be_whom() -> str:
    everything = {pwd.getpwuid(os.getuid()).pw_name, _cluster_user()}
    lines = [f"gisportal {user} {role}" for user in sorted(everything) for role in ("postgres", *ROLES)]
    # Where the web server runs as a system user of its own, that one gets no further than its role.
    return "\n".join([*lines, "gisportal gisportal-web gisportal_web", ""])


def _start(cluster: Cluster) -> None:
    configure(cluster)
    log = cluster.home / "start.log"
    _own_file(log)
    command = cluster.program("pg_ctl", "start", "-w", "-t", "180", "-s", "-D", cluster.data, "-l", log)
    ran = subprocess.run(
        command, capture_output=True, text=True, cwd="/", stdin=subprocess.DEVNULL, check=False
    )
    if ran.returncode:
        raise Refusal(f"the database does not start (log: {log})\n{ran.stderr}{last_lines(log)}")


def _stop(cluster: Cluster) -> None:
    command = cluster.program("pg_ctl", "stop", "-m", "fast", "-w", "-t", "120", "-s", "-D", cluster.data)
    ran = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
    if ran.returncode and cluster.is_running():
        raise Refusal(f"the database does not stop: {ran.stderr.strip()}")


def serve(instance: Instance) -> None:
    """Become the cluster's server, in the foreground, for a service manager."""
    cluster = cluster_of(instance)
    configure(cluster)
    (cluster.notes / "service.pid").write_text(f"{os.getpid()}\n")
    os.chdir("/")
    command = [str(part) for part in cluster.program("postgres", "-D", cluster.data)]
    os.execv(command[0], command)


def _cluster_user() -> str:
    return SYSTEM_USER if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name


def _as_cluster_user() -> list[str]:
    if os.getuid():
        return []
    return [
        "/usr/bin/setpriv",
        f"--reuid={SYSTEM_USER}",
        f"--regid={SYSTEM_USER}",
        *"--init-groups --reset-env --inh-caps=-all --no-new-privs".split(),
    ]


def _home_for_system_user(instance: Instance, wanted: Path) -> Path:
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        quietly(
            [
                "useradd",
                "--system",
                "--user-group",
                "--no-create-home",
                "--home-dir",
                f"/var/lib/{SYSTEM_USER}",
            ]
            + ["--shell", "/usr/sbin/nologin", SYSTEM_USER],
            log=instance.setup_log,
            failure=f"the system user {SYSTEM_USER}, as whom the database runs, could not be made",
        )
    os.chmod(instance.folder, 0o711)
    os.chmod(instance.folder / "pg", 0o711)
    reach = [*_as_cluster_user(), "test", "-x", str(wanted)]
    if subprocess.run(reach, cwd="/", capture_output=True, check=False).returncode == 0:
        return wanted
    home = Path("/var/lib") / SYSTEM_USER / _short_hash(wanted)
    home.mkdir(parents=True, exist_ok=True)
    return home


def _short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def _own_folder(folder: Path, mode: int) -> None:
    """Make a folder that belongs to the cluster's user; refuse one that somebody else put there."""
    uid = pwd.getpwnam(_cluster_user()).pw_uid
    if not folder.exists():
        folder.mkdir(mode=mode, parents=True)
        shutil.chown(folder, _cluster_user(), _cluster_user() if os.getuid() == 0 else None)
    if folder.is_symlink() or folder.stat().st_uid != uid:
        raise Refusal(f"the folder {folder} belongs to somebody else: remove it, then start again.")
    folder.chmod(mode)


def _own_file(path: Path) -> None:
    path.touch()
    if os.getuid() == 0:
        shutil.chown(path, SYSTEM_USER, SYSTEM_USER)


def _write(path: Path, text: str) -> None:
    path.write_text(text)
    _own_file(path)
    path.chmod(0o600)
