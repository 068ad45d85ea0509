//! Runs that are kept: what decides that one is done, what a killed program leaves, and what is said about it.

use crate::runs::{bits, checked};
use mhm::experiment::{self, Options, Recipes};
use mhm::record::{Address, Artifacts, RunRecord};
use mhm::store::{Event, Store, Wanted};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Two arms, two seeds.
const TEXT: &str = r#"
use std.dataset.TwoMoons
use std.network.ToyEarly
use std.schedule.*

pipeline moons(method: Schedule = EndToEnd, lr: Float = 3e-3) {
  data TwoMoons
  network ToyEarly(width: 8)
  loss cross_entropy
  optimizer adam(lr: lr)
  schedule method
  batch 16
  budget 2 epochs
  metrics error
}

experiment methods {
  vary method in [EndToEnd, Mhm(heads: 2)]
  vary lr in [3e-3, 1e-3]
  seeds 2
  run moons(method, lr)
  table test_error, fresh_gap { rows method  columns lr }
}
"#;

fn options(folder: &Path) -> Options {
    Options::plain(vec![folder.into()])
}

/// Addresses of all cells of the text's experiment, in the order of its cells.
fn addresses(text: &str) -> Vec<Address> {
    addresses_in(Path::new(""), text)
}

fn addresses_in(folder: &Path, text: &str) -> Vec<Address> {
    let experiment = checked(text).experiments.pop().unwrap();
    let cells = experiment::cells(&experiment);
    let recipes = Recipes::of(&cells, &options(folder));
    cells.iter().map(|cell| recipes.address(cell)).collect()
}

fn set(addresses: &[Address]) -> BTreeSet<&Address> {
    addresses.iter().collect()
}

#[test]
fn what_decides_nothing_runs_nothing_again() {
    let before = addresses(TEXT);
    assert_eq!(set(&before).len(), 8, "every arm and seed is a run of its own");
    for (what, from, to) in [
        ("a comment", "loss cross_entropy", "loss cross_entropy // as ever"),
        ("layout", "data TwoMoons\n", "data     TwoMoons\n\n"),
        ("names of items", "moons(", "lunes("),
        ("labels", "[EndToEnd, Mhm(heads: 2)]", "[ETE: EndToEnd, MHM: Mhm(heads: 2)]"),
        ("another table", "table test_error, fresh_gap", "table train_loss"),
        ("another metric", "metrics error", "metrics accuracy, error"),
        ("a comparison", "run moons(method, lr)", "run moons(method, lr)\n  compare method"),
    ] {
        let changed = TEXT.replace(from, to);
        assert_ne!(changed, TEXT, "{what}");
        assert_eq!(addresses(&changed), before, "{what}");
    }
    let named =
        TEXT.replace("data TwoMoons\n", "data moons_of_mine\n") + "dataset moons_of_mine = TwoMoons(noise: 0.3)\n";
    assert_eq!(addresses(&named), before, "the name of a dataset");
    let fewer = addresses(&TEXT.replace("[EndToEnd, Mhm(heads: 2)]", "[Mhm(heads: 2)]"));
    assert!(fewer.len() == 4 && set(&fewer).is_subset(&set(&before)), "an arm less");
}

#[test]
fn what_decides_runs_again_where_it_decides() {
    let before = addresses(TEXT);
    let new = |text: &str| {
        let after = addresses(text);
        let new = set(&after).difference(&set(&before)).count();
        (after.len(), new)
    };
    assert_eq!(new(&TEXT.replace("[3e-3, 1e-3]", "[3e-3, 2e-3]")), (8, 4), "a learning rate: its arms");
    assert_eq!(new(&TEXT.replace("seeds 2", "seeds 3")), (12, 4), "one seed more: its runs");
    assert_eq!(new(&TEXT.replace("seeds 2", "seeds 2\n  repeats 2")), (16, 8), "repeats: all but the first");
    for (what, from, to) in [
        ("batch", "batch 16", "batch 8"),
        ("budget", "budget 2 epochs", "budget 3 epochs"),
        ("width", "width: 8", "width: 9"),
        ("clip", "batch 16", "batch 16\n  clip 0.5"),
        ("batches an update", "batch 16", "batch 16\n  accumulate 2"),
        ("mixtures", "batch 16", "batch 16\n  mixup 0.2"),
        ("rate", "batch 16", "batch 16\n  rate cosine()"),
        ("data", "data TwoMoons\n", "data TwoMoons(noise: 0.2)\n"),
        (
            "a setting with the default's value in one place is remembered there",
            "batch 16",
            "optimizer head: adam(lr: lr)\n  batch 16",
        ),
    ] {
        assert_eq!(new(&TEXT.replace(from, to)), (8, 8), "{what}");
    }
    let phase = TEXT.replace(
        "use std.schedule.*",
        "use std.schedule.Mhm\nschedule EndToEnd { repeat { phase whole { train uni, fusion, head on all } } }",
    );
    assert_eq!(new(&phase), (8, 4), "the name of a phase: it names random streams");
}

#[test]
fn equal_arms_are_one_run() {
    let twice = TEXT.replace("[3e-3, 1e-3]", "[first: 3e-3, again: 3e-3]");
    let found = addresses(&twice);
    assert_eq!((found.len(), set(&found).len()), (8, 4));
}

#[test]
fn data_files_count_by_what_they_hold() {
    let text = r#"
dataset Points from "points.csv" {
  modality x: [1] = csv(columns: ["x"])
  target y: class(2) = csv(columns: ["y"])
  split train = random(0.5)
  split test = rest
}
network N {
  in   x: [A]
  uni  e = linear(2)
  head h = linear(2)
  out  h(e(x))
}
schedule S { repeat { phase all { train uni, head on all } } }
pipeline p {
  data Points
  network N
  loss cross_entropy
  optimizer adam(lr: 1e-3)
  schedule S
  batch 4
  budget 1 epochs
  metrics error
}
experiment e {
  seeds 2
  run p
  table test_error
}
"#;
    let (here, there) = (folder("data_here"), folder("data_there"));
    let points = "x,y\n1,0\n2,1\n3,0\n4,1\n5,0\n6,1\n7,0\n8,1\n";
    fs::write(here.join("points.csv"), points).unwrap();
    fs::write(there.join("points.csv"), points).unwrap();
    let before = addresses_in(&here, text);
    assert_eq!(addresses_in(&there, text), before, "the folder decides nothing");
    fs::write(there.join("points.csv"), points.replace("8,1", "9,1")).unwrap();
    assert!(set(&addresses_in(&there, text)).is_disjoint(&set(&before)), "what the file holds does");
}

// ---------------------------------------------------------------- the program

/// An empty folder of this test's own.
pub fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("store_{name}"));
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mhm"));
    command.current_dir(folder).args(arguments).env_remove("COLUMNS");
    command
}

/// Whose output is heard when it ends.
pub fn spawned(command: &mut Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
}

pub fn mhm(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = command(folder, arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

pub fn store(folder: &Path) -> Store {
    Store::open(&folder.join("runs/methods")).unwrap()
}

/// The files of all runs, in order.
pub fn cells(folder: &Path) -> Vec<PathBuf> {
    let mut cells: Vec<PathBuf> =
        fs::read_dir(folder.join("runs/methods/cells")).unwrap().map(|e| e.unwrap().path()).collect();
    cells.sort();
    cells
}

/// Where the file of every run lies: in a file of its own, or in one with others.
pub fn spots(folder: &Path) -> Vec<(String, PathBuf, std::ops::Range<usize>)> {
    let mut spots = vec![];
    for path in cells(folder) {
        let bytes = fs::read(&path).unwrap();
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("safetensors") => {
                spots.push((path.file_stem().unwrap().to_string_lossy().into_owned(), path, 0..bytes.len()));
            }
            Some("pack") => {
                let number = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize;
                let tail = bytes.len() - 48;
                for entry in (tail - 32 * number(tail)..tail).step_by(32) {
                    let address: String = bytes[entry..entry + 16].iter().map(|byte| format!("{byte:02x}")).collect();
                    let (start, length) = (number(entry + 16), number(entry + 24));
                    spots.push((address, path.clone(), start..start + length));
                }
            }
            _ => {}
        }
    }
    spots.sort_by(|a, b| a.0.cmp(&b.0));
    spots
}

/// Gives every run a file of its own, as large ones have it, and as all had it before small ones shared files.
pub fn apart(folder: &Path) {
    let packs: BTreeSet<PathBuf> = spots(folder)
        .into_iter()
        .filter(|(_, path, _)| path.extension().is_some_and(|ending| ending == "pack"))
        .map(|(address, path, range)| {
            let bytes = fs::read(&path).unwrap();
            fs::write(path.with_file_name(format!("{address}.safetensors")), &bytes[range]).unwrap();
            path
        })
        .collect();
    packs.into_iter().for_each(|pack| fs::remove_file(pack).unwrap());
}

/// Changes the bytes of one run's file, wherever it lies.
pub fn change((_, path, range): &(String, PathBuf, std::ops::Range<usize>), change: impl FnOnce(&mut [u8])) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes[range.clone()]);
    fs::write(path, bytes).unwrap();
}

/// All that a run leaves but its time.
pub fn left(store: &Store, address: &Address) -> (RunRecord, Vec<(String, Vec<u32>)>) {
    let mut stored = store.stored(address).unwrap();
    let record = RunRecord { seconds: 0.0, ..stored.record().clone() };
    let Artifacts { evaluated, truths, weights, .. } = stored.artifacts(Wanted::All).unwrap();
    let seen = evaluated.iter().flat_map(|e| {
        let name = |output: &String| format!("{:?} {:?} {} {output}", e.epoch, e.network, e.split);
        e.outputs.iter().map(move |(output, array)| (name(output), bits(&array.values)))
    });
    let truths = truths.iter().map(|t| (t.split.clone(), bits(&t.values.values)));
    let weights = weights.iter().map(|(path, array)| (path.clone(), bits(&array.values)));
    (record, seen.chain(truths).chain(weights).collect())
}

#[test]
fn a_second_run_shows_the_same_and_trains_nothing() {
    let at = folder("twice");
    fs::write(at.join("m.mhm"), TEXT).unwrap();
    let (code, first, err) = mhm(&at, &["run", "m.mhm"]);
    assert_eq!(code, 0, "{err}");
    assert!(
        err.contains("methods: 8 of 8 runs, ")
            && err.contains("results in runs/methods; `mhm report methods` draws them\n"),
        "{err}"
    );
    let (code, second, err) = mhm(&at, &["run", "m.mhm"]);
    assert_eq!((code, &second), (0, &first), "measures of stored predictions are those of the run");
    assert!(err.contains("methods: 8 of 8 runs were done already\n") && !err.contains("steps/s"), "{err}");
    let other = TEXT
        .replace("table test_error, fresh_gap", "table fresh_accuracy, train_loss")
        .replace("metrics error", "metrics accuracy");
    fs::write(at.join("m.mhm"), other).unwrap();
    let (code, out, err) = mhm(&at, &["run", "m.mhm"]);
    assert!(code == 0 && out.contains("fresh_accuracy") && err.contains("8 of 8 runs were done already"), "{out}{err}");
    let (_, _, err) = mhm(&at, &["run", "m.mhm", "--fresh"]);
    assert!(err.contains("8 of 8 runs, ") && !err.contains("already"), "{err}");
    assert_eq!(store(&at).addresses().unwrap().len(), 8);
}

#[test]
fn manifest_and_texts_say_what_was_run() {
    let at = folder("manifest");
    fs::write(at.join("m.mhm"), TEXT.replace("experiment methods", "/// Two methods.\nexperiment methods")).unwrap();
    assert_eq!(mhm(&at, &["run", "m.mhm", "--seeds", "1", "-q", "--threads", "1"]).0, 0);
    let store = store(&at);
    let manifest = store.manifest();
    assert_eq!((manifest.format, manifest.experiment.as_str(), manifest.doc.trim()), (3, "methods", "Two methods."));
    assert_eq!((manifest.file.as_str(), manifest.command.as_str()), ("m.mhm", "mhm run m.mhm methods --seeds 1"));
    assert_eq!(
        (&manifest.seeds, manifest.repeats, manifest.threads, manifest.device.as_str()),
        (&vec![0], 1, 1, "cpu")
    );
    assert_eq!((manifest.arms.len(), manifest.tables.len(), manifest.axes.len()), (4, 1, 2));
    assert!(manifest.program.starts_with("mhm ") && manifest.instructions.contains(std::env::consts::ARCH));
    assert!(manifest.arms.iter().all(|arm| arm.sketch < manifest.sketches.len() && arm.cells.len() == 1));
    assert!(manifest.arms[0].settings.contains(&("batch".into(), "16".into())));
    assert_eq!(manifest.texts[0].0, "m.mhm");
    assert!(fs::read_dir(at.join("runs/methods/text")).unwrap().count() >= manifest.texts.len() - 1);
    let records = store.records().unwrap();
    assert_eq!(
        records.iter().map(|r| &r.record.arm).collect::<Vec<_>>(),
        manifest.arms.iter().map(|a| &a.arm).collect::<Vec<_>>()
    );
}

#[test]
fn an_interrupted_run_goes_on_where_it_stopped() {
    let (at, whole) = (folder("interrupted"), folder("whole"));
    let text = TEXT.replace("seeds 2", "seeds 12").replace("budget 2 epochs", "budget 20 epochs");
    for folder in [&at, &whole] {
        fs::write(folder.join("m.mhm"), &text).unwrap();
    }
    let child = spawned(command(&at, &["run", "m.mhm"]).env("MHM_FAULT", "wait 11"));
    while fs::read_to_string(at.join("runs/methods/events.jsonl")).map_or(0, |text| text.lines().count()) < 4 {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{err}");
    let kept = store(&at).addresses().unwrap().len();
    assert!((3..48).contains(&kept), "{kept}");
    let said = format!("interrupted: {kept} of 48 runs of `methods` are done and kept in `runs/methods`");
    assert!(err.contains(&said), "{err}");
    assert!(matches!(store(&at).events().unwrap().last(), Some(Event::Interrupted { of: 48, .. })));
    // What a program that was killed leaves behind.
    fs::write(at.join("runs/methods/cells/0123.safetensors.1.0.mhm.tmp"), "half").unwrap();
    fs::OpenOptions::new()
        .append(true)
        .open(at.join("runs/methods/events.jsonl"))
        .map(|mut file| {
            use std::io::Write;
            file.write_all(b"{\"done\":{\"addr").unwrap();
        })
        .unwrap();
    let (code, out, err) = mhm(&at, &["run", "m.mhm"]);
    assert!(code == 0 && err.contains(&format!("methods: {kept} of 48 runs were done already\n")), "{err}");
    let (_, uninterrupted, _) = mhm(&whole, &["run", "m.mhm", "--threads", "1"]);
    assert_eq!(out, uninterrupted);
    let (stopped, whole) = (store(&at), store(&whole));
    let addresses = whole.addresses().unwrap();
    assert_eq!((stopped.addresses().unwrap(), addresses.len()), (addresses.clone(), 48));
    for address in addresses {
        assert_eq!(left(&stopped, &address), left(&whole, &address));
    }
    let done = stopped.events().unwrap().iter().filter(|e| matches!(e, Event::Done { .. })).count();
    assert_eq!(done, 48, "a torn line takes no other with it");
}

#[test]
fn a_torn_run_is_set_aside_and_run_again() {
    let at = folder("torn");
    fs::write(at.join("m.mhm"), TEXT).unwrap();
    let (_, first, _) = mhm(&at, &["run", "m.mhm"]);
    apart(&at);
    let all = cells(&at);
    let bytes = fs::read(&all[0]).unwrap();
    fs::write(&all[0], &bytes[..bytes.len() / 2]).unwrap();
    let mut bytes = fs::read(&all[1]).unwrap();
    // In the predictions or weights: only the check sum tells.
    let last = bytes.len() - 9;
    bytes[last] ^= 1;
    fs::write(&all[1], &bytes).unwrap();
    let mut bytes = fs::read(&all[2]).unwrap();
    bytes[30] = b'\xff';
    fs::write(&all[2], &bytes).unwrap();
    fs::copy(&all[4], &all[3]).unwrap();
    let (code, out, err) = mhm(&at, &["run", "m.mhm"]);
    assert_eq!((code, &out), (0, &first), "{err}");
    assert_eq!(err.matches("is damaged: ").count(), 3, "{err}");
    assert!(err.contains("methods: 5 of 8 runs were done already\n"), "{err}");
    assert!(err.contains(".safetensors.damaged` now\n"), "{err}");
    let aside = |path: &PathBuf| path.to_string_lossy().ends_with(".damaged");
    assert_eq!(cells(&at).iter().filter(|path| aside(path)).count(), 3);
    assert!(mhm(&at, &["run", "m.mhm"]).2.contains("8 of 8 runs were done already"));
    // Weights are read when they are wanted.
    let damaged: Vec<_> =
        store(&at).addresses().unwrap().into_iter().filter(|a| store(&at).artifacts(a, Wanted::All).is_err()).collect();
    assert_eq!(damaged.len(), 1);
}

#[test]
fn runs_that_share_a_file_are_damaged_each_by_itself() {
    let at = folder("shared");
    fs::write(at.join("m.mhm"), TEXT).unwrap();
    let (_, first, _) = mhm(&at, &["run", "m.mhm", "--threads", "1"]);
    let packs = |at: &Path| cells(at).into_iter().filter(|path| path.extension().is_some_and(|e| e == "pack")).count();
    // Runs that ended within a moment are in one file; how many that are hangs on the machine.
    assert!((1..8).contains(&packs(&at)), "{:?}", cells(&at));
    let again = || {
        let (code, out, err) = mhm(&at, &["run", "m.mhm"]);
        assert_eq!((code, &out), (0, &first), "{err}");
        let (code, out, _) = mhm(&at, &["verify", "methods"]);
        assert!(code == 0 && out.contains("not looked at: ") && out.contains(".damaged\n"), "{out}");
        cells(&at)
            .iter()
            .filter(|p| p.extension().is_some_and(|e| e == "damaged"))
            .for_each(|p| fs::remove_file(p).unwrap());
        err
    };
    // The headers of two runs, and the predictions of a third.
    let all = spots(&at);
    change(&all[0], |bytes| bytes[40] ^= 1);
    change(&all[3], |bytes| bytes[2] = 0xff);
    change(&all[5], |bytes| bytes.iter_mut().skip(2000).for_each(|byte| *byte = 7));
    let (code, out, _) = mhm(&at, &["verify", "methods"]);
    assert!(code == 1 && out.matches("is damaged: ").count() >= 3, "{out}");
    let err = again();
    assert!(err.contains("methods: 5 of 8 runs were done already\n"), "{err}");
    assert_eq!(err.matches(".safetensors.damaged` now").count(), 3, "{err}");
    // The list of a file, and a file that ends too early: what comes before is had again.
    for cut in [false, true] {
        let path = cells(&at).into_iter().rfind(|path| path.extension().is_some_and(|e| e == "pack")).unwrap();
        let of_pack = spots(&at).iter().filter(|(_, of, _)| *of == path).count();
        let mut bytes = fs::read(&path).unwrap();
        let last = bytes.len() - 60;
        if cut {
            bytes.truncate(last - 32 * of_pack)
        } else {
            bytes[last] ^= 4
        }
        fs::write(&path, bytes).unwrap();
        assert_eq!(store(&at).addresses().unwrap().len(), if cut { 7 } else { 8 });
        let err = again();
        assert!(err.contains(".pack.damaged` now"), "{err}");
        assert!(err.contains(&format!("{} of 8 runs were done already", if cut { 7 } else { 8 })), "{err}");
    }
    // As runs were stored before.
    apart(&at);
    assert_eq!(packs(&at), 0);
    let (code, out, err) = mhm(&at, &["run", "m.mhm"]);
    assert!(code == 0 && out == first && err.contains("8 of 8 runs were done already"), "{err}");
}

#[test]
fn failed_runs_are_told_and_tried_again() {
    let at = folder("failed");
    fs::write(at.join("m.mhm"), TEXT.replace("[3e-3, 1e-3]", "[3e-3, 1e38]")).unwrap();
    let (code, _, err) = mhm(&at, &["run", "m.mhm", "--seeds", "1"]);
    assert!(code == 1 && err.contains("the loss became"), "{err}");
    let (code, _, err) = mhm(&at, &["run", "m.mhm", "--seeds", "1"]);
    assert!(
        code == 1 && err.contains("methods: 2 of 4 runs were done already\n") && err.contains("the loss became"),
        "{err}"
    );
    let (code, out, _) = mhm(&at, &["status"]);
    assert_eq!(code, 0);
    assert!(
        out.contains("2 of 4 runs done in ")
            && out.contains(" of one thread, 2 failed\n")
            && out.contains("  what failed is tried again by `mhm run m.mhm methods --seeds 1`\n")
            && out.contains("EndToEnd.mhm:3:12: the loss became NaN in phase `all`, epoch 1, batch "),
        "{out}"
    );
}

#[test]
fn a_folder_of_a_later_program_is_left_alone() {
    let at = folder("later");
    fs::write(at.join("m.mhm"), TEXT).unwrap();
    fs::create_dir_all(at.join("runs/methods")).unwrap();
    let later = "(format: 99, experiment: Something(else: true), words: {})";
    let later = format!("// blake3 {}\n{later}", blake3::hash(later.as_bytes()).to_hex());
    fs::write(at.join("runs/methods/manifest.ron"), &later).unwrap();
    for arguments in [&["run", "m.mhm"][..], &["status", "methods"], &["plan", "m.mhm", "--why"]] {
        let (code, _, err) = mhm(&at, arguments);
        assert_eq!(code, 2, "{err}");
        assert!(
            err.contains("`runs/methods/manifest.ron` has format 99, and this program knows formats up to 3"),
            "{err}"
        );
    }
    assert_eq!(fs::read_to_string(at.join("runs/methods/manifest.ron")).unwrap(), later);
    // A number that nobody sealed is damage, and so is half a file.
    for damaged in [later.replace("99", "98").as_str(), &later[..80], "(format: 1, experiment: "] {
        fs::write(at.join("runs/methods/manifest.ron"), damaged).unwrap();
        let (code, _, err) = mhm(&at, &["status"]);
        assert!(code == 1 && err.contains("manifest.ron` is damaged: ") && !err.contains("has format"), "{err}");
    }
    assert_eq!(mhm(&at, &["run", "m.mhm", "-q"]).0, 0);
    assert!(at.join("runs/methods/manifest.ron.damaged").exists());
}

#[test]
fn an_experiment_of_the_same_name_loses_nothing() {
    let at = folder("names");
    fs::write(at.join("a.mhm"), TEXT).unwrap();
    fs::write(at.join("b.mhm"), TEXT.replace("seeds 2", "seeds 1").replace("[3e-3, 1e-3]", "[3e-3, 5e-3]")).unwrap();
    assert_eq!(mhm(&at, &["run", "a.mhm", "-q"]).0, 0);
    let (code, _, err) = mhm(&at, &["run", "b.mhm"]);
    assert!(
        code == 0
            && err.contains("`runs/methods` held results of `a.mhm`: its runs stay, and what is shown is of `b.mhm`"),
        "{err}"
    );
    assert!(err.contains("2 of 4 runs were done already"), "{err}");
    let (_, out, _) = mhm(&at, &["runs"]);
    assert!(out.contains("methods") && out.contains("b.mhm") && out.contains("4 of 4 (+ 6 of earlier forms)"), "{out}");
    assert!(mhm(&at, &["run", "a.mhm"]).2.contains("8 of 8 runs were done already"));
}

#[test]
fn plan_says_why() {
    let at = folder("why");
    fs::write(at.join("m.mhm"), TEXT).unwrap();
    let why = || {
        let (code, out, err) = mhm(&at, &["plan", "m.mhm", "--why"]);
        assert_eq!(code, 0, "{err}");
        out
    };
    let out = why();
    assert!(
        out.starts_with("methods: 0 of 8 runs done in `runs/methods`, 8 to do\n") && out.contains("not run yet"),
        "{out}"
    );
    assert_eq!(mhm(&at, &["run", "m.mhm", "-q"]).0, 0);
    assert!(why().starts_with("methods: 8 of 8 runs done in `runs/methods`, 0 to do\n"));
    fs::write(at.join("m.mhm"), TEXT.replace("[3e-3, 1e-3]", "[3e-3, 2e-3]").replace("seeds 2", "seeds 3")).unwrap();
    let out = why();
    assert!(out.contains("EndToEnd, 3e-3       2 done  1 to do  seed 2 is new\n"), "{out}");
    assert!(out.contains("EndToEnd, 2e-3       0 done  3 to do  a new arm\n"), "{out}");
    let longer = TEXT.replace("budget 2 epochs", "budget 3 epochs").replace("width: 8", "width: 9");
    fs::write(at.join("m.mhm"), longer).unwrap();
    let told = "EndToEnd, 3e-3       0 done  2 to do  network fusion joint linear(8) → linear(9)";
    let out = why();
    assert!(out.contains(told) || out.contains("budget 2 → 3"), "{out}");
    fs::remove_file(at.join("runs/methods/manifest.ron")).unwrap();
    fs::write(at.join("m.mhm"), TEXT.replace("batch 16", "batch 32")).unwrap();
    let out = why();
    assert!(out.contains("EndToEnd, 3e-3       0 done  2 to do  batch 16 → 32\n"), "{out}");
}

#[test]
fn folders_are_compared_arm_by_arm() {
    let at = folder("compare");
    fs::write(at.join("a.mhm"), TEXT).unwrap();
    fs::write(
        at.join("b.mhm"),
        TEXT.replace("experiment methods", "experiment batches").replace("batch 16", "batch 32"),
    )
    .unwrap();
    fs::write(
        at.join("c.mhm"),
        TEXT.replace("experiment methods", "experiment others").replace("[3e-3, 1e-3]", "[5e-3]"),
    )
    .unwrap();
    for file in ["a.mhm", "b.mhm", "c.mhm"] {
        assert_eq!(mhm(&at, &["run", file, "-q"]).0, 0);
    }
    let (code, out, err) = mhm(&at, &["compare", "methods", "runs/batches"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.starts_with("methods and runs/batches share 4 arms and 2 seeds\n"), "{out}");
    assert!(out.contains("  batch 16 → 32  in 4 arms\n"), "{out}");
    assert!(out.contains("test_error (%)") && out.contains("fresh_gap (%)") && out.contains("2 paired seeds"), "{out}");
    let (code, _, err) = mhm(&at, &["compare", "methods", "others"]);
    assert!(code == 2 && err.contains("share no arm"), "{err}");
    let (code, _, err) = mhm(&at, &["compare", "methods", "other"]);
    assert!(code == 2 && err.contains("did you mean `others`?"), "{err}");
}

#[test]
fn two_programs_at_once_share_a_folder() {
    let at = folder("two");
    fs::write(at.join("m.mhm"), TEXT).unwrap();
    let children: Vec<_> = (0..2)
        .map(|_| command(&at, &["run", "m.mhm"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
        .collect();
    let outputs: Vec<_> = children.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
    assert!(outputs.iter().all(|output| output.status.success()), "{outputs:?}");
    assert_eq!(outputs[0].stdout, outputs[1].stdout, "both show everything");
    let alone = folder("two_alone");
    fs::write(alone.join("m.mhm"), TEXT).unwrap();
    assert_eq!(mhm(&alone, &["run", "m.mhm"]).1.as_bytes(), outputs[0].stdout);
    assert_eq!(store(&alone).manifest().hash, store(&at).manifest().hash);
    for name in ["workers", "claims", "events"] {
        let left = fs::read_dir(at.join("runs/methods").join(name)).map_or(0, |all| all.count());
        assert!(left == 0 || name == "events", "{left} in {name}");
    }
    assert_eq!(store(&at).addresses().unwrap().len(), 8);
    assert!(mhm(&at, &["run", "m.mhm"]).2.contains("8 of 8 runs were done already"));
}

#[test]
fn two_texts_of_one_name_are_refused() {
    let at = folder("two_texts");
    fs::create_dir_all(at.join("a")).unwrap();
    fs::write(at.join("a/b.mhm"), "// one\n").unwrap();
    fs::write(at.join("a\\b.mhm"), "// another\n").unwrap();
    fs::write(at.join("m.mhm"), "use \"./a/b.mhm\"\nuse \"./a\\\\b.mhm\"\n").unwrap();
    let (code, out, err) = mhm(&at, &["check", "m.mhm"]);
    assert!(code == 1 && (out.clone() + &err).contains("two files are called `a/b.mhm`"), "{out}{err}");
}
