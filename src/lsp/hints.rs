//! What a reader would like to see beside the text: shapes of values, samples and steps of phases.

use super::Analysis;
use super::hover::Seen;
use crate::syntax::ast::{Expr, ExprNode, Item, NetworkStmt, Schedule, ScheduleStmt};
use lsp_types::{InlayHint, InlayHintKind, InlayHintLabel, Range};
use std::collections::BTreeMap;

/// Which hints a person wants.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    pub shapes: Shown,
    pub phases: Shown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    Yes,
    No,
}

/// Hints of the lines of a range.
pub fn hints(analysis: &Analysis, wanted: Wanted, range: Range) -> Vec<InlayHint> {
    let seen = Seen::new(analysis);
    let places = analysis.places(analysis.entry());
    let mut texts: BTreeMap<u32, String> = BTreeMap::new();
    let items = analysis.program.files.first().map_or(&[][..], |file| &file.tree.items);
    for item in items {
        match item {
            Item::Network(network) if wanted.shapes == Shown::Yes => shapes(&seen, &network.body, &mut texts),
            Item::Schedule(schedule) if wanted.phases == Shown::Yes => phases(&seen, schedule, &mut texts),
            _ => {}
        }
    }
    let hint = |(at, text): (u32, String)| InlayHint {
        position: places.position(at as usize),
        label: InlayHintLabel::String(text),
        kind: Some(InlayHintKind::TYPE),
        text_edits: None,
        tooltip: None,
        padding_left: Some(true),
        padding_right: None,
        data: None,
    };
    let hints = texts.into_iter().map(hint);
    hints.filter(|hint| range.start.line <= hint.position.line && hint.position.line <= range.end.line).collect()
}

/// Behind every step of a chain, and behind values and outputs.
fn shapes(seen: &Seen<'_>, body: &[NetworkStmt], texts: &mut BTreeMap<u32, String>) {
    for statement in body {
        match statement {
            NetworkStmt::Input { .. } => {}
            NetworkStmt::Module { name, body: value, .. } => {
                steps(seen, value, texts);
                // A block's steps stand elsewhere; what comes out of the last is what the module makes.
                if let Some(made) = seen.made(&name.node) {
                    texts.entry(value.span.end).or_insert(made);
                }
            }
            NetworkStmt::Let { value, .. } | NetworkStmt::Output { value, .. } => steps(seen, value, texts),
        }
    }
}

/// The steps of a chain; a value that is none is its own.
fn steps(seen: &Seen<'_>, value: &Expr, texts: &mut BTreeMap<u32, String>) {
    let shape = match &value.node {
        ExprNode::Pipe(before, step) => {
            steps(seen, before, texts);
            seen.shape(step.span)
        }
        ExprNode::Call(..) | ExprNode::Binary(..) | ExprNode::Name(_) => seen.value(value),
        _ => None,
    };
    texts.extend(shape.map(|shape| (value.span.end, shape)));
}

fn phases(seen: &Seen<'_>, schedule: &Schedule, texts: &mut BTreeMap<u32, String>) {
    fn walk(seen: &Seen<'_>, body: &[ScheduleStmt], texts: &mut BTreeMap<u32, String>) {
        for statement in body {
            match statement {
                ScheduleStmt::Repeat { body, .. } | ScheduleStmt::For { body, .. } => walk(seen, body, texts),
                ScheduleStmt::Phase(phase) => {
                    if let Some(course) = seen.phase(phase.span) {
                        texts.insert(phase.span.end, course.short());
                    }
                }
                ScheduleStmt::Folds { .. } | ScheduleStmt::Replicas { .. } | ScheduleStmt::Deploy { .. } => {}
            }
        }
    }
    walk(seen, &schedule.body, texts);
}
