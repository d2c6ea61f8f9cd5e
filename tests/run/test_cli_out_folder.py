"""Where the command line puts a plan, and where it refuses to."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.run.command_line import run

from .province import worked


def _untouched(path: Path) -> list[tuple[str, bytes]]:
    every = [path, *sorted(path.rglob("*"))]
    return [(str(p), p.read_bytes() if p.is_file() else b"") for p in every]


@pytest.mark.parametrize(
    ("lang", "word"), [("en", "There is a plain file"), ("vi", "đang có một tệp thường")]
)
def test_plan_refuses_an_out_that_is_a_plain_file_before_it_solves(
    home: Path, lang: str, word: str
) -> None:
    province = worked(home / "province")
    (home / "mine").write_text("of mine", encoding="utf-8")
    before = _untouched(home)
    words = ("plan", province / "scenario.yaml", "--data", province, "--lang", lang)
    done = run(*words, "--out", home / "mine", "--progress", "json")
    assert done.exit_code == 2
    assert word in done.stderr
    assert "stage" not in done.stderr, "nothing was begun"
    assert _untouched(home) == before


def test_plan_refuses_an_out_below_a_plain_file(home: Path) -> None:
    province = worked(home / "province")
    (home / "mine").write_text("of mine", encoding="utf-8")
    words = ("plan", province / "scenario.yaml", "--data", province, "-q", "--lang", "en")
    done = run(*words, "--out", home / "mine" / "a" / "plan")
    assert done.exit_code == 2
    assert "cannot be written" in done.stderr
    assert (home / "mine").read_text(encoding="utf-8") == "of mine"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_plan_refuses_an_out_where_nobody_may_write(home: Path) -> None:
    province = worked(home / "province")
    (home / "locked").mkdir(mode=0o500)
    words = ("plan", province / "scenario.yaml", "--data", province, "-q", "--lang", "en")
    done = run(*words, "--out", home / "locked" / "plan")
    assert done.exit_code == 2
    assert "cannot be written" in done.stderr


@pytest.mark.parametrize("inside", ["letter.txt", "plan.json"])
def test_plan_does_not_replace_a_folder_that_is_no_plan(home: Path, inside: str) -> None:
    province = worked(home / "province")
    (home / "mine").mkdir()
    (home / "mine" / inside).write_text("{}", encoding="utf-8")
    before = _untouched(home / "mine")
    words = ("plan", province / "scenario.yaml", "--data", province, "-q", "--lang", "en")
    done = run(*words, "--out", home / "mine")
    assert done.exit_code == 2
    assert "not a plan folder" in done.stderr
    assert _untouched(home / "mine") == before
    assert sorted(p.name for p in home.iterdir()) == ["mine", "province"]


def test_plan_replaces_a_plan_but_not_with_somebodys_notes_in_it(home: Path) -> None:
    province = worked(home / "province")
    words = ("plan", province / "scenario.yaml", "--data", province, "-q", "--lang", "en")
    assert run(*words, "--out", home / "new" / "plan").exit_code == 0
    assert run(*words, "--out", home / "new" / "plan").exit_code == 0
    (home / "new" / "plan" / "notes.txt").write_text("of mine", encoding="utf-8")
    done = run(*words, "--out", home / "new" / "plan")
    assert done.exit_code == 2
    assert "notes.txt" in done.stderr
    assert (home / "new" / "plan" / "notes.txt").read_text(encoding="utf-8") == "of mine"


def test_plan_follows_an_out_that_is_a_link(home: Path) -> None:
    province = worked(home / "province")
    (home / "real").mkdir()
    (home / "link").symlink_to(home / "real")
    words = ("plan", province / "scenario.yaml", "--data", province, "-q")
    assert run(*words, "--out", home / "link").exit_code == 0
    assert (home / "link").is_symlink()
    assert (home / "real" / "plan.json").exists()


@pytest.mark.parametrize(("lang", "reason"), [("vi", "một thư mục"), ("en", "Is a directory")])
def test_plan_gives_the_reason_of_the_system_in_the_language_asked_for(
    lang: str, reason: str, home: Path
) -> None:
    done = run("plan", home, "--lang", lang, "-q")
    assert done.exit_code == 2
    assert reason in done.stderr


@pytest.mark.parametrize(("lang", "reason"), [("vi", "không phải là thư mục"), ("en", "Not a dir")])
def test_plan_says_why_its_folder_cannot_be_written(
    lang: str, reason: str, plan: Path, home: Path
) -> None:
    (home / "file").write_text("")
    place = ["--data", plan / "province", "--out", home / "file" / "plan"]
    done = run("plan", plan / "province" / "scenario.yaml", *place, "--lang", lang, "-q")
    assert done.exit_code == 2
    assert reason in done.stderr
    assert "Traceback" not in done.stderr
