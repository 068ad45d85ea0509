//! What every input must stand, whatever its bytes: a function a kind of input, for the fuzzer and for `cargo test`, which
//! gives each of them the corpus. Owns no inputs.

use mhm::builtin::TargetKind;
use mhm::cli::files::{self, Input};
use mhm::cli::render::{Format, Renderer};
use mhm::data::inspect::Inspection;
use mhm::data::{self, Rows, activitynet, csv, hdf5, inspect, mat, npy, npz, pickle};
use mhm::diagnostic::Diagnostic;
use mhm::record::RunRecord;
use mhm::report::{Report, html};
use mhm::source::SourceMap;
use mhm::span::Span;
use mhm::store::{Brief, Event, Store};
use mhm::syntax::{format, parse as parse_source, print};
use std::fs;
use std::path::{Path, PathBuf};

/// A kind of input, by the name of its folder of the corpus.
pub type Target = (&'static str, fn(&[u8]));

pub const TARGETS: [Target; 13] = [
    ("parse", parse),
    ("check", check),
    ("npy", npy),
    ("npz", npz),
    ("csv", csv),
    ("pickle", pickle),
    ("hdf5", hdf5),
    ("mat", mat),
    ("activitynet", activitynet),
    ("cell", cell),
    ("manifest", manifest),
    ("lines", lines),
    ("weights", weights),
];

// ---------------------------------------------------------------- texts

fn parsed(text: &str) -> (SourceMap, String, Vec<Diagnostic>) {
    let mut sources = SourceMap::default();
    let id = sources.add("fuzz.mhm", text, false);
    let (file, found) = parse_source(&sources, id);
    for header in file.items.iter().filter_map(|item| item.header()) {
        assert_eq!(sources.text(header.name.span), header.name.node);
    }
    let tree = print(&file);
    (sources, tree, found)
}

/// Every message has a place, and every place is one in its text.
fn shown(sources: &SourceMap, found: &[Diagnostic]) {
    for diagnostic in found {
        assert!(!diagnostic.labels.is_empty() && !diagnostic.message.is_empty(), "{diagnostic:?}");
        let fix = diagnostic.fix.iter().map(|fix| fix.span);
        for span in diagnostic.labels.iter().map(|label| label.span).chain(fix) {
            sources.text(span);
            sources.position(span.source, span.start);
        }
        for format in [Format::Full, Format::Short, Format::Json] {
            assert!(!Renderer { format, color: false, width: 80 }.render(sources, diagnostic).is_empty());
        }
    }
}

/// The parser says where it is wrong; the formatter changes no meaning, and nothing the second time.
pub fn parse(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (sources, tree, found) = parsed(&text);
    shown(&sources, &found);
    if found.iter().any(Diagnostic::is_error) {
        return;
    }
    let once = format(&text).unwrap_or_else(|found| panic!("{found:?}"));
    assert_eq!(parsed(&once).1, tree, "formatted text means the same");
    assert_eq!(format(&once).as_ref(), Ok(&once), "formatting twice changes nothing");
}

/// The checker and the lints say where it is wrong, and what a finding offers to write instead can be read.
pub fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    // A folder without other files: what `use "…"` names is not there.
    let name = std::env::temp_dir().join("mhm-no-such-folder/fuzz.mhm").to_string_lossy().into_owned();
    let (program, checked, found) = files::check(&Input { name, text: text.clone().into_owned() });
    shown(&program.sources, &found);
    let sound = parsed(&text).2.iter().all(|d| !d.is_error());
    for fix in found.iter().filter_map(|d| d.fix.as_ref()).filter(|fix| fix.span.source == Span::default().source) {
        let mut fixed = text.clone().into_owned();
        fixed.replace_range(fix.span.range(), &fix.replacement);
        assert!(!sound || parsed(&fixed).2.iter().all(|d| !d.is_error()), "{fix:?} breaks the text");
    }
    if found.iter().all(|d| !d.is_error()) {
        let arms = checked.experiments.iter().flat_map(|e| e.arms.iter().map(|arm| &arm.pipeline));
        for pipeline in checked.pipelines.iter().chain(arms).take(8) {
            let plan = mhm::plan::schedule(pipeline);
            let graph = mhm::graph::lower(pipeline);
            mhm::cost::cost(&plan, &graph, &vec![100; plan.phases.len()], 100);
        }
    }
}

// ---------------------------------------------------------------- data

/// Calls `read` with a file of these bytes.
fn file(ending: &str, bytes: &[u8], read: impl FnOnce(&Path)) {
    let path = scratch().with_extension(ending);
    fs::write(&path, bytes).expect("the folder of temporary files can be written");
    read(&path);
    let _ = fs::remove_file(&path);
}

/// A name of this thread alone.
fn scratch() -> PathBuf {
    std::env::temp_dir().join(format!("mhm-fuzz-{}-{:?}", std::process::id(), std::thread::current().id()))
}

/// Some rows of every array that the header tells of, as training reads them; of an array of moderate size all of them.
fn rows<R: Rows + ?Sized>(opened: Result<Box<R>, data::DataError>) {
    let Ok(rows) = opened else { return };
    let (samples, width) = (rows.outline().samples(), rows.outline().width());
    if width > 1 << 16 {
        return;
    }
    let mut values = vec![];
    let last = samples.saturating_sub(1);
    if samples > 0 && rows.gather(&[last, 0, last], &mut values).is_ok() {
        assert_eq!(values.len(), 3 * width);
    }
    if samples.saturating_mul(width) <= 1 << 16
        && let Ok(whole) = rows.whole()
    {
        assert_eq!(whole.values.len(), samples * width);
        let _ = whole.fits_target(&TargetKind::Class { classes: 2, axes: vec![], ignore: None });
    }
    // One row more than there are.
    assert!(rows.read(last..samples + 1, &mut values).is_err() || samples == last);
}

/// Opens everything that the file says it has, and what it does not have.
fn arrays<R: Rows + ?Sized>(path: &Path, open: impl Fn(Option<&str>) -> Result<Box<R>, data::DataError>) {
    let found = inspect(path).map_err(|error| error.to_string());
    for array in found.iter().flat_map(|Inspection { arrays, .. }| arrays).take(8) {
        rows(open(Some(&array.name)));
    }
    rows(open(Some("none")));
    rows(open(None));
}

pub fn npy(bytes: &[u8]) {
    file("npy", bytes, |path| arrays(path, |_| npy::rows(path).map(Box::new)));
}

pub fn npz(bytes: &[u8]) {
    file("npz", bytes, |path| {
        arrays(path, |name| npz::rows(path, name.unwrap_or_default()));
        for name in npz::array_names(path).iter().flatten().take(8) {
            let small = |entry: &&npz::Entry| {
                entry.name == *name && entry.header.as_ref().is_ok_and(|h| h.shape.iter().product::<u64>() < 1 << 20)
            };
            if npz::headers(path).iter().flatten().any(|entry| small(&entry)) {
                let _ = npz::read(path, name);
            }
        }
    });
}

pub fn csv(bytes: &[u8]) {
    file("csv", bytes, |path| {
        let names: Vec<String> =
            csv::columns(path).into_iter().flat_map(|(all, _)| all).map(|(name, _)| name).collect();
        let _ = inspect(path);
        let _ = csv::read(path, &names);
        let _ = csv::read(path, &["x".into(), "none".into()]);
    });
}

pub fn pickle(bytes: &[u8]) {
    file("pkl", bytes, |path| arrays(path, |name| pickle::rows(path, name)));
}

pub fn hdf5(bytes: &[u8]) {
    file("h5", bytes, |path| arrays(path, |name| hdf5::rows(path, name).map(Box::new)));
}

pub fn mat(bytes: &[u8]) {
    file("mat", bytes, |path| arrays(path, |name| mat::rows(path, name)));
}

pub fn activitynet(bytes: &[u8]) {
    file("json", bytes, |path| {
        let truths = activitynet::annotations(path).unwrap_or_default();
        let found = activitynet::results(path).unwrap_or_default();
        let _ = activitynet::score(&found, &truths, &[0.3, 0.7]);
        let _ = activitynet::of_subset(truths, "test", path);
    });
}

/// What a module begins with.
pub fn weights(bytes: &[u8]) {
    file("safetensors", bytes, |path| {
        let wanted = [("0.weight".to_string(), vec![2, 3]), ("0.bias".to_string(), vec![3])];
        let read = data::weights(path, "filter", &wanted);
        assert!(read.is_err() || read.is_ok_and(|all| all[0].len() == 6 && all[1].len() == 3));
    });
}

// ---------------------------------------------------------------- stored runs

/// A stored text with its seal: what lies behind the seal has to stand anything, too.
fn sealed(text: &str) -> String {
    format!("// blake3 {}\n{text}", blake3::hash(text.as_bytes()).to_hex())
}

/// A line with its seal, where it is an object.
fn sealed_line(line: &str) -> String {
    let sum = blake3::hash(line.as_bytes()).to_hex();
    line.strip_suffix('}').map_or(line.to_string(), |open| format!("{open},\"blake3\":\"{}\"}}", &sum[..16]))
}

/// The only run of [`folder`].
const ADDRESS: &str = "5ad87d48420523833fd8dbf08b9d633d";

/// A folder of runs with one file of its own, then the folder's path.
fn folder(name: &str, bytes: &[u8], read: impl FnOnce(&Path)) {
    let folder = scratch();
    fs::create_dir_all(folder.join("cells")).expect("the folder of temporary files can be written");
    fs::write(folder.join("manifest.ron"), sealed(include_str!("../seeds/manifest.ron"))).expect("as above");
    fs::write(folder.join(name), bytes).expect("as above");
    read(&folder);
    let _ = fs::remove_dir_all(&folder);
}

/// A run that was trained before.
pub fn cell(bytes: &[u8]) {
    folder(&format!("cells/{ADDRESS}.safetensors"), bytes, |folder| {
        let store = Store::open(folder).expect("its manifest is good");
        let Ok(mut stored) = store.stored(ADDRESS) else { return };
        if let Ok(kept) = stored.kept(&|_| true) {
            for array in kept.weights.values() {
                assert_eq!(array.axes.iter().product::<usize>(), array.values.len());
            }
        }
    });
}

/// The experiment that was run, and the page that is drawn of it.
pub fn manifest(bytes: &[u8]) {
    folder("manifest.ron", sealed(&String::from_utf8_lossy(bytes)).as_bytes(), |folder| {
        let Ok(store) = Store::open(folder) else { return };
        let _ = store.texts();
        html::page(&Report { manifest: store.manifest().clone(), records: vec![], confusion: vec![] });
    });
}

/// Lines of what happened, and of what was measured.
pub fn lines(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let lines: String = text.lines().map(|line| sealed_line(line) + "\n").collect();
    for name in ["events.jsonl", "records.jsonl"] {
        folder(name, lines.as_bytes(), |folder| {
            let store = Store::open(folder).expect("its manifest is good");
            let _: Vec<Event<RunRecord>> = store.events().unwrap_or_default();
            let _: Vec<Event<Brief>> = store.events().unwrap_or_default();
            let records = store.records().unwrap_or_default();
            html::page(&Report { manifest: store.manifest().clone(), records, confusion: vec![] });
        });
    }
}
