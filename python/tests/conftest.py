"""Texts and results that several tests look at."""

from __future__ import annotations

import os
from pathlib import Path

import mhm
import pytest
from wear import ARRAYS, SAMPLES, arrays

__all__ = ["ARRAYS", "SAMPLES", "arrays"]


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which `activities` was run."""
    folder = tmp_path_factory.mktemp("trained")
    before = Path.cwd()
    os.chdir(folder)
    try:
        runs = mhm.run(ARRAYS, data=arrays(), progress=False)
        runs.export("best", arm={"lr": 3e-3}, seed=1)
    finally:
        os.chdir(before)
    return folder


@pytest.fixture
def results(trained: Path, monkeypatch: pytest.MonkeyPatch) -> mhm.Runs:
    """What came of it."""
    monkeypatch.chdir(trained)
    return mhm.load("activities")


@pytest.fixture
def model(trained: Path, monkeypatch: pytest.MonkeyPatch) -> mhm.Model:
    """A network that was exported from it."""
    monkeypatch.chdir(trained)
    return mhm.Model("best.mhm")
