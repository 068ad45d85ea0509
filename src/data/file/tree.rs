//! The hash of a file as a tree, by which parts of it can be compared on their own. Owns no file.
//!
//! blake3 is the hash of a tree. Its nodes over some kilobytes each are kept, a few thousandths of the file.

use blake3::hazmat::{HasherExt, Mode, merge_subtrees_non_root, merge_subtrees_root};
use std::fs::File;
use std::io;

/// Bytes of a group: so many, or twice, four times … as many where a file would have more than [`GROUPS`]. Eight kilobytes are
/// hashed side by side: fewer would take as long.
const GROUP: u64 = 8 << 10;
const GROUPS: u64 = 1 << 19;

/// Bytes hashed at once, and read at once where more than a few are wanted.
pub const AT_ONCE: usize = 256 << 10;

type Node = [u8; 32];

/// The hash of a file and what it is made of.
pub struct Tree {
    pub hash: String,
    pub length: u64,
    /// Bytes of a group.
    pub group: u64,
    /// Of every group.
    nodes: Vec<Node>,
}

impl Tree {
    pub fn of(file: &File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        let mut group = GROUP;
        while length.div_ceil(group) > GROUPS {
            group *= 2;
        }
        Self::in_groups(file, length, group)
    }

    fn in_groups(file: &File, length: u64, group: u64) -> io::Result<Self> {
        let mut bytes = vec![0; (AT_ONCE.next_multiple_of(group as usize) as u64).min(length) as usize];
        let (mut nodes, mut at) = (vec![], 0);
        let mut whole = blake3::hash(&[]);
        while at < length {
            let bytes = &mut bytes[..(length - at).min(AT_ONCE.next_multiple_of(group as usize) as u64) as usize];
            fill(file, at, bytes)?;
            if length <= group {
                whole = blake3::hash(bytes);
            }
            for group in bytes.chunks(group as usize) {
                nodes.push(node(group, at));
                at += group.len() as u64;
            }
        }
        if let Some((left, right)) = halves(&nodes) {
            whole = merge_subtrees_root(&merged(left), &merged(right), Mode::Hash);
        }
        Ok(Self { hash: whole.to_hex().to_string(), length, group, nodes })
    }

    /// Whether these are the bytes of the groups from this one.
    pub fn has(&self, first: u64, bytes: &[u8]) -> bool {
        let of_group = |(i, bytes): (usize, &[u8])| {
            let number = first + i as u64;
            self.nodes.get(number as usize) == Some(&node(bytes, number * self.group))
        };
        bytes.chunks(self.group as usize).enumerate().all(of_group)
    }
}

fn node(bytes: &[u8], at: u64) -> Node {
    blake3::Hasher::new().set_input_offset(at).update(bytes).finalize_non_root()
}

/// The left half is the largest power of two, of several.
fn halves(nodes: &[Node]) -> Option<(&[Node], &[Node])> {
    (nodes.len() > 1).then(|| nodes.split_at(nodes.len().next_power_of_two() / 2))
}

fn merged(nodes: &[Node]) -> Node {
    match halves(nodes) {
        Some((left, right)) => merge_subtrees_non_root(&merged(left), &merged(right), Mode::Hash),
        None => nodes[0],
    }
}

/// Fills all of `to`.
pub fn fill(file: &File, mut at: u64, mut to: &mut [u8]) -> io::Result<()> {
    while !to.is_empty() {
        match read_at(file, at, to) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => {
                at += count as u64;
                to = &mut to[count..];
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(unix)]
pub fn read_at(file: &File, at: u64, to: &mut [u8]) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, to, at)
}

#[cfg(windows)]
pub fn read_at(file: &File, at: u64, to: &mut [u8]) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, to, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_of_the_tree_is_the_hash_of_the_file() {
        let path = std::env::temp_dir().join(format!("mhm-tree-{}", std::process::id()));
        for length in [0, 1, 1023, 1024, 1025, 2048, 3000, 4096, 9 * 1024 + 1, 700 * 1024 + 5] {
            let bytes: Vec<u8> = (0..length).map(|i: usize| (i * i % 251) as u8).collect();
            std::fs::write(&path, &bytes).expect("a file of ours");
            let (file, _) = crate::folder::named(&path).expect("a file of ours");
            for group in [1 << 10, 1 << 12, GROUP] {
                let tree = Tree::in_groups(&file, length as u64, group).expect("a file of ours");
                assert_eq!(tree.hash, blake3::hash(&bytes).to_hex().as_str(), "{length} in groups of {group}");
            }
        }
        std::fs::remove_file(path).expect("a file of ours");
    }
}
