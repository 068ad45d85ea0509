//! What a parameter takes, as a fact to decide on and in the words of messages, and why it refuses a value.

use std::fmt;

/// What a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    Bool,
    Int,
    /// A whole number from this one.
    IntFrom(u8),
    Number,
    /// A number from 0 up to, not including, 1.
    Share,
    /// A number above 0, at most 1.
    Fraction,
    Positive,
    NonNegative,
    Text,
    /// One or more texts: all arguments without a name, where it is the first parameter.
    Texts,
    /// A column: its name, its place from 0, a range or a pattern.
    Column,
    OneColumn,
    Columns,
    /// One character.
    Mark,
    /// The name of something else in the item.
    Modality,
    /// The name of a group, or a list of them.
    Groups,
    /// One or more conditions: all arguments without a name.
    Conditions,
    List,
    Axes,
    /// One of a few bare words.
    Word(&'static [&'static str]),
    /// One of a few bare words, or a number of steps.
    WordOrSteps(&'static [&'static str]),
    /// One of a few bare words, or numbers of this kind.
    WordOrNumbers(&'static [&'static str], &'static str),
}

impl Expected {
    /// The bare words to choose from.
    pub fn words(self) -> &'static [&'static str] {
        match self {
            Expected::Word(words) | Expected::WordOrSteps(words) | Expected::WordOrNumbers(words, _) => words,
            Expected::Bool
            | Expected::Int
            | Expected::IntFrom(_)
            | Expected::Number
            | Expected::Share
            | Expected::Fraction
            | Expected::Positive
            | Expected::NonNegative
            | Expected::Text
            | Expected::Texts
            | Expected::Column
            | Expected::OneColumn
            | Expected::Columns
            | Expected::Mark
            | Expected::Modality
            | Expected::Groups
            | Expected::Conditions
            | Expected::List
            | Expected::Axes => &[],
        }
    }

    /// Whether a bare word can stand here.
    pub fn takes_words(self) -> bool {
        matches!(self, Expected::Modality | Expected::Groups) || !self.words().is_empty()
    }

    pub fn takes_texts(self) -> bool {
        matches!(self, Expected::Text | Expected::Texts)
    }

    pub fn is_whole_number(self) -> bool {
        matches!(self, Expected::Int | Expected::IntFrom(_))
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Expected::Bool => "true or false",
            Expected::Int => "a whole number",
            Expected::IntFrom(least) => return write!(f, "a whole number from {least}"),
            Expected::Number => "a number",
            Expected::Share => "a number from 0 to below 1",
            Expected::Fraction => "a number above 0, at most 1",
            Expected::Positive => "a number above 0",
            Expected::NonNegative => "a number from 0",
            Expected::Text => "a text in quotes",
            Expected::Texts => "one or more texts in quotes",
            Expected::Column => "a column: its name in quotes, its place from 0, a range or a pattern",
            Expected::OneColumn => "one column: its name in quotes, or its place from 0",
            Expected::Columns => {
                "a list of columns, a range such as `\"acc_0\" .. \"acc_9\"` or a pattern such as `\"acc_*\"`"
            }
            Expected::Mark => "one character in quotes",
            Expected::Modality => "the name of a modality",
            Expected::Groups => "the name of a group or a list of them",
            Expected::Conditions => "a condition such as `subject == \"S03\"`",
            Expected::List => "a list",
            Expected::Axes => "an axis or a list of axes",
            Expected::Word(words) => return write!(f, "one of `{}`", words.join("` `")),
            Expected::WordOrNumbers(words, numbers) => return write!(f, "`{}`, or {numbers}", words.join("`, `")),
            Expected::WordOrSteps(words) => return write!(f, "one of `{}`, or a number of steps", words.join("`, `")),
        })
    }
}

/// Why a value does not fit a parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct ArgError {
    /// Index into the row's parameters.
    pub param: usize,
    pub refusal: Refusal,
}

/// Why a parameter does not take a value: "must be a whole number from 1, is 0".
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// There is none, and no default.
    Missing,
    /// It is another value than is expected.
    Unexpected(String),
    /// It is a number that 32-bit floats do not hold.
    Unrepresentable(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refusal::Missing => "is missing",
            Refusal::Unexpected(message) | Refusal::Unrepresentable(message) => message,
        })
    }
}
