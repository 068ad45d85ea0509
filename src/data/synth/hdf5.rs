//! Writes an HDF5 file of one array, byte for byte as h5py lays it out by default: superblock 0, one group, one contiguous
//! array at byte 2144. Values are written as they come, so the array need not fit in memory.
//!
//! From the HDF5 File Format Specification, version 1.1 (sections II.A, III.A, III.C, III.D, IV.A), and the files of the
//! AVE release.

use crate::folder::File;
use std::io::{self, BufWriter, Write};

/// Where each part lies.
const ROOT: u64 = 96;
const TREE: u64 = 136;
const HEAP: u64 = 680;
const NAMES: u64 = 712;
const HEADER: u64 = 800;
const TABLE: u64 = 1072;
const DATA: u64 = 2144;
/// Bytes for names behind the heap's header, and for the messages of the array.
const NAMES_SIZE: u64 = HEADER - NAMES;
const MESSAGES: usize = 256;
const NOWHERE: u64 = u64::MAX;

/// What the numbers of an array are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    Int64,
    Float32,
    Float64,
}

impl Number {
    fn size(self) -> u64 {
        match self {
            Number::Float32 => 4,
            Number::Int64 | Number::Float64 => 8,
        }
    }

    /// The message that describes it: class, bits and size, then what the class needs.
    fn message(self) -> &'static [u8] {
        match self {
            Number::Int64 => &[0x10, 8, 0, 0, 8, 0, 0, 0, 0, 0, 64, 0, 0, 0, 0, 0],
            Number::Float32 => &[0x11, 0x20, 31, 0, 4, 0, 0, 0, 0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0, 0, 0, 0, 0],
            Number::Float64 => &[0x11, 0x20, 63, 0, 8, 0, 0, 0, 0, 0, 64, 0, 52, 11, 0, 52, 0xff, 3, 0, 0, 0, 0, 0, 0],
        }
    }
}

/// A file with its header written, waiting for the values.
pub struct Writer {
    out: BufWriter<File>,
    number: Number,
    missing: u64,
}

impl Writer {
    /// A new file with one array: at most five axes, a name of at most 60 bytes.
    pub fn create(file: File, name: &str, axes: &[usize], number: Number) -> io::Result<Self> {
        assert!(axes.len() <= 5 && name.len() <= 60, "an array that the header has room for");
        let mut out = BufWriter::new(file);
        let values: u64 = axes.iter().map(|&n| n as u64).product();
        out.write_all(&header(name, axes, number, values * number.size()))?;
        Ok(Self { out, number, missing: values })
    }

    /// The next values, row-major; class ids and order are whole numbers.
    pub fn write(&mut self, values: &[f64]) -> io::Result<()> {
        self.missing = self.missing.checked_sub(values.len() as u64).expect("no more values than the axes say");
        for &x in values {
            match self.number {
                Number::Int64 => self.out.write_all(&(x as i64).to_le_bytes())?,
                Number::Float32 => self.out.write_all(&(x as f32).to_le_bytes())?,
                Number::Float64 => self.out.write_all(&x.to_le_bytes())?,
            }
        }
        Ok(())
    }

    pub fn finish(mut self) -> io::Result<()> {
        assert_eq!(self.missing, 0, "as many values as the axes say");
        self.out.flush()
    }
}

fn header(name: &str, axes: &[usize], number: Number, bytes: u64) -> Vec<u8> {
    let mut at = vec![0; DATA as usize];
    put(&mut at, 0, &[0x89, b'H', b'D', b'F', b'\r', b'\n', 0x1a, b'\n']);
    // Offsets and lengths of 8 bytes; up to 2 × 4 entries a leaf and 2 × 16 children a node.
    put(&mut at, 13, &[8, 8, 0, 4, 0, 16]);
    words(&mut at, 24, &[0, NOWHERE, DATA + bytes, NOWHERE]);
    // The root group, as an entry of no table: its header, and where tree and heap are.
    words(&mut at, 56, &[0, ROOT, 1, TREE, HEAP]);
    put(&mut at, ROOT as usize, &[1, 0, 1, 0, 1, 0, 0, 0, 24]);
    put(&mut at, ROOT as usize + 16, &[0x11, 0, 16]);
    words(&mut at, ROOT as usize + 24, &[TREE, HEAP]);
    put(&mut at, TREE as usize, b"TREE\0\0\x01\0");
    words(&mut at, TREE as usize + 8, &[NOWHERE, NOWHERE, 0, TABLE, 8]);
    // The name, then what is free behind it.
    let free = 8 + (name.len() as u64 + 1).next_multiple_of(8);
    put(&mut at, HEAP as usize, b"HEAP");
    words(&mut at, HEAP as usize + 8, &[NAMES_SIZE, free, NAMES]);
    put(&mut at, NAMES as usize + 8, name.as_bytes());
    words(&mut at, (NAMES + free) as usize, &[1, NAMES_SIZE - free]);
    let messages = messages(axes, number, bytes);
    put(&mut at, HEADER as usize, &[1, 0, messages.0, 0, 1, 0, 0, 0, 0, 1]);
    put(&mut at, HEADER as usize + 16, &messages.1);
    put(&mut at, TABLE as usize, b"SNOD\x01\0\x01\0");
    words(&mut at, TABLE as usize + 8, &[8, HEADER]);
    at
}

/// How many messages describe the array, and their bytes: axes, numbers, no fill value, the place of the values.
fn messages(axes: &[usize], number: Number, bytes: u64) -> (u8, Vec<u8>) {
    let sizes = || axes.iter().flat_map(|&n| (n as u64).to_le_bytes());
    let space: Vec<u8> = [1, axes.len() as u8, 1, 0, 0, 0, 0, 0].into_iter().chain(sizes()).chain(sizes()).collect();
    let place: Vec<u8> =
        [3, 1].into_iter().chain(DATA.to_le_bytes()).chain(bytes.to_le_bytes()).chain([0; 6]).collect();
    let known: [(u8, u8, &[u8]); 4] =
        [(1, 0, &space), (3, 1, number.message()), (5, 1, &[2, 2, 2, 1, 0, 0, 0, 0]), (8, 1, &place)];
    let mut all = vec![];
    for (kind, constant, body) in known {
        all.extend([kind, 0, body.len() as u8, 0, constant, 0, 0, 0]);
        all.extend(body);
    }
    // An empty message takes up what is left.
    let rest = MESSAGES - all.len() - 8;
    all.extend([0, 0, rest as u8, 0, 0, 0, 0, 0]);
    all.resize(MESSAGES, 0);
    (known.len() as u8 + 1, all)
}

fn put(at: &mut [u8], place: usize, bytes: &[u8]) {
    at[place..place + bytes.len()].copy_from_slice(bytes);
}

fn words(at: &mut [u8], place: usize, values: &[u64]) {
    for (i, value) in values.iter().enumerate() {
        put(at, place + 8 * i, &value.to_le_bytes());
    }
}
