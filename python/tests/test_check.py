"""Checking and planning: mistakes are objects, and the same as the program's."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import mhm
import pytest
from conftest import ARRAYS

BROKEN = ARRAYS.replace("conv1d(width, kernel: 5)", "conv1d(width, kernl: 5)", 1)


def test_what_is_right_is_true() -> None:
    found = mhm.check(ARRAYS)
    assert found and found.declares["experiment"] == ["activities"]
    assert all(finding.severity == "warning" for finding in found)
    found.raise_errors()


def test_a_mistake_has_its_place_and_what_to_do() -> None:
    found = mhm.check(BROKEN)
    assert not found and len(found.errors) == 1
    error = found.errors[0]
    line = next(i for i, text in enumerate(BROKEN.splitlines(), 1) if "kernl" in text)
    assert (error.file, error.line, error.code.startswith("mhm::")) == ("<text>", line, True)
    assert BROKEN.splitlines()[line - 1][error.column - 1 :].startswith("kernl")
    assert "kernel" in (error.help or "") and "kernl" in str(error)
    assert error._repr_html_().startswith("<pre") and repr(error).startswith("<<text>:")
    with pytest.raises(mhm.Mistakes) as raised:
        found.raise_errors()
    assert raised.value.findings == found.errors and "kernl" in str(raised.value)


def test_findings_are_those_of_the_program(tmp_path: Path) -> None:
    file = tmp_path / "broken.mhm"
    file.write_text(BROKEN)
    command = [sys.executable, "-m", "mhm", "check", "--format", "json", str(file)]
    told = subprocess.run(command, capture_output=True, text=True)
    assert told.returncode == 1
    assert [json.loads(line) for line in told.stdout.splitlines()] == [finding.details for finding in mhm.check(file)]


def test_files_and_texts_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(mhm.Error, match="there is no such file"):
        mhm.check("nothing.mhm")
    with pytest.raises(mhm.Error, match="it is a folder"):
        mhm.check(tmp_path)
    assert mhm.check("") and mhm.check("// nothing\n")
    assert not mhm.check("pipeline {")
    assert not mhm.check("\0{")
    with pytest.raises(TypeError):
        mhm.check(3)  # type: ignore[arg-type]


def test_depth_is_no_matter() -> None:
    assert not mhm.check("pipeline p { loss " + "(" * 100_000 + ")" * 100_000 + "}")


def test_a_plan_is_for_programs_and_for_people() -> None:
    plan = mhm.plan(ARRAYS, assume=True)
    assert [sheet["name"] for sheet in plan.sheets] == ["1e-3", "3e-3"]
    assert "activities: 2 arms" in str(plan) and plan._repr_html_().startswith("<pre")
    assert mhm.plan(ARRAYS, "wear", assume="train=10, test=5", set={"lr": 0.1}).sheets[0]["updates"] == 5


def test_what_cannot_be_planned_is_said() -> None:
    with pytest.raises(mhm.Mistakes):
        mhm.plan(BROKEN)
    with pytest.raises(mhm.Mistakes, match="`--set lr=abc`"):
        mhm.plan(ARRAYS, "wear", set={"lr": "abc"}, assume=True)
    with pytest.raises(mhm.Error, match="has no experiment or runnable pipeline `activites`; did you mean `activities`"):
        mhm.plan(ARRAYS, "activites", assume=True)
    with pytest.raises(mhm.Error, match="a file of the dataset is missing"):
        mhm.plan(ARRAYS)
