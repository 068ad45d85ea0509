//! A label that the network reads.

use super::column_read_twice::columns;
use super::{Lint, Look};
use crate::builtin::TargetKind;
use crate::diagnostic::Diagnostic;
use crate::hir::{Modality, Pipeline, Target};
use std::collections::BTreeSet;

pub const LINT: Lint = Lint { name: "target-as-input", looks: &[Look::Pipeline(check)] };

fn check(pipeline: &Pipeline) -> Vec<Diagnostic> {
    let data = &pipeline.data;
    let asked: Vec<(&Target, Vec<String>)> = data.targets.iter().map(|t| (t, columns(&t.sources))).collect();
    let read = data.modalities.iter().filter(|m| m.used).map(|m| (m, columns(&m.sources)));
    let of_modality = |(modality, seen): (&Modality, Vec<String>)| {
        let set: BTreeSet<&String> = seen.iter().collect();
        let given = asked.iter().filter(|(target, asked)| gives_away(&seen, &set, target, asked));
        given.map(|(target, _)| finding(modality, target)).collect::<Vec<_>>()
    };
    read.flat_map(of_modality).collect()
}

fn gives_away(seen: &[String], set: &BTreeSet<&String>, target: &Target, asked: &[String]) -> bool {
    let several = matches!(&target.kind, TargetKind::Real { shape } if shape.iter().product::<usize>() > 1);
    !(several && seen == asked) && asked.iter().any(|column| set.contains(column))
}

fn finding(modality: &Modality, target: &Target) -> Diagnostic {
    let (input, answer) = (&modality.name, &target.name);
    Diagnostic::warning(LINT.name, format!("modality `{input}` reads what target `{answer}` is"))
        .label(modality.span, "seen by the network")
        .label(target.span, "what it is to find out")
        .help(format!("read another array or column, or leave `{input}` out"))
}
