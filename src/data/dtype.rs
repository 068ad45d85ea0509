//! What the elements of an array are: numbers of a type that can be read, or something else.

use super::error::{Code, DataError, array_error};
use super::number::{Number, READABLE};
use super::values::Precision;
use std::borrow::Cow;
use std::fmt;
use std::path::Path;

/// The type of an array's elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dtype {
    /// As NumPy writes it, `<f4`; a word where NumPy has none.
    name: Cow<'static, str>,
    elements: Elements,
}

/// What the elements are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elements {
    Number(Number),
    /// Numbers of several types, read as 64-bit floats: columns of a table, a list.
    Numbers,
    Text,
    Complex,
    Time,
    /// Python's own.
    Object,
    /// Several fields each.
    Record,
    /// Matrices without their zeros.
    Sparse,
    /// Numbers of a size that is not read.
    WideNumber,
    Other,
}

impl Dtype {
    pub const NUMBERS: Self = Self { name: Cow::Borrowed("numbers"), elements: Elements::Numbers };
    pub const TEXT: Self = Self { name: Cow::Borrowed("text"), elements: Elements::Text };
    pub const STRUCTURED: Self = Self { name: Cow::Borrowed("structured"), elements: Elements::Record };

    /// Of a NumPy type string.
    pub fn numpy(text: impl Into<Cow<'static, str>>) -> Self {
        let name = text.into();
        let kind = name.trim_start_matches(['<', '>', '|', '=']).chars().next();
        let elements = match (Number::parse(&name), kind) {
            (Some(number), _) => Elements::Number(number),
            (None, Some('U' | 'S')) => Elements::Text,
            (None, Some('c')) => Elements::Complex,
            (None, Some('M' | 'm')) => Elements::Time,
            (None, Some('O')) => Elements::Object,
            (None, Some('f' | 'i' | 'u' | 'b')) => Elements::WideNumber,
            (None, Some(_) | None) => Elements::Other,
        };
        Self { name, elements }
    }

    /// Of a word that is not NumPy's.
    pub fn named(name: impl Into<Cow<'static, str>>, elements: Elements) -> Self {
        Self { name: name.into(), elements }
    }

    /// The type of its numbers, where it is one that can be read.
    pub fn number(&self) -> Option<Number> {
        match self.elements {
            Elements::Number(number) => Some(number),
            Elements::Numbers
            | Elements::Text
            | Elements::Complex
            | Elements::Time
            | Elements::Object
            | Elements::Record
            | Elements::Sparse
            | Elements::WideNumber
            | Elements::Other => None,
        }
    }

    /// Whether its elements are true or false.
    pub fn is_flag(&self) -> bool {
        self.number().is_some() && self.name.ends_with("b1")
    }

    /// Whether its elements are texts.
    pub fn is_text(&self) -> bool {
        self.elements == Elements::Text
    }

    /// The fewest bits that hold its numbers.
    pub fn precision(&self) -> Precision {
        self.number().map_or(Precision::Double, Number::precision)
    }

    /// The type of its numbers, or what to do where they cannot be read.
    pub fn readable(&self, path: &Path, array: Option<&str>) -> Result<Number, DataError> {
        self.number().ok_or_else(|| {
            array_error(Code::DtypeUnreadable, "an array does not hold plain numbers", path, array)
                .expected(READABLE)
                .found(format!("`{self}`"))
                .help(self.instead())
        })
    }

    /// What to save in the place of what is no number.
    fn instead(&self) -> &'static str {
        match self.elements {
            Elements::Text => "save the number of each text: `names, ids = numpy.unique(x, return_inverse=True)`",
            Elements::Complex => "save two numbers for each: `numpy.stack([x.real, x.imag], axis=-1)`",
            Elements::Time => {
                "save seconds: `x.astype(\"datetime64[s]\").astype(\"int64\")`, of durations `timedelta64[s]`"
            }
            Elements::Object => {
                "of arrays of one shape: `numpy.stack(x)`; of numbers: `x.astype(\"float64\")`; of texts: the number of each"
            }
            Elements::Record => "save every field as an array of its own: `x[\"field\"]`",
            Elements::Sparse => "save it in full: `x.toarray()`, in MATLAB `full(x)`",
            Elements::WideNumber => "convert it before saving: `x.astype(\"float64\")`",
            Elements::Number(_) | Elements::Numbers | Elements::Other => "save it as a plain array of numbers",
        }
    }
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name)
    }
}
