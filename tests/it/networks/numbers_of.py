"""Numbers that both sides compute, and what is kept of a network's answers: the part that all programs here share."""

import json
import math
import sys

import torch

torch.set_default_dtype(torch.float64)
torch.manual_seed(0)


def salt(name):
    """A number for a name."""
    total = 0
    for byte in name.encode():
        total = (total * 31 + byte) % 1_000_003
    return total


def formula(name, *shape):
    """Numbers from -0.5 up to 0.5, by place and name."""
    start = salt(name)
    count = math.prod(shape)
    values = [((((i + start) % 1_000_003) * 7919) % 1_000_003) / 1_000_003 - 0.5 for i in range(count)]
    return torch.tensor(values).reshape(shape)


def fill(network):
    """Weights by formula: matrices scaled by their fan in, vectors small, gains of norms around one."""
    with torch.no_grad():
        for name, weight in network.named_parameters():
            if weight.dim() > 1:
                scale, offset = 2.0 / math.sqrt(math.prod(weight.shape[1:])), 0.0
            else:
                scale, offset = 0.2, 1.0 if "norm" in name and name.endswith("weight") else 0.0
            weight.copy_(formula(name, *weight.shape) * scale + offset)


def kept(values):
    """Norm, two sums weighted by the formula, and three elements."""
    values = values.detach().reshape(-1)
    sums = [(values * formula(word, len(values))).sum() for word in ("first", "second")]
    elements = [values[i] for i in (0, len(values) // 2, len(values) - 1)]
    return [float(f"{value.item():.9g}") for value in [values.norm(), *sums, *elements]]


def answer(network, outputs, loss, file):
    """Writes outputs, loss and the gradient of every weight."""
    loss.backward()
    gradients = {name: kept(weight.grad) for name, weight in network.named_parameters()}
    found = {
        "weights": sum(weight.numel() for weight in network.parameters()),
        "loss": loss.item(),
        "outputs": {name: kept(value) for name, value in outputs.items()},
        "gradients": gradients,
    }
    with open(file, "w") as out:
        out.write(compact(found) + "\n")
    print(file, found["weights"], found["loss"], file=sys.stderr)


def compact(found):
    """JSON with one entry a line."""
    def entries(part):
        return ",\n".join(f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in part.items())

    return (
        f'{{\n "weights": {found["weights"]},\n "loss": {found["loss"]!r},\n "outputs": {{\n{entries(found["outputs"])}\n }},\n'
        f' "gradients": {{\n{entries(found["gradients"])}\n }}\n}}'
    )
