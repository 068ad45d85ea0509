//! What is done to the values of a modality or target once they are read.

use super::ShapeError;
use super::columns::RowsOf;
use super::source::{Generator, Origin, Source};
use super::spelling::{Spelling, Term};
use super::written::Written;
use crate::seed::Stream;
use std::fmt::Debug;
use std::sync::Arc;

/// What is done to the values of a modality or target once they are read: `npz("x") |> standardize`.
pub trait Preparation: Written + Debug + Send + Sync {
    fn transform(&self) -> Transform<'_>;

    /// What training sees of a sample that is another every time.
    fn redraws(&self) -> Redraws {
        match self.transform() {
            Transform::Each(work) => work.redraws(),
            Transform::Standardize { .. } | Transform::Missing(_) | Transform::Drop(_) | Transform::Offsets => {
                Redraws::Nothing
            }
        }
    }
}

/// Whether a source, so prepared, can fill a modality of this shape, as far as can be known before data is read.
pub fn check_prepared(
    source: &dyn Source,
    transforms: &[Arc<dyn Preparation>],
    declared: &[usize],
    generator: Option<&dyn Generator>,
) -> Result<(), ShapeError> {
    let Some(axes) = source.axes() else { return source.check(declared, generator) };
    let after = transforms.iter().try_fold(axes.clone(), |axes, preparation| match preparation.transform() {
        Transform::Each(work) => work.axes(&axes, declared),
        Transform::Standardize { .. } | Transform::Missing(_) | Transform::Drop(_) | Transform::Offsets => Ok(axes),
    })?;
    if after == axes {
        return source.check(declared, generator);
    }
    source.check(&axes, generator)?;
    let wide = |axes: &[usize]| axes.iter().copied().filter(|n| *n != 1).collect::<Vec<_>>();
    if wide(&after) == wide(declared) {
        return Ok(());
    }
    Err(ShapeError::of_declaration(format!("so prepared, a sample is {after:?}, the declared shape is {declared:?}"))
        .help(format!("declare it `{after:?}`, or prepare it otherwise")))
}

/// The work of a preparation.
#[derive(Clone, Copy, Debug)]
pub enum Transform<'a> {
    /// Of every sample alone.
    Each(&'a dyn EachSample),
    /// `(x - mean) / sd` of every feature (last axis), with the statistics of the split `train`; constant features are
    /// divided by 1. Of the steps alone that the modality `present` is not 0 at, where one is named.
    Standardize { present: Option<&'a str> },
    /// Marks what is missing.
    Missing(&'a dyn Marks),
    /// Leaves samples out.
    Drop(&'a dyn Drops),
    /// Says of a group at which rows each begins.
    Offsets,
}

impl<'a> Transform<'a> {
    /// Whether it needs to know the split `train`.
    pub fn learns(&self) -> bool {
        match self {
            Transform::Standardize { .. } => true,
            Transform::Each(_) | Transform::Missing(_) | Transform::Drop(_) | Transform::Offsets => false,
        }
    }

    /// The modality that says which steps are there, where it asks one.
    pub fn mask(&self) -> Option<&'a str> {
        match self {
            Transform::Standardize { present } => *present,
            Transform::Missing(missing) => missing.mask(),
            Transform::Each(_) | Transform::Drop(_) | Transform::Offsets => None,
        }
    }
}

/// A preparation that marks steps (all numbers along the last axis) as missing: it makes them NaN.
pub trait Marks: Debug + Send + Sync {
    /// The modality that is 1 where this one was measured, and 0 where it was not.
    fn mask(&self) -> Option<&str> {
        None
    }

    /// Marks what is missing by its own numbers, in steps of `features`.
    fn mark(&self, values: &mut [f64], features: usize) {
        let _ = (values, features);
    }

    /// The same in operations that other programs have: what is missing becomes NaN, by its own numbers.
    fn spell(&self, to: &mut Spelling, x: &Term) -> Term {
        let _ = to;
        x.clone()
    }

    /// Whether NaN may stand for what is missing.
    fn takes_nan(&self) -> bool {
        true
    }

    /// Whether a sample lacks the modality that has no file.
    fn is_of_files(&self) -> bool {
        false
    }

    /// Whether it does nothing, and why.
    fn check(&self) -> Result<(), ShapeError> {
        Ok(())
    }
}

/// A preparation that leaves samples out of the dataset.
pub trait Drops: Debug + Send + Sync {
    /// Whether it leaves out a sample of these numbers.
    fn leaves_out(&self, sample: &[f64]) -> bool;

    /// The same of a sample that is a text; of none it is empty.
    fn leaves_out_text(&self, text: &str) -> bool;

    /// Whether it leaves out a sample that has no file.
    fn is_of_files(&self) -> bool;

    /// Whether it does nothing, and why.
    fn check(&self) -> Result<(), ShapeError>;
}

/// Whether a step is marked as missing.
pub fn is_void(step: &[f64]) -> bool {
    step.iter().all(|value| value.is_nan())
}

/// Whether what is so read and prepared has a say in which samples there are, or in which order.
pub fn decides(sources: &[Arc<dyn Source>], transforms: &[Arc<dyn Preparation>]) -> bool {
    let names = |source: &Arc<dyn Source>| match source.origin() {
        Origin::File(origin) => origin.rows != RowsOf::Order,
        Origin::Points(_) | Origin::Classes | Origin::Fill(_) | Origin::Events(_) => false,
    };
    let drops = transforms.iter().any(|preparation| matches!(preparation.transform(), Transform::Drop(_)));
    drops || sources.iter().any(names)
}

/// One sample on its way through preparations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    pub axes: Vec<usize>,
    /// Row-major.
    pub values: Vec<f64>,
}

/// How what is drawn at random is drawn.
#[derive(Clone, Debug)]
pub enum Draw {
    /// Not at all: at equal distances, as for evaluation.
    Even,
    /// From this stream, which is one sample's in one step.
    Random(Box<Stream>),
}

/// What of a sample is drawn anew every time it is trained on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redraws {
    Nothing,
    /// Which steps stand where: alike in all modalities that are so prepared, masks among them.
    Steps,
    /// Numbers of this modality alone. Evaluation sees the sample as it is, and padding stays as it is.
    Values,
}

/// A preparation that sees one sample at a time, and may change its shape.
pub trait EachSample: Debug + Send + Sync {
    /// Axes of a sample afterwards, of one with these before. `declared`: those of the modality or target.
    fn axes(&self, axes: &[usize], declared: &[usize]) -> Result<Vec<usize>, ShapeError>;

    /// Values of a sample afterwards, `to` being its axes then; what is wrong with it, in words.
    fn apply(&self, sample: &Sample, to: &[usize], draw: &mut Draw) -> Result<Vec<f64>, String>;

    /// The same in operations that other programs have, where it is a function of the sample that they are given.
    fn spell(&self, to: &mut Spelling, x: &Term) -> Option<Term> {
        let _ = (to, x);
        None
    }

    /// Whether samples of different length are of one length afterwards.
    fn evens_out(&self) -> bool {
        false
    }

    /// What it draws anew every time a sample is trained on.
    fn redraws(&self) -> Redraws {
        Redraws::Nothing
    }

    /// Whether it computes, so that what was constant may differ by a rounding afterwards.
    fn is_rounded(&self) -> bool {
        false
    }

    /// Whether it makes a mask: which steps of a sample are there.
    fn is_mask(&self) -> bool {
        false
    }

    /// Whether it fills short samples up with steps of zeros.
    fn pads(&self) -> bool {
        false
    }

    /// Whether it puts numbers in the place of what is none.
    fn mends(&self) -> bool {
        false
    }
}

/// One sample through one preparation, for its tests: axes and values.
#[cfg(test)]
pub fn prepared(work: &dyn EachSample, sample: &Sample, declared: &[usize]) -> Result<(Vec<usize>, Vec<f64>), String> {
    let to = work.axes(&sample.axes, declared).map_err(|error| error.message)?;
    let values = work.apply(sample, &to, &mut Draw::Even)?;
    assert_eq!(values.len(), to.iter().product::<usize>(), "{work:?}");
    Ok((to, values))
}

/// The same in a step of training that draws from this stream, of a preparation that keeps the shape.
#[cfg(test)]
pub fn trained_on(work: &dyn EachSample, sample: &Sample, stream: &str) -> Vec<f64> {
    let to = work.axes(&sample.axes, &sample.axes).unwrap();
    assert_eq!(to, sample.axes);
    work.apply(sample, &to, &mut Draw::Random(Box::new(crate::seed::Seed(1).stream(stream)))).unwrap()
}
