//! MATLAB files of level 5 (`.mat` of MATLAB 5 to 7.2, SciPy, Octave): numeric arrays, unpacked with limits.
//! Files of version 7.3 are HDF5 files and read as such. Source: "MAT-File Format", The MathWorks.

use super::hdf5::Hdf5;
use crate::builtin::dataset::mat::FORMAT;
use crate::builtin::dataset::{FileFormat, Selection};
use crate::data::dtype::{Dtype, Elements};
use crate::data::error::{Code, DataError, array_error, did_you_mean, list};
use crate::data::file::DataFile;
use crate::data::format::{ArrayInfo, Format};
use crate::data::order::Order;
use crate::data::packed::BEST_COMPRESSION;
use crate::data::rows::{InMemory, Outline, Rows};
use crate::data::texts::{self, Texts};
use element::{ByteOrder, element, tag};
use flate2::read::ZlibDecoder;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

mod element;
mod text;

/// Bytes of the text, the version and the mark of the byte order.
const HEADER: usize = 128;
/// Variables of a file, bytes of a name, axes of an array.
const MANY: usize = 10_000;
const NAME: u64 = 1 << 10;
const AXES: u64 = 32;
/// Types of data elements.
const MATRIX: u32 = 14;
const COMPRESSED: u32 = 15;

/// A variable's header, and where its element begins.
struct Variable {
    name: String,
    dtype: Dtype,
    shape: Vec<u64>,
    start: u64,
}

pub struct Mat;

impl Format for Mat {
    fn format(&self) -> &'static FileFormat {
        &FORMAT
    }

    fn magic(&self) -> &'static [u8] {
        b"MATLAB"
    }

    fn arrays(&self, path: &Path) -> Result<Vec<ArrayInfo>, DataError> {
        match open(path)? {
            Opened::Level5 { mut reader, length, order } => {
                let variables = variables(&mut reader, length, order).map_err(|why| broken(path, why))?;
                let info = |Variable { name, dtype, shape, .. }| ArrayInfo { name, dtype, shape, remark: None };
                Ok(variables.into_iter().map(info).collect())
            }
            Opened::Hdf5 => Hdf5.arrays(path),
        }
    }

    fn open(&self, path: &Path, selection: Selection<'_>) -> Result<Box<dyn Rows>, DataError> {
        match open(path)? {
            Opened::Level5 { reader, length, order } => {
                Ok(Box::new(read(path, selection.array(), reader, length, order)?))
            }
            Opened::Hdf5 => Hdf5.open(path, selection),
        }
    }

    fn texts(&self, path: &Path, selection: Selection<'_>) -> Result<Texts, DataError> {
        let (mut reader, length, order) = match open(path)? {
            Opened::Level5 { reader, length, order } => (reader, length, order),
            Opened::Hdf5 => return Hdf5.texts(path, selection),
        };
        let variables = variables(&mut reader, length, order).map_err(|why| broken(path, why))?;
        let variable = pick(path, &variables, selection.array())?;
        match variable.dtype.to_string().as_str() {
            "text" | "cell" => text::read(&mut reader, variable, length, order, path),
            _ => texts::of_numbers(&read(path, Some(&variable.name), reader, length, order)?),
        }
    }

    #[cfg(test)]
    fn examples(&self) -> Vec<crate::data::format::Example> {
        let example = |name: &str| {
            let bytes = std::fs::read(crate::data::tests::mat::written(&format!("{name}.mat"))).unwrap();
            crate::data::format::Example::new(name, bytes, Selection::Array("x"))
        };
        ["plain", "packed", "v73"].map(example).into()
    }
}

/// Reads the variable called `name`, or the only one.
fn read(
    path: &Path,
    name: Option<&str>,
    mut reader: BufReader<DataFile>,
    length: u64,
    order: ByteOrder,
) -> Result<InMemory, DataError> {
    let variables = variables(&mut reader, length, order).map_err(|why| broken(path, why))?;
    let variable = pick(path, &variables, name)?;
    let array = Some(variable.name.as_str());
    let (mut outline, _) = Outline::of(path, array, variable.dtype.clone(), &variable.shape)?;
    let elements = (outline.samples() as u64).saturating_mul(outline.width() as u64);
    let (dtype, bytes) =
        numbers(&mut reader, variable.start, length, order, elements).map_err(|why| broken(path, why))?;
    let stored = dtype.readable(path, array)?;
    // MATLAB keeps whole numbers in as few bytes as they need, whatever the array's type.
    outline.dtype = dtype;
    InMemory::decode(outline, stored, Order::Fortran, &bytes)
}

fn pick<'v>(path: &Path, variables: &'v [Variable], name: Option<&str>) -> Result<&'v Variable, DataError> {
    let known: Vec<&str> = variables.iter().map(|variable| variable.name.as_str()).collect();
    match (name, variables) {
        (None, [only]) => Ok(only),
        (None, _) => Err(DataError::new(Code::ArrayMissing, "a MATLAB file does not hold one variable")
            .file(path)
            .expected("the name of one of them")
            .found(list(known))
            .help("say which: `mat(variable: \"x\")`")),
        (Some(name), _) => variables.iter().find(|variable| variable.name == name).ok_or_else(|| {
            array_error(Code::ArrayMissing, &format!("there is no variable `{name}` in the file"), path, Some(name))
                .help(did_you_mean(name, &known, "the file"))
        }),
    }
}

fn broken(path: &Path, why: String) -> DataError {
    DataError::new(Code::ArrayBroken, "a file is no MATLAB file, or a broken one")
        .file(path)
        .found(why)
        .help("save it again, for example with `-v7`; files of version 4 cannot be read")
}

// ---------------------------------------------------------------- file

enum Opened {
    Level5 { reader: BufReader<DataFile>, length: u64, order: ByteOrder },
    Hdf5,
}

fn open(path: &Path) -> Result<Opened, DataError> {
    let file = crate::data::file::open(path)?;
    let length = file.length();
    let mut reader = BufReader::new(file);
    let mut header = [0; HEADER];
    reader.read_exact(&mut header).map_err(|_| broken(path, format!("it ends within its first {HEADER} bytes")))?;
    let order = match &header[126..] {
        b"IM" => ByteOrder::Little,
        b"MI" => ByteOrder::Big,
        _ => return Err(broken(path, "it does not begin as a MATLAB file".into())),
    };
    let version = order.u16([header[124], header[125]]);
    match version.to_be_bytes() {
        [1, 0] => Ok(Opened::Level5 { reader, length, order }),
        [2, 0] => Ok(Opened::Hdf5),
        [major, minor] => Err(broken(path, format!("format version {major}.{minor} is unknown"))),
    }
}

fn variables(reader: &mut BufReader<DataFile>, length: u64, order: ByteOrder) -> Result<Vec<Variable>, String> {
    let mut found = vec![];
    let mut at = HEADER as u64;
    while at < length && found.len() < MANY {
        reader.seek(SeekFrom::Start(at)).map_err(|error| error.to_string())?;
        let tag = tag(reader, order)?;
        if tag.small.is_some() || tag.length > length.saturating_sub(at + 8) {
            return Err(format!("an element at byte {at} is said to have {} bytes", tag.length));
        }
        match tag.kind {
            MATRIX => found.push(variable(&mut reader.take(tag.length), order, at)?),
            COMPRESSED => {
                let mut unpacked = unpack(reader, tag.length);
                let inner = element::tag(&mut unpacked, order)?;
                if inner.kind != MATRIX {
                    return Err(format!("a packed element at byte {at} is no array"));
                }
                found.push(variable(&mut unpacked, order, at)?);
            }
            // Other elements belong to no variable.
            _ => {}
        }
        // Packed elements are followed at once, others at the next multiple of 8.
        let end = at + 8 + tag.length;
        at = if tag.kind == COMPRESSED { end } else { end.next_multiple_of(8) };
    }
    Ok(found)
}

/// Packed bytes on their way out: no more of them than so few can hold.
fn unpack(reader: &mut BufReader<DataFile>, packed: u64) -> impl Read + '_ {
    ZlibDecoder::new(reader.take(packed)).take(packed.saturating_mul(BEST_COMPRESSION))
}

// ---------------------------------------------------------------- arrays

/// What stands before an array's numbers.
fn variable(reader: &mut impl Read, order: ByteOrder, start: u64) -> Result<Variable, String> {
    let (_, flags) = element(reader, order, 8)?;
    let [a, b, c, d, ..] = flags.as_slice() else { return Err("an array has no flags".into()) };
    let flags = order.u32([*a, *b, *c, *d]);
    let mark = order.numpy();
    let (complex, logical) = (flags & 0x800 != 0, flags & 0x200 != 0);
    let dtype = match flags & 0xff {
        _ if complex => Dtype::named("complex", Elements::Complex),
        1 => Dtype::named("cell", Elements::Other),
        2 => Dtype::named("structure", Elements::Other),
        3 => Dtype::named("object", Elements::Other),
        4 => Dtype::TEXT,
        5 => Dtype::named("sparse", Elements::Sparse),
        6 => Dtype::numpy(format!("{mark}f8")),
        7 => Dtype::numpy(format!("{mark}f4")),
        8 => Dtype::numpy("|i1"),
        9 if logical => Dtype::numpy("|b1"),
        9 => Dtype::numpy("|u1"),
        10 => Dtype::numpy(format!("{mark}i2")),
        11 => Dtype::numpy(format!("{mark}u2")),
        12 => Dtype::numpy(format!("{mark}i4")),
        13 => Dtype::numpy(format!("{mark}u4")),
        14 => Dtype::numpy(format!("{mark}i8")),
        15 => Dtype::numpy(format!("{mark}u8")),
        other => Dtype::named(format!("class {other}"), Elements::Other),
    };
    let (_, dims) = element(reader, order, 4 * AXES)?;
    let (dims, rest) = dims.as_chunks::<4>();
    if dims.is_empty() || !rest.is_empty() {
        return Err("an array has no axes".into());
    }
    let size = |bytes: &[u8; 4]| order.u32(*bytes).cast_signed();
    let shape: Result<Vec<u64>, _> = dims.iter().map(|dim| u64::try_from(size(dim))).collect();
    let shape = shape.map_err(|_| "an array has an axis below 0".to_string())?;
    let (_, name) = element(reader, order, NAME)?;
    let name = String::from_utf8_lossy(&name).into_owned();
    Ok(Variable { name, dtype, shape, start })
}

/// The numbers of the variable whose element starts there: their type in the file, and their bytes.
fn numbers(
    reader: &mut BufReader<DataFile>,
    start: u64,
    length: u64,
    order: ByteOrder,
    elements: u64,
) -> Result<(Dtype, Vec<u8>), String> {
    real_part(&mut contents(reader, start, length, order)?, order, elements)
}

/// What is in the element that starts there, unpacked: an array's flags first.
fn contents<'r>(
    reader: &'r mut BufReader<DataFile>,
    start: u64,
    length: u64,
    order: ByteOrder,
) -> Result<Box<dyn Read + 'r>, String> {
    reader.seek(SeekFrom::Start(start)).map_err(|error| error.to_string())?;
    let outer = tag(reader, order)?;
    let bytes = outer.length.min(length);
    if outer.kind != COMPRESSED {
        return Ok(Box::new(reader.take(bytes)));
    }
    let mut unpacked = unpack(reader, bytes);
    tag(&mut unpacked, order)?;
    Ok(Box::new(unpacked))
}

fn real_part(reader: &mut impl Read, order: ByteOrder, elements: u64) -> Result<(Dtype, Vec<u8>), String> {
    variable(reader, order, 0)?;
    let (kind, bytes) = element(reader, order, elements.saturating_mul(8))?;
    let mark = order.numpy();
    let dtype = match kind {
        1 => "|i1".to_string(),
        2 => "|u1".into(),
        3 => format!("{mark}i2"),
        4 => format!("{mark}u2"),
        5 => format!("{mark}i4"),
        6 => format!("{mark}u4"),
        7 => format!("{mark}f4"),
        9 => format!("{mark}f8"),
        12 => format!("{mark}i8"),
        13 => format!("{mark}u8"),
        other => return Err(format!("numbers have the unknown type {other}")),
    };
    Ok((Dtype::numpy(dtype), bytes))
}
