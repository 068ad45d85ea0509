//! What every input must stand, whatever its bytes: a function a kind of input, for the fuzzer and for `cargo test`, which
//! gives each of them the corpus. Owns no inputs.

mod extreme;
mod stored;

use mhm::builtin::TargetKind;
use mhm::builtin::dataset::{Columns, Pick, Selection};
use mhm::cli::files::{self, Input};
use mhm::cli::fix::{Taken, fix as mend};
use mhm::cli::render::{Format, Renderer};
use mhm::data::formats::FORMATS;
use mhm::data::values::Values;
use mhm::data::{self, Rows, inspect};
use mhm::diagnostic::Diagnostic;
use mhm::source::SourceMap;
use mhm::syntax::{format, parse as parse_source, print};
use std::fs;
use std::path::{Path, PathBuf};

pub use extreme::*;
pub use stored::*;

/// A kind of input by the name of its folder of the corpus, and what must hold of it.
type Kind = (&'static str, fn(&[u8]));

/// Those besides the formats of numbers.
const OTHERS: [Kind; 11] = [
    ("parse", parse),
    ("check", check),
    ("fix", fix),
    ("extreme", extreme),
    ("activitynet", activitynet),
    ("cell", cell),
    ("pack", pack),
    ("checkpoint", checkpoint),
    ("manifest", manifest),
    ("lines", lines),
    ("weights", weights),
];

/// Every kind of input.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    let formats = FORMATS.iter().map(|format| format.format().word);
    OTHERS.iter().map(|(kind, _)| *kind).chain(formats)
}

/// Holds an input to what all of its kind must stand.
pub fn stand(kind: &str, bytes: &[u8]) {
    if let Some((_, stand)) = OTHERS.iter().find(|(other, _)| *other == kind) {
        return stand(bytes);
    }
    let format = FORMATS.iter().find(|format| format.format().word == kind);
    arrays(*format.unwrap_or_else(|| panic!("`{kind}` is no kind of input")), bytes);
}

// ---------------------------------------------------------------- texts

fn parsed(text: &str) -> (SourceMap, String, Vec<Diagnostic>) {
    let mut sources = SourceMap::default();
    let id = sources.add("fuzz.mhm", text);
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

/// Some rows of an array that the header tells of, as training reads them; of one of moderate size all of them.
fn rows(opened: Result<Box<dyn Rows>, data::DataError>) {
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
        let _ = whole.fits_target(&TargetKind::Class { classes: 2, axes: vec![], ignore: None, labels: None });
    }
    // One row more than there are.
    assert!(rows.read(last..samples + 1, &mut values).is_err() || samples == last);
}

/// Opens everything that the file says it has, and what it does not have.
fn arrays(format: &dyn data::format::Format, bytes: &[u8]) {
    file(format.format().extensions[0], bytes, |path| {
        let names = format.names(path).unwrap_or_default();
        let open = |selection| rows(format.open(path, selection));
        let _ = inspect(path);
        names.iter().take(8).for_each(|name| open(Selection::Array(name)));
        open(Selection::Array("none"));
        open(Selection::Only);
        open(Selection::Columns(Columns::usual(&Pick::named(&names))));
    });
}

pub fn activitynet(bytes: &[u8]) {
    file("json", bytes, |path| {
        let truths = data::activitynet::annotations(path).unwrap_or_default();
        let found = data::activitynet::results(path).unwrap_or_default();
        let _ = data::activitynet::score(&found, &truths, &[0.3, 0.7]);
        let _ = data::activitynet::of_subset(truths, "test", path);
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
