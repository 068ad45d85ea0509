//! What every input must stand, whatever its bytes: a function a kind of input, for the fuzzer and for `cargo test`, which
//! gives each of them the corpus. Owns no inputs.

mod extreme;
mod stored;

use mhm::builtin::TargetKind;
use mhm::cli::files::{self, Input};
use mhm::cli::fix::{Taken, fix as mend};
use mhm::cli::render::{Format, Renderer};
use mhm::data::inspect::Inspection;
use mhm::data::values::Values;
use mhm::data::{self, Rows, activitynet, csv, hdf5, inspect, mat, npy, npz, pickle};
use mhm::diagnostic::Diagnostic;
use mhm::source::SourceMap;
use mhm::syntax::{format, parse as parse_source, print};
use std::fs;
use std::path::{Path, PathBuf};

pub use extreme::*;
pub use stored::*;

/// A kind of input, by the name of its folder of the corpus.
pub type Target = (&'static str, fn(&[u8]));

pub const TARGETS: [Target; 17] = [
    ("parse", parse),
    ("check", check),
    ("fix", fix),
    ("extreme", extreme),
    ("npy", npy),
    ("npz", npz),
    ("csv", csv),
    ("pickle", pickle),
    ("hdf5", hdf5),
    ("mat", mat),
    ("activitynet", activitynet),
    ("cell", cell),
    ("pack", pack),
    ("checkpoint", checkpoint),
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

/// The checker and the lints say where it is wrong.
pub fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (program, checked, found) = files::check(&Input { name: nowhere(), text: text.clone().into_owned() });
    shown(&program.sources, &found);
    if found.iter().all(|d| !d.is_error()) {
        let arms = checked.experiments.iter().flat_map(|e| e.arms.iter().map(|arm| &arm.pipeline));
        for pipeline in checked.pipelines.iter().chain(arms).take(8) {
            let plan = mhm::plan::schedule(pipeline);
            let graph = mhm::graph::lower(pipeline);
            mhm::cost::cost(&plan, &graph, &vec![100; plan.phases.len()], 100);
        }
    }
}

/// The fixer changes what is offered and no more: what could be read stays so, and a second time changes nothing.
pub fn fix(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let of = |text: &str| mend(&Input { name: nowhere(), text: text.into() }, Taken::All);
    let once = of(&text);
    assert_eq!(once.done.is_empty(), once.text == text, "{:?}", once.done);
    let readable = |text: &str| parsed(text).2.iter().all(|d| !d.is_error());
    assert!(!readable(&text) || readable(&once.text), "mended text can be read");
    assert_eq!(of(&once.text).text, once.text, "mending twice changes nothing");
}

/// A file in a folder without other files: what `use "…"` names is not there.
fn nowhere() -> String {
    std::env::temp_dir().join("mhm-no-such-folder/fuzz.mhm").to_string_lossy().into_owned()
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
    let mut values = Values::new(rows.outline().precision());
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
            csv::columns(path).into_iter().flat_map(|(all, _)| all).map(|column| column.name).collect();
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
