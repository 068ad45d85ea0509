//! The header of a `.npy` file: magic bytes, version, and a Python dictionary of three keys.
//!
//! It is parsed here rather than by `npyz`, whose parser descends with the text's nesting and whose product of the axes may
//! overflow: a file's content must not end the program.

use crate::data::dtype::Dtype;
use crate::data::order::Order;
use std::io::Read;

/// The first bytes of a file.
pub const MAGIC: &[u8] = b"\x93NUMPY";

/// NumPy itself refuses longer headers (`max_header_size`, 10 000 bytes), unless told otherwise.
const LIMIT: usize = 1 << 16;

/// What an array's header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    pub dtype: Dtype,
    pub shape: Vec<u64>,
    pub order: Order,
}

/// Reads magic, version and header; what is wrong is said in words.
pub fn read(reader: &mut dyn Read) -> Result<Header, String> {
    let mut start = [0; 8];
    reader.read_exact(&mut start).map_err(|_| "it ends within its first 8 bytes".to_string())?;
    if &start[..6] != MAGIC {
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
    if length > LIMIT {
        return Err(format!("its header is said to have {length} bytes, more than {LIMIT}"));
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

    fn dtype(&mut self) -> Result<Dtype, String> {
        if self.peek() != Some(b'[') {
            return self.string().map(Dtype::numpy);
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
                return Ok(Dtype::STRUCTURED);
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
