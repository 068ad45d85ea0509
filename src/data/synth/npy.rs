//! Writes a `.npy` file of 32-bit floats, version 1.0 of the format.

use crate::folder::File;
use std::io::{self, BufWriter, Write};

pub fn write(file: File, axes: &[usize], values: &[f32]) -> io::Result<()> {
    assert_eq!(values.len(), axes.iter().product::<usize>(), "as many values as the axes say");
    let shape: String = axes.iter().map(|n| format!("{n}, ")).collect();
    let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({shape}), }}");
    // Magic, version and length take 10 bytes; values begin at a multiple of 64.
    let length = (10 + header.len() + 1).next_multiple_of(64) - 10;
    while header.len() + 1 < length {
        header.push(' ');
    }
    header.push('\n');
    let mut out = BufWriter::new(file);
    out.write_all(b"\x93NUMPY\x01\0")?;
    out.write_all(&(length as u16).to_le_bytes())?;
    out.write_all(header.as_bytes())?;
    for x in values {
        out.write_all(&x.to_le_bytes())?;
    }
    out.flush()
}
