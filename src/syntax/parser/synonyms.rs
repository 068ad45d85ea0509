//! Words of other languages and libraries at the beginning of a statement, and what they are here.

use super::forms::Body;
use Meant::{Before, Budget, Help, Word};

/// What a foreign word at the beginning of a statement stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Meant {
    /// Another word for this one.
    Word(&'static str),
    /// A value of this statement, whose word is missing.
    Before(&'static str),
    /// A number of this unit, of the budget.
    Budget(&'static str),
    /// Something that is said elsewhere.
    Help(&'static str),
}

const RATE: Meant = Help("it is an argument of the optimizer: `optimizer adam(lr: 1e-3)`");

/// Words of other languages and libraries, and what they are here.
type Synonym = (&'static [&'static str], Meant);

/// Of each body.
const SYNONYMS: &[(&str, &[Synonym])] = &[
    (
        "a network",
        &[
            (&["return", "output", "outputs", "result", "yield"], Word("out")),
            (&["input", "inputs"], Word("in")),
            (&["var", "val", "const", "auto", "def", "set"], Word("let")),
            (&["frozen", "freeze", "constant"], Word("fixed")),
            (&["encoder", "embed", "unimodal", "branch"], Word("uni")),
            (&["classifier", "decoder", "predictor"], Word("head")),
            (&["joint", "merge", "trunk", "backbone"], Word("fusion")),
            (&["layer", "module"], Help("a module of a network has a role: `uni`, `fusion`, `head` or `fixed`")),
        ],
    ),
    (
        "a block",
        &[
            (&["return", "output", "outputs", "result", "yield"], Word("out")),
            (&["input", "inputs"], Word("in")),
            (&["var", "val", "const", "auto", "def", "set"], Word("let")),
            (&["module", "sub", "uni", "head", "fusion", "fixed"], Word("layer")),
        ],
    ),
    (
        "a schedule",
        &[
            (&["kfold", "kfolds", "k_folds", "cv", "n_folds"], Word("folds")),
            (&["copies", "replicate"], Word("replicas")),
            (&["loop", "while", "forever"], Word("repeat")),
            (&["stage", "step"], Word("phase")),
            (&["select", "return", "export"], Word("deploy")),
            (&["train"], Help("it stands in a phase: `phase all { train uni, fusion, head on all }`")),
        ],
    ),
    ("a phase", &[(&["fit", "learn", "update", "optimize"], Word("train")), (&["lr", "learning_rate"], RATE)]),
    (
        "a dataset",
        &[
            (&["input", "inputs", "feature", "features", "view", "modal", "channel", "x"], Word("modality")),
            (&["label", "labels", "y", "output", "class"], Word("target")),
            (&["groups", "subject", "subjects", "group_by"], Word("group")),
            (&["part", "subset", "partition"], Word("split")),
            (
                &["train", "test", "validation", "val"],
                Help("a set of samples is a `split`: `split train = key(\"train\")`"),
            ),
        ],
    ),
    (
        "a pipeline",
        &[
            (&["dataset", "datasets"], Word("data")),
            (&["model", "net", "architecture", "module"], Word("network")),
            (&["criterion", "loss_fn", "loss_function", "objective", "losses"], Word("loss")),
            (&["optim", "opt", "optimiser", "solver"], Word("optimizer")),
            (&["scheduler", "lr_scheduler", "lr_schedule", "learning_rate_schedule"], Word("rate")),
            (&["method", "strategy", "training"], Word("schedule")),
            (&["batch_size", "batchsize", "bs", "minibatch", "batches"], Word("batch")),
            (
                &["accumulation", "grad_accum", "accumulate_grad_batches", "gradient_accumulation_steps", "iter_size"],
                Word("accumulate"),
            ),
            (&["eval_frozen", "frozen_eval", "freeze_dropout", "dropout_in_frozen"], Word("frozen_dropout")),
            (&["mix_up", "mixup_alpha", "input_mixup"], Word("mixup")),
            (
                &["clip_grad", "grad_clip", "gradient_clip", "clip_norm", "max_grad_norm", "clip_grad_norm"],
                Word("clip"),
            ),
            (&["metric", "measure", "measures"], Word("metrics")),
            (&["views", "inputs", "modality"], Word("modalities")),
            (&["epochs", "epoch", "n_epochs", "num_epochs", "max_epochs"], Budget("epochs")),
            (&["steps", "iterations", "iters", "max_steps", "updates"], Budget("steps")),
            (&["adam", "adamw", "sgd"], Before("optimizer")),
            (&["cosine", "milestones", "plateau"], Before("rate")),
            (&["cross_entropy", "mse", "bce", "bce_with_logits"], Before("loss")),
            (&["lr", "learning_rate", "weight_decay", "momentum", "betas"], RATE),
            (
                &["early_stopping", "patience"],
                Help(
                    "`keep best on validation` keeps the best epoch; a phase may train `until no gain in 5 epochs on validation`",
                ),
            ),
            (&["seed"], Help("it is a statement of an `experiment`, which runs a pipeline: `seeds 30`")),
            (
                &["dropout", "width", "heads"],
                Help("it is an argument of the network or the schedule: `network Toy(width: 32)`"),
            ),
        ],
    ),
    (
        "an experiment",
        &[
            (&["grid", "sweep", "foreach", "param", "axis"], Word("vary")),
            (&["tune", "search", "hyperparameters", "optimize", "optimise", "grid_search"], Word("choose")),
            (&["random_seed", "n_seeds", "num_seeds"], Word("seeds")),
            (
                &[
                    "kfold",
                    "kfolds",
                    "k_folds",
                    "cv",
                    "n_folds",
                    "n_splits",
                    "folds",
                    "cross_validate",
                    "cross_validation",
                    "crossval",
                ],
                Word("cross"),
            ),
            (
                &["leave_one_out", "loo", "loso", "leave_one_group_out"],
                Help("write `cross each subject`: each group is the test split in turn"),
            ),
            (&["plot", "graph", "chart", "curve", "curves"], Word("figure")),
            (&["show", "print", "report", "tables"], Word("table")),
            (&["contrast", "versus", "comparison"], Word("compare")),
            (&["baseline", "baselines"], Word("reference")),
            (&["trial", "pipeline", "execute"], Word("run")),
            (&["cite", "paper", "literature"], Word("published")),
        ],
    ),
    (
        "a search",
        &[
            (&["n_trials", "num_trials", "samples", "candidates", "n_iter"], Word("trials")),
            (&["random_seed", "n_seeds", "num_seeds"], Word("seeds")),
            (&["metric", "objective", "on", "minimize", "maximize"], Word("by")),
            (&["algorithm", "strategy", "method"], Word("sampler")),
            (&["hyperband", "asha", "prune", "pruner", "successive_halving"], Word("halving")),
        ],
    ),
    ("a table", &[(&["row"], Word("rows")), (&["col", "cols", "column"], Word("columns"))]),
    (
        "a figure",
        &[(&["line", "series", "hue"], Word("lines")), (&["facet", "facets", "panel", "subplots"], Word("panels"))],
    ),
];

/// What `word` is, at the beginning of a statement of this body; `None` where the body has it, or nobody has.
pub(super) fn statement_synonym(body: &Body, word: &str) -> Option<Meant> {
    let lower = word.to_lowercase();
    if let Some(form) = body.form(&lower).filter(|_| lower != word) {
        return Some(Word(form.word));
    }
    let (_, words) = SYNONYMS.iter().find(|(what, _)| *what == body.what)?;
    words.iter().find(|(theirs, _)| theirs.contains(&lower.as_str())).map(|(_, meant)| *meant)
}
