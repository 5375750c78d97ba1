"""A lock's memory file: what goes in comes out, and what is not a lock's memory is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latchbench.pin import Pin
from simulator.host.banks import BankFile
from simulator.host.ids import Answer, Seen
from simulator.host.messages import CommandId
from simulator.host.nvm import (
    Nvm,
    NvmDamaged,
    NvmUnwritable,
    Record,
    nvm_path,
    read_nvm,
)
from simulator.model.memory import Slot, read_only
from simulator.model.state import fresh
from simulator.model.words import Outcome
from simulator.profiles import load
from simulator.radio.faults import FAULTS, arm
from simulator.radio.link import Link
from simulator.radio.words import RadioState, TransmitOutcome

if TYPE_CHECKING:
    from pathlib import Path

PLAIN = fresh(load("deadbolt-30").lock, 77).memory


def a_record(**changes: Any) -> Record:
    memory = replace(PLAIN, slots=read_only([(3, Slot(Pin("4821")))]))
    record = Record("front", "deadbolt-30", memory, RadioState.AWAKE, is_powered=True)
    return replace(record, **changes)


def saved(path: Path, record: Record) -> Nvm:
    nvm = Nvm(path)
    nvm.save(record)
    return nvm


ANSWERS = st.builds(
    Answer,
    st.sampled_from(TransmitOutcome),
    st.sampled_from(Outcome),
    st.integers(0, 9),
    st.none() | st.integers(0, 2**40),
)
ARMED = st.lists(
    st.tuples(
        st.sampled_from([name for name, row in FAULTS.items() if row.befalls]),
        st.booleans(),
        st.integers(1, 5),
    ),
    max_size=3,
)


@given(
    seen=st.none()
    | st.builds(
        Seen,
        st.builds(CommandId, st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1)),
        st.none() | ANSWERS,
    ),
    radio=st.sampled_from(RadioState),
    is_powered=st.booleans(),
    faults=ARMED,
    codes=st.dictionaries(
        st.integers(1, 30), st.from_regex(r"[0-9]{4,8}", fullmatch=True), max_size=5
    ),
)
def test_a_record_is_read_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory,
    seen: Seen | None,
    radio: RadioState,
    is_powered: bool,
    faults: list[tuple[str, bool, int]],
    codes: dict[int, str],
) -> None:
    link = Link(radio)
    for name, for_one, times in faults:
        kinds = sorted(FAULTS[name].befalls, key=lambda kind: kind.value)
        kind = kinds[0] if for_one else None
        link = arm(link, name, kind=kind, times=times)
    slots = read_only((slot, Slot(Pin(digits))) for slot, digits in codes.items())
    record = a_record(
        memory=replace(PLAIN, slots=slots),
        radio=radio,
        is_powered=is_powered,
        faults=link.faults,
        seen=seen,
        loss=0.5,
        latency_us=None if is_powered else 300_000,
        is_hung=not is_powered,
        restarts_at_us=7 if is_powered else None,
        before={**slots, 31: None},
    )
    path = tmp_path_factory.mktemp("nvm") / "front.nvm"
    saved(path, record)
    assert read_nvm(path).record == record
    assert Nvm(path).load("front") == record


def test_a_fault_with_a_probability_is_read_back(tmp_path: Path) -> None:
    record = a_record(faults=arm(Link(RadioState.AWAKE), "lost_ack", probability=0.25).faults)
    saved(tmp_path / "front.nvm", record)
    assert read_nvm(tmp_path / "front.nvm").record == record


def test_a_lock_without_a_file_is_a_new_one(tmp_path: Path) -> None:
    assert Nvm(tmp_path / "front.nvm").load("front") is None


def test_what_was_written_last_is_not_written_again(tmp_path: Path) -> None:
    nvm = saved(tmp_path / "front.nvm", a_record())
    assert nvm.generation == 1
    nvm.save(a_record())
    assert nvm.generation == 1
    nvm.save(a_record(is_powered=False))
    assert nvm.generation == 2
    assert read_nvm(tmp_path / "front.nvm").generation == 2


def test_a_host_that_starts_again_goes_on_counting(tmp_path: Path) -> None:
    saved(tmp_path / "front.nvm", a_record())
    nvm = Nvm(tmp_path / "front.nvm")
    assert nvm.generation == 0
    nvm.load("front")
    nvm.save(a_record())
    assert nvm.generation == 1
    nvm.save(a_record(is_powered=False))
    assert nvm.generation == 2


def test_the_names_of_locks_stay_apart_whatever_is_in_them(tmp_path: Path) -> None:
    names = ["front", "../front", "a/b", "a%2Fb", ".", "..", "Haustür"]
    paths = {nvm_path(tmp_path, name) for name in names}
    assert len(paths) == len(names)
    assert {path.parent for path in paths} == {tmp_path}


def test_a_file_that_is_no_memory_is_damage_that_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "front.nvm"
    for image in (b"", b"PIN 4821", bytes(5000)):
        path.write_bytes(image)
        with pytest.raises(NvmDamaged, match=r"front\.nvm") as caught:
            Nvm(path).load("front")
        assert caught.value.path == path
        assert "4821" not in str(caught.value)
        assert path.read_bytes() == image
        with pytest.raises(NvmDamaged, match=r"front\.nvm"):
            read_nvm(path)


def test_the_file_of_another_lock_is_damage(tmp_path: Path) -> None:
    saved(tmp_path / "front.nvm", a_record())
    with pytest.raises(NvmDamaged, match="memory of the lock 'front'"):
        Nvm(tmp_path / "front.nvm").load("back")


def the_plain(path: Path) -> dict[str, Any]:
    saved(path, a_record(seen=Seen(CommandId(1, 2))))
    plain: dict[str, Any] = json.loads(BankFile.open(path)[1])
    return plain


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", 1),
        ("loss", 2),
        ("loss", "4821"),
        ("latency_us", "4821"),
        ("is_hung", 0),
        ("restarts_at_us", 0.5),
        ("before", [{"slot": 1}]),
        ("before", [{"slot": 1, "digits": 4821, "status": "enabled"}]),
        ("before", 4821),
        ("lock", 4821),
        ("profile", None),
        ("radio", "4821"),
        ("is_powered", 1),
        ("faults", [{"fault": "lost_ack", "command": None, "times": None, "probability": None}]),
        ("faults", 4821),
        ("seen", {"epoch": "4821", "sequence": 1, "answer": None}),
        ("seen", {"epoch": True, "sequence": 1, "answer": None}),
        ("seen", {"epoch": 1}),
        ("memory", {"version": 1}),
        ("memory", [4821]),
    ],
)
def test_a_whole_bank_with_another_content_is_damage(
    tmp_path: Path, field: str, value: object
) -> None:
    path = tmp_path / "front.nvm"
    plain = the_plain(path)
    BankFile.create(path, json.dumps({**plain, field: value}).encode())
    with pytest.raises(NvmDamaged) as caught:
        read_nvm(path)
    assert "4821" not in caught.value.why


def test_a_record_that_lacks_something_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "front.nvm"
    plain = the_plain(path)
    for field in plain:
        left = {name: value for name, value in plain.items() if name != field}
        BankFile.create(path, json.dumps(left).encode())
        with pytest.raises(NvmDamaged, match=field):
            read_nvm(path)
    for content in (b"[]", b"null", b"no json"):
        BankFile.create(path, content)
        with pytest.raises(NvmDamaged):
            read_nvm(path)


def test_a_disk_that_does_not_take_a_write_is_said_with_the_file(tmp_path: Path) -> None:
    nvm = Nvm(tmp_path / "gone" / "front.nvm")
    with pytest.raises(NvmUnwritable, match=r"front\.nvm: No such file"):
        nvm.save(a_record())
    held = saved(tmp_path / "front.nvm", a_record())
    (tmp_path / "front.nvm").unlink()
    with pytest.raises(NvmUnwritable):
        held.save(a_record(is_powered=False))
    assert not (tmp_path / "front.nvm").exists()


def test_a_file_that_cannot_be_read_is_no_new_lock(tmp_path: Path) -> None:
    (tmp_path / "front.nvm").mkdir()
    with pytest.raises(NvmUnwritable, match="directory"):
        Nvm(tmp_path / "front.nvm").load("front")
