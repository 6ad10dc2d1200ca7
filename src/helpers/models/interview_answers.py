"""The whole interview, answers: how a line of the estimate is asked for, and what was written for it."""

import re

from helpers.models.interview import Attempt
from helpers.models.scenario import Scenario
from helpers.models.slips import Diagnosis, diagnose

__all__ = ["diagnose_answer", "label_asked", "plain_answer"]

_WRITES = "writes?|inserts?|transactions?|tx|w"
_READS = "reads?|lookups?|queries|query|r"
_ANY = "requests?|reqs?|calls?|operations?|ops?|hits"
_BYTES = re.compile(r"(?<=[\d\s])([kmgtpe])b\b")


def label_asked(scenario: Scenario, name: str) -> str:
    """Return what the interviewer calls a line of the estimate; of stored data, that one copy is meant.

    >>> from helpers.catalogue import catalogue
    >>> label_asked(catalogue()["Pastebin"], "storage")
    'Storage over retention, one copy'
    """
    copies = name == "storage" and scenario.workload.replication > 1
    return scenario.estimate[name].label + (", one copy" if copies else "")


def plain_answer(text: str, name: str, unit: str) -> str:
    """Return what was written for a line of the estimate without the words that the question says already.

    >>> plain_answer("about 4 writes a second", "writes_per_second", "paste/second")
    '4 /second'
    >>> plain_answer("12K QPS", "reads_per_second", "request/second"), plain_answer("2 tb", "storage", "byte")
    ('12K /s', '2 TB')
    """
    text = re.sub(
        r"^(?:about|around|roughly|approximately|some|circa|ca\.?)\s+", "", text.strip(), flags=re.I
    )
    text = text.rstrip(". ")
    if unit.startswith("byte"):
        return _BYTES.sub(lambda found: f"{found[1].upper()}B", text)
    # Writes named for reads are an answer to another question.
    nouns = f"{_ANY}|{_READS if 'reads' in name else _WRITES}"
    text = re.sub(r"(?<=[\d\skKMB])(?:rps|qps|tps|wps|ops)$", "/s", text, flags=re.I)
    text = re.sub(r"\s+(?:an?|per|each|every)\s+", "/", text)
    return re.sub(rf"(?<=[\d\skKMB])(?:{nouns})\s*/\s*", "/", text, flags=re.I)


def diagnose_answer(attempt: Attempt, scenario: Scenario, name: str) -> Diagnosis | None:
    """Return what is wrong with what was written for a line of the estimate; None where nothing was."""
    given = attempt.answers.get(name, "").strip()
    line = scenario.estimate[name]
    return diagnose(plain_answer(given, name, line.unit), scenario.estimate, name) if given else None
