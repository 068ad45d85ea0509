//! Texts of an HDF5 file, of one length or of any.

use super::{FILL, broken, dtype, packed_once};
use crate::data::error::{Code, DataError};
use crate::data::order::Order;
use crate::data::rows::{Outline, axes};
use crate::data::texts::{LONGEST, Reading, Texts};
use hdf5_reader::{Datatype, Hdf5File, StringSize, VarLenKind};
use std::path::Path;

/// Texts of any length lie beside the array, each once: so many times the file's length is believed of all together.
const BESIDE: u64 = 16;

/// The texts of a dataset; `length`: bytes of the file.
pub fn read(
    file: &Hdf5File,
    dataset: &hdf5_reader::Dataset,
    path: &Path,
    name: &str,
    length: u64,
) -> Result<Texts, DataError> {
    let mut texts = Reading::new(path, Some(name));
    let shape = axes(dataset.shape(), path, Some(name))?;
    let count: usize = shape.iter().product();
    let outline = Outline {
        file: path.to_path_buf(),
        array: Some(name.to_string()),
        dtype: dtype(dataset.dtype()),
        shape: shape.clone(),
        places: None,
    };
    packed_once(file, dataset, &outline)?;
    let size = dataset.raw_element_size().map_err(|error| broken(path, name, &error))?;
    let most = length.saturating_mul(BESIDE).max(FILL);
    if (1..=LONGEST).contains(&size) && (count as u64).saturating_mul(size as u64) <= most {
        let raw = dataset.read_raw_bytes().map_err(|error| broken(path, name, &error))?;
        let mut left = most;
        for text in raw.chunks_exact(size).take(count) {
            match dataset.dtype() {
                Datatype::String { size: StringSize::Fixed(_), .. } => texts.push_bytes(filled(text))?,
                Datatype::String { .. } | Datatype::VarLen { kind: VarLenKind::String, .. } => {
                    let bytes = dataset.resolve_vlen_reference_bytes(text, 1);
                    let bytes = bytes.map_err(|error| broken(path, name, &error))?;
                    left = left.checked_sub(bytes.len() as u64).ok_or_else(|| too_large(&texts, most))?;
                    texts.push_bytes(filled(&bytes))?;
                }
                _ => return Err(texts.error(Code::DtypeUnreadable, "a dataset does not hold texts")),
            }
        }
        return texts.shaped(&shape, Order::C);
    }
    Err(too_large(&texts, most).found(format!("{count} texts of {size} bytes")))
}

/// Up to the first zero, which ends a text or fills it up.
fn filled(text: &[u8]) -> &[u8] {
    &text[..text.iter().position(|byte| *byte == 0).unwrap_or(text.len())]
}

fn too_large(texts: &Reading, most: u64) -> DataError {
    texts
        .error(Code::ArrayTooLarge, "the texts of an HDF5 file are larger than is believed of it")
        .expected(format!("at most {most} bytes, of 1 to {LONGEST} a text"))
        .help("write or download the file again")
}
