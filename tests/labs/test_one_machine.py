"""The lab measures what it says, reports what it could not measure, and leaves nothing behind."""

import math
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from helpers.labs import hardware, one_machine
from helpers.labs.one_machine import MachineReport, Measurement, measure_machine
from helpers.labs.tasks import Task, UnavailableError, timed_repeats

ALWAYS = {
    "random memory read",
    "sequential memory read of 1 MB",
    "HTTP round trip",
    "file write of 8 KiB and fsync",
    "insert, one commit a row",
    "insert, 1,000 rows a commit",
    "point read by primary key",
}


def make_small(patch: pytest.MonkeyPatch) -> None:
    """No servers, and an array and files that take no time to fill."""
    patch.delenv("DATABASE_URL", raising=False)
    patch.delenv("REDIS_URL", raising=False)
    patch.setattr(one_machine, "memory_tasks", partial(hardware.memory_tasks, megabytes=16))
    patch.setattr(hardware, "FILE_BLOCKS", 16)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    make_small(monkeypatch)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> MachineReport:
    with pytest.MonkeyPatch.context() as patch:
        make_small(patch)
        return measure_machine(0.5, folder=tmp_path_factory.mktemp("report"))


class TestReport:
    def test_everything_that_needs_no_server_is_measured(self, report: MachineReport) -> None:
        assert {m.name for m in report.measurements} >= ALWAYS
        assert report.engines == ("SQLite",)
        assert report.skipped["PostgreSQL"] == "DATABASE_URL is not set"
        assert report.skipped["Redis"] == "REDIS_URL is not set"

    def test_every_measurement_has_a_median_within_its_spread(self, report: MachineReport) -> None:
        for m in report.measurements:
            assert m.repeats == 5
            assert 0 < m.lowest <= m.median <= m.highest < math.inf
            assert m.settings

    def test_the_engine_and_its_settings_are_named(self, report: MachineReport) -> None:
        inserts = [m for m in report.measurements if m.unit == "inserts/s"]
        assert [m.together for m in inserts] == [1, 1000]
        for m in inserts:
            assert m.measured_with == f"SQLite {sqlite3.sqlite_version}"
            assert "journal_mode=wal, synchronous=FULL" in m.settings

    def test_node_limits_are_single_row_writes_and_reads(self, report: MachineReport) -> None:
        by_name = {m.name: m.median for m in report.measurements}
        assert report.writes_per_second == by_name["insert, one commit a row"]
        assert report.reads_per_second == by_name["point read by primary key"]
        with pytest.raises(ValueError, match=r"engine = 'Redis'.*'SQLite'"):
            report.node_limits("Redis")

    def test_latencies_leave_out_rows_that_share_a_commit(self, report: MachineReport) -> None:
        latencies = report.latencies_ns()
        assert latencies["SQLite: insert, one commit a row"] == pytest.approx(1e9 / report.writes_per_second)
        assert len(latencies) == len(report.measurements) - 1
        assert not any("1,000 rows" in name for name in latencies)

    def test_frame_has_one_row_a_measurement_with_its_unit(self, report: MachineReport) -> None:
        frame = report.as_frame()
        assert len(frame) == len(report.measurements)
        assert set(frame["unit"]) == {"ns", "GB/s", "inserts/s", "reads/s"}
        rates = frame[frame["unit"].isin(["inserts/s", "reads/s"])]
        pd.testing.assert_series_equal(
            1e9 / rates["time_ns"], rates["median_in_unit"], check_names=False, rtol=1e-12
        )
        assert frame["durable"].isna().sum() == (frame["unit"] != "inserts/s").sum() - 1

    def test_units(self) -> None:
        scan = Measurement("scan", "NumPy", "2", "", "GB/s", (1e5, 5e4, 2e5), bytes_each=10**6)
        assert (scan.median, scan.lowest, scan.highest) == (10, 5, 20)
        wait = Measurement("trip", "http", "", "", "ns", (3.0, 1.0, 8.0))
        assert (wait.median, wait.lowest, wait.highest) == (3, 1, 8)
        assert str(wait) == "http, trip: 3 ns (1 to 8 in 3 repeats)"


class TestTiming:
    def test_time_is_that_of_one_operation(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A clock that advances only when the task runs: 2 s a call, of 4 operations."""
        now = 0.0

        def run() -> None:
            nonlocal now
            now += 2.0

        monkeypatch.setattr(time, "perf_counter", lambda: now)
        task = Task("made up", "none", "", "", "ns", run, operations=4)
        assert list(timed_repeats(task, repeats=3, seconds_each=5)) == [5e8, 5e8, 5e8]
        assert now == 2 * (1 + 3 * 3)

    def test_a_slow_operation_still_runs_once_a_repeat(self) -> None:
        calls: list[int] = []
        task = Task("slow", "none", "", "", "ns", lambda: calls.append(1))
        assert len(list(timed_repeats(task, repeats=4, seconds_each=1e-12))) == 4
        assert len(calls) == 1 + 4


class TestProgress:
    def test_rises_from_0_to_1_and_names_what_is_measured(self, tmp_path: Path) -> None:
        seen: list[tuple[float, str]] = []
        measure_machine(0.1, repeats=3, folder=tmp_path, progress=lambda *step: seen.append(step))
        fractions = [fraction for fraction, _ in seen]
        assert fractions[0] == 0
        assert fractions == sorted(fractions)
        assert seen[-1] == (1.0, "done")
        assert max(fractions[:-1]) <= 1
        assert {f"SQLite: {name}" for name in ALWAYS if "read by" in name} <= {label for _, label in seen}

    def test_parts_announce_as_many_tasks_as_they_have(self, tmp_path: Path) -> None:
        for part in one_machine._PARTS:
            if part.variable is None:
                try:
                    with part.open(tmp_path) as tasks:
                        assert len(tasks) == part.tasks, part.name
                except UnavailableError:
                    assert part.name == "random file read"


class TestBadInput:
    @pytest.mark.parametrize(
        ("arguments", "error", "message"),
        [
            ({"budget_s": 0}, ValueError, "budget_s = 0: .* 0.1 or more"),
            ({"budget_s": -1}, ValueError, "budget_s = -1"),
            ({"budget_s": math.nan}, ValueError, "budget_s = nan"),
            ({"budget_s": 1e9}, ValueError, "at most 60"),
            ({"budget_s": "8"}, TypeError, "budget_s = '8'"),
            ({"repeats": 2}, ValueError, "repeats = 2: .* 3 or more"),
            ({"repeats": 5.0}, TypeError, "repeats = 5.0"),
            ({"folder": "/no/such/folder"}, NotADirectoryError, "folder = '/no/such/folder'"),
        ],
    )
    def test_is_named(self, arguments: dict[str, object], error: type[Exception], message: str) -> None:
        with pytest.raises(error, match=message):
            measure_machine(**arguments)  # type: ignore[arg-type]


class TestSkipping:
    def test_a_part_that_cannot_run_does_not_stop_the_others(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full_disk(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(hardware, "_to_disk", full_disk)
        report = measure_machine(0.1, repeats=3, folder=tmp_path)
        assert "No space left on device" in report.skipped["file write"]
        assert report.writes_per_second > 0
        assert list(tmp_path.iterdir()) == []

    def test_too_little_memory(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def no_memory(*_: object, **__: object) -> None:
            raise MemoryError

        monkeypatch.setattr("numpy.ones", no_memory)
        with pytest.raises(UnavailableError, match="256 MB"), hardware.memory_tasks():
            pytest.fail("there are no tasks without the array")

    def test_without_page_cache_control_no_file_read_is_reported(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delattr(os, "posix_fadvise", raising=False)
        with pytest.raises(UnavailableError, match="page cache"), hardware.file_read_tasks(tmp_path):
            pytest.fail("what would be read is the page cache")


class TestFileSystem:
    @pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="no file system in memory to look at")
    def test_memory_is_told_from_disk(self) -> None:
        assert hardware.file_system_of(Path("/dev/shm")) == "tmpfs"
        assert hardware.file_system_of(Path("/proc/self")) == "proc"

    def test_a_write_to_memory_is_not_called_durable(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(hardware, "file_system_of", lambda _: "tmpfs")
        with hardware.file_write_tasks(tmp_path) as tasks:
            assert tasks[0].durable is False
        if hasattr(os, "posix_fadvise"):
            with pytest.raises(UnavailableError, match="is memory"), hardware.file_read_tasks(tmp_path):
                pytest.fail("a read from memory is no file read")

    def test_a_temporary_folder_in_memory_is_passed_over(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        assert hardware.disk_folder() == tmp_path
        monkeypatch.setattr(hardware, "file_system_of", lambda _: "tmpfs")
        assert hardware.disk_folder() == (Path("/var/tmp") if os.access("/var/tmp", os.W_OK) else tmp_path)


class TestNothingIsLeft:
    @pytest.fixture(autouse=True)
    def own_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def test_after_a_whole_run(self, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
        used: set[str] = set()
        measure_machine(0.1, repeats=3, progress=lambda *_: used.update(str(f) for f in tmp_path.rglob("*")))
        assert any(name.endswith("tweets.sqlite") for name in used)
        assert list(tmp_path.iterdir()) == []
        assert capfd.readouterr() == ("", "")

    @pytest.mark.parametrize("part", ["memory", "HTTP", "file write", "SQLite"])
    def test_when_interrupted_between_measurements(self, tmp_path: Path, part: str) -> None:
        with pytest.raises(KeyboardInterrupt):
            measure_machine(0.1, repeats=3, progress=interrupt_in(label_of(part)))
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("part", [part for part in one_machine._PARTS if part.variable is None])
    def test_when_interrupted_in_a_measurement(
        self, tmp_path: Path, part: one_machine._Part, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def interrupted(task: Task, *_: object) -> list[float]:
            task.run()
            assert part.name in ("memory", "HTTP") or list(tmp_path.rglob("*.*")) or list(tmp_path.iterdir())
            raise KeyboardInterrupt

        monkeypatch.setattr(one_machine, "_PARTS", (part,))
        monkeypatch.setattr(one_machine, "timed_repeats", interrupted)
        if part.name == "random file read" and not hasattr(os, "posix_fadvise"):
            pytest.skip("this system cannot be told to drop a file from its page cache")
        with pytest.raises(KeyboardInterrupt):
            measure_machine(0.1, repeats=3)
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
    @pytest.mark.parametrize("after_s", [0.1, 2.0])
    def test_when_the_kernel_is_interrupted(self, tmp_path: Path, after_s: float) -> None:
        code = (
            "from helpers.labs.one_machine import measure_machine\n"
            "measure_machine(20, progress=lambda f, label: print(f, label, flush=True))"
        )
        environment = {**os.environ, "TMPDIR": str(tmp_path)}
        with subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            assert len(list(tmp_path.iterdir())) == 1
            time.sleep(after_s)
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=20)
        assert errors.strip().endswith(b"KeyboardInterrupt")
        assert list(tmp_path.iterdir()) == []


def label_of(part: str) -> str:
    """What the progress of a part is labelled with once its files or connections are open."""
    return {"memory": "NumPy", "HTTP": "http.server", "file write": "file system"}.get(part, part)


def interrupt_in(label: str) -> Callable[[float, str], None]:
    def progress(_: float, now: str) -> None:
        if now.startswith(f"{label}: "):
            raise KeyboardInterrupt

    return progress


def test_a_report_is_shown_as_a_table_with_engine_settings_and_spread() -> None:
    write = Measurement("insert", "SQLite", "3.40", "WAL", "inserts/s", (1e6, 2e6, 4e6))
    report = MachineReport("a laptop", (write,), {"Redis": "REDIS_URL is not set"})
    table = report._repr_markdown_()
    assert "| insert | 500 inserts/s | 250 – 1,000 | SQLite 3.40; WAL |" in table
    assert "a laptop. Not measured: Redis (REDIS_URL is not set)." in table
    assert repr(report) == f"a laptop\n{write}"
