"""What the instructor's server tells nbgrader: the course's own settings, and how to collect from a class."""

import os
from pathlib import Path

from nbgrader.exchange.default import ExchangeCollect

c = get_config()  # noqa: F821 - nbgrader defines it
load_subconfig("nbgrader_config.py", path=os.environ["COURSE_FOLDER"])  # noqa: F821 - as above

c.Exchange.root = os.environ["COURSE_EXCHANGE"]


class CollectFromOwners(ExchangeCollect):
    """Collect what people handed in themselves, and nothing that only points at someone else's files."""

    def _path_to_record(self, path):
        # A folder's name is the sender's to choose, its owner is not: nbgrader itself only warns.
        return super()._path_to_record(path) | {"username": Path(path).owner()}

    def do_copy(self, src, dest, log=None):
        """Copy a submission, unless it holds links: they would be followed with the instructor's rights."""
        if any(path.is_symlink() for path in (Path(src), *Path(src).rglob("*"))):
            self.log.error("%s holds links and is not collected", src)
        else:
            super().do_copy(src, dest, log)


c.ExchangeFactory.collect = CollectFromOwners
