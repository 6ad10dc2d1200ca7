"""A right number is right however a candidate writes its unit; another unit is still another answer."""

import pytest

from helpers.catalogue import catalogue
from helpers.models.interview import Attempt
from helpers.models.interview_answers import diagnose_answer, label_asked

PASTEBIN = catalogue()["Pastebin"]


def is_right(line: str, text: str) -> bool:
    found = diagnose_answer(Attempt("Pastebin", answers={line: text}), PASTEBIN, line)
    assert found is not None
    return found.correct


@pytest.mark.parametrize(
    ("line", "text"),
    [
        *(
            ("writes_per_second", text)
            for text in (
                "4/s", "4", "4 writes per second", "4 writes/s", "4 Writes a second", "about 4/s", "~4 w/s",
                "4 TPS", "4tps", "4 QPS", "4 requests/s", "4 req/s", "4 inserts/sec", "4/s.",
                "0.004K writes/s", "330K writes a day", "240 writes per minute", "4 pastes per second",
            )
        ),
        *(
            ("reads_per_second", text)
            for text in ("40 reads per second", "40 rps", "40rps", "40 QPS", "0.04k lookups/s")
        ),
        *(("storage", text) for text in ("450 gb", "0.45tb", "450 GB.", "460 gigabytes", "about 0.45 TB")),
    ],
)  # fmt: skip
def test_a_right_number_is_right_in_any_of_these_words(line: str, text: str) -> None:
    assert is_right(line, text)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("writes_per_second", "4 reads/s"),
        ("reads_per_second", "40 writes/s"),
        ("writes_per_second", "330K writes/s"),
        ("writes_per_second", "4 gb"),
        ("reads_per_second", "40 rps a day"),
        ("storage", "450 Gb"),
        ("storage", "1.4 TB"),
    ],
)
def test_another_question_s_answer_stays_wrong(line: str, text: str) -> None:
    assert not is_right(line, text)


def test_nothing_written_is_no_answer() -> None:
    assert diagnose_answer(Attempt("Pastebin", answers={"storage": " "}), PASTEBIN, "storage") is None


def test_the_question_says_that_one_copy_is_meant() -> None:
    assert label_asked(PASTEBIN, "storage").endswith(", one copy")
    assert "copy" not in label_asked(PASTEBIN, "reads_per_second")
