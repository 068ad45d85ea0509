//! What stands above the rows: the columns, and what each holds.

use super::fields::{Fields, unquote};
use std::collections::BTreeSet;

/// A column.
pub struct Attribute {
    pub name: String,
    pub holds: Holds,
}

/// What a column holds.
pub enum Holds {
    Numbers,
    Texts,
    OneOf(BTreeSet<String>),
}

impl Holds {
    /// Whether it can be read as numbers.
    pub fn is_numbers(&self) -> bool {
        match self {
            Holds::Numbers => true,
            Holds::Texts => false,
            Holds::OneOf(values) => values.iter().all(|value| value.parse::<f64>().is_ok_and(f64::is_finite)),
        }
    }
}

/// One line of the header.
pub enum Said {
    Nothing,
    Attribute(Attribute),
    /// Rows are next.
    Data,
}

impl Said {
    /// What a line says, or why it says nothing.
    pub fn by(line: &[u8]) -> Result<Self, String> {
        let end = line.iter().position(u8::is_ascii_whitespace).unwrap_or(line.len());
        let (word, rest) = line.split_at(end);
        match word.to_ascii_lowercase().as_slice() {
            b"@relation" => Ok(Self::Nothing),
            b"@attribute" => attribute(rest.trim_ascii()).map(Self::Attribute),
            b"@data" => Ok(Self::Data),
            _ => Err("no `@relation`, `@attribute` or `@data`".into()),
        }
    }
}

/// `name numeric`, `'a name' {one, other}`.
fn attribute(text: &[u8]) -> Result<Attribute, String> {
    let mut name = vec![];
    let rest = match text {
        [b'\'' | b'"', ..] => unquote(text, &mut name)?,
        _ => {
            let ends = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'{';
            let (first, rest) = text.split_at(text.iter().position(ends).unwrap_or(text.len()));
            name.extend(first);
            rest
        }
    };
    let name = String::from_utf8_lossy(&name).trim().to_string();
    Ok(Attribute { holds: holds(&name, rest.trim_ascii())?, name })
}

fn holds(name: &str, kind: &[u8]) -> Result<Holds, String> {
    if let Some(values) = kind.strip_prefix(b"{") {
        let values = values.strip_suffix(b"}").ok_or_else(|| format!("`{name}` lists values without an end, `}}`"))?;
        let mut fields = Fields::default();
        fields.split(values)?;
        let value = |place| String::from_utf8_lossy(fields.get(place).0).into_owned();
        return Ok(Holds::OneOf((0..fields.len()).map(value).collect()));
    }
    let word = kind.split(u8::is_ascii_whitespace).next().unwrap_or_default();
    match word.to_ascii_lowercase().as_slice() {
        b"numeric" | b"real" | b"integer" => Ok(Holds::Numbers),
        b"string" | b"date" => Ok(Holds::Texts),
        _ => Err(format!("`{name}` is of the unknown type `{}`", String::from_utf8_lossy(word))),
    }
}
