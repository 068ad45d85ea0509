//! What an experiment shows: tables, figures and comparisons of axes it has.

use super::ExperimentChecker;
use super::measures::Measures;
use crate::builtin::Value;
use crate::check::unknown::{Noun, unknown_of};
use crate::check::value::Val;
use crate::diagnostic::Diagnostic;
use crate::hir::{self, Amount, Unit};
use crate::span::{Ident, Span};
use crate::suggest::declared;
use crate::syntax::ast::{ExperimentStmt, Expr, Figure, Shown, Table};

/// Epochs between points of a figure.
const MAX_EVERY: i64 = 1_000_000;

impl ExperimentChecker<'_> {
    /// `slices`: what they may show that is no axis.
    pub(super) fn tables(
        &self,
        axes: &[hir::Axis],
        measures: &Option<Measures<'_>>,
        slices: &[String],
    ) -> Vec<hir::Table> {
        let tables = self.experiment.body.iter().filter_map(|s| match s {
            ExperimentStmt::Table(table) => Some(table),
            _ => None,
        });
        tables.map(|table| self.table(table, axes, measures, slices)).collect()
    }

    fn table(
        &self,
        table: &Table,
        axes: &[hir::Axis],
        measures: &Option<Measures<'_>>,
        slices: &[String],
    ) -> hir::Table {
        for shown in &table.measures {
            self.measure(&shown.measure, measures);
        }
        let placed = [&table.rows, &table.columns, &table.cells];
        // Where no arm is sound, nobody knows the groups of its data, but what an axis is nearly called.
        let own = || axes.iter().map(|axis| axis.name.as_str());
        let is_axis = |name: &str| own().any(|axis| axis == name) || declared(name, own()).is_some();
        let is_known = |name: &&Ident| measures.is_some() || is_axis(&name.node);
        let known = placed.map(|names| names.iter().filter(is_known).cloned().collect::<Vec<_>>());
        self.placed(&known.each_ref(), (axes, slices), "table");
        let is_slice = |name: &&Ident| slices.contains(&name.node) && axes.iter().all(|axis| axis.name != name.node);
        if let [first, again, ..] = placed.into_iter().flatten().filter(is_slice).collect::<Vec<_>>().as_slice() {
            self.cx.report(
                Diagnostic::error("misplaced", "a table shows the values of one group, or of the parts")
                    .label(again.span, "another one")
                    .label(first.span, "shown by this")
                    .help(format!("write a second `table` with `rows {}`", again.node)),
            );
        }
        hir::Table {
            measures: measured(&table.measures),
            places: places(&table.measures),
            rows: names(&table.rows),
            columns: names(&table.columns),
            cells: names(&table.cells),
            span: table.span,
        }
    }

    pub(super) fn figures(&self, axes: &[hir::Axis], measures: &Option<Measures<'_>>) -> Vec<hir::Figure> {
        let figures = self.experiment.body.iter().filter_map(|s| match s {
            ExperimentStmt::Figure(figure) => Some(figure),
            _ => None,
        });
        figures.map(|figure| self.figure(figure, axes, measures)).collect()
    }

    fn figure(&self, figure: &Figure, axes: &[hir::Axis], measures: &Option<Measures<'_>>) -> hir::Figure {
        for shown in &figure.measures {
            self.measure(&shown.measure, measures);
            measures
                .iter()
                .filter_map(|measures| measures.ends(&shown.measure))
                .for_each(|found| self.cx.report(found));
        }
        self.placed(&[&figure.lines, &figure.panels], (axes, &[]), "figure");
        hir::Figure {
            measures: measured(&figure.measures),
            places: places(&figure.measures),
            lines: names(&figure.lines),
            panels: names(&figure.panels),
            every: figure.every.as_ref().map_or(1, |every| self.every(every)),
            every_span: figure.every.as_ref().map(|every| every.span),
            span: figure.span,
        }
    }

    /// Epochs between points.
    fn every(&self, expr: &Expr) -> u32 {
        match self.eval(expr, self.vars.clone()) {
            Val::Plain(Value::Int(n)) if (1..=MAX_EVERY).contains(&n) => n as u32,
            Val::Length(Amount { count, unit: Unit::Epochs }) if count.fract() == 0.0 && count <= MAX_EVERY as f64 => {
                count as u32
            }
            Val::Poison => 1,
            other => {
                let found = other.shown();
                let message = format!("`every` is a whole number of epochs from 1 to {MAX_EVERY}, this is {found}");
                self.cx.report(
                    Diagnostic::value_error("out-of-range", message).label(expr.span, found).help("write `every 5`"),
                );
                1
            }
        }
    }

    /// Axes with a place in a table or figure: known, and each once.
    fn placed(&self, places: &[&Vec<Ident>], (axes, slices): (&[hir::Axis], &[String]), of: &str) {
        let mut seen: Vec<&Ident> = vec![];
        for name in places.iter().copied().flatten() {
            if !slices.contains(&name.node) {
                self.known_place(name, axes, (of == "table").then_some(slices));
            }
            if let Some(first) = seen.iter().find(|n| n.node == name.node) {
                self.cx.report(
                    Diagnostic::error("declared-twice", format!("`{}` is in the {of} twice", name.node))
                        .label(name.span, "again here")
                        .label(first.span, "first here"),
                );
            }
            seen.push(name);
        }
    }

    /// A group that a table is to show is one of the data, and parts are there with `cross`.
    fn known_place(&self, name: &Ident, axes: &[hir::Axis], slices: Option<&[String]>) {
        let is_axis = axes.iter().any(|axis| axis.name == name.node || axis.with.contains(&name.node));
        let Some(slices) = slices.filter(|_| !is_axis) else { return self.known_axis(name, axes) };
        let known: Vec<String> = axes.iter().map(|axis| axis.name.clone()).chain(slices.iter().cloned()).collect();
        let found = unknown_of(Noun::Axis, &name.node, name.span, &known);
        let is_near = found.fix.is_some();
        self.cx.report(match name.node.as_str() {
            "part" | "parts" if !slices.iter().any(|slice| slice == "part") => {
                found.help("an experiment has parts with `cross`: write `cross 5`, and `rows part`")
            }
            _ if is_near => found,
            _ => found.help(format!(
                "axes of this experiment, and groups of its data, are: {}",
                if known.is_empty() { "none".to_string() } else { known.join(", ") }
            )),
        });
    }

    fn known_axis(&self, name: &Ident, axes: &[hir::Axis]) {
        if let Some(axis) = axes.iter().find(|a| a.with.contains(&name.node)) {
            let message = format!("`{}` varies along with `{}`, which is the axis' name", name.node, axis.name);
            self.cx.report(
                Diagnostic::name_error("unknown-axis", message)
                    .label(name.span, "not an axis of its own")
                    .label(axis.span, "the axis")
                    .help(format!("write `{}`", axis.name))
                    .fix(name.span, axis.name.clone()),
            );
        } else if axes.iter().all(|a| a.name != name.node) {
            let known: Vec<String> = axes.iter().map(|a| a.name.clone()).collect();
            self.cx.report(unknown_of(Noun::Axis, &name.node, name.span, &known));
        }
    }

    pub(super) fn compare(
        &self,
        axes: &[hir::Axis],
        tables: &[hir::Table],
        measures: &Option<Measures<'_>>,
    ) -> Compared {
        let mut names: Vec<String> = vec![];
        let mut places: Vec<Span> = vec![];
        let mut all_on = vec![];
        for stmt in &self.experiment.body {
            if let ExperimentStmt::Compare { name, on, .. } = stmt {
                on.iter().for_each(|measure| self.primary(measure, tables, measures));
                if let Some((first, again)) = twice(on) {
                    let message = format!("`{}` is compared by `{}` twice", name.node, again.node);
                    let found = Diagnostic::error("declared-twice", message).label(again.span, "again here");
                    self.cx.report(found.label(first.span, "first here"));
                }
                all_on.push(self::names(on));
                if let Some(first) = names.iter().position(|before| *before == name.node) {
                    let message = format!("`{}` is compared twice", name.node);
                    self.cx.report(
                        Diagnostic::error("declared-twice", message)
                            .label(name.span, "again here")
                            .label(places[first], "first here"),
                    );
                }
                places.push(name.span);
                self.known_axis(name, axes);
                if axes.iter().any(|a| a.name == name.node && a.values.len() < 2) {
                    self.cx.report(
                        Diagnostic::error("nothing-to-compare", format!("`{}` has one value", name.node))
                            .label(name.span, "compared with what?"),
                    );
                }
                names.push(name.node.clone());
            }
        }
        Compared { axes: names, places, on: all_on }
    }

    /// What a comparison is chiefly about is shown in a table.
    fn primary(&self, measure: &Ident, tables: &[hir::Table], measures: &Option<Measures<'_>>) {
        let shown: Vec<String> = tables.iter().flat_map(|table| table.measures.iter().cloned()).collect();
        if shown.contains(&measure.node) {
            return;
        }
        self.measure(measure, measures);
        let known = measures
            .as_ref()
            .is_some_and(|m| m.arms.iter().any(|arm| hir::MeasureName::of(&measure.node, &arm.pipeline).is_some()));
        if known {
            let message = format!("`{}` is compared and stands in no table", measure.node);
            let found = Diagnostic::error("nothing-to-compare", message).label(measure.span, "shown nowhere");
            self.cx.report(found.help(format!("add it to a table: `table {}`", measure.node)));
        }
    }
}

/// What is compared: the axes, where each is named, and the measures that each comparison is chiefly about.
pub(super) struct Compared {
    pub(super) axes: Vec<String>,
    pub(super) places: Vec<Span>,
    pub(super) on: Vec<Vec<String>>,
}

/// The first name that is there before.
fn twice(idents: &[Ident]) -> Option<(&Ident, &Ident)> {
    idents
        .iter()
        .enumerate()
        .find_map(|(at, again)| Some((idents[..at].iter().find(|ident| ident.node == again.node)?, again)))
}

fn names(idents: &[Ident]) -> Vec<String> {
    idents.iter().map(|i| i.node.clone()).collect()
}

fn measured(shown: &[Shown]) -> Vec<String> {
    shown.iter().map(|shown| shown.measure.node.clone()).collect()
}

fn places(shown: &[Shown]) -> Vec<Span> {
    shown.iter().map(|shown| shown.measure.span).collect()
}
