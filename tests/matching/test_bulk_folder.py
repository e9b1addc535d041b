"""What killed bulk runs leave behind is cleared by the next one, and nothing else is."""

import os
import tempfile
import time
from pathlib import Path

import pytest

from matching.bulk.folder import LOCK, PREFIX, run_folder


@pytest.fixture(autouse=True)
def a_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def left_behind(place: Path, name: str = f"{PREFIX}killed") -> Path:
    """A folder as a killed run leaves it: its lock is held by nobody."""
    found = place / name
    found.mkdir()
    (found / LOCK).touch()
    (found / "features.bin").write_bytes(b"Anna")
    return found


def test_a_run_leaves_no_folder(tmp_path: Path) -> None:
    with run_folder() as mine:
        (mine / "pairs.npy").write_bytes(b"1")
        assert mine.parent == tmp_path

    assert list(tmp_path.iterdir()) == []


def test_the_next_run_clears_what_a_killed_one_left(tmp_path: Path) -> None:
    killed = left_behind(tmp_path)

    with run_folder() as mine:
        assert list(tmp_path.iterdir()) == [mine]
        assert not killed.exists()


def test_a_run_beside_another_leaves_its_folder_alone(tmp_path: Path) -> None:
    with run_folder() as one, run_folder() as other:
        assert one.exists() and other.exists()


def test_folders_of_others_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = left_behind(tmp_path, "somebody-elses")
    foreign = left_behind(tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: 4711)

    with run_folder():
        assert other.exists() and foreign.exists()


def test_a_folder_without_a_lock_is_cleared_once_it_is_old(tmp_path: Path) -> None:
    new, old = tmp_path / f"{PREFIX}new", tmp_path / f"{PREFIX}old"
    new.mkdir()
    old.mkdir()
    os.utime(old, (time.time() - 3600,) * 2)

    with run_folder():
        assert new.exists()
        assert not old.exists()
