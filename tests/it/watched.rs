//! An experiment seen from another terminal: what `mhm watch` says of runs that go on, fail, are interrupted or killed, and what a program
//! says whose folder is gone.

use crate::faults::{held, prepared, signal};
use crate::store::{command, mhm, spawned};
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output};
use std::time::{Duration, Instant};

/// Far less than the minute from one line to the next.
const SOON: Duration = Duration::from_secs(20);

fn watch(at: &Path) -> Child {
    let watch = spawned(&mut command(at, &["watch", "methods"]));
    // It has looked once.
    std::thread::sleep(Duration::from_millis(500));
    watch
}

/// Exit code, what was said, and what was complained of, soon.
fn ended(child: Child) -> (i32, String, String) {
    let start = Instant::now();
    let Output { status, stdout, stderr } = child.wait_with_output().expect("a child of ours");
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (status.code().unwrap_or(-1), text(stdout), text(stderr))
}

#[test]
fn who_watches_hears_at_once_that_a_run_was_interrupted_or_killed() {
    let at = prepared("watched", 2000);
    for (told, who) in [("-INT", "nobody trains"), ("-KILL", "ended without leaving, and nobody trains")] {
        let run = held(&at, 1);
        let watching = watch(&at);
        signal(&run, told);
        run.wait_with_output().expect("a child of ours");
        let (code, out, why) = ended(watching);
        assert_eq!((code, out.as_str()), (1, "methods: 0 of 4 runs done\n"), "{why}");
        let end = format!("{who} the 4 runs that are to do; `mhm run m.mhm methods` goes on\n");
        assert!(why.starts_with("mhm: methods: ") && why.ends_with(&end), "{why}");
    }
}

#[test]
fn a_folder_that_is_gone_ends_whoever_trains_or_watches() {
    let gone = "mhm: `runs/methods` is gone: it was removed, renamed or replaced meanwhile; put it back, or `mhm run` makes it anew\n";
    for way in ["removed", "renamed", "replaced"] {
        let at = prepared(way, 2000);
        let run = held(&at, 1);
        let watching = watch(&at);
        match way {
            "removed" => fs::remove_dir_all(at.join("runs")).unwrap(),
            way => {
                fs::rename(at.join("runs/methods"), at.join("runs/others")).unwrap();
                if way == "replaced" {
                    fs::create_dir(at.join("runs/methods")).unwrap();
                }
            }
        }
        let (code, out, why) = ended(run);
        assert!((code, out.as_str()) == (2, "") && why.ends_with(gone), "{way}: {why}");
        let (code, _, why) = ended(watching);
        assert_eq!((code, why.as_str()), (2, gone), "{way}");
    }
}

#[test]
fn what_failed_is_not_to_do() {
    let at = prepared("watched_failed", 1);
    let run = |fault: &str| Command::env(&mut command(&at, &["run", "m.mhm"]), "MHM_FAULT", fault).output().unwrap();
    let output = run("panic 1");
    let why = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{why}");
    let (_, out, _) = mhm(&at, &["status", "methods"]);
    assert!(out.contains(", 2 failed\n") && !out.contains(", 2 to do"), "{out}");
    assert!(out.contains("  what failed is tried again by `mhm run m.mhm methods`\n"), "{out}");
    let (code, out, why) = mhm(&at, &["watch", "methods"]);
    assert_eq!((code, out.as_str()), (1, "methods: 2 of 4 runs done, 2 failed\n"));
    assert_eq!(why, "mhm: methods: 2 runs failed: `mhm status` says why, `mhm run m.mhm methods` tries again\n");
    let (_, out, _) = mhm(&at, &["runs"]);
    assert!(out.contains("2 of 4, 2 failed"), "{out}");
    assert_eq!(run("").status.code(), Some(0));
    assert_eq!(mhm(&at, &["watch", "methods"]), (0, "methods: 4 of 4 runs done\n".into(), String::new()));
}
