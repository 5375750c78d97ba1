"""Processes of ours: forked from a warm server, gone with their parent.

A *fork server* has imported everything that its children need and has made no gRPC object (gRPC
cannot be forked). It reads one JSON command a line on standard input and reports one JSON line for
each thing that happens, on standard output. A child takes its settings from that command, never
from its arguments, because arguments show in the process list; it prints `READY {json}` once it
serves.

Nothing outlives its parent: a child ends when the pipe from the fork server closes, the fork server
when its standard input does, and on Linux both are killed when their parent dies.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import json
import os
import select
import signal
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from latchbench.logs import TRACEBACK_VARIABLE, set_up_logs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

READY: Final = "READY "
EXIT_OURS: Final = 3
_PR_SET_PDEATHSIG: Final = 1
STOP_WITHIN_S: Final = 2
_LINE_MAX: Final = 16 * 1024 * 1024


class ProcessFailed(Exception):
    """A process of ours did not start, or died when nobody asked it to.

    `code` is its exit code when it has one.
    """

    def __init__(self, message: str, code: int | None = None) -> None:
        super().__init__(message)
        self.code = code


def die_with_parent() -> None:
    """On Linux: SIGKILL this process when the thread that made it ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def say_ready(info: Mapping[str, Any]) -> None:
    """Tell the bench, in one write, that this process serves.

    All children share one pipe, and only short writes to a pipe stay whole (PIPE_BUF, pipe(7)):
    raises `ValueError` for an `info` that is too long.
    """
    line = READY + json.dumps(info)
    if len(line.encode()) >= select.PIPE_BUF:
        raise ValueError("too much to say in one line")
    _write_line(line)


def _write_line(line: str) -> None:
    os.write(1, (line + "\n").encode())


# The fork server's side.


def serve_forks(child: Callable[[dict[str, Any]], int]) -> int:
    """Fork a child for each `{"start": settings}` line until standard input ends.

    `child` runs in the new process and returns its exit code. Children that end are reported as
    `{"died": pid, "status": exit code, or minus the signal}`.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    set_up_logs()
    die_with_parent()
    gc.collect()
    gc.freeze()
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    signal.set_wakeup_fd(wake_write)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    life_read, life_write = os.pipe()
    buffered = b""
    while True:
        readable, _, _ = select.select([0, wake_read], [], [])
        if wake_read in readable:
            os.read(wake_read, 4096)
            _report_deaths()
        if 0 not in readable:
            continue
        data = os.read(0, 65536)
        if not data:
            return 0  # life_write closes with this process: the children end
        *lines, buffered = (buffered + data).split(b"\n")
        for line in lines:
            settings = json.loads(line)["start"]
            server = os.getpid()
            pid = os.fork()
            if pid == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for fd in (wake_read, wake_write, life_write):
                    os.close(fd)
                _run_child(child, settings, life_read, server)
            _write_line(json.dumps({"started": pid, "name": settings.get("name", "")}))


def _report_deaths() -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        _write_line(json.dumps({"died": pid, "status": os.waitstatus_to_exitcode(status)}))


def _run_child(
    child: Callable[[dict[str, Any]], int], settings: Any, life: int, server: int
) -> None:
    """Never returns: a forked child must not run its parent's clean-up."""
    code = EXIT_OURS
    try:
        die_with_parent()
        os.dup2(life, 0)
        os.close(life)
        # A server that went before this child asked to die with it leaves nobody to serve.
        code = child(settings) if os.getppid() == server else 0
    except KeyboardInterrupt:
        code = 130
    except BaseException as error:  # noqa: BLE001 - a process's last frame
        sys.stderr.write(
            f"latchbench: {settings.get('name', 'process')} failed: {describe(error)}\n"
        )
        if os.environ.get(TRACEBACK_VARIABLE):
            sys.excepthook(type(error), error, error.__traceback__)
    finally:
        with contextlib.suppress(OSError):
            sys.stderr.flush()
        os._exit(code)


def describe(error: BaseException) -> str:
    """One line about an error of ours: its type, its words and where it was raised."""
    place = ""
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        place = f" (at {code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno} in {code.co_name})"
        trace = trace.tb_next
    words = str(error).splitlines()
    return f"{type(error).__name__}: {words[0] if words else 'no message'}{place}"


async def parent_gone() -> None:
    """Wait until the pipe on standard input closes: whoever started this process has gone."""
    loop = asyncio.get_running_loop()
    gone = asyncio.Event()

    def readable() -> None:
        if not os.read(0, 4096):
            gone.set()

    loop.add_reader(0, readable)
    try:
        await gone.wait()
    finally:
        loop.remove_reader(0)


async def told_to_stop() -> None:
    """Wait for SIGTERM, or for the parent's end."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    gone = asyncio.create_task(parent_gone())
    gone.add_done_callback(lambda _: stop.set())
    await stop.wait()
    gone.cancel()


def _signal(pid: int, number: int) -> None:
    """Signal a child of a fork server of ours, which may have ended in this moment."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


# The bench's side.


def quiet_environment() -> dict[str, str]:
    """This process's environment, in which gRPC's C core keeps its own log to itself.

    Left alone it writes a line to standard error for every connection that closes.
    """
    return {"GRPC_VERBOSITY": "NONE", **os.environ}


@dataclass(frozen=True, slots=True)
class Started:
    """A child that serves; `info` is what it said in its READY line."""

    pid: int
    info: Mapping[str, Any]


class ForkServer:
    """The bench's handle on one fork server and its children."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._ready: dict[str, asyncio.Future[Started]] = {}
        self._pids: dict[int, str] = {}
        self._ends: dict[int, asyncio.Future[int]] = {}
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, module: str, *, also_from: Path | None = None) -> ForkServer:
        """Start `python -P -m module`, which must call `serve_forks`.

        Modules are looked for in the folder `also_from` too, before the installed ones.
        """
        env = quiet_environment()
        if also_from is not None:
            known = env.get("PYTHONPATH")
            env["PYTHONPATH"] = os.pathsep.join([str(also_from), *([known] if known else [])])
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            module,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=_LINE_MAX,
            env=env,
            # Ctrl-C goes to everything in the terminal's group; this one is ended by its parent.
            start_new_session=True,
        )
        return cls(process)

    async def spawn(self, settings: Mapping[str, Any]) -> Started:
        """Fork a child; returns when it is ready.

        `settings["name"]` must be unique among the children that start at the same time. Raises
        `ProcessFailed` when it ends instead; the child has then said why on standard error.
        """
        name = str(settings["name"])
        future: asyncio.Future[Started] = asyncio.get_running_loop().create_future()
        self._ready[name] = future
        stdin = self._process.stdin
        if stdin is None or self._reader.done():
            raise ProcessFailed(f"{name}: the fork server has gone")
        stdin.write(json.dumps({"start": dict(settings)}).encode() + b"\n")
        await stdin.drain()
        return await future

    async def ended(self, pid: int) -> int:
        """The exit status of a child, once it has ended."""
        return await asyncio.shield(self._ends[pid])

    def died(self, pid: int) -> int | None:
        """The exit status of a child that has ended, else None."""
        end = self._ends.get(pid)
        return end.result() if end is not None and end.done() else None

    async def end(self, pid: int) -> int:
        """End one child: SIGTERM, and SIGKILL if it takes too long. Returns its exit status."""
        end = self._end_of(pid)
        if not end.done():
            _signal(pid, signal.SIGTERM)
            await asyncio.wait([end], timeout=STOP_WITHIN_S)
        if not end.done():
            _signal(pid, signal.SIGKILL)
        return await end

    async def stop(self) -> None:
        """End every child and the fork server. Returns when all have gone."""
        alive = [pid for pid, end in self._ends.items() if not end.done()]
        await asyncio.gather(*(self.end(pid) for pid in alive))
        if self._process.stdin is not None:
            self._process.stdin.close()
        await self._process.wait()
        await self._reader

    async def _read(self) -> None:
        stdout = self._process.stdout
        if stdout is None:
            raise ProcessFailed("the fork server has no standard output")
        try:
            while line := await stdout.readline():
                text = line.decode()
                if text.startswith(READY):
                    self._on_ready(json.loads(text[len(READY) :]))
                else:
                    self._on_report(json.loads(text))
        finally:
            # Whatever ended the reading: nobody may wait for a word that cannot come any more.
            for name, future in self._ready.items():
                if not future.done():
                    future.set_exception(ProcessFailed(f"{name}: the fork server ended"))
            for end in self._ends.values():
                if not end.done():
                    end.set_result(-signal.SIGKILL)

    def _end_of(self, pid: int) -> asyncio.Future[int]:
        """The child's READY line may overtake the server's own report of its start."""
        if pid not in self._ends:
            self._ends[pid] = asyncio.get_running_loop().create_future()
        return self._ends[pid]

    def _on_ready(self, info: dict[str, Any]) -> None:
        future = self._ready.pop(info["name"])
        self._end_of(info["pid"])
        if not future.done():
            future.set_result(Started(info["pid"], info))

    def _on_report(self, report: dict[str, Any]) -> None:
        if "started" in report:
            pid = report["started"]
            self._pids[pid] = report["name"]
            self._end_of(pid)
            return
        pid, status = report["died"], report["status"]
        name = self._pids.pop(pid)
        self._end_of(pid).set_result(status)
        future = self._ready.pop(name, None)
        if future is not None and not future.done():
            future.set_exception(ProcessFailed(f"{name} did not start", status))
