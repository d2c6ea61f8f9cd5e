"""A sample plan made once; the app's folders point at it; solves are faked."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from optimizer.app import state
from optimizer.app.jobs import Job, PlanRequest, Stage
from optimizer.report.folder import PlanReport, read_plan_folder
from optimizer.run import plan_scenario
from tests.app.sample_plan import Sample, write_sample

ROOT = Path(__file__).resolve().parents[2]
REAL = {
    "can_tho_new_variant_worst": "can_tho",
    "cao_bang_delta_unvaccinated": "cao_bang",
    "soc_trang_new_variant_worst": "soc_trang",
}


def short_scenarios(folder: Path, stems: list[str]) -> Path:
    """Copy scenarios of the repository, cut to seven days, so that a solve takes seconds."""
    shutil.copytree(ROOT / "scenarios" / "base", folder / "base")
    for stem in stems:
        text = (ROOT / "scenarios" / f"{stem}.yaml").read_text(encoding="utf-8")
        short = text + "\nhorizon_days: 7\nbeyond_days: 0\n"
        (folder / f"{stem}.yaml").write_text(short, encoding="utf-8")
    return folder


class FakeManager:
    """Jobs that start, run and end when a test says so."""

    def __init__(self, plan: Path) -> None:
        self.plan = plan
        self.jobs: dict[str, Job] = {}
        self.requests: list[PlanRequest] = []
        self.cancelled: list[str] = []

    def start(self, request: PlanRequest) -> Job:
        self.requests.append(request)
        job = Job("fake01", request, "running", started=1.0, stages=[Stage("read", 0.8, True)])
        self.jobs[job.id] = job
        return job

    def get(self, job_id: str) -> Job | None:
        return self.jobs.get(job_id)

    def cancel(self, job_id: str) -> None:
        self.cancelled.append(job_id)
        self.jobs[job_id].state = "stopped"


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return write_sample(tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="session")
def report(sample: Sample) -> PlanReport:
    return read_plan_folder(sample.plan)


@pytest.fixture(scope="session")
def calm(tmp_path_factory: pytest.TempPathFactory) -> PlanReport:
    """Return a plan in which nothing runs short."""
    return read_plan_folder(write_sample(tmp_path_factory.mktemp("calm"), wave=0.1).plan)


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> dict[str, PlanReport]:
    """Return real plans of seven days, one a province, made from the tables of the repository."""
    root = tmp_path_factory.mktemp("real")
    scenarios = short_scenarios(root / "scenarios", list(REAL))
    made = {}
    for stem, province in REAL.items():
        data = ROOT / "data" / "facilities" / province
        out = root / "plans" / stem
        scenario = scenarios / f"{stem}.yaml"
        plan_scenario(scenario, data_dir=data, out=out, explain=False, reports=False)
        made[province] = read_plan_folder(out)
    return made


@pytest.fixture
def folders(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> Sample:
    monkeypatch.setenv("REFERRAL_DATA", str(sample.data))
    monkeypatch.setenv("REFERRAL_SCENARIOS", str(sample.scenarios))
    monkeypatch.setenv("REFERRAL_PLANS", str(sample.plans))
    return sample


@pytest.fixture
def jobs(folders: Sample, monkeypatch: pytest.MonkeyPatch) -> FakeManager:
    fake = FakeManager(folders.plan)
    monkeypatch.setattr(state, "manager", lambda: fake)
    return fake
