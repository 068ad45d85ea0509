//! Nothing outside of a folder of runs is written, renamed, removed or believed, whatever links stand in it, at any depth and
//! in any command; and what is swept in it is our own.

use crate::store::{folder, mhm, spots};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

const TEXT: &str = r#"
use std.dataset.TwoMoons
use std.network.ToyEarly
use std.schedule.*

pipeline moons(method: Schedule = EndToEnd) {
  data TwoMoons
  network ToyEarly(width: 4)
  loss cross_entropy
  optimizer adam(lr: 3e-3)
  schedule method
  batch 64
  budget 1 epochs
  metrics error
}

experiment methods {
  vary method in [EndToEnd, Mhm(heads: 2)]
  seeds 1
  run moons(method)
  table test_error { rows method }
}
"#;

/// A folder with a program that was run and drawn, and what a run that was stopped leaves.
fn prepared(name: &str) -> PathBuf {
    let at = folder(&format!("links_{name}"));
    fs::write(at.join("m.mhm"), TEXT).unwrap();
    for arguments in [["run", "m.mhm"], ["report", "methods"]] {
        let (code, _, err) = mhm(&at, &arguments);
        assert_eq!(code, 0, "{err}");
    }
    let stopped = at.join("runs/methods/checkpoints/0123456789abcdef0123456789abcdef");
    fs::create_dir_all(&stopped).unwrap();
    fs::write(stopped.join("000000000001.safetensors"), "half").unwrap();
    at
}

/// Everything below a folder.
fn contents(at: &Path) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
    let mut all = BTreeMap::new();
    for path in fs::read_dir(at).unwrap().map(|entry| entry.unwrap().path()) {
        match path.symlink_metadata().unwrap().is_dir() {
            true => all.extend(contents(&path)),
            false => _ = all.insert(path.clone(), fs::read(&path).ok()),
        }
    }
    all.insert(at.into(), None);
    all
}

/// The same folder once more.
fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for path in fs::read_dir(from).unwrap().map(|entry| entry.unwrap().path()) {
        let copy = to.join(path.file_name().unwrap());
        if path.is_dir() { copied(&path, &copy) } else { _ = fs::copy(&path, &copy).unwrap() }
    }
}

/// Every file and folder of a folder of runs, with its name below that.
fn places(at: &Path) -> Vec<String> {
    let below = at.join("runs/methods");
    let mut places: Vec<PathBuf> = vec![];
    for path in contents(&below).into_keys() {
        places.extend(path.ancestors().take_while(|above| above.starts_with(&below)).map(Path::to_path_buf));
    }
    places.sort();
    places.dedup();
    let name = |path: &PathBuf| path.strip_prefix(&below).unwrap().to_string_lossy().into_owned();
    let is_one_of_many =
        |name: &String| name.starts_with("report/") && name.matches('/').count() == 2 && !name.ends_with("-1.md");
    places.iter().map(name).filter(|name| !is_one_of_many(name)).collect()
}

#[test]
fn no_link_is_followed_at_any_depth_in_any_command() {
    let whole = prepared("whole");
    let places = places(&whole);
    assert!(places.len() > 15, "{places:?}");
    for (number, place) in places.iter().enumerate() {
        let at = folder(&format!("links_place_{number}"));
        copied(&whole, &at);
        let (path, outside) = (at.join("runs/methods").join(place), at.join("outside"));
        // With a slash behind it, a path of a link is that of its folder.
        let path = PathBuf::from(path.to_string_lossy().trim_end_matches('/'));
        fs::rename(&path, &outside).unwrap();
        symlink(&outside, &path).unwrap();
        let before = match outside.is_dir() {
            true => contents(&outside),
            false => [(outside.clone(), fs::read(&outside).ok())].into(),
        };
        for arguments in [
            &["verify", "methods"][..],
            &["status"],
            &["report", "methods"],
            &["export", "methods", "--arm", "EndToEnd", "-o", "model"],
            &["run", "m.mhm"],
            &["run", "m.mhm", "--fresh"],
            &["report", "runs/methods"],
        ] {
            let (code, out, err) = mhm(&at, arguments);
            assert!((0..=2).contains(&code), "{place}: {arguments:?}: {out}{err}");
            let now = match outside.is_dir() {
                true => contents(&outside),
                false => [(outside.clone(), fs::read(&outside).ok())].into(),
            };
            assert!(now == before, "{place}: {arguments:?} changed what is outside");
            if arguments[0] == "verify" {
                let said = out.clone() + &err;
                let is_told =
                    said.contains("symbolic link") || said.contains("it is not what was written; `mhm report`");
                assert!(code != 0 && is_told, "{place} is a link: {said}");
            }
        }
        fs::remove_dir_all(&at).unwrap();
    }
}

#[test]
fn a_folder_of_runs_that_is_swapped_for_a_link_loses_nothing_elsewhere() {
    let at = prepared("swapped");
    let (runs, outside) = (at.join("runs/methods"), at.join("outside"));
    for name in ["cells", "checkpoints/0123456789abcdef0123456789abcdef", "text", "report/tables", "report/figures"] {
        fs::create_dir_all(outside.join(name)).unwrap();
        fs::write(outside.join(name).join("x.1.2.mhm.tmp"), "precious").unwrap();
    }
    let before = contents(&outside);
    let stop = std::sync::atomic::AtomicBool::new(false);
    let mut swaps = 0;
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                for name in ["cells", "checkpoints", "text", "report"] {
                    let kept = runs.join(format!("{name}.kept"));
                    if fs::rename(runs.join(name), &kept).is_ok() {
                        // A command that makes the folder may come first.
                        swaps += usize::from(symlink(outside.join(name), runs.join(name)).is_ok());
                        std::thread::yield_now();
                        let _ = fs::remove_file(runs.join(name));
                        let _ = fs::rename(&kept, runs.join(name));
                    }
                }
            }
        });
        for _ in 0..4 {
            for arguments in [&["run", "m.mhm", "--fresh", "-q"][..], &["report", "methods"], &["run", "m.mhm", "-q"]] {
                let (code, out, err) = mhm(&at, arguments);
                assert!((0..=2).contains(&code), "{arguments:?}: {out}{err}");
            }
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    assert!(swaps > 0 && contents(&outside) == before);
}

#[test]
fn a_second_name_of_a_file_is_not_written_through() {
    for name in ["events.jsonl", "manifest.ron", "records.jsonl"] {
        let at = prepared("hard");
        let (file, elsewhere) = (at.join("runs/methods").join(name), at.join("elsewhere"));
        // Lines that are none are left behind, and the others get a file of their own.
        let precious = if name == "events.jsonl" { fs::read_to_string(&file).unwrap() } else { "precious\n".into() };
        fs::write(&file, &precious).unwrap();
        fs::hard_link(&file, &elsewhere).unwrap();
        let (code, out, err) = mhm(&at, &["run", "m.mhm", "--fresh"]);
        assert_eq!(fs::read_to_string(&elsewhere).unwrap(), precious, "{name}: {out}{err}");
        let refused = name == "events.jsonl";
        assert_eq!((code, err.contains("hard link")), (if refused { 2 } else { 0 }, refused), "{name}: {out}{err}");
    }
}

#[test]
fn what_killed_commands_left_is_swept_and_nothing_else() {
    let at = prepared("swept");
    let runs = at.join("runs/methods");
    let folders = [
        "",
        "cells",
        "text",
        "checkpoints/0123456789abcdef0123456789abcdef",
        "report",
        "report/tables",
        "report/figures",
    ];
    for folder in folders {
        fs::create_dir_all(runs.join(folder)).unwrap();
        fs::write(runs.join(folder).join("a.json.4711.12.mhm.tmp"), "half").unwrap();
        fs::write(runs.join(folder).join("notes.tmp"), "a person's own").unwrap();
    }
    // A run that is done, killed before its checkpoints were removed.
    let done = spots(&at).remove(0).0;
    let checkpoints = runs.join("checkpoints").join(done);
    fs::create_dir_all(&checkpoints).unwrap();
    fs::write(checkpoints.join("000000000001.safetensors"), "whole").unwrap();
    let (code, out, _) = mhm(&at, &["verify", "methods"]);
    assert!(code == 1 && out.matches("a.json.4711.12.mhm.tmp").count() >= 4, "{out}");
    assert_eq!(mhm(&at, &["run", "m.mhm"]).0, 0);
    for folder in folders {
        assert!(!runs.join(folder).join("a.json.4711.12.mhm.tmp").exists(), "{folder}");
        assert!(runs.join(folder).join("notes.tmp").exists(), "{folder}");
    }
    assert!(!checkpoints.exists() && runs.join("checkpoints/0123456789abcdef0123456789abcdef").exists());
}

#[test]
fn a_folder_of_somebody_else_is_no_folder_of_runs() {
    let at = folder("links_own");
    fs::write(at.join("m.mhm"), TEXT).unwrap();
    let runs = at.join("runs/methods");
    for name in ["lock", "records.jsonl", "notes.txt"] {
        fs::create_dir_all(&runs).unwrap();
        fs::write(runs.join(name), "a person's own").unwrap();
        let (code, _, err) = mhm(&at, &["run", "m.mhm"]);
        assert!(code == 2 && err.contains(&format!("it is no folder of runs, `{name}` is in it")), "{err}");
        assert_eq!(fs::read_to_string(runs.join(name)).unwrap(), "a person's own");
        assert_eq!(fs::read_dir(&runs).unwrap().count(), 1, "{name}");
        fs::remove_dir_all(&runs).unwrap();
    }
    assert_eq!(mhm(&at, &["run", "m.mhm"]).0, 0);
}

#[test]
fn what_cannot_be_read_is_set_aside_wherever_that_is_taken() {
    let at = prepared("aside");
    let runs = at.join("runs/methods");
    fs::create_dir(runs.join("manifest.ron.damaged")).unwrap();
    fs::write(runs.join("manifest.ron"), "nonsense").unwrap();
    let long = fs::File::create(runs.join("records.jsonl")).unwrap();
    long.set_len(300 << 20).unwrap();
    let (code, _, err) = mhm(&at, &["run", "m.mhm"]);
    assert!(code == 0 && err.contains("manifest.ron.2.damaged` now"), "{err}");
    fs::remove_dir(runs.join("manifest.ron.damaged")).unwrap();
    let (_, out, err) = mhm(&at, &["verify", "methods"]);
    assert!(
        out.contains("not looked at: runs/methods/manifest.ron.2.damaged") && !out.contains("records.jsonl"),
        "{out}{err}"
    );
}
