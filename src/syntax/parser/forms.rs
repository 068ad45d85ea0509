//! Which statements stand in which body, with an example of each. Owns the words that messages about syntax offer; the
//! grammar says the same in `grammar/mhm.pest`.

use super::Rule;

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
        form("modality_dropout", "modality_dropout 0.2"),
        form("mixup", "mixup 0.2"),
        form("accumulate", "accumulate 4"),
        form("frozen_dropout", "frozen_dropout false"),
    ],
};

pub(super) static DATASET: Body = Body {
    what: "a dataset",
    forms: &[
        form("modality", "modality audio: [10, 128] = hdf5(\"audio.h5\")"),
        form("target", "target event: class(29) = hdf5(\"labels.h5\")"),
        form("group", "group subject = npz(\"subject\")"),
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
        form("modality_dropout", "modality_dropout 0.2"),
        form("mixup", "mixup 0.2"),
        form("accumulate", "accumulate 4"),
        form("frozen_dropout", "frozen_dropout false"),
    ],
};

pub(super) static EXPERIMENT: Body = Body {
    what: "an experiment",
    forms: &[
        form("vary", "vary method in [EndToEnd, Mhm(heads: 4)]"),
        form("choose", "choose lr in [1e-3, 1e-2] { by validation_loss }"),
        form("seeds", "seeds 30"),
        form("cross", "cross 5, by: subject"),
        form("repeats", "repeats 2"),
        form("run", "run moons(method)"),
        form("reference", "reference first = alone(views: [first])"),
        form("table", "table test_error { rows method }"),
        form("figure", "figure test_error { lines method  every 5 }"),
        form("compare", "compare method on test_accuracy"),
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

pub(super) static CHOOSE: Body = Body {
    what: "a search",
    forms: &[
        form("trials", "trials 24"),
        form("seeds", "seeds 2"),
        form("by", "by validation_loss"),
        form("sampler", "sampler random"),
        form("halving", "halving 3 from 5 epochs"),
    ],
};

/// Every body, for "that is a statement of …"; the bodies of one item stand together.
pub(super) static BODIES: [&Body; 10] =
    [&NETWORK, &SCHEDULE, &PHASE, &DATASET, &PIPELINE, &EXPERIMENT, &TABLE, &FIGURE, &CHOOSE, &BLOCK];

/// The bodies an item may hold, the outermost first, and the rule for what is left of it after an error.
pub(super) fn of_item(word: &str) -> Option<(&'static [&'static Body], Rule)> {
    Some(match word {
        "block" => (&BODIES[9..10], Rule::rest_of_block),
        "network" => (&BODIES[0..1], Rule::rest_of_network),
        "schedule" => (&BODIES[1..3], Rule::rest_of_schedule),
        "dataset" => (&BODIES[3..4], Rule::rest_of_dataset),
        "pipeline" => (&BODIES[4..5], Rule::rest_of_pipeline),
        "experiment" => (&BODIES[5..9], Rule::rest_of_experiment),
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
        Rule::expr | Rule::number | Rule::arg | Rule::condition | Rule::trained | Rule::through | Rule::amount => {
            "a value"
        }
        Rule::string => "a text in double quotes",
        Rule::unit => "`epochs`, `steps`, `samples` or `rounds`",
        Rule::role => "`uni`, `fusion`, `head` or `fixed`",
        Rule::network_stmt | Rule::block_stmt | Rule::schedule_stmt | Rule::phase_stmt => "a statement",
        Rule::dataset_stmt | Rule::pipeline_stmt | Rule::experiment_stmt => "a statement",
        Rule::table_stmt | Rule::axis | Rule::figure_stmt | Rule::figure_axis | Rule::every => "a statement",
        Rule::choose_stmt => "a statement",
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

/// What has statements of this word: `an experiment`.
pub(super) fn bodies_with(word: &str) -> impl Iterator<Item = &'static str> {
    BODIES.iter().filter(move |body| body.form(word).is_some()).map(|body| body.what)
}

/// The body that has statements of this word.
pub(super) fn statement_of(word: &str) -> Option<(&'static Body, &'static Form)> {
    BODIES.iter().find_map(|body| body.form(word).map(|form| (*body, form)))
}
