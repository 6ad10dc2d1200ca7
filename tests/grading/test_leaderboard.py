"""The capstone's other checks: contract, estimate, API, tables, critique, sound and with one thing wrong."""

import copy
import itertools
import math
import re
from collections.abc import Callable
from typing import Any

import pytest

from helpers.grading.leaderboard.api import api_holds
from helpers.grading.leaderboard.bottlenecks import DAMAGE, WEAK, WEAK_POINTS, issues_hold
from helpers.grading.leaderboard.contract import contract_holds
from helpers.grading.leaderboard.estimate import FIGURES, check_figure
from helpers.grading.leaderboard.scenario import ESTIMATE, LEADERBOARD, core_named
from helpers.grading.leaderboard.schema import OWN, RANK, TOP, tables_hold
from helpers.models.contract_review import review
from helpers.models.single_points import single_points
from tests.course.grader import COURSE, read

Holds = Callable[[Any, str], bool]

CONTRACT: dict[str, Any] = {
    "features": ["post a score", "see the top 100", "see my rank"],
    "out_of_scope": ["chat", "shop", "past seasons"],
    "daily_users": 20e6,
    "growth_per_year": 1.5,
    "latency": {
        "post a score": {"milliseconds": 500, "percentile": 99},
        "see the top 100": {"milliseconds": 200, "percentile": 99},
        "see my rank": {"milliseconds": 200, "percentile": 99},
    },
    "availability": 0.999,
    "consistency": {
        "post a score": {"level": "strong"},
        "see the top 100": {"level": "eventual", "within_s": 10},
        "see my rank": {"level": "eventual", "within_s": 2},
    },
}
TOKEN = {"name": "Authorization", "where": "header"}
API: dict[str, Any] = {
    "post": {
        "method": "POST",
        "path": "/v1/scores",
        "parameters": [
            TOKEN,
            {"name": "Idempotency-Key", "where": "header"},
            {"name": "score", "where": "body", "kind": "number", "at_least": 0, "at_most": 10**12},
        ],
        "answers": [201, "401", 422],
    },
    "top": {"method": "GET", "path": "/v1/top", "parameters": [TOKEN], "answers": [200, 401]},
    "rank": {"method": "GET", "path": "/v1/rank", "parameters": [TOKEN], "answers": {200: "", 401: "no"}},
}
TABLES: dict[str, Any] = {
    "posts": {
        "columns": {"player_id": "integer", "game_id": "text", "season": "integer", "score": "integer"},
        "primary_key": ["player_id", "game_id"],
    },
    "best": {
        "columns": {"season": "integer", "player_id": "integer", "score": "integer"},
        "primary_key": ["season", "player_id"],
        "indexes": [["season", "score"]],
    },
}
ISSUES: list[dict[str, Any]] = [
    {
        "component": name,
        "what": f"issue of {name}",
        "times_a_year": times,
        "minutes": minutes,
        "share": share,
        "remedy": f"mend {name}",
        "price": "another machine" if name == "Ranking" else "one more machine",
    }
    for name, (times, minutes, share) in DAMAGE.items()
]
CHECKS: dict[str, tuple[Holds, Any, tuple[str, ...]]] = {
    "contract": (
        contract_holds,
        CONTRACT,
        ("features", "left out", "scale", "latency", "availability", "consistency"),
    ),
    "api": (api_holds, API, ("endpoints", "identity", "retries", "limits", "errors")),
    "tables": (tables_hold, TABLES, ("made", "retries", "best", "top", "rank")),
    "issues": (issues_hold, ISSUES, ("form", "points", *DAMAGE, "order")),
}


def put(answer: Any, path: str, value: Any) -> Any:
    """Return a copy with the value at a path such as "latency/see my rank"; ... takes the entry out."""
    answer = copy.deepcopy(answer)
    *way, last = path.split("/")
    place = answer
    for step in way:
        place = place[int(step) if isinstance(place, list) else step]
    key = int(last) if isinstance(place, list) else last
    if value is ...:
        del place[key]
    else:
        place[key] = value
    return answer


def failing(check: str, answer: Any) -> dict[str, str]:
    holds, _, parts = CHECKS[check]
    found = {}
    for part in parts:
        try:
            assert holds(answer, part) is True
        except ValueError as error:
            found[part] = str(error)
    return found


@pytest.mark.parametrize("check", CHECKS)
def test_a_sound_answer_passes_and_is_left_alone(check: str) -> None:
    answer = copy.deepcopy(CHECKS[check][1])
    assert failing(check, answer) == {}
    assert answer == CHECKS[check][1]


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize(
    "answer", [None, 3, "text", math.nan, [1], {"features": 1}, {"post": 1, "best": 1}, {}]
)
def test_what_is_no_answer_fails_every_part_with_a_reason(check: str, answer: Any) -> None:
    found = failing(check, answer)
    assert list(found) == list(CHECKS[check][2])
    assert all(len(message) > 10 and "object" not in message for message in found.values())


@pytest.mark.parametrize(
    ("check", "path", "value", "parts", "said"),
    [
        ("contract", "features/2", ..., ["features"], "See my rank: You left it out"),
        ("contract", "features/2", "chat", ["features"], "You left it out"),
        ("contract", "out_of_scope", ["chat", "shop"], ["left out"], "names 2 of what"),
        ("contract", "out_of_scope/0", "see my rank", ["left out"], "wants built"),
        ("contract", "daily_users", 100e6, ["scale"], "all who have an account"),
        ("contract", "daily_users", -1, ["scale"], "it must be a number above 0"),
        ("contract", "growth_per_year", 0.5, ["scale"], "not the factor"),
        ("contract", "growth_per_year", ..., ["scale"], "growth_per_year is missing"),
        ("contract", "features", "see my rank", ["features"], "a list of names was expected"),
        ("contract", "features/0", 7, ["features"], "it must be text"),
        ("contract", "daily_users", "20 M", ["scale"], "it must be a number"),
        ("contract", "latency", [200, 99], ["latency"], "from operations to dicts"),
        ("contract", "latency/My rank", {"milliseconds": 9, "percentile": 99}, ["latency"], "in it twice"),
        ("contract", "latency/see my rank", ..., ["latency"], "nothing for 'see my rank'"),
        ("contract", "latency/see my rank", 200, ["latency"], "a dict was expected, 200 came"),
        ("contract", "latency/see my rank/percentile", ..., ["latency"], "An average hides"),
        ("contract", "latency/see my rank/percentile", 95, ["latency"], "another share of the requests"),
        ("contract", "latency/see my rank/milliseconds", 0.2, ["latency"], "that in seconds"),
        ("contract", "latency/see my rank/ms", 200, ["latency"], "'ms' is none of milliseconds"),
        ("contract", "availability", 0.9999, ["availability"], "it is down for 4.32 minutes"),
        ("contract", "availability", 99.9, ["availability"], "write it as a share"),
        (
            "contract",
            "consistency/post a score",
            {"level": "eventual", "within_s": 2},
            ["consistency"],
            "retry",
        ),
        ("contract", "consistency/see my rank", {"level": "strong"}, ["consistency"], "2 s old"),
        ("contract", "consistency/see my rank/within_s", ..., ["consistency"], "a week later is eventual"),
        ("contract", "consistency/see my rank/within_s", 2000, ["consistency"], "that in milliseconds"),
        ("api", "top", ..., ["endpoints", "identity", "limits", "errors"], "there is no 'top'"),
        ("api", "post/path", "v1", ["endpoints"], "it must be / and letters"),
        ("api", "rank/path", "/v1/top", ["endpoints"], "is in it twice"),
        ("api", "rank/method", "POST", ["endpoints"], "changes something"),
        ("api", "post/method", "GET", ["endpoints"], "is not for what is new"),
        ("api", "post/parameters/2/where", "query", ["endpoints"], "no parameter 'score' in the body"),
        ("api", "rank/parameters", [], ["identity"], "Nothing in the request proves"),
        ("api", "rank/parameters/0", TOKEN | {"required": False}, ["identity"], "so it is required"),
        ("api", "post/parameters/1/name", "X-Key", ["retries"], "nothing tells a retry"),
        ("api", "post/parameters/1/required", False, ["retries"], "is optional"),
        ("api", "post/parameters/2/at_most", ..., ["limits"], "score has no 'at_most'"),
        ("api", "post/parameters/2/at_least", ..., ["limits"], "score has no 'at_least'"),
        ("api", "post/parameters/2/kind", "text", ["limits"], "its kind must be 'number'"),
        ("api", "post/answers/2", 500, ["errors"], "a score is not allowed"),
        ("api", "post/answers/0", 302, ["errors"], "that it was done"),
        ("api", "top/answers/1", 403, ["errors"], "the token is not good"),
        ("api", "top/url", "/top", ["endpoints", "identity", "limits", "errors"], "'url' is none of method"),
        ("api", "top/parameters", ["token"], ["endpoints", "identity", "limits"], "a parameter is a dict"),
        (
            "api",
            "post/parameters/2/in",
            "body",
            ["endpoints", "identity", "retries", "limits"],
            "'in' is none of name",
        ),
        ("api", "post/parameters/2/where", ..., ["endpoints", "identity", "retries", "limits"], "no 'where'"),
        ("api", "rank/parameters/0", TOKEN | {"where": "body", "at_most": 9}, ["endpoints", "identity"], ""),
        ("tables", "best/keys", [], ["made", "best", "top", "rank"], "'keys' is none of columns"),
        ("tables", "best/columns", ["season"], ["made", "best", "top", "rank"], "names to kinds"),
        ("tables", "best/indexes", [["score"]] * 7, ["made", "best", "top", "rank"], "7 indexes"),
        ("tables", "best", ..., ["made", "best", "top", "rank"], "there is no table 'best'"),
        ("tables", "posts/primary_key", [], ["retries"], "must be refused"),
        ("tables", "posts/primary_key", ["game_id"], ["made", "retries"], "must be taken"),
        ("tables", "posts/columns/score", "text", ["made"], "must be of the kind"),
        ("tables", "best/indexes", [], ["top", "rank"], "it "),
        ("tables", "best/indexes", [["score", "season"]], ["top", "rank"], "it "),
        ("tables", "best/primary_key", [], ["best", "rank"], ""),
        ("tables", "best/primary_key", ["season", "score", "player_id"], ["best", "rank"], ""),
        ("tables", "best/indexes", ["season", "score"], ["made", "best", "top", "rank"], "a list of lists"),
        (
            "tables",
            "best/indexes",
            [["season", "points"]],
            ["made", "best", "top", "rank"],
            "no column 'points'",
        ),
        ("issues", "0/component", "Cache", ["form", "points", "Load balancer"], ""),
        ("issues", "2/minutes", 1, ["Primary", "order"], ""),
        ("issues", "2/share", 0.625, ["Primary", "order"], ""),
        ("issues", "3/share", 62.5, ["form", "Ranking", "order"], ""),
        ("issues", "3/minutes", math.nan, ["form", "Ranking", "order"], "it must be"),
        ("issues", "3/price", "", ["form"], "it says too little"),
        ("issues", "3/what", "issue of API service", ["form"], "is in it twice"),
        ("issues", "3", ..., ["form", "points", "Ranking"], ""),
        ("issues", "3/price", ..., ["form"], "'price' is missing"),
        ("issues", "3/minutes", "20", ["form", "Ranking", "order"], "minutes"),
        ("issues", "3/minutes", 1200, ["Ranking", "order"], ""),
    ],
)
def test_one_thing_wrong_costs_its_part_and_is_said(
    check: str, path: str, value: Any, parts: list[str], said: str
) -> None:
    found = failing(check, put(CHECKS[check][1], path, value))
    assert list(found) == parts
    assert all(said in message for message in found.values()), found


@pytest.mark.parametrize("name", ["player_id", "playerId", "user", "nickname", "device-id", "accountName"])
@pytest.mark.parametrize("where", ["body", "query", "header", "path"])
def test_no_parameter_names_the_player(name: str, where: str) -> None:
    answer = copy.deepcopy(API)
    answer["post"]["parameters"].append({"name": name, "where": where, "at_most": 40})
    answer["post"]["path"] += f"/{{{name}}}" if where == "path" else ""
    assert list(failing("api", answer)) == ["identity"]


def test_a_game_tells_a_retry_too() -> None:
    answer = put(API, "post/parameters/1", {"name": "game_id", "where": "path"})
    assert failing("api", put(answer, "post/path", "/v1/games/{game_id}/score")) == {}


def test_a_long_list_is_refused() -> None:
    many = {"name": "limit", "where": "query", "kind": "number", "at_least": 1, "at_most": 101}
    answer = put(API, "top/parameters", [TOKEN, many])
    assert "at most 100 entries" in failing("api", answer)["limits"]
    assert failing("api", put(answer, "top/parameters/1/at_most", 100)) == {}
    assert failing("api", put(answer, "top/parameters/1/name", "season")) == {}, "it is not a list's length"


def test_the_given_design_has_the_points_that_are_asked_for() -> None:
    found = {part.name for kind in ("read", "write") for part in single_points(WEAK, kind)}
    assert found == set(WEAK_POINTS)
    lost = [math.prod(numbers) for numbers in DAMAGE.values()]
    assert lost == sorted(lost, reverse=True)
    assert lost == pytest.approx([90, 55.2, 45, 25])


def test_issues_of_other_boxes_are_welcome_in_their_place() -> None:
    more = ISSUES[0] | {"component": "Workers", "what": "both are down", "times_a_year": 0.1, "minutes": 60}
    assert failing("issues", [*ISSUES, more | {"share": 0}]) == {}
    assert list(failing("issues", [*ISSUES, more | {"times_a_year": 60}])) == ["order"]


def test_the_scenario_is_sound() -> None:
    assert review(LEADERBOARD.model_contract, LEADERBOARD) == ()
    named = [core_named(name.lower()) for name in LEADERBOARD.model_contract.features]
    assert named == list(LEADERBOARD.model_contract.features)
    assert not any(map(core_named, (*LEADERBOARD.model_contract.out_of_scope, "", None)))


def test_figures_take_texts_and_name_slips(capsys: pytest.CaptureFixture[str]) -> None:
    right = {
        "posts_per_second": "1.4K posts/s",
        "looks_per_second": "2,300 looks per second",
        "peak_posts_per_second": 5_600,
        "peak_looks_per_second": "9.3K Looks/s",
        "bytes_per_year": "4.4 TB/year",
        "ranking_bytes": "4 GB",
    }
    assert list(right) == list(FIGURES)
    assert [check_figure(lambda: right, figure) for figure in FIGURES] == [1] * 6
    assert check_figure(lambda: {"posts_per_second": 120e6}, "posts_per_second") == 0.5
    assert "86,400 times too large" in capsys.readouterr().out
    assert check_figure(lambda: {"ranking_bytes": 1.28e9}, "ranking_bytes") == 0.5
    assert "players of a season" in capsys.readouterr().out
    nothings: list[Any] = [lambda: None, dict, lambda: 5, lambda: 1 / 0, None, {"posts_per_second": 1}]
    for nothing in nothings:
        assert check_figure(nothing, "posts_per_second") == 0


def test_the_prompts_state_what_is_checked() -> None:
    notebook = read(COURSE / "source/6_mock_interview/6_mock_interview.ipynb")
    texts = {cell.id.removeprefix("mock-interview-"): cell.source for cell in notebook.cells}
    for query in (TOP, RANK, OWN):
        assert query in texts["tables-prompt"]
    listed = re.findall(r'"([^"]+)"', texts["contract-prompt"])
    assert {feature.name.lower() for feature in LEADERBOARD.features} <= set(listed)
    average = sum(ESTIMATE[name].value for name in ("reads_per_second", "writes_per_second"))
    assert f"{average:,.0f} requests a second" in texts["issues-prompt"]
    for component in WEAK.components[1:]:
        assert f'"{component.name}"' in texts["issues-prompt"]


def test_an_index_by_score_alone_reads_other_seasons() -> None:
    best = TABLES["best"] | {"primary_key": [], "unique": [["player_id", "season"]]}
    sound = TABLES | {"best": best}
    assert failing("tables", sound) == {}
    assert list(failing("tables", put(sound, "best/indexes", [["score", "season"]]))) == ["top", "rank"]


def test_what_goes_on_for_ever_is_an_answer() -> None:
    forever = itertools.repeat
    assert "more than 50" in failing("issues", forever(ISSUES[0]))["form"]
    assert "parameters" in failing("api", put(API, "post/parameters", forever(TOKEN)))["identity"]
    assert "token" in failing("api", put(API, "post/answers", forever(200)))["errors"]
    assert "list of columns" in failing("tables", put(TABLES, "best/primary_key", forever("season")))["best"]


def test_an_issue_names_its_slip() -> None:
    assert "that is in hours" in failing("issues", put(ISSUES, "2/minutes", 1))["Primary"]
    assert "that is in seconds" in failing("issues", put(ISSUES, "3/minutes", 1200))["Ranking"]
    assert "that is a percentage" in failing("issues", put(ISSUES, "3/share", 62.5))["Ranking"]
    assert "the share that is not hit" in failing("issues", put(ISSUES, "2/share", 0.625))["Primary"]
    assert "the facts say otherwise" in failing("issues", put(ISSUES, "2/times_a_year", 7))["Primary"]


def test_few_issues_or_empty_ones_are_no_critique() -> None:
    assert "4 or more were expected" in failing("issues", ISSUES[:3])["form"]
    assert "order" not in failing("issues", ISSUES[:3])
    assert "an order needs 3" in failing("issues", ISSUES[:2])["order"]
    assert (
        "none of the issues costs" in failing("issues", [issue | {"share": 0} for issue in ISSUES])["order"]
    )
    same = [issue | {"remedy": "add machines"} for issue in ISSUES]
    assert "the same words stand at every issue" in failing("issues", same)["form"]


def test_a_token_in_an_address_is_refused() -> None:
    answer = put(API, "top/parameters", [TOKEN, {"name": "token", "where": "query", "at_most": 40}])
    assert "ends up in logs" in failing("api", answer)["identity"]


def test_a_get_has_no_body() -> None:
    answer = put(API, "top/parameters", [TOKEN, {"name": "season", "where": "body", "at_most": 40}])
    assert "a GET has no body" in failing("api", answer)["endpoints"]


def test_a_schema_is_bounded() -> None:
    many = TABLES | {f"more_{number}": TABLES["best"] | {"indexes": []} for number in range(10)}
    assert "12 tables" in failing("tables", many)["made"]
