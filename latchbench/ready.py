"""Ready files: how a command finds a bench that is up.

`latchbench up` writes one when everything serves. It holds the API key, so it is readable by its
owner only. Without `--ready-file` it lies in a private folder of the user, and the newest wins.
"""

from __future__ import annotations

import json
import os
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from latchbench import exits

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE: Final = "LATCHBENCH_READY_FILE"
KEYS: Final = frozenset({"http_url", "grpc_address", "control_socket", "api_key", "devices"})


def user_folder() -> Path:
    """The private folder of this user's ready files."""
    base = os.environ.get("XDG_RUNTIME_DIR", "")
    if not (base and Path(base).is_dir()):
        base = tempfile.gettempdir()  # containers set the variable and make no such folder
    return Path(base) / f"latchbench-{os.getuid()}"


def own_path() -> Path:
    """Where this process writes its ready file when the user names none.

    Raises `CommandError` when somebody else made that folder.
    """
    folder = user_folder()
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        about = folder.lstat()
    except OSError as error:
        message = f"cannot make {folder}: {error.strerror}; name a --ready-file"
        raise exits.CommandError(message, exits.ENVIRONMENT) from error
    if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.getuid():
        raise exits.CommandError(f"{folder} belongs to somebody else", exits.ENVIRONMENT)
    return folder / f"up-{os.getpid()}.json"


def write(path: Path, told: Mapping[str, Any]) -> None:
    """Write whole or not at all: a reader never sees half a file."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(told, file, indent=2)
            file.write("\n")
        partial.replace(path)
    except OSError as error:
        raise exits.CommandError(f"cannot write {path}: {error.strerror}", exits.USAGE) from error


def find(named: Path | None) -> Mapping[str, Any]:
    """The ready file that is meant. Raises `CommandError` when there is none, or it is none."""
    path = named or _from_environment() or _newest()
    if path is None:
        raise exits.CommandError(
            "no bench is up: start one with `latchbench up FLEET.yaml`, or name a --bench FILE",
            exits.ENVIRONMENT,
        )
    try:
        told = json.loads(path.read_text())
    except OSError as error:
        raise exits.CommandError(f"cannot read {path}: {error.strerror}", exits.USAGE) from error
    except ValueError as error:
        raise exits.CommandError(f"{path} is no ready file", exits.USAGE) from error
    if not isinstance(told, dict) or not told.keys() >= KEYS:
        raise exits.CommandError(f"{path} is no ready file", exits.USAGE)
    return told


def _from_environment() -> Path | None:
    value = os.environ.get(VARIABLE)
    return Path(value) if value else None


def _newest() -> Path | None:
    files = sorted(user_folder().glob("up-*.json"), key=lambda path: path.stat().st_mtime)
    alive = [path for path in files if _is_alive(path)]
    return alive[-1] if alive else None


def _is_alive(path: Path) -> bool:
    number = path.stem.removeprefix("up-")
    if not (number.isascii() and number.isdigit()):
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        path.unlink(missing_ok=True)
        return False
    except PermissionError:
        return True
    return True
