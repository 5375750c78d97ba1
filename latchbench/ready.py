"""Ready files: how a command finds a bench that is up.

`latchbench up` writes one when everything serves. It holds the API key, so it is readable by its
owner only. Without `--ready-file` it lies in a private folder of the user, and the newest wins.
"""

from __future__ import annotations

import json
import os
import socket
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from latchbench import exits

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE: Final = "LATCHBENCH_READY_FILE"
GONE: Final = (
    "the bench of this ready file is not up any more: start one with `latchbench up FLEET.yaml`"
)
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
        is_own = _is_own(folder)
    except OSError as error:
        message = f"cannot make {folder}: {error.strerror}; name a --ready-file"
        raise exits.CommandError(message, exits.ENVIRONMENT) from error
    if not is_own:
        raise exits.CommandError(f"{folder} belongs to somebody else", exits.ENVIRONMENT)
    return folder / f"up-{os.getpid()}.json"


def _is_own(folder: Path) -> bool:
    """Whether it is a folder that this user made: what others put there is not to be trusted."""
    try:
        about = folder.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISDIR(about.st_mode) and about.st_uid == os.getuid()


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
    if not _is_own(user_folder()):
        return None
    files = sorted(user_folder().glob("up-*.json"), key=_changed_at, reverse=True)
    alive = [path for path in files if _is_alive(path)]
    if len(alive) > 1:
        exits.complain(f"latchbench: {len(alive)} benches are up; this is the newest, {alive[0]}")
    return alive[0] if alive else None


def _changed_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # its bench has ended since the folder was read
        return 0.0


def _is_alive(path: Path) -> bool:
    """Whether its bench is up. What a bench has left that was killed is removed."""
    number = path.stem.removeprefix("up-")
    if not (number.isascii() and number.isdigit()):
        return False
    if _listens(path):
        return True
    path.unlink(missing_ok=True)
    return False


def _listens(path: Path) -> bool:
    """Whether somebody answers at the door that it names: a process of that number is no proof."""
    try:
        door = str(json.loads(path.read_text())["control_socket"])
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as trying:
            trying.connect(door)
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return True
