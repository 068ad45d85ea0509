//! Values of the language as a builtin's arguments, and how a Rust field is read from one. Knows nothing of places.

use super::condition::Condition;
pub use super::quoted::quoted;
use super::{Expected, Refusal};
use crate::digits;
use crate::shape::Dim;
use std::fmt;

/// What an argument can be.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Int(i64),
    Float(f64),
    Bool(bool),
    Text(String),
    /// A bare word that names no item: `xavier_uniform`, `stratified`.
    Name(String),
    List(Vec<Value>),
    /// `1 .. 5`, `"acc_0" .. "acc_299"`: from one to another.
    Range(Box<(Value, Value)>),
    /// A size that still has symbols in it, such as `T / 8`.
    Dim(Dim),
    /// `subject in ["S03"]`
    Condition(Box<Condition>),
}

/// A Rust type that a parameter can have.
pub trait FromValue: Sized {
    const EXPECTED: Expected;
    /// Whether it says by itself what it is, so that as the first argument it is written without a name.
    const LEADS: bool = false;
    fn from_value(value: &Value) -> Option<Self>;
    /// Why it is read from no such value.
    fn refusal(value: &Value) -> Refusal {
        Refusal::Unexpected(format!("must be {}, is {value}", Self::EXPECTED))
    }
    /// As it is written in the language.
    fn show(&self) -> String;
}

/// What a word of these stands for, where the value is one.
pub fn by_word<T: Copy>(value: &Value, words: &[(&str, T)]) -> Option<T> {
    let Value::Name(name) = value else { return None };
    words.iter().find(|(word, _)| word == name).map(|(_, meaning)| *meaning)
}

/// The word that stands for this.
pub fn word_of<'w, T: PartialEq>(meaning: &T, words: &[(&'w str, T)]) -> Option<&'w str> {
    words.iter().find(|(_, other)| other == meaning).map(|(word, _)| *word)
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Int(v) => write!(f, "{v}"),
            // A point tells it from a whole number.
            Value::Float(v) if v.fract() == 0.0 && v.abs() < 1e7 => write!(f, "{v:.1}"),
            Value::Float(v) => f.write_str(&digits::number(*v)),
            Value::Bool(v) => write!(f, "{v}"),
            Value::Text(v) => f.write_str(&quoted(v)),
            Value::Name(v) => f.write_str(v),
            Value::Dim(v) => write!(f, "{v}"),
            Value::Condition(v) => write!(f, "{v}"),
            Value::Range(ends) => write!(f, "{} .. {}", ends.0, ends.1),
            Value::List(vs) => {
                f.write_str("[")?;
                for (i, v) in vs.iter().enumerate() {
                    write!(f, "{}{v}", if i == 0 { "" } else { ", " })?;
                }
                f.write_str("]")
            }
        }
    }
}

/// A whole number from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count(pub usize);

/// A number from 0 up to, not including, 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share(pub f64);

/// A number above 0, at most 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fraction(pub f64);

/// A number above 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Positive(pub f64);

/// A number from 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NonNegative(pub f64);

macro_rules! from_value {
    ($ty:ty, $expected:expr, $read:expr, $show:expr) => {
        impl FromValue for $ty {
            const EXPECTED: Expected = $expected;
            fn from_value(value: &Value) -> Option<Self> {
                let read: fn(&Value) -> Option<Self> = $read;
                read(value)
            }
            fn show(&self) -> String {
                let show: fn(&Self) -> String = $show;
                show(self)
            }
        }
    };
}

from_value!(bool, Expected::Bool, |v| if let Value::Bool(b) = v { Some(*b) } else { None }, |b| b.to_string());
from_value!(i64, Expected::Int, |v| if let Value::Int(i) = v { Some(*i) } else { None }, |i| i.to_string());
from_value!(String, Expected::Text, |v| if let Value::Text(t) = v { Some(t.clone()) } else { None }, |t| quoted(t));
impl FromValue for Count {
    const EXPECTED: Expected = Expected::IntFrom(1);

    fn from_value(value: &Value) -> Option<Self> {
        int(value).filter(|n| (1..=MOST).contains(n)).map(|n| Count(n as usize))
    }

    fn refusal(value: &Value) -> Refusal {
        refused_count(value, Self::EXPECTED)
    }

    fn show(&self) -> String {
        self.0.to_string()
    }
}

/// No count of anything is larger: samples are numbered in 32 bits.
pub const MOST: i64 = u32::MAX as i64;

/// Why a count is none, or too large.
pub fn refused_count(value: &Value, expected: Expected) -> Refusal {
    Refusal::Unexpected(match int(value).filter(|n| *n > MOST) {
        Some(n) => format!("must be at most {MOST}, is {n}"),
        None => format!("must be {expected}, is {value}"),
    })
}

/// A number that 32-bit floats hold, in which all is computed, within some bounds.
macro_rules! from_number {
    ($ty:ty, $expected:expr, $within:expr, $of:expr, $read:expr) => {
        impl FromValue for $ty {
            const EXPECTED: Expected = $expected;

            fn from_value(value: &Value) -> Option<Self> {
                let within: fn(f64) -> bool = $within;
                value.number().filter(|x| within(*x) && fits(*x)).map($of)
            }

            fn refusal(value: &Value) -> Refusal {
                let within: fn(f64) -> bool = $within;
                match value.number().filter(|x| within(*x)).and_then(unfit) {
                    Some(lost) => Refusal::Unrepresentable(lost),
                    None => Refusal::Unexpected(format!("must be {}, is {value}", Self::EXPECTED)),
                }
            }

            fn show(&self) -> String {
                let read: fn(&Self) -> f64 = $read;
                digits::number(read(self))
            }
        }
    };
}

from_number!(f64, Expected::Number, |_| true, |x| x, |x| *x);
from_number!(Share, Expected::Share, |x| (0.0..1.0).contains(&x), Share, |x| x.0);
from_number!(Fraction, Expected::Fraction, |x| x > 0.0 && x <= 1.0, Fraction, |x| x.0);
from_number!(Positive, Expected::Positive, |x| x > 0.0, Positive, |x| x.0);
from_number!(NonNegative, Expected::NonNegative, |x| x >= 0.0, NonNegative, |x| x.0);
from_value!(
    Dim,
    Expected::IntFrom(1),
    |v| match v {
        Value::Int(i) if *i >= 1 => Some(Dim::constant(*i)),
        Value::Dim(d) => Some(d.clone()),
        Value::Int(_)
        | Value::Float(_)
        | Value::Bool(_)
        | Value::Text(_)
        | Value::Name(_)
        | Value::List(_)
        | Value::Range(_)
        | Value::Condition(_) => None,
    },
    |d| d.to_string()
);

impl<T: FromValue> FromValue for Vec<T> {
    const EXPECTED: Expected = Expected::List;
    fn from_value(value: &Value) -> Option<Self> {
        if let Value::List(items) = value { items.iter().map(T::from_value).collect() } else { None }
    }
    fn refusal(value: &Value) -> Refusal {
        let items = if let Value::List(items) = value { items.as_slice() } else { &[] };
        let wrong = items.iter().find(|item| T::from_value(item).is_none());
        Refusal::Unexpected(match wrong {
            Some(item) => format!("has an entry that {}", T::refusal(item)),
            None => format!("must be {}, is {value}", Self::EXPECTED),
        })
    }
    fn show(&self) -> String {
        format!("[{}]", self.iter().map(T::show).collect::<Vec<_>>().join(", "))
    }
}

impl<T: FromValue> FromValue for Option<T> {
    const EXPECTED: Expected = T::EXPECTED;
    const LEADS: bool = T::LEADS;
    fn from_value(value: &Value) -> Option<Self> {
        T::from_value(value).map(Some)
    }
    fn refusal(value: &Value) -> Refusal {
        T::refusal(value)
    }
    fn show(&self) -> String {
        self.as_ref().map_or_else(|| "none".into(), T::show)
    }
}

fn int(value: &Value) -> Option<i64> {
    if let Value::Int(i) = value { Some(*i) } else { None }
}

/// Whether a 32-bit float is about this number: it has a largest, and below its smallest it is 0.
fn fits(number: f64) -> bool {
    let rounded = number as f32;
    rounded.is_finite() && (rounded != 0.0 || number == 0.0)
}

/// What is said of a number that 32-bit floats do not hold.
pub fn unfit(number: f64) -> Option<String> {
    let shown = digits::number(number);
    match (fits(number), number as f32 == 0.0) {
        (true, _) => None,
        (false, true) => Some(format!("is {shown}, which is 0 as a 32-bit float: the smallest is about 1e-45")),
        (false, false) => Some(format!("is {shown}, and 32-bit floats go up to {:e}", f32::MAX)),
    }
}

impl Value {
    /// As a number; `None` of what is none.
    pub fn number(&self) -> Option<f64> {
        match self {
            Value::Int(i) => Some(*i as f64),
            Value::Float(x) => Some(*x),
            Value::Bool(_)
            | Value::Text(_)
            | Value::Name(_)
            | Value::List(_)
            | Value::Range(_)
            | Value::Dim(_)
            | Value::Condition(_) => None,
        }
    }
}

/// A parameter that takes one of a few bare words. Doc comments and words are said once, in the enum.
#[macro_export]
macro_rules! words {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[doc = $doc:literal])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[doc = $doc])* $variant),+ }

        impl $crate::builtin::FromValue for $name {
            const EXPECTED: $crate::builtin::Expected = $crate::builtin::Expected::Word(&[$($word),+]);
            fn from_value(value: &$crate::builtin::Value) -> Option<Self> {
                match value {
                    $($crate::builtin::Value::Name(n) if n == $word => Some(Self::$variant),)+
                    _ => None,
                }
            }
            fn show(&self) -> String {
                match self { $(Self::$variant => $word.into()),+ }
            }
        }
    };
}
