//! What classes count in a loss: numbers that are given, or `balanced`, which the training samples of a run decide. Owns how
//! counts become weights.

use super::{ClassCounts, Expected, FromValue, Loss, Refusal, ShapeError, TargetKind, Value};
use crate::digits;
use crate::tensor::{self, Tensor};
use std::sync::Arc;

/// What the only word for weights is.
const BALANCED: &str = "balanced";

/// What each class counts.
#[derive(Clone, Debug, PartialEq)]
pub enum ClassWeights {
    /// All classes count the same together.
    Balanced,
    /// From 0, one a class, not all 0.
    Each(Vec<f64>),
}

/// What a yes counts, where a no counts 1.
#[derive(Clone, Debug, PartialEq)]
pub enum YesWeights {
    /// As much together as all no.
    Balanced,
    /// One for all classes.
    All(f64),
    /// One a class.
    Each(Vec<f64>),
}

impl ClassWeights {
    /// A loss with these as numbers, where only the training samples of a run tell them.
    pub fn decided<L: Loss + 'static>(
        weights: Option<&Self>,
        counts: &ClassCounts,
        with: impl FnOnce(Self) -> L,
    ) -> Option<Result<Arc<dyn Loss>, String>> {
        let weights = weights.filter(|weights| **weights == Self::Balanced)?.counted(counts);
        Some(weights.map(|weights| Arc::new(with(weights)) as Arc<dyn Loss>))
    }

    /// Whether some samples count more than others, or some steps nothing.
    pub fn differ(weights: Option<&Self>, kind: &TargetKind) -> bool {
        weights.is_some() || kind.ignored().is_some()
    }

    /// What the class ids of a batch count: their number of samples where all have a class of weight 1.
    pub fn of_batch(weights: Option<&Self>, kind: &TargetKind, target: &Tensor) -> f64 {
        let steps = kind.shape().iter().product::<usize>().max(1);
        let weights = weights.map(Self::numbers).unwrap_or_default();
        tensor::weight_of(&target.values(), &weights) / steps as f64
    }

    /// The same as numbers: `balanced` is the number of all over classes times the number of each, which is
    /// `compute_class_weight` of scikit-learn. An error names a class that no training sample has.
    pub fn counted(&self, counts: &ClassCounts) -> Result<Self, String> {
        let even = counts.all as f64 / counts.classes.len() as f64;
        let of = |(class, &count): (usize, &usize)| match count {
            0 => Err(format!("no training sample has class {class}, so nothing says what it counts; list the weights")),
            _ => Ok(even / count as f64),
        };
        match self {
            Self::Balanced => Ok(Self::Each(counts.classes.iter().enumerate().map(of).collect::<Result<_, _>>()?)),
            Self::Each(_) => Ok(self.clone()),
        }
    }

    /// What each class counts; nothing where that is not known before a run.
    pub fn numbers(&self) -> Vec<f32> {
        match self {
            Self::Balanced => vec![],
            Self::Each(each) => each.iter().map(|w| *w as f32).collect(),
        }
    }

    /// Whether there is one for each class of the target.
    pub fn fit(&self, word: &str, target: Option<&TargetKind>) -> Result<(), ShapeError> {
        match (self, target) {
            (Self::Each(each), Some(target @ TargetKind::Class { classes, .. })) => {
                count(word, "weights", each, target, *classes)
            }
            _ => Ok(()),
        }
    }
}

impl YesWeights {
    /// A loss with this as numbers, where only the training samples of a run tell them.
    pub fn decided<L: Loss + 'static>(
        positive: Option<&Self>,
        counts: &ClassCounts,
        with: impl FnOnce(Self) -> L,
    ) -> Option<Result<Arc<dyn Loss>, String>> {
        let positive = positive.filter(|positive| **positive == Self::Balanced)?.counted(counts);
        Some(positive.map(|positive| Arc::new(with(positive)) as Arc<dyn Loss>))
    }

    /// The same as numbers: `balanced` is the number of no over that of yes, of each class. An error names a class that all
    /// training samples have, or none.
    pub fn counted(&self, counts: &ClassCounts) -> Result<Self, String> {
        // Of two classes, class 1 is the yes.
        let first = usize::from(!counts.at_once);
        let of = |(class, &yes): (usize, &usize)| {
            let help = "so nothing says what a yes counts; write a number";
            match (yes, counts.all - yes) {
                (0, _) => Err(format!("no training sample has class {class}, {help}")),
                (_, 0) => Err(format!("every training sample has class {class}, {help}")),
                (yes, no) => Ok(no as f64 / yes as f64),
            }
        };
        match self {
            Self::Balanced => {
                Ok(Self::Each(counts.classes.iter().enumerate().skip(first).map(of).collect::<Result<_, _>>()?))
            }
            Self::All(_) | Self::Each(_) => Ok(self.clone()),
        }
    }

    /// What a yes counts, of all classes or of each; nothing where that is not known before a run.
    pub fn numbers(&self) -> Vec<f32> {
        match self {
            Self::Balanced => vec![],
            Self::All(one) => vec![*one as f32],
            Self::Each(each) => each.iter().map(|w| *w as f32).collect(),
        }
    }

    /// Whether there is one for each class of the target, or one for all.
    pub fn fit(&self, word: &str, target: Option<&TargetKind>) -> Result<(), ShapeError> {
        match (self, target) {
            (Self::Balanced, Some(target @ TargetKind::Real { .. })) => {
                Err(ShapeError::new(format!("`{word}` needs classes where it is `balanced`, the target is `{target}`"))
                    .help("write a number: `positive: 2`"))
            }
            (Self::Each(each), Some(target @ TargetKind::Multi { classes })) => {
                count(word, "positive", each, target, *classes)
            }
            (Self::Each(each), Some(target @ TargetKind::Class { .. })) => count(word, "positive", each, target, 1),
            (Self::Each(_), Some(target @ TargetKind::Real { .. })) => Err(ShapeError::new(format!(
                "`{word}` needs classes where `positive` is a list, the target is `{target}`"
            ))
            .help("write one number")),
            _ => Ok(()),
        }
    }
}

fn count(word: &str, argument: &str, given: &[f64], target: &TargetKind, needed: usize) -> Result<(), ShapeError> {
    let numbers = |n: usize| if n == 1 { "1 number".into() } else { format!("{n} numbers") };
    if given.len() == needed {
        return Ok(());
    }
    let (has, needs) = (numbers(given.len()), numbers(needed));
    Err(ShapeError::new(format!("`{argument}` of `{word}` has {has}, `{target}` needs {needs}")))
}

/// Numbers of a list that are all fit.
fn numbers(value: &Value, fits: impl Fn(f64) -> bool) -> Option<Vec<f64>> {
    Vec::<f64>::from_value(value).filter(|all| !all.is_empty() && all.iter().all(|x| fits(*x)))
}

impl FromValue for ClassWeights {
    const EXPECTED: Expected = Expected::WordOrNumbers(&[BALANCED], "a list of numbers from 0, one a class");

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Name(word) if word == BALANCED => Some(Self::Balanced),
            _ => numbers(value, |x| x >= 0.0).filter(|all| all.iter().any(|x| *x > 0.0)).map(Self::Each),
        }
    }

    fn refusal(value: &Value) -> Refusal {
        match numbers(value, |x| x >= 0.0) {
            Some(_) => Refusal::Unexpected(format!("needs a number above 0, is {value}")),
            None => Refusal::Unexpected(format!("must be {}, is {value}", Self::EXPECTED)),
        }
    }

    fn show(&self) -> String {
        match self {
            Self::Balanced => BALANCED.into(),
            Self::Each(each) => each.show(),
        }
    }
}

impl FromValue for YesWeights {
    const EXPECTED: Expected = Expected::WordOrNumbers(&[BALANCED], "a number above 0, or a list of them, one a class");

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Name(word) if word == BALANCED => Some(Self::Balanced),
            Value::List(_) => numbers(value, |x| x > 0.0).map(Self::Each),
            _ => f64::from_value(value).filter(|x| *x > 0.0).map(Self::All),
        }
    }

    fn show(&self) -> String {
        match self {
            Self::Balanced => BALANCED.into(),
            Self::All(one) => digits::number(*one),
            Self::Each(each) => each.show(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of several classes at once where there are not as many as samples.
    fn counts(classes: &[usize], all: usize) -> ClassCounts {
        ClassCounts { classes: classes.to_vec(), all, at_once: classes.iter().sum::<usize>() != all }
    }

    /// `compute_class_weight("balanced", classes=[0, 1, 2], y=[0] * 6 + [1] * 3 + [2])` of scikit-learn 1.7.
    #[test]
    fn balanced_is_scikit_learns() {
        let weights = ClassWeights::Balanced.counted(&counts(&[6, 3, 1], 10));
        assert_eq!(weights, Ok(ClassWeights::Each(vec![10.0 / 18.0, 10.0 / 9.0, 10.0 / 3.0])));
        let yes = |classes: &[usize], all| YesWeights::Balanced.counted(&counts(classes, all));
        assert_eq!(yes(&[8, 2], 10), Ok(YesWeights::Each(vec![4.0])), "one class of two");
        assert_eq!(yes(&[8, 4], 10), Ok(YesWeights::Each(vec![0.25, 1.5])), "two classes at once");
        assert_eq!(yes(&[5, 1, 2], 10), Ok(YesWeights::Each(vec![1.0, 9.0, 4.0])));
    }

    #[test]
    fn a_class_that_training_lacks_has_no_weight() {
        let lacks = "no training sample has class 1, so nothing says what it counts; list the weights";
        assert_eq!(ClassWeights::Balanced.counted(&counts(&[4, 0], 4)), Err(lacks.into()));
        let given = ClassWeights::Each(vec![1.0, 2.0]);
        assert_eq!(given.counted(&counts(&[4, 0], 4)), Ok(given));
        let yes = |classes: &[usize]| YesWeights::Balanced.counted(&counts(classes, 4)).unwrap_err();
        assert!(yes(&[4, 0]).starts_with("no training sample has class 1, "));
        assert!(yes(&[0, 4]).starts_with("every training sample has class 1, "));
        assert!(yes(&[1, 2, 4]).starts_with("every training sample has class 2, "));
    }
}
