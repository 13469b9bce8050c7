"""Files that are made: written whole or not at all, under a name of their content."""

import errno
import os
from pathlib import Path
from typing import Final, Protocol

from django.core.files.storage import default_storage

from accounts.jobs import JobError

_FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Made(Protocol):
    """What has a file that is made of stored figures."""

    @property
    def file(self) -> object:
        """The name of the file, empty before it is made."""

    @property
    def sha256(self) -> str:
        """The digest of its content."""


def is_whole(made: Made) -> bool:
    """Whether the file is there."""
    name = str(made.file)
    return bool(made.sha256 and name) and default_storage.exists(name)


def file_write(name: str, data: bytes) -> None:
    """Write all of the file or nothing; JobError when there is no room for it."""
    path = Path(default_storage.path(name))
    part = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        if error.errno in _FULL:
            raise JobError("存放文件的磁盘已满，没有写入。请系统管理员清理后重新生成。") from error
        raise


def file_remove(name: str) -> None:
    """Remove a file that nothing points at any more; no name is no file."""
    if name:
        default_storage.delete(name)
