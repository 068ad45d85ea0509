"""What `predict` takes for one sample and for 256, in microseconds on one thread: `python python/benches/predict.py`.

Beside it, where they are installed, onnxruntime with the exported network, and PyTorch with the same network written by hand, as it is and traced.
Medians, the raw arrays of numpy in, probabilities out. First what `import mhm` takes in a new process, which
imports numpy when it is needed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import mhm  # noqa: E402
import numpy as np  # noqa: E402
from wear import ARRAYS, arrays  # noqa: E402

BATCHES = {1: 2000, 256: 300}


def median(call: Callable[[], object], rounds: int) -> float:
    times = []
    for _ in range(20 + rounds):
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    return float(np.median(times[20:]) * 1e6)


def ours() -> mhm.Model:
    os.chdir(tempfile.mkdtemp())
    return mhm.run(ARRAYS, data=arrays(), seeds=1, progress=False).export("best", arm={"lr": 3e-3})


def exported() -> dict[str, Callable[[dict[str, np.ndarray]], object]]:
    try:
        import onnxruntime
    except ImportError:
        return {}
    subprocess.run([sys.executable, "-m", "mhm", "export", "best.mhm", "--format", "onnx", "-o", "best"], check=True, capture_output=True)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession("best.onnx", options)
    return {"onnxruntime": lambda data: session.run(None, data)}


def theirs() -> dict[str, Callable[[dict[str, np.ndarray]], object]]:
    try:
        import torch
        from torch import nn
    except ImportError:
        return {}
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)

    class Windows(nn.Module):
        def __init__(self, width: int = 16) -> None:
            super().__init__()
            self.hear, self.turn = (nn.Conv1d(3, width, 5, padding=2) for _ in range(2))
            self.joint, self.classify = nn.Linear(2 * width, width), nn.Linear(width, 3)
            self.mean, self.deviation = torch.zeros(3), torch.ones(3)

        def forward(self, acc: torch.Tensor, gyro: torch.Tensor) -> torch.Tensor:
            available = (~torch.isnan(gyro).all(-1)).any(-1, keepdim=True).float()
            acc, gyro = (acc - self.mean) / self.deviation, torch.nan_to_num((gyro - self.mean) / self.deviation)
            heard = torch.relu(self.hear(acc.transpose(1, 2))).mean(-1)
            turned = torch.relu(self.turn(gyro.transpose(1, 2))).mean(-1)
            joint = torch.relu(self.joint(torch.cat([heard, available * turned], 1)))
            return torch.softmax(self.classify(joint), 1)

    network = Windows().eval()
    traced = torch.jit.trace(network, (torch.zeros(1, 20, 3), torch.zeros(1, 20, 3)))

    def called(of: nn.Module) -> Callable[[dict[str, np.ndarray]], object]:
        return lambda data: of(torch.from_numpy(data["acc"]), torch.from_numpy(data["gyro"])).numpy()

    return {"torch": called(network), "torch, traced": called(traced)}


def imported(name: str) -> float:
    """Milliseconds that it takes in a new process: the least of ten."""
    code = f"import time; begin = time.perf_counter(); import {name}; print(time.perf_counter() - begin)"
    return min(1e3 * float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(10))


def main() -> None:
    print(f"import mhm {imported('mhm'):.0f} ms, import numpy {imported('numpy'):.0f} ms")
    model = ours()
    draw = np.random.default_rng(0)
    for name, call in {"mhm": model.predict, **exported(), **theirs()}.items():
        for batch, rounds in BATCHES.items():
            data = {key: draw.normal(size=(batch, 20, 3)).astype(np.float32) for key in ("acc", "gyro")}
            print(f"{name:14} {batch:4} samples  {median(lambda: call(data), rounds):8.1f} µs")


if __name__ == "__main__":
    main()
