//! How much one item may say: parts of an item are held against each other, so their number bounds what a check takes.

use crate::ast::{Block, BlockBody, DatasetStmt, ExperimentStmt, Item, NetworkStmt, Phase, PipelineStmt, ScheduleStmt};
use crate::diagnostic::Diagnostic;
use crate::span::Span;

/// Parameters of an item.
const MAX_PARAMS: usize = 1000;
/// Names of one statement: metrics, measures, roles, lints that are allowed.
const MAX_NAMES: usize = 1000;
/// Statements of an item, those inside others among them.
const MAX_STATEMENTS: usize = 10_000;

/// What an item has too much of.
pub(super) fn surplus(item: &Item) -> Option<Diagnostic> {
    let header = item.header()?;
    let few = |count: usize, most: usize, what: &str, span: Span| {
        (count > most).then(|| {
            let message = format!("`{}` has {count} {what}; at most {most} are read", header.name.node);
            Diagnostic::error("too-large", message).label(span, "too many").help("split it into several items")
        })
    };
    let name = header.name.span;
    few(header.params.len(), MAX_PARAMS, "parameters", name)
        .or_else(|| few(header.allow.len(), MAX_NAMES, "lints that it allows", name))
        .or_else(|| few(statements(item), MAX_STATEMENTS, "statements", name))
        .or_else(|| {
            names(item).into_iter().find_map(|(count, span)| few(count, MAX_NAMES, "names in one statement", span))
        })
}

fn statements(item: &Item) -> usize {
    fn steps(body: &[ScheduleStmt]) -> usize {
        let inside = |stmt: &ScheduleStmt| match stmt {
            ScheduleStmt::Repeat { body, .. } | ScheduleStmt::For { body, .. } => steps(body),
            ScheduleStmt::Phase(phase) => phase.settings.len(),
            ScheduleStmt::Folds { .. } | ScheduleStmt::Replicas { .. } | ScheduleStmt::Deploy { .. } => 0,
        };
        body.len() + body.iter().map(inside).sum::<usize>()
    }
    match item {
        Item::Use(_) | Item::Alias(_) | Item::Block(Block { body: BlockBody::Expr(_), .. }) => 0,
        Item::Block(Block { body: BlockBody::Statements(body), .. }) => body.len(),
        Item::Network(item) => item.body.len(),
        Item::Schedule(item) => steps(&item.body),
        Item::Dataset(item) => item.body.len(),
        Item::Pipeline(item) => item.body.len(),
        Item::Experiment(item) => item.body.len(),
    }
}

/// How many names each statement has that lists some.
fn names(item: &Item) -> Vec<(usize, Span)> {
    fn steps(body: &[ScheduleStmt], found: &mut Vec<(usize, Span)>) {
        for stmt in body {
            match stmt {
                ScheduleStmt::Repeat { body, .. } | ScheduleStmt::For { body, .. } => steps(body, found),
                ScheduleStmt::Phase(Phase { train, through, span, .. }) => {
                    found.push((train.len() + through.len(), *span));
                }
                ScheduleStmt::Replicas { roles, span, .. } => found.push((roles.len(), *span)),
                ScheduleStmt::Folds { .. } | ScheduleStmt::Deploy { .. } => {}
            }
        }
    }
    let of_network = |stmt: &NetworkStmt| match stmt {
        NetworkStmt::Input { shape, span, .. } => Some((shape.len(), *span)),
        NetworkStmt::Let { names, span, .. } => Some((names.len(), *span)),
        NetworkStmt::Module { .. } | NetworkStmt::Output { .. } => None,
    };
    match item {
        Item::Use(_) | Item::Alias(_) | Item::Block(Block { body: BlockBody::Expr(_), .. }) => vec![],
        Item::Block(Block { body: BlockBody::Statements(body), .. }) => body.iter().filter_map(of_network).collect(),
        Item::Network(item) => item.body.iter().filter_map(of_network).collect(),
        Item::Schedule(item) => {
            let mut found = vec![];
            steps(&item.body, &mut found);
            found
        }
        Item::Dataset(item) => item.body.iter().filter_map(of_dataset).collect(),
        Item::Pipeline(item) => item.body.iter().filter_map(of_pipeline).collect(),
        Item::Experiment(item) => item.body.iter().filter_map(of_experiment).collect(),
    }
}

fn of_dataset(stmt: &DatasetStmt) -> Option<(usize, Span)> {
    match stmt {
        DatasetStmt::Modality { shape, span, .. } => Some((shape.len(), *span)),
        DatasetStmt::Target { .. } | DatasetStmt::Group { .. } | DatasetStmt::Split { .. } => None,
    }
}

fn of_pipeline(stmt: &PipelineStmt) -> Option<(usize, Span)> {
    if let PipelineStmt::Metrics { values, span } = stmt { Some((values.len(), *span)) } else { None }
}

fn of_experiment(stmt: &ExperimentStmt) -> Option<(usize, Span)> {
    match stmt {
        ExperimentStmt::Vary { names, span, .. } => Some((names.len(), *span)),
        ExperimentStmt::Choose(choose) => Some((choose.dimensions.len() + choose.of.len(), choose.span)),
        ExperimentStmt::Table(table) => {
            Some((table.measures.len() + table.rows.len() + table.columns.len() + table.cells.len(), table.span))
        }
        ExperimentStmt::Figure(figure) => {
            Some((figure.measures.len() + figure.lines.len() + figure.panels.len(), figure.span))
        }
        ExperimentStmt::Seeds { .. }
        | ExperimentStmt::Cross { .. }
        | ExperimentStmt::Repeats { .. }
        | ExperimentStmt::Noise { .. }
        | ExperimentStmt::Run { .. }
        | ExperimentStmt::Reference { .. }
        | ExperimentStmt::Compare { .. }
        | ExperimentStmt::Published { .. } => None,
    }
}
