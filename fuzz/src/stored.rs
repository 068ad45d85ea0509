//! Stored runs as inputs. What lies behind a seal has to stand anything, too, so inputs are sealed here.

use super::scratch;
use mhm::cli::files::{self, Input};
use mhm::data::{self, Dataset};
use mhm::graph::{self, Graph};
use mhm::measure;
use mhm::plan::{self, Plan};
use mhm::record::checkpoint::Checkpoint;
use mhm::record::{Artifacts, Perturbation, Recipe};
use mhm::report::{Report, html};
use mhm::seed::Seed;
use mhm::store::{Claims, Owner, Store, Wanted};
use mhm::tensor::Device;
use mhm::train::{self, Boundary, Checkpointing, EvaluationPlan, Event, Job, Networks, RunError, Trained, Watch};
use serde_json::{Map, Value};
use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;

/// A stored text with its seal.
fn sealed(text: &str) -> String {
    format!("// blake3 {}\n{text}", blake3::hash(text.as_bytes()).to_hex())
}

/// A line with its seal, where it is an object.
fn sealed_line(line: &str) -> String {
    let sum = blake3::hash(line.as_bytes()).to_hex();
    line.strip_suffix('}').map_or(line.to_string(), |open| format!("{open},\"blake3\":\"{}\"}}", &sum[..16]))
}

/// What a note, the tensors' part of a safetensors header, and the tensors' bytes are as an input: two lines and the rest.
pub fn parts(file: &[u8]) -> Vec<u8> {
    let size = u64::from_le_bytes(file[..8].try_into().expect("eight bytes")) as usize;
    let mut header: Map<String, Value> = serde_json::from_slice(&file[8..8 + size]).expect("a header is JSON");
    let metadata = header.remove("__metadata__").expect("a run's file has them");
    let entry: Value = serde_json::from_str(metadata["mhm"].as_str().expect("a text")).expect("an entry is JSON");
    [format!("{}\n{}\n", entry["note"], Value::Object(header)).as_bytes(), &file[8 + size..]].concat()
}

/// The file of these [`parts`] with all its sums, and the recipe in its note.
fn assembled(input: &[u8]) -> Option<(Vec<u8>, Recipe)> {
    let mut lines = input.splitn(3, |byte| *byte == b'\n');
    let note = std::str::from_utf8(lines.next()?).ok()?;
    let (header, tensors) = (lines.next()?, lines.next()?);
    let recipe = serde_json::from_str::<Value>(note).ok()?.get("recipe")?.clone();
    let mut header: Map<String, Value> = serde_json::from_slice(header).ok()?;
    let place = |tensor: &Value, end: usize| tensor["data_offsets"][end].as_u64().map(|at| at as usize);
    let sum = |(name, tensor): (&String, &Value)| {
        let bytes = tensors.get(place(tensor, 0)?..place(tensor, 1)?)?;
        Some((name.clone(), blake3::hash(bytes).to_hex()[..16].into()))
    };
    let sums: Map<String, Value> = header.iter().filter_map(sum).collect();
    let zeros = "0".repeat(64);
    let entry = format!(r#"{{"blake3":"{zeros}","sums":{},"note":{note}}}"#, Value::Object(sums));
    header.insert("__metadata__".into(), serde_json::json!({ "mhm": entry }));
    let header = Value::Object(header).to_string();
    let own = blake3::hash(header.as_bytes()).to_hex();
    let header = header.replacen(&zeros, &own, 1);
    let file = [&(header.len() as u64).to_le_bytes(), header.as_bytes(), tensors].concat();
    Some((file, serde_json::from_value(recipe).ok()?))
}

/// The run that stored ones are held against: `seeds/standing.mhm`.
pub struct Fixture {
    pub graph: Graph,
    pub plan: Plan,
    pub data: Dataset,
    device: Device,
}

impl Fixture {
    /// Trains it from where it stands, if that can be.
    pub fn resume(
        &self,
        checkpointing: Checkpointing<'_>,
        listen: &mut dyn FnMut(Event<'_>),
    ) -> Result<Trained<'_>, RunError> {
        static GO_ON: AtomicBool = AtomicBool::new(false);
        let Self { graph, plan, data, device } = self;
        let job = Job { graph, plan, data, seed: Seed(0), device, begin: &[], stop: &GO_ON };
        let mut end = EvaluationPlan::default();
        for split in ["train", "test"] {
            end.add((split.into(), None), Networks::Each);
        }
        end.add(("test".into(), Some(Perturbation::Without("first".into()))), Networks::Deployed);
        let watch = Watch { epochs: [(1, end.clone())].into(), end, noise: 1.0 };
        train::resume(&job, &watch, checkpointing, listen)
    }
}

pub fn fixture() -> &'static Fixture {
    static FIXTURE: OnceLock<Fixture> = OnceLock::new();
    FIXTURE.get_or_init(|| {
        let text = include_str!("../seeds/standing.mhm").into();
        let (_, mut checked, _) = files::check(&Input { name: "standing.mhm".into(), text });
        let pipeline = checked.pipelines.pop().expect("the seed has a pipeline");
        let data =
            data::load(&mhm::experiment::spec(&pipeline.data, &[]), Seed(0)).expect("the seed's dataset is sound");
        Fixture { graph: graph::lower(&pipeline), plan: plan::schedule(&pipeline), data, device: Device::cpu() }
    })
}

/// A folder of runs with one file of its own, then the folder's path.
fn folder<T>(name: &str, bytes: &[u8], read: impl FnOnce(&Path) -> T) -> T {
    let folder = scratch();
    let file = folder.join(name);
    fs::create_dir_all(folder.join("cells")).expect("the folder of temporary files can be written");
    fs::create_dir_all(file.parent().expect("a file lies in a folder")).expect("as above");
    fs::write(folder.join("manifest.ron"), sealed(include_str!("../seeds/manifest.ron"))).expect("as above");
    fs::write(file, bytes).expect("as above");
    let read = read(&folder);
    let _ = fs::remove_dir_all(&folder);
    read
}

/// What a stored run kept, if it can be read.
pub fn kept(bytes: &[u8]) -> Option<Artifacts> {
    let (file, recipe) = assembled(bytes)?;
    let address = recipe.address();
    folder(&format!("cells/{address}.safetensors"), &file, |folder| {
        let store = Store::open(folder).expect("its manifest is good");
        store.stored(&address).and_then(|mut stored| stored.artifacts(Wanted::All)).ok()
    })
}

/// Where a stopped run stands, if that can be read.
pub fn stopped(bytes: &[u8]) -> Option<Checkpoint> {
    let (file, recipe) = assembled(bytes)?;
    folder(&format!("checkpoints/{}/000000000001.safetensors", recipe.address()), &file, |folder| {
        let store = Store::open(folder).expect("its manifest is good");
        store.checkpoint(&recipe, &mut |_, _| {}).ok()?.map(|(_, checkpoint)| checkpoint)
    })
}

/// A run that was trained before, and what follows from it: faults of its trail, measures, a confusion matrix.
pub fn cell(bytes: &[u8]) {
    let Some(kept) = kept(bytes) else { return };
    for array in kept.weights.values() {
        assert_eq!(array.axes.iter().product::<usize>(), array.values.len());
    }
    kept.trail.faults();
    measure::within(&kept, &fixture().graph);
    for evaluated in &kept.evaluated {
        measure::confusion(&kept, &evaluated.split);
    }
}

/// A run that was stopped, and goes on.
pub fn checkpoint(bytes: &[u8]) {
    let Some(from) = stopped(bytes) else { return };
    let due = |boundary| boundary == Boundary::Phase;
    let _ = fixture().resume(Checkpointing { from: Some(&from), due: Some(&due) }, &mut |_| {});
}

/// The experiment that was run, and the page that is drawn of it.
pub fn manifest(bytes: &[u8]) {
    folder("manifest.ron", sealed(&String::from_utf8_lossy(bytes)).as_bytes(), |folder| {
        let Ok(store) = Store::open(folder) else { return };
        let _ = store.texts();
        html::page(&Report { manifest: store.manifest().clone(), records: vec![], confusion: vec![] });
    });
}

/// A pack of several runs, but for the sum of its list.
pub fn pack(bytes: &[u8]) {
    let count =
        bytes.len().checked_sub(16).map_or(0, |at| u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight")));
    let listed = usize::try_from(count).ok().and_then(|count| count.checked_mul(32)?.checked_add(16));
    let list = listed.and_then(|length| bytes.get(bytes.len().checked_sub(length)?..)).unwrap_or(bytes);
    let file = [bytes, blake3::hash(list).as_bytes()].concat();
    folder("cells/000001.pack", &file, |folder| {
        let read = || {
            let Ok(store) = Store::open(folder) else { return };
            for address in store.addresses().unwrap_or_default() {
                let _ = (store.tie(&address), store.artifacts(&address, Wanted::All));
            }
        };
        read();
        let lock = Claims::join(folder, Owner::default(), |_| false).expect("a folder of ours");
        let manifest = Store::open(folder).expect("its manifest is good").manifest().clone();
        let _ = Store::create(&lock, manifest, &[], &mut |_, _| {});
        read();
    });
}

/// Lines of what happened, and of what was measured.
pub fn lines(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let lines: String = text.lines().map(|line| sealed_line(line) + "\n").collect();
    for name in ["events.jsonl", "records.jsonl"] {
        folder(name, lines.as_bytes(), |folder| {
            let store = Store::open(folder).expect("its manifest is good");
            let _ = (store.failures(), store.fresh());
            let records = store.records().unwrap_or_default().into_iter().map(|line| line.record).collect();
            html::page(&Report { manifest: store.manifest().clone(), records, confusion: vec![] });
        });
    }
}
