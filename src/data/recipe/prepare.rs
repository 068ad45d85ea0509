//! Preparations of every sample alone.

use super::Recipe;
use crate::builtin::ShapeError;
use crate::builtin::dataset::{Draw, Preparation, Sample, Transform};
use crate::data::error::{Code, DataError};
use crate::data::spec::WIDEST;
use crate::data::table::Table;

/// Axes of a sample after a preparation, of one with these before.
pub fn axes_after(preparation: &dyn Preparation, axes: &[usize], declared: &[usize]) -> Result<Vec<usize>, DataError> {
    match preparation.transform() {
        Transform::Each(work) => {
            let fault = |error: ShapeError| {
                let fault = DataError::new(Code::NotPrepared, error.message).expected(preparation.written(&[]));
                error.help.into_iter().fold(fault, DataError::help)
            };
            let to = work.axes(axes, declared).map_err(fault)?;
            match to.iter().try_fold(1usize, |numbers, size| numbers.checked_mul(*size)) {
                Some(numbers) if numbers <= WIDEST => Ok(to),
                Some(_) | None => {
                    let message = format!("a sample would become {to:?}, more than {WIDEST} numbers");
                    Err(fault(ShapeError::new(message)))
                }
            }
        }
        Transform::Standardize { .. } | Transform::Missing(_) | Transform::Drop(_) | Transform::Offsets => {
            Ok(axes.to_vec())
        }
    }
}

impl Recipe {
    /// Which numbers a preparation of classes fills a run of samples up with; nothing where it fills up none.
    pub(super) fn filled(
        &self,
        preparation: &dyn Preparation,
        table: &Table,
        draw: &[Draw],
    ) -> Result<Vec<bool>, DataError> {
        let pads = matches!(preparation.transform(), Transform::Each(work) if work.pads());
        if !(self.is_class && pads) {
            return Ok(vec![]);
        }
        let ones = Table { values: vec![1f32; table.values.len()].into(), ..table.clone() };
        let filled = prepared(preparation, ones, &self.own, &mut draw.to_vec())?;
        Ok(filled.values.iter().map(|value| value == 0.0).collect())
    }

    /// What a preparation filled up has no class: 0 is one.
    pub(super) fn without_class(
        &self,
        preparation: &dyn Preparation,
        table: &mut Table,
        filled: &[bool],
    ) -> Result<(), DataError> {
        let is_class = table.fits_shape(&self.declared).is_ok();
        let Some(first) = filled.iter().position(|filled| *filled).filter(|_| is_class) else { return Ok(()) };
        let Some(ignored) = self.ignored else {
            let message = format!("steps that `{}` fills up have no class", preparation.written(&[]));
            let width = table.shape[1..].iter().product::<usize>().max(1);
            let error = DataError::new(Code::NotPrepared, message)
                .found(format!("a shorter sample in {}", table.row(first / width)));
            return Err(
                table.blame(error.help("say which number they are to have: `class(5, axes: [100], ignore: -1)`"))
            );
        };
        let values = table.values.iter().zip(filled).map(|(value, filled)| if *filled { ignored } else { value });
        table.values = values.collect::<Vec<f64>>().into();
        Ok(())
    }
}

/// Every sample of a run through one preparation.
pub fn prepared(
    preparation: &dyn Preparation,
    table: Table,
    declared: &[usize],
    draw: &mut [Draw],
) -> Result<Table, DataError> {
    let Transform::Each(work) = preparation.transform() else { return Ok(table) };
    let axes = table.shape[1..].to_vec();
    let to = axes_after(preparation, &axes, declared).map_err(|error| table.blame(error))?;
    let width = axes.iter().product::<usize>();
    let mut values: Vec<f64> = Vec::with_capacity(table.samples() * to.iter().product::<usize>());
    let mut sample = Sample { axes, values: vec![] };
    for row in 0..table.samples() {
        sample.values.clear();
        sample.values.extend((row * width..(row + 1) * width).map(|place| table.values.at(place)));
        let mut even = Draw::Even;
        let draw = draw.get_mut(row).unwrap_or(&mut even);
        let made = work.apply(&sample, &to, draw).map_err(|why| {
            let fault = DataError::new(Code::NotPrepared, format!("`{}` fails on a sample", preparation.written(&[])));
            table.blame(fault.found(format!("{}: {why}", table.row(row))))
        })?;
        values.extend(made);
    }
    let shape = std::iter::once(table.samples()).chain(to).collect();
    Ok(Table { shape, values: values.into(), ..table })
}
