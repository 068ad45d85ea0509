//! `labels`: the generator's class ids.

use super::{Generator, Origin, Source};
use crate::builtin::{ShapeError, TargetKind};
use crate::row;

row! {
    /// The class each point was generated for, as a target.
    pub struct Labels = "labels" as Source(dyn Source) {}
    example "labels" on []
}

impl Source for Labels {
    fn origin(&self) -> Origin<'_> {
        Origin::Classes
    }

    fn check(&self, _: &[usize], _: Option<&dyn Generator>) -> Result<(), ShapeError> {
        Err(ShapeError::new("`labels` is a target, a modality made of it would give the answer away")
            .help("modalities of a generator are `axis(0)` or `line(point: …, direction: …)`"))
    }

    fn check_target(&self, target: &TargetKind, generator: Option<&dyn Generator>) -> Result<(), ShapeError> {
        let Some(generator) = generator else {
            return Err(ShapeError::new("`labels` needs a dataset made by a generator")
                .help("read class ids of a file with `npz`, `npy` or `csv`"));
        };
        let expected = TargetKind::Class { classes: generator.classes(), axes: vec![], ignore: None, labels: None };
        // They may have names.
        if *target != expected.named(target.names()) {
            let message = format!("`labels` of this generator are `{expected}`, the target is declared `{target}`");
            return Err(ShapeError::of_declaration(message).help(format!("declare the target `{expected}`")));
        }
        Ok(())
    }
}
