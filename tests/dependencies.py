"""The lock read as data, and the Conda environment written from it (`make lock` runs this file)."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]

HEAD = """\
# Written by `make lock` from requirements.lock; do not edit.
name: system-design-course
channels:
  - conda-forge
dependencies:
  - python=3.12
  - pip
  - pip:
"""


@dataclass(frozen=True)
class Pin:
    """One entry of the lock: `name==version`, the marker that limits it ("" for none) and its hashes."""

    requirement: str
    marker: str
    hashes: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.requirement} ; {self.marker}" if self.marker else self.requirement


def read_lock(text: str) -> list[Pin]:
    r"""Return the pins of a lock.

    >>> read_lock("colorama==0.4.6 ; sys_platform == 'win32' \\\n    --hash=sha256:08\n")
    [Pin(requirement='colorama==0.4.6', marker="sys_platform == 'win32'", hashes=('sha256:08',))]
    """
    pins = []
    for entry in text.replace("\\\n", " ").splitlines():
        declared = re.split(r"\s--hash=", entry)[0].strip()
        if declared and not declared.startswith("#"):
            requirement, _, marker = (part.strip() for part in declared.partition(" ; "))
            pins.append(Pin(requirement, marker, tuple(re.findall(r"--hash=(\S+)", entry))))
    return pins


def environment_yml(lock: str) -> str:
    """Return the Conda environment that installs the same set as the lock.

    >>> environment_yml("uv==0.13.9 --hash=sha256:16").splitlines()[-2:]
    ['      - "uv==0.13.9"', '      - "-e ."']
    """
    # pip refuses an editable package in a file with hashes, so they stay in the lock.
    return HEAD + "".join(f'      - "{line}"\n' for line in [*map(str, read_lock(lock)), "-e ."])


if __name__ == "__main__":
    (ROOT / "environment.yml").write_text(environment_yml((ROOT / "requirements.lock").read_text()))
