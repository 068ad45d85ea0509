//! Measures by their names, built from splits and metrics as tables have them.

use super::super::Analysis;
use super::super::names::resolved;
use crate::syntax::ast::{Dataset, DatasetStmt, ExprNode, Item, Pipeline, PipelineStmt};
use std::collections::BTreeSet;

/// Measures of the pipelines of the file, of all splits or of all but some.
pub fn of(analysis: &Analysis, without: Option<&[&str]>) -> BTreeSet<String> {
    let program = &analysis.program;
    let Some(file) = program.files.first() else { return BTreeSet::new() };
    let items: Vec<&Item> = file.scope.values().map(|id| program.item(resolved(program, *id))).collect();
    let splits: BTreeSet<&str> = items.iter().flat_map(|item| splits(item)).collect();
    let metrics: BTreeSet<&str> = items.iter().flat_map(|item| metrics(item)).collect();
    let mut found = BTreeSet::new();
    for split in splits.iter().filter(|split| without.is_none_or(|left| !left.contains(split))) {
        found.insert(format!("{split}_loss"));
        found.extend(metrics.iter().map(|metric| format!("{split}_{metric}")));
        if *split != "train" && without.is_none() {
            found.insert(format!("{split}_gap"));
        }
    }
    if without.is_none() && splits.contains("test") {
        found.extend(["generalization_gap", "gs", "gs_harnessed"].map(str::to_string));
    }
    found
}

fn splits(item: &Item) -> Vec<&str> {
    fn name(statement: &DatasetStmt) -> Option<&str> {
        match statement {
            DatasetStmt::Split { name, .. } => Some(&name.node),
            DatasetStmt::Modality { .. } | DatasetStmt::Target { .. } | DatasetStmt::Group { .. } => None,
        }
    }
    let Item::Dataset(Dataset { body, .. }) = item else { return vec![] };
    body.iter().filter_map(name).collect()
}

fn metrics(item: &Item) -> Vec<&str> {
    let Item::Pipeline(Pipeline { body, .. }) = item else { return vec![] };
    let mut names = vec![];
    for statement in body {
        let PipelineStmt::Metrics { values, .. } = statement else { continue };
        for metric in values {
            let mut value = &metric.value;
            if let ExprNode::Call(callee, _) = &value.node {
                value = callee;
            }
            match (&metric.name, &value.node) {
                (Some(name), _) => names.push(name.node.as_str()),
                (None, ExprNode::Name(name)) => names.push(name),
                (None, _) => {}
            }
        }
    }
    names
}
