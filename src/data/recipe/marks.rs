//! Values that are missing on their way through preparations: marked as NaN, step by step, left alone by what learns and mends, and
//! 0 in the end.

use super::prepare::prepared;
use super::{Draws, Mask, Recipe};
use crate::builtin::dataset::{Draw, Marks, Preparation, Redraws, Transform, is_void};
use crate::data::error::{Code, DataError};
use crate::data::table::Table;
use crate::data::values::{Precision, Values};
use crate::id::SampleId;
use std::ops::Range;

/// What to do about a step that is partly NaN where those that are wholly so are known to be missing.
const PARTLY: &str = "`any: true` in `missing` counts a step as missing where any of its numbers is; \
                      `|> missing(nan) |> replace(nan: 0)` keeps the others";

/// Numbers of a step of samples that have these axes; where sizes of 1 alone tell them from those declared, as declared.
pub fn features(axes: &[usize], declared: &[usize]) -> usize {
    let wide = |axes: &[usize]| axes.iter().copied().filter(|n| *n != 1).collect::<Vec<_>>();
    let axes = if wide(axes) == wide(declared) { declared } else { axes };
    axes.last().copied().unwrap_or(1).max(1)
}

impl Recipe {
    /// Marks what is missing in a run of samples from `first` on.
    pub(super) fn mark(
        &self,
        marks: &dyn Marks,
        mask: Option<&Mask>,
        mut table: Table,
        (first, draws): (SampleId, Draws<'_>),
    ) -> Result<Table, DataError> {
        let features = features(&table.shape[1..], &self.own);
        let width = table.shape[1..].iter().product::<usize>().max(1);
        let mut values = std::mem::replace(&mut table.values, Values::new(Precision::Single)).double();
        marks.mark(&mut values, features);
        if let Some(mask) = mask {
            if width % mask.steps.max(1) != 0 {
                let message = format!("the mask `{}` has {} steps a sample", mask.name, mask.steps);
                return Err(table.blame(
                    DataError::new(Code::NotPrepared, message)
                        .expected(format!("one number a sample, or one a step of {:?}", &table.shape[1..])),
                ));
            }
            let real = mask.read(first, table.samples(), draws)?;
            let steps = values.chunks_mut(width / mask.steps.max(1)).zip(&real);
            steps.filter(|(_, real)| **real == 0.0).for_each(|(step, _)| step.fill(f64::NAN));
        }
        table.values = values.into();
        Ok(table)
    }

    /// Where NaN stands for nothing, a step of it is wrong, unless it is of a sample without a file.
    pub(super) fn none_stray(&self, marks: &dyn Marks, table: &Table) -> Result<(), DataError> {
        if marks.takes_nan() {
            return Ok(());
        }
        let features = features(&table.shape[1..], &self.own);
        let width = table.shape[1..].iter().product::<usize>().max(1);
        let void = |from: usize, to: usize| (from..to).all(|place| table.values.at(place).is_nan());
        let stray = (0..table.samples()).map(|row| row * width).any(|row| {
            let absent = marks.is_of_files() && void(row, row + width);
            !absent && (row..row + width).step_by(features).any(|step| void(step, (step + features).min(row + width)))
        });
        if !stray {
            return Ok(());
        }
        let error = table.is_finite().err().unwrap_or_else(|| unreachable!("a stray step is NaN"));
        Err(error.also("NaN that stands for missing values, too, is said first: `|> missing(nan)`"))
    }

    /// Whether every value is finite that is not marked as missing.
    pub(super) fn is_finite(&self, table: &Table) -> Result<(), DataError> {
        let mut rest = table.clone();
        settle(&mut rest.values, features(&table.shape[1..], &self.own));
        rest.is_finite().map_err(|error| error.also(PARTLY))
    }

    /// A preparation of samples in which steps are marked: what it mends stays marked, and so does what it fills up.
    pub(super) fn prepared_marked(
        &self,
        preparation: &dyn Preparation,
        table: Table,
        draw: &mut [Draw],
    ) -> Result<Table, DataError> {
        let Transform::Each(work) = preparation.transform() else { return Ok(table) };
        let missing: Vec<bool> = if work.mends() || work.redraws() == Redraws::Values {
            self.steps_of(&table).map(|step| step.clone().all(|place| table.values.at(place).is_nan())).collect()
        } else if work.pads() {
            let ones = Table { values: vec![1f32; table.values.len()].into(), ..table.clone() };
            let filled = prepared(preparation, ones, &self.own, &mut draw.to_vec())?;
            self.steps_of(&filled).map(|step| step.clone().all(|place| filled.values.at(place) == 0.0)).collect()
        } else {
            vec![]
        };
        let mut table = prepared(preparation, table, &self.own, draw)?;
        if !missing.is_empty() {
            let features = features(&table.shape[1..], &self.own);
            let mut values = table.values.double();
            let steps = values.chunks_mut(features).zip(missing);
            steps.filter(|(_, missing)| *missing).for_each(|(step, _)| step.fill(f64::NAN));
            table.values = values.into();
        }
        Ok(table)
    }

    /// Places of every step.
    fn steps_of(&self, table: &Table) -> impl Iterator<Item = Range<usize>> + use<> {
        let features = features(&table.shape[1..], &self.own);
        (0..table.values.len()).step_by(features).map(move |step| step..step + features)
    }

    /// Makes what is missing 0.
    pub(super) fn settled(&self, mut table: Table) -> Result<Table, DataError> {
        if self.is_marked() {
            settle(&mut table.values, features(&table.shape[1..], &self.own));
            table.is_finite().map_err(|error| error.also(PARTLY))?;
        }
        Ok(table)
    }
}

/// NaN in a modality may stand for what was never measured.
pub fn unsaid(table: &Table, error: DataError) -> DataError {
    if table.values.iter().any(f64::is_nan) {
        return error.also("where NaN says that nothing was measured, `|> missing(nan)` lets networks know");
    }
    error
}

fn settle(values: &mut Values, features: usize) {
    match values {
        Values::Single(values) => values
            .chunks_mut(features)
            .filter(|step| step.iter().all(|value| value.is_nan()))
            .for_each(|step| step.fill(0.0)),
        Values::Double(values) => {
            values.chunks_mut(features).filter(|step| is_void(step)).for_each(|step| step.fill(0.0))
        }
    }
}
