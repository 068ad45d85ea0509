//! Files of every format cut off at every length, with every byte changed and with bytes drawn at random: an error or the
//! numbers, never a panic, in bounded memory, and quickly.

use super::files::Folder;
use super::*;
use crate::builtin::dataset::{FileFormat, csv};
use crate::data::file::explained;
use crate::data::format::Example;
use crate::data::formats::FORMATS;
use crate::data::values::Values;
use crate::seed::Stream;
use crate::tensor::allocations::peak;
use std::time::{Duration, Instant};

/// What reading a broken file of some kilobytes may take: twice what is believed of arrays that were never written, and so
/// long that it says nothing about the machine.
const MOST: usize = 1 << 28;
const LONGEST: Duration = Duration::from_secs(10);

/// The dearest of all files.
#[derive(Default)]
struct Dearest {
    bytes: usize,
    time: Duration,
}

impl Dearest {
    /// Does this, which may not be dearer than a broken file may be.
    #[expect(clippy::disallowed_methods, reason = "how long reading takes is what is asked")]
    fn does<T>(&mut self, what: &str, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let (made, bytes) = peak(work);
        let time = start.elapsed();
        assert!(bytes <= MOST && time <= LONGEST, "{what} took {bytes} bytes and {time:?}");
        *self = Self { bytes: self.bytes.max(bytes), time: self.time.max(time) };
        made
    }
}

/// Lists a file and reads it in all ways; whether it could be read.
fn read(path: &Path, format: &FileFormat, selection: Selection<'_>) -> bool {
    let _ = inspect(path);
    let Ok(rows) = formats::open(format, path, selection) else { return false };
    let samples = rows.outline().samples();
    let mut values = Values::new(rows.outline().precision());
    let _ = rows.gather(&[samples.saturating_sub(1), 0], &mut values);
    rows.whole().is_ok()
}

#[test]
fn every_format_stands_whatever_its_examples_become() {
    for format in FORMATS {
        let kind = format.format();
        let name = format!("x.{}", kind.extensions[0]);
        for Example { name: example, bytes, selection } in format.examples() {
            let test = format!("{}-{example}", kind.word);
            changed_since(&test, &name, &bytes, kind, selection);
            attack(&test, &name, &bytes, &|path| read(path, kind, selection));
            assert!(bytes.starts_with(format.magic()), "{test} begins as such files do");
        }
    }
}

#[test]
fn texts_of_every_format_stand_whatever_their_files_become() {
    let npy = super::texts::npy_texts("<U4", "(4,)", &["sit", "wälk", "", "sit"]);
    let short = super::texts::npy_texts("|S4", "(2,)", &["sit", "walk"]);
    let written = |path: PathBuf| std::fs::read(path).unwrap();
    let pickle = written(super::pickle::written("protocol_4.pkl"));
    let examples = [
        ("x.npy", npy.clone(), Selection::Only),
        ("x.npz", super::files::npz_bytes(&[("x", npy)]), Selection::Array("x")),
        ("s.npz", super::files::npz_bytes(&[("x", short)]), Selection::Array("x")),
        ("x.csv", b"a,who\n1,S1\n2,\"S, 2\"\n".to_vec(), Selection::Array("who")),
        ("x.arff", b"@attribute who {S1, 'S, 2'}\n@data\nS1\n'S, 2'\n?\n".to_vec(), Selection::Array("who")),
        ("v.h5", written(super::hdf5::written("texts.h5")), Selection::Array("variable")),
        ("p.h5", written(super::hdf5::written("texts.h5")), Selection::Array("packed")),
        ("c.mat", written(super::mat::written("texts.mat")), Selection::Array("cell")),
        ("m.mat", written(super::mat::written("texts_packed.mat")), Selection::Array("matrix")),
        ("l.pkl", pickle.clone(), Selection::Array("words")),
        ("a.pkl", pickle, Selection::Array("train/id")),
    ];
    for (name, bytes, selection) in examples {
        let read = |path: &Path| {
            let format = formats::of_file(path).expect("a format of ours").format();
            formats::texts(format, path, selection).is_ok()
        };
        attack(&format!("texts-{name}"), name, &bytes, &read);
    }
}

/// A file that is changed when its hash was taken gives its old numbers or none, wherever it is changed.
fn changed_since(test: &str, name: &str, bytes: &[u8], format: &FileFormat, selection: Selection<'_>) {
    let folder = Folder::new(&format!("changed-{test}"));
    let path = folder.write(name, bytes);
    assert_eq!(digest(&path).unwrap(), blake3::hash(bytes).to_hex().as_str());
    let numbers = || -> Result<_, DataError> {
        let rows = formats::open(format, &path, selection)?;
        let mut some = Values::new(rows.outline().precision());
        rows.gather(&[rows.outline().samples().saturating_sub(1), 0], &mut some)?;
        Ok(format!("{:?} {:?}", some, rows.whole()?.values))
    };
    let before = numbers().unwrap();
    let (mut kept, mut refused) = (0, 0);
    for at in (0..bytes.len()).step_by((bytes.len() / 20).max(1)) {
        let mut other = bytes.to_vec();
        other[at] ^= 0x10;
        folder.write(name, &other);
        match numbers().map_err(explained) {
            Ok(now) => {
                assert_eq!(now, before, "{test}: byte {at}");
                kept += 1;
            }
            Err(error) => {
                assert_eq!(error.code, Code::FileChanged, "{test}: byte {at}: {error}");
                let (then, now) = (blake3::hash(bytes).to_hex(), blake3::hash(&other).to_hex());
                assert!(error.to_string().contains(then.as_str()) && error.to_string().contains(now.as_str()));
                refused += 1;
            }
        }
        assert_eq!(changed(&path).map(|changed| changed.now), Some(Some(blake3::hash(&other).to_hex().to_string())));
    }
    assert!(refused > 0, "{test}: {kept} changes passed over");
    folder.write(name, bytes);
    assert_eq!((numbers().unwrap(), changed(&path)), (before.clone(), None), "{test}: put back");
    folder.write(name, [bytes, b"more"].concat());
    assert!(numbers().map_or(true, |now| now == before) && changed(&path).is_some(), "{test}: what came behind");
    folder.write(name, &bytes[..bytes.len() / 2]);
    assert_eq!(numbers().map_err(explained).unwrap_err().code, Code::FileChanged, "{test}: cut");
    std::fs::remove_file(&path).unwrap();
    assert_eq!(changed(&path), None, "{test}: what is gone is no other file");
}

/// Everything that a file may become; how many of its versions can be read.
fn attack(test: &str, name: &str, bytes: &[u8], read: &dyn Fn(&Path) -> bool) -> usize {
    let folder = Folder::new(&format!("hostile-{test}"));
    let (mut readable, mut dearest) = (0, Dearest::default());
    let mut try_one = |bytes: &[u8]| {
        let path = folder.write(name, bytes);
        let good = dearest.does(test, || read(&path));
        readable += usize::from(good);
        good
    };
    assert!(try_one(bytes), "{name} itself can be read");
    // Every length and every byte where `MHM_THOROUGH` is set, else some.
    let (places, draws) = if std::env::var_os("MHM_THOROUGH").is_some() { (usize::MAX, 5000) } else { (50, 100) };
    let step = (bytes.len() / places).max(1);
    for end in (0..bytes.len()).step_by(step) {
        try_one(&bytes[..end]);
    }
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
    println!("{test}: at most {} bytes, {:?}", dearest.bytes, dearest.time);
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
fn events_in_json() {
    let truth = br#"{"database": {"a": {"subset": "test", "duration": 9.5, "annotations": [
        {"label": "x", "segment": ["1.5", 2]}, {"label": "y", "segment": [3, 4e0]}]}, "b": {"subset": "train"}}}"#;
    attack("truth", "x.json", truth, &|path| activitynet::annotations(path).is_ok());
    let found = br#"{"version": "1", "results": {"a": [{"label": "x", "score": 0.5, "segment": [1, 2]}]},
        "external_data": {"used": false}}"#;
    attack("found", "x.json", found, &|path| activitynet::results(path).is_ok());
}

#[test]
fn texts_that_nest_or_go_on_without_end_are_errors() {
    let folder = Folder::new("hostile-texts");
    let nested = |open: &str| format!("{{\"database\": {}", open.repeat(500_000));
    let texts: Vec<(&str, Vec<u8>)> = vec![
        ("lists", nested("[").into_bytes()),
        ("objects", nested("{\"a\":").into_bytes()),
        ("ignored", format!("{{\"results\": {{}}, \"external_data\": {}", "[".repeat(1 << 20)).into_bytes()),
        ("one name", [b"{\"database\": {\"".to_vec(), vec![b'a'; 1 << 20]].concat()),
        ("digits", [b"{\"database\": {\"a\": {\"duration\": ".to_vec(), vec![b'9'; 1 << 20]].concat()),
        ("zeros", vec![0; 1 << 20]),
        ("commas", vec![b','; 1 << 20]),
        ("quotes", vec![b'"'; (1 << 20) + 1]),
        ("lines", vec![b'\n'; 1 << 20]),
    ];
    let mut dearest = Dearest::default();
    for (what, bytes) in texts {
        let json = folder.write("x.json", &bytes);
        let read = || (activitynet::annotations(&json).is_err(), activitynet::results(&json).is_err());
        assert_eq!(dearest.does(what, read), (true, true), "{what}");
        let csv = folder.write("x.csv", &bytes);
        assert!(!dearest.does(what, || self::read(&csv, &csv::FORMAT, Selection::Array("a"))), "{what}");
    }
    println!("texts: at most {} bytes, {:?}", dearest.bytes, dearest.time);
}

/// Files that say of themselves what they do not hold, with a megabyte behind them that makes more be believed.
#[test]
fn hdf5_files_that_promise_a_gigabyte() {
    let folder = Folder::new("hostile-promise");
    let written = std::fs::read(super::hdf5::written("chunked.h5")).unwrap();
    let mut dearest = Dearest::default();
    let few = [5u64, 3, 4];
    for (shape, chunk, good) in [
        (few, [2u32, 2, 4], true),
        // Never written, and read a piece at a time.
        ([1 << 26, 1, 4], [2, 2, 4], true),
        ([1 << 26, 1, 4], [1 << 26, 1, 4], false),
        ([1, 1 << 26, 4], [1, 2, 4], false),
        (few, [u32::MAX; 3], false),
        (few, [1 << 30, 2, 4], false),
        (few, [0, 2, 4], false),
    ] {
        let mut bytes = written.clone();
        replace(&mut bytes, &few.map(u64::to_le_bytes).concat(), &shape.map(u64::to_le_bytes).concat());
        replace(&mut bytes, &[2u32, 2, 4].map(u32::to_le_bytes).concat(), &chunk.map(u32::to_le_bytes).concat());
        bytes.resize(1 << 20, 0);
        let path = folder.write("x.h5", &bytes);
        let what = format!("{shape:?} in chunks of {chunk:?}");
        let read = dearest.does(&what, || {
            let _ = inspect(&path);
            let rows = array(&path, None).ok()?;
            let mut values = Values::new(rows.outline().precision());
            rows.gather(&[0, rows.outline().samples() - 1], &mut values).ok()?;
            rows.read(0..rows.outline().samples().min(1 << 20), &mut values).ok()
        });
        assert_eq!(read.is_some(), good, "{what}");
    }
    println!("promises: at most {} bytes, {:?}", dearest.bytes, dearest.time);
}

#[test]
fn hdf5_files_that_are_packed_twice_are_refused() {
    let error = array(&super::hdf5::written("twice.h5"), None).unwrap_err();
    assert!(error.to_string().contains("packed more than once"), "{error}");
}

/// Puts these bytes into every place where the others are.
fn replace(bytes: &mut [u8], old: &[u8], new: &[u8]) {
    let places: Vec<usize> = (0..=bytes.len() - old.len()).filter(|at| &bytes[*at..][..old.len()] == old).collect();
    assert!(!places.is_empty(), "the bytes to be replaced are there");
    places.iter().for_each(|at| bytes[*at..][..new.len()].copy_from_slice(new));
}
