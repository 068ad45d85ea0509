//! Writes a pickle of dictionaries of NumPy arrays (protocol 4), as `pickle.dump` does. Nothing else can be said with it.
//!
//! From `pickletools` of the Python library (the meaning of each code) and `ndarray.__reduce__` of NumPy.

use crate::folder::File;
use std::io::{self, BufWriter, Write};

/// What a dictionary holds under a name.
pub enum Value {
    Dictionary(Vec<(&'static str, Value)>),
    Floats {
        axes: Vec<usize>,
        values: Vec<f32>,
    },
    /// Texts of one length at most, padded with zero bytes.
    Texts {
        axes: Vec<usize>,
        length: usize,
        values: Vec<String>,
    },
}

pub fn write(file: File, value: &Value) -> io::Result<()> {
    let mut out = BufWriter::new(file);
    out.write_all(&[0x80, 4])?;
    put(&mut out, value)?;
    out.write_all(b".")?;
    out.flush()
}

fn put(out: &mut impl Write, value: &Value) -> io::Result<()> {
    match value {
        Value::Dictionary(entries) => {
            out.write_all(b"}(")?;
            for (name, value) in entries {
                text(out, name)?;
                put(out, value)?;
            }
            out.write_all(b"u")
        }
        Value::Floats { axes, values } => {
            let bytes = values.iter().flat_map(|x| x.to_le_bytes()).collect();
            array(out, axes, "f4", &[3, -1, -1, 0], bytes)
        }
        Value::Texts { axes, length, values } => {
            let mut bytes: Vec<u8> = vec![];
            for value in values {
                bytes.extend(value.bytes().take(*length));
                bytes.resize(bytes.len().next_multiple_of(*length), 0);
            }
            array(out, axes, &format!("S{length}"), &[3, *length as i32, 1, 0], bytes)
        }
    }
}

/// `_reconstruct(ndarray, (0,), b"b")`, then its state: version, axes, type of number, C order, bytes.
fn array(out: &mut impl Write, axes: &[usize], number: &str, state: &[i32; 4], bytes: Vec<u8>) -> io::Result<()> {
    out.write_all(b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\n")?;
    out.write_all(b"K\0\x85C\x01b\x87R")?;
    out.write_all(b"(K\x01(")?;
    for &n in axes {
        int(out, n as i32)?;
    }
    out.write_all(b"tcnumpy\ndtype\n")?;
    text(out, number)?;
    out.write_all(b"\x89\x88\x87R(")?;
    // Version, byte order, no sub-array, no fields, size, alignment, flags.
    int(out, state[0])?;
    text(out, if number == "f4" { "<" } else { "|" })?;
    out.write_all(b"NNN")?;
    state[1..].iter().try_for_each(|&n| int(out, n))?;
    out.write_all(b"tb\x89\x8e")?;
    out.write_all(&(bytes.len() as u64).to_le_bytes())?;
    out.write_all(&bytes)?;
    out.write_all(b"tb")
}

fn int(out: &mut impl Write, n: i32) -> io::Result<()> {
    out.write_all(b"J")?;
    out.write_all(&n.to_le_bytes())
}

fn text(out: &mut impl Write, text: &str) -> io::Result<()> {
    out.write_all(&[0x8c, text.len() as u8])?;
    out.write_all(text.as_bytes())
}
