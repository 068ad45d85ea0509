//! What happens to programs and machines, done to a real run: whatever ended it, the same command goes on, and what comes out is
//! that of a run that nothing happened to.

use crate::store::{cells, command, folder, left, mhm, spawned, store};
use crate::zz_needs::not_run;
use mhm::record::{Address, RunRecord};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Two methods, two seeds, with all that a run remembers: statistics, dropout, momentum, a rate that asks for losses.
fn text(epochs: usize) -> String {
    format!(
        r#"
use std.dataset.TwoMoons
use std.schedule.*

network Mixed(width: Int = 16) {{
  in     each modality: [D]
  uni    embed = linear(width) |> batch_norm |> relu
  fusion joint = linear(width) |> dropout(0.2) |> relu
  head   h     = linear(2)
  out    h(joint(concat(embed(modality))))
}}

pipeline moons(method: Schedule = EndToEnd) {{
  data TwoMoons
  network Mixed
  loss cross_entropy
  optimizer adam(lr: 3e-3)
  rate plateau(patience: 5)
  schedule method
  batch 16
  budget {epochs} epochs
  metrics error
}}

experiment methods {{
  vary method in [EndToEnd, Mhm(heads: 3)]
  seeds 2
  run moons(method)
  table test_error, fresh_gap {{ rows method }}
  figure test_error {{ lines method }}
}}
"#
    )
}

/// A folder with the program in it.
pub fn prepared(name: &str, epochs: usize) -> PathBuf {
    let at = folder(&format!("fault_{name}"));
    fs::write(at.join("m.mhm"), text(epochs)).expect("a folder of ours");
    at
}

fn start(at: &Path, arguments: &[&str]) -> Child {
    let arguments = [&["run", "m.mhm", "--threads", "2"], arguments].concat();
    spawned(&mut command(at, &arguments))
}

pub fn signal(child: &Child, name: &str) {
    // A child that has just ended cannot be told anything.
    let _ = Command::new("kill").args([name, &child.id().to_string()]).stderr(Stdio::null()).status();
}

/// Everything that runs left, and the tables they printed.
type End = (String, BTreeSet<Address>, Vec<(RunRecord, Vec<(String, Vec<u32>)>)>);

fn came_to(at: &Path, table: String) -> End {
    let store = store(at);
    let addresses = store.addresses().expect("a folder of runs");
    let runs: Vec<_> = addresses.iter().map(|address| left(&store, address)).collect();
    (table, addresses, runs)
}

fn undisturbed(name: &str, epochs: usize) -> End {
    let at = prepared(&format!("{name}_whole"), epochs);
    let (code, out, err) = mhm(&at, &["run", "m.mhm", "--threads", "1", "--checkpoint", "stop"]);
    assert_eq!(code, 0, "{err}");
    came_to(&at, out)
}

/// Whole checkpoints of all runs, in order.
pub fn checkpoints(at: &Path) -> Vec<PathBuf> {
    let runs = fs::read_dir(at.join("runs/methods/checkpoints")).into_iter().flatten().flatten();
    let files = runs.flat_map(|run| fs::read_dir(run.path()).into_iter().flatten().flatten().map(|e| e.path()));
    let mut files: Vec<PathBuf> = files.filter(|p| p.extension().is_some_and(|e| e == "safetensors")).collect();
    files.sort();
    files
}

/// Trains two runs, each of which has kept so many checkpoints and waits.
pub fn held(at: &Path, each: usize) -> Child {
    let mut command = command(at, &["run", "m.mhm", "--threads", "2", "--checkpoint", "phase"]);
    let mut child = spawned(command.env("MHM_FAULT", format!("hold {each}")));
    while checkpoints(at).len() < 2 * each {
        assert!(child.try_wait().expect("a child of ours").is_none(), "it was over before");
        std::thread::sleep(Duration::from_millis(2));
    }
    child
}

fn killed_at_checkpoints(at: &Path, each: usize) {
    let mut child = held(at, each);
    child.kill().and_then(|()| child.wait()).expect("a child of ours");
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Kills a run again and again; how often, until it was done.
fn killed(name: &str, epochs: usize, kills: usize, checkpoint: &str) {
    let at = prepared(name, epochs);
    let mut stream = mhm::seed::Seed(kills as u64).stream(name);
    let mut survived = 0;
    while survived < kills {
        let mut child = start(&at, &["--checkpoint", checkpoint]);
        std::thread::sleep(Duration::from_micros(2_000 + stream.below(150_000) as u64));
        if child.try_wait().expect("a child of ours").is_some() {
            assert!(survived > kills / 2, "it was done after {survived} kills: give it more epochs");
            break;
        }
        child.kill().expect("a child of ours");
        child.wait().expect("a child of ours");
        survived += 1;
    }
    let output = start(&at, &[]).wait_with_output().expect("a child of ours");
    assert!(output.status.success(), "{}", err(&output));
    let out = String::from_utf8(output.stdout).expect("tables are text");
    assert!(came_to(&at, out) == undisturbed(name, epochs), "after {survived} kills something is not the same");
    let damaged: Vec<_> = cells(&at)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|e| e != "safetensors" && e != "pack"))
        .collect();
    assert!(damaged.is_empty(), "nothing is ever torn, and nothing half written stays: {damaged:?}");
    println!("{survived} kills survived");
}

#[test]
fn a_killed_run_goes_on_to_the_same_bits() {
    killed("killed", 400, 12, "phase");
}

#[test]
#[ignore = "minutes: cargo test --test it faults -- --ignored --nocapture"]
fn two_hundred_kills_at_random_moments_are_survived() {
    killed("killed_often", 1500, 200, "0s");
}

#[test]
fn told_to_end_it_leaves_checkpoints_and_goes_on() {
    let at = prepared("told", 400);
    let mut stops = 0;
    for name in ["-INT", "-TERM", "-HUP", "-TERM"] {
        let mut child = start(&at, &["--checkpoint", "stop"]);
        while !at.join("runs/methods/events.jsonl").exists() {
            std::thread::sleep(Duration::from_millis(5));
        }
        std::thread::sleep(Duration::from_millis(150));
        if child.try_wait().expect("a child of ours").is_some() {
            break;
        }
        let told = Instant::now();
        signal(&child, name);
        let output = child.wait_with_output().expect("a child of ours");
        // Two seconds are promised; the rest is for a machine that is busy with other tests.
        assert!(told.elapsed() < Duration::from_secs(8), "{:?}", told.elapsed());
        if output.status.code() == Some(130) {
            assert!(err(&output).contains("the same command goes on"), "{}", err(&output));
            let left = fs::read_dir(at.join("runs/methods/checkpoints")).map_or(0, Iterator::count);
            stops += usize::from(left > 0);
        }
    }
    assert!(stops > 0, "no signal came while it ran, or nothing was kept");
    let (code, out, why) = mhm(&at, &["run", "m.mhm"]);
    assert_eq!(code, 0, "{why}");
    assert!(came_to(&at, out) == undisturbed("told", 400));
    let left = fs::read_dir(at.join("runs/methods/checkpoints")).map_or(0, Iterator::count);
    assert_eq!(left, 0, "what is done needs no checkpoint");
}

#[test]
fn what_batch_systems_send_leaves_a_checkpoint() {
    let at = prepared("batch", 20_000);
    for name in ["-USR1", "-USR2", "-XCPU", "-QUIT"] {
        let child = start(&at, &["--checkpoint", "stop"]);
        let events = || fs::read_to_string(at.join("runs/methods/events.jsonl")).unwrap_or_default();
        let before = events().len();
        while events().len() == before {
            std::thread::sleep(Duration::from_millis(5));
        }
        std::thread::sleep(Duration::from_millis(150));
        signal(&child, name);
        if name == "-XCPU" {
            // It comes every second from then on.
            signal(&child, name);
        }
        let output = child.wait_with_output().expect("a child of ours");
        assert_eq!(output.status.code(), Some(130), "{name}: {}", err(&output));
        assert!(err(&output).contains("stand at a checkpoint; the same command goes on"), "{name}: {}", err(&output));
        assert!(!checkpoints(&at).is_empty(), "{name}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_nohup_started_does_not_end_with_its_terminal() {
    let at = prepared("nohup", 400);
    let mut words = Command::new("nohup");
    words.arg(env!("CARGO_BIN_EXE_mhm")).args(["run", "m.mhm", "--threads", "2"]).current_dir(&at);
    let mut child = words.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("nohup starts");
    while !at.join("runs/methods/events.jsonl").exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(child.try_wait().expect("a child of ours").is_none(), "give it more epochs");
    signal(&child, "-HUP");
    assert!(child.wait().expect("a child of ours").success());
}

#[test]
fn a_damaged_checkpoint_is_set_aside_and_the_one_before_it_is_gone_on_from() {
    let at = prepared("damaged", 30);
    killed_at_checkpoints(&at, 2);
    let files = checkpoints(&at);
    let of_one: Vec<&PathBuf> = files.iter().filter(|path| path.parent() == files[0].parent()).collect();
    assert!((1..=3).contains(&of_one.len()), "the last two stay: {of_one:?}");
    let last = of_one.last().expect("there is one");
    let mut bytes = fs::read(last).expect("a file of ours");
    let middle = bytes.len() * 3 / 4;
    bytes[middle] ^= 4;
    fs::write(last, &bytes).expect("a file of ours");
    // Times of files say nothing: a clock that jumped changes no run.
    let past = fs::FileTimes::new().set_modified(std::time::UNIX_EPOCH);
    for file in &files {
        fs::File::options().write(true).open(file).and_then(|f| f.set_times(past)).expect("a file of ours");
    }
    let (code, out, why) = mhm(&at, &["run", "m.mhm"]);
    assert_eq!(code, 0, "{why}");
    assert!(why.contains(" is damaged: ") && why.contains(".safetensors.damaged` now"), "{why}");
    assert!(came_to(&at, out) == undisturbed("damaged", 30));
}

#[test]
fn a_stopped_run_goes_on_though_less_or_more_is_asked_of_it() {
    let whole = text(30);
    let figure = "  figure test_error { lines method }\n";
    assert!(whole.contains(figure));
    let less = whole.replace(figure, "").replace("test_error, fresh_gap", "test_error, test_error_noisy_first");
    let more = whole.replace(figure, "  figure train_error { lines method }\n");
    for (name, asked, anew) in [("less", less, false), ("more", more, true)] {
        let at = prepared(&format!("asked_{name}"), 30);
        killed_at_checkpoints(&at, 2);
        let beside = prepared(&format!("asked_{name}_whole"), 30);
        let end = |at: &Path| {
            fs::write(at.join("m.mhm"), &asked).expect("a folder of ours");
            let (code, out, why) = mhm(at, &["run", "m.mhm"]);
            assert_eq!(code, 0, "{why}");
            (came_to(at, out), why)
        };
        let ((went_on, why), (whole, _)) = (end(&at), end(&beside));
        assert_eq!(why.contains("begins anew, its checkpoint has not shown"), anew, "{why}");
        assert!(went_on == whole, "{name} was asked");
    }
}

#[test]
fn changed_data_are_refused_where_a_run_was_interrupted() {
    let at = folder("fault_data");
    let points: String = (0..60).map(|i| format!("{},{}\n", f64::from(i * 7 % 13) / 3.0, i % 2)).collect();
    let write = |text: &str| fs::write(at.join("points.csv"), text).expect("a folder of ours");
    write(&format!("x,y\n{points}"));
    let text = r#"
use std.schedule.*
dataset Points from "points.csv" {
  modality x: [1] = csv(columns: ["x"])
  target y: class(2) = csv(columns: ["y"])
  split train = random(0.7)
  split test = rest
}
network N {
  in   x: [A]
  uni  e = linear(2)
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
  budget 30 epochs
  metrics error
}
experiment methods {
  seeds 6
  run p
  table test_error
}
"#;
    fs::write(at.join("m.mhm"), text).expect("a folder of ours");
    killed_at_checkpoints(&at, 1);
    write(&format!("x,y\n9.5,1\n{points}"));
    let (code, _, why) = mhm(&at, &["run", "m.mhm"]);
    assert!(
        code == 2 && why.contains("`points.csv` has changed since the runs in `runs/methods` were interrupted"),
        "{why}"
    );
    let hash = |line: &str| line.split_whitespace().any(|word| word.trim_matches([',', ';']).len() == 64);
    assert_eq!(why.lines().filter(|line| hash(line)).count(), 2, "{why}");
    assert!(why.contains("--fresh"), "{why}");
    write(&format!("x,y\n{points}"));
    assert_eq!(mhm(&at, &["run", "m.mhm", "-q"]).0, 0);
}

#[test]
fn a_panic_in_one_run_is_that_runs_failure() {
    let at = prepared("panic", 2);
    let run = |fault: &str| {
        let output = command(&at, &["run", "m.mhm", "--threads", "2"]).env("MHM_FAULT", fault).output();
        let output = output.expect("the program starts");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned(), err(&output))
    };
    let (code, out, why) = run("panic 1");
    assert_eq!(code, Some(1), "{why}");
    let said = "a fault of mhm itself at src/cli/test_hooks.rs:";
    assert!(why.contains(said) && why.contains("MHM_FAULT is set; please report it"), "{why}");
    assert!(!why.contains("panicked") && !why.contains("RUST_BACKTRACE"), "{why}");
    assert!(why.contains(", 2 failed"), "the runs of seed 0 went on: {why}");
    assert!(out.contains("methods"), "{out}");
    let (code, status, _) = mhm(&at, &["status", "methods"]);
    assert!(code == 0 && status.contains(said), "{status}");
    let (_, report, why) = mhm(&at, &["report", "methods"]);
    let page = fs::read_to_string(at.join("runs/methods/report/report.html")).unwrap_or_default();
    assert!(page.contains("a fault of mhm itself"), "{report}{why}");
    let records = store(&at).records().expect("they were written");
    let failures: Vec<&RunRecord> = records.iter().map(|line| &line.record).filter(|r| r.failure.is_some()).collect();
    assert!(!failures.is_empty() && failures.iter().all(|record| record.seed == 1), "{failures:?}");
    // The next time they are tried again.
    let (code, _, why) = run("");
    assert_eq!(code, Some(0), "{why}");
}

#[test]
fn a_panic_anywhere_else_is_one_sentence_and_an_exit_code_of_its_own() {
    let at = prepared("panic_anywhere", 2);
    let mut command = command(&at, &["check", "m.mhm"]);
    let output = command.env("MHM_FAULT", "program").env_remove("RUST_BACKTRACE").output().expect("the program starts");
    let why = err(&output);
    assert_eq!(output.status.code(), Some(101), "{why}");
    assert!(
        why.starts_with("mhm: a fault of mhm itself at src/cli/test_hooks.rs:") && why.lines().count() == 1,
        "{why}"
    );
    assert!(why.contains("MHM_FAULT is set; please report it"), "{why}");
}

/// A small file system of its own, if we may make one.
struct Small(PathBuf);

impl Small {
    fn new(name: &str, size: &str) -> Option<Self> {
        let at = folder(&format!("fault_{name}"));
        let options = format!("size={size}");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(&at).output();
        match mounted {
            Ok(output) if output.status.success() => Some(Self(at)),
            Ok(_) | Err(_) => {
                not_run("no file system can be mounted here");
                None
            }
        }
    }

    fn again(&self, option: &str) {
        let options = format!("remount,{option}");
        let status = Command::new("mount").args(["-o", &options]).arg(&self.0).status();
        assert!(status.is_ok_and(|status| status.success()));
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_loses_nothing_that_was_stored() {
    let Some(disk) = Small::new("full", "400k") else { return };
    let at = &disk.0;
    fs::write(at.join("m.mhm"), text(40)).expect("there is room for this");
    let seeds = ["run", "m.mhm", "--seeds", "12"];
    let (code, _, why) = mhm(at, &seeds);
    assert!(code == 2 && why.contains("there is no room left"), "{code}: {why}");
    assert_eq!(why.matches("there is no room left").count(), 1, "{why}");
    let kept = store(at).addresses().expect("a folder of runs").len();
    assert!((1..24).contains(&kept), "{kept}");
    for address in store(at).addresses().expect("a folder of runs") {
        left(&store(at), &address);
    }
    disk.again("size=64m");
    let (code, out, why) = mhm(at, &seeds);
    assert!(code == 0 && why.contains(&format!("{kept} of 24 runs were done already")), "{why}");
    let whole = prepared("full_whole", 40);
    let (_, expected, _) = mhm(&whole, &seeds);
    assert_eq!(out, expected);
}

#[test]
fn a_folder_that_can_only_be_read_is_told_before_anything_is_trained() {
    let Some(disk) = Small::new("read_only", "1m") else { return };
    let at = &disk.0;
    fs::write(at.join("m.mhm"), text(4)).expect("there is room for this");
    disk.again("ro");
    let (code, out, why) = mhm(at, &["run", "m.mhm"]);
    assert!(code == 2 && out.is_empty(), "{out}");
    assert!(why.contains("`runs/methods`: it can only be read; give `--runs` another folder"), "{why}");
}

#[test]
fn who_works_in_a_folder_is_known_and_a_dead_one_is_recognised() {
    let at = prepared("owner", 2000);
    let child = held(&at, 1);
    let owner = format!("process {}", child.id());
    let (code, _, why) = mhm(&at, &["run", "m.mhm", "--fresh"]);
    assert!(code == 2 && why.contains(&format!("`runs/methods` is in use by {owner}")), "{why}");
    assert!(why.contains("`--fresh` begins when they have ended"), "{why}");
    assert_eq!(mhm(&at, &["status", "methods"]).0, 0, "who only reads claims nothing");
    signal(&child, "-KILL");
    child.wait_with_output().expect("a child of ours");
    let child = start(&at, &[]);
    let owner = format!("process {}", child.id());
    let works = |text: PathBuf| fs::read_to_string(text).is_ok_and(|text| text.contains(&owner));
    let workers = at.join("runs/methods/workers");
    while !fs::read_dir(&workers).unwrap().any(|entry| works(entry.unwrap().path())) {
        std::thread::sleep(Duration::from_millis(5));
    }
    signal(&child, "-INT");
    let why = err(&child.wait_with_output().expect("a child of ours"));
    assert!(why.contains("ended without leaving; what it stored is gone on from"), "{why}");
}
