"""Training: arrays in memory, progress, Ctrl-C, and what cannot be run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
import warnings
from pathlib import Path
from typing import Any

import mhm
import numpy as np
import pytest
from conftest import ARRAYS, arrays


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def values(runs: mhm.Runs) -> list[float]:
    return np.asarray(runs.runs["value"]).tolist()


def program(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "mhm", *words], capture_output=True, text=True)


def test_arrays_are_files_to_every_command() -> None:
    runs = mhm.run(ARRAYS, data=arrays(), progress=False)
    text = "runs/activities/inputs/text.mhm"
    assert runs.manifest["command"] == f"mhm run {text} activities"
    again = program("run", text)
    assert again.returncode == 0 and "4 of 4 runs were done already" in again.stderr
    assert program("verify", "activities").returncode == 0
    elsewhere = program("run", text, "--runs", "others", "--quiet")
    assert elsewhere.returncode == 0 and values(mhm.load("activities", runs="others")) == values(runs)


def test_other_arrays_are_other_runs() -> None:
    first = mhm.run(ARRAYS, data=arrays(), seeds=1, progress=False)
    other = mhm.run(ARRAYS, data=arrays(1), seeds=1, progress=False)
    back = mhm.run(ARRAYS, data=arrays(), seeds=1, progress=False)
    assert values(first) == values(back) != values(other)


def test_a_file_takes_arrays_too() -> None:
    Path("study").mkdir()
    Path("study/wear.mhm").write_text(ARRAYS)
    runs = mhm.run("study/wear.mhm", seeds=1, data={"arrays.npz": arrays()}, progress=False)
    assert runs.manifest["file"] == "study/wear.mhm" and "--data runs/activities/inputs" in runs.manifest["command"]


def test_a_text_without_data_is_run() -> None:
    text = "use std.pipeline.Nothing\n"
    assert not mhm.check(text)
    runs = mhm.run(MOONS, seeds=1, progress=False)
    assert runs.manifest["command"] == "mhm run - moons --seeds 1" and runs.folder == Path.cwd() / "runs" / "moons"


MOONS = """
use std.dataset.TwoMoons
use std.network.ToyIntermediate
use std.schedule.EndToEnd

pipeline moons(epochs: Int = 3) {
  data TwoMoons
  network ToyIntermediate(width: 8)
  loss cross_entropy
  optimizer adam(lr: 3e-3)
  schedule EndToEnd
  batch 16
  budget epochs epochs
  metrics error
}
"""


def test_progress_is_told() -> None:
    told: list[mhm.Progress] = []
    mhm.run(ARRAYS, data=arrays(), progress=told.append)
    assert told and told[-1].done == told[-1].of == 4 and told[-1].share == 1
    assert "4 of 4 runs, 100%" in str(told[-1])


def test_a_terminal_less_run_says_one_line(capfd: pytest.CaptureFixture[str]) -> None:
    mhm.run(MOONS, seeds=1)
    out, err = capfd.readouterr()
    assert out == "" and "moons: 1 of 1 runs" in err and "\r" not in err
    mhm.run(MOONS, seeds=1, progress=False)
    assert capfd.readouterr() == ("", "")


def test_what_a_callback_raises_stops_the_training() -> None:
    def stop(_: mhm.Progress) -> None:
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        mhm.run(MOONS, set={"epochs": 3000}, progress=stop)
    assert len(mhm.load("moons").trainings) == 0


def test_ctrl_c_leaves_a_checkpoint_and_the_same_call_goes_on(tmp_path: Path) -> None:
    script = tmp_path / "long.py"
    script.write_text(
        textwrap.dedent(f"""
        import mhm
        TEXT = {MOONS!r}
        try:
            mhm.run(TEXT, set={{"epochs": 4000}}, progress=lambda at: print("at", at.share, flush=True))
        except KeyboardInterrupt:
            print("interrupted", flush=True)
        """)
    )
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("at")
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
    assert process.returncode == 0 and rest.endswith("interrupted\n"), rest
    assert list(Path("runs/moons/checkpoints").iterdir()), "a place to go on from"
    stopped = mhm.run(MOONS, set={"epochs": 4000}, progress=False)
    whole = mhm.run(MOONS, set={"epochs": 4000}, progress=False, runs="whole")
    assert values(stopped) == values(whole)


def test_failed_runs_raise_nothing_and_say_why() -> None:
    text = MOONS.replace("adam(lr: 3e-3)", "sgd(lr: 1e30)")
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        runs = mhm.run(text, seeds=1, progress=False)
    failures = runs.trainings["failure"]
    assert isinstance(failures, list) and failures[0] and any(failures[0] in str(one.message) for one in said)
    rows = runs.runs.to_rows()
    assert all(row["value"] is None and row["absent"] == "failed" for row in rows)


WRONG: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "no seeds": ({"seeds": 0}, mhm.Error, "invalid value '0' for '--seeds <N>'"),
    "seeds in words": ({"seeds": "many"}, mhm.Error, "invalid value 'many'"),
    "no such device": ({"device": "tpu"}, mhm.Error, "possible values: cpu, cuda"),
    "no data": ({}, mhm.Error, "a file of the dataset is missing"),
    "an array too few": ({"data": {"acc": arrays()["acc"]}}, mhm.Error, "gyro"),
    "another file": ({"data": {"x.npz": arrays()}}, mhm.Error, "no dataset is from `x.npz`; they are from: arrays.npz"),
    "files and arrays": ({"data": {"x.npz": arrays(), "acc": [1]}}, TypeError, "and not both"),
    "objects": ({"data": {"acc": np.array([None])}}, TypeError, "`acc` of `arrays.npz` holds objects"),
    "no such name": ({"name": "activites"}, mhm.Error, "did you mean `activities`"),
    "no such folder": ({"folder": "nowhere"}, mhm.Error, "there is no such folder"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_run_is_said(what: str) -> None:
    options, kind, said = WRONG[what]
    with pytest.raises(kind, match=said):
        mhm.run(ARRAYS, **{"progress": False, **options})


def test_mistakes_are_raised_before_anything_is_written() -> None:
    with pytest.raises(mhm.Mistakes):
        mhm.run(ARRAYS.replace("relu", "reluu"), data=arrays())
    with pytest.raises(mhm.Error, match="there are 2 experiments: say which: a, b"):
        mhm.run(MOONS + "experiment a { run moons() }\nexperiment b { run moons() }\n")
    with pytest.raises(mhm.Error, match="which file do the arrays stand for"):
        mhm.run(MOONS, data=arrays())
    with pytest.raises(mhm.Error, match="below the working directory"):
        mhm.run(ARRAYS.replace("arrays.npz", "../arrays.npz"), data=arrays())
    assert not Path("runs").exists()


def test_folders_of_others_are_left_alone() -> None:
    Path("runs/activities/inputs").mkdir(parents=True)
    Path("runs/activities/inputs/arrays.npz").write_bytes(b"mine")
    with pytest.raises(mhm.Error, match="was not made by mhm.run"):
        mhm.run(ARRAYS, data=arrays())
    assert Path("runs/activities/inputs/arrays.npz").read_bytes() == b"mine"


def test_the_program_comes_along() -> None:
    beside = Path(sys.executable).with_name("mhm")
    if not beside.exists():
        pytest.skip("the package is not installed")
    assert subprocess.run([beside, "--version"], capture_output=True, text=True).stdout == f"mhm {mhm.__version__}\n"
    assert subprocess.run([beside, "check", "none.mhm"], capture_output=True).returncode == 2
    with subprocess.Popen([beside, "lsp"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as waiting:
        time.sleep(0.5)
        waiting.send_signal(signal.SIGINT)
        assert waiting.wait(10) == -signal.SIGINT, "nobody's KeyboardInterrupt"
    assert os.getpid()
