//! What a network asks of a modality: whether a sample has it, and at which steps. Owns how such an input is called, and how the
//! answer is made of values in which what is missing is marked.

use super::preparation::{Draw, EachSample, Marks, Preparation, Redraws, Sample, Transform, is_void};
use super::written::Written;
use super::{Presence, ShapeError};
use std::fmt;
use std::sync::Arc;

/// What a network asks of a modality; its name is that of the input with the answer, 1 for there and 0 for missing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asked {
    pub presence: Presence,
    pub modality: String,
}

const OPEN: &str = "available(";
const OF_SAMPLE: &str = ")";
const OF_STEPS: &str = ", steps: true)";

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = match self.presence {
            Presence::Sample => OF_SAMPLE,
            Presence::Steps => OF_STEPS,
        };
        write!(f, "{OPEN}{}{end}", self.modality)
    }
}

impl Asked {
    /// What an input asks, by its name; `None` of a modality's own.
    pub fn read(input: &str) -> Option<Self> {
        let rest = input.strip_prefix(OPEN)?;
        let (modality, presence) = match rest.strip_suffix(OF_STEPS) {
            Some(modality) => (modality, Presence::Steps),
            None => (rest.strip_suffix(OF_SAMPLE)?, Presence::Sample),
        };
        Some(Self { presence, modality: modality.into() })
    }

    /// Axes of the answer for a modality of these axes.
    pub fn axes(&self, modality: &[usize]) -> Vec<usize> {
        match self.presence {
            Presence::Sample => vec![1],
            Presence::Steps => modality.split_last().map_or(vec![], |(_, steps)| steps.to_vec()),
        }
    }

    /// The preparations that make the answer of what a modality of these axes is read from: its own, without what computes, and
    /// the question at the end. Padding that a mask tells of is missing, too.
    pub fn transforms(&self, own: &[Arc<dyn Preparation>], modality: &[usize]) -> Vec<Arc<dyn Preparation>> {
        let one = |preparation: &Arc<dyn Preparation>| -> Option<Arc<dyn Preparation>> {
            match preparation.transform() {
                // What changes numbers alone changes no answer.
                Transform::Each(work) if work.redraws() == Redraws::Values => None,
                Transform::Each(_) | Transform::Missing(_) | Transform::Drop(_) | Transform::Offsets => {
                    Some(preparation.clone())
                }
                Transform::Standardize { present: Some(mask) } => Some(Arc::new(Padding(mask.into()))),
                Transform::Standardize { present: None } => None,
            }
        };
        let question = Question { axes: self.axes(modality), features: modality.last().copied().unwrap_or(1) };
        own.iter().filter_map(one).chain([Arc::new(question) as Arc<dyn Preparation>]).collect()
    }
}

/// What is missing where this mask is 0.
#[derive(Debug)]
struct Padding(String);

impl Written for Padding {
    fn word(&self) -> &'static str {
        "missing"
    }

    fn all_arguments(&self) -> Vec<(&'static str, String, Option<String>)> {
        vec![("unless", self.0.clone(), None)]
    }
}

impl Preparation for Padding {
    fn transform(&self) -> Transform<'_> {
        Transform::Missing(self)
    }
}

impl Marks for Padding {
    fn mask(&self) -> Option<&str> {
        Some(&self.0)
    }
}

/// 1 where something is there, 0 where nothing is.
#[derive(Debug)]
struct Question {
    /// Of the answer.
    axes: Vec<usize>,
    /// Of the modality that is asked about.
    features: usize,
}

impl Written for Question {
    fn word(&self) -> &'static str {
        "available"
    }

    fn all_arguments(&self) -> Vec<(&'static str, String, Option<String>)> {
        vec![]
    }
}

impl Preparation for Question {
    fn transform(&self) -> Transform<'_> {
        Transform::Each(self)
    }
}

impl EachSample for Question {
    fn axes(&self, _: &[usize], _: &[usize]) -> Result<Vec<usize>, ShapeError> {
        Ok(self.axes.clone())
    }

    fn apply(&self, sample: &Sample, to: &[usize], _: &mut Draw) -> Result<Vec<f64>, String> {
        let answers: usize = to.iter().product();
        // A sample may be asked as a whole whose steps are as many as the answers.
        let width = if answers == 1 { sample.values.len() } else { self.features };
        Ok(sample.values.chunks(width.max(1)).map(|step| f64::from(!is_void(step))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtin::preparation::prepared;

    #[test]
    fn names_are_read_as_they_are_written() {
        for presence in [Presence::Sample, Presence::Steps] {
            let asked = Asked { presence, modality: "gyro".into() };
            assert_eq!(Asked::read(&asked.to_string()), Some(asked));
        }
        assert_eq!(Asked::read("gyro"), None);
    }

    #[test]
    fn what_is_marked_is_missing() {
        let of = |presence, values: &[f64]| {
            let asked = Asked { presence, modality: "x".into() };
            let question = asked.transforms(&[], &[2, 2]).remove(0);
            let Transform::Each(work) = question.transform() else { panic!("{question:?}") };
            prepared(work, &Sample { axes: vec![2, 2], values: values.to_vec() }, &asked.axes(&[2, 2]))
        };
        let gone = [f64::NAN, f64::NAN];
        assert_eq!(of(Presence::Steps, &[[0.0, 1.0], gone].concat()), Ok((vec![2], vec![1.0, 0.0])));
        assert_eq!(of(Presence::Sample, &[[0.0, 1.0], gone].concat()), Ok((vec![1], vec![1.0])));
        assert_eq!(of(Presence::Sample, &[gone, gone].concat()), Ok((vec![1], vec![0.0])));
    }
}
