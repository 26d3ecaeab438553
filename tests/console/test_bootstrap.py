"""The `chitra` script sets itself up once, says what it does, and names the package that a bare Debian lacks.

Real subprocesses in a folder of their own. The lock file there pins one wheel made here, so nothing is fetched.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMMAND = """
import sys
import {package}
print({package}.WORD, *sys.argv[1:])
"""


@dataclass(frozen=True, slots=True)
class Clone:
    """A small clone of the project: the script, a lock file, a command that needs what the lock pins."""

    directory: Path

    def start(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        base = {name: value for name, value in os.environ.items() if not name.startswith(("CHITRA_", "PYTHON"))}
        return subprocess.run(
            [sys.executable, str(self.directory / "chitra"), *arguments],
            cwd=self.directory.parent,
            env={**base, "PIP_NO_INDEX": "1", **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def lock(self, name: str, package: str, word: str, *, digest: str | None = None) -> None:
        """Pin a wheel that says `word` in a lock file."""
        wheel = self.directory.parent / "wheels" / word / f"{package}-1.0-py3-none-any.whl"
        wheel.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(wheel, "w") as file:
            info = f"{package}-1.0.dist-info"
            file.writestr(f"{package}.py", f"WORD = {word!r}\n")
            file.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
            file.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            file.writestr(f"{info}/RECORD", "")
        found = digest or hashlib.sha256(wheel.read_bytes()).hexdigest()
        (self.directory / name).write_text(f"{package} @ {wheel.as_uri()} --hash=sha256:{found}\n", encoding="utf-8")

    def command(self, package: str) -> None:
        """Make `python -m console` say the package's word and its own arguments."""
        (self.directory / "console").mkdir(exist_ok=True)
        (self.directory / "console" / "__main__.py").write_text(COMMAND.format(package=package), encoding="utf-8")


def _clone(directory: Path) -> Clone:
    directory.mkdir()
    shutil.copy(ROOT / "chitra", directory / "chitra")
    clone = Clone(directory)
    clone.lock("requirements.lock", "pinned", "first")
    clone.lock("requirements-dev.lock", "pinned_for_tests", "dev")
    clone.command("pinned")
    return clone


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """One clone for the tests below, each of which goes on where the one before stopped."""
    return _clone(tmp_path_factory.mktemp("bootstrap") / "a clone")  # with a space: paths are never split


def test_the_first_start_makes_a_venv_installs_the_lock_and_runs_the_command(clone: Clone) -> None:
    done = clone.start("demo", "--beneficiaries", "5")
    assert done.stdout == "first demo --beneficiaries 5\n", done.stderr
    assert "making .venv" in done.stderr
    assert "installing requirements.lock" in done.stderr
    assert (clone.directory / ".venv" / "bin" / "python").exists()


def test_the_second_start_installs_nothing(clone: Clone) -> None:
    done = clone.start("up")
    assert done.stdout == "first up\n"
    assert done.stderr == ""


def test_a_changed_lock_is_installed(clone: Clone) -> None:
    clone.lock("requirements.lock", "pinned", "second")
    done = clone.start("up")
    assert done.stdout == "second up\n", done.stderr
    assert "installing requirements.lock" in done.stderr
    assert clone.start("up").stderr == ""


def test_tests_bring_their_own_packages_and_nothing_else_does(clone: Clone) -> None:
    clone.command("pinned_for_tests")
    assert "No module named 'pinned_for_tests'" in clone.start("up").stderr
    done = clone.start("test")
    assert done.stdout == "dev test\n", done.stderr
    assert "installing requirements.lock and requirements-dev.lock" in done.stderr
    assert clone.start("check").stderr == ""
    clone.command("pinned")


def test_a_package_with_another_hash_is_refused_and_the_next_start_tries_again(clone: Clone) -> None:
    clone.lock("requirements.lock", "pinned", "third", digest="0" * 64)
    done = clone.start("up")
    assert done.returncode != 0
    assert "pip could not install the packages above" in done.stderr
    assert done.stdout == ""
    clone.lock("requirements.lock", "pinned", "third")
    assert clone.start("up").stdout == "third up\n"


def test_the_commands_see_where_their_data_lies(clone: Clone) -> None:
    program = clone.directory / "console" / "__main__.py"
    program.write_text("import os\nprint(os.environ['CHITRA_HOME'])\n", encoding="utf-8")
    assert clone.start("up").stdout == f"{clone.directory / '.chitra'}\n"
    assert clone.start("up", CHITRA_HOME="/elsewhere").stdout == "/elsewhere\n"
    clone.command("pinned")


def test_a_folder_that_was_moved_sets_itself_up_again(clone: Clone) -> None:
    moved = Clone(clone.directory.rename(clone.directory.with_name("moved")))
    done = moved.start("up")
    assert done.stdout == "third up\n", done.stderr
    assert "making .venv" in done.stderr


def test_a_python_without_ensurepip_is_told_the_package(tmp_path: Path) -> None:
    clone = _clone(tmp_path / "clone")
    lacking = tmp_path / "lacking"
    lacking.mkdir()
    (lacking / "ensurepip.py").write_text("raise ModuleNotFoundError(\"No module named 'ensurepip'\")\n", encoding="utf-8")
    done = clone.start("demo", PYTHONPATH=str(lacking))
    assert done.returncode != 0
    assert done.stderr.splitlines()[-1].strip() == f"apt-get install python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    assert not (clone.directory / ".venv").exists()
