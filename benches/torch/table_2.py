"""Table 2 on the toy problems in PyTorch, to compare speed and errors with `mhm`.

Workload: 4 data sets (moons A and B, roll A and B) x 3 fusions x 2 methods
(end to end, and MHM with K = 4) = 24 cells of 30 seeds = 720 trainings of 100
epochs. Adam, batch 16, last partial batch kept. A seed draws its own points,
split, weights, folds and batch order. One turn of MHM (a pass over all folds but
the k-th with the fusion frozen, then a pass over the k-th fold with the head
frozen) counts as one epoch; both methods take the same number of steps.

`--mode one` trains one network after another, on one thread. `--mode stacked`
trains the seeds of a cell at once: every weight has a leading axis of seeds and
every layer is one batched product; it uses PyTorch's own number of threads.
`--threads` changes either; `--processes P` shares the cells among P processes of
one thread each. Steps a second always count the steps of single networks.
Adam runs as one kernel (`fused`), almost twice as fast as PyTorch's default on
these small networks. Imports, data generation and a short warm-up are not timed;
weights, training and the final evaluation are.
"""

import argparse
import fnmatch
import json
import math
import multiprocessing
import time

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import make_moons
from torch import nn

BATCH, HEADS = 16, 4
POINTS, TEST_POINTS, FRESH = 100, 10, 2000  # the first two a class
LINES = {  # (p, v) of every projection line
    "moons_a": [((1, 0), (-1, 1)), ((0, 0), (1, 0))],
    "moons_b": [((1, 0), (-1, 1)), ((0, 0), (2, 1))],
    "roll_a": [((1, 0, 0), (0, -1, 0)), ((1, 0, 0), (1, 0, -1)), ((0, 1, 0), (0, 1, -1))],
    "roll_b": [((0, 0, 0), (1, 1, 1)), ((0, 0, 0), (1, 2, 1)), ((0, 0, 0), (1, 4, 1))],
}
FUSIONS = ("early", "intermediate", "late")
CELLS = [f"{d}/{f}/{m}" for d in LINES for f in FUSIONS for m in ("ete", "mhm")]


def settings(data):
    """Hidden width, classes and learning rate."""
    return (32, 2, 3e-3) if data.startswith("moons") else (16, 4, 1e-3)


# Data


def points(data, per_class, rng):
    if data.startswith("moons"):
        return make_moons(2 * per_class, noise=0.3, random_state=int(rng.integers(2**31)))
    label = np.repeat(np.arange(4), per_class)
    centre = np.array([(7.5, 7.5), (7.5, 12.5), (12.5, 7.5), (12.5, 12.5)])
    u, w = (centre[label] + rng.standard_normal((4 * per_class, 2))).T
    return np.stack([u * np.cos(u), w, u * np.sin(u)], axis=1), label


def coordinates(data, x, signed):
    """Coordinate on each line, t = <x - p, v> / <v, v>."""
    t = np.stack([(x - p) @ np.array(v) / np.dot(v, v) for p, v in LINES[data]], axis=1)
    return t if signed else np.abs(t)


def dataset(data, seed, signed):
    """Training, test and fresh points of one seed, each (coordinates, labels)."""
    rng = np.random.default_rng([seed, list(LINES).index(data)])
    classes = settings(data)[1]
    x, y = points(data, POINTS, rng)
    held_out = np.concatenate(
        [rng.choice(np.flatnonzero(y == c), TEST_POINTS, replace=False) for c in range(classes)]
    )
    train = np.setdiff1d(np.arange(len(y)), held_out)
    parts = [(x[train], y[train]), (x[held_out], y[held_out]), points(data, FRESH // classes, rng)]
    return [
        (torch.tensor(coordinates(data, x, signed), dtype=torch.float32), torch.tensor(y, dtype=torch.int64))
        for x, y in parts
    ]


# One network at a time


class Net(nn.Module):
    def __init__(self, fusion, lines, hidden, classes, heads):
        super().__init__()

        def uni():
            scores = [nn.Linear(hidden, classes)] if fusion == "late" else []
            return nn.Sequential(nn.Linear(1, hidden), nn.ReLU(), *scores)

        width = {"early": 1, "intermediate": hidden, "late": classes}[fusion]
        self.uni = nn.ModuleList(uni() for _ in range(lines if fusion != "early" else 0))
        self.fusion = nn.Sequential(nn.Linear(lines * width, hidden), nn.ReLU())
        self.heads = nn.ModuleList(nn.Linear(hidden, classes) for _ in range(heads))

    def forward(self, x, k=0):
        if self.uni:
            x = torch.cat([f(t) for f, t in zip(self.uni, x.split(1, dim=1))], dim=1)
        return self.heads[k](self.fusion(x))

    def loss(self, x, y, k):
        return F.cross_entropy(self(x, k), y)

    def order(self, n):
        return torch.randperm(n)

    def shuffled(self, x, y, chosen):
        chosen = chosen[torch.randperm(len(chosen))]
        return x[chosen], y[chosen]


# The networks of all seeds at once


class StackedLinear(nn.Module):
    """`groups` linear layers side by side: [groups, batch, in] to [groups, batch, out]."""

    def __init__(self, groups, inputs, outputs):
        super().__init__()
        bound = 1 / math.sqrt(inputs)  # as nn.Linear
        self.weight = nn.Parameter(torch.empty(groups, inputs, outputs).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(groups, 1, outputs).uniform_(-bound, bound))

    def forward(self, x):
        return torch.baddbmm(self.bias, x, self.weight)


class StackedNet(nn.Module):
    """The networks of S seeds; the uni-modal modules of all lines are one stack of S * lines."""

    def __init__(self, seeds, fusion, lines, hidden, classes, heads):
        super().__init__()
        self.seeds, self.lines = seeds, lines
        uni = [] if fusion == "early" else [StackedLinear(seeds * lines, 1, hidden), nn.ReLU()]
        if fusion == "late":
            uni.append(StackedLinear(seeds * lines, hidden, classes))
        width = {"early": 1, "intermediate": hidden, "late": classes}[fusion]
        self.uni = nn.Sequential(*uni)
        self.fusion = nn.Sequential(StackedLinear(seeds, lines * width, hidden), nn.ReLU())
        self.heads = nn.ModuleList(StackedLinear(seeds, hidden, classes) for _ in range(heads))

    def forward(self, x, k=0):  # x: [seeds, batch, lines]
        if len(self.uni):
            batch = x.shape[1]
            x = self.uni(x.transpose(1, 2).reshape(-1, batch, 1))
            x = x.view(self.seeds, self.lines, batch, -1).transpose(1, 2).reshape(self.seeds, batch, -1)
        return self.heads[k](self.fusion(x))

    def loss(self, x, y, k):
        """Sum over the seeds of each seed's mean, so that no seed scales another's gradient."""
        return F.cross_entropy(self(x, k).flatten(0, 1), y.flatten(), reduction="sum") / y.shape[1]

    def order(self, n):
        return torch.rand(self.seeds, n).argsort(1)

    def shuffled(self, x, y, chosen):
        chosen = chosen.gather(1, self.order(chosen.shape[1]))
        seed = torch.arange(self.seeds)[:, None]
        return x[seed, chosen], y[seed, chosen]


# Training and evaluation, the same for both


def one_pass(net, adam, x, y, chosen, k):
    x, y = net.shuffled(x, y, chosen)
    steps = 0
    for xb, yb in zip(x.split(BATCH, dim=-2), y.split(BATCH, dim=-1)):
        adam.zero_grad()  # to None: Adam then skips frozen weights, their step count included
        net.loss(xb, yb, k).backward()
        adam.step()
        steps += 1
    return steps


def train(net, x, y, method, rate, epochs, fused):
    """Steps taken by each network."""
    adam = torch.optim.Adam(net.parameters(), lr=rate, fused=fused)
    n = y.shape[-1]
    if method == "ete":
        everything = net.order(n)
        return sum(one_pass(net, adam, x, y, everything, 0) for _ in range(epochs))
    folds = net.order(n).tensor_split(HEADS, dim=-1)
    excepts = [torch.cat(folds[:k] + folds[k + 1 :], dim=-1) for k in range(HEADS)]
    steps = 0
    for turn in range(epochs):
        k = turn % HEADS
        head = net.heads[k]
        net.fusion.requires_grad_(False)
        steps += one_pass(net, adam, x, y, excepts[k], k)
        net.fusion.requires_grad_(True)
        head.requires_grad_(False)
        steps += one_pass(net, adam, x, y, folds[k], k)
        head.requires_grad_(True)
    return steps


@torch.inference_mode()
def errors(net, parts):
    """Error (%) on each part of the head with the lowest training cross-entropy, for each network."""
    def scores(x):
        return torch.stack([net(x, k) for k in range(len(net.heads))])

    def wrong(x, y):
        return scores(x).argmax(-1).ne(y).float().mean(-1)

    x, y = parts[0]
    log_p = scores(x).log_softmax(-1)
    picked = log_p.gather(-1, y[..., None].expand(*log_p.shape[:-1], 1)).mean((-1, -2))
    best = picked.argmax(0, keepdim=True)
    return [100 * wrong(*part).gather(0, best)[0] for part in parts]


def run_cell(cell, data_of_seeds, args, epochs=None):
    data, fusion, method = cell.split("/")
    hidden, classes, rate = settings(data)
    shape = (fusion, len(LINES[data]), hidden, classes, HEADS if method == "mhm" else 1)
    epochs = epochs or args.epochs
    results, steps = [], 0
    if args.mode == "stacked":
        parts = [tuple(map(torch.stack, zip(*part))) for part in zip(*data_of_seeds)]
        torch.manual_seed(0)
        start = time.perf_counter()
        net = StackedNet(len(data_of_seeds), *shape)
        steps = train(net, *parts[0], method, rate, epochs, args.fused) * len(data_of_seeds)
        results = torch.stack(errors(net, parts), dim=1)
    else:
        start = time.perf_counter()
        for seed, parts in enumerate(data_of_seeds):
            torch.manual_seed(seed)
            net = Net(*shape)
            steps += train(net, *parts[0], method, rate, epochs, args.fused)
            results.append(torch.stack(errors(net, parts)))
        results = torch.stack(results)
    seconds = time.perf_counter() - start
    train_error, test_error, fresh_error = results.mean(0).tolist()
    return cell, {
        "seconds": round(seconds, 3),
        "steps_per_s": round(steps / seconds, 1),
        "train": round(train_error, 2),
        "test": round(test_error, 2),
        "fresh": round(fresh_error, 2),
        "fresh_se": round(float(results[:, 2].std() / len(results) ** 0.5), 2) if len(results) > 1 else None,
    }


def cells_in_turn(cells, data, args):
    """(Start of the timed work, results one by one)."""
    def work(cell, epochs=None):
        return run_cell(cell, data[cell.split("/")[0]], args, epochs)

    if args.processes == 1:
        work(cells[0], 2)  # warm-up
        return time.perf_counter(), map(work, cells)
    # Fork before the first backward pass; every worker warms up, then all start together.
    global _work
    _work = work
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(args.processes + 1)
    pool = context.Pool(args.processes, _warm_up, (cells[0], barrier))
    barrier.wait()
    longest_first = sorted(cells, key=lambda c: c.startswith("moons"))
    return time.perf_counter(), pool.imap(_call_work, longest_first)


def _warm_up(cell, barrier):
    _work(cell, 2)
    barrier.wait()


def _call_work(cell):
    return _work(cell)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mode", choices=("one", "stacked"), required=True)
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--cells", nargs="+", default=["*"], metavar="PATTERN", help="such as 'moons_a/*/ete'")
    parser.add_argument("--limit-cells", type=int, metavar="N", help="only the first N of these cells")
    parser.add_argument("--threads", type=int, help="default: 1 for one and for several processes, else PyTorch's")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--signed", action="store_true", help="signed coordinates; default: their absolute values")
    parser.add_argument("--fused", action=argparse.BooleanOptionalAction, default=True, help="default: fused")
    args = parser.parse_args()
    if args.threads or args.mode == "one" or args.processes > 1:
        torch.set_num_threads(args.threads or 1)
    cells = [c for c in CELLS if any(fnmatch.fnmatch(c, p) for p in args.cells)][: args.limit_cells]
    if not cells:
        parser.error("no cell matches; they are " + " ".join(CELLS))
    data = {
        d: [dataset(d, seed, args.signed) for seed in range(args.seeds)]
        for d in dict.fromkeys(c.split("/")[0] for c in cells)
    }
    done = {}
    print(f"{'cell':28}{'seconds':>9}{'steps/s':>10}{'train %':>9}{'test %':>9}{'fresh %':>9}")
    start, results = cells_in_turn(cells, data, args)
    for cell, r in results:
        done[cell] = r
        print(
            f"{cell:28}{r['seconds']:9.2f}{r['steps_per_s']:10.0f}{r['train']:9.2f}{r['test']:9.2f}{r['fresh']:9.2f}",
            flush=True,
        )
    seconds = time.perf_counter() - start
    print(
        json.dumps(
            {
                "mode": args.mode,
                "seconds": round(seconds, 3),
                "trainings": len(cells) * args.seeds,
                "epochs": args.epochs,
                "threads": torch.get_num_threads(),
                "processes": args.processes,
                "cells": {cell: done[cell] for cell in cells},
            }
        )
    )


if __name__ == "__main__":
    main()
