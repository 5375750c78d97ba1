"""Group commit: few transactions, answers in order and only after the commit, failures final."""

from __future__ import annotations

import threading
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from gateway.store.errors import StoreClosed, StoreFailed, UnstorableText
from gateway.store.store import Store
from gateway.store.writer import AnyWriter, InlineWriter, Writer, writer_for
from tests.store.made import a_code, a_decision, changes
from tests.store.test_store import let_the_file_grow_no_more

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from gateway.policy.records import Changes

# A guard for a test that would otherwise hang; nothing waits this long when it passes.
GUARD_S = 60.0


class Answers:
    """What was answered, in order, and whether the store held it then."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.given: list[tuple[int, BaseException | None]] = []
        self.held: list[bool] = []

    def to(self, number: int) -> Callable[[BaseException | None], None]:
        def done(failure: BaseException | None) -> None:
            self.given.append((number, failure))
            groups = {group.group_id for group in self._store.load().groups}
            self.held.append(f"group-{number:05}" in groups)

        return done

    @property
    def numbers(self) -> list[int]:
        return [number for number, _ in self.given]


@contextmanager
def a_held_first_commit(store: Store) -> Iterator[threading.Event]:
    """Keep the writer inside its first transaction until the block is left.

    Gives an event that says that the writer is there.
    """
    inside, go_on = threading.Event(), threading.Event()

    def hold(*arguments: Any) -> None:
        inside.set()
        assert go_on.wait(GUARD_S)

    event.listen(store._backend.writing, "begin", hold, once=True)
    try:
        yield inside
    finally:
        go_on.set()


@pytest.fixture(params=["thread", "inline"])
def written(request: pytest.FixtureRequest, path: Path) -> Iterator[tuple[Store, AnyWriter]]:
    store = Store.open(f"sqlite:///{path}", inline=request.param == "inline")
    writer = writer_for(store)
    yield store, writer
    writer.close()
    store.close()


def submit_and_wait(writer: AnyWriter, given: Changes) -> BaseException | None:
    answered = threading.Event()
    failures: list[BaseException | None] = []

    def done(failure: BaseException | None) -> None:
        failures.append(failure)
        answered.set()

    writer.submit(given, done)
    assert answered.wait(GUARD_S)
    (failure,) = failures
    return failure


# --- group commit ---------------------------------------------------------------------------------


def test_all_that_waits_when_the_writer_becomes_free_shares_one_commit(store: Store) -> None:
    answers = Answers(store)
    with closing(Writer(store)) as writer:
        with a_held_first_commit(store) as inside:
            writer.submit(a_decision(0), answers.to(0))
            assert inside.wait(GUARD_S)
            for number in range(1, 32):
                writer.submit(a_decision(number), answers.to(number))
        writer.close()

    assert store.counts.commits == 2
    assert answers.numbers == list(range(32))
    assert all(failure is None for _, failure in answers.given)
    assert len(store.load().groups) == 32


def test_32_concurrent_callers_cost_fewer_commits_than_calls(path: Path) -> None:
    submitted = threading.Barrier(33, timeout=GUARD_S)
    failures: list[BaseException | None] = []

    def call(writer: Writer, number: int) -> None:
        writer.submit(a_decision(number), failures.append)
        submitted.wait()

    with closing(Store.open(f"sqlite:///{path}")) as store:
        with closing(Writer(store)) as writer, a_held_first_commit(store):
            threads = [threading.Thread(target=call, args=(writer, number)) for number in range(32)]
            for thread in threads:
                thread.start()
            submitted.wait()
        for thread in threads:
            thread.join(GUARD_S)

        assert failures == [None] * 32
        assert store.counts.commits <= 2
        assert len(store.load().groups) == 32


def test_an_answer_comes_after_its_commit_and_in_order(written: tuple[Store, AnyWriter]) -> None:
    store, writer = written
    answers = Answers(store)
    for number in range(20):
        writer.submit(a_decision(number), answers.to(number))
    writer.close()

    assert answers.numbers == list(range(20))
    assert answers.held == [True] * 20


def test_changes_without_content_are_answered_in_their_turn(
    written: tuple[Store, AnyWriter],
) -> None:
    store, writer = written
    answers = Answers(store)
    for number in range(4):
        writer.submit(a_decision(number) if number % 2 else changes(), answers.to(number))
    writer.close()

    assert answers.numbers == [0, 1, 2, 3]
    assert len(store.load().groups) == 2


def test_a_writer_is_inline_where_its_store_is(written: tuple[Store, AnyWriter]) -> None:
    store, writer = written
    assert isinstance(writer, InlineWriter if store.inline else Writer)


def test_an_inline_writer_has_answered_when_submit_returns() -> None:
    with closing(Store.open("sqlite://", inline=True)) as store:
        answers = Answers(store)
        InlineWriter(store).submit(a_decision(7), answers.to(7))

        assert answers.given == [(7, None)]
        assert store.counts.commits == 1


def test_an_inline_store_has_no_thread_of_its_own() -> None:
    before = threading.active_count()
    with closing(Store.open("sqlite://", inline=True)) as store:
        with pytest.raises(ValueError, match="InlineWriter"):
            Writer(store)
        writer = writer_for(store)
        writer.submit(a_decision(1), lambda failure: None)

        assert threading.active_count() == before


def test_an_inline_store_refuses_another_thread(store_url: str) -> None:
    with closing(Store.open(store_url, inline=True)) as store:
        refused: list[str] = []

        def use_it() -> None:
            for use in (store.load, store.take_epoch, lambda: store.write([a_decision(1)])):
                with pytest.raises(RuntimeError, match="belongs to the thread") as caught:
                    use()
                refused.append(str(caught.value))

        other = threading.Thread(target=use_it)
        other.start()
        other.join(GUARD_S)
        assert len(refused) == 3
        assert store.take_epoch() == 1
        assert store.load().groups == ()


# --- failures -------------------------------------------------------------------------------------


def test_a_failed_commit_is_never_told_as_done_and_is_final(
    written: tuple[Store, AnyWriter],
) -> None:
    store, writer = written
    assert submit_and_wait(writer, a_decision(1)) is None
    let_the_file_grow_no_more(store)

    failure = submit_and_wait(writer, a_decision(2, devices=1000))
    assert isinstance(failure, StoreFailed)
    assert "SQLITE_FULL" in str(failure)
    with pytest.raises(StoreFailed, match=r"after a first failure.*SQLITE_FULL"):
        writer.submit(a_decision(3), lambda failure: pytest.fail("a refused change is answered"))
    assert [group.group_id for group in store.load().groups] == ["group-00001"]


def test_a_failure_reaches_everyone_in_the_batch_and_everyone_behind_it(path: Path) -> None:
    with closing(Store.open(f"sqlite:///{path}")) as store:
        answers = Answers(store)
        failed, answer_on = threading.Event(), threading.Event()

        def hold_the_answers(failure: BaseException | None) -> None:
            answers.to(1)(failure)
            failed.set()
            assert answer_on.wait(GUARD_S)

        with closing(Writer(store)) as writer:
            with a_held_first_commit(store) as inside:
                writer.submit(a_decision(0), answers.to(0))
                assert inside.wait(GUARD_S)
                writer.submit(a_decision(1, devices=1000), hold_the_answers)
                writer.submit(a_decision(2), answers.to(2))
                event.listen(store._backend.writing, "commit", _fail_after(store))
            assert failed.wait(GUARD_S)
            with pytest.raises(StoreFailed):
                writer.submit(a_decision(3), answers.to(3))
            answer_on.set()

        assert answers.numbers == [0, 1, 2]
        assert [failure is None for _, failure in answers.given] == [True, False, False]
        assert answers.held == [True, False, False]


def _fail_after(store: Store) -> Callable[[object], None]:
    """The first commit from now on passes, the next one fails as a broken disk would."""
    passed: list[object] = []

    def hook(connection: object) -> None:
        if passed:
            raise OSError(5, "Input/output error")
        passed.append(connection)

    assert store.counts.commits == 0
    return hook


def test_a_text_that_cannot_be_stored_stops_nobody_else(written: tuple[Store, AnyWriter]) -> None:
    store, writer = written
    with pytest.raises(UnstorableText, match="name of an access code"):
        writer.submit(changes(a_code(name="a\0b")), lambda failure: pytest.fail("answered"))

    assert submit_and_wait(writer, a_decision(1)) is None
    assert len(store.load().groups) == 1


def test_a_caller_that_fails_on_its_answer_ends_the_writer_but_not_its_neighbours(
    written: tuple[Store, AnyWriter],
) -> None:
    store, writer = written
    answered: list[BaseException | None] = []

    def fail(failure: BaseException | None) -> None:
        raise RuntimeError("the loop is closed")

    if store.inline:
        writer.submit(a_decision(1), fail)
    else:
        with a_held_first_commit(store) as inside:
            writer.submit(a_decision(0), answered.append)
            assert inside.wait(GUARD_S)
            writer.submit(a_decision(1), fail)
            writer.submit(a_decision(2), answered.append)
    writer.close()

    assert answered == ([] if store.inline else [None, None])
    with pytest.raises(StoreFailed, match="the loop is closed"):
        writer.submit(a_decision(3), answered.append)


# --- closing --------------------------------------------------------------------------------------


def test_closing_stores_and_answers_what_was_submitted(store: Store) -> None:
    answers = Answers(store)
    writer = Writer(store)
    with a_held_first_commit(store):
        for number in range(10):
            writer.submit(a_decision(number), answers.to(number))
    writer.close()

    assert answers.given == [(number, None) for number in range(10)]
    assert not writer._thread.is_alive()


def test_a_closed_writer_takes_nothing_and_closes_again(written: tuple[Store, AnyWriter]) -> None:
    store, writer = written
    writer.close()
    writer.close()

    with pytest.raises(StoreClosed, match="closed"):
        writer.submit(a_decision(1), lambda failure: pytest.fail("answered"))
    assert store.counts.commits == 0
