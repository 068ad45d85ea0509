//! Results are held against themselves: a changed byte anywhere is found, and a run can be had again to the bit.

use crate::store::{apart, cells, folder, mhm};
use std::fs;
use std::path::{Path, PathBuf};

const TEXT: &str = r#"
use std.dataset.TwoMoons
use std.network.ToyEarly
use std.schedule.*

pipeline moons(method: Schedule = EndToEnd) {
  data TwoMoons
  network ToyEarly(width: 8)
  loss cross_entropy
  optimizer adam(lr: 3e-3)
  schedule method
  batch 16
  budget 6 epochs
  metrics error
}

experiment methods {
  vary method in [EndToEnd, Mhm(heads: 2)]
  seeds 2
  run moons(method)
  table test_error, fresh_gap { rows method }
  figure test_error { lines method }
}
"#;

/// A folder with everything in it that a folder of results may have.
fn prepared(name: &str) -> PathBuf {
    let at = folder(&format!("verify_{name}"));
    fs::write(at.join("m.mhm"), TEXT).expect("a folder of ours");
    let (code, _, err) = mhm(&at, &["run", "m.mhm", "--quiet"]);
    assert_eq!(code, 0, "{err}");
    let (code, _, err) = mhm(&at, &["report", "methods"]);
    assert_eq!(code, 0, "{err}");
    // A checkpoint stays where a run is stopped.
    let stopped = TEXT.replace("seeds 2", "seeds 3").replace("6 epochs", "60 epochs");
    fs::write(at.join("n.mhm"), stopped.replace("experiment methods", "experiment stopped")).expect("a folder of ours");
    at
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = vec![];
    for path in fs::read_dir(folder).expect("a folder of ours").flatten().map(|entry| entry.path()) {
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all.sort();
    all
}

/// Flips one bit of one byte, again and again; how many were found.
fn flips(name: &str, count: usize) {
    let at = prepared(name);
    let mut child = crate::store::command(&at, &["run", "n.mhm", "--quiet", "--checkpoint", "phase"]);
    let mut child =
        child.env("MHM_FAULT", "hold 2").stderr(std::process::Stdio::null()).spawn().expect("the program starts");
    while fs::read_dir(at.join("runs/stopped/checkpoints"))
        .into_iter()
        .flatten()
        .flatten()
        .all(|run| fs::read_dir(run.path()).map_or(0, Iterator::count) < 2)
    {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    child.kill().and_then(|()| child.wait()).expect("a child of ours");
    for tmp in files(&at.join("runs")).into_iter().filter(|path| path.extension().is_some_and(|e| e == "tmp")) {
        fs::remove_file(tmp).expect("a file of ours");
    }
    let mut stream = mhm::seed::Seed(1).stream("flips");
    let mut found = 0;
    for run in ["methods", "stopped"] {
        let (code, out, err) = mhm(&at, &["verify", run]);
        // What was never finished has no records to be wrong.
        assert_eq!(code, 0, "{out}{err}");
        // Who runs it is no result.
        let is_result =
            |path: &PathBuf| !["workers", "claims"].iter().any(|name| path.iter().any(|part| part == *name));
        let all: Vec<PathBuf> = files(&at.join("runs").join(run)).into_iter().filter(is_result).collect();
        for _ in 0..count / 2 {
            let file = &all[stream.below(all.len())];
            let whole = fs::read(file).expect("a file of ours");
            if whole.is_empty() {
                continue;
            }
            let (byte, bit) = (stream.below(whole.len()), stream.below(8));
            let mut changed = whole.clone();
            changed[byte] ^= 1 << bit;
            fs::write(file, &changed).expect("a file of ours");
            let (code, out, err) = mhm(&at, &["verify", run]);
            fs::write(file, &whole).expect("a file of ours");
            assert_ne!(code, 0, "bit {bit} of byte {byte} of {} is not found", file.display());
            let name = file.file_name().expect("a file").to_string_lossy().into_owned();
            // A wrong check sum accuses its file.
            let named = out.contains(&name) || err.contains(&name) || name == "blake3.txt";
            assert!(named, "{name}: {out}{err}");
            found += 1;
        }
        assert_eq!(mhm(&at, &["verify", run]).0, 0);
    }
    println!("{found} flipped bits found of {found}");
}

#[test]
fn a_changed_byte_is_found_wherever_it_is() {
    flips("flips", 80);
}

#[test]
#[ignore = "minutes: cargo test --test it verify -- --ignored --nocapture"]
fn a_thousand_changed_bytes_are_found() {
    flips("many_flips", 1200);
}

#[test]
fn whole_results_are_told_what_was_held_against_what() {
    let at = prepared("whole");
    let (code, out, err) = mhm(&at, &["verify", "methods"]);
    assert_eq!(code, 0, "{err}");
    for fact in [
        "are what was written\n",
        "visits of phases left every frozen module as it was\n",
        "phases trained on no sample of another split\n",
        "4 runs have the measures that follow from their predictions\n",
    ] {
        assert!(out.contains(fact), "{out}");
    }
    fs::remove_file(&cells(&at)[0]).expect("a file of ours");
    let (code, out, _) = mhm(&at, &["verify", "methods"]);
    assert!(code == 1 && out.contains("`records.jsonl` has measures, and there is no run"), "{out}");
}

#[test]
fn modules_without_weights_are_no_fault() {
    let at = folder("verify_weightless");
    let network = "network Bare {
  in     each modality: [D]
  uni    each embed = linear(3) |> relu
  fusion joint = concat
  head   classify = linear(2)
  out    classify(joint(embed(modality)))
}
experiment";
    fs::write(at.join("m.mhm"), TEXT.replace("ToyEarly(width: 8)", "Bare").replace("experiment", network)).unwrap();
    let (code, _, err) = mhm(&at, &["run", "m.mhm", "--quiet"]);
    assert_eq!(code, 0, "{err}");
    let (code, out, err) = mhm(&at, &["verify", "methods"]);
    assert_eq!(code, 0, "{out}{err}");
}

#[test]
fn a_run_is_had_again_to_the_bit() {
    let at = prepared("again");
    for arguments in [&["reproduce", "methods"][..], &["reproduce", "methods", "--arm", "Mhm(heads: 2)", "--seed", "1"]]
    {
        let (code, out, err) = mhm(&at, arguments);
        assert!(
            code == 0 && out.contains(": the same to the bit: ") && out.contains(" visits of phases"),
            "{out}{err}"
        );
    }
    // What the file on disk says by now does not count.
    fs::write(at.join("m.mhm"), "nonsense").expect("a folder of ours");
    assert_eq!(mhm(&at, &["reproduce", "methods"]).0, 0);
    let (code, _, err) = mhm(&at, &["reproduce", "methods", "--seed", "7"]);
    assert!(code == 2 && err.contains("was not run with the seed 7"), "{err}");
}

/// What takes long, or much memory, is told by a limit.
fn at_once(at: &Path, arguments: &[&str]) -> (i32, String) {
    let shell = format!("ulimit -v 4000000; exec {} {}", env!("CARGO_BIN_EXE_mhm"), arguments.join(" "));
    let started = std::time::Instant::now();
    let output =
        std::process::Command::new("sh").current_dir(at).args(["-c", &shell]).output().expect("there is a shell");
    // Two seconds are promised; the rest is for a machine that is busy with other tests.
    assert!(started.elapsed() < std::time::Duration::from_secs(60), "{arguments:?}: {:?}", started.elapsed());
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code().expect("it was not killed"), said)
}

/// A sealed file of a run whose first tensor has so many numbers, all of them holes.
fn promising(cell: &Path, axes: &str, numbers: u64) {
    let bytes = fs::read(cell).expect("a file of ours");
    let size = u64::from_le_bytes(bytes[..8].try_into().expect("eight bytes")) as usize;
    let mut header: serde_json::Value = serde_json::from_slice(&bytes[8..8 + size]).expect("a header");
    let entry = header["__metadata__"]["mhm"].as_str().expect("an entry").to_string();
    let own = entry.split('"').nth(3).expect("a sum").to_string();
    let mut entry: String = entry.replace(&own, &"0".repeat(64));
    // One tensor in the place of all.
    let name = header
        .as_object()
        .expect("an object")
        .keys()
        .find(|n| n.starts_with("epoch 1/test/out"))
        .expect("it was looked at")
        .clone();
    let others: Vec<String> = header.as_object().expect("an object").keys().cloned().collect();
    for other in others.iter().filter(|other| *other != "__metadata__") {
        header.as_object_mut().expect("an object").remove(other);
    }
    header[&name] =
        serde_json::from_str(&format!(r#"{{"dtype":"F32","shape":{axes},"data_offsets":[0,{}]}}"#, 4 * numbers))
            .expect("JSON");
    header["__metadata__"]["mhm"] = entry.clone().into();
    let text = header.to_string();
    let sum = blake3::hash(text.as_bytes()).to_hex().to_string();
    entry = entry.replacen(&"0".repeat(64), &sum, 1);
    header["__metadata__"]["mhm"] = entry.into();
    let text = header.to_string();
    fs::write(cell, [&(text.len() as u64).to_le_bytes(), text.as_bytes()].concat()).expect("a file of ours");
    let file = fs::File::options().write(true).open(cell).expect("a file of ours");
    file.set_len(8 + text.len() as u64 + 4 * numbers).expect("holes take no room");
}

#[test]
fn files_that_promise_more_than_they_have_are_told_at_once() {
    let at = prepared("bombs");
    apart(&at);
    let runs = at.join("runs/methods");
    let cell = cells(&at).remove(0);
    for (axes, numbers, said) in [
        ("[1099511627776]", 1 << 40, "are on the disk"),
        ("[268435456]", 1 << 28, "are on the disk"),
        ("[0,4611686018427387904]", 0, "would have more than"),
    ] {
        let whole = fs::read(&cell).expect("a file of ours");
        promising(&cell, axes, numbers);
        let (code, out) = at_once(&at, &["verify", "methods"]);
        assert!(code == 1 && out.contains("is damaged: ") && out.contains(said), "{axes}: {out}");
        let (code, out) = at_once(&at, &["export", "methods", "--arm", "EndToEnd", "-o", "model", "--seed", "0"]);
        assert!(code != 101, "{axes}: {out}");
        if numbers > 0 {
            let (code, out) = at_once(&at, &["run", "m.mhm", "--quiet"]);
            assert!(code == 0 && out.contains(".damaged` now"), "{axes}: {out}");
            assert!(fs::metadata(&cell).expect("it was made anew").len() < 1 << 20);
        } else {
            fs::write(&cell, &whole).expect("a file of ours");
        }
    }
    // A file of many runs, all holes.
    let pack = runs.join("cells/000009.pack");
    fs::File::create(&pack).and_then(|file| file.set_len(1 << 40)).expect("holes take no room");
    let (code, out) = at_once(&at, &["verify", "methods"]);
    assert!(code == 1 && out.contains("it has holes in the place of runs"), "{out}");
    let (code, out) = at_once(&at, &["run", "m.mhm", "--quiet"]);
    assert!(code == 0 && out.contains("000009.pack.damaged` now"), "{out}");
    fs::remove_file(pack.with_extension("pack.damaged")).expect("a file of ours");
    for name in ["events.jsonl", "records.jsonl", "manifest.ron", "report/blake3.txt", "report/report.html"] {
        let path = runs.join(name);
        let whole = fs::read(&path).expect("a file of ours");
        // All holes, ending in a line.
        let file = fs::File::options().write(true).open(&path).expect("a file of ours");
        file.set_len(1 << 40).expect("holes take no room");
        for arguments in [["verify", "methods"], ["status", "methods"], ["report", "methods"]] {
            let (code, out) = at_once(&at, &arguments);
            assert!(code <= 2 && (arguments[0] != "verify" || code > 0), "{name}: {out}");
        }
        if name == "events.jsonl" {
            let (code, out) = at_once(&at, &["run", "m.mhm", "--quiet"]);
            assert!(code == 0 && runs.join("events.jsonl.damaged").exists(), "it is set aside: {out}");
            assert_eq!(mhm(&at, &["verify", "methods"]).0, 0);
        }
        fs::write(&path, &whole).expect("a file of ours");
    }
    assert_eq!(mhm(&at, &["run", "m.mhm", "--quiet"]).0, 0);
    assert_eq!(mhm(&at, &["report", "methods"]).0, 0);
    assert_eq!(mhm(&at, &["verify", "methods"]).0, 0);
}

#[test]
fn pipes_and_sockets_among_the_results_wait_for_nobody() {
    let at = prepared("pipes");
    let runs = at.join("runs/methods");
    let cell = cells(&at).remove(0).strip_prefix(&runs).expect("it is below").display().to_string();
    let all =
        [cell.as_str(), "report/blake3.txt", "report/report.html", "events.jsonl", "records.jsonl", "manifest.ron"];
    for name in all {
        for kind in ["pipe", "socket"] {
            let path = runs.join(name);
            let whole = fs::read(&path).expect("a file of ours");
            fs::remove_file(&path).expect("a file of ours");
            // Its path may be too long for a socket, its name is not.
            let socket = std::env::temp_dir().join(format!("mhm-{}", std::process::id()));
            match kind {
                "pipe" => assert!(std::process::Command::new("mkfifo").arg(&path).status().is_ok_and(|s| s.success())),
                _ => {
                    let _ = fs::remove_file(&socket);
                    std::os::unix::net::UnixListener::bind(&socket).expect("a socket of ours");
                    if fs::rename(&socket, &path).is_err() {
                        // Another file system: nothing to try.
                        fs::write(&path, &whole).expect("a file of ours");
                        continue;
                    }
                }
            }
            for arguments in [["verify", "methods"], ["status", "methods"], ["report", "methods"], ["run", "m.mhm"]] {
                let (code, out) = at_once(&at, &arguments);
                assert!(code <= 2 && (arguments[0] != "verify" || code > 0), "{name}: {out}");
                if arguments[0] == "verify" {
                    assert!(out.contains(&format!("a {kind}")), "{name}: {out}");
                }
            }
            let _ = fs::remove_file(&path);
            fs::write(&path, &whole).expect("a file of ours");
        }
    }
}

#[test]
fn sums_name_files_of_the_report_alone() {
    let at = prepared("sums");
    let sums = at.join("runs/methods/report/blake3.txt");
    let whole = fs::read_to_string(&sums).expect("a file of ours");
    fs::write(at.join("outside"), "").expect("a folder of ours");
    let nothing = blake3::hash(b"").to_hex();
    for name in ["/dev/zero", "/dev/stdin", "../../../outside", "tables/../../../../outside", "", ".", "tables"] {
        fs::write(&sums, format!("{whole}{nothing}  {name}\n")).expect("a file of ours");
        let (code, out) = at_once(&at, &["verify", "methods"]);
        assert!(code == 1 && out.contains("writes it anew"), "{name}: {out}");
    }
    // What is no list, or names a file again and again, is told once.
    for text in ["x\n".repeat(1 << 20), whole.repeat(1000), "\0".repeat(1000)] {
        fs::write(&sums, text).expect("a file of ours");
        let (code, out) = at_once(&at, &["verify", "methods"]);
        assert!(code == 1 && out.matches("is no list of check sums").count() == 1, "{out}");
    }
}
