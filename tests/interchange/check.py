#!/usr/bin/env python3
"""Trains small networks, exports each for onnxruntime and PyTorch, and holds what they make of samples against `mhm predict`.

    python tests/interchange/check.py target/debug/mhm [NAME ...]

Needs numpy and onnxruntime; onnx checks the files, too, and PyTorch is compared where torch and safetensors are there. Prints a line a
network and fails where a number differs by more than 1e-5 (of its size, where that is above 1).
"""
import importlib.util
import inspect
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np
import onnxruntime

try:
    import onnx
except ImportError:
    onnx = None
try:
    import torch
    from safetensors.torch import save_file

    torch.set_num_threads(1)
except ImportError:
    torch = None

LEAST = 1e-5
SAMPLES = 24
BATCHES = (SAMPLES, 1, 7, 256)

USES = """use std.network.*
use std.block.*
use std.schedule.*
"""

# Name: (modalities, what declares the network, the network, what its loss is held against, outputs).
# A modality is (axes, kind, preparations).
F, MASK, IDS, HOLES = "numbers", "mask", "ids", "holes"
SCORE = "head score = linear(3)\n  out main = score(flatten(x))"


def ops(uses, **extra):
    """A network with an output for each use of a layer; (`uni`, what it is, what it is given) has weights."""
    lines, outs = [], []
    for i, use in enumerate(uses):
        if isinstance(use, tuple):
            lines.append(f"  uni m{i} = {use[0]}")
            outs.append(f"  out o{i} = m{i}({use[1]})")
        else:
            outs.append(f"  out o{i} = {use}")
    inputs = {"x": ([5, 4], F, ""), "y": ([5, 4], F, ""), "m": ([5], MASK, ""), "v": ([4], F, ""), **extra}
    shapes = ", ".join(f"{n}: {axes}" for n, (axes, _, _) in inputs.items())
    text = f"network Ops() {{\n  in {shapes}\n  " + "\n".join(lines).strip() + f"\n  {SCORE}\n" + "\n".join(outs) + "\n}\n"
    return inputs, text, "Ops", "cross_entropy(main, label)"


def given(inputs, network, loss="cross_entropy", text=""):
    return inputs, text, network, loss


CASES = {
    "ToyEarly": given({"first": ([1], F, "standardize"), "second": ([3], F, "")}, "ToyEarly(width: 8, classes: 3)"),
    "ToyIntermediate": given({"first": ([1], F, ""), "second": ([3], F, "")}, "ToyIntermediate(width: 8, classes: 3)"),
    "ToyLate": given({"first": ([1], F, ""), "second": ([3], F, "")}, "ToyLate(width: 8, classes: 3)"),
    "ToyUnimodal": given({"first": ([1], F, "")}, "ToyUnimodal(width: 8, classes: 3)"),
    "AveLight": given({"audio": ([10, 6], F, "standardize"), "video": ([10, 9], F, "")}, "AveLight(width: 8, events: 4)",
                      "bce(video, weak)"),
    "AveUnimodal": given({"audio": ([10, 6], F, "")}, "AveUnimodal(width: 8, events: 4)", "bce(video, weak)"),
    "AveTian": given({"audio": ([6, 5], F, ""), "video": ([6, 3, 3, 7], F, "")},
                     "AveTian(events: 4, hidden: 6, width: 5, narrow: 4)", "bce(video, weak)"),
    "BasNet": given({"rgb": ([24, 6], F, ""), "flow": ([24, 6], F, "")}, "BasNet(classes: 4, width: 12, hidden: 6)",
                    "bce(base, weak) + 1e-4 * l1(foreground)"),
    "BasNetWhole": given({"rgb": ([24, 6], F, ""), "flow": ([24, 6], F, "")},
                         "BasNetWhole(classes: 4, width: 12, hidden: 6)", "bce(base, weak) + 1e-4 * l1(foreground)"),
    "MulT": given({"text": ([7, 6], F, "standardize"), "audio": ([9, 4], F, ""), "vision": ([8, 5], F, "")},
                  "MulT(width: 10, depth: 2, memory_depth: 1, heads: 5, audio_kernel: 3)", "l1(real)"),
    "MulT whole": given({"text": ([50, 30], F, ""), "audio": ([50, 7], F, ""), "vision": ([50, 3], F, "")},
                        "MulT", "l1(real)"),
    "activations": ops(["relu(x)", "leaky_relu(x, 0.2)", "gelu(x)", "tanh(x)", "sigmoid(x)", "exp(x)", "pow(x, 2)",
                        "pow(x, 0.5)", "pow(x, -1.5)", "pow(x, -2)", "scale(x, 0.3, power: 0.5)", "softmax(x, 0)", "softmax(v)",
                        "log_softmax(x)", "log_softmax(x, 0)", "dropout(x, 0.5)"]),
    "arithmetic": ops(["concat(x, y)", "concat(x, y, axis: 0)", "add(x, y, v)", "x - v", "v - x", "x * y * mul(v, v)", "x * y", "mul(x, reshape(m, [5, 1]))",
                       "matmul(x, transpose(y))", "matmul(reshape(x, [5, 2, 2]), reshape(y, [5, 2, 2]))", "outer(x, y)",
                       "outer(v, m)", "transpose(x)", "transpose(reshape(x, [5, 2, 2]), 0, 2)", "reshape(x, [2, 10])",
                       "flatten(x)", "slice(x, 0, 1, 3)", "slice(x, 1, 0, 3)", "last(x)", "last(x, axis: 1)", "shake(x, y)",
                       "shake(x, branches: 2)"]),
    "reductions": ops(["mean(x, 0)", "mean(x)", "mean(x, [0, 1])", "sum(x, 1)", "sum(x)", "max(x, 0)", "max(x)", "product(x, 0)",
                       "product(x)", "mean(x, m, 0)", "max(x, m, 0)", "max(m, 0)", "softmax(x, m, 0)", "topk_mean(x, k: 2)",
                       "topk_mean(x, k: 3, axis: 1)", "topk_mean(x, m, k: 2)", "topk_mean(x, m, one_in: 2)",
                       "topk_mean(x, one_in: 2)", "present(x)", "present(x, first)", "positions(x)", "positions(x, m)",
                       "mean(v, 0)"]),
    "pooling": ops(["max_pool(x, 2)", "mean_pool(x, 2)", "max_pool(x, 3, stride: 1, padding: same)",
                    "mean_pool(x, 3, stride: 2, padding: same)", "max_pool(x, m, 2)", "mean_pool(x, m, 3, stride: 1, padding: causal)",
                    "max_pool(m, 3, stride: 2, padding: same)", "mean_pool(x, 2, padding: 1)", "max_pool(x, 2, padding: 3)",
                    "max_pool(x, m, 3, stride: 1, padding: 2)", "mean_pool(m, m, 2)", "max_pool(x, 1)"]),
    "layers": ops([("linear(3)", "x"), ("linear(3, bias: false)", "x"), ("linear(3) |> gelu", "v"), ("conv1d(3)", "x"),
                   ("conv1d(3, kernel: 2, stride: 2, padding: valid) |> relu", "x"), ("conv1d(3, kernel: 2, dilation: 2, padding: causal)", "x"),
                   ("conv1d(3, kernel: 4)", "x"), ("conv1d(3, kernel: 3, padding: 2, bias: false)", "x"), ("bilinear(3)", "x, y"),
                   ("bilinear(3, bias: false)", "v, m"), ("embedding(7, 3)", "ids"), ("layer_norm", "x"), ("layer_norm", "v"),
                   ("group_norm(2)", "x"), ("group_norm(1, affine: false)", "x"), ("group_norm(2)", "v"), ("batch_norm", "x"),
                   ("batch_norm", "v")], ids=([5], IDS, "")),
    "attention": ops([("attention(2)", "x"), ("attention(2)", "x, y"), ("attention(2)", "x, y, m"), ("attention(1, causal: true)", "x"),
                      ("attention(4, causal: true, dropout: 0.2)", "x, x, m"), ("attention(2, causal: true)", "slice(x, 0, 0, 3), y")]),
    "recurrent": ops([("lstm(3)", "x"), ("lstm(3, bidirectional: true)", "x"), ("gru(3)", "x"), ("gru(3, bidirectional: true)", "x"),
                      ("lstm(3)", "x, m"), ("lstm(3, bidirectional: true)", "x, m"), ("gru(3)", "x, m"),
                      ("gru(3, bidirectional: true)", "x, m")]),
    "one step": ops([("lstm(3)", "s"), ("gru(3)", "s, n"), ("attention(2)", "s, s, n"), ("conv1d(3)", "s"), "mean(s, n, 0)",
                     "max_pool(s, 3, padding: same)", "topk_mean(s, n, one_in: 8)", "positions(s)", "last(s)"],
                    s=([1, 4], F, ""), n=([1], MASK, "")),
    "prepared": ops(["mean(a, available(a, steps: true), 0)", "available(a) * mean(a, 0)", "mean(b, 0)", "mean(c, 0)", "available(b)",
                     "mean(d, m, 0)", "available(d, steps: true)"],
                    a=([5, 3], HOLES, "missing(nan) |> standardize"), b=([5, 2], F, "missing(unless: m) |> standardize"),
                    c=([5, 3], F, "replace(infinite: 0) |> normalize |> gaussian_noise(0.1)"), d=([5, 3], F, "standardize(m)")),
    "names": given({"class": ([2], F, "standardize"), "lambda": ([2], F, ""), "self": ([2], F, "")},
                   "Odd", text="""network Odd() {
  in class: [2], lambda: [2], self: [2]
  uni forward = linear(2)
  uni forward_ = linear(2)
  uni import = linear(3) |> relu
  uni standardize = linear(3) |> relu
  uni standardize_ = linear(3) |> relu
  fusion float = linear(4) |> relu
  head return = linear(3)
  let len = concat(forward(class), forward_(class), import(lambda), standardize(self), standardize_(self))
  out yield = return(float(len))
}
"""),
}


def random(rng, axes, kind, samples):
    x = rng.normal(size=[samples, *axes]).astype(np.float32)
    if kind == MASK:
        x = (x > 0).astype(np.float32)
        x[:2], x[2] = 0, 1
    elif kind == IDS:
        x = rng.integers(-1, 7, size=x.shape).astype(np.float32)
    elif kind == HOLES:
        x[rng.random(x.shape[:-1]) < 0.3] = np.nan
        x[1] = np.nan
    elif kind == F and len(axes) == 2:
        x[3, 1:3] = 0
    return 2 * x + 0.5 if kind in (F, HOLES) else x


def pipeline(inputs, text, network, loss):
    """The text of an experiment with this network."""
    pipe = lambda prep: f" |> {prep}" if prep else ""
    modalities = "".join(f'  modality {n}: {axes} = npz("{n}"){pipe(prep)}\n' for n, (axes, _, prep) in inputs.items())
    target = {"weak": "weak: multi(5)", "real": "real: real"}
    word = next((w for w in target if f" {w}" in loss or f"({w}" in loss), None)
    kind = target.get(word, "label: class(3)")
    name = kind.split(":")[0]
    loss = loss.replace("(real)", "")
    return f"""{USES}
{text}
dataset Drawn from "data.npz" {{
{modalities}  target {kind} = npz("{name}")
  split train = random(0.8, stratified: false)
  split test = rest
}}
pipeline p {{
  data Drawn
  network {network}
  loss {loss}
  optimizer adam(lr: 1e-2)
  schedule EndToEnd
  batch 8
  budget 1 epochs
}}
experiment e {{
  run p
}}
"""


class Failed(Exception):
    pass


def mhm(at, *arguments):
    done = subprocess.run([MHM, *arguments], cwd=at, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(f"mhm {' '.join(arguments)}\n{done.stdout}{done.stderr}")
    return done.stdout


def apart(a, b):
    """The greatest distance, of numbers above 1 in their own size."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if a.shape != b.shape:
        raise Failed(f"shapes differ: {a.shape} and {b.shape}")
    with np.errstate(invalid="ignore"):
        far = np.abs(a - b) / np.maximum(1, np.abs(b))
    same = (np.isnan(a) & np.isnan(b)) | (a == b)
    return float(np.max(np.where(same, 0, np.where(np.isnan(far), np.inf, far)), initial=0.0))


def first(array, batch):
    """So many samples, from the beginning again where there are fewer."""
    return array[np.arange(batch) % len(array)]


def in_torch(at):
    spec = importlib.util.spec_from_file_location("exported", at / "m.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.load()


def drawn(name, at):
    """Trains a case on random samples; what its inputs are, and the file that has them."""
    inputs, text, network, loss = CASES[name]
    rng = np.random.default_rng(0)
    arrays = {n: random(rng, axes, kind, SAMPLES) for n, (axes, kind, _) in inputs.items()}
    targets = {"label": rng.integers(0, 3, SAMPLES), "weak": (rng.random((SAMPLES, 5)) < 0.4).astype(np.float32),
               "real": rng.normal(size=SAMPLES).astype(np.float32)}
    np.savez(at / "data.npz", **arrays, **targets)
    (at / "e.mhm").write_text(pipeline(inputs, text, network, loss))
    mhm(at, "run", "e.mhm", "--quiet")
    mhm(at, "export", "e", "--format", "torch", "-o", "m")
    return arrays, "data.npz"


def wearable(at):
    """The network of `docs/missing-modalities.md`: samples that lack a sensor, named classes, preparation from raw files."""
    page = (pathlib.Path(__file__).parents[2] / "docs/missing-modalities.md").read_text()
    text = page.split("```mhm wear.mhm\n")[1].split("```")[0]
    for old, new in [("seeds 8", "seeds 1"), ("10 epochs", "1 epochs"), ("class(5)", "class([\"walking\", \"running\", \"sitting\", \"stairs\", \"cycling\"])")]:
        if old not in text:
            raise Failed(f"the page has no `{old}` any more")
        text = text.replace(old, new)
    (at / "wear.mhm").write_text(text)
    mhm(at, "data", "synth", "wearable", "data/wearable")
    mhm(at, "run", "wear.mhm", "--quiet")
    mhm(at, "export", "without", "--arm", "lost=some lost", "--seed", "0", "--format", "torch", "-o", "m")
    return {name: array for name, array in np.load(at / "data/wearable/wear.npz").items()}, "data/wearable/wear.npz"


def check(name, at):
    arrays, data = wearable(at) if name == "wearable" else drawn(name, at)
    mhm(at, "export", "m.mhm", "--format", "onnx", "-o", "m")
    mhm(at, "predict", "m.mhm", data, "-o", "out.npz")
    session = onnxruntime.InferenceSession(str(at / "m.onnx"), providers=["CPUExecutionProvider"])
    if onnx:
        onnx.checker.check_model(str(at / "m.onnx"), full_check=True)
    about = session.get_modelmeta().custom_metadata_map
    wanted = [i.name for i in session.get_inputs()]
    outputs = [o.name for o in session.get_outputs()]
    own = {i: about.get(f"input.{i}", i) for i in wanted}
    names = {o: about.get(f"output.{o}", o) for o in outputs}
    expected = dict(np.load(at / "out.npz"))
    worst = 0.0
    for batch in BATCHES:
        made = session.run(None, {i: first(arrays[own[i]], batch) for i in wanted})
        for o, values in zip(outputs, made):
            far = apart(values, first(expected[names[o]], batch).reshape(values.shape))
            if not far <= LEAST:
                raise Failed(f"onnx: `{o}` of {batch} samples differs by {far}")
            worst = max(worst, far)
    if not torch:
        return worst, None
    model = in_torch(at)
    arguments = list(inspect.signature(model.forward).parameters)
    worst_torch = 0.0
    for batch in BATCHES:
        with torch.no_grad():
            made = model(**{a: torch.from_numpy(first(arrays[own[i]], batch)) for a, i in zip(arguments, wanted)})
        for o, values in made.items():
            values = values.numpy()
            far = apart(values, first(expected[o], batch).reshape(values.shape))
            if not far <= LEAST:
                raise Failed(f"torch: `{o}` of {batch} samples differs by {far}")
            worst_torch = max(worst_torch, far)
    there_and_back(at, model, data)
    shown = subprocess.run([sys.executable, "m.py"], cwd=at, capture_output=True, text=True)
    if shown.returncode != 0:
        raise Failed(f"python m.py\n{shown.stdout}{shown.stderr}")
    return worst, worst_torch


def there_and_back(at, model, data):
    """What PyTorch saves is taken again, and predicts the same."""
    state = model.state_dict()
    save_file(state, str(at / "state.safetensors"))
    # As the program says it.
    names = re.findall(r'^ {8}"(.+)\.": "(.+)\.",$', (at / "m.py").read_text(), re.MULTILINE)
    renames = [f"{own}={file}" for file, own in names]
    (at / "n.mhm").write_bytes((at / "m.mhm").read_bytes())
    mhm(at, "import", "state.safetensors", "m.mhm", *[word for rename in renames for word in ("--name", rename)], "-o", "n")
    mhm(at, "predict", "n.mhm", data, "-o", "again.npz")
    before, after = np.load(at / "out.npz"), np.load(at / "again.npz")
    for name in before:
        if not np.array_equal(before[name], after[name], equal_nan=before[name].dtype.kind == "f"):
            raise Failed(f"`{name}` is another after `mhm import`")


def main():
    failed = 0
    print(f"{'network':18} {'onnxruntime':>12} {'PyTorch':>12}")
    for name in sys.argv[2:] or [*CASES, "wearable"]:
        with tempfile.TemporaryDirectory(prefix="mhm-interchange-") as folder:
            try:
                onnx_far, torch_far = check(name, pathlib.Path(folder))
                torch_far = "not here" if torch_far is None else f"{torch_far:.1e}"
                print(f"{name:18} {onnx_far:12.1e} {torch_far:>12}", flush=True)
            except Exception as why:  # noqa: BLE001
                failed += 1
                print(f"{name:18} {type(why).__name__}: {why}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    MHM = str(pathlib.Path(sys.argv[1]).resolve())
    sys.exit(main())
