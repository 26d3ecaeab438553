"""A drop folder, a crash at every step, and a bank that takes away what it finds: no file is ever found twice."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from services.provider_gateway.connectors.protocol import NothingToAsk, NotTaken, Unsure
from services.provider_gateway.connectors.vietinbank.folder_way import FolderWay

NAME = "A" * 26


class Crash(BaseException):
    """The process is gone."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("to-bank", "from-bank"):
        (tmp_path / name).mkdir()
    return tmp_path


def _take(folder: Path) -> list[bytes]:
    """What the bank finds, and takes away."""
    found = []
    for path in (folder / "to-bank").iterdir():
        assert path.suffix == ".xml"  # never half a file
        found.append(path.read_bytes())
        path.unlink()
    return found


def _crashing(monkeypatch: pytest.MonkeyPatch, step: int) -> Callable[[], int]:
    """The process dies before the file system's step of this number; how many steps were taken."""
    steps = 0

    def counted(function: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object, **named: object) -> object:
            nonlocal steps
            steps += 1
            if steps == step:
                raise Crash
            return function(*arguments, **named)

        return call

    for owner, name in ((Path, "open"), (Path, "replace"), (Path, "rename"), (os, "fsync")):
        monkeypatch.setattr(owner, name, counted(getattr(owner, name)))
    return lambda: steps


@pytest.mark.parametrize("taken_between", [True, False])
async def test_whatever_crashes_the_bank_finds_one_file_or_a_person_looks(
    folder: Path, monkeypatch: pytest.MonkeyPatch, taken_between: bool
) -> None:
    ends = set()
    for step in range(1, 100):
        way, name = FolderWay(folder), f"{step:026d}"
        with monkeypatch.context() as patch:
            steps = _crashing(patch, step)
            try:
                way.lay_file(f"{name}.xml", b"whole")
            except Crash:
                crashed = True
            else:
                crashed = False
                assert steps() < step
        found = _take(folder) if taken_between else []
        try:
            not_there = await way.status(name) is None
        except NothingToAsk:
            not_there = False
        if not_there:  # then it is laid down again, by the same name
            await way.lay(name, b"whole")
        else:  # and if somebody tries all the same, nothing is laid down
            with pytest.raises(Unsure):
                await way.lay(name, b"whole")
        found += _take(folder)
        assert found in ([b"whole"], []) and (not not_there or found)
        ends.add((crashed, not_there, len(found)))
        with pytest.raises(Unsure):
            await way.lay(name, b"whole")
        assert _take(folder) == []
        if not crashed:
            break
    # died before it was laid down; claimed, so a person looks; died after; did not die
    assert ends == {(True, True, 1), (True, False, 0), (True, False, 1), (False, False, 1)}


def test_many_at_once_lay_one_file(folder: Path) -> None:
    start, ends = threading.Barrier(8), []

    def lay(n: int) -> None:
        start.wait()
        try:
            FolderWay(folder).lay_file(f"{NAME}.xml", b"%d" % n * 1000)
            ends.append("laid")
        except Unsure:
            ends.append("unsure")

    threads = [threading.Thread(target=lay, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (found,) = _take(folder)
    assert len(found) == 1000
    assert (len(ends), ends.count("laid")) == (8, 1)


async def test_a_folder_that_is_not_there_takes_nothing(tmp_path: Path) -> None:
    way = FolderWay(tmp_path / "not-mounted")
    with pytest.raises(NotTaken, match="no_folder"):
        await way.lay(NAME, b"whole")
    with pytest.raises(NothingToAsk):  # it may come back with what was laid down before
        await way.status(NAME)
    assert await way.arrivals() == []


async def test_files_are_fetched_whole_and_kept_when_acknowledged(folder: Path) -> None:
    way = FolderWay(folder)
    lies = folder / "from-bank"
    for name in (".hidden.xml", "half.xml.tmp", "half.xml.part"):
        (lies / name).write_bytes(b"half")
    (lies / "link.xml").symlink_to("/etc/hostname")
    (lies / "b.xml").write_bytes(b"first")
    (lies / "a.xml").write_bytes(b"second")
    os.utime(lies / "b.xml", (1, 1))
    assert [(each.name, each.body) for each in await way.arrivals()] == [("b.xml", b"first"), ("a.xml", b"second")]
    for _ in range(2):
        await way.acknowledge("b.xml")
    (lies / "b.xml").write_bytes(b"third")
    await way.acknowledge("b.xml")
    assert [each.name for each in await way.arrivals()] == ["a.xml"]
    assert {path.name: path.read_bytes() for path in (folder / "kept").iterdir()} == {"b.xml": b"first", "b.xml.1": b"third"}
    with pytest.raises(NotTaken):
        await way.acknowledge("../to-bank/x")
