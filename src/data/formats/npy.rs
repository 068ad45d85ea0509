//! `.npy` files: one array behind a header.

use crate::builtin::dataset::npy::FORMAT;
use crate::builtin::dataset::{FileFormat, Selection};
use crate::data::characters::Characters;
use crate::data::error::{Code, DataError, unreadable};
use crate::data::file::{DataFile, open};
use crate::data::format::{ArrayInfo, Format};
use crate::data::order::Order;
use crate::data::rows::{Outline, Rows};
use crate::data::stored::Stored;
use crate::data::table::Table;
use crate::data::texts::{self, Reading, Texts};
use crate::data::values::Values;
use header::{Header, MAGIC};
use std::io::{BufReader, Read, Seek};
use std::path::Path;

pub mod header;

pub struct Npy;

impl Format for Npy {
    fn format(&self) -> &'static FileFormat {
        &FORMAT
    }

    fn magic(&self) -> &'static [u8] {
        MAGIC
    }

    fn is_batchwise(&self) -> bool {
        true
    }

    fn arrays(&self, path: &Path) -> Result<Vec<ArrayInfo>, DataError> {
        Ok(vec![info(String::new(), Ok(header(path)?))])
    }

    fn open(&self, path: &Path, selection: Selection<'_>) -> Result<Box<dyn Rows>, DataError> {
        if let Some(array) = selection.array() {
            return Err(DataError::new(Code::ArrayMissing, "this file has no named arrays")
                .file(path)
                .help(format!("leave `array: \"{array}\"` away")));
        }
        let (header, mut reader) = begin(path)?;
        let offset = reader.stream_position().map_err(|error| unreadable(path, &error))?;
        let length = reader.get_ref().length();
        Ok(Box::new(stored(header, offset, length, path, None)?))
    }

    fn texts(&self, path: &Path, selection: Selection<'_>) -> Result<Texts, DataError> {
        let (header, mut reader) = begin(path)?;
        if !header.dtype.is_text() || selection.array().is_some() {
            return texts::of_numbers(self.open(path, selection)?.as_ref());
        }
        let most = reader.get_ref().length();
        read_texts(&mut reader, &header, most, path, None)
    }

    #[cfg(test)]
    fn examples(&self) -> Vec<crate::data::format::Example> {
        let bytes = crate::data::tests::files::npy_bytes(&[3, 2], npyz::Order::Fortran, &[1.0f32; 6]);
        vec![crate::data::format::Example::new("npy", bytes, Selection::Only)]
    }
}

/// The header alone.
pub fn header(path: &Path) -> Result<Header, DataError> {
    begin(path).map(|(header, _)| header)
}

/// The header, and a reader of what follows it.
fn begin(path: &Path) -> Result<(Header, BufReader<DataFile>), DataError> {
    let mut reader = BufReader::new(open(path)?);
    let header = header::read(&mut reader)
        .map_err(|why| DataError::new(Code::ArrayBroken, "a file is no NumPy array").file(path).found(why))?;
    Ok((header, reader))
}

/// What a header says of the array of this name, or what is wrong with it.
pub fn info(name: String, header: Result<Header, String>) -> ArrayInfo {
    match header {
        Ok(Header { dtype, shape, order }) => ArrayInfo { name, dtype, shape, remark: order.remark() },
        Err(why) => ArrayInfo::unreadable(name, why),
    }
}

/// Numbers that lie unpacked behind a header, from `offset` of a file of so many bytes.
pub fn stored(header: Header, offset: u64, length: u64, path: &Path, array: Option<&str>) -> Result<Stored, DataError> {
    let (outline, number) = Outline::of(path, array, header.dtype, &header.shape)?;
    Stored::new(outline, number, header.order, offset, length)
}

/// The texts behind a header. `most` is the largest number of bytes that can follow.
pub fn read_texts(
    reader: &mut dyn Read,
    header: &Header,
    most: u64,
    path: &Path,
    array: Option<&str>,
) -> Result<Texts, DataError> {
    let characters = Characters::of(&header.dtype, path, array)?;
    characters.read(reader, (&header.shape, header.order), most, Reading::new(path, array))
}

/// The numbers behind a header, in C order. `most` is the largest number of bytes that can follow.
///
/// Memory is taken as numbers arrive, so a header that promises more than there is costs nothing.
pub fn read_values(
    reader: &mut dyn Read,
    header: &Header,
    most: u64,
    path: &Path,
    array: Option<&str>,
) -> Result<Table, DataError> {
    let (outline, number) = Outline::of(path, array, header.dtype.clone(), &header.shape)?;
    let elements = outline.samples() * outline.width();
    let bytes = elements * number.size();
    let truncated = |found: String| outline.truncated(format!("{bytes} bytes for"), found);
    if bytes as u64 > most {
        return Err(truncated(format!("at most {most} bytes can follow")));
    }
    let mut values = Values::new(number.precision());
    number.read(reader, elements, &mut values).map_err(|error| truncated(error.to_string()))?;
    let values = match header.order {
        Order::C => values,
        Order::Fortran => values.to_c_order(&outline.shape),
    };
    Ok(outline.table(0, outline.samples(), values))
}
