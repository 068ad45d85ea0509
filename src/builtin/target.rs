//! What targets and modalities hold: classes, numbers, events, masks, ids.

use super::events;
use super::labels::{Labels, Numbers};
use std::fmt;
use std::sync::Arc;

/// What a target holds.
#[derive(Clone, Debug, PartialEq)]
pub enum TargetKind {
    /// One class id in `0..n` a sample (or a step, with axes in front). `ignore`: what files have where a step has none, such as
    /// padding; a target in memory has [`NO_CLASS`] there. `labels`: what classes are called, and which numbers files have for
    /// them, where they are no plain ids; a target in memory has ids.
    Class { classes: usize, axes: Vec<usize>, ignore: Option<i64>, labels: Option<Arc<Labels>> },
    /// Several of `n` classes at once, 0 or 1 each.
    Multi { classes: usize },
    /// Numbers.
    Real { shape: Vec<usize> },
    /// At most so many stretches of time of one of `n` classes each, as [`events::Stored`].
    Events { classes: usize, most: usize },
}

/// The class id of a step that has no class.
pub const NO_CLASS: f32 = -1.0;

/// Events of a sample that `events(20)` has room for.
pub const MOST_EVENTS: usize = 256;

impl TargetKind {
    /// Whether it gives every sample one class: what stratified splits and folds go by.
    pub fn is_one_class(&self) -> bool {
        match self {
            TargetKind::Class { axes, ignore, .. } => ignore.is_none() && axes.iter().all(|n| *n == 1),
            TargetKind::Multi { .. } | TargetKind::Real { .. } | TargetKind::Events { .. } => false,
        }
    }

    /// What files have where a step has no class.
    pub fn ignored(&self) -> Option<f32> {
        match self {
            TargetKind::Class { ignore, .. } => ignore.map(|ignored| ignored as f32),
            TargetKind::Multi { .. } | TargetKind::Real { .. } | TargetKind::Events { .. } => None,
        }
    }

    /// Names and numbers of classes, where they are no plain ids.
    pub fn labels(&self) -> Option<&Labels> {
        match self {
            TargetKind::Class { labels, .. } => labels.as_deref(),
            TargetKind::Multi { .. } | TargetKind::Real { .. } | TargetKind::Events { .. } => None,
        }
    }

    /// What classes are called; nothing where they have no names.
    pub fn names(&self) -> &[String] {
        self.labels().map_or(&[], |labels| &labels.names)
    }

    /// What a class is called: its name, or its number.
    pub fn name_of(&self, class: usize) -> String {
        self.names().get(class).cloned().unwrap_or_else(|| class.to_string())
    }

    /// The same with names for its classes, where these are as many and it has none.
    pub fn named(&self, names: &[String]) -> Self {
        match self {
            TargetKind::Class { classes, axes, ignore, labels }
                if names.len() == *classes && self.names().is_empty() =>
            {
                let numbers = labels.as_ref().map_or(Numbers::Ids, |labels| labels.numbers.clone());
                let labels = Some(Arc::new(Labels { names: names.to_vec(), numbers }));
                TargetKind::Class { classes: *classes, axes: axes.clone(), ignore: *ignore, labels }
            }
            TargetKind::Class { .. }
            | TargetKind::Multi { .. }
            | TargetKind::Real { .. }
            | TargetKind::Events { .. } => self.clone(),
        }
    }

    /// The class of a number in a file; nothing where it is none.
    pub fn class_of(&self, number: f64) -> Option<usize> {
        let TargetKind::Class { classes, labels, .. } = self else { return None };
        match labels {
            Some(labels) => labels.numbers.class(number, *classes),
            None => Numbers::Ids.class(number, *classes),
        }
    }

    /// Whether a sample, or a step that has a class, can have this value.
    pub fn takes(&self, value: f32) -> bool {
        let is_id = |classes: usize| value.fract() == 0.0 && (0.0..classes as f32).contains(&value);
        match self {
            TargetKind::Class { classes, .. } => is_id(*classes),
            TargetKind::Multi { .. } => is_id(2),
            TargetKind::Real { .. } | TargetKind::Events { .. } => value.is_finite(),
        }
    }

    /// Shape of one sample's target as stored.
    pub fn shape(&self) -> Vec<usize> {
        match self {
            TargetKind::Class { axes, .. } => axes.clone(),
            TargetKind::Multi { classes } => vec![*classes],
            TargetKind::Real { shape } => shape.clone(),
            TargetKind::Events { most, .. } => vec![1 + most, events::EVENT_WIDTH],
        }
    }
}

impl fmt::Display for TargetKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TargetKind::Class { classes, axes, ignore, labels } => {
                match labels {
                    Some(labels) => write!(f, "class({}{}", labels.count(*classes), labels.numbers)?,
                    None => write!(f, "class({classes}")?,
                }
                if !axes.is_empty() {
                    write!(f, ", axes: {axes:?}")?;
                }
                ignore.iter().try_for_each(|id| write!(f, ", ignore: {id}"))?;
                f.write_str(")")
            }
            TargetKind::Multi { classes } => write!(f, "multi({classes})"),
            TargetKind::Real { shape } if shape.is_empty() => write!(f, "real"),
            TargetKind::Real { shape } => {
                write!(f, "real({})", shape.iter().map(usize::to_string).collect::<Vec<_>>().join(", "))
            }
            TargetKind::Events { classes, most: MOST_EVENTS } => write!(f, "events({classes})"),
            TargetKind::Events { classes, most } => write!(f, "events({classes}, most: {most})"),
        }
    }
}

/// What the numbers of a modality stand for, to whoever reads them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Holds {
    #[default]
    Numbers,
    /// Ones and zeros: which steps are there.
    Mask,
    /// Whole numbers below this, and -1 for nothing.
    Ids(usize),
}
