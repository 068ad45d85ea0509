//! The name of a run: a hash of what decides it. Owns how it is written; what it is made of is `recipe`'s.

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// Bytes of an address: 128 bits.
const BYTES: usize = 16;

/// What a run is stored under: sixteen bytes, written as 32 hexadecimal digits.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address([u8; BYTES]);

impl Address {
    /// Of a hash, its first sixteen bytes.
    pub fn of(hash: &[u8; 32]) -> Self {
        let mut bytes = [0; BYTES];
        bytes.copy_from_slice(&hash[..BYTES]);
        Self(bytes)
    }

    pub fn bytes(&self) -> &[u8; BYTES] {
        &self.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

/// A text is no address of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoAddress(String);

impl fmt::Display for NoAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no address of a run: those have {} hexadecimal digits", self.0, 2 * BYTES)
    }
}

impl FromStr for Address {
    type Err = NoAddress;

    fn from_str(text: &str) -> Result<Self, NoAddress> {
        let digit = |c: u8| match c {
            b'0'..=b'9' => Some(c - b'0'),
            b'a'..=b'f' => Some(c - b'a' + 10),
            _ => None,
        };
        let mut bytes = [0; BYTES];
        let pairs = text.as_bytes().chunks(2);
        let byte = |pair: &[u8]| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        };
        let whole = text.len() == 2 * BYTES
            && bytes.iter_mut().zip(pairs).all(|(place, pair)| byte(pair).map(|found| *place = found).is_some());
        if whole { Ok(Self(bytes)) } else { Err(NoAddress(text.chars().take(80).collect())) }
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_str(Text)
    }
}

/// An address as it is written.
struct Text;

impl Visitor<'_> for Text {
    type Value = Address;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the address of a run")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Address, E> {
        text.parse().map_err(E::custom)
    }
}

/// Many addresses as one text, blanks between them: a list of a hundred thousand is read at once.
pub mod many {
    use super::Address;
    use serde::de::{Error, SeqAccess, Visitor};
    use serde::{Deserializer, Serializer};
    use std::fmt::{self, Write};

    pub fn serialize<S: Serializer>(addresses: &[Address], to: S) -> Result<S::Ok, S::Error> {
        let mut text = String::with_capacity(33 * addresses.len());
        for (i, address) in addresses.iter().enumerate() {
            let before = if i > 0 { " " } else { "" };
            write!(text, "{before}{address}").map_err(serde::ser::Error::custom)?;
        }
        to.serialize_str(&text)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Address>, D::Error> {
        from.deserialize_any(Either)
    }

    /// One text, or a list of texts as it was written before.
    struct Either;

    impl<'de> Visitor<'de> for Either {
        type Value = Vec<Address>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("addresses of runs")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Vec<Address>, E> {
            text.split_ascii_whitespace().map(|word| word.parse().map_err(E::custom)).collect()
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<Address>, A::Error> {
            let mut addresses = vec![];
            while let Some(address) = list.next_element()? {
                addresses.push(address);
            }
            Ok(addresses)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Listed {
        #[serde(with = "many")]
        cells: Vec<Address>,
    }

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        let of = |n: u8| Address::of(&[n; 32]);
        assert_eq!(of(0x1f).to_string(), "1f".repeat(16));
        assert_eq!(of(0xa0).to_string().parse(), Ok(of(0xa0)));
        for wrong in ["", "1f", &"1f".repeat(17), &"1F".repeat(16), &"1g".repeat(16), &"é".repeat(16)] {
            assert!(wrong.parse::<Address>().unwrap_err().to_string().contains("is no address of a run"), "{wrong}");
        }
        let listed = Listed { cells: vec![of(1), of(2)] };
        let text = ron::to_string(&listed).expect("plain data");
        assert_eq!(ron::from_str::<Listed>(&text), Ok(listed));
        // As it was before.
        let old = format!("(cells: [\"{}\"])", of(3));
        assert_eq!(ron::from_str::<Listed>(&old), Ok(Listed { cells: vec![of(3)] }));
        assert!(ron::from_str::<Listed>("(cells: \"nothing\")").is_err());
        assert_eq!(ron::from_str::<Listed>("(cells: \"\")"), Ok(Listed { cells: vec![] }));
    }
}
