"""Several changes to nbgrader's gradebook at once: all of them or none."""

import contextlib
from collections.abc import Iterator
from typing import Any

from nbgrader.api import Gradebook

__all__ = ["one_transaction"]


@contextlib.contextmanager
def one_transaction(gradebook: Gradebook) -> Iterator[Any]:
    """Yield the session, in which nbgrader's methods, which commit each by itself, write all or nothing."""
    session = gradebook.db()
    commit = session.commit
    session.commit = session.flush
    try:
        yield session
        commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        del session.commit
