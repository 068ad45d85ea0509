//! Which statements stand in which body, with an example of each. Owns the words that messages about syntax offer; the
//! grammar says the same in `grammar/mhm.pest`.

use super::Rule;
use Meant::{Before, Budget, Help, Word};

/// A statement's word and how one is written.
pub(super) struct Form {
    pub word: &'static str,
    pub example: &'static str,
}

/// A body that holds statements.
pub(super) struct Body {
    /// `a network`
    pub what: &'static str,
    pub forms: &'static [Form],
}

const fn form(word: &'static str, example: &'static str) -> Form {
    Form { word, example }
}

pub(super) static BLOCK: Body = Body {
    what: "a block",
    forms: &[
        form("in", "in x: [T, D]"),
        form("layer", "layer fc = linear(32) |> relu"),
        form("let", "let y = fc(x)"),
        form("out", "out fc(x)"),
    ],
};

pub(super) static NETWORK: Body = Body {
    what: "a network",
    forms: &[
        form("in", "in audio: [T, A], video: [T, V]"),
        form("uni", "uni embed = linear(32) |> relu"),
        form("fusion", "fusion joint = linear(32) |> relu"),
        form("head", "head classify = linear(2)"),
        form("fixed", "fixed filter = linear(1) |> sigmoid"),
        form("let", "let x = concat(audio, video)"),
        form("out", "out classify(joint(x))"),
    ],
};

pub(super) static SCHEDULE: Body = Body {
    what: "a schedule",
    forms: &[
        form("folds", "folds heads"),
        form("replicas", "replicas head heads"),
        form("repeat", "repeat { phase all { train uni, head on all } }"),
        form("for", "for k in folds { phase head { train head[k] on except(k) } }"),
        form("phase", "phase all { train uni, fusion, head on all }"),
        form("deploy", "deploy head[0]"),
    ],
};

pub(super) static PHASE: Body = Body {
    what: "a phase",
    forms: &[
        form("train", "train uni, head[k] on except(k)"),
        form("optimizer", "optimizer adam(lr: 1e-3)"),
        form("rate", "rate cosine()"),
        form("clip", "clip 0.8"),
        form("batch", "batch 32"),
    ],
};

pub(super) static DATASET: Body = Body {
    what: "a dataset",
    forms: &[
        form("modality", "modality audio: [10, 128] = hdf5(\"audio.h5\")"),
        form("target", "target event: class(29) = hdf5(\"labels.h5\")"),
        form("split", "split train = key(\"train\")"),
    ],
};

pub(super) static PIPELINE: Body = Body {
    what: "a pipeline",
    forms: &[
        form("data", "data two_moons(noise: 0.3)"),
        form("modalities", "modalities [audio, video]"),
        form("network", "network ToyIntermediate(width: 32)"),
        form("loss", "loss cross_entropy"),
        form("schedule", "schedule Mhm(heads: 4)"),
        form("budget", "budget 200 epochs"),
        form("detect", "detect actions = detections(cas, scores) |> nms"),
        form("metrics", "metrics error, accuracy"),
        form("start", "start filter from pretrain"),
        form("keep", "keep best on validation"),
        form("optimizer", "optimizer adam(lr: 1e-3)"),
        form("rate", "rate cosine()"),
        form("clip", "clip 0.8"),
        form("batch", "batch 32"),
    ],
};

pub(super) static EXPERIMENT: Body = Body {
    what: "an experiment",
    forms: &[
        form("vary", "vary method in [EndToEnd, Mhm(heads: 4)]"),
        form("seeds", "seeds 30"),
        form("repeats", "repeats 2"),
        form("run", "run moons(method)"),
        form("reference", "reference first = alone(views: [first])"),
        form("table", "table test_error { rows method }"),
        form("figure", "figure test_error { lines method  every 5 }"),
        form("compare", "compare method"),
        form("published", "published \"Lee et al. 2022, Table 2\" test_error = [17.5, 15.0]"),
        form("noise", "noise 0.5"),
    ],
};

pub(super) static TABLE: Body = Body {
    what: "a table",
    forms: &[form("rows", "rows method"), form("columns", "columns line"), form("cells", "cells network")],
};

pub(super) static FIGURE: Body = Body {
    what: "a figure",
    forms: &[form("lines", "lines method"), form("panels", "panels task"), form("every", "every 5")],
};

/// Every body, for "that is a statement of …"; the bodies of one item stand together.
pub(super) static BODIES: [&Body; 9] =
    [&NETWORK, &SCHEDULE, &PHASE, &DATASET, &PIPELINE, &EXPERIMENT, &TABLE, &FIGURE, &BLOCK];

/// The bodies an item may hold, the outermost first, and the rule for what is left of it after an error.
pub(super) fn of_item(word: &str) -> Option<(&'static [&'static Body], Rule)> {
    Some(match word {
        "block" => (&BODIES[8..9], Rule::rest_of_block),
        "network" => (&BODIES[0..1], Rule::rest_of_network),
        "schedule" => (&BODIES[1..3], Rule::rest_of_schedule),
        "dataset" => (&BODIES[3..4], Rule::rest_of_dataset),
        "pipeline" => (&BODIES[4..5], Rule::rest_of_pipeline),
        "experiment" => (&BODIES[5..8], Rule::rest_of_experiment),
        _ => return None,
    })
}

/// How an item's head is written.
pub(super) fn item_example(word: &str) -> &'static str {
    match word {
        "use" => "use std.schedule.Mhm",
        "block" => "block Mlp(width: Int = 32) = linear(width) |> relu",
        "network" => "network Toy(width: Int = 32) { … }",
        "schedule" => "schedule Mhm(heads: Int = 4) { … }",
        "dataset" => "dataset ave from \"data/ave\" { … }",
        "pipeline" => "pipeline moons(method: Schedule) { … }",
        _ => "experiment table_2 { … }",
    }
}

impl Body {
    pub(super) fn form(&self, word: &str) -> Option<&'static Form> {
        self.forms.iter().find(|form| form.word == word)
    }

    /// `` `in`, `uni` and `out` ``
    pub(super) fn words(&self) -> String {
        listed(self.forms.iter().map(|form| format!("`{}`", form.word)), "and")
    }
}

/// `a, b and c`.
pub(super) fn listed(words: impl Iterator<Item = String>, last: &str) -> String {
    let words: Vec<String> = words.collect();
    match words.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((end, rest)) => format!("{} {last} {end}", rest.join(", ")),
    }
}

/// What a person would write where the grammar wanted `rule`. `None`: not worth naming.
pub(super) fn wanted(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::name => "a name",
        Rule::type_name => "a type",
        Rule::lint => "a lint's name",
        Rule::expr | Rule::number | Rule::arg | Rule::trained | Rule::through | Rule::amount => "a value",
        Rule::string => "a text in double quotes",
        Rule::unit => "`epochs`, `steps`, `samples` or `rounds`",
        Rule::role => "`uni`, `fusion`, `head` or `fixed`",
        Rule::network_stmt | Rule::block_stmt | Rule::schedule_stmt | Rule::phase_stmt => "a statement",
        Rule::dataset_stmt | Rule::pipeline_stmt | Rule::experiment_stmt => "a statement",
        Rule::table_stmt | Rule::axis | Rule::figure_stmt | Rule::figure_axis | Rule::every => "a statement",
        Rule::eq | Rule::define => "`=`",
        Rule::colon | Rule::type_of => "`:`",
        Rule::comma => "`,`",
        Rule::lparen => "`(`",
        Rule::rparen => "`)`",
        Rule::list | Rule::lbracket => "`[`",
        Rule::rbracket => "`]`",
        Rule::lbrace => "`{`",
        Rule::rbrace => "`}`",
        Rule::kw_from => "`from`",
        Rule::kw_in => "`in`",
        Rule::kw_folds => "`folds`",
        Rule::kw_on => "`on`",
        Rule::kw_through => "`through`",
        Rule::kw_for => "`for`",
        Rule::kw_until => "`until`",
        Rule::kw_no => "`no`",
        Rule::kw_gain => "`gain`",
        Rule::kw_at => "`at`",
        Rule::kw_most => "`most`",
        _ => return None,
    })
}

/// Whether a statement might have begun where the grammar wanted `rule`.
pub(super) fn is_statement(rule: &Rule) -> bool {
    wanted(*rule) == Some("a statement")
}

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
            (&["loss", "optimizer", "metrics"], Help("a network only computes; this is a statement of a `pipeline`")),
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
            (&["keep", "select", "return", "export"], Word("deploy")),
            (&["train"], Help("it stands in a phase: `phase all { train uni, fusion, head on all }`")),
        ],
    ),
    ("a phase", &[(&["fit", "learn", "update", "optimize"], Word("train")), (&["lr", "learning_rate"], RATE)]),
    (
        "a dataset",
        &[
            (&["input", "inputs", "feature", "features", "view", "modal", "channel", "x"], Word("modality")),
            (&["label", "labels", "y", "output", "class"], Word("target")),
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
            (
                &["seed", "seeds", "vary", "table", "figure"],
                Help("it is a statement of an `experiment`, which runs a pipeline"),
            ),
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
            (&["random_seed", "n_seeds", "num_seeds"], Word("seeds")),
            (&["plot", "graph", "chart", "curve", "curves"], Word("figure")),
            (&["show", "print", "report", "tables"], Word("table")),
            (&["contrast", "versus", "comparison"], Word("compare")),
            (&["baseline", "baselines"], Word("reference")),
            (&["trial", "pipeline", "execute"], Word("run")),
            (&["cite", "paper", "literature"], Word("published")),
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

/// The body that has statements of this word.
pub(super) fn statement_of(word: &str) -> Option<(&'static Body, &'static Form)> {
    BODIES.iter().find_map(|body| body.form(word).map(|form| (*body, form)))
}
