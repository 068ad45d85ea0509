//! Numbers and what they are, in one sealed file: a safetensors file whose metadata hold a note, a check sum of every tensor
//! and one of the header itself. Owns that form; what notes say is for `cell` and `checkpoint`.
//!
//! The metadata have one entry, `mhm`, for the order of several would not be the same twice: JSON of `blake3` (of the header as
//! it stands with 64 zeros in that place), `sums` (blake3 by tensor) and `note`. A changed byte is found wherever it is: in a tensor by its
//! sum, in the header by its own, in the length by the length of the file. Every format has its header's sum in this place, so that a file
//! is said to be of a later one only where that sum fits.

use crate::record::Array;
use safetensors::Dtype;
use safetensors::tensor::{Metadata, TensorView};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom};

const ENTRY: &str = "mhm";

/// What stands before the header's own sum, as it is written into the header.
const BEFORE: &str = r#""mhm":"{\"blake3\":\""#;

/// Digits of a sum of the header.
const DIGITS: usize = 64;

/// Bytes of a header. That of a run with a thousand epochs has some hundred thousand.
const HEADER: u64 = 64 << 20;

/// Numbers of an array: as many as data may have.
const NUMBERS: usize = 1 << 32;

/// Why a file could not be read.
#[derive(Debug)]
pub enum Trouble {
    Damaged(String),
    Newer { format: u32, known: u32 },
    Refused(io::Error),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Trouble::Damaged("it ends too early".into()),
            _ => Trouble::Refused(error),
        }
    }
}

pub fn damaged(why: impl ToString) -> Trouble {
    Trouble::Damaged(why.to_string())
}

/// The entry.
#[derive(Debug, Serialize, Deserialize)]
struct Entry<N> {
    blake3: String,
    sums: BTreeMap<String, String>,
    note: N,
}

/// Tensors on their way into a file.
#[derive(Default)]
pub struct Tensors(BTreeMap<String, (Dtype, Vec<usize>, Vec<u8>)>);

impl Tensors {
    pub fn add(&mut self, name: String, array: &Array) {
        let mut bytes = Vec::with_capacity(4 * array.values.len());
        array.values.iter().for_each(|value| bytes.extend_from_slice(&value.to_le_bytes()));
        self.0.insert(name, (Dtype::F32, array.axes.clone(), bytes));
    }

    pub fn add_words(&mut self, name: String, words: &[u64]) {
        let bytes = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.0.insert(name, (Dtype::U64, vec![words.len()], bytes));
    }

    /// The bytes of a file with these tensors and a note.
    pub fn seal(&self, note: &impl Serialize) -> Result<Vec<u8>, String> {
        let views = self.0.iter().map(|(name, (dtype, axes, bytes))| {
            TensorView::new(*dtype, axes.clone(), bytes).map(|view| (name, view)).map_err(|e| e.to_string())
        });
        let views = views.collect::<Result<Vec<_>, _>>()?;
        let sum = |bytes: &[u8]| blake3::hash(bytes).to_hex().to_string();
        let sums = self.0.iter().map(|(name, (_, _, bytes))| (name.clone(), sum(bytes))).collect();
        let entry =
            serde_json::to_string(&Entry { blake3: "0".repeat(DIGITS), sums, note }).map_err(|e| e.to_string())?;
        let metadata = [(ENTRY.to_string(), entry)].into_iter().collect();
        let mut bytes = safetensors::serialize(views, Some(metadata)).map_err(|e| e.to_string())?;
        let size = u64::from_le_bytes(bytes[..8].try_into().expect("eight bytes")) as usize;
        let header = &mut bytes[8..8 + size];
        let place = seal_place(header).ok_or("the header has no place for its sum")?;
        let own = blake3::hash(header).to_hex();
        header[place..place + DIGITS].copy_from_slice(own.as_bytes());
        Ok(bytes)
    }
}

/// Where the digits of the header's own sum begin. Quotes inside of texts are escaped, so this is no part of one.
fn seal_place(header: &[u8]) -> Option<usize> {
    let at = header.windows(BEFORE.len()).position(|bytes| bytes == BEFORE.as_bytes())? + BEFORE.len();
    (at + DIGITS <= header.len()).then_some(at)
}

/// Digits that a tensor's sum had in earlier files.
const SHORT: usize = 16;

fn is_sum(digits: &str, bytes: &[u8]) -> bool {
    [DIGITS, SHORT].contains(&digits.len()) && blake3::hash(bytes).to_hex().starts_with(digits)
}

/// A file whose header was read and found whole.
#[derive(Debug)]
pub struct Sealed<F> {
    file: F,
    metadata: Metadata,
    sums: BTreeMap<String, String>,
    /// Where the tensors begin.
    data: u64,
}

impl<F: Read + Seek> Sealed<F> {
    /// Reads the header of a file of `length` bytes; the file and its note. `known` is the latest format of that note.
    pub fn open<N: DeserializeOwned + Formatted>(mut file: F, length: u64, known: u32) -> Result<(Self, N), Trouble> {
        let mut size = [0; 8];
        file.read_exact(&mut size)?;
        let size = u64::from_le_bytes(size);
        if size > HEADER || size > length.saturating_sub(8) {
            return Err(damaged(format!("its header would have {size} bytes")));
        }
        let mut header = vec![0; size as usize];
        file.read_exact(&mut header)?;
        let metadata: Metadata = serde_json::from_slice(&header).map_err(|e| damaged(format!("its header: {e}")))?;
        let data = 8 + size;
        let whole = data.checked_add(metadata.data_len() as u64);
        if whole != Some(length) {
            let should = whole.unwrap_or(u64::MAX);
            return Err(damaged(format!("it has {length} bytes and should have {should}")));
        }
        let entry = metadata.metadata().as_ref().and_then(|entries| entries.get(ENTRY));
        let entry = entry.ok_or_else(|| damaged("no run wrote it"))?;
        let place = seal_place(&header).ok_or_else(|| damaged("its header has no check sum"))?;
        let own = header[place..place + DIGITS].to_vec();
        header[place..place + DIGITS].fill(b'0');
        if blake3::hash(&header).to_hex().as_bytes() != own {
            return Err(damaged("its header is not what was written"));
        }
        let read: Result<Entry<N>, _> = serde_json::from_str(entry);
        let format = match &read {
            Ok(read) => read.note.format(),
            // Later formats may have other fields.
            Err(_) => serde_json::from_str::<Entry<Head>>(entry).map_or(0, |read| read.note.format),
        };
        if format > known {
            return Err(Trouble::Newer { format, known });
        }
        let Entry { blake3: _, sums, note } = read.map_err(|e| damaged(format!("its metadata: {e}")))?;
        Ok((Self { file, metadata, sums, data }, note))
    }

    /// The names of all tensors.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        self.sums.keys()
    }

    /// The blake3 of a tensor's bytes. Of an earlier file, which has less than all of it, these are read.
    pub fn hash(&mut self, name: &str) -> Result<String, Trouble> {
        match self.sums.get(name).filter(|sum| sum.len() == DIGITS) {
            Some(sum) => Ok(sum.clone()),
            None => {
                let dtype = self.metadata.info(name).map_or(Dtype::F32, |info| info.dtype);
                self.bytes(name, dtype).map(|(_, bytes)| blake3::hash(&bytes).to_hex().to_string())
            }
        }
    }

    /// A tensor, its sum compared.
    pub fn array(&mut self, name: &str) -> Result<Array, Trouble> {
        let (axes, bytes) = self.bytes(name, Dtype::F32)?;
        let values = bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        Ok(Array { axes, values })
    }

    /// What [`Tensors::add_words`] took in.
    pub fn words(&mut self, name: &str) -> Result<Vec<u64>, Trouble> {
        let (_, bytes) = self.bytes(name, Dtype::U64)?;
        Ok(bytes.chunks_exact(8).map(|b| u64::from_le_bytes(b.try_into().expect("eight bytes"))).collect())
    }

    fn bytes(&mut self, name: &str, dtype: Dtype) -> Result<(Vec<usize>, Vec<u8>), Trouble> {
        let info = self.metadata.info(name).filter(|info| info.dtype == dtype);
        let expected = self.sums.get(name);
        let (Some(info), Some(expected)) = (info, expected) else {
            return Err(damaged(format!("`{name}` is not in it")));
        };
        let (start, end) = info.data_offsets;
        // An array without numbers may have any axes.
        let numbers =
            info.shape.iter().filter(|axis| **axis > 0).try_fold(1, |all: usize, axis| all.checked_mul(*axis));
        if numbers.is_none_or(|numbers| numbers > NUMBERS) {
            return Err(damaged(format!("`{name}` would have more than {NUMBERS} numbers")));
        }
        // The file is as long as its header says, so this is no more than it has.
        let mut bytes = vec![0; end - start];
        self.file.seek(SeekFrom::Start(self.data + start as u64))?;
        self.file.read_exact(&mut bytes)?;
        if !is_sum(expected, &bytes) {
            return Err(damaged(format!("`{name}` is not what was written")));
        }
        Ok((info.shape.clone(), bytes))
    }
}

/// Bytes of the file that these begin with, as its header says.
pub fn length(bytes: &[u8]) -> Option<usize> {
    let size = u64::from_le_bytes(bytes.get(..8)?.try_into().ok()?);
    let end = usize::try_from(size).ok().filter(|size| *size as u64 <= HEADER)?.checked_add(8)?;
    let metadata: Metadata = serde_json::from_slice(bytes.get(8..end)?).ok()?;
    end.checked_add(metadata.data_len())
}

/// A note that says of which format it is.
pub trait Formatted {
    fn format(&self) -> u32;
}

/// As much of a note as every format has.
#[derive(Deserialize)]
struct Head {
    format: u32,
}
