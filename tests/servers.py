"""A Valkey of the test run's own, set before the settings are read, so that no message or cache key

of a test meets those of a running installation. Loaded by `-p tests.servers` in pyproject.toml.
"""

import os
import tempfile
from pathlib import Path

from config import servers

DIRECTORY = Path(tempfile.mkdtemp(prefix="mingcha-test-"))

# Processes of one run inherit the environment, but share no server: they clear its cache.
OURS = "TEST_REDIS_IS_OURS"
if "REDIS_URL" not in os.environ or OURS in os.environ:
    os.environ |= {"REDIS_URL": servers.valkey_start(DIRECTORY), OURS: "1"}


def pytest_sessionfinish() -> None:
    """Stop it."""
    if servers.valkey_answers(servers.valkey_socket(DIRECTORY)):
        servers.valkey_stop(DIRECTORY)
