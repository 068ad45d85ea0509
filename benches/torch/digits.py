"""The six-view digits network in PyTorch, to compare speed and accuracy with `mhm`.

Workload: every view through fc 256 and ReLU (uni), then concatenation, fc 256 and
ReLU (fusion), then fc 10 (head); cross entropy, Adam 1e-3, batch 128, one thread
unless `--threads` says otherwise. Views are standardised with the mean and
deviation of the training split. `--method mhm` keeps K = 4 heads; one turn (a pass
over all folds but the k-th with the fusion frozen, then a pass over the k-th fold
with the head frozen) counts as one epoch, and the head with the lowest training
cross-entropy is tested.

Steps a second: forward, backward and Adam update, on full batches gathered
beforehand; 20 steps to warm up, then the median of several blocks. For `mhm` each of its two
kinds of step is timed. Without `--data` random arrays of the same sizes are used,
which is enough to time steps; no accuracy is given then.
"""

import argparse
import itertools
import json
import statistics
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

SIZES = {"fac": 216, "fou": 76, "kar": 64, "mor": 6, "pix": 240, "zer": 47}
CLASSES, HEADS = 10, 4


def load(path, views):
    """{split: ([view], labels)}"""
    if path is None:
        rng, arrays = np.random.default_rng(0), {}
        for split, n in (("train", 1200), ("test", 400)):
            arrays |= {f"{split}_{v}": rng.standard_normal((n, SIZES[v])) for v in views}
            arrays[f"{split}_label"] = rng.integers(CLASSES, size=n)
    else:
        arrays = np.load(path)
    mean = {v: arrays[f"train_{v}"].mean(0) for v in views}
    deviation = {v: arrays[f"train_{v}"].std(0) for v in views}

    def view(split, v):
        x = (arrays[f"{split}_{v}"] - mean[v]) / np.where(deviation[v] > 0, deviation[v], 1)
        return torch.tensor(x, dtype=torch.float32)

    return {
        split: ([view(split, v) for v in views], torch.tensor(arrays[f"{split}_label"], dtype=torch.int64))
        for split in ("train", "test")
    }


class Digits(nn.Module):
    def __init__(self, sizes, hidden, heads):
        super().__init__()
        self.uni = nn.ModuleList(nn.Sequential(nn.Linear(size, hidden), nn.ReLU()) for size in sizes)
        self.fusion = nn.Sequential(nn.Linear(len(sizes) * hidden, hidden), nn.ReLU())
        self.heads = nn.ModuleList(nn.Linear(hidden, CLASSES) for _ in range(heads))

    def embed(self, views):
        return self.fusion(torch.cat([f(x) for f, x in zip(self.uni, views)], dim=1))

    def forward(self, views, k=0):
        return self.heads[k](self.embed(views))


def step(net, adam, views, y, k=0):
    adam.zero_grad()  # to None: Adam then skips frozen weights, their step count included
    F.cross_entropy(net(views, k), y).backward()
    adam.step()


def one_pass(net, adam, views, y, chosen, batch, k=0):
    chosen = chosen[torch.randperm(len(chosen))]
    for part in chosen.split(batch):
        step(net, adam, [x[part] for x in views], y[part], k)


def train(net, adam, views, y, args):
    n = len(y)
    if args.method == "ete":
        for _ in range(args.epochs):
            one_pass(net, adam, views, y, torch.arange(n), args.batch)
        return
    folds = torch.randperm(n).tensor_split(HEADS)
    for turn in range(args.epochs):
        k = turn % HEADS
        net.fusion.requires_grad_(False)
        one_pass(net, adam, views, y, torch.cat(folds[:k] + folds[k + 1 :]), args.batch, k)
        net.fusion.requires_grad_(True)
        net.heads[k].requires_grad_(False)
        one_pass(net, adam, views, y, folds[k], args.batch, k)
        net.heads[k].requires_grad_(True)


@torch.inference_mode()
def accuracy(net, data):
    views, y = data["train"]
    z = net.embed(views)
    head = min(net.heads, key=lambda head: F.cross_entropy(head(z), y).item())
    return {
        split: 100 * head(net.embed(views)).argmax(1).eq(y).double().mean().item() for split, (views, y) in data.items()
    }


def steps_per_second(net, adam, views, y, args, frozen=None):
    parts = torch.arange(len(y)).split(args.batch)[: max(1, len(y) // args.batch)]  # the full ones
    batches = itertools.cycle([([x[part] for x in views], y[part]) for part in parts])
    if frozen is not None:
        frozen.requires_grad_(False)
    for _ in range(20):
        step(net, adam, *next(batches))
    rates = []
    for _ in range(args.blocks):
        start = time.perf_counter()
        for _ in range(args.block):
            step(net, adam, *next(batches))
        rates.append(args.block / (time.perf_counter() - start))
    if frozen is not None:
        frozen.requires_grad_(True)
    return round(statistics.median(rates), 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", help="the six-view digits as .npz: train_fac ... train_label, test_fac ...")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--method", choices=("ete", "mhm"), default="ete")
    parser.add_argument("--views", default="all", help="all, or names such as fou,mor")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--hidden", type=int, default=256)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--blocks", type=int, default=7, help="timed blocks")
    parser.add_argument("--block", type=int, default=50, help="steps a block")
    parser.add_argument("--fused", action=argparse.BooleanOptionalAction, default=True, help="Adam in one kernel")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    views = list(SIZES) if args.views == "all" else args.views.split(",")
    data = load(args.data, views)

    def new():
        net = Digits([SIZES[v] for v in views], args.hidden, HEADS if args.method == "mhm" else 1)
        return net, torch.optim.Adam(net.parameters(), lr=1e-3, fused=args.fused)

    net, adam = new()
    result = {"method": args.method, "views": views, "batch": args.batch, "hidden": args.hidden}
    result |= {"threads": args.threads, "epochs": args.epochs, "seed": args.seed}
    if args.data:
        start = time.perf_counter()
        train(net, adam, *data["train"], args)
        result["train_seconds"] = round(time.perf_counter() - start, 3)
        for split, value in accuracy(net, data).items():
            result[f"{split}_accuracy"] = round(value, 2)
            print(f"{split} accuracy {value:.2f} %")
    net, adam = new()
    kinds = {"step": None}
    if args.method == "mhm":
        kinds = {"head step": net.fusion, "embedding step": net.heads[0]}
    result["steps_per_s"] = {
        kind: steps_per_second(net, adam, *data["train"], args, frozen) for kind, frozen in kinds.items()
    }
    for kind, rate in result["steps_per_s"].items():
        print(f"{kind}s a second {rate}")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
