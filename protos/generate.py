"""Write the protobuf modules beside their `.proto` files, or check that they are fresh.

    python -m protos.generate            writes
    python -m protos.generate --check    exits 1 and names what is stale

The paths of the `.proto` files mirror the Python packages, so what the generator writes imports
without rewriting. grpcio-tools is pinned: its output then loads on every protobuf runtime that
`pyproject.toml` allows (a newer generator would lock older runtimes out).
"""

from __future__ import annotations

import argparse
import importlib.metadata
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GENERATOR = ("grpcio-tools", "1.74.0")
SUFFIXES = ("_pb2.py", "_pb2.pyi", "_pb2_grpc.py")


def proto_files() -> list[Path]:
    """Every `.proto` of ours, relative to the root, in order."""
    return sorted(path.relative_to(ROOT) for path in (ROOT / "protos").rglob("*.proto"))


def generate(into: Path) -> list[Path]:
    """Generate all modules below `into`; returns their paths relative to it."""
    import grpc_tools  # here, because only developers have it
    from grpc_tools import protoc

    well_known = Path(grpc_tools.__file__).parent / "_proto"
    protos = proto_files()
    arguments = [
        "protoc",
        f"-I{ROOT}",
        f"-I{well_known}",
        f"--python_out={into}",
        f"--pyi_out={into}",
        f"--grpc_python_out={into}",
        *map(str, protos),
    ]
    if protoc.main(arguments) != 0:
        raise SystemExit("protoc refused the .proto files; its messages stand above")
    return [
        path.with_name(path.stem + suffix)
        for path in protos
        for suffix in SUFFIXES
        if (into / path.with_name(path.stem + suffix)).exists()
    ]


def stale() -> list[Path]:
    """The committed modules that differ from what the generator writes today."""
    with tempfile.TemporaryDirectory() as scratch:
        fresh = generate(Path(scratch))
        wrong = {
            path
            for path in fresh
            if not (ROOT / path).exists()
            or (ROOT / path).read_bytes() != (Path(scratch) / path).read_bytes()
        }
    committed = {
        path.relative_to(ROOT)
        for suffix in SUFFIXES
        for path in (ROOT / "protos").rglob(f"*{suffix}")
    }
    return sorted(wrong | (committed - set(fresh)))


def main(arguments: list[str] | None = None) -> int:
    """Write, or check; the exit code says whether something is stale."""
    parser = argparse.ArgumentParser(prog="python -m protos.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 when stale")
    options = parser.parse_args(arguments)
    name, version = GENERATOR
    installed = importlib.metadata.version(name)
    if installed != version:
        sys.stderr.write(f"needs {name}=={version}, found {installed}\n")
        return 2
    if not options.check:
        for path in generate(ROOT):
            sys.stdout.write(f"wrote {path}\n")
        return 0
    wrong = stale()
    for path in wrong:
        sys.stderr.write(f"stale: {path}; run python -m protos.generate\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
