"""A text and learnable arrays for it."""

from __future__ import annotations

from typing import Any

import numpy as np

ARRAYS = """
use std.schedule.EndToEnd

/// Windows of an accelerometer and a gyroscope, which some samples lack.
dataset Wear from "arrays.npz" {
  modality acc:  [20, 3] = npz("acc") |> standardize
  modality gyro: [20, 3] = npz("gyro") |> missing(nan) |> standardize
  target   act:  class(["sit", "walk", "run"]) = npz("act")
  split train = random(0.7)
  split test  = rest
}

network Windows(width: Int = 16, classes: Int = 3) {
  in     acc: [T, 3], gyro: [T, 3]
  uni    hear     = conv1d(width, kernel: 5) |> relu |> mean(0)
  uni    turn     = conv1d(width, kernel: 5) |> relu |> mean(0)
  fusion joint    = linear(width) |> relu
  head   classify = linear(classes)
  out    classify(joint(concat(hear(acc), available(gyro) * turn(gyro))))
}

pipeline wear(lr: Float = 3e-3) {
  data Wear
  network Windows
  loss cross_entropy
  optimizer adam(lr: lr)
  schedule EndToEnd
  batch 16
  budget 5 epochs
  metrics accuracy
}

experiment activities {
  vary lr in [1e-3, 3e-3]
  seeds 2
  run wear(lr)
  table test_accuracy { columns lr }
  figure train_accuracy { lines lr }
  compare lr
}
"""

SAMPLES = 120


def arrays(seed: int = 0) -> dict[str, np.ndarray[Any, Any]]:
    """Learnable samples, of which some have no gyroscope."""
    draw = np.random.default_rng(seed)
    act = draw.integers(0, 3, SAMPLES)
    acc = draw.normal(size=(SAMPLES, 20, 3)) + act[:, None, None]
    gyro = draw.normal(size=(SAMPLES, 20, 3)).astype(np.float32)
    gyro[:30] = np.nan
    return {"acc": acc, "gyro": gyro, "act": act}
