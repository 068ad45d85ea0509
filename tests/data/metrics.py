"""Writes `metrics.json`: what scikit-learn, SciPy and numpy make of random, degenerate and one-class inputs.

    python tests/data/metrics.py        (scikit-learn 1.9.1, SciPy 1.17.1, numpy 2.4.6)

`null`: the measure is not defined. That is where scikit-learn or SciPy warns, raises or gives NaN once it is told every class; of F1
where recall is not defined, whether precision is or not. Read by the tests of `src/builtin/metric` and `src/measure`.
"""
import json
import math
import pathlib
import warnings

import numpy as np
from scipy.special import log_softmax, rel_entr
from scipy.stats import pearsonr
from sklearn.metrics import (accuracy_score, average_precision_score, balanced_accuracy_score, cohen_kappa_score, f1_score,
                             matthews_corrcoef, mean_absolute_error, mean_squared_error, precision_score, recall_score,
                             roc_auc_score, top_k_accuracy_score)


def defined(function, *arguments, **named):
    """Its value; nothing where it warns, raises or is not finite."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            value = function(*arguments, **named)
        except (Warning, ValueError, IndexError):
            return None
    return float(value) if np.isscalar(value) and math.isfinite(value) else None


def said(p):
    return (p[:, 0] > 0.5).astype(int) if p.shape[1] == 1 else p.argmax(1)


def recalls(t, a, labels):
    return float(recall_score(t, a, labels=labels, average=None).mean())


def each_class(score, columns):
    return float(np.mean([score(t, p) for t, p in columns]))


def calibration(p, t, bins=15):
    """Guo et al. 2017, Eq. 3."""
    a = said(p)
    sure = np.where(a == 1, p[:, 0], 1 - p[:, 0]) if p.shape[1] == 1 else p.max(1)
    bin_ = np.clip(np.ceil(sure * bins), 1, bins)
    return float(sum(abs((a[bin_ == b] == t[bin_ == b]).mean() - sure[bin_ == b].mean()) * (bin_ == b).mean() for b in set(bin_)))


def averages(name, score, columns):
    """Of each class by itself and of all: `score` of columns of yes and no, true and said. Nothing where a class has none."""
    each = [defined(score, t, a) for t, a in columns]
    true = [int(t.sum()) for t, _ in columns]
    weighed = [(share, n) for share, n in zip(each, true) if n]
    weighted = sum(s * n for s, n in weighed) / sum(true) if weighed and None not in [s for s, _ in weighed] else None
    values = {name: None if None in each else float(np.mean(each)), f"{name}(weighted)": weighted}
    together = [np.concatenate(side) for side in zip(*columns)]
    values[f"{name}(micro)"] = defined(score, *together)
    values |= {f"{name}[{c}]": share for c, share in enumerate(each)}
    return values


def shares(columns):
    """precision, recall and specificity; a class that no sample has is not recalled."""
    negated = lambda t, a: recall_score(~t, ~a)
    return (averages("precision", precision_score, columns) | averages("recall", recall_score, columns)
            | averages("specificity", negated, columns))


def top_k(p, t, k, classes):
    """Of equal chances the first class is the greater one here, the last one in scikit-learn."""
    return top_k_accuracy_score(classes - 1 - t, p[:, ::-1], k=k, labels=range(classes))


def of_classes(classes, p, t):
    """`p`: a row of chances an answer; `t`: the true class, -1 where there is none."""
    p, t = p[t >= 0].astype(float), t[t >= 0].astype(int)
    labels, a = list(range(classes)), said(p) if len(p) else np.zeros(0, int)
    sought = [1] if classes == 2 else labels
    columns = [(t == c, p[:, min(c, p.shape[1] - 1)]) for c in sought]
    recall = defined(recalls, t, a, labels)
    weighted = defined(f1_score, t, a, average="weighted", labels=sorted(set(t)))
    values = {
        "accuracy": defined(accuracy_score, t, a),
        "balanced_accuracy": recall,
        "f1": None if recall is None else defined(f1_score, t, a, average="macro", labels=labels),
        "f1(weighted)": weighted,
        "f1(micro)": defined(accuracy_score, t, a),
        "auroc": defined(each_class, roc_auc_score, columns),
        "average_precision": defined(each_class, average_precision_score, columns),
        "cohen_kappa": defined(cohen_kappa_score, t, a, labels=labels),
        "cohen_kappa(linear)": defined(cohen_kappa_score, t, a, labels=labels, weights="linear"),
        "cohen_kappa(quadratic)": defined(cohen_kappa_score, t, a, labels=labels, weights="quadratic"),
        "mcc": defined(matthews_corrcoef, t, a) if len(set(t)) > 1 else None,
        "calibration_error": calibration(p, t) if len(t) else None,
        "calibration_error(4)": calibration(p, t, 4) if len(t) else None,
    }
    values |= shares([(t == c, a == c) for c in labels])
    if classes > 2:
        values["top_k(1)"] = defined(accuracy_score, t, a)
        values["top_k(2)"] = defined(top_k, p, t, 2, classes) if len(t) else None
        values["top_k(3)"] = defined(top_k, p, t, 3, classes) if len(t) and classes > 3 else None
        if classes == 3:
            del values["top_k(3)"]
    whole = p if p.shape[1] > 1 else np.concatenate([1 - p, p], 1)
    for c in labels:
        values[f"f1[{c}]"] = defined(f1_score, t == c, a == c) if (t == c).any() else None
        values[f"auroc[{c}]"] = defined(roc_auc_score, t == c, whole[:, c])
        values[f"average_precision[{c}]"] = defined(average_precision_score, t == c, whole[:, c])
    if recall is not None:
        assert abs(recall - balanced_accuracy_score(t, a)) < 1e-12
    values["error"] = None if values["accuracy"] is None else 1 - values["accuracy"]
    return values


def of_several(p, t):
    """`multi`: a column of chances a class."""
    p, t = p.astype(float), t.astype(int)
    a = (p > 0.5).astype(int)
    columns = list(zip(t.T, p.T))
    recall = defined(lambda: float(recall_score(t, a, average="macro")))
    values = {
        "accuracy": defined(accuracy_score, t.ravel(), a.ravel()),
        "f1": None if recall is None else defined(f1_score, t, a, average="macro"),
        "f1(weighted)": defined(f1_score, t, a, average="weighted", labels=[c for c in range(t.shape[1]) if t[:, c].any()]),
        "f1(micro)": defined(f1_score, t, a, average="micro") if t.any() else None,
        "auroc": defined(each_class, roc_auc_score, columns),
        "average_precision": defined(each_class, average_precision_score, columns),
    }
    values |= shares([(t[:, c] == 1, a[:, c] == 1) for c in range(t.shape[1])])
    for c, (true, chance) in enumerate(columns):
        values[f"f1[{c}]"] = defined(f1_score, true, chance > 0.5) if true.any() else None
        values[f"auroc[{c}]"] = defined(roc_auc_score, true, chance)
        values[f"average_precision[{c}]"] = defined(average_precision_score, true, chance)
    values["error"] = None if values["accuracy"] is None else 1 - values["accuracy"]
    return values


def of_numbers(x, t):
    x, t = x.astype(float), t.astype(float)
    level = lambda v, limit: np.round(np.clip(v, -limit, limit))
    kept = t != 0
    # Of MulT's `eval_metrics.py`: f1_score is given the prediction for the truth.
    swapped = lambda x, t: defined(f1_score, x > 0, t > 0, average="weighted") if len(t) else None
    straight = lambda x, t: defined(f1_score, t, x, average="weighted") if len(t) else None
    return {
        "mae": defined(mean_absolute_error, t, x),
        "rmse": None if not len(t) else math.sqrt(mean_squared_error(t, x)),
        "correlation": defined(lambda: float(pearsonr(x, t).statistic)) if len(t) > 1 else None,
        "acc7": defined(accuracy_score, level(t, 3), level(x, 3)),
        "acc5": defined(accuracy_score, level(t, 2), level(x, 2)),
        "acc2": defined(accuracy_score, t[kept] > 0, x[kept] > 0),
        "acc2(non_negative)": defined(accuracy_score, t >= 0, x >= 0),
        "acc2(non_positive)": defined(accuracy_score, t > 0, x > 0),
        "f1_sentiment(left_out, truth)": straight(x[kept] > 0, t[kept] > 0),
        "f1_sentiment(non_negative, truth)": straight(x >= 0, t >= 0),
        "f1_sentiment": swapped(x[kept], t[kept]),
        "f1_sentiment(non_positive)": swapped(x, t),
    }


def gs(logits):
    """Of logits `[networks, answers, classes]`, in float64 all the way."""
    log = log_softmax(np.asarray(logits, float), axis=2)
    p = np.exp(log)
    pairs = [(i, j) for i in range(len(p)) for j in range(len(p)) if i != j]
    return float(np.mean([(p[i] * (log[i] - log[j])).sum(1) for i, j in pairs]))


def f32(values):
    return np.asarray(values, np.float32)


def numbers(values):
    return [float(f"{v:.9g}") for v in f32(values).ravel()]


def softmax(x):
    x = f32(x)
    e = np.exp(x - x.max(-1, keepdims=True), dtype=np.float32)
    return e / e.sum(-1, keepdims=True, dtype=np.float32)


def inputs(r):
    """By name: kind, number of classes, predictions, truth."""
    chances = lambda n, c, scale=1.0: softmax(scale * r.normal(0, 1, (n, c)))
    rough = lambda p: f32(np.round(p, 1))
    yield "three classes", "class", 3, chances(60, 3), r.integers(0, 3, 60)
    yield "five classes, ties", "class", 5, rough(chances(80, 5)), np.arange(80) % 5
    yield "two classes", "class", 2, chances(50, 2), r.integers(0, 2, 50)
    yield "two classes, one number", "class", 2, f32(r.random((50, 1))), r.integers(0, 2, 50)
    yield "two classes, one number, ties", "class", 2, rough(r.random((50, 1))), r.integers(0, 2, 50)
    yield "two classes, sure", "class", 2, chances(40, 2, 60.0), r.integers(0, 2, 40)
    yield "steps without a class", "class", 3, chances(40, 3), r.integers(-1, 3, 40)
    yield "no label at all", "class", 3, chances(6, 3), np.full(6, -1)
    yield "one positive", "class", 2, f32(r.random((9, 1))), np.arange(9) == 4
    yield "no positive, none said", "class", 2, f32(r.random((9, 1)) / 2), np.zeros(9)
    yield "no positive, some said", "class", 2, f32(r.random((9, 1))), np.zeros(9)
    yield "no negative", "class", 2, f32(r.random((9, 1))), np.ones(9)
    yield "a class without a sample", "class", 4, chances(30, 4), r.integers(0, 3, 30)
    yield "one class of three", "class", 3, chances(8, 3), np.full(8, 1)
    yield "always the same answer", "class", 3, f32(np.tile([0.2, 0.5, 0.3], (12, 1))), np.arange(12) % 3
    yield "one sample", "class", 3, chances(1, 3), np.array([2])
    yield "several", "multi", 4, f32(r.random((40, 4))), r.integers(0, 2, (40, 4))
    yield "several, ties", "multi", 3, rough(r.random((40, 3))), r.integers(0, 2, (40, 3))
    yield "several, one never", "multi", 3, f32(r.random((20, 3))), r.integers(0, 2, (20, 3)) * [1, 0, 1]
    yield "several, one always", "multi", 3, f32(r.random((20, 3))), np.maximum(r.integers(0, 2, (20, 3)), [0, 1, 0])
    yield "several, none ever", "multi", 3, f32(r.random((20, 3))), np.zeros((20, 3))
    yield "several, one sample", "multi", 3, f32(r.random((1, 3))), np.array([[1, 0, 1]])
    yield "numbers", "real", 0, r.normal(0, 1.5, 70), np.round(r.normal(0, 1.5, 70) * 3) / 3
    yield "numbers, halves", "real", 0, r.integers(-8, 9, 60) / 2, r.integers(-8, 9, 60) / 2
    yield "numbers far from 0", "real", 0, 1e6 + r.normal(0, 1, 30), 1e6 + r.normal(0, 1, 30)
    yield "tiny numbers", "real", 0, 1e-30 * r.normal(0, 1, 30), 1e-30 * r.normal(0, 1, 30)
    yield "huge numbers", "real", 0, 1e30 * r.normal(0, 1, 30), 1e30 * r.normal(0, 1, 30)
    yield "one prediction for all", "real", 0, np.full(7, 0.1), r.normal(0, 1, 7)
    yield "one truth for all", "real", 0, r.normal(0, 1, 7), np.full(7, 0.3)
    yield "truths of 0", "real", 0, r.normal(0, 1, 5), np.zeros(5)
    yield "no prediction above 0", "real", 0, -np.abs(r.normal(0, 1, 20)), r.normal(0, 1, 20)
    yield "equal", "real", 0, np.arange(9) / 3, np.arange(9) / 3
    yield "one number", "real", 0, np.array([0.5]), np.array([1.5])
    yield "two numbers", "real", 0, np.array([0.5, -1.0]), np.array([1.5, 2.0])


def main():
    r = np.random.default_rng(2022)
    cases = []
    for name, kind, classes, p, t in inputs(r):
        p, t = f32(p), f32(t)
        values = {"class": lambda: of_classes(classes, p, t), "multi": lambda: of_several(p, t), "real": lambda: of_numbers(p, t)}[kind]()
        cases.append({"name": name, "kind": kind, "classes": classes, "samples": len(t), "predictions": numbers(p), "truth": numbers(t),
                      "expected": values})
    sure = []
    for scale in (1.0, 5.0, 20.0, 40.0):
        logits = f32(r.normal(0, scale, (3, 40, 4)).clip(-42, 42))
        sure.append({"scale": scale, "chances": [numbers(softmax(one)) for one in logits], "classes": 4, "expected": gs(logits)})
    path = pathlib.Path(__file__).with_suffix(".json")
    lines = lambda all_: ",\n".join("  " + json.dumps(one) for one in all_)
    path.write_text(f'{{"metrics": [\n{lines(cases)}\n],\n"gs": [\n{lines(sure)}\n]}}\n')


if __name__ == "__main__":
    main()
