//! Texts of a MATLAB file: rows of a matrix of characters, cells with a text each.

use super::element::{ByteOrder, element, tag};
use super::{MATRIX, Variable, broken, contents, variable};
use crate::data::error::{Code, DataError};
use crate::data::file::DataFile;
use crate::data::order::Order;
use crate::data::rows::axes;
use crate::data::texts::{LONGEST, Reading, Texts};
use std::io::{BufReader, Read};
use std::path::Path;

/// Bytes of a matrix of characters.
const MOST: u64 = 1 << 28;
/// Types of what characters are kept as.
const BYTES: [u32; 2] = [1, 2];
const UTF8: u32 = 16;
const SHORTS: [u32; 3] = [3, 4, 17];

/// The texts of a variable, in memory as a whole.
pub fn read(
    reader: &mut BufReader<DataFile>,
    of: &Variable,
    length: u64,
    order: ByteOrder,
    path: &Path,
) -> Result<Texts, DataError> {
    let mut texts = Reading::new(path, Some(&of.name));
    let shape = axes(&of.shape, path, Some(&of.name))?;
    let mut inner = contents(reader, of.start, length, order).map_err(|why| broken(path, why))?;
    variable(&mut inner, order, 0).map_err(|why| broken(path, why))?;
    if of.dtype.is_text() {
        let [rows, columns] = shape[..] else {
            let error = texts.error(Code::ShapeDiffers, "letters are of one text a row");
            return Err(error.expected("a matrix of letters").found(format!("an array of {shape:?}")));
        };
        let letters = characters(&mut inner, order, MOST).map_err(|why| broken(path, why))?;
        if Some(letters.len()) != rows.checked_mul(columns) {
            return Err(broken(path, format!("{} characters in a text of {shape:?}", letters.len())));
        }
        for row in 0..rows {
            let text: String = (0..columns).map(|column| letters[column * rows + row]).collect();
            texts.push(text.trim_end_matches('\0'))?;
        }
        return Ok(texts.done());
    }
    let cells: usize = shape.iter().product();
    for row in 0..cells {
        let (found, text) = cell(&mut inner, order).map_err(|why| broken(path, why))?;
        match text {
            Some(text) => texts.push(&text)?,
            None => {
                return Err(texts
                    .error(Code::DtypeUnreadable, "a cell does not hold a text")
                    .found(format!("`{found}` in cell {row}"))
                    .help("make every cell a text, or save whole numbers as a plain array"));
            }
        }
    }
    // A column or a row of cells has a text a row.
    match shape.iter().filter(|axis| **axis != 1).count() {
        0 | 1 => Ok(texts.done()),
        _ => texts.shaped(&shape, Order::Fortran),
    }
}

/// What the next cell holds, and its text where it is one.
fn cell(reader: &mut impl Read, order: ByteOrder) -> Result<(String, Option<String>), String> {
    let outer = tag(reader, order)?;
    if outer.kind != MATRIX {
        return Err("a cell holds no array".into());
    }
    let mut inner = reader.by_ref().take(outer.length);
    // An empty cell has nothing in it.
    if outer.length == 0 {
        return Ok(("text".into(), Some(String::new())));
    }
    let Variable { dtype, shape, .. } = variable(&mut inner, order, 0)?;
    let is_row = shape.iter().rev().skip(1).all(|axis| *axis <= 1);
    let letters = match (shape.contains(&0), dtype.is_text() && is_row) {
        (true, _) => Some(vec![]),
        (false, true) => Some(characters(&mut inner, order, 4 * LONGEST as u64)?),
        (false, false) => None,
    };
    std::io::copy(&mut inner, &mut std::io::sink()).map_err(|error| error.to_string())?;
    Ok((dtype.to_string(), letters.map(|letters| letters.into_iter().collect())))
}

/// The characters of the element that comes next.
fn characters(reader: &mut impl Read, order: ByteOrder, most: u64) -> Result<Vec<char>, String> {
    let (kind, bytes) = element(reader, order, most)?;
    match kind {
        UTF8 => Ok(String::from_utf8_lossy(&bytes).chars().collect()),
        kind if BYTES.contains(&kind) => Ok(bytes.iter().copied().map(char::from).collect()),
        kind if SHORTS.contains(&kind) => {
            let (shorts, _) = bytes.as_chunks::<2>();
            let short = |two: &[u8; 2]| order.u16(*two);
            Ok(char::decode_utf16(shorts.iter().map(short)).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
        }
        other => Err(format!("characters have the unknown type {other}")),
    }
}
