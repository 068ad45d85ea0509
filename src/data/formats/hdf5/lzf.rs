//! The filter `lzf` of h5py: a byte-wise Lempel-Ziv packing (Marc Lehmann's LibLZF).

use hdf5_reader::error::Error;

/// Registered number of the filter.
pub const ID: u16 = 32000;

/// Unpacks a chunk of at most so many bytes; the filter's third value is its unpacked size.
pub fn filter(values: &[u32], bytes: &[u8], most: usize) -> Result<Vec<u8>, Error> {
    let most = values.get(2).map_or(most, |n| (*n as usize).min(most));
    unpack(bytes, most).ok_or_else(|| Error::InvalidData("a chunk packed by lzf is broken".into()))
}

/// A control byte below 32 is followed by so many bytes and one more as they are; any other repeats earlier bytes: its
/// upper 3 bits are their number less 2 (7: the next byte is added), the lower 5 and the next byte how far back.
fn unpack(bytes: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut out: Vec<u8> = Vec::new();
    let mut bytes = bytes.iter().copied();
    while let Some(control) = bytes.next() {
        let control = usize::from(control);
        if control < 32 {
            for _ in 0..=control {
                out.push(bytes.next()?);
            }
        } else {
            let more = if control >> 5 == 7 { usize::from(bytes.next()?) } else { 0 };
            let count = (control >> 5) + more + 2;
            let back = (control & 31) << 8 | usize::from(bytes.next()?);
            let start = out.len().checked_sub(back + 1)?;
            for place in start..start + count {
                out.push(out[place]);
            }
        }
        if out.len() > most {
            return None;
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_and_repeats_are_unpacked_and_nothing_else() {
        assert_eq!(unpack(&[2, b'a', b'b', b'c', 1 << 5, 2], 99).unwrap(), b"abcabc");
        // A repeat may reach into itself.
        assert_eq!(unpack(&[0, 7, 7 << 5, 1, 0], 99).unwrap(), [7; 11]);
        for broken in [&[1, 2][..], &[32], &[32, 0], &[0, 7, 32, 1], &[0xe0]] {
            assert_eq!(unpack(broken, 99), None, "{broken:?}");
        }
        assert_eq!(unpack(&[0, 7, 7 << 5, 200, 0], 99), None, "longer than the chunk");
    }
}
