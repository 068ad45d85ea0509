"""Reference values from PyTorch for the unit tests of `mhm`: layers, activations,
losses, optimizers and learning-rate schedules, as JSON on standard output.

    python losses.py > losses.json

Workload: a few tiny tensors in float64, one thread; values have 9 digits.

Inputs are formulas, so that a test can rebuild them. Indices count from 0:
    sin(a, b, c)[i][j] = sin(a * i + b * j + c)      cos likewise
A case names its inputs so, in `inputs`; arrays are given flat in row-major order
beside their shape. Gradients are those of the output itself where it is one
number, and of sum(output * g) otherwise, with g[i][j] = cos(2 * i + j).
"""

import json

import torch
import torch.nn.functional as F

ROWS, COLUMNS = 4, 5


def wave(f, rows, columns, a, b, c=0.0):
    i = torch.arange(rows, dtype=torch.float64)[:, None]
    j = torch.arange(columns, dtype=torch.float64)
    return f(a * i + b * j + c)


def number(x):
    return float(f"{float(x):.9g}")


def array(t):
    t = t.detach()
    if t.dim() == 0:
        return number(t)
    return {"shape": list(t.shape), "values": [number(v) for v in t.flatten()]}


def case(op, formulas, **inputs):
    """Output of op(**inputs) and its gradient for every floating input."""
    leaves = {k: v.clone().requires_grad_() if v.is_floating_point() else v for k, v in inputs.items()}
    output = op(**leaves)
    goal = output if output.dim() == 0 else (output * wave(torch.cos, *output.shape, 2, 1)).sum()
    goal.backward()
    return {
        "inputs": formulas,
        "output": array(output),
        "gradient": {k: array(v.grad) for k, v in leaves.items() if v.is_floating_point() and v.grad is not None},
    }


X = wave(torch.sin, ROWS, COLUMNS, 3, 1, 0.3)  # no value at the kink of relu
X_FORMULA = {"x": "[4][5] sin(3, 1, 0.3)"}


def activations():
    ops = {
        "relu": F.relu,
        "leaky_relu_0.01": lambda x: F.leaky_relu(x, 0.01),
        "gelu_erf": F.gelu,
        "tanh": torch.tanh,
        "sigmoid": torch.sigmoid,
        "softmax": lambda x: F.softmax(x, 1),
        "log_softmax": lambda x: F.log_softmax(x, 1),
    }
    return {name: case(lambda x, op=op: op(x), X_FORMULA, x=X) for name, op in ops.items()}


def layers():
    linear = case(
        lambda x, weight, bias: F.linear(x, weight, bias),
        X_FORMULA | {"weight": "[3][5], out by in: cos(1, 2, 0)", "bias": "[3] sin(0, 1, 0.5)"},
        x=X,
        weight=wave(torch.cos, 3, COLUMNS, 1, 2),
        bias=wave(torch.sin, 1, 3, 0, 1, 0.5)[0],
    )
    weight, bias = wave(torch.cos, 1, COLUMNS, 0, 1, 0.25)[0], wave(torch.sin, 1, COLUMNS, 0, 1, 0.5)[0]
    scale = {"weight": weight, "bias": bias}
    scale_formulas = {"weight": "[5] cos(0, 1, 0.25)", "bias": "[5] sin(0, 1, 0.5)", "eps": 1e-5}
    layer_norm = case(
        lambda x, weight, bias: F.layer_norm(x, (COLUMNS,), weight, bias, 1e-5),
        X_FORMULA | scale_formulas,
        x=X,
        **scale,
    )
    # Two training batches, then the first of them again in evaluation.
    mean, variance = torch.zeros(COLUMNS, dtype=torch.float64), torch.ones(COLUMNS, dtype=torch.float64)
    second = wave(torch.cos, ROWS, COLUMNS, 1, 3)
    batch_norm = {}
    for name, x, formula, training in (
        ("batch_norm_train_1", X, X_FORMULA, True),
        ("batch_norm_train_2", second, {"x": "[4][5] cos(1, 3, 0)"}, True),
        ("batch_norm_eval", X, X_FORMULA, False),
    ):
        batch_norm[name] = case(
            lambda x, weight, bias: F.batch_norm(x, mean, variance, weight, bias, training, 0.1, 1e-5),
            formula | scale_formulas | {"momentum": 0.1},
            x=x,
            **scale,
        )
        batch_norm[name] |= {"running_mean": array(mean), "running_variance": array(variance)}
    return {"linear": linear, "layer_norm": layer_norm} | batch_norm


def losses():
    label = torch.arange(ROWS) * 2 % COLUMNS
    label_formula = {"label": "[4] 2 * i mod 5"}
    hot = (torch.arange(ROWS)[:, None] + torch.arange(COLUMNS)) % 2 * torch.ones(1, dtype=torch.float64)
    other = wave(torch.cos, ROWS, COLUMNS, 1, 2)
    soft = F.softmax(other, 1)
    p = 0.5 + 0.4 * X
    hot_formula, p_formula = {"target": "[4][5] (i + j) mod 2"}, {"x": "[4][5] 0.5 + 0.4 * sin(3, 1, 0.3)"}
    other_formula = {"target": "[4][5] cos(1, 2, 0)"}
    return {
        "cross_entropy": case(lambda x: F.cross_entropy(x, label), X_FORMULA | label_formula, x=X),
        "cross_entropy_sum": case(
            lambda x: F.cross_entropy(x, label, reduction="sum"), X_FORMULA | label_formula, x=X
        ),
        "cross_entropy_soft": case(
            lambda x: F.cross_entropy(x, soft),
            X_FORMULA | {"target": "[4][5] softmax of the rows of cos(1, 2, 0)"},
            x=X,
        ),
        "bce": case(lambda x: F.binary_cross_entropy(x, hot), p_formula | hot_formula, x=p),
        "bce_with_logits": case(lambda x: F.binary_cross_entropy_with_logits(x, hot), X_FORMULA | hot_formula, x=X),
        "mse": case(lambda x: F.mse_loss(x, other), X_FORMULA | other_formula, x=X),
        "l1": case(lambda x: F.l1_loss(x, other), X_FORMULA | other_formula, x=X),
    }


def optimizers():
    """Five steps down f(w) = sum(a * (w - c)^2) / 2, with the weights after each."""
    a, c = torch.tensor([1.0, 2.0, 5.0]).double(), torch.tensor([1.0, -1.0, 0.5]).double()
    optim = torch.optim
    kinds = {
        "sgd": (optim.SGD, {"lr": 0.1}),
        "sgd_decay": (optim.SGD, {"lr": 0.1, "weight_decay": 0.01}),
        "sgd_momentum": (optim.SGD, {"lr": 0.1, "momentum": 0.9}),
        "sgd_momentum_decay": (optim.SGD, {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01}),
        "sgd_nesterov": (optim.SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
        "sgd_nesterov_decay": (optim.SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
        "adam": (optim.Adam, {"lr": 0.1}),
        "adam_decay": (optim.Adam, {"lr": 0.1, "weight_decay": 0.01}),
        "adamw": (optim.AdamW, {"lr": 0.1, "weight_decay": 0.01}),
    }
    runs = {}
    for name, (kind, options) in kinds.items():
        w = torch.tensor([0.5, -0.25, 0.75]).double().requires_grad_()
        optimizer = kind([w], **options)
        weights = []
        for _ in range(5):
            optimizer.zero_grad()
            (a * (w - c) ** 2 / 2).sum().backward()
            optimizer.step()
            weights.append([number(v) for v in w.detach()])
        runs[name] = {"options": options, "weights": weights}
    problem = {"a": a.tolist(), "c": c.tolist(), "start": [0.5, -0.25, 0.75], "betas": [0.9, 0.999], "eps": 1e-8}
    return {"problem": problem, "runs": runs}


def schedules():
    """From a learning rate of 1: `rates[t]` is the one that epoch t trains with."""
    schedulers = torch.optim.lr_scheduler
    metric = [1.0, 0.9, 0.91, 0.92, 0.93, 0.8, 0.80001, 0.79999, 0.8, 0.81, 0.7, 0.71]
    kinds = {
        "step": (schedulers.StepLR, {"step_size": 3, "gamma": 0.5}),
        "cosine": (schedulers.CosineAnnealingLR, {"T_max": 10, "eta_min": 0.0}),
        "cosine_floor": (schedulers.CosineAnnealingLR, {"T_max": 10, "eta_min": 0.05}),
        "plateau": (schedulers.ReduceLROnPlateau, {"factor": 0.5, "patience": 2, "threshold": 1e-4}),
        "linear_warm_up": (schedulers.LinearLR, {"start_factor": 0.2, "end_factor": 1.0, "total_iters": 5}),
    }
    runs = {}
    for name, (kind, options) in kinds.items():
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
        scheduler = kind(optimizer, **options)
        rates = []
        for t in range(len(metric) - 1 if name.startswith("cosine") else len(metric)):
            rates.append(number(optimizer.param_groups[0]["lr"]))
            optimizer.step()
            scheduler.step(*([metric[t]] if name == "plateau" else []))
        runs[name] = {"options": options, "rates": rates}
        if name == "plateau":
            runs[name]["metric"] = metric
    return runs


def main():
    torch.set_num_threads(1)
    tables = {
        "about": {
            "torch": torch.__version__.split("+")[0],
            "wave": "sin(a, b, c)[i][j] = sin(a * i + b * j + c); of one row: i = 0",
            "gradient_of": "sum(output * g), g[i][j] = cos(2 * i + j); the output itself where it is one number",
        },
        "activations": activations(),
        "layers": layers(),
        "losses": losses(),
        "optimizers": optimizers(),
        "schedules": schedules(),
    }
    blocks = []
    for table, entries in tables.items():
        lines = (f"  {json.dumps(name)}: {json.dumps(entry)}" for name, entry in entries.items())
        blocks.append(f" {json.dumps(table)}: {{\n" + ",\n".join(lines) + "\n }")
    print("{\n" + ",\n".join(blocks) + "\n}")


if __name__ == "__main__":
    main()
