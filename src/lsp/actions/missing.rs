//! A phase for what a schedule never trains.

use super::super::Analysis;
use super::Change;
use crate::plan;
use crate::span::Span;
use crate::syntax::ast::{Item, Role, ScheduleStmt};
use std::collections::BTreeSet;

/// A phase that trains all roles that no phase of the schedule around an offset trains, behind the last there is.
pub fn phase(analysis: &Analysis, offset: usize) -> Option<Change> {
    let header = analysis.header_at(offset)?;
    let items = &analysis.program.files.first()?.tree.items;
    let body = items.iter().find_map(|item| match item {
        Item::Schedule(schedule) if schedule.header == *header => Some(&schedule.body),
        _ => None,
    })?;
    let (mut idle, mut trained) = (BTreeSet::new(), BTreeSet::new());
    for pipeline in analysis.pipelines().filter(|pipeline| pipeline.schedule.span == header.name.span) {
        let plan = plan::schedule(pipeline);
        let learns =
            |id: usize| plan.phases.iter().any(|phase| phase.train.iter().any(|replica| replica.module.0 == id));
        for (id, module) in plan.modules.iter().enumerate().filter(|(_, module)| module.weights > 0) {
            if matches!(module.role, Role::Fixed | Role::Layer) {
                continue;
            }
            let of = (module.role.name(), module.name.clone());
            _ = if learns(id) { trained.insert(of) } else { idle.insert(of) };
        }
    }
    // A role whole, where none of its modules is trained.
    let part = |(role, name): &(&'static str, String)| match trained.iter().any(|(other, _)| other == role) {
        true => format!("{role}.{name}"),
        false => (*role).to_string(),
    };
    let all: BTreeSet<String> = idle.iter().map(part).collect();
    let first = idle.first().map(|(role, _)| *role)?;
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let quoted: Vec<String> = all.iter().map(|part| format!("`{part}`")).collect();
    let last = last(body)?;
    let text = &analysis.source(analysis.entry()).text;
    let begin = text[..last.start as usize].rfind('\n').map_or(0, |at| at + 1);
    let line = &text[begin..last.start as usize];
    let indent: String = line.chars().take_while(|c| c.is_whitespace()).collect();
    let name = free(analysis, header.span, first);
    // Behind what is said of the last phase; on its line where something else follows.
    let end = text[last.end as usize..].find('\n').map_or(text.len(), |at| last.end as usize + at);
    let rest = text[last.end as usize..end].trim();
    let (place, before) = match rest.is_empty() || rest.starts_with("//") {
        true => (Span::new(last.source, end, end), format!("\n{indent}")),
        false => (Span { start: last.end, ..last }, " ".to_string()),
    };
    let phase = format!("{before}phase {name} {{ train {} on all }}", all.join(", "));
    Some(Change { title: format!("Add a phase that trains {}", quoted.join(" and ")), edits: vec![(place, phase)] })
}

/// The last statement that trains something, as deep as `repeat` goes: what is there runs in every round.
fn last(body: &[ScheduleStmt]) -> Option<Span> {
    body.iter().rev().find_map(|statement| match statement {
        ScheduleStmt::Repeat { body, .. } => last(body),
        ScheduleStmt::For { span, .. } => Some(*span),
        ScheduleStmt::Phase(phase) => Some(phase.span),
        ScheduleStmt::Folds { .. } | ScheduleStmt::Replicas { .. } | ScheduleStmt::Deploy { .. } => None,
    })
}

/// A name that no phase of the item has.
fn free(analysis: &Analysis, item: Span, role: &str) -> String {
    let text = analysis.program.sources.text(item);
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_free =
        |name: &String| !words.windows(2).any(|pair| pair[0] == "phase" && pair[1].trim_end_matches('{') == name);
    std::iter::once(role.to_string())
        .chain((2..).map(|number| format!("{role}{number}")))
        .find(is_free)
        .unwrap_or_default()
}
