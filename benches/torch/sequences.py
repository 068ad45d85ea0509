"""The three networks of the paper's section 5.1 in PyTorch, to compare speed with `mhm`: steps of end-to-end training on
random inputs, one thread unless `--threads` says otherwise.

`ave`: light cross-attention, batch 16, 10 steps, 128 and 512 features, width 128, 28 events and background; binary cross
entropy of the mean over the steps. `basnet`: BaS-Net with a filter that learns along, batch 2, 750 steps, 1024 + 1024 features, width 2048,
dropout 0.7. `mult`: MulT, batch 16, 50/50/50 steps of 300/74/35 features, width 30, 5 layers, 5 heads, all its dropout; attention
through `scaled_dot_product_attention`. Adam, its fused kernel, weight decay where the authors have it.

A step: forward, backward, Adam. Two to warm up, then the median of `--blocks`. The last line is JSON.
"""

import argparse
import json
import math
import statistics
import time

import torch
from torch import nn
from torch.nn import functional as F


class AveLight(nn.Module):
    def __init__(self, width=128, events=28):
        super().__init__()
        self.audio_fc, self.video_fc = nn.Linear(128, width), nn.Linear(512, width)
        self.u, self.v = nn.Linear(width, 1, bias=False), nn.Linear(width, 1, bias=False)
        self.score = nn.Linear(2 * width, events)

    def forward(self, audio, video):
        a, v = torch.relu(self.audio_fc(audio)), torch.relu(self.video_fc(video))
        related = self.u(a) @ self.v(v).transpose(1, 2)
        to_a = related.softmax(dim=1).transpose(1, 2) @ a
        to_v = related.softmax(dim=2) @ v
        z = self.score(torch.cat([torch.tanh(a + to_a), torch.tanh(v + to_v)], dim=2))
        background = (1 - torch.sigmoid(z)).prod(dim=-1, keepdim=True)
        return torch.cat([z.softmax(dim=-1) * (1 - background), background], dim=-1).mean(dim=1)


class BasNet(nn.Module):
    def __init__(self, features=2048, classes=20, width=2048, hidden=512):
        super().__init__()
        self.filter_1, self.filter_2 = nn.Conv1d(features, hidden, 1), nn.Conv1d(hidden, 1, 1)
        self.conv_1 = nn.Conv1d(features, width, 3, padding=1)
        self.conv_2 = nn.Conv1d(width, width, 3, padding=1)
        self.conv_3 = nn.Conv1d(width, classes + 1, 1, bias=False)

    def score(self, x):
        x = F.leaky_relu(self.conv_2(F.leaky_relu(self.conv_1(x))))
        x = self.conv_3(F.dropout(x, 0.7))
        return x.topk(x.shape[2] // 8, dim=2)[0].mean(dim=2).softmax(dim=1)

    def forward(self, rgb, flow):
        x = torch.cat([rgb, flow], dim=2).transpose(1, 2)
        weight = torch.sigmoid(self.filter_2(F.leaky_relu(self.filter_1(x))))
        return self.score(x), self.score(weight * x), weight


def positions(x):
    half = x.shape[2] // 2
    rates = torch.exp(torch.arange(half) * -(math.log(10000) / (half - 1)))
    angles = torch.arange(1, x.shape[1] + 1).unsqueeze(1) * rates
    return torch.cat([angles.sin(), angles.cos()], dim=1) * (x[:, :, :1] != 0)


class Layer(nn.Module):
    def __init__(self, width, heads, drop):
        super().__init__()
        self.heads, self.drop = heads, drop
        self.into, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.norm, self.norm_forward = nn.LayerNorm(width), nn.LayerNorm(width)
        self.fc1, self.fc2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def attend(self, x, source):
        width = x.shape[2]
        if source is x:
            parts = self.into(x).chunk(3, dim=2)
        else:
            w, b = self.into.weight, self.into.bias
            q = F.linear(x, w[:width], b[:width])
            parts = [q, *F.linear(source, w[width:], b[width:]).chunk(2, dim=2)]
        q, k, v = [p.unflatten(2, (self.heads, -1)).transpose(1, 2) for p in parts]
        y = F.scaled_dot_product_attention(q, k, v, dropout_p=self.drop, is_causal=True)
        return self.out(y.transpose(1, 2).flatten(2))

    def forward(self, x, source):
        q = self.norm(x)
        x = x + F.dropout(self.attend(q, q if source is None else self.norm(source)), 0.1)
        hidden = F.dropout(torch.relu(self.fc1(self.norm_forward(x))), 0.1)
        return x + F.dropout(self.fc2(hidden), 0.1)


class Encoder(nn.Module):
    def __init__(self, width, heads, layers, drop):
        super().__init__()
        self.layers = nn.ModuleList(Layer(width, heads, drop) for _ in range(layers))
        self.norm = nn.LayerNorm(width)

    def begin(self, x):
        return F.dropout(math.sqrt(x.shape[2]) * x + positions(x), 0.25)

    def forward(self, x, source=None):
        x = self.begin(x)
        source = None if source is None else self.begin(source)
        for layer in self.layers:
            x = layer(x, source)
        return self.norm(x)


class MulT(nn.Module):
    def __init__(self, features=(300, 74, 35), width=30, heads=5, layers=5):
        super().__init__()
        self.project = nn.ModuleList(nn.Linear(f, width, bias=False) for f in features)
        # Attention drops where the source is text.
        cross = [[Encoder(width, heads, layers, 0.1 if o == 0 else 0.0) for o in range(3) if o != m] for m in range(3)]
        self.cross = nn.ModuleList(map(nn.ModuleList, cross))
        self.memory = nn.ModuleList(Encoder(2 * width, heads, layers, 0.1) for _ in range(3))
        self.proj1, self.proj2, self.last = nn.Linear(6 * width, 6 * width), nn.Linear(6 * width, 6 * width), nn.Linear(6 * width, 1)

    def forward(self, text, audio, vision):
        x = [f(m) for f, m in zip(self.project, [F.dropout(text, 0.25), audio, vision])]
        last = []
        for m in range(3):
            others = [x[o] for o in range(3) if o != m]
            joined = torch.cat([f(x[m], o) for f, o in zip(self.cross[m], others)], dim=2)
            last.append(self.memory[m](joined)[:, -1])
        h = torch.cat(last, dim=1)
        return self.last(self.proj2(torch.relu(self.proj1(h))) + h)


def work(name):
    """Network, inputs and a function from output to loss."""
    if name == "ave":
        target = (torch.rand(16, 29) < 0.2).float()
        return AveLight(), [torch.randn(16, 10, 128), torch.randn(16, 10, 512)], lambda y: F.binary_cross_entropy(y, target)
    if name == "basnet":
        target = torch.rand(2, 21)
        target /= target.sum(dim=1, keepdim=True)

        def loss(y):
            sparse = y[2].abs().sum(dim=(1, 2)).mean()
            return F.binary_cross_entropy(y[0], target) + F.binary_cross_entropy(y[1], target) + 1e-4 * sparse

        return BasNet(), [torch.randn(2, 750, 1024), torch.randn(2, 750, 1024)], loss
    target = torch.randn(16, 1)
    return MulT(), [torch.randn(16, 50, f) for f in (300, 74, 35)], lambda y: F.l1_loss(y, target)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--network", choices=("ave", "basnet", "mult"), required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--blocks", type=int, default=3)
    parser.add_argument("--block", type=int, default=1, help="steps a block")
    parser.add_argument("--compile", action="store_true", help="as torch.compile has it")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    network, inputs, loss = work(args.network)
    if args.compile:
        network = torch.compile(network)
    adam = torch.optim.Adam(network.parameters(), lr=1e-4, fused=True)

    def step():
        adam.zero_grad()
        loss(network(*inputs)).backward()
        adam.step()

    step(), step(), step()
    seconds = []
    for _ in range(args.blocks):
        start = time.perf_counter()
        for _ in range(args.block):
            step()
        seconds.append((time.perf_counter() - start) / args.block)
    weights = sum(w.numel() for w in network.parameters())
    print(json.dumps({"network": args.network, "weights": weights, "seconds": statistics.median(seconds)}))


if __name__ == "__main__":
    main()
