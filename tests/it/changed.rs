//! Data that change while a run trains: nothing of it is stored under the hash of the old file, the run says both hashes, and what was
//! put back trains as if nothing had happened.

use crate::store::{command, folder, left, mhm, spawned, store};
use mhm::record::RunRecord;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

const ITEMS: &str = r#"
use std.schedule.*
network N {
  in   x: [A]
  uni  e = linear(4)
  head h = linear(2)
  out  h(e(x))
}
pipeline p {
  data Points
  network N
  loss cross_entropy
  optimizer adam(lr: 1e-3)
  schedule EndToEnd
  batch 4
  budget EPOCHS epochs
  metrics error
}
experiment methods {
  seeds 4
  run p
  table test_error
}
"#;

const TABLE: &str = r#"
dataset Points from "points.csv" {
  modality x: [1] = csv(columns: ["x"])
  target y: class(2) = csv(columns: ["y"])
  split train = random(0.7)
  split test = rest
}
"#;

fn points(turned: usize) -> String {
    let line = |i: usize| format!("{:.3},{}\n", f64::from((i * 7 % 13) as u32) / 3.0, (i + turned) % 2);
    "x,y\n".to_string() + &(0..60).map(line).collect::<String>()
}

/// Other bytes in the same place, of the same length and the same time.
fn change(path: &Path, bytes: &[u8]) {
    let modified = fs::metadata(path).and_then(|m| m.modified()).expect("a file of ours");
    assert_eq!(fs::metadata(path).expect("a file of ours").len(), bytes.len() as u64);
    fs::write(path, bytes).expect("a file of ours");
    let file = fs::File::options().write(true).open(path);
    file.and_then(|file| file.set_modified(modified)).expect("a file of ours");
}

fn wait_for(at: &Path, file: &str, word: &str) {
    while !fs::read_to_string(at.join(file)).is_ok_and(|text| text.contains(word)) {
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// What a run measured, and the bits that it kept.
type Whole = (RunRecord, Vec<(String, Vec<u32>)>);

/// Everything that is stored, by address.
fn all(at: &Path) -> BTreeMap<String, Whole> {
    let store = store(at);
    store.addresses().expect("a folder of runs").into_iter().map(|a| (a.to_string(), left(&store, &a))).collect()
}

fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

/// One file of a dataset that is changed while runs train.
struct Attack<'a> {
    dataset: &'a str,
    file: &'a str,
    old: &'a [u8],
    new: &'a [u8],
    /// Files that stay.
    beside: &'a [(&'a str, &'a [u8])],
    arguments: &'a [&'a str],
}

impl Attack<'_> {
    fn folder(&self, name: &str, epochs: usize) -> PathBuf {
        let at = folder(&format!("changed_{name}"));
        let text = format!("{}{}", self.dataset, ITEMS.replace("EPOCHS", &epochs.to_string()));
        let program = ("m.mhm", text.as_bytes());
        for (name, bytes) in self.beside.iter().copied().chain([program, (self.file, self.old)]) {
            fs::write(at.join(name), bytes).expect("a folder of ours");
        }
        at
    }

    /// The file is changed when half of the runs are done, then put back.
    fn is_survived(&self, name: &str, epochs: usize) {
        let run = [&["run", "m.mhm", "--threads", "1"], self.arguments].concat();
        let (at, whole) = (self.folder(name, epochs), self.folder(&format!("{name}_whole"), epochs));
        let (code, table, why) = mhm(&whole, &run);
        assert_eq!(code, 0, "{why}");
        let child = spawned(command(&at, &run).env("MHM_FAULT", "wait 1"));
        wait_for(&at, "runs/methods/events.jsonl", "done");
        change(&at.join(self.file), self.new);
        fs::write(at.join("go"), "").expect("a folder of ours");
        let output = child.wait_with_output().expect("a child of ours");
        let told = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{told}");
        for word in [self.file, &hash(self.old), &hash(self.new), "was changed while it was in use"] {
            assert!(told.contains(word), "no `{word}` in {told}");
        }
        let (kept, expected) = (all(&at), all(&whole));
        assert!((1..4).contains(&kept.len()), "{} of 4 runs ended before the change", kept.len());
        assert!(
            kept.iter().all(|(address, left)| expected.get(address) == Some(left)),
            "what is stored is of the old file"
        );
        change(&at.join(self.file), self.old);
        let (code, out, why) = mhm(&at, &run);
        assert_eq!((code, &out), (0, &table), "{why}");
        assert!(all(&at) == expected, "what was put back trains to the same bits");
        assert_eq!(mhm(&at, &["verify", "methods"]).0, 0);
    }
}

#[test]
fn a_table_that_is_replaced_poisons_no_result() {
    let (old, new) = (points(0), points(1));
    let (old, new) = (old.as_bytes(), new.as_bytes());
    Attack { dataset: TABLE, file: "points.csv", old, new, beside: &[], arguments: &[] }.is_survived("table", 60);
}

/// An array of so many rows and columns, as `numpy.save` writes it.
fn array(rows: usize, columns: usize, value: impl Fn(usize) -> f32) -> Vec<u8> {
    let header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {columns}), }}");
    let header = format!("{header:<117}\n");
    let mut bytes = [b"\x93NUMPY\x01\x00".as_slice(), &(header.len() as u16).to_le_bytes(), header.as_bytes()].concat();
    bytes.extend((0..rows * columns).flat_map(|i| value(i).to_le_bytes()));
    bytes
}

#[test]
fn an_array_that_is_read_batch_by_batch_poisons_no_result() {
    let dataset = r#"
dataset Points from "." {
  modality x: [64] = npy("x.npy")
  target y: class(2) = npy("y.npy") |> argmax
  split train = random(0.7)
  split test = rest
}
"#;
    let labels = array(600, 2, |i| f32::from(u8::from((i / 2 + i) % 2 == 0)));
    let x = |shift: f32| array(600, 64, |i| (i * 31 % 17) as f32 / 7.0 + shift * ((i / 64) % 2) as f32);
    let attack = Attack {
        dataset,
        file: "x.npy",
        old: &x(0.5),
        new: &x(-0.5),
        beside: &[("y.npy", &labels)],
        arguments: &["--array-memory", "10kB"],
    };
    attack.is_survived("array", 20);
}

#[test]
fn a_run_that_is_reproduced_says_what_was_changed() {
    let at = folder("changed_reproduced");
    let epochs = |epochs: &str| fs::write(at.join("m.mhm"), format!("{TABLE}{}", ITEMS.replace("EPOCHS", epochs)));
    epochs("15000").expect("a folder of ours");
    fs::write(at.join("points.csv"), points(0)).expect("a folder of ours");
    let (code, _, why) = mhm(&at, &["run", "m.mhm", "--seeds", "1"]);
    assert_eq!(code, 0, "{why}");
    assert_eq!(mhm(&at, &["reproduce", "methods"]).0, 0);
    let child = spawned(&mut command(&at, &["reproduce", "methods"]));
    std::thread::sleep(Duration::from_millis(400));
    change(&at.join("points.csv"), points(1).as_bytes());
    let output = child.wait_with_output().expect("a child of ours");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{told}");
    for word in ["points.csv", &hash(points(0).as_bytes()), &hash(points(1).as_bytes())] {
        assert!(told.contains(word), "no `{word}` in {told}");
    }
}
