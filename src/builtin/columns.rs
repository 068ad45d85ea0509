//! Which columns of a table are read, and how a table in text is written.

use super::expected::{Expected, Refusal};
use super::value::{FromValue, Value, quoted};
use std::collections::BTreeMap;
use std::fmt;

/// One column or several that are named together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick {
    /// Of this name; a `*` in it stands for anything where no column is called so.
    Name(String),
    /// By its place, from 0.
    Place(usize),
    /// From one to another, both included, as the file has them.
    Range(Box<Pick>, Box<Pick>),
}

/// Columns of a table, and how it is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Columns<'a> {
    pub picks: &'a [Pick],
    pub dialect: Dialect<'a>,
}

/// Which rows of a file are a sample's.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum RowsOf<'a> {
    /// One each, in the order of the samples.
    #[default]
    Order,
    /// The one that this names as the sample is named.
    Key(Key<'a>),
    /// All that have the sample's name in the column `by`, its steps: as they come, or in the order of another column.
    Steps { by: &'a Pick, order: Option<&'a Pick> },
}

/// What names the rows of a file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Key<'a> {
    /// A column of the table.
    Column(&'a Pick),
    /// An array of the file; of a file that is one array, another file.
    Array(&'a str),
}

/// How a table is written in text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect<'a> {
    /// Between fields; found by the first lines where it is not said.
    pub separator: Option<u8>,
    /// Whether the first line has names.
    pub header: Header,
    /// Before the digits of a fraction.
    pub decimal: u8,
    /// What stands for a value that is missing, beside an empty field; empty: what most programs write.
    pub missing: &'a [String],
}

/// What the first line of a table has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Header {
    Names,
    Values,
}

impl Dialect<'_> {
    /// Of most tables.
    pub const USUAL: Self = Dialect { separator: None, header: Header::Names, decimal: b'.', missing: &[] };
}

/// Why columns cannot be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// No column has this name, or fits it.
    Name(String),
    /// Several columns have this name: their places.
    Several(String, Vec<usize>),
    /// There are not so many.
    Place(usize),
    /// The last stands before the first.
    Backwards(String, String),
}

impl<'a> Columns<'a> {
    /// These columns of a table as most are written.
    pub fn usual(picks: &'a [Pick]) -> Self {
        Self { picks, dialect: Dialect::USUAL }
    }
}

impl Pick {
    /// Columns of these names.
    pub fn named<T: ToString>(names: &[T]) -> Vec<Self> {
        names.iter().map(|name| Pick::Name(name.to_string())).collect()
    }

    /// Whether it is one column, whatever the file has.
    pub fn is_one(&self) -> bool {
        match self {
            Pick::Name(name) => !name.contains('*'),
            Pick::Place(_) => true,
            Pick::Range(..) => false,
        }
    }

    /// Their places in a table with columns of these names.
    pub fn places(&self, names: &[String]) -> Result<Vec<usize>, Unknown> {
        places(std::slice::from_ref(self), names)
    }

    /// As messages call it.
    pub fn plain(&self) -> String {
        match self {
            Pick::Name(name) => name.clone(),
            Pick::Place(place) => place.to_string(),
            Pick::Range(first, last) => format!("{} .. {}", first.plain(), last.plain()),
        }
    }
}

/// The columns of a table by their names.
struct Index<'n> {
    names: &'n [String],
    places: BTreeMap<&'n str, Vec<usize>>,
}

impl<'n> Index<'n> {
    fn of(names: &'n [String]) -> Self {
        let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        names.iter().enumerate().for_each(|(place, name)| places.entry(name).or_default().push(place));
        Self { names, places }
    }

    fn find(&self, pick: &Pick) -> Result<Vec<usize>, Unknown> {
        match pick {
            Pick::Place(place) if *place < self.names.len() => Ok(vec![*place]),
            Pick::Place(place) => Err(Unknown::Place(*place)),
            Pick::Name(name) => self.named(name),
            Pick::Range(first, last) => {
                let one = |pick: &Pick| match self.find(pick)?.as_slice() {
                    [place] => Ok(*place),
                    several => Err(Unknown::Several(pick.plain(), several.to_vec())),
                };
                let (from, to) = (one(first)?, one(last)?);
                if from > to { Err(Unknown::Backwards(first.plain(), last.plain())) } else { Ok((from..=to).collect()) }
            }
        }
    }

    fn named(&self, name: &str) -> Result<Vec<usize>, Unknown> {
        match self.places.get(name).map(Vec::as_slice) {
            Some([place]) => return Ok(vec![*place]),
            Some(several) => return Err(Unknown::Several(name.into(), several.to_vec())),
            None if !name.contains('*') => return Err(Unknown::Name(name.into())),
            None => {}
        }
        let all = self.names.iter().enumerate();
        let found: Vec<usize> = all.filter(|(_, known)| fits(name, known)).map(|(place, _)| place).collect();
        if found.is_empty() { Err(Unknown::Name(name.into())) } else { Ok(found) }
    }
}

/// Whether a name is as a pattern says, in which `*` stands for anything.
fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let (first, last) = (parts.next().unwrap_or_default(), parts.next_back().unwrap_or_default());
    let middle = name.strip_prefix(first).and_then(|rest| rest.strip_suffix(last));
    // Every part is looked for behind the one before it.
    let step = |rest: &str, part: &str| rest.find(part).map(|at| at + part.len());
    let found = middle.and_then(|rest| parts.try_fold(rest, |rest, part| step(rest, part).map(|end| &rest[end..])));
    found.is_some()
}

/// The places of columns in a table with these names, in the order in which they are asked for.
pub fn places(picks: &[Pick], names: &[String]) -> Result<Vec<usize>, Unknown> {
    let index = Index::of(names);
    let mut places = vec![];
    for pick in picks {
        places.extend(index.find(pick)?);
    }
    Ok(places)
}

impl FromValue for Pick {
    const EXPECTED: Expected = Expected::Column;

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Text(name) => Some(Pick::Name(name.clone())),
            Value::Int(place) => u32::try_from(*place).ok().map(|place| Pick::Place(place as usize)),
            Value::Range(ends) => {
                let end = |value: &Value| Pick::from_value(value).filter(Pick::is_one).map(Box::new);
                Some(Pick::Range(end(&ends.0)?, end(&ends.1)?))
            }
            Value::Float(_)
            | Value::Bool(_)
            | Value::Name(_)
            | Value::Dim(_)
            | Value::Condition(_)
            | Value::List(_) => None,
        }
    }

    fn show(&self) -> String {
        match self {
            Pick::Name(name) => quoted(name),
            Pick::Place(place) => place.to_string(),
            Pick::Range(first, last) => format!("{} .. {}", first.show(), last.show()),
        }
    }
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneColumn(pub [Pick; 1]);

impl FromValue for OneColumn {
    const EXPECTED: Expected = Expected::OneColumn;

    fn from_value(value: &Value) -> Option<Self> {
        Pick::from_value(value).filter(Pick::is_one).map(|pick| OneColumn([pick]))
    }

    fn show(&self) -> String {
        self.0[0].show()
    }
}

/// Columns: a list, or what names several.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picks(pub Vec<Pick>);

impl FromValue for Picks {
    const EXPECTED: Expected = Expected::Columns;

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::List(_) => Vec::from_value(value).map(Picks),
            _ => Pick::from_value(value).filter(|pick| !pick.is_one()).map(|pick| Picks(vec![pick])),
        }
    }

    fn refusal(value: &Value) -> Refusal {
        match value {
            Value::List(_) => Vec::<Pick>::refusal(value),
            _ => Refusal::Unexpected(format!("must be {}, is {value}", Self::EXPECTED)),
        }
    }

    fn show(&self) -> String {
        match self.0.as_slice() {
            [pick] if !pick.is_one() => pick.show(),
            picks => format!("[{}]", picks.iter().map(Pick::show).collect::<Vec<_>>().join(", ")),
        }
    }
}

/// One character of ASCII.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark(pub u8);

impl FromValue for Mark {
    const EXPECTED: Expected = Expected::Mark;

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Text(text) => match text.as_bytes() {
                [mark] if mark.is_ascii() && !matches!(mark, b'"' | b'\n' | b'\r' | 0) => Some(Mark(*mark)),
                _ => None,
            },
            Value::Int(_)
            | Value::Float(_)
            | Value::Bool(_)
            | Value::Name(_)
            | Value::Dim(_)
            | Value::List(_)
            | Value::Condition(_)
            | Value::Range(_) => None,
        }
    }

    fn show(&self) -> String {
        quoted(&char::from(self.0).to_string())
    }
}

impl fmt::Display for Pick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.show())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pick: Pick) -> Result<Vec<usize>, Unknown> {
        let names = ["id", "acc_0", "acc_1", "acc_10", "twice", "twice", "", "a*b"].map(String::from);
        pick.places(&names)
    }

    fn name(name: &str) -> Pick {
        Pick::Name(name.into())
    }

    fn range(first: Pick, last: Pick) -> Pick {
        Pick::Range(Box::new(first), Box::new(last))
    }

    #[test]
    fn columns_are_found_by_name_place_range_and_pattern() {
        assert_eq!(found(name("acc_1")), Ok(vec![2]));
        assert_eq!(found(name("acc_*")), Ok(vec![1, 2, 3]));
        assert_eq!(found(name("*c*1*")), Ok(vec![2, 3]));
        assert_eq!(found(name("acc_0*0")), Err(Unknown::Name("acc_0*0".into())), "parts do not overlap");
        assert_eq!(found(name("a*b")), Ok(vec![7]), "the name itself goes first");
        assert_eq!(found(Pick::Place(6)), Ok(vec![6]));
        assert_eq!(found(Pick::Place(8)), Err(Unknown::Place(8)));
        assert_eq!(found(name("twice")), Err(Unknown::Several("twice".into(), vec![4, 5])));
        assert_eq!(found(range(name("acc_0"), name("acc_10"))), Ok(vec![1, 2, 3]));
        assert_eq!(found(range(name("acc_1"), Pick::Place(4))), Ok(vec![2, 3, 4]));
        assert_eq!(found(range(name("acc_1"), name("id"))), Err(Unknown::Backwards("acc_1".into(), "id".into())));
        assert_eq!(found(name("nothing")), Err(Unknown::Name("nothing".into())));
    }
}
