"""A small installation of its own that a test may hurt: PostgreSQL, Valkey, workers, beats."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg2

from config import servers

ROOT = Path(__file__).resolve().parent.parent.parent
CELERY = [sys.executable, "-m", "celery", "-A", "config"]
WORKER = ["worker", "-Q", "default,pdf", "-c", "1", "--loglevel", "info", "--without-gossip",
          "--without-mingle"]  # fmt: skip


class Lab:
    """Servers below a temporary directory, and the processes the test started there."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="mingcha-lab-"))
        self.directory.chmod(0o755)
        self.postgres = self.directory / "postgres"
        self.valkey = self.directory / "valkey"
        self.processes: list[subprocess.Popen[bytes]] = []
        url = servers.postgres_start(self.postgres)
        self.dsn = url
        self.env = os.environ | {
            "DATABASE_URL": url,
            "REDIS_URL": servers.valkey_start(self.valkey),
            "VAR_DIR": str(self.directory),
            "JOB_LEASE_SECONDS": "2",
            "JOB_SWEEP_SECONDS": "1",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }

    # Programs -------------------------------------------------------------------------------------

    def run(self, *command: str) -> str:
        """Run a program of the project to its end; its output."""
        done = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT, env=self.env, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def scenario(self, step: str) -> str:
        """One step of tests/faults/scenario.py."""
        return self.run("-m", "tests.faults.scenario", step)

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a Celery process in a group of its own."""
        log = (self.directory / f"process-{len(self.processes)}.log").open("wb")
        process = subprocess.Popen(
            [*CELERY, *arguments], cwd=ROOT, env=self.env, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
        self.processes.append(process)
        return process

    def worker(self, name: str = "w1") -> subprocess.Popen[bytes]:
        """Start a worker and wait until it takes messages."""
        process = self.start(*WORKER, "-n", f"{name}@lab")
        log = self.directory / f"process-{len(self.processes) - 1}.log"
        until(lambda: b"ready." in log.read_bytes(), f"worker {name} ready")
        return process

    def beat(self, name: str = "b1") -> subprocess.Popen[bytes]:
        """Start a scheduler."""
        return self.start("beat", "--schedule", str(self.directory / name), "--loglevel", "info")

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """Send -9 to the process and its children; nothing gets a chance to clean up."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    # Servers --------------------------------------------------------------------------------------

    def postgres_restart(self) -> None:
        """Stop PostgreSQL at once, as a crash would, and start it again."""
        servers.postgres_stop(self.postgres, mode="immediate")
        servers.postgres_start(self.postgres)

    def valkey_restart(self, *, flush: bool) -> None:
        """Lose what Redis holds, stop it, start it again."""
        import redis

        client = redis.Redis(unix_socket_path=str(servers.valkey_socket(self.valkey)))
        if flush:
            client.flushall()
        client.shutdown()
        until(lambda: not servers.valkey_answers(servers.valkey_socket(self.valkey)), "valkey down")
        servers.valkey_start(self.valkey)

    # Looking --------------------------------------------------------------------------------------

    def sql(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Rows of a statement, on a connection of its own."""
        connection = psycopg2.connect(self.dsn)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement, parameters)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def job(self, pk: int | str) -> tuple[str, int]:
        """State and attempts of a job."""
        ((state, attempts),) = self.sql(
            "SELECT state, attempts FROM accounts_job WHERE id = %s", pk
        )
        return state, attempts

    def done(self, pk: int | str, seconds: int = 60) -> None:
        """Wait until the job is done."""
        until(lambda: self.job(pk)[0] == "DONE", f"job {pk} done", seconds)

    def figures(self) -> list[tuple[Any, ...]]:
        """Every stored figure of the league table, without ids of rows."""
        return self.sql(
            "SELECT kind, edition, unit_id, open, special, base, adjustment, total, rank,"
            " group_rank, lines::text FROM reports_monthlyscore ORDER BY kind, edition, unit_id"
        )

    def close(self) -> None:
        """End everything that was started and remove it."""
        for process in self.processes:
            if process.poll() is None:
                self.kill(process)
        if servers.valkey_answers(servers.valkey_socket(self.valkey)):
            servers.valkey_stop(self.valkey)
        servers.postgres_stop(self.postgres, mode="immediate")
        shutil.rmtree(self.directory)


def until(condition: Callable[[], bool], what: str, seconds: int = 60) -> None:
    """Wait for a condition, looking often; fail with what was waited for."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.01)
