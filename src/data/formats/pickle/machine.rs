//! The stack machine that a pickle is a program for, with nothing to call but makers of arrays. Owns the values; where the
//! opcodes and their meaning come from: CPython's `Lib/pickletools.py`.

use super::chunk::{Chunk, Writing};
use crate::data::dtype::Dtype;
use crate::data::file::DataFile;
use crate::data::order::Order;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};

mod call;
mod opcode;
mod stop;

pub use stop::Stop;

/// Values a pickle may make: each takes a byte of the file at least, and some sixty in memory.
pub const VALUES: usize = 1 << 22;
/// A line that is no text: a number, a name.
const LINE: usize = 4096;

/// Number of a value.
pub type Id = u32;

/// A value of a pickle. Values that hold others know their numbers, so that a circle is no trouble.
#[derive(Clone, Debug)]
pub enum Value {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Chunk),
    Bytes(Chunk),
    Tuple(Vec<Id>),
    List(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    Set,
    /// One of the few things that may be called.
    Callable(Callable),
    /// Such as `f4`, before its state says the order of bytes.
    BareDtype(String),
    Dtype(Dtype),
    Array(Array),
    /// A single number with a NumPy type.
    Scalar,
}

/// A NumPy array.
#[derive(Clone, Debug)]
pub struct Array {
    pub dtype: Dtype,
    pub shape: Vec<u64>,
    pub order: Order,
    /// None before it is there, and for arrays of objects.
    pub data: Option<Chunk>,
    /// The list of its values, where they are objects.
    pub objects: Option<Id>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callable {
    Ndarray,
    Dtype,
    Reconstruct,
    FromBuffer,
    Scalar,
    Encode,
    Bytes,
    Dictionary,
}

impl Value {
    /// For messages and lists.
    pub fn noun(&self) -> &'static str {
        match self {
            Value::None => "None",
            Value::Bool(_) => "true or false",
            Value::Int(_) => "a whole number",
            Value::Float(_) => "a number",
            Value::Text(_) => "text",
            Value::Bytes(_) => "bytes",
            Value::Tuple(_) | Value::List(_) => "a list",
            Value::Dict(_) => "a dictionary",
            Value::Set => "a set",
            Value::Callable(_) => "a function",
            Value::BareDtype(_) | Value::Dtype(_) => "a type",
            Value::Array(_) => "an array",
            Value::Scalar => "a NumPy number",
        }
    }
}

/// A pickle that has been run.
pub struct Machine {
    reader: BufReader<DataFile>,
    length: u64,
    at: u64,
    values: Vec<Value>,
    stack: Vec<Id>,
    /// Heights of the stack where marks stand.
    marks: Vec<usize>,
    memo: BTreeMap<u64, Id>,
}

impl Machine {
    /// Runs a file of so many bytes to its end; its last value is the root.
    pub fn run(file: DataFile, length: u64) -> Result<Self, Stop> {
        let mut machine = Self {
            reader: BufReader::new(file),
            length,
            at: 0,
            values: vec![],
            stack: vec![],
            marks: vec![],
            memo: BTreeMap::new(),
        };
        while machine.step()? {}
        match machine.stack.as_slice() {
            [_] => Ok(machine),
            other => Err(machine.broken(format!("it leaves {} values", other.len()))),
        }
    }

    pub fn root(&self) -> Id {
        self.stack[0]
    }

    pub fn value(&self, id: Id) -> &Value {
        &self.values[id as usize]
    }

    /// A key of a dictionary, as it is written in a place.
    pub fn key(&self, id: Id) -> Option<String> {
        match self.value(id) {
            Value::Text(chunk) | Value::Bytes(chunk) => chunk.text(),
            Value::Int(n) => Some(n.to_string()),
            Value::None
            | Value::Bool(_)
            | Value::Float(_)
            | Value::Tuple(_)
            | Value::List(_)
            | Value::Dict(_)
            | Value::Set
            | Value::Callable(_)
            | Value::BareDtype(_)
            | Value::Dtype(_)
            | Value::Array(_)
            | Value::Scalar => None,
        }
    }

    /// The bytes of a chunk, read from the file and translated.
    pub fn bytes(&self, chunk: &Chunk) -> Result<Vec<u8>, Stop> {
        let broken = |why: String| Stop::Broken(why, chunk.start);
        let mut file = self.reader.get_ref().clone();
        file.seek(SeekFrom::Start(chunk.start)).map_err(|error| broken(error.to_string()))?;
        let mut written = vec![];
        file.take(chunk.length).read_to_end(&mut written).map_err(|error| broken(error.to_string()))?;
        chunk.decode(written).ok_or_else(|| broken("bytes are written in a way that is not understood".into()))
    }

    // ------------------------------------------------------------ reading

    fn broken(&self, why: impl Into<String>) -> Stop {
        Stop::Broken(why.into(), self.at)
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], Stop> {
        let mut bytes = [0; N];
        self.reader.read_exact(&mut bytes).map_err(|_| self.broken("it ends too early"))?;
        self.at += N as u64;
        Ok(bytes)
    }

    /// So many bytes, which are gone over.
    fn chunk(&mut self, length: u64, writing: Writing) -> Result<Chunk, Stop> {
        let start = self.at;
        if length > self.length.saturating_sub(start) {
            return Err(self.broken(format!("{length} bytes are promised, {} follow", self.length - start)));
        }
        let short = if length <= Chunk::SHORT {
            let mut bytes = vec![0; length as usize];
            self.reader.read_exact(&mut bytes).map_err(|_| self.broken("it ends too early"))?;
            Some(bytes.into_boxed_slice())
        } else {
            self.reader.seek_relative(length as i64).map_err(|error| self.broken(error.to_string()))?;
            None
        };
        self.at += length;
        Ok(Chunk { start, length, writing, short })
    }

    /// A line, which is gone over; without its end.
    fn line(&mut self, writing: Writing) -> Result<Chunk, Stop> {
        let start = self.at;
        let mut short = vec![];
        loop {
            let piece = self.reader.fill_buf().map_err(|error| Stop::Broken(error.to_string(), start))?;
            if piece.is_empty() {
                return Err(self.broken("it ends within a line"));
            }
            let end = piece.iter().position(|byte| *byte == b'\n');
            let taken = &piece[..end.unwrap_or(piece.len())];
            short.extend(taken.iter().take(LINE - short.len().min(LINE)));
            let gone = taken.len() + usize::from(end.is_some());
            self.at += taken.len() as u64;
            self.reader.consume(gone);
            if end.is_some() {
                let length = self.at - start;
                self.at += 1;
                let short = (length <= LINE as u64).then(|| short.into_boxed_slice());
                return Ok(Chunk { start, length, writing, short });
            }
        }
    }

    /// A short line's text.
    fn word(&mut self) -> Result<String, Stop> {
        let line = self.line(Writing::Plain)?;
        line.text().ok_or_else(|| self.broken("a line is too long"))
    }

    // ------------------------------------------------------------ stack

    fn push(&mut self, value: Value) -> Result<(), Stop> {
        if self.values.len() >= VALUES || self.stack.len() >= VALUES {
            return Err(Stop::TooMany);
        }
        self.stack.push(self.values.len() as Id);
        self.values.push(value);
        Ok(())
    }

    fn push_again(&mut self, id: Id) -> Result<(), Stop> {
        if self.stack.len() >= VALUES {
            return Err(Stop::TooMany);
        }
        self.stack.push(id);
        Ok(())
    }

    fn top(&self) -> Result<Id, Stop> {
        let floor = self.marks.last().copied().unwrap_or(0);
        let above = self.stack.get(floor..).unwrap_or_default();
        above.last().copied().ok_or_else(|| self.broken("it takes a value where there is none"))
    }

    fn pop(&mut self) -> Result<Id, Stop> {
        let top = self.top()?;
        self.stack.pop();
        Ok(top)
    }

    /// Everything above the last mark, which goes.
    fn pop_mark(&mut self) -> Result<Vec<Id>, Stop> {
        let mark = self.marks.pop().ok_or_else(|| self.broken("it goes back to a mark where there is none"))?;
        Ok(self.stack.split_off(mark.min(self.stack.len())))
    }

    fn remember(&mut self, key: u64) -> Result<(), Stop> {
        let top = self.top()?;
        if self.memo.len() >= VALUES {
            return Err(Stop::TooMany);
        }
        self.memo.insert(key, top);
        Ok(())
    }

    fn recall(&mut self, key: u64) -> Result<(), Stop> {
        let id = self.memo.get(&key).copied();
        let id = id.ok_or_else(|| self.broken(format!("it recalls value {key}, which it has not noted")))?;
        self.push_again(id)
    }
}
