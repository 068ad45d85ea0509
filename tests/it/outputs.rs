//! Files that a person names: what mhm did not write is not replaced unless that is asked for, what lies beside it is left
//! alone, and files that are laid out or mended are those of the tree that was named.

use crate::store::{folder, mhm};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

const TEXT: &str = r#"
use std.dataset.TwoMoons
use std.network.ToyEarly
use std.schedule.*

pipeline p {
  data TwoMoons
  network ToyEarly(width: 4)
  loss cross_entropy
  optimizer adam(lr: 3e-3)
  schedule EndToEnd
  batch 64
  budget 1 epochs
  metrics error
}
"#;

const POINTS: &str = "first,second,third\n1,2,3\n4,5,6\n";

/// A folder with a program that was run.
fn prepared(name: &str) -> std::path::PathBuf {
    let at = folder(&format!("outputs_{name}"));
    fs::write(at.join("m.mhm"), TEXT).unwrap();
    let (code, _, err) = mhm(&at, &["run", "m.mhm", "-q"]);
    assert_eq!(code, 0, "{err}");
    at
}

fn names(at: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(at).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Runs a command whose output is this file: what is somebody else's stays, `--force` replaces it, and the own is replaced again.
fn stays(at: &Path, file: &str, theirs: &str, arguments: &[&str]) {
    let path = at.join(file);
    let kept = fs::read(&path).ok();
    fs::write(&path, theirs).unwrap();
    let before = names(at);
    let (code, out, err) = mhm(at, arguments);
    assert!(
        code == 2 && err.contains(&format!("`{file}` exists and ")) && err.contains("--force"),
        "{file}: {out}{err}"
    );
    assert_eq!((fs::read_to_string(&path).unwrap().as_str(), names(at)), (theirs, before), "{file}");
    let (code, out, err) = mhm(at, &[arguments, &["--force"]].concat());
    assert!(code == 0 && fs::read(&path).unwrap() != theirs.as_bytes(), "{file}: {out}{err}");
    let (code, out, err) = mhm(at, arguments);
    assert!(code == 0, "{file} is ours now: {out}{err}");
    // A link is not what was named, and a pipe is nothing to write into.
    fs::rename(&path, at.join("elsewhere")).unwrap();
    let own = fs::read(at.join("elsewhere")).unwrap();
    symlink(at.join("elsewhere"), &path).unwrap();
    let (code, _, err) = mhm(at, arguments);
    assert!(code == 2 && err.contains(&format!("`{file}` is a symbolic link")), "{file}: {err}");
    let (code, _, err) = mhm(at, &[arguments, &["--force"]].concat());
    assert!(code == 0 && !path.is_symlink() && fs::read(at.join("elsewhere")).unwrap() == own, "{file}: {err}");
    fs::remove_file(at.join("elsewhere")).unwrap();
    fs::remove_file(&path).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    let (code, _, err) = mhm(at, &[arguments, &["--force"]].concat());
    assert!(code == 2 && err.contains("it is a pipe"), "{file}: {err}");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    let (code, _, err) = mhm(at, &[arguments, &["--force"]].concat());
    assert!(code == 2 && err.contains("it is a folder"), "{file}: {err}");
    fs::remove_dir(&path).unwrap();
    if let Some(kept) = kept {
        fs::write(&path, kept).unwrap();
    }
}

#[test]
fn no_output_replaces_a_file_of_somebody_else() {
    let at = prepared("theirs");
    let export = ["export", "p", "-o", "model"];
    stays(&at, "model.mhm", "// My notes.\n", &export);
    stays(&at, "model.safetensors", "my own weights", &export);
    fs::write(at.join("model.safetensors.new"), "my own weights").unwrap();
    let (code, _, err) = mhm(&at, &export);
    assert!(code == 2 && err.contains("`model.safetensors.new` exists and is no file of exported weights"), "{err}");
    fs::remove_file(at.join("model.safetensors.new")).unwrap();
    assert_eq!(mhm(&at, &export).0, 0);
    let predict = |to: &'static str| ["predict", "model.mhm", "model.mhm", "--split", "test", "-o", to];
    stays(&at, "n.csv", "sample,mine\n1,2\n", &predict("n.csv"));
    stays(&at, "n.npz", "my own arrays", &predict("n.npz"));
    stays(&at, "r.json", "{\"mine\": [1, 2]}\n", &["run", "m.mhm", "-q", "--records", "r.json"]);
    stays(&at, "r.ron", "(mine: 1)\n", &["run", "m.mhm", "-q", "--records", "r.ron"]);
    stays(
        &at,
        "m.mhm",
        TEXT,
        &["run", "copy.mhm", "-q", "--records", "m.mhm"].map(|a| if a == "copy.mhm" { copy(&at) } else { a }),
    );
    // A cell is no model.
    let cell = names(&at.join("runs/p/cells")).remove(0);
    let to = format!("runs/p/cells/{cell}");
    let (code, _, err) = mhm(&at, &["export", "p", "-o", &to]);
    assert!(code == 2 && err.contains("exists and is no file of exported weights"), "{err}");
    // What nothing is in can be replaced: `mktemp` makes such files.
    fs::write(at.join("empty.csv"), "").unwrap();
    assert_eq!(mhm(&at, &predict("empty.csv")).0, 0);
    let (code, _, err) = mhm(&at, &predict("nowhere/n.csv"));
    assert!(code == 2 && err.contains("there is no folder `nowhere`"), "{err}");
}

/// The same program under another name.
fn copy(at: &Path) -> &'static str {
    fs::write(at.join("copy.mhm"), TEXT).unwrap();
    "copy.mhm"
}

#[test]
fn what_lies_beside_an_output_is_left_alone() {
    let at = prepared("beside");
    assert_eq!(mhm(&at, &["export", "p", "-o", "model"]).0, 0);
    let beside = ["n.csv.part", "n.npz.part", "n.npz.0.part", "r.json.part", "m.mhm.1.tmp", "n.csv.1.0.mhm.tmp"];
    beside.iter().for_each(|name| fs::write(at.join(name), "mine").unwrap());
    for arguments in [
        &["predict", "model.mhm", "model.mhm", "--split", "test", "-o", "n.csv"][..],
        &["predict", "model.mhm", "model.mhm", "--split", "test", "-o", "n.npz"],
        &["run", "m.mhm", "-q", "--records", "r.json"],
        &["fmt", "m.mhm"],
    ] {
        let (code, _, err) = mhm(&at, arguments);
        assert_eq!(code, 0, "{err}");
    }
    for name in beside {
        assert_eq!(fs::read_to_string(at.join(name)).unwrap(), "mine", "{name}");
    }
    let left = names(&at).into_iter().filter(|name| name.ends_with(".mhm.tmp")).count();
    assert_eq!(left, 1, "{:?}", names(&at));
}

#[test]
fn a_report_elsewhere_replaces_reports_alone() {
    let at = prepared("report");
    fs::create_dir_all(at.join("paper/tables")).unwrap();
    fs::write(at.join("paper/tables/cost.tex"), "mine").unwrap();
    let (code, _, err) = mhm(&at, &["report", "p", "-o", "paper"]);
    assert!(code == 2 && err.contains("`paper/tables/cost.tex` exists and no report wrote it"), "{err}");
    assert_eq!(names(&at.join("paper")), ["tables"]);
    assert_eq!(mhm(&at, &["report", "p", "-o", "paper", "--force"]).0, 0);
    assert_eq!(mhm(&at, &["report", "p", "-o", "paper"]).0, 0, "it is ours now");
    // A link below it leads nowhere, also by force.
    fs::create_dir(at.join("outside")).unwrap();
    fs::remove_dir_all(at.join("paper/tables")).unwrap();
    symlink(at.join("outside"), at.join("paper/tables")).unwrap();
    let (code, _, err) = mhm(&at, &["report", "p", "-o", "paper", "--force"]);
    assert!(code == 2 && err.contains("symbolic link") && names(&at.join("outside")).is_empty(), "{err}");
}

#[test]
fn data_are_made_below_their_folder() {
    let at = folder("outputs_synth");
    fs::create_dir_all(at.join("data")).unwrap();
    fs::create_dir_all(at.join("outside")).unwrap();
    symlink(at.join("outside"), at.join("data/features")).unwrap();
    let (code, _, err) = mhm(&at, &["data", "synth", "thumos", "data", "--size", "tiny"]);
    assert!(code == 2 && err.contains("symbolic link") && names(&at.join("outside")).is_empty(), "{err}");
}

const SLIP: &str = "block  A=lnear(2)\n";

/// A tree with a file that is laid out otherwise and has a slip, and links that lead out of it.
fn tree(name: &str) -> std::path::PathBuf {
    let at = folder(&format!("outputs_{name}"));
    for below in ["tree/deep", "outside/deep"] {
        fs::create_dir_all(at.join(below)).unwrap();
    }
    for file in ["tree/own.mhm", "tree/deep/own.mhm", "outside/theirs.mhm", "outside/deep/theirs.mhm"] {
        fs::write(at.join(file), SLIP).unwrap();
    }
    symlink(at.join("outside"), at.join("tree/folder")).unwrap();
    symlink(at.join("outside/theirs.mhm"), at.join("tree/deep/file.mhm")).unwrap();
    symlink(at.join("tree"), at.join("tree/deep/circle")).unwrap();
    fs::write(at.join("points.csv"), POINTS).unwrap();
    at
}

#[test]
fn a_folder_stands_for_the_files_in_it_and_not_for_what_links_lead_to() {
    for (number, command) in [&["fmt"][..], &["check", "--fix", "--unsafe-fixes"]].into_iter().enumerate() {
        let (own, theirs) = (["tree/own.mhm", "tree/deep/own.mhm"], ["outside/theirs.mhm", "outside/deep/theirs.mhm"]);
        let fresh = |which: &str| tree(&format!("tree_{number}_{which}"));
        let is_changed = |at: &Path, file: &str| fs::read_to_string(at.join(file)).unwrap() != SLIP;
        for folder in [".", "tree", "tree/"] {
            let at = fresh("plain");
            let inside = if folder == "." { at.join("tree") } else { at.clone() };
            let (_, out, err) = mhm(&inside, &[command, &[folder]].concat());
            assert!(own.iter().all(|file| is_changed(&at, file)), "{command:?} {folder}: {out}{err}");
            assert!(theirs.iter().all(|file| !is_changed(&at, file)), "{command:?} {folder}: {out}{err}");
            assert!(!(out + &err).contains("theirs"), "{command:?} {folder}");
        }
        // A person may ask for it, and a link that is named is a person's own word: it stays a link.
        let at = fresh("asked");
        let (_, out, err) = mhm(&at, &[command, &["tree", "--follow-links"]].concat());
        assert!(own.iter().chain(&theirs).all(|file| is_changed(&at, file)), "{command:?}: {out}{err}");
        let at = fresh("named");
        let (_, out, err) = mhm(&at, &[command, &["tree/deep/file.mhm"]].concat());
        assert!(is_changed(&at, theirs[0]) && at.join("tree/deep/file.mhm").is_symlink(), "{command:?}: {out}{err}");
        assert!(!is_changed(&at, theirs[1]) && !is_changed(&at, own[0]));
    }
}

#[test]
fn a_folder_that_is_swapped_for_a_link_is_not_left_through_it() {
    let at = tree("swapped_tree");
    let (tree, outside) = (at.join("tree"), at.join("outside"));
    fs::write(outside.join("deep/own.mhm"), "block  A=linear(2)\n").unwrap();
    fs::write(outside.join("own.mhm"), "block  A=linear(2)\n").unwrap();
    let stop = std::sync::atomic::AtomicBool::new(false);
    let mut swaps = 0;
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                for (name, to) in [("deep", "deep"), ("own.mhm", "own.mhm")] {
                    if fs::rename(tree.join(name), at.join("kept")).is_ok() {
                        // What is laid out may take the name first.
                        swaps += usize::from(symlink(outside.join(to), tree.join(name)).is_ok());
                        std::thread::yield_now();
                        let _ = fs::remove_file(tree.join(name));
                        let _ = fs::rename(at.join("kept"), tree.join(name));
                    }
                }
            }
        });
        for _ in 0..30 {
            let (code, out, err) = mhm(&at, &["fmt", "tree"]);
            assert!((0..=2).contains(&code), "{out}{err}");
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    assert!(swaps > 0);
    for file in ["deep/own.mhm", "own.mhm"] {
        assert_eq!(fs::read_to_string(outside.join(file)).unwrap(), "block  A=linear(2)\n");
    }
}

#[test]
fn weights_are_a_file_wherever_a_link_leads_to_it() {
    let at = prepared("weights");
    assert_eq!(mhm(&at, &["export", "p", "-o", "model"]).0, 0);
    let weights = at.join("model.safetensors");
    let predict = ["predict", "model.mhm", "model.mhm", "--split", "test", "-o", "-"];
    fs::create_dir(at.join("cache")).unwrap();
    fs::rename(&weights, at.join("cache/ab12")).unwrap();
    symlink("cache/ab12", &weights).unwrap();
    assert_eq!(mhm(&at, &predict).0, 0, "as caches of models have them");
    fs::remove_file(&weights).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&weights).status().unwrap().success());
    let (code, _, err) = mhm(&at, &predict);
    assert!(code == 2 && err.contains("it is a pipe where a file is expected"), "{err}");
}
