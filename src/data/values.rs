//! Numbers on their way from a file to a batch: as 32-bit floats where the file's own type holds no more, else as 64-bit
//! ones, so that preparations see what the file says and rounding comes last.

use std::ops::Range;

/// Numbers of one precision.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    Single(Vec<f32>),
    Double(Vec<f64>),
}

/// How numbers are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    Single,
    Double,
}

impl Precision {
    /// Bytes of one number.
    pub fn bytes(self) -> u64 {
        match self {
            Precision::Single => 4,
            Precision::Double => 8,
        }
    }
}

impl Values {
    pub fn new(precision: Precision) -> Self {
        match precision {
            Precision::Single => Self::Single(vec![]),
            Precision::Double => Self::Double(vec![]),
        }
    }

    pub fn precision(&self) -> Precision {
        match self {
            Self::Single(_) => Precision::Single,
            Self::Double(_) => Precision::Double,
        }
    }

    pub fn len(&self) -> usize {
        match self {
            Self::Single(values) => values.len(),
            Self::Double(values) => values.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn clear(&mut self) {
        match self {
            Self::Single(values) => values.clear(),
            Self::Double(values) => values.clear(),
        }
    }

    pub fn reserve(&mut self, count: usize) {
        match self {
            Self::Single(values) => values.reserve(count),
            Self::Double(values) => values.reserve(count),
        }
    }

    /// Makes it so long with zeros, or cuts it.
    pub fn resize(&mut self, len: usize) {
        match self {
            Self::Single(values) => values.resize(len, 0.0),
            Self::Double(values) => values.resize(len, 0.0),
        }
    }

    /// The number at this place.
    pub fn at(&self, place: usize) -> f64 {
        match self {
            Self::Single(values) => f64::from(values[place]),
            Self::Double(values) => values[place],
        }
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = f64> + '_ {
        (0..self.len()).map(|place| self.at(place))
    }

    /// Appends these numbers, rounded where these are 32-bit floats.
    pub fn extend(&mut self, numbers: impl IntoIterator<Item = f64>) {
        match self {
            Self::Single(values) => values.extend(numbers.into_iter().map(|n| n as f32)),
            Self::Double(values) => values.extend(numbers),
        }
    }

    /// Appends some of other numbers.
    pub fn extend_from(&mut self, other: &Values, range: Range<usize>) {
        match (self, other) {
            (Self::Single(values), Self::Single(other)) => values.extend_from_slice(&other[range]),
            (Self::Double(values), Self::Double(other)) => values.extend_from_slice(&other[range]),
            (Self::Single(values), Self::Double(other)) => values.extend(other[range].iter().map(|n| *n as f32)),
            (Self::Double(values), Self::Single(other)) => values.extend(other[range].iter().map(|n| f64::from(*n))),
        }
    }

    /// Writes some of other numbers from this place on.
    pub fn put(&mut self, place: usize, other: &Values, range: Range<usize>) {
        let count = range.len();
        match (self, other) {
            (Self::Single(values), Self::Single(other)) => values[place..][..count].copy_from_slice(&other[range]),
            (Self::Double(values), Self::Double(other)) => values[place..][..count].copy_from_slice(&other[range]),
            (Self::Single(values), Self::Double(other)) => {
                values[place..].iter_mut().zip(&other[range]).for_each(|(value, n)| *value = *n as f32);
            }
            (Self::Double(values), Self::Single(other)) => {
                values[place..].iter_mut().zip(&other[range]).for_each(|(value, n)| *value = f64::from(*n));
            }
        }
    }

    /// Puts other numbers behind these; none of them is rounded.
    pub fn append(&mut self, other: Values) {
        if let (Self::Single(_), Self::Double(_)) = (&*self, &other) {
            *self = Self::Double(std::mem::replace(self, Self::Single(vec![])).double());
        }
        self.extend_from(&other, 0..other.len());
    }

    /// Some of them.
    pub fn cut(&self, range: Range<usize>) -> Self {
        let mut cut = Self::new(self.precision());
        cut.extend_from(self, range);
        cut
    }

    /// As 64-bit floats.
    pub fn double(self) -> Vec<f64> {
        match self {
            Self::Single(values) => values.into_iter().map(f64::from).collect(),
            Self::Double(values) => values,
        }
    }

    /// Rounded to 32-bit floats.
    pub fn single(self) -> Vec<f32> {
        match self {
            Self::Single(values) => values,
            Self::Double(values) => values.into_iter().map(|n| n as f32).collect(),
        }
    }
}

impl From<Vec<f32>> for Values {
    fn from(values: Vec<f32>) -> Self {
        Self::Single(values)
    }
}

impl From<Vec<f64>> for Values {
    fn from(values: Vec<f64>) -> Self {
        Self::Double(values)
    }
}
