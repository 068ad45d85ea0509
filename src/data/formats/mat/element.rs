//! Data elements, of which a MATLAB file is made.

use std::io::Read;

/// Which byte of a number comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteOrder {
    Little,
    Big,
}

impl ByteOrder {
    pub fn u16(self, bytes: [u8; 2]) -> u16 {
        match self {
            ByteOrder::Little => u16::from_le_bytes(bytes),
            ByteOrder::Big => u16::from_be_bytes(bytes),
        }
    }

    pub fn u32(self, bytes: [u8; 4]) -> u32 {
        match self {
            ByteOrder::Little => u32::from_le_bytes(bytes),
            ByteOrder::Big => u32::from_be_bytes(bytes),
        }
    }

    /// As numpy writes it before a type.
    pub fn numpy(self) -> char {
        match self {
            ByteOrder::Little => '<',
            ByteOrder::Big => '>',
        }
    }
}

/// One data element's tag: its type and its bytes.
#[derive(Clone, Copy)]
pub struct Tag {
    pub kind: u32,
    pub length: u64,
    /// Up to 4 bytes that stand in the tag itself.
    pub small: Option<[u8; 4]>,
}

/// The next element's tag.
pub fn tag(reader: &mut impl Read, order: ByteOrder) -> Result<Tag, String> {
    let first = word(reader, order)?;
    let mut second = [0; 4];
    reader.read_exact(&mut second).map_err(|_| "it ends within an element".to_string())?;
    if first >> 16 != 0 {
        let length = u64::from(first >> 16);
        if length > 4 {
            return Err(format!("a small element is said to have {length} bytes"));
        }
        return Ok(Tag { kind: first & 0xffff, length, small: Some(second) });
    }
    let length = order.u32(second);
    Ok(Tag { kind: first, length: u64::from(length), small: None })
}

fn word(reader: &mut impl Read, order: ByteOrder) -> Result<u32, String> {
    let mut bytes = [0; 4];
    reader.read_exact(&mut bytes).map_err(|_| "it ends within an element".to_string())?;
    Ok(order.u32(bytes))
}

/// An element's type and bytes, which are at most so many, and what fills them up to a multiple of 8.
pub fn element(reader: &mut impl Read, order: ByteOrder, most: u64) -> Result<(u32, Vec<u8>), String> {
    let tag = tag(reader, order)?;
    if let Some(small) = tag.small {
        return Ok((tag.kind, small[..tag.length as usize].to_vec()));
    }
    if tag.length > most {
        return Err(format!("an element is said to have {} bytes, more than {most}", tag.length));
    }
    // Memory is taken as bytes arrive.
    let mut bytes = vec![];
    reader.by_ref().take(tag.length).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 != tag.length {
        return Err("it ends within an element".into());
    }
    let fill = tag.length.next_multiple_of(8) - tag.length;
    std::io::copy(&mut reader.by_ref().take(fill), &mut std::io::sink()).map_err(|error| error.to_string())?;
    Ok((tag.kind, bytes))
}
