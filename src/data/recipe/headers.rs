//! What headers tell of samples once they are prepared: whether they will be of the declared shape, and of as many steps as their
//! mask.

use super::prepare::axes_after;
use super::{Mask, MaskValues, Recipe, Step};
use crate::builtin::dataset::{Preparation, Redraws, Transform};
use crate::data::error::{Code, DataError};
use crate::data::segment::Segment;

impl Recipe {
    /// Steps that each random preparation chooses from, sample by sample, where headers tell.
    fn chosen_from(&self) -> Result<Vec<Vec<usize>>, DataError> {
        let mut all = vec![];
        for outline in self.segments.iter().flat_map(|segment| segment.outlines()) {
            let (mut axes, mut steps) = (outline.axes.clone(), vec![]);
            for step in &self.steps {
                if let Step::Each(preparation) = step {
                    if preparation.redraws() == Redraws::Steps {
                        steps.extend(axes.first());
                    }
                    axes = axes_after(preparation.as_ref(), &axes, &self.own)?;
                }
            }
            all.extend(std::iter::repeat_n(steps, outline.samples()));
        }
        Ok(all)
    }

    /// Whether a mask is drawn as these samples are: from as many steps.
    pub fn drawn_as(&self, mask: &Mask) -> Result<(), DataError> {
        let MaskValues::Drawn(mask) = &mask.values else { return Ok(()) };
        let (own, other) = (self.chosen_from()?, mask.chosen_from()?);
        let Some(sample) = (0..own.len().min(other.len())).find(|i| own[*i] != other[*i]) else { return Ok(()) };
        let steps = |steps: &[usize]| steps.iter().map(usize::to_string).collect::<Vec<_>>().join(", then ");
        let (name, mask) = (&self.name, &mask.name);
        Err(DataError::new(
            Code::NotPrepared,
            format!("the mask `{mask}` is drawn from another number of steps than `{name}`"),
        )
        .expected(format!("{} steps in `{mask}`, as in `{name}`", steps(&own[sample])))
        .found(format!("{} steps in `{mask}`, in sample {sample}", steps(&other[sample])))
        .help("steps of a sample and of its mask are drawn alike where there are equally many"))
    }

    /// Whether every sample will be of the declared shape, as far as headers tell.
    pub fn fits(&self) -> Result<(), DataError> {
        for segment in &self.segments {
            for outline in segment.outlines() {
                let axes = self.prepared_axes(&outline.axes).map_err(|fault| outline.blame(fault))?;
                outline
                    .table(axes)
                    .fits_shape(&self.declared)
                    .map_err(|error| self.advised(&outline.axes, self.uneven(error)))?;
            }
        }
        Ok(())
    }

    /// Files of different lengths need another word than another shape.
    fn uneven(&self, error: DataError) -> DataError {
        let mut lengths: Vec<&[usize]> =
            self.segments.iter().flat_map(|segment| segment.files()).map(|file| file.axes()).collect();
        lengths.sort_unstable();
        let (Some(low), Some(high)) = (lengths.first(), lengths.last()) else { return error };
        if low == high {
            return error;
        }
        let evened = self.steps.iter().any(|step| match step {
            Step::Each(preparation) => evens_out(preparation.as_ref()),
            Step::Standard(..) | Step::Missing(..) => false,
        });
        if evened {
            return error;
        }
        let message = format!("the samples of `{}` have different lengths", self.name);
        let shapes = format!("from {low:?} to {high:?}, in {} files", lengths.len());
        let steps = self.declared.first().copied().unwrap_or(1);
        DataError { message: message.into(), found: Some(shapes.into()), ..error }.help(format!(
            "bring them to one: `|> resample({steps})` takes so many steps at equal distances, `|> first({steps})` cuts and fills"
        ))
    }

    /// One-hot rows, or texts of steps, where a class is declared: the other word for it.
    fn advised(&self, axes: &[usize], error: DataError) -> DataError {
        if self.is_class && self.segments.iter().any(Segment::has_texts) {
            return error.help(format!("a class a step is declared with its steps: `class(…, axes: {axes:?})`"));
        }
        let one_hot = axes.split_last().is_some_and(|(classes, rest)| *classes > 1 && rest == self.declared.as_slice());
        if one_hot && self.is_class && self.steps.is_empty() {
            return error.help("rows of one number a class become class ids by `|> argmax`");
        }
        error
    }

    /// Axes after the preparations of every sample alone, of a sample with these before.
    fn prepared_axes(&self, axes: &[usize]) -> Result<Vec<usize>, DataError> {
        self.steps.iter().try_fold(axes.to_vec(), |axes, step| match step {
            Step::Each(preparation) => axes_after(preparation.as_ref(), &axes, &self.own),
            Step::Standard(..) | Step::Missing(..) => Ok(axes),
        })
    }
}

fn evens_out(preparation: &dyn Preparation) -> bool {
    match preparation.transform() {
        Transform::Each(work) => work.evens_out(),
        Transform::Standardize { .. } | Transform::Missing(_) | Transform::Drop(_) | Transform::Offsets => false,
    }
}
