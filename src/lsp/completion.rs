//! What can stand at the cursor, and nothing else.

mod candidates;
mod measures;

use super::Analysis;
use super::context::{Begins, Call, Context, Within, context, statements};
use crate::builtin::registry;
use crate::builtin::row::Category;
use candidates::Candidates;
use lsp_types::CompletionItem;

/// Whether an editor fills in places of a text that is put in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Snippets {
    Yes,
    No,
}

const ROLES: [&str; 3] = ["uni", "fusion", "head"];

/// At an offset of the text that was named.
pub fn completion(analysis: &Analysis, offset: usize, snippets: Snippets) -> Vec<CompletionItem> {
    let text = &analysis.source(analysis.entry()).text;
    let at = context(text, offset);
    let mut found = Candidates::new(analysis, &at, snippets);
    match at.within {
        Within::Comment => return vec![],
        // Paths and arrays: whoever sees the disk knows them.
        Within::Text(_) => return vec![],
        Within::Code => {}
    }
    match at.item {
        None => top(&at, &mut found),
        Some((item, name)) => {
            match at.call.as_ref().filter(|call| call.callee == name && at.statement.first() == Some(&item)) {
                Some(call) => header(text, &at, call, &mut found),
                None => inside(item, &at, &mut found),
            }
        }
    }
    found.items()
}

fn top(at: &Context<'_>, found: &mut Candidates<'_>) {
    match at.statement.first().copied() {
        Some("use") => found.library(),
        Some("allow") => found.lints(),
        _ if at.begins == Begins::Statement => found.top(),
        _ => {}
    }
}

/// Parameters of an item: behind their names stand types, behind these what a type takes.
fn header(text: &str, at: &Context<'_>, call: &Call<'_>, found: &mut Candidates<'_>) {
    let written = &text[call.start + 1..at.start];
    let written = written.rsplit(',').next().unwrap_or_default();
    match (written.split_once(':'), written.contains('=')) {
        (Some(_), false) => found.types(),
        (Some((_, ty)), true) => {
            found.of_type(ty.split('=').next().unwrap_or_default().trim());
        }
        (None, _) => {}
    }
}

fn inside(item: &str, at: &Context<'_>, found: &mut Candidates<'_>) {
    if let Some(call) = &at.call {
        found.arguments(call);
        let told = call.named.is_some_and(|name| found.values(call.callee, name));
        // What a builtin takes are numbers and words.
        if told || registry::find(call.callee).next().is_some_and(|row| !takes_names(row.kind.category())) {
            found.parameters(&[]);
            return;
        }
    }
    if at.begins == Begins::Statement {
        found.words(statements(item, &at.blocks));
        return;
    }
    match item {
        "network" | "block" => network(at, found),
        "schedule" => schedule(at, found),
        "dataset" => dataset(at, found),
        "pipeline" => pipeline(at, found),
        "experiment" => experiment(at, found),
        _ => {}
    }
}

fn network(at: &Context<'_>, found: &mut Candidates<'_>) {
    let has = |word: &str| at.statement.contains(&word);
    match at.statement.first().copied() {
        Some("uni" | "fusion" | "head" | "fixed" | "layer") if has("=") || at.call.is_some() => {
            found.rows(&[Category::Layer, Category::Op]);
            found.things(&["block"]);
            found.parameters(&[]);
        }
        Some("let" | "out") if has("=") || has("out") || at.call.is_some() => {
            found.locals();
            found.parameters(&[]);
            found.rows(&[Category::Op]);
            found.things(&["block"]);
        }
        // Names as the data has them, and axes.
        Some("in") if at.statement.last() == Some(&":") => found.parameters(&["Int", "Any"]),
        Some("in") => {
            found.words(&["each"]);
            found.of_items(&["dataset"], "modality");
        }
        // A block that is one chain.
        Some("block") if has("=") => {
            found.rows(&[Category::Layer, Category::Op]);
            found.things(&["block"]);
            found.parameters(&[]);
        }
        Some("uni" | "fusion" | "head" | "fixed" | "layer" | "let") => found.words(&["each"]),
        _ => {}
    }
}

fn schedule(at: &Context<'_>, found: &mut Candidates<'_>) {
    let last = at.statement.iter().rev().find(|word| word.len() > 1 || word.chars().all(char::is_alphabetic)).copied();
    match (at.statement.first().copied(), last) {
        (Some("train"), _) if at.statement.contains(&"through") => {
            found.words(&ROLES);
            found.words(&["mean", "for", "until"]);
        }
        (Some("train"), _) if at.statement.contains(&"on") => {
            found.sets();
            found.words(&["through", "for", "until"]);
        }
        (Some("train"), _) => {
            found.words(&ROLES);
            found.words(&["on"]);
        }
        (Some("replicas"), _) => {
            found.words(&ROLES);
            found.parameters(&[]);
        }
        (Some("for"), Some("in")) => found.words(&["folds"]),
        (Some("for"), _) => found.words(&["in"]),
        (Some("deploy"), Some("on")) => found.sets(),
        (Some("deploy"), Some("by")) => found.rows(&[Category::Metric]),
        (Some("deploy"), Some("best" | "last")) => found.words(&ROLES),
        (Some("deploy"), _) => {
            found.words(&["best", "last", "mean", "on", "by"]);
            found.words(&ROLES);
        }
        (Some("folds" | "repeat"), _) => {
            found.parameters(&[]);
            found.words(&["stratified", "grouped"]);
        }
        (Some(word), _) => setting(word, found),
        (None, _) => {}
    }
}

fn setting(word: &str, found: &mut Candidates<'_>) {
    match word {
        "optimizer" => {
            found.rows(&[Category::Optimizer]);
            found.parameters(&["Optimizer", "Any"]);
        }
        "rate" => {
            found.rows(&[Category::Rate]);
            found.parameters(&["Rate", "Any"]);
        }
        "frozen_dropout" => {
            found.words(&["true", "false"]);
            found.parameters(&["Bool", "Any"]);
        }
        _ => found.parameters(&["Int", "Float", "Any"]),
    }
}

fn dataset(at: &Context<'_>, found: &mut Candidates<'_>) {
    let after = |word: &str| at.statement.contains(&word);
    match at.statement.first().copied() {
        Some("modality" | "target" | "group") if after("|>") => found.rows(&[Category::Transform]),
        Some("modality" | "target" | "group") if after("=") => found.rows(&[Category::Source]),
        Some("target") if after(":") => found.words(&["class", "multi", "real", "events"]),
        Some("split") if after("=") => found.rows(&[Category::Split]),
        Some("from" | "dataset") => found.rows(&[Category::Generator]),
        _ => {}
    }
    found.parameters(&[]);
}

fn pipeline(at: &Context<'_>, found: &mut Candidates<'_>) {
    let last = at.statement.last().copied();
    match at.statement.first().copied() {
        Some("data") => found.thing_or_parameter("dataset", "Dataset"),
        Some("network") => found.thing_or_parameter("network", "Network"),
        Some("schedule") => found.thing_or_parameter("schedule", "Schedule"),
        Some("modalities") => {
            found.of_items(&["dataset"], "modality");
            found.parameters(&["Names", "List", "Any"]);
        }
        Some("loss") => {
            found.parameters(&["Loss", "Float", "Any"]);
            found.rows(&[Category::Loss]);
            found.of_items(&["network"], "output");
            found.of_items(&["dataset"], "target");
        }
        Some("metrics") => found.rows(&[Category::Metric]),
        Some("detect") if at.statement.contains(&"=") => found.rows(&[Category::Detection]),
        Some("keep") if last == Some("on") => found.of_items(&["dataset"], "split"),
        Some("keep") if last == Some("by") => found.rows(&[Category::Metric]),
        Some("keep") => found.words(&["best", "on", "by"]),
        Some("budget") => {
            found.words(&["epochs", "steps", "samples", "rounds"]);
            found.parameters(&["Length", "Int", "Any"]);
        }
        Some("start") => {
            found.of_items(&["network"], "module");
            found.words(&["from"]);
            found.things(&["pipeline"]);
        }
        Some(word) => setting(word, found),
        None => {}
    }
}

fn experiment(at: &Context<'_>, found: &mut Candidates<'_>) {
    match at.statement.first().copied() {
        Some("rows" | "columns" | "cells") => {
            found.axes();
            found.words(&["rows", "columns", "cells"]);
        }
        Some("lines" | "panels") => {
            found.axes();
            found.words(&["lines", "panels", "every"]);
        }
        Some("compare") => found.axes(),
        Some("table" | "figure") => found.measures(),
        Some("by") => found.choosing(),
        Some("sampler") => found.words(&["grid", "random", "sobol", "tpe"]),
        Some("cross") => {
            found.words(&["each", "by"]);
            found.of_items(&["dataset"], "group");
        }
        Some("run" | "reference") => {
            found.things(&["pipeline"]);
            found.axes();
        }
        // The name and what follows it.
        Some("vary" | "choose") if !at.statement.contains(&"in") && at.call.is_none() => found.words(&["in"]),
        Some("vary" | "choose") => {
            found.things(&["schedule", "network", "dataset", "pipeline"]);
            found.axes();
        }
        _ => {}
    }
    found.parameters(&[]);
}

/// Whether names of the text stand in the brackets of such a row.
fn takes_names(category: Category) -> bool {
    match category {
        Category::Op | Category::Loss | Category::Metric | Category::Detection => true,
        Category::Layer
        | Category::Optimizer
        | Category::Rate
        | Category::Generator
        | Category::Source
        | Category::Transform
        | Category::Split => false,
    }
}

/// The rows of these categories, by name.
fn rows(categories: &[Category]) -> impl Iterator<Item = &'static crate::builtin::Builtin> + '_ {
    registry::registry().iter().copied().filter(|row| categories.contains(&row.kind.category()))
}
