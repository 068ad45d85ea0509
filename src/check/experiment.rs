//! Experiments: a grid of arguments, one checked pipeline an arm, and the tables drawn from them.

mod arms;
mod axes;
mod tables;

use super::Checker;
use super::names::ItemId;
use super::value::{Bound, Val};
use crate::hir;
use crate::syntax::ast::{Experiment, Expr};

/// An experiment with its parameters bound.
pub fn check(cx: &Checker<'_>, id: ItemId, experiment: &Experiment, vars: &Bound) -> Option<hir::Experiment> {
    let before = cx.count();
    let walk = Walk { cx, file: id.file, vars, experiment };
    let axes = walk.axes();
    let (seeds, seeds_span) = walk.seeds();
    let arms = walk.arms(&axes);
    let axes: Vec<hir::Axis> = axes.into_iter().map(|a| a.axis).collect();
    let measures = walk.measures(&arms);
    let tables = walk.tables(&axes, &measures);
    let compare = walk.compare(&axes);
    let name = experiment.header.name.clone();
    cx.sound_since(before).then_some(hir::Experiment {
        name: name.node,
        span: name.span,
        allow: experiment.header.allowed(),
        axes,
        seeds,
        seeds_span,
        repeats: 1,
        arms,
        references: vec![],
        tables,
        figures: vec![],
        compare,
        published: vec![],
        noise: 1.0,
    })
}

struct Walk<'a> {
    cx: &'a Checker<'a>,
    file: usize,
    vars: &'a Bound,
    experiment: &'a Experiment,
}

struct Varied {
    axis: hir::Axis,
    values: Vec<Val>,
}

impl Walk<'_> {
    fn eval(&self, expr: &Expr, vars: Bound) -> Val {
        self.cx.known(self.file, vars, expr)
    }
}
