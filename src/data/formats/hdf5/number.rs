//! Numbers of an HDF5 file, of any type.

use crate::data::dtype::{Dtype, Elements};
use crate::data::number::Number;
use crate::data::values::{Precision, Values};
use hdf5_reader::{ByteOrder, Datatype, H5Type, VarLenKind};

/// The type of a dataset's elements.
pub fn dtype(ty: &Datatype) -> Dtype {
    let ordered = |order: &ByteOrder, kind: char, size: u8| {
        Dtype::numpy(match order {
            _ if size == 1 => format!("|{kind}1"),
            ByteOrder::LittleEndian => format!("<{kind}{size}"),
            ByteOrder::BigEndian => format!(">{kind}{size}"),
        })
    };
    match ty {
        Datatype::FixedPoint { size, signed, byte_order } => {
            ordered(byte_order, if *signed { 'i' } else { 'u' }, *size)
        }
        Datatype::FloatingPoint { size, byte_order } => ordered(byte_order, 'f', *size),
        // What h5py writes for `bool`, and class names with their numbers.
        Datatype::Enum { base, .. } => dtype(base),
        Datatype::String { .. } | Datatype::VarLen { kind: VarLenKind::String, .. } => Dtype::TEXT,
        Datatype::VarLen { .. } => Dtype::named("of any length", Elements::Other),
        Datatype::Compound { .. } => Dtype::STRUCTURED,
        Datatype::Array { .. } => Dtype::named("arrays", Elements::Other),
        Datatype::Opaque { .. } => Dtype::named("opaque", Elements::Other),
        Datatype::Reference { .. } => Dtype::named("references", Elements::Other),
        Datatype::Bitfield { .. } => Dtype::named("bits", Elements::WideNumber),
    }
}

/// A number of any type.
#[derive(Clone, Copy, Debug)]
pub struct Decoded(pub f64);

impl H5Type for Decoded {
    fn hdf5_type() -> Datatype {
        Datatype::FloatingPoint { size: 8, byte_order: ByteOrder::LittleEndian }
    }

    fn from_bytes(bytes: &[u8], ty: &Datatype) -> Result<Self, hdf5_reader::error::Error> {
        let decoded = Self::decode_vec(bytes, ty, 1).and_then(|decoded| decoded.ok()?.first().copied());
        decoded.ok_or_else(|| hdf5_reader::error::Error::TypeMismatch {
            expected: "a number".into(),
            actual: dtype(ty).to_string(),
        })
    }

    fn element_size(ty: &Datatype) -> usize {
        dtype(ty).number().map_or(1, Number::size)
    }

    fn decode_vec(bytes: &[u8], ty: &Datatype, _: usize) -> Option<Result<Vec<Self>, hdf5_reader::error::Error>> {
        let mut values = Values::new(Precision::Double);
        dtype(ty).number()?.decode(bytes, &mut values);
        Some(Ok(values.double().into_iter().map(Decoded).collect()))
    }
}
