//! Classes of a target as people have them: what they are called, and which numbers a file has for them.

use super::value::quoted;
use std::fmt;

/// Names and numbers of the classes of a target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    /// In the order of the classes; empty where they have none.
    pub names: Vec<String>,
    pub numbers: Numbers,
}

/// Which number of a file is which class.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Numbers {
    /// Class ids, from 0.
    #[default]
    Ids,
    /// From this number on.
    First(i64),
    /// One a class.
    Values(Vec<i64>),
}

impl Numbers {
    /// The class of a file's number; nothing where it is none of so many.
    pub fn class(&self, number: f64, classes: usize) -> Option<usize> {
        let place = match self {
            Numbers::Ids => number,
            Numbers::First(first) => number - *first as f64,
            Numbers::Values(values) => return values.iter().position(|value| *value as f64 == number),
        };
        (place.fract() == 0.0 && (0.0..classes as f64).contains(&place)).then_some(place as usize)
    }

    /// The number that a file has for a class.
    pub fn number(&self, class: usize) -> i64 {
        match self {
            Numbers::Ids => class as i64,
            Numbers::First(first) => first.saturating_add(class as i64),
            Numbers::Values(values) => values.get(class).copied().unwrap_or(class as i64),
        }
    }

    /// "class ids from 0 to 4", "numbers from 1 to 5", "-1 or 1".
    pub fn expected(&self, classes: usize) -> String {
        let last = classes.saturating_sub(1);
        match self {
            Numbers::Ids => format!("class ids from 0 to {last}"),
            Numbers::First(first) => format!("numbers from {first} to {}", self.number(last)),
            Numbers::Values(values) => {
                let values: Vec<String> = values.iter().map(i64::to_string).collect();
                match values.split_last() {
                    Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
                    Some(_) | None => values.join(""),
                }
            }
        }
    }
}

impl Labels {
    /// Whether they say nothing.
    pub fn are_plain(&self) -> bool {
        self.names.is_empty() && self.numbers == Numbers::Ids
    }

    /// `["sit", "walk"]`, or how many there are.
    pub fn count(&self, classes: usize) -> String {
        if self.names.is_empty() {
            return classes.to_string();
        }
        format!("[{}]", self.names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", "))
    }
}

impl fmt::Display for Numbers {
    /// `, first: 1`; nothing of class ids.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Numbers::Ids => Ok(()),
            Numbers::First(first) => write!(f, ", first: {first}"),
            Numbers::Values(values) => write!(f, ", values: {values:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_classes_and_back() {
        let values = Numbers::Values(vec![-1, 1]);
        for (numbers, classes, expected) in [
            (Numbers::Ids, 3, "class ids from 0 to 2"),
            (Numbers::First(1), 3, "numbers from 1 to 3"),
            (Numbers::First(-2), 2, "numbers from -2 to -1"),
            (values.clone(), 2, "-1 or 1"),
        ] {
            for class in 0..classes {
                assert_eq!(numbers.class(numbers.number(class) as f64, classes), Some(class), "{numbers:?}");
            }
            assert_eq!(numbers.class(numbers.number(0) as f64 - 0.5, classes), None);
            assert_eq!(numbers.class(f64::NAN, classes), None);
            assert_eq!(numbers.expected(classes), expected);
        }
        assert_eq!(values.class(0.0, 2), None);
        assert_eq!(Numbers::First(1).class(0.0, 3), None);
    }
}
