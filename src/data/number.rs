//! The number types of NumPy files, and their values.

use super::values::{Precision, Values};
use npyz::{Endianness, TypeChar, TypeStr};
use std::io::{self, Read};

/// What can be read, for messages.
pub const READABLE: &str = "f2, f4, f8, i1 … i8, u1 … u8 or bool";

/// Bytes decoded at a time (a multiple of the size of every number).
const CHUNK: usize = 1 << 18;

/// How one number lies in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    kind: Kind,
    order: Endianness,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    F2,
    F4,
    F8,
    I1,
    I2,
    I4,
    I8,
    U1,
    U2,
    U4,
    U8,
    Bool,
}

impl Number {
    /// Of a NumPy type string such as `<f4`; `None` for texts, dates, objects and complex numbers.
    pub fn parse(text: &str) -> Option<Self> {
        let ty: TypeStr = text.parse().ok()?;
        let kind = match (ty.type_char(), ty.size_field()) {
            (TypeChar::Float, 2) => Kind::F2,
            (TypeChar::Float, 4) => Kind::F4,
            (TypeChar::Float, 8) => Kind::F8,
            (TypeChar::Int, 1) => Kind::I1,
            (TypeChar::Int, 2) => Kind::I2,
            (TypeChar::Int, 4) => Kind::I4,
            (TypeChar::Int, 8) => Kind::I8,
            (TypeChar::Uint, 1) => Kind::U1,
            (TypeChar::Uint, 2) => Kind::U2,
            (TypeChar::Uint, 4) => Kind::U4,
            (TypeChar::Uint, 8) => Kind::U8,
            (TypeChar::Bool, 1) => Kind::Bool,
            _ => return None,
        };
        Some(Self { kind, order: ty.endianness() })
    }

    /// Bytes of one number.
    pub fn size(self) -> usize {
        match self.kind {
            Kind::I1 | Kind::U1 | Kind::Bool => 1,
            Kind::F2 | Kind::I2 | Kind::U2 => 2,
            Kind::F4 | Kind::I4 | Kind::U4 => 4,
            Kind::F8 | Kind::I8 | Kind::U8 => 8,
        }
    }

    /// The fewest bits that hold all its numbers; of 64-bit whole numbers, those up to 2^53.
    pub fn precision(self) -> Precision {
        match self.kind {
            Kind::F2 | Kind::F4 | Kind::I1 | Kind::I2 | Kind::U1 | Kind::U2 | Kind::Bool => Precision::Single,
            Kind::F8 | Kind::I4 | Kind::I8 | Kind::U4 | Kind::U8 => Precision::Double,
        }
    }

    /// Whether it has no sign.
    pub fn is_unsigned(self) -> bool {
        match self.kind {
            Kind::U1 | Kind::U2 | Kind::U4 | Kind::U8 | Kind::Bool => true,
            Kind::F2 | Kind::F4 | Kind::F8 | Kind::I1 | Kind::I2 | Kind::I4 | Kind::I8 => false,
        }
    }

    /// Reads and appends so many numbers. Memory is taken as they arrive.
    pub fn read(self, reader: &mut (impl Read + ?Sized), count: usize, values: &mut Values) -> io::Result<()> {
        let mut left = count * self.size();
        let mut chunk = vec![0; CHUNK.min(left)];
        while left > 0 {
            let chunk = &mut chunk[..CHUNK.min(left)];
            reader.read_exact(chunk)?;
            self.decode(chunk, values);
            left -= chunk.len();
        }
        Ok(())
    }

    /// Appends the numbers in `bytes` (a whole number of them).
    pub fn decode(self, bytes: &[u8], values: &mut Values) {
        macro_rules! read {
            ($ty:ty) => {{
                let (numbers, _) = bytes.as_chunks::<{ size_of::<$ty>() }>();
                match self.order {
                    Endianness::Big => values.extend(numbers.iter().map(|b| <$ty>::from_be_bytes(*b) as f64)),
                    Endianness::Little | Endianness::Irrelevant => {
                        values.extend(numbers.iter().map(|b| <$ty>::from_le_bytes(*b) as f64));
                    }
                }
            }};
        }
        match self.kind {
            Kind::F2 => {
                let (numbers, _) = bytes.as_chunks::<2>();
                values.extend(numbers.iter().map(|b| match self.order {
                    Endianness::Big => half(u16::from_be_bytes(*b)).into(),
                    Endianness::Little | Endianness::Irrelevant => half(u16::from_le_bytes(*b)).into(),
                }));
            }
            Kind::F4 => read!(f32),
            Kind::F8 => read!(f64),
            Kind::I1 => read!(i8),
            Kind::I2 => read!(i16),
            Kind::I4 => read!(i32),
            Kind::I8 => read!(i64),
            Kind::U1 => read!(u8),
            Kind::U2 => read!(u16),
            Kind::U4 => read!(u32),
            Kind::U8 => read!(u64),
            Kind::Bool => values.extend(bytes.iter().map(|b| f64::from(*b != 0))),
        }
    }
}

/// IEEE 754 binary16: sign, 5 bits of exponent, 10 of fraction.
fn half(bits: u16) -> f32 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f32::from(bits & 1023));
    match exponent {
        0 => sign * fraction * 2f32.powi(-24),
        31 if fraction == 0.0 => sign * f32::INFINITY,
        31 => f32::NAN,
        _ => sign * (1.0 + fraction / 1024.0) * 2f32.powi(exponent - 15),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(ty: &str, bytes: &[u8]) -> Vec<f32> {
        let number = Number::parse(ty).unwrap();
        let mut values = Values::new(number.precision());
        number.decode(bytes, &mut values);
        values.single()
    }

    #[test]
    fn numbers_of_every_kind_are_read() {
        assert_eq!(decode("<f4", &1.5f32.to_le_bytes()), [1.5]);
        assert_eq!(decode(">f8", &(-2.25f64).to_be_bytes()), [-2.25]);
        assert_eq!(decode("<i8", &(-7i64).to_le_bytes()), [-7.0]);
        assert_eq!(decode(">u2", &513u16.to_be_bytes()), [513.0]);
        assert_eq!(decode("|b1", &[0, 1]), [0.0, 1.0]);
        assert_eq!(decode("|i1", &[0xff]), [-1.0]);
        // numpy.float16([1.5, -2, 65504, 6e-8, inf]).tobytes()
        assert_eq!(
            decode("<f2", &[0x00, 0x3e, 0x00, 0xc0, 0xff, 0x7b, 0x01, 0x00, 0x00, 0x7c]),
            [1.5, -2.0, 65504.0, 2f32.powi(-24), f32::INFINITY]
        );
        for ty in ["<c8", "|O", "<U3", "|S2", "<M8[ns]", "<f16", "", "nonsense", "<f4\u{e9}"] {
            assert_eq!(Number::parse(ty), None, "{ty}");
        }
    }
}
