//! How predictions become answers, and how answers are counted: what metrics of classes share.

use super::{Predictions, TargetKind};
use crate::measured::{Absent, Measured};

/// What a prediction says, beside what is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// One of several classes.
    Class { said: usize, truth: usize },
    /// Whether one of several classes is there.
    YesNo { class: usize, said: bool, truth: bool },
}

/// Visits the answers of every sample and step.
pub fn each_answer(predictions: &Predictions<'_>, mut visit: impl FnMut(Answer)) {
    match predictions.target {
        TargetKind::Class { .. } => {
            rows(predictions).for_each(|(chances, truth)| visit(Answer::Class { said: said(chances), truth }));
        }
        TargetKind::Multi { classes } => {
            for (i, (&chance, &truth)) in predictions.values.iter().zip(predictions.targets).enumerate() {
                visit(Answer::YesNo { class: i % classes, said: chance > 0.5, truth: truth > 0.5 });
            }
        }
        TargetKind::Real { .. } | TargetKind::Events { .. } => unreachable!("the checker has refused them as classes"),
    }
}

/// Of a `class` target, the chances of every sample and step beside the true class; steps that have none are left out. One
/// number for two classes is the chance of class 1.
pub fn rows<'a>(predictions: &Predictions<'a>) -> impl Iterator<Item = (&'a [f32], usize)> {
    let steps = predictions.target.shape().iter().product::<usize>().max(1);
    let width = predictions.width / steps;
    debug_assert!(width == class_count(predictions.target) || width == 1);
    let all = predictions.values.chunks_exact(width).zip(predictions.targets);
    all.filter(|(_, truth)| **truth >= 0.0).map(|(chances, &truth)| (chances, truth as usize))
}

/// The class that chances speak for: the first of the greatest; of a single one, class 1 where it is above one half.
pub fn said(chances: &[f32]) -> usize {
    if let [one] = chances { usize::from(*one > 0.5) } else { greatest(chances) }
}

/// For every class, the chance it is given beside whether it is there, over all samples and steps. Of two classes, class 1
/// is what is looked for.
pub fn each_class(predictions: &Predictions<'_>) -> Vec<Vec<(f32, bool)>> {
    match predictions.target {
        TargetKind::Class { classes: 2, .. } => vec![chances_of(predictions, 1)],
        target => (0..class_count(target)).map(|class| chances_of(predictions, class)).collect(),
    }
}

/// The chance a class is given beside whether it is there, over all samples and steps.
pub fn chances_of(predictions: &Predictions<'_>, class: usize) -> Vec<(f32, bool)> {
    // One number for two classes is the chance of class 1; what is little of it is much of class 0.
    let chance = |chances: &[f32]| match chances {
        [one] if class == 0 => -one,
        [one] => *one,
        several => several[class],
    };
    match predictions.target {
        TargetKind::Class { .. } => {
            rows(predictions).map(|(chances, truth)| (chance(chances), truth == class)).collect()
        }
        TargetKind::Multi { classes } => {
            let all = predictions.values.iter().zip(predictions.targets);
            all.skip(class).step_by(*classes).map(|(&chance, &truth)| (chance, truth > 0.5)).collect()
        }
        TargetKind::Real { .. } | TargetKind::Events { .. } => unreachable!("the checker has refused them as classes"),
    }
}

/// How often one class was right, wrongly named and missed, among so many answers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    pub right: usize,
    pub wrongly: usize,
    pub missed: usize,
    pub answers: usize,
}

impl Counts {
    pub fn said(&self) -> usize {
        self.right + self.wrongly
    }

    pub fn there(&self) -> usize {
        self.right + self.missed
    }

    /// How often it was not there.
    pub fn absent(&self) -> usize {
        self.answers - self.there()
    }

    /// Harmonic mean of precision and recall, of a class that is there.
    pub fn f1(&self) -> f64 {
        2.0 * self.right as f64 / (self.said() + self.there()).max(1) as f64
    }

    pub fn plus(self, other: &Counts) -> Counts {
        let [right, wrongly, missed] =
            [self.right + other.right, self.wrongly + other.wrongly, self.missed + other.missed];
        Counts { right, wrongly, missed, answers: self.answers + other.answers }
    }
}

/// The counts of every class.
pub fn counts(predictions: &Predictions<'_>) -> Vec<Counts> {
    let mut counts = vec![Counts::default(); class_count(predictions.target)];
    let mut answers = 0;
    each_answer(predictions, |answer| match answer {
        Answer::Class { said, truth } => {
            answers += 1;
            if said == truth {
                counts[said].right += 1;
            } else {
                counts[said].wrongly += 1;
                counts[truth].missed += 1;
            }
        }
        Answer::YesNo { class, said, truth } => match (said, truth) {
            (true, true) => counts[class].right += 1,
            (true, false) => counts[class].wrongly += 1,
            (false, true) => counts[class].missed += 1,
            (false, false) => {}
        },
    });
    let answers = if let TargetKind::Multi { .. } = predictions.target { predictions.samples } else { answers };
    counts.iter_mut().for_each(|count| count.answers = answers);
    counts
}

/// Samples, or steps of them, that have a class.
pub const NO_LABEL: &str = "no labelled sample";

/// "class 3", "classes 3, 5 and 7", "class `walk`", "12 of 20 classes".
pub fn listed(target: &TargetKind, classes: &[usize]) -> String {
    let name = |class: &usize| match target.names().get(*class) {
        Some(name) => format!("`{name}`"),
        None => class.to_string(),
    };
    match classes {
        [one] => format!("class {}", name(one)),
        [first @ .., last] if classes.len() < 4 => {
            let first: Vec<String> = first.iter().map(name).collect();
            format!("classes {} and {}", first.join(", "), name(last))
        }
        many => format!("{} of {} classes", many.len(), class_count(target)),
    }
}

/// `sum / count`, where something was counted.
pub fn share(sum: f64, count: usize, none: &'static str) -> Measured {
    if count > 0 { Ok(sum / count as f64) } else { Err(Absent::because(none)) }
}

/// The first of the greatest.
pub fn greatest(values: &[f32]) -> usize {
    (1..values.len()).fold(0, |best, i| if values[i] > values[best] { i } else { best })
}

pub fn class_count(target: &TargetKind) -> usize {
    match target {
        TargetKind::Class { classes, .. } | TargetKind::Multi { classes } | TargetKind::Events { classes, .. } => {
            *classes
        }
        TargetKind::Real { .. } => 0,
    }
}

/// Counts of answers to one class a sample: a row a true class, a column an answered one.
pub struct Table {
    classes: usize,
    counts: Vec<f64>,
}

impl Table {
    /// None where nothing has a class.
    pub fn of(predictions: &Predictions<'_>) -> Result<Self, Absent> {
        let classes = class_count(predictions.target);
        let mut counts = vec![0.0; classes * classes];
        each_answer(predictions, |answer| {
            if let Answer::Class { said, truth } = answer {
                counts[truth * classes + said] += 1.0;
            }
        });
        if counts.iter().sum::<f64>() > 0.0 { Ok(Self { classes, counts }) } else { Err(Absent::because(NO_LABEL)) }
    }

    pub fn all(&self) -> f64 {
        self.counts.iter().sum()
    }

    /// (true, answered, how often)
    pub fn cells(&self) -> impl Iterator<Item = (usize, usize, f64)> {
        self.counts.iter().enumerate().map(|(at, count)| (at / self.classes, at % self.classes, *count))
    }

    /// How often each class is true.
    pub fn truths(&self) -> Vec<f64> {
        self.counts.chunks(self.classes).map(|row| row.iter().sum()).collect()
    }

    /// How often each class is answered.
    pub fn answers(&self) -> Vec<f64> {
        (0..self.classes).map(|class| self.counts.iter().skip(class).step_by(self.classes).sum()).collect()
    }
}
