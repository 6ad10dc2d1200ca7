"""Grading what a class handed in: in parallel, whatever one submission does, and only what is not graded."""

import datetime
import hashlib
import html
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_markdown_cell
from nbgrader.utils import parse_utc

from helpers.classroom.answer_key import AnswerKey, changed_since_release
from helpers.classroom.course_folder import CourseFolder
from helpers.classroom.engine import Graded, grade, refused
from helpers.classroom.expected import source_of
from helpers.classroom.finding import CourseError
from helpers.classroom.handed_in import handed_in
from helpers.classroom.ledger import Ledger
from helpers.classroom.reading import UnreadableSubmission
from helpers.classroom.running import Limits
from helpers.classroom.workers import new_pool, processors
from helpers.files import write_whole

__all__ = ["Batch", "Outcome", "Task", "grade_class"]

LARGEST_ATTACHMENT = 10 * 2**20
LOST = "The process that graded this was lost twice, which its code may have done."


@dataclass(frozen=True)
class Task:
    """A submission to grade; `refusal` says why there is nothing to run."""

    key: AnswerKey
    student: str
    raw: bytes
    digest: str
    timestamp: datetime.datetime | None
    notes: tuple[str, ...] = ()
    refusal: str = ""


@dataclass(frozen=True)
class Outcome:
    """What became of a submission."""

    assignment: str
    student: str
    score: float
    of: float
    trouble: str


class Batch:
    """One run over a class: `limits` are those of each submission."""

    def __init__(
        self,
        course: CourseFolder,
        *,
        executor: Executor | None = None,
        pool: Executor | None = None,
        workers: int | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.course, self.limits = course, limits or Limits()
        self.given, self.workers = executor, workers
        self.pool = executor or pool
        # A few more than there are workers, so that none waits; not all, for each holds its notebook.
        self.in_flight = 2 * (workers or (16 if executor else processors()))

    def tasks(self, assignments: Iterable[str], student: str | None, *, force: bool) -> list[Task]:
        """Return what is to be graded: what is new, or changed, or graded with another key."""
        found = []
        with self.course.gradebook() as gradebook:
            ledger = Ledger(gradebook, self.course.config)
            for name in assignments:
                students = self.course.students(name)
                chosen = [each for each in students if student in (None, each)]
                if not chosen:
                    continue
                key = self.course.key(name)
                if changed_since_release(key, gradebook):
                    raise CourseError(
                        f"{name}: its source is not what was released. Run `course release {name}` first."
                    )
                graded = ledger.entries(name)
                for each in chosen:
                    task = self._task(key, each)
                    done = graded.get(each)
                    current = done and done.digest == task.digest and self._page(name, each).is_file()
                    if force or not current:
                        found.append(replace(task, raw=b""))
        return found

    def _task(self, key: AnswerKey, student: str) -> Task:
        folder = self.course.folder("submitted", student, key.assignment)
        when = _timestamp(folder)
        raw, refusal = b"", ""
        notes: tuple[str, ...] = ()
        try:
            found = handed_in(folder, key.notebook)
            raw, notes = found.raw, found.notes
        except UnreadableSubmission as problem:
            refusal = problem.reason
        hashed = hashlib.sha256(raw)
        for part in (key.digest, str(self.limits), str(when), refusal, *notes):
            hashed.update(b"\0" + part.encode())
        return Task(key, student, raw, hashed.hexdigest(), when, notes, refusal)

    def run(self, tasks: list[Task]) -> Iterator[Outcome]:
        """Grade and record; yield what became of each submission, in the order of becoming."""
        config = self.course.grading_config
        with self.course.gradebook() as gradebook:
            ledger = Ledger(gradebook, self.course.config)
            try:
                suspects: list[Task] = []
                for task, result in self._results(deque(tasks), config, self.in_flight):
                    if isinstance(result, Graded):
                        yield self._record(ledger, task, result)
                    else:
                        suspects.append(task)
                # One at a time, so that only the one that loses its worker is blamed for it.
                for task, result in self._results(deque(suspects), config, 1):
                    if isinstance(result, Graded):
                        yield self._record(ledger, task, result)
                    else:
                        # Without a digest it is graded again by the next run: the machine may be to blame.
                        graded = replace(refused(task.key, task.student, result), notes=task.notes)
                        yield self._record(ledger, replace(task, digest=""), graded)
            finally:
                self._end_pool()

    def _results(
        self, waiting: deque[Task], config: Any, at_once: int
    ) -> Iterator[tuple[Task, Graded | str]]:
        """Yield what the workers return, or why a worker returned nothing."""
        running: dict[Future[Graded], Task] = {}
        while waiting or running:
            while waiting and len(running) < at_once:
                first = waiting.popleft()
                task = self._task(first.key, first.student)
                if task.refusal:
                    yield task, replace(refused(task.key, task.student, task.refusal), notes=task.notes)
                    continue
                future = self._submit(task, config)
                if future is None:
                    yield replace(task, raw=b""), LOST
                else:
                    running[future] = replace(task, raw=b"")
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                yield self._result(running.pop(future), future)

    def _result(self, task: Task, future: Future[Graded]) -> tuple[Task, Graded | str]:
        try:
            graded = future.result()
        except BrokenExecutor:
            self._end_pool()
            return task, LOST
        except (Exception, CancelledError) as error:  # noqa: BLE001 - a cluster has errors of its own
            return task, f"The grader failed: {type(error).__name__}: {error}"
        return task, replace(graded, notes=(*task.notes, *graded.notes))

    def _submit(self, task: Task, config: Any) -> Future[Graded] | None:
        for _ in range(2):
            if self.pool is None:
                self.pool = self.given or new_pool(self.workers)
            try:
                return self.pool.submit(
                    grade, task.key, task.raw, student=task.student, limits=self.limits, config=config
                )
            except BrokenExecutor:
                self._end_pool()
        return None

    def _end_pool(self) -> None:
        if self.pool is not None and self.pool is not self.given:
            self.pool.shutdown(wait=True, cancel_futures=True)
        self.pool = None

    def _record(self, ledger: Ledger, task: Task, graded: Graded) -> Outcome:
        name = task.key.assignment
        page = self._page(name, task.student)
        page.parent.mkdir(parents=True, exist_ok=True)
        _copy_attachments(self.course.folder("submitted", task.student, name), page.parent)
        for left in page.parent.glob(".*.saving"):
            left.unlink()  # by a run that was killed
        # The page first: a submission is only taken for graded once both are there.
        write_whole(page, _page_text(graded, task.key))
        ledger.record(graded, task.digest, task.timestamp)
        return Outcome(name, task.student, graded.score, graded.of, graded.trouble)

    def _page(self, assignment: str, student: str) -> Path:
        return self.course.folder("autograded", student, assignment) / f"{assignment}.ipynb"


def grade_class(
    course: CourseFolder,
    assignments: Iterable[str],
    *,
    student: str | None = None,
    force: bool = False,
    executor: Executor | None = None,
    pool: Executor | None = None,
    workers: int | None = None,
    limits: Limits | None = None,
    progress: Callable[[int, int, Outcome], None] | None = None,
) -> list[Outcome]:
    """Grade what is not graded yet of the assignments, and return what became of each.

    `executor` is any of `concurrent.futures`' kind, such as a Dask client's; by default a pool of `workers`
    processes is used, which may have been made before with `new_pool`. `progress` is told how many are
    done, of how many, and the last. What is killed on the way is done by the next call, and nothing twice.
    Raises CourseError for what an instructor can mend.
    """
    batch = Batch(course, executor=executor, pool=pool, workers=workers, limits=limits)
    tasks = batch.tasks(assignments, student, force=force)
    outcomes = []
    for outcome in batch.run(tasks):
        outcomes.append(outcome)
        if progress:
            progress(len(outcomes), len(tasks), outcome)
    return outcomes


def _timestamp(folder: Path) -> datetime.datetime | None:
    """Return when nbgrader's exchange took the submission in, in UTC, if it did."""
    try:
        found: datetime.datetime | None = parse_utc((folder / "timestamp.txt").read_text().strip())
    except (OSError, ValueError, OverflowError):
        return None
    return found


def _copy_attachments(source: Path, folder: Path) -> None:
    """Bring what was handed in beside the notebook to where graders look; a link might lead anywhere."""
    for path in sorted(source.iterdir()):
        plain = path.is_file() and not path.is_symlink() and path.suffix != ".ipynb"
        if plain and path.stat().st_size <= LARGEST_ATTACHMENT:
            shutil.copyfile(path, folder / path.name)


def _page_text(graded: Graded, key: AnswerKey) -> str:
    """Return the graded notebook; what the grader had to do about it stands on top."""
    notebook = nbformat.reads(graded.executed, as_version=4) if graded.executed else source_of(key)
    said = [*graded.notes, *([graded.trouble] if graded.trouble else [])]
    if said:
        lines = "\n".join(f"- {html.escape(line, quote=False)}" for line in said)
        notebook.cells.insert(0, new_markdown_cell(f"**What the grader says**\n\n{lines}", id="grader-says"))
    return str(nbformat.writes(notebook))
