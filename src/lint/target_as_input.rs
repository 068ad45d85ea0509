//! A label that the network reads.

use super::column_read_twice::columns;
use super::{Lint, Look};
use crate::builtin::TargetKind;
use crate::diagnostic::Diagnostic;
use crate::hir::{Modality, Pipeline, Target};

pub const LINT: Lint = Lint {
    name: "target-as-input",
    doc: "A modality that the network reads holds the numbers of a target: the answer is given away. A target that is the whole \
          modality, of several numbers, is a reconstruction, and no finding.",
    looks: &[Look::Pipeline(check)],
};

fn check(pipeline: &Pipeline) -> Vec<Diagnostic> {
    let data = &pipeline.data;
    let read = data.modalities.iter().filter(|m| m.used);
    let pairs = read.flat_map(|m| data.targets.iter().map(move |t| (m, t)));
    pairs.filter(|(m, t)| gives_away(m, t)).map(|(m, t)| finding(m, t)).collect()
}

fn gives_away(modality: &Modality, target: &Target) -> bool {
    let (seen, asked) = (columns(&modality.sources), columns(&target.sources));
    let several = matches!(&target.kind, TargetKind::Real { shape } if shape.iter().product::<usize>() > 1);
    !(several && seen == asked) && seen.iter().any(|column| asked.contains(column))
}

fn finding(modality: &Modality, target: &Target) -> Diagnostic {
    let (input, answer) = (&modality.name, &target.name);
    Diagnostic::warning(LINT.name, format!("modality `{input}` reads what target `{answer}` is"))
        .label(modality.span, "seen by the network")
        .label(target.span, "what it is to find out")
        .help(format!("read another array or column, or leave `{input}` out"))
}
