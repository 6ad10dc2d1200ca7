"""Formgrader in a real browser: log in through the hub, find a submission, give marks by hand."""

from playwright.sync_api import FrameLocator, Page

from tests.classroom.people import Person

__all__ = ["give_marks", "log_in", "open_formgrader", "open_submission"]

START_MS = 60_000


def log_in(page: Page, url: str, person: Person, path: str) -> None:
    """Log in through the hub's page and go on to `path` of the person's own server."""
    page.goto(f"{url}/hub/login?next=/user/{person.name}/{path}")
    page.fill("input[name=username]", person.name)
    page.fill("input[name=password]", person.password)
    page.click("[type=submit]")
    page.wait_for_url(f"**/user/{person.name}/{path}", timeout=START_MS)


def open_formgrader(page: Page) -> None:
    """Open Formgrader from JupyterLab's menu."""
    page.get_by_role("menuitem", name="Nbgrader").click(timeout=START_MS)
    page.get_by_role("menuitem", name="Formgrader", exact=True).click()


def open_submission(page: Page, assignment: str, submission: str) -> None:
    """Click through to a submission by its id, of an assignment with one notebook."""
    frame = _formgrader(page)
    frame.get_by_role("link", name="Manual Grading").first.click()
    frame.get_by_role("link", name=assignment).first.click()
    frame.get_by_role("link", name=assignment).last.click()
    with page.expect_response("**/formgrader/api/comments?*"):
        frame.locator(f"a[href$='/formgrader/submissions/{submission}']").first.click()


def give_marks(page: Page, cell: str, marks: float, comment: str) -> None:
    """Type the marks and the comment for a cell that still needs a person, and wait until both are saved."""
    frame = _formgrader(page)
    frame.locator(f"#{cell}.needs_manual_grade").wait_for()
    for box, text, saved in (("", f"{marks:g}", "grade"), ("-comment", comment, "comment")):
        frame.locator(f"#{cell}{box}").fill(text)
        with page.expect_response(f"**/formgrader/api/{saved}/*"):
            frame.locator(f"#{cell}{box}").press("Tab")


def _formgrader(page: Page) -> FrameLocator:
    return page.frame_locator("iframe[src*=formgrader]")
