"""The job manager: one child a request, progress, cancel, a cap, a cache."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from optimizer.app.jobs import Job, JobManager, PlanRequest, launch

PATIENCE = 120.0
"""Seconds after which a job that does not move is given up."""
CHILD = """
import json, pathlib, sys, time
out = pathlib.Path(sys.argv[1]); mode = sys.argv[2]
def tell(stage, seconds, done):
    line = json.dumps({"stage": stage, "seconds": seconds, "done": done})
    print(line, file=sys.stderr, flush=True)
tell("read", 0.1, True)
if mode == "fail":
    print("beds.csv:3: no such unit", file=sys.stderr, flush=True)
    sys.exit(2)
out.mkdir(parents=True)
if mode != "early":
    (out / "plan.json").write_text('{"plan_id": "greedy"}')
    tell("greedy", 0.2, True)
tell("harm", 0.3, False)
if mode in ("slow", "early"):
    time.sleep(600)
(out / "plan.json").write_text('{"plan_id": "best"}')
tell("harm", 1.5, True)
"""


@pytest.fixture
def request_(tmp_path: Path) -> PlanRequest:
    data = tmp_path / "facilities" / "here"
    data.mkdir(parents=True)
    (data / "beds.csv").write_text("unit_id\nA\n")
    scenario = tmp_path / "scenarios" / "one.yaml"
    scenario.parent.mkdir()
    scenario.write_text("province: here\n")
    return PlanRequest(scenario, data)


def manager(tmp_path: Path, mode: str, at_once: int = 2) -> JobManager:
    def start(command: Sequence[str]) -> subprocess.Popen[str]:
        out = command[command.index("--out") + 1]
        return launch([sys.executable, "-c", CHILD, out, mode])

    return JobManager(tmp_path / "plans", at_once=at_once, launch=start)


def until(job: Job, *, stage: str = "", state: str = "") -> None:
    """Wait until a job has come to a stage or a state, else to its end."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if stage:
            there = any(s.name == stage for s in job.stages)
        else:
            there = job.state == state if state else not job.live
        if there:
            return
        time.sleep(0.02)
    pytest.fail(f"job is {job.state} with {job.stages} after {PATIENCE} s")


def test_command_is_the_contract_with_the_command_line(request_: PlanRequest) -> None:
    command = request_.command(Path("out"))
    assert command[1:4] == ["-m", "optimizer.cli", "plan"]
    assert command[-4:] == ["--areas", "clusters", "--progress", "json"]


def test_job_keeps_stages_and_plan_when_the_child_ends_well(
    tmp_path: Path, request_: PlanRequest
) -> None:
    job = manager(tmp_path, "good").start(request_)
    until(job)
    assert job.state == "done"
    assert job.folder == tmp_path / "plans" / job.id
    assert "best" in (job.folder / "plan.json").read_text()
    assert [(s.name, s.done) for s in job.stages] == [
        ("read", True),
        ("greedy", True),
        ("harm", True),
    ]


def test_finished_plan_is_shared_when_asked_again(tmp_path: Path, request_: PlanRequest) -> None:
    first = manager(tmp_path, "good")
    until(first.start(request_))
    again = manager(tmp_path, "fail")  # a new server: nothing may be started
    job = again.start(request_)
    assert job.state == "done"
    assert again.get(job.id) is job
    assert manager(tmp_path, "fail").get(job.id) is not None


def test_key_changes_with_data_scenario_and_options(request_: PlanRequest) -> None:
    keys = {request_.key, PlanRequest(request_.scenario, request_.data, "communes").key}
    (request_.data / "beds.csv").write_text("unit_id\nB\n")
    keys.add(request_.key)
    request_.scenario.write_text("province: here\nhorizon_days: 7\n")
    keys.add(request_.key)
    assert len(keys) == 4


def test_cancel_keeps_the_last_checked_plan_when_there_is_one(
    tmp_path: Path, request_: PlanRequest
) -> None:
    jobs = manager(tmp_path, "slow")
    job = jobs.start(request_)
    until(job, stage="harm")
    jobs.cancel(job.id)
    until(job)
    assert job.state == "stopped"
    assert job.folder is not None
    assert "greedy" in (job.folder / "plan.json").read_text()
    assert not (tmp_path / "plans" / job.id).exists()  # a stopped plan is not the answer to keep


def test_cancel_leaves_nothing_when_no_plan_was_checked(
    tmp_path: Path, request_: PlanRequest
) -> None:
    jobs = manager(tmp_path, "early")
    job = jobs.start(request_)
    until(job, stage="harm")
    jobs.cancel(job.id)
    until(job)
    assert (job.state, job.folder) == ("stopped", None)
    assert list((tmp_path / "plans").iterdir()) == []


def test_failure_keeps_the_last_words(tmp_path: Path, request_: PlanRequest) -> None:
    job = manager(tmp_path, "fail").start(request_)
    until(job)
    assert job.state == "failed"
    assert job.log == ["beds.csv:3: no such unit"]


def test_jobs_wait_when_all_processors_are_taken(tmp_path: Path, request_: PlanRequest) -> None:
    jobs = manager(tmp_path, "slow", at_once=1)
    first = jobs.start(request_)
    second = jobs.start(PlanRequest(request_.scenario, request_.data, "communes"))
    assert (first.state, second.state) == ("running", "queued")
    assert jobs.start(request_) is first
    until(first, stage="harm")
    jobs.cancel(first.id)
    until(first)
    until(second, state="running")
    jobs.cancel(second.id)
    until(second)
