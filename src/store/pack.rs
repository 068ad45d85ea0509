//! Several small runs in one file: their files one after the other, then a sealed list of them. Owns that form, and what can be had
//! of a damaged one; where it lies is `cells`'.
//!
//! ```text
//! mhm pack          eight bytes
//! a run's file, …   each whole by its own sums
//! address, start, length   of every run: 16 + 8 + 8 bytes
//! count, format     8 + 8 bytes
//! blake3            of the list, its count and its format
//! ```

use super::sealed;
use crate::record::Address;

/// What a pack begins with.
const HEAD: &[u8; 8] = b"mhm pack";

/// Of the list; a larger number is refused.
pub const FORMAT: u64 = 1;

/// Bytes of an entry of the list, and of what is behind the list.
const ENTRY: usize = 32;
const TAIL: usize = 48;

/// Bytes of a list: of more runs than any pack has.
const LIST: u64 = 64 << 20;

/// Where a run's file lies in a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    pub address: Address,
    pub start: u64,
    pub length: u64,
}

/// Why a list could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    Damaged(&'static str),
    Newer(u64),
}

/// Where these runs lie in their pack.
pub fn entries(runs: &[(Address, &[u8])]) -> Vec<Entry> {
    let mut end = HEAD.len() as u64;
    let entry = |(address, run): &(Address, &[u8])| {
        let (start, length) = (end, run.len() as u64);
        end += length;
        Entry { address: *address, start, length }
    };
    runs.iter().map(entry).collect()
}

/// The bytes of a pack of these runs.
pub fn encode(runs: &[(Address, &[u8])]) -> Vec<u8> {
    let mut bytes = HEAD.to_vec();
    runs.iter().for_each(|(_, run)| bytes.extend_from_slice(run));
    let mut list = vec![];
    for Entry { address, start, length } in entries(runs) {
        list.extend_from_slice(address.bytes());
        list.extend_from_slice(&start.to_le_bytes());
        list.extend_from_slice(&length.to_le_bytes());
    }
    list.extend_from_slice(&(runs.len() as u64).to_le_bytes());
    list.extend_from_slice(&FORMAT.to_le_bytes());
    bytes.extend_from_slice(&list);
    bytes.extend_from_slice(blake3::hash(&list).as_bytes());
    bytes
}

/// The runs of a pack of so many bytes; `read` gives as many bytes from a place on.
///
/// # Errors
/// `read`'s, and what is wrong with the list.
pub fn list<E>(
    length: u64,
    read: &mut dyn FnMut(u64, usize) -> Result<Vec<u8>, E>,
) -> Result<Result<Vec<Entry>, Trouble>, E> {
    let Some(before) = length.checked_sub(TAIL as u64) else { return Ok(Err(Trouble::Damaged("it ends too early"))) };
    let tail = read(before, TAIL)?;
    let room = before.saturating_sub(HEAD.len() as u64);
    let listed = number(&tail[..8]).checked_mul(ENTRY as u64).filter(|bytes| *bytes <= room.min(LIST));
    let Some(listed) = listed else { return Ok(Err(Trouble::Damaged("it has no list of its runs"))) };
    let mut list = read(before - listed, listed as usize)?;
    list.extend_from_slice(&tail[..16]);
    if blake3::hash(&list).as_bytes() != &tail[16..] {
        return Ok(Err(Trouble::Damaged("its list of runs is not what was written")));
    }
    let format = number(&tail[8..16]);
    if format > FORMAT {
        return Ok(Err(Trouble::Newer(format)));
    }
    let entries = list[..listed as usize].chunks_exact(ENTRY).map(entry).collect::<Vec<Entry>>();
    let mut end = HEAD.len() as u64;
    for Entry { start, length, .. } in &entries {
        if *start != end {
            return Ok(Err(Trouble::Damaged("its runs are not where its list says")));
        }
        end = end.saturating_add(*length);
    }
    if end != before - listed || read(0, HEAD.len())? != HEAD {
        return Ok(Err(Trouble::Damaged("it is not as long as its list says")));
    }
    Ok(Ok(entries))
}

/// The runs that can be had of a pack without its list: those before the first that is damaged.
pub fn recover(bytes: &[u8], address: &dyn Fn(&[u8]) -> Option<Address>) -> Vec<Entry> {
    let mut found = vec![];
    let mut at = HEAD.len();
    while let Some(length) = bytes.get(at..).and_then(sealed::length) {
        let Some(run) = at.checked_add(length).and_then(|end| bytes.get(at..end)) else { break };
        let Some(address) = address(run) else { break };
        found.push(Entry { address, start: at as u64, length: length as u64 });
        at += length;
    }
    found
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn entry(bytes: &[u8]) -> Entry {
    let mut address = [0; 32];
    address[..16].copy_from_slice(&bytes[..16]);
    Entry { address: Address::of(&address), start: number(&bytes[16..24]), length: number(&bytes[24..32]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(n: u8) -> Address {
        Address::of(&[n; 32])
    }

    fn read(bytes: &[u8]) -> Result<Vec<Entry>, Trouble> {
        let mut part = |start: u64, length: usize| -> Result<Vec<u8>, ()> {
            Ok(bytes[start as usize..start as usize + length].to_vec())
        };
        list(bytes.len() as u64, &mut part).expect("every part that is asked for is there")
    }

    #[test]
    fn runs_are_found_and_every_changed_byte_of_the_list_is() {
        let runs: [(Address, &[u8]); 3] = [(address(1), b"one"), (address(2), b""), (address(3), b"three")];
        let bytes = encode(&runs);
        let entries = read(&bytes).expect("what was written");
        let found = entries.iter().map(|e| (e.address, &bytes[e.start as usize..(e.start + e.length) as usize]));
        assert!(found.eq(runs));
        assert_eq!(read(&encode(&[])), Ok(vec![]));
        for at in (0..8).chain(16..bytes.len()) {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (at % 8);
            assert!(read(&changed).is_err(), "byte {at}");
        }
        for length in 0..bytes.len() {
            assert!(read(&bytes[..length]).is_err(), "{length} bytes");
        }
        assert!(read(&[bytes.as_slice(), b"\n"].concat()).is_err());
    }

    #[test]
    fn a_list_of_a_later_format_is_no_damage() {
        let mut bytes = encode(&[(address(1), b"one")]);
        let end = bytes.len();
        bytes[end - 40] = 2;
        assert!(matches!(read(&bytes), Err(Trouble::Damaged(_))), "nobody sealed it");
        let seal = blake3::hash(&bytes[end - TAIL - ENTRY..end - 32]);
        bytes[end - 32..].copy_from_slice(seal.as_bytes());
        assert_eq!(read(&bytes), Err(Trouble::Newer(2)));
    }
}
