"""MulT (Tsai et al., ACL 2019) in the structure of yaohungt/Multimodal-Transformer @ a670936, without dropout.

`python3 mult.py` writes mult.json (small) and mult_full.json (300/74/35 features, the program's defaults)."""

import math

import torch
from torch import nn

from numbers_of import answer, fill, formula


def positions(x):
    """Sinusoids of the steps whose first feature is not 0, counted from 1, sines first."""
    steps, width = x.shape[1], x.shape[2]
    half = width // 2
    rates = torch.exp(torch.arange(half) * -(math.log(10000) / (half - 1)))
    angles = torch.arange(1, steps + 1).unsqueeze(1) * rates
    table = torch.cat([angles.sin(), angles.cos(), torch.zeros(steps, width % 2)], dim=1)
    return table * (x[:, :, :1] != 0)


class Layer(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.norms = nn.ModuleList([nn.LayerNorm(width), nn.LayerNorm(width)])
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, x, source):
        q = self.norms[0](x)
        k = q if source is None else self.norms[0](source)
        t, s = q.shape[1], k.shape[1]
        # Query i sees the keys up to i + |s - t|.
        hidden = torch.ones(t, s).triu(1 + abs(s - t)).bool()
        x = x + self.attention(q, k, k, attn_mask=hidden, need_weights=False)[0]
        return x + self.fc2(torch.relu(self.fc1(self.norms[1](x))))


class Encoder(nn.Module):
    def __init__(self, width, heads, layers):
        super().__init__()
        self.scale = math.sqrt(width)
        self.layers = nn.ModuleList([Layer(width, heads) for _ in range(layers)])
        self.norm = nn.LayerNorm(width)

    def forward(self, x, source=None):
        x = self.scale * x + positions(x)
        if source is not None:
            source = self.scale * source + positions(source)
        for layer in self.layers:
            x = layer(x, source)
        return self.norm(x)


class MulT(nn.Module):
    def __init__(self, features, width, heads, layers, memory_layers):
        super().__init__()
        names = ["text", "audio", "vision"]
        self.project = nn.ModuleDict({n: nn.Conv1d(f, width, 1, bias=False) for n, f in zip(names, features)})
        pairs = [f"{x}_with_{y}" for x in names for y in names if x != y]
        self.cross = nn.ModuleDict({pair: Encoder(width, heads, layers) for pair in pairs})
        self.memory = nn.ModuleDict({n: Encoder(2 * width, heads, memory_layers) for n in names})
        self.proj1 = nn.Linear(6 * width, 6 * width)
        self.proj2 = nn.Linear(6 * width, 6 * width)
        self.out_layer = nn.Linear(6 * width, 1)

    def forward(self, inputs):
        x = {n: self.project[n](inputs[n].transpose(1, 2)).transpose(1, 2) for n in inputs}
        last = []
        for n in x:
            others = [self.cross[f"{n}_with_{o}"](x[n], x[o]) for o in x if o != n]
            last.append(self.memory[n](torch.cat(others, dim=2))[:, -1])
        h = torch.cat(last, dim=1)
        return self.out_layer(self.proj2(torch.relu(self.proj1(h))) + h)


def inputs(features, steps, batch):
    """By formula; the second sample's text begins with two steps of padding."""
    x = {n: formula(n, batch, t, f) * 2 for n, t, f in zip(["text", "audio", "vision"], steps, features)}
    x["text"][1, :2] = 0
    return x


def run(file, features, steps, batch, **sizes):
    network = MulT(features, **sizes)
    fill(network)
    y = network(inputs(features, steps, batch))
    target = formula("target", batch, 1)
    answer(network, {"out": y}, ((y - target) ** 2).mean(), file)


run("mult.json", (7, 5, 3), (6, 9, 4), 2, width=6, heads=2, layers=2, memory_layers=3)
run("mult_full.json", (300, 74, 35), (20, 40, 30), 2, width=30, heads=5, layers=5, memory_layers=5)
