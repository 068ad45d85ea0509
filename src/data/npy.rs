//! Reader of `.npy` files: header and numbers.
//!
//! The header is parsed here rather than by `npyz`, whose parser descends with the text's nesting and whose product
//! of the axes may overflow: a file's content must not end the program.

use super::error::{DataError, unreadable};
use super::file::DataFile;
use super::number::{Number, readable};
use super::rows::{Outline, axes, fault};
use super::stored::Stored;
use super::table::Table;
use super::values::Values;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

/// NumPy itself refuses longer headers (`max_header_size`, 10 000 bytes), unless told otherwise.
const HEADER_LIMIT: usize = 1 << 16;
/// Numbers are read in pieces of this many bytes (a multiple of every size).
const PIECE: usize = 1 << 18;

/// What an array's header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// As NumPy writes it: `<f4`; `structured` for records.
    pub dtype: String,
    pub shape: Vec<u64>,
    pub order: Order,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The last axis is the fastest.
    C,
    /// The first axis is the fastest.
    Fortran,
}

/// Reads a whole `.npy` file.
pub fn read(path: &Path) -> Result<Table, DataError> {
    let (mut reader, length) = open(path)?;
    let header = read_header(&mut reader).map_err(|why| broken(path, why))?;
    read_values(&mut reader, &header, length, path, None)
}

/// Reads the header alone.
pub fn header(path: &Path) -> Result<Header, DataError> {
    let (mut reader, _) = open(path)?;
    read_header(&mut reader).map_err(|why| broken(path, why))
}

/// Opens a file's numbers for reading rows.
pub fn rows(path: &Path) -> Result<Stored, DataError> {
    let (mut reader, length) = open(path)?;
    let header = read_header(&mut reader).map_err(|why| broken(path, why))?;
    let offset = reader.stream_position().map_err(|error| unreadable(path, &error))?;
    stored(header, offset, length, path, None)
}

/// Numbers that lie unpacked behind a header, from `offset` of a file of so many bytes.
pub fn stored(header: Header, offset: u64, length: u64, path: &Path, array: Option<&str>) -> Result<Stored, DataError> {
    let number = readable(&header.dtype, path, array)?;
    let shape = axes(&header.shape, path, array)?;
    let outline =
        Outline { file: path.to_path_buf(), array: array.map(str::to_string), dtype: header.dtype, shape, lines: None };
    Stored::new(outline, number, header.order, offset, length)
}

fn open(path: &Path) -> Result<(BufReader<DataFile>, u64), DataError> {
    let file = super::path::open(path)?;
    let length = file.length();
    Ok((BufReader::new(file), length))
}

fn broken(path: &Path, why: String) -> DataError {
    DataError::new("mhm::array-broken", "a file is no NumPy array").file(path).found(why)
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
    let mut numbers = Numbers::begin(reader, header, most, path, array)?;
    let values = numbers.all()?;
    Ok(numbers.table(0, numbers.shape[0], values))
}

/// The numbers behind a header as they lie in the file, a piece at a time.
pub struct Numbers<'r> {
    reader: &'r mut dyn Read,
    number: Number,
    pub shape: Vec<usize>,
    pub order: Order,
    /// How many are still to come.
    pub left: usize,
    dtype: &'r str,
    path: &'r Path,
    array: Option<&'r str>,
}

impl<'r> Numbers<'r> {
    /// Whether there can be so many; `most` is the largest number of bytes that can follow.
    pub fn begin(
        reader: &'r mut dyn Read,
        header: &'r Header,
        most: u64,
        path: &'r Path,
        array: Option<&'r str>,
    ) -> Result<Self, DataError> {
        let number = readable(&header.dtype, path, array)?;
        let shape = axes(&header.shape, path, array)?;
        let elements = if shape.contains(&0) { 0 } else { shape.iter().product::<usize>() as u64 };
        let (dtype, order, left) = (header.dtype.as_str(), header.order, elements as usize);
        let numbers = Self { reader, number, shape, order, left, dtype, path, array };
        if elements * number.size() as u64 > most {
            return Err(numbers.truncated(format!("at most {most} bytes can follow")));
        }
        Ok(numbers)
    }

    /// Appends so many numbers, or as many as are left.
    pub fn read(&mut self, count: usize, values: &mut Values) -> Result<(), DataError> {
        let count = count.min(self.left);
        let mut left = count * self.number.size();
        let mut piece = vec![0; PIECE.min(left)];
        while left > 0 {
            let piece = &mut piece[..PIECE.min(left)];
            self.reader.read_exact(piece).map_err(|error| self.truncated(error.to_string()))?;
            self.number.decode(piece, values);
            left -= piece.len();
        }
        self.left -= count;
        Ok(())
    }

    /// All that are left, in C order.
    pub fn all(&mut self) -> Result<Values, DataError> {
        let mut values = Values::new(self.number.precision());
        self.read(self.left, &mut values)?;
        Ok(match self.order {
            Order::C => values,
            Order::Fortran => to_c_order(&self.shape, values),
        })
    }

    /// These numbers as so many of the array's samples, from `first`.
    pub fn table(&self, first: usize, samples: usize, values: Values) -> Table {
        let shape = std::iter::once(samples).chain(self.shape[1..].iter().copied()).collect();
        let array = self.array.map(str::to_string);
        Table { shape, first, values, file: self.path.to_path_buf(), array, lines: None }
    }

    fn truncated(&self, have: String) -> DataError {
        let bytes = self.shape.iter().product::<usize>() * self.number.size();
        fault("mhm::array-truncated", "an array is cut off", self.path, self.array)
            .expected(format!("{bytes} bytes for shape {:?} of `{}`", self.shape, self.dtype))
            .found(have)
            .help("write or download the file again")
    }
}

/// Numbers of an array whose first axis is the fastest, with the last the fastest.
pub fn to_c_order(shape: &[usize], values: Values) -> Values {
    match values {
        Values::Single(values) => Values::Single(in_c_order(shape, &values)),
        Values::Double(values) => Values::Double(in_c_order(shape, &values)),
    }
}

fn in_c_order<T: Copy>(shape: &[usize], values: &[T]) -> Vec<T> {
    let strides: Vec<usize> = shape
        .iter()
        .scan(1usize, |stride, n| {
            let this = *stride;
            *stride = stride.saturating_mul(*n);
            Some(this)
        })
        .collect();
    let mut place = vec![0; shape.len()];
    let mut source = 0;
    let mut out = Vec::with_capacity(values.len());
    for _ in 0..values.len() {
        out.push(values[source]);
        for axis in (0..shape.len()).rev() {
            place[axis] += 1;
            source += strides[axis];
            if place[axis] < shape[axis] {
                break;
            }
            source -= strides[axis] * shape[axis];
            place[axis] = 0;
        }
    }
    out
}

// ---------------------------------------------------------------- header

/// Reads magic, version and header; what is wrong is said in words.
pub fn read_header(reader: &mut dyn Read) -> Result<Header, String> {
    let mut start = [0; 8];
    reader.read_exact(&mut start).map_err(|_| "it ends within its first 8 bytes".to_string())?;
    if &start[..6] != b"\x93NUMPY" {
        return Err("it does not begin with `\\x93NUMPY`".into());
    }
    let mut length = [0; 4];
    let bytes = match start[6] {
        1 => 2,
        2 | 3 => 4,
        version => return Err(format!("format version {version} is unknown")),
    };
    reader.read_exact(&mut length[..bytes]).map_err(|_| "it ends within its header".to_string())?;
    let length = u32::from_le_bytes(length) as usize;
    if length > HEADER_LIMIT {
        return Err(format!("its header is said to have {length} bytes, more than {HEADER_LIMIT}"));
    }
    let mut text = vec![0; length];
    reader.read_exact(&mut text).map_err(|_| "it ends within its header".to_string())?;
    Text { bytes: &text, at: 0 }.header()
}

/// The header's text: a Python dictionary of three known keys.
struct Text<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Text<'_> {
    fn header(&mut self) -> Result<Header, String> {
        let (mut dtype, mut shape, mut order) = (None, None, None);
        self.expect(b'{')?;
        while !self.take(b'}') {
            let key = self.string()?;
            self.expect(b':')?;
            match key.as_str() {
                "descr" => dtype = Some(self.dtype()?),
                "fortran_order" => order = Some(self.order()?),
                "shape" => shape = Some(self.shape()?),
                _ => return Err(format!("its header has the unknown key `{key}`")),
            }
            if !self.take(b',') {
                self.expect(b'}')?;
                break;
            }
        }
        match (dtype, shape, order) {
            (Some(dtype), Some(shape), Some(order)) => Ok(Header { dtype, shape, order }),
            _ => Err("its header lacks one of `descr`, `fortran_order` and `shape`".into()),
        }
    }

    fn dtype(&mut self) -> Result<String, String> {
        if self.peek() != Some(b'[') {
            return self.string();
        }
        // A record: its type is only reported, so its brackets are only counted.
        let mut depth = 0usize;
        while let Some(byte) = self.next() {
            match byte {
                b'[' | b'(' => depth += 1,
                b']' | b')' => depth = depth.saturating_sub(1),
                b'\'' | b'"' => {
                    self.at -= 1;
                    self.string()?;
                }
                _ => {}
            }
            if depth == 0 {
                return Ok("structured".into());
            }
        }
        Err("its header ends within `descr`".into())
    }

    fn order(&mut self) -> Result<Order, String> {
        match self.word().as_str() {
            "True" => Ok(Order::Fortran),
            "False" => Ok(Order::C),
            other => Err(format!("`fortran_order` in its header is `{other}`")),
        }
    }

    fn shape(&mut self) -> Result<Vec<u64>, String> {
        self.expect(b'(')?;
        let mut shape = vec![];
        while !self.take(b')') {
            let word = self.word();
            // Python 2 wrote `10L`.
            let axis = word.strip_suffix('L').unwrap_or(&word).parse();
            shape.push(axis.map_err(|_| format!("`{word}` in its shape is no size"))?);
            if !self.take(b',') {
                self.expect(b')')?;
                break;
            }
        }
        if shape.len() > 32 { Err(format!("it has {} axes", shape.len())) } else { Ok(shape) }
    }

    fn string(&mut self) -> Result<String, String> {
        let quote = self.peek().filter(|b| matches!(b, b'\'' | b'"')).ok_or("its header is no dictionary")?;
        self.at += 1;
        let rest = &self.bytes[self.at..];
        let end = rest.iter().position(|b| *b == quote).ok_or("its header ends within a text")?;
        self.at += end + 1;
        Ok(String::from_utf8_lossy(&rest[..end]).into_owned())
    }

    /// Letters, digits and a sign.
    fn word(&mut self) -> String {
        self.peek();
        let rest = &self.bytes[self.at..];
        let end = rest.iter().position(|b| !b.is_ascii_alphanumeric() && *b != b'-').unwrap_or(rest.len());
        self.at += end;
        String::from_utf8_lossy(&rest[..end]).into_owned()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.bytes.get(self.at).copied();
        self.at += usize::from(byte.is_some());
        byte
    }

    /// The next byte that is no space.
    fn peek(&mut self) -> Option<u8> {
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        self.bytes.get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let is = self.peek() == Some(byte);
        self.at += usize::from(is);
        is
    }

    fn expect(&mut self, byte: u8) -> Result<(), String> {
        if self.take(byte) { Ok(()) } else { Err(format!("its header lacks a `{}` at byte {}", byte as char, self.at)) }
    }
}
