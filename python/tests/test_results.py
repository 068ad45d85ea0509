"""Results as tables, with and without other libraries."""

from __future__ import annotations

import csv
import importlib.util
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import mhm
import numpy as np
import pytest

FRAMES = ["runs", "references", "trainings", "curves", "comparisons", "settings", "confusion"]


def has(library: str) -> bool:
    return importlib.util.find_spec(library) is not None


@pytest.mark.parametrize("name", FRAMES)
def test_tables_say_the_same_to_everyone(results: mhm.Runs, name: str) -> None:
    table: mhm.Table = getattr(results, name)
    rows = table.to_rows()
    assert table.shape == (len(rows), len(table.columns)) and list(table.to_dict()) == table.columns

    def same(one: Any, other: Any) -> bool:
        none = [value is None or value != value for value in (one, other)]
        return all(none) or (not any(none) and one == other)

    def are_rows(others: list[dict[str, Any]]) -> None:
        assert len(others) == len(rows)
        for row, other in zip(rows, others):
            assert list(row) == list(other) and all(same(row[key], other[key]) for key in row)

    if has("pandas"):
        are_rows(table.to_pandas().to_dict("records"))
    if has("polars"):
        are_rows(table.to_polars().to_dicts())
    if has("pyarrow"):
        import pyarrow

        are_rows(pyarrow.table(table).to_pylist())
    assert len(repr(table).splitlines()) <= 22 and table._repr_html_().count("<tr>") <= 21


def test_a_row_is_a_run_and_a_measure(results: mhm.Runs) -> None:
    runs = results.runs
    assert runs.columns == ["lr", "seed", "measure", "value", "absent"]
    rows = [row for row in runs.to_rows() if row["measure"] == "test_accuracy"]
    assert [(row["lr"], row["seed"]) for row in rows] == [("1e-3", 0), ("3e-3", 0), ("1e-3", 1), ("3e-3", 1)]
    assert all(0 <= row["value"] <= 1 and row["absent"] is None for row in rows)
    values = runs["value"]
    assert isinstance(values, np.ndarray) and values.dtype == np.float64
    with pytest.raises(KeyError, match="the columns are lr, seed"):
        runs["lrr"]


def test_values_are_those_of_the_report(results: mhm.Runs, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mhm", "report", "activities", "-o", str(tmp_path)]
    assert subprocess.run(command, capture_output=True, text=True).returncode == 0
    with (tmp_path / "tables" / "comparison-lr.csv").open() as file:
        theirs = list(csv.DictReader(file))
    ours = results.comparisons.to_rows()
    assert len(ours) == len(theirs) == 1
    for key in ("difference", "low", "high", "p"):
        assert math.isclose(float(theirs[0][key]), ours[0][key], rel_tol=1e-12)
    assert (tmp_path / "report.html").read_text() == results.report().html


def test_curves_have_epochs_and_confusion_has_names(results: mhm.Runs) -> None:
    epochs = results.curves["epoch"]
    assert isinstance(epochs, np.ndarray) and set(epochs.tolist()) == {1, 2, 3, 4, 5}
    counted = [row for row in results.confusion.to_rows() if row["split"] == "test"]
    assert {row["actual"] for row in counted} == {"sit", "walk", "run"}
    # Two arms of two seeds.
    assert sum(row["count"] for row in counted) == 4 * 36


def test_predictions_are_those_of_the_program(results: mhm.Runs, tmp_path: Path) -> None:
    table = results.predictions("test", where={"lr": 3e-3}, seed=1)
    file = tmp_path / "out.csv"
    words = ["predict", "activities", "--split", "test", "--where", "lr=3e-3", "--seed", "1", "-o", str(file)]
    assert subprocess.run([sys.executable, "-m", "mhm", *words], capture_output=True).returncode == 0
    with file.open() as lines:
        theirs = list(csv.DictReader(lines))
    assert list(theirs[0]) == table.columns and len(theirs) == len(table) == 36
    for one, other in zip(theirs, table.to_rows()):
        assert np.float32(one["out[walk]"]) == np.float32(other["out[walk]"]) and int(one["sample"]) == other["sample"]
    with pytest.raises(mhm.Error, match="did you mean `--split test`"):
        results.predictions("tset")


def test_runs_show_themselves(results: mhm.Runs) -> None:
    assert "test_accuracy" in str(results) and "4 of 4 runs" in repr(results)
    assert "<table" in results._repr_html_() and "<style" not in results._repr_html_()
    page = results.report()
    assert page._repr_html_().startswith("<iframe") and page.html.startswith("<!DOCTYPE html>")
    assert results.name == "activities" and results.manifest["seeds"] == [0, 1]


def test_what_is_not_there_is_said(results: mhm.Runs) -> None:
    assert mhm.load("runs/activities").folder == Path.cwd() / "runs" / "activities"
    with pytest.raises(mhm.Error, match="did you mean `activities`"):
        mhm.load("activitie")
    with pytest.raises(mhm.Error, match="is no folder of results"):
        mhm.load(".")
    with pytest.raises(mhm.Error, match="it has\n  --arm lr=1e-3"):
        results.export("other", arm={"lr": 7})


def test_a_folder_that_others_work_in_is_loaded(results: mhm.Runs, tmp_path: Path) -> None:
    from conftest import ARRAYS, arrays

    seen: list[int] = []

    def look(_: mhm.Progress) -> None:
        seen.append(len(mhm.load("activities", runs=tmp_path).trainings))

    mhm.run(ARRAYS, data=arrays(), runs=tmp_path, progress=look)
    assert seen and all(0 <= count <= 4 for count in seen)
