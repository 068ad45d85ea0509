//! Texts as MATLAB writes them into HDF5 files (version 7.3): cells that refer to rows of letters, and matrices of letters, a text a
//! row. Axes stand in the reverse order there. Source: "MAT-File Versions", The MathWorks, and SciPy's and h5py's accounts of its files.

use super::{FILL, broken};
use crate::data::error::{Code, DataError};
use crate::data::order::Order;
use crate::data::rows::axes;
use crate::data::texts::{Reading, Texts};
use hdf5_reader::reference::read_object_references;
use hdf5_reader::{ByteOrder, Dataset, Datatype, Hdf5File};
use std::collections::BTreeMap;
use std::path::Path;

/// What says which class a dataset is of, and that it is empty whatever its numbers are.
const CLASS: &str = "MATLAB_class";
const EMPTY: &str = "MATLAB_empty";
/// Where all that cells refer to lies.
const CELLS: &str = "#refs#";
/// A text of some letters may be referred to by many cells: so many times the file's length is believed of all together.
const BESIDE: u64 = 16;

/// How a dataset has texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text a row of letters.
    Letters,
    /// A text a cell.
    Cells,
}

/// How a dataset has texts, where MATLAB wrote it and it does.
pub fn kind(dataset: &Dataset) -> Option<Kind> {
    let class = dataset.attribute(CLASS).ok()?.read_string().ok()?;
    match (class.trim_end_matches('\0'), dataset.dtype()) {
        ("char", Datatype::FixedPoint { .. }) => Some(Kind::Letters),
        ("cell", Datatype::Reference { .. }) => Some(Kind::Cells),
        _ => None,
    }
}

/// The texts of a dataset; `length`: bytes of the file.
///
/// # Errors
/// The file is broken, the dataset larger than is believed of it, or a cell holds something else.
pub fn read(
    (file, length): (&Hdf5File, u64),
    (dataset, kind): (&Dataset, Kind),
    path: &Path,
    name: &str,
) -> Result<Texts, DataError> {
    let mut texts = Reading::new(path, Some(name));
    let shape = axes(dataset.shape(), path, Some(name))?;
    let most = length.saturating_mul(BESIDE).max(FILL);
    let bytes = shape.iter().fold(8u64, |n, axis| n.saturating_mul(*axis as u64));
    if bytes > most {
        let error = texts.error(Code::ArrayTooLarge, "the texts of an HDF5 file are larger than is believed of it");
        return Err(error.expected(format!("at most {most} bytes")).help("write or download the file again"));
    }
    let damaged = |error| broken(path, name, &error);
    match kind {
        Kind::Letters => {
            let [columns, rows] = shape[..] else {
                let turned: Vec<usize> = shape.iter().rev().copied().collect();
                let error = texts.error(Code::ShapeDiffers, "letters are of one text a row");
                return Err(error.expected("a matrix of letters").found(format!("an array of {turned:?}")));
            };
            let letters = letters(dataset).map_err(damaged)?;
            for row in 0..rows {
                let text = (0..columns).filter_map(|column| letters.get(column * rows + row).copied());
                texts.push(&text_of(text))?;
            }
        }
        Kind::Cells => {
            let raw = dataset.read_raw_bytes().map_err(damaged)?;
            let addresses = read_object_references(&raw, file.superblock().offset_size).map_err(damaged)?;
            let (_, cells) = file.group(CELLS).and_then(|group| group.members()).map_err(damaged)?;
            let cells: BTreeMap<u64, Dataset> = cells.into_iter().map(|cell| (cell.address(), cell)).collect();
            let mut known: BTreeMap<u64, String> = BTreeMap::new();
            for (row, address) in addresses.iter().enumerate() {
                if let Some(text) = known.get(address) {
                    texts.push(text)?;
                    continue;
                }
                let Some(cell) = cells.get(address).filter(|cell| self::kind(cell) == Some(Kind::Letters)) else {
                    return Err(texts
                        .error(Code::DtypeUnreadable, "a cell does not hold a text")
                        .found(format!("cell {row}"))
                        .help("make every cell a text, or save whole numbers as a plain array"));
                };
                let text = text_of(letters(cell).map_err(damaged)?.into_iter());
                texts.push(&text)?;
                known.insert(*address, text);
            }
        }
    }
    // A column or a row of cells has a text a row.
    match shape.iter().filter(|axis| **axis != 1).count() {
        2.. if kind == Kind::Cells => texts.shaped(&shape, Order::C),
        _ => Ok(texts.done()),
    }
}

/// The letters of a dataset, none of one that is empty.
fn letters(dataset: &Dataset) -> Result<Vec<u16>, hdf5_reader::error::Error> {
    if dataset.attribute(EMPTY).is_ok() {
        return Ok(vec![]);
    }
    let Datatype::FixedPoint { size, byte_order, .. } = dataset.dtype() else { return Ok(vec![]) };
    let raw = dataset.read_raw_bytes()?;
    let letter = |bytes: &[u8]| match byte_order {
        ByteOrder::LittleEndian => bytes.iter().rev().fold(0u16, |letter, byte| letter << 8 | u16::from(*byte)),
        ByteOrder::BigEndian => bytes.iter().fold(0u16, |letter, byte| letter << 8 | u16::from(*byte)),
    };
    Ok(raw.chunks_exact(usize::from(*size).max(1)).map(letter).collect())
}

fn text_of(letters: impl Iterator<Item = u16>) -> String {
    char::decode_utf16(letters).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}
