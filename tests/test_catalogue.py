"""The catalogue: every shipped prompt is sound, an own one needs no code, and a broken file says where."""

import re
from pathlib import Path

import pytest

from helpers.catalogue import ScenarioFileError, catalogue, read_scenario
from helpers.models.checklist import CHECKLIST
from helpers.models.quantities import WHITEBOARD_TOLERANCE
from helpers.models.scenario import DIFFICULTIES, SHAPES, Scenario
from helpers.models.scenario_checks import faults, troubles

SHIPPED = sorted((Path(__file__).parents[1] / "src/helpers/scenarios").glob("*.toml"))
PASTEBIN = next(path for path in SHIPPED if path.stem == "pastebin").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_scenario_is_sound(path: Path) -> None:
    scenario = read_scenario(path)
    assert faults(scenario) == ()
    assert troubles(scenario.architecture, scenario.estimate) == ()
    assert len(troubles(scenario.drafts[0].architecture, scenario.estimate)) > 0
    for result in scenario.published:
        close = abs(result.exact / result.published - 1) <= WHITEBOARD_TOLERANCE
        assert close or result.note, result.row
    texts = [*scenario.model_answer, *(dive.answer for dive in scenario.deep_dives)]
    assert not any(re.search(r"[{}]", text) for text in texts), "a placeholder was left"
    wasted = [question for question in scenario.prompt.questions if not question.matters]
    assert wasted, "every interviewer meets a question that leads nowhere"


def test_the_catalogue_has_prompts_of_every_shape_and_difficulty() -> None:
    known = catalogue()
    assert len(known) - ("Twitter" in known) >= 12
    assert len(SHIPPED) == len(known)
    assert {shape for scenario in known.values() for shape in scenario.shapes} == set(SHAPES)
    assert {scenario.difficulty for scenario in known.values()} == set(DIFFICULTIES)
    assert len({scenario.prompt.line for scenario in known.values()}) == len(known)
    assert all(known.choose(difficulty=difficulty) for difficulty in DIFFICULTIES)
    assert all(shape in one.shapes for shape in SHAPES for one in known.choose(shape=shape))


def test_a_prompt_keeps_its_answers_to_itself() -> None:
    scenario = catalogue()["Pastebin"]
    for shown in (repr(scenario), repr(catalogue())):
        assert "system-design-primer" not in shown
        assert scenario.model_answer[0] not in shown


def own(folder: Path, text: str, name: str = "own.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_an_instructor_adds_a_prompt_without_touching_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = PASTEBIN.replace('name = "Pastebin"', 'name = "Snippets"', 1).replace(
        "Design Pastebin", "Design a store for snippets"
    )
    text = text.replace('"10M pastes/month"', '"600M pastes/month"').replace("replicas = 2", "replicas = 20")
    sections = re.split(r"\n(?=\[)", text)
    own(tmp_path, "\n".join(part for part in sections if not part.startswith("[[published]]")))
    monkeypatch.setenv("SCENARIOS", str(tmp_path))
    known = catalogue()
    assert known.refused == ()
    mine = known["Snippets"]
    assert mine.prompt.line == "Design a store for snippets"
    assert mine.estimate["writes_per_second"].whiteboard in mine.model_answer[1]
    assert mine.estimate.value("writes_per_second") == pytest.approx(
        60 * known["Pastebin"].estimate.value("writes_per_second")
    )
    assert "Snippets" not in catalogue(tmp_path / "nowhere")


def test_a_broken_file_is_left_out_and_the_others_stay(tmp_path: Path) -> None:
    own(tmp_path, "name = ", "broken.toml")
    own(tmp_path, PASTEBIN, "twin.toml")
    (tmp_path / "latin.toml").write_bytes('name = "Café"'.encode("latin-1"))
    (tmp_path / "huge.toml").write_text("#" * 1_000_001)
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "nested.toml").write_text("a = " + "[" * 100_000)
    known = catalogue(tmp_path)
    assert set(known) == set(catalogue(tmp_path / "nowhere"))
    said = dict(zip(("broken", "folder", "huge", "latin", "nested", "twin"), known.refused, strict=True))
    for name, words in {
        "broken": "it is no TOML",
        "huge": "larger than 1 MB",
        "latin": "not text in UTF-8",
        "nested": "it is no TOML",
        "twin": "there is one of that name already",
        "folder": "folder.toml",
    }.items():
        assert words in said[name]
        assert f"{name}.toml" in said[name]
    assert "Refused: " in repr(known)


BROKEN = {
    "no difficulty": ('difficulty = "easy"\n', "", "the file: 'difficulty' is missing"),
    "unknown key": ('shapes = ["read-heavy"]', 'shapes = ["read-heavy"]\nlevel = 3', "'level' is not known"),
    "unknown shape": ('"read-heavy"', '"huge"', "shapes = 'huge': it must be one of"),
    "bad number": ("daily_users = 1e6", "daily_users = -1", "contract: daily_users = -1"),
    "text for a number": ("daily_users = 1e6", 'daily_users = "many"', "contract: daily_users = 'many'"),
    "bad percentile": ("milliseconds = 100, percentile = 99", "milliseconds = 100, percentile = 990",
                       r"contract.latency[1]: percentile = 990"),
    "unknown feature key": ('also = ["accounts', 'aka = ["accounts', "features[3]: 'aka' is not known here"),
    "unknown kind of component": ('kind = "cache"', 'kind = "oracle"', "[4]: Cache: kind = 'oracle'"),
    "arrow to nowhere": ('to = "Cache"', 'to = "Cash"', "there is no component 'Cash'"),
    "a request that is no request": ('requests = ["write"]', 'requests = "write"', "must be a list such as"),
    "placeholder": ("{peak_reads_per_second}", "{reads_a_fortnight}", "the estimate has no such line"),
    "stray brace": ("a counter would be shorter".capitalize(), "{ A counter", "write {{ for a brace"),
    "missing step": ('"Deep Dive" = "Random', '"Deep dive" = "Random', "'Deep Dive' is missing"),
    "workload": ("retention = 3", "retention = 0", "workload: retention = 0"),
    "a published figure we do not meet": ("published = 40\n", "published = 80\n", "a note must say why"),
    "a weakness of nothing": ('component = "DB"', 'component = "Queue"', "'Queue' is no component"),
    "no follow-up": ('follow_ups = ["What if one link is read 10,000 times a second?", '
                     '"What does a cold cache do to the database?"]', "", "has no follow-up"),
    "a last draft that stands alone": ('label = "Cache", standbys = 1', 'label = "Cache"',
                                       "number 3 has as many troubles"),
    "a weak draft unexplained": ('weak = "Every box stands alone: one failure, and no link works."\n', "",
                                 "drafts: number 1 must say what is weak"),
    "a contract with an average": ("milliseconds = 500, percentile = 99", "milliseconds = 500", "contract: "),
    "a number for what is weak": ('weak = "Every box stands alone: one failure, and no link works."',
                                  "weak = 3", "weak = 3: it must be text"),
    "no draft": ("[[drafts]]", "[[ignored]]", "the file: 'drafts' is missing"),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after", "message"), BROKEN.values(), ids=BROKEN)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, before: str, after: str, message: str) -> None:
    assert before in PASTEBIN, "the test must change something"
    path = own(tmp_path, PASTEBIN.replace(before, after))
    with pytest.raises(ScenarioFileError) as caught:
        read_scenario(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


def test_lists_and_tables_of_the_wrong_kind_are_refused(tmp_path: Path) -> None:
    for text in ("", "shapes = 3", "name = []", PASTEBIN.replace("[workload]", "[[workload]]")):
        with pytest.raises(ScenarioFileError):
            read_scenario(own(tmp_path, text))


def test_a_scenario_checks_its_own_parts() -> None:
    good = catalogue()["Pastebin"]
    parts = {name: getattr(good, name) for name in Scenario.__dataclass_fields__}
    for changes, message in (
        ({"prompt": "Pastebin"}, "it must be a Prompt"),
        ({"shapes": ()}, "it must name at least one"),
        ({"difficulty": "brutal"}, "difficulty = 'brutal'"),
        ({"drafts": good.drafts[:1]}, "there must be two or three"),
        ({"drafts": ("one", "two")}, "each element must be a Draft"),
        ({"model_answer": good.model_answer[:4]}, "each of the five steps needs one"),
        ({"source": " "}, "source = ' '"),
    ):
        with pytest.raises((ValueError, TypeError), match=re.escape(message)):
            Scenario(**(parts | changes))
    assert len(good.model_answer) == len(CHECKLIST)
    with pytest.raises(KeyError, match="no scenario 'Pastbin'"):
        catalogue()["Pastbin"]
