//! Files of every format cut off at every length, with every byte changed and with bytes drawn at random: an error or the
//! numbers, never a panic, and quickly.

use super::files::Folder;
use super::*;
use crate::builtin::dataset::FilePart;
use crate::data::rows;
use crate::seed::Stream;
use std::path::Path;

/// Lists a file and reads it in all ways; whether it could be read.
fn read(path: &Path, part: &FilePart<'_>) -> bool {
    let _ = inspect(path);
    let Ok(rows) = rows::open(path, part, None) else { return false };
    let samples = rows.outline().samples();
    let mut values = vec![];
    let _ = rows.gather(&[samples.saturating_sub(1), 0], &mut values);
    rows.whole().is_ok()
}

/// Everything a file may become; how many of its versions can be read.
fn attack(test: &str, name: &str, bytes: &[u8], part: &FilePart<'_>) -> usize {
    let folder = Folder::new(&format!("hostile-{test}"));
    let mut readable = 0;
    let mut try_one = |bytes: &[u8]| readable += usize::from(read(&folder.write(name, bytes), part));
    try_one(bytes);
    // Every length and every byte where `MHM_THOROUGH` is set, else some.
    let (places, draws) = if std::env::var_os("MHM_THOROUGH").is_some() { (usize::MAX, 5000) } else { (50, 100) };
    let step = (bytes.len() / places).max(1);
    (0..bytes.len()).step_by(step).for_each(|end| try_one(&bytes[..end]));
    for at in (0..bytes.len()).step_by(step) {
        for other in [1, 0x80, 0xff, bytes[at]] {
            let mut changed = bytes.to_vec();
            changed[at] ^= other;
            try_one(&changed);
        }
    }
    let mut stream = Seed(7).stream(name);
    for _ in 0..draws {
        try_one(&scramble(bytes, &mut stream));
    }
    assert!(read(&folder.write(name, bytes), part), "{name} itself can be read");
    readable
}

/// A few bytes changed, put in, taken out or repeated.
fn scramble(bytes: &[u8], stream: &mut Stream) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=stream.below(6) {
        let at = stream.below(bytes.len());
        match stream.below(4) {
            0 => bytes.insert(at, stream.below(256) as u8),
            1 if bytes.len() > 8 => {
                let end = (at + 1 + stream.below(8)).min(bytes.len());
                bytes.drain(at..end);
            }
            2 => {
                let end = (at + 8).min(bytes.len());
                let value = [0u64, 1, u64::MAX, 1 << 60, 1 << 31, 1 << 40][stream.below(6)].to_le_bytes();
                bytes[at..end].copy_from_slice(&value[..end - at]);
            }
            _ => bytes[at] = stream.below(256) as u8,
        }
    }
    bytes
}

#[test]
fn hdf5_files() {
    for name in ["contiguous", "gzip", "lzf", "gzip_latest", "growing_latest", "growing_twice_latest"] {
        let bytes = std::fs::read(super::hdf5::written(&format!("{name}.h5"))).unwrap();
        attack(name, "x.h5", &bytes, &FilePart::Hdf5 { dataset: None });
    }
    let bytes = std::fs::read(super::hdf5::written("groups.h5")).unwrap();
    attack("groups", "x.h5", &bytes, &FilePart::Hdf5 { dataset: Some("features/deep/audio") });
}

#[test]
fn pickles() {
    for protocol in 0..=5 {
        let bytes = std::fs::read(super::pickle::written(&format!("protocol_{protocol}.pkl"))).unwrap();
        attack(&format!("pickle-{protocol}"), "x.pkl", &bytes, &FilePart::Pickle { at: Some("train/text") });
    }
}

#[test]
fn numpy_files_and_tables() {
    let npy = super::files::npy_bytes(&[3, 2], npyz::Order::Fortran, &[1.0f32; 6]);
    attack("npy", "x.npy", &npy, &FilePart::Npy);
    attack("npz", "x.npz", &super::files::digits_bytes(), &FilePart::Npz { array: "train_a" });
    let columns = ["a".to_string(), "b".to_string()];
    attack("csv", "x.csv", b"a,b\n1,2\n\"3\",4\n", &FilePart::Csv { columns: &columns });
}
