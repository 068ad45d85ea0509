"""Predictions: numpy in, numpy out, to the bit what the program predicts, or a word on what is wrong."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import mhm
import numpy as np
import pytest
from conftest import SAMPLES, arrays

ACC, GYRO = arrays()["acc"], arrays()["gyro"]


def test_a_model_says_what_it_is(model: mhm.Model) -> None:
    assert model.inputs == {"acc": (20, 3), "gyro": (20, 3)} and model.outputs == {"out": (3,)}
    assert model.optional == ["gyro"] and model.class_names == {"out": ["sit", "walk", "run"]}
    assert model.about["experiment"] == "activities" and model.about["arm"] == {"lr": "3e-3"}
    assert f"{model.weights:,}" in repr(model) and "<table>" in model._repr_html_()


def test_predictions_are_those_of_the_program(model: mhm.Model, tmp_path: Path) -> None:
    np.savez(tmp_path / "samples.npz", acc=ACC, gyro=GYRO)
    words = ["predict", "best.mhm", str(tmp_path / "samples.npz"), "-o", str(tmp_path / "out.npz")]
    assert subprocess.run([sys.executable, "-m", "mhm", *words], capture_output=True).returncode == 0
    theirs, ours = np.load(tmp_path / "out.npz"), model.predict({"acc": ACC, "gyro": GYRO})
    assert ours["out"].dtype == np.float32 and (theirs["out"] == ours["out"]).all()
    assert (ours.classes() == ours["out"].argmax(1)).all()
    assert set(ours.names()) <= {"sit", "walk", "run"}


def test_a_stored_run_predicted_the_same(model: mhm.Model, results: mhm.Runs) -> None:
    stored = results.predictions("test", where="lr=3e-3", seed=1)
    rows = np.asarray(stored["sample"])
    ours = model.predict({"acc": ACC[rows], "gyro": GYRO[rows]})["out"]
    assert (ours[:, 1] == np.asarray(stored["out[walk]"])).all()


LAYOUTS: dict[str, Callable[[np.ndarray[Any, Any]], Any]] = {
    "order of Fortran": np.asfortranarray,
    "big endian": lambda array: array.astype(array.dtype.newbyteorder(">")),
    "backwards": lambda array: np.ascontiguousarray(array[::-1])[::-1],
    "every other of more": lambda array: np.repeat(array, 2, axis=0)[::2],
    "lists": lambda array: array.tolist(),
    "longdouble": lambda array: array.astype(np.longdouble),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_are_no_matter(model: mhm.Model, layout: str) -> None:
    plain = model.predict({"acc": ACC, "gyro": GYRO})["out"]
    other = model.predict({"acc": LAYOUTS[layout](ACC), "gyro": GYRO})["out"]
    assert (plain == other).all()


def test_whole_numbers_are_numbers(model: mhm.Model) -> None:
    whole = np.arange(2 * 20 * 3).reshape(2, 20, 3)
    plain = model.predict({"acc": whole.astype(np.float64)})["out"]
    for dtype in (np.int8, np.uint8, np.int16, np.int64, np.float16, np.float32):
        assert (model.predict({"acc": whole.astype(dtype)})["out"] == plain).all(), dtype


def test_a_modality_may_be_missing(model: mhm.Model) -> None:
    nothing = np.full_like(GYRO, np.nan)
    assert (model.predict({"acc": ACC})["out"] == model.predict({"acc": ACC, "gyro": nothing})["out"]).all()


def test_of_no_sample_there_are_no_predictions(model: mhm.Model) -> None:
    none = model.predict({"acc": ACC[:0], "gyro": GYRO[:0]})
    assert none["out"].shape == (0, 3) and none.classes().shape == (0,)


WRONG: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "no array": ({"gyro": GYRO}, mhm.Error, "no array for the modality `acc`"),
    "nothing": ({}, mhm.Error, "no array for the modality `acc`"),
    "a name nobody knows": ({"acc": ACC, "giro": GYRO}, mhm.Error, "did you mean `gyro`"),
    "other lengths": ({"acc": ACC, "gyro": GYRO[:5]}, mhm.Error, f"{SAMPLES} in `acc`, 5 in `gyro`"),
    "another shape": ({"acc": ACC[:, :, :2]}, mhm.Error, r"expected: \[20, 3\] a sample\n  found: \[20, 2\]"),
    "another shape of nothing": ({"acc": np.zeros((0, 7))}, mhm.Error, r"found: \[7\] a sample"),
    "one sample": ({"acc": ACC[0]}, mhm.Error, r"of one sample it has the length 1: `array\[None\]`"),
    "a number": ({"acc": 3.0}, ValueError, "`acc` is a single number"),
    "NaN": ({"acc": np.where(ACC == ACC[3, 2, 1], np.nan, ACC)}, mhm.Error, r"1 NaN, the first at row 3, element \[2, 1\]"),
    "too large": ({"acc": ACC * 1e300}, mhm.Error, "too large"),
    "texts": ({"acc": np.array([["a"]])}, TypeError, "`acc` holds <U1"),
    "objects": ({"acc": np.array([None])}, TypeError, "`acc` holds object"),
    "complex": ({"acc": ACC + 1j}, TypeError, "`acc` holds complex128"),
    "ragged lists": ({"acc": [[1, 2], [3]]}, ValueError, "inhomogeneous"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_said(model: mhm.Model, what: str) -> None:
    data, kind, said = WRONG[what]
    with pytest.raises(kind, match=said):
        model.predict(data)


def test_no_mapping_and_no_such_output(model: mhm.Model) -> None:
    with pytest.raises(TypeError, match="an array by modality"):
        model.predict(ACC)  # type: ignore[arg-type]
    predicted = model.predict({"acc": ACC})
    with pytest.raises(KeyError, match="the outputs are out"):
        predicted["output"]
    with pytest.raises(KeyError, match="outputs with classes: out"):
        predicted.classes("output")


def test_no_model(model: mhm.Model) -> None:
    with pytest.raises(mhm.Error, match="there is no such file"):
        mhm.Model("none.mhm")
    with pytest.raises(mhm.Error, match="there are no weights"):
        mhm.Model("runs/activities/inputs/text.mhm")
    Path("torn.mhm").write_text(Path("best.mhm").read_text().replace("{", "", 1))
    with pytest.raises(mhm.Mistakes):
        mhm.Model("torn.mhm")


def test_threads_and_processes_share_it(model: mhm.Model) -> None:
    plain = model.predict({"acc": ACC, "gyro": GYRO})["out"]

    def again(_: int) -> bool:
        return bool((model.predict({"acc": ACC, "gyro": GYRO})["out"] == plain).all())

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(again, range(64)))
    copied = pickle.loads(pickle.dumps(model))
    assert (copied.predict({"acc": ACC, "gyro": GYRO})["out"] == plain).all()


def test_after_a_fork_a_model_predicts_and_the_rest_says_why_not(model: mhm.Model) -> None:
    import multiprocessing

    mhm.check("")
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply(_predicts, (model.path,)) == "forked"


def _predicts(path: str) -> str:
    try:
        mhm.Model(path)
    except mhm.Error as why:
        return "forked" if "forked" in str(why) else str(why)
    return "opened"
