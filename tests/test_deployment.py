"""Dockerfile, docker-compose.yml, Makefile and .env.example are held against the code."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from accounts.processes import COMMANDS
from config import bootstrap, env

ROOT = Path(__file__).resolve().parent.parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
APP_SERVICES = ["web", "worker", "pdf-worker", "beat", "migrate"]


def documented() -> set[str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    names = {line.split("=")[0] for line in lines if line and not line.startswith("#")}
    return {name.removesuffix("_FILE") for name in names}


def test_every_setting_is_in_the_example_and_nothing_else():
    assert documented() == env.NAMES


def test_compose_has_every_process_of_an_installation():
    assert set(COMMANDS) <= set(COMPOSE["services"])
    assert {"postgres", "redis"} <= set(COMPOSE["services"])


@pytest.mark.parametrize("name", APP_SERVICES)
def test_a_service_is_given_only_settings_that_exist(name):
    given = {key.removesuffix("_FILE") for key in COMPOSE["services"][name]["environment"]}
    known = env.NAMES | {"BIND", "WEB_WORKERS", "WEB_THREADS"}
    assert given <= known
    needed = {"SECRET_KEY", "DATABASE_URL", "REDIS_URL", "FIELD_KEYS", "BLIND_INDEX_KEY"}
    assert needed <= given


@pytest.mark.parametrize("name", APP_SERVICES)
def test_a_service_is_handed_the_secrets_its_settings_name(name):
    service = COMPOSE["services"][name]
    files = [value for key, value in service["environment"].items() if key.endswith("_FILE")]
    assert {Path(file).name for file in files} == set(service["secrets"])
    assert {str(Path(file).parent) for file in files} == {"/run/secrets"}


def test_the_manual_makes_every_secret():
    manual = (ROOT / "docs" / "operations.md").read_text()
    assert all(f"> {Path(one['file']).name}\n" in manual for one in COMPOSE["secrets"].values())


@pytest.mark.parametrize("name", [*COMMANDS, "postgres", "redis"])
def test_a_service_has_a_health_check_and_restarts(name):
    service = COMPOSE["services"][name]
    assert service["healthcheck"]["test"]
    assert service["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", ["worker", "pdf-worker"])
def test_a_worker_listens_to_the_queues_the_local_one_does(name):
    local, composed = COMMANDS[name], COMPOSE["services"][name]["command"]
    assert composed[composed.index("-Q") + 1] == local[local.index("-Q") + 1]


def test_secrets_come_from_files_that_git_ignores():
    files = [secret["file"] for secret in COMPOSE["secrets"].values()]
    assert all(file.startswith("./secrets/") for file in files)
    ignored = subprocess.run(
        ["git", "check-ignore", *files], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert len(ignored.stdout.split()) == len(files)
    used = {s for name in COMPOSE["services"] for s in COMPOSE["services"][name].get("secrets", [])}
    assert used == set(COMPOSE["secrets"])


def test_volumes_are_declared_and_media_is_where_the_settings_say():
    mounts = [m for s in COMPOSE["services"].values() for m in s.get("volumes", [])]
    assert {mount.split(":")[0] for mount in mounts} == set(COMPOSE["volumes"])
    workdir = re.search(r"^WORKDIR (\S+)", DOCKERFILE, re.MULTILINE)
    media = (settings.VAR_DIR / "media").relative_to(settings.BASE_DIR)
    assert workdir is not None
    assert f"media:{workdir[1]}/{media}" in mounts


def test_the_image_has_the_system_libraries_the_bootstrap_installs():
    needed = set(bootstrap.SYSTEM) - {"chromium", "poppler-utils", "dovecot-imapd"}
    assert all(package in DOCKERFILE for package in needed)
    assert "--require-hashes -r requirements.txt" in DOCKERFILE


def test_the_files_the_image_copies_exist():
    for line in re.findall(r"^COPY (.+)$", DOCKERFILE, re.MULTILINE):
        *sources, _target = line.split()
        assert all((ROOT / source).exists() for source in sources)


def test_make_help_lists_at_most_ten_targets_and_ci_runs_check_and_test():
    help_text = subprocess.run(
        ["make", "-s", "--no-print-directory", "help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert 5 <= len(help_text.splitlines()) <= 10
    ci = (ROOT / ".ci" / "run").read_text()
    assert "make check" in ci
    assert "make test" in ci


def test_lock_files_carry_hashes_and_no_addresses():
    for name in ("requirements.txt", "requirements-dev.txt", "package-lock.json"):
        text = (ROOT / name).read_text()
        assert "http" not in text.replace('"url": "https://github.com', "").replace(
            '"url": "https://opencollective.com', ""
        )
    assert "--hash=sha256:" in (ROOT / "requirements.txt").read_text()


def test_the_locked_packages_are_those_the_project_names():
    text = (ROOT / "pyproject.toml").read_text()
    block = text[text.index("dependencies = [") : text.index("[dependency-groups]")]
    named = {re.split(r"[\[>=<~]", m)[0] for m in re.findall(r'^  "(.+?)"', block, re.MULTILINE)}
    locked = set(
        re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    )
    assert {name.lower().replace(".", "-") for name in named} <= locked
