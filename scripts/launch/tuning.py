"""PostgreSQL's settings, sized for the machine: an 8 GB server is the measure."""

from pathlib import Path

# Durable means: what was answered as saved survives a power cut. Only test data may do without.
DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
FLEETING = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum_naptime": "10min",
    # A server process killed by a test makes the cluster replay what came after its last checkpoint.
    "checkpoint_timeout": "1min",
    "max_wal_size": "256MB",
}


def memory_mb(meminfo: Path = Path("/proc/meminfo"), cgroup: Path = Path("/sys/fs/cgroup/memory.max")) -> int:
    """Return the machine's or the container's memory, whichever is less."""
    total = next(
        int(line.split()[1]) // 1024 for line in meminfo.read_text().splitlines() if "MemTotal" in line
    )
    limit = cgroup.read_text().strip() if cgroup.exists() else "max"
    return min(total, int(limit) >> 20) if limit.isdigit() else total


def settings(*, socket: Path, memory: int, durable: bool) -> dict[str, str]:
    """Return the cluster's settings for a machine with so many megabytes of memory."""
    share = memory if durable else min(memory, 2048)
    return {
        "listen_addresses": "",
        "unix_socket_directories": str(socket),
        "max_connections": "150",
        "shared_buffers": f"{clamp(share // 4, 128, 8192)}MB",
        "effective_cache_size": f"{clamp(share // 2, 256, 65536)}MB",
        "work_mem": f"{clamp(share // 256, 8, 64)}MB",
        "maintenance_work_mem": f"{clamp(share // 16, 64, 1024)}MB",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        # Nobody follows this cluster's log, so a new table need not be written twice (ADR 0109).
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "wal_compression": "lz4",
        "random_page_cost": "1.1",
        "effective_io_concurrency": "100",
        # Planning a tile query with the compiler on costs more than the query.
        "jit": "off",
        "autovacuum_vacuum_scale_factor": "0.05",
        "autovacuum_analyze_scale_factor": "0.02",
        "timezone": "UTC",
        "logging_collector": "on",
        "log_directory": "log",
        "log_filename": "postgresql-%a.log",
        "log_truncate_on_rotation": "on",
        "log_rotation_age": "1d",
        "log_line_prefix": "%m [%p] %u@%d ",
        "log_min_duration_statement": "5s",
        **(DURABLE if durable else FLEETING),
    }


def clamp(value: int, least: int, most: int) -> int:
    """Return the value, kept between two bounds."""
    return max(least, min(value, most))


def as_configuration(values: dict[str, str]) -> str:
    """Return settings in the words of postgresql.conf."""
    quoted = ((name, value.replace("'", "''")) for name, value in values.items())
    return "".join(f"{name} = '{value}'\n" for name, value in quoted)
