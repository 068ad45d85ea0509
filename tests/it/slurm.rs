//! Runs on a cluster, as far as that goes without one: scripts stand for `sbatch`, `squeue` and `scancel`. `tests/slurm` has the real thing.

use crate::faults::signal;
use crate::store::{command, folder, mhm as plain, spawned};
use mhm::store::Store;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

fn text(epochs: usize) -> String {
    format!(
        "use std.dataset.TwoMoons\nuse std.schedule.*\n\n\
         network Small(width: Int = 4) {{\n  in each modality: [D]\n  uni embed = linear(width) |> relu\n  \
         fusion joint = linear(width)\n  head h = linear(2)\n  out h(joint(concat(embed(modality))))\n}}\n\n\
         pipeline moons(width: Int = 4) {{\n  data TwoMoons\n  network Small(width)\n  loss cross_entropy\n  optimizer sgd(lr: 0.1)\n  schedule EndToEnd\n  batch 16\n  \
         budget {epochs} epochs\n  metrics error\n}}\n\n\
         experiment widths {{\n  vary width in [4, 8]\n  seeds 3\n  run moons(width)\n}}\n"
    )
}

/// A folder with the program, and commands of Slurm that do what a test asks: `sbatch` runs the tasks one after the other, unless there is a
/// file `later`; `squeue` says what is in `queue`.
fn prepared(name: &str, epochs: usize) -> PathBuf {
    let at = folder(&format!("slurm_{name}"));
    fs::write(at.join("m.mhm"), text(epochs)).unwrap();
    let bin = at.join("bin");
    fs::create_dir(&bin).unwrap();
    let home = at.display();
    for (name, body) in [
        (
            "sbatch",
            format!(
                "cd {home}; echo \"$@\" >>submitted; script=${{@: -1}}\n[ -e later ] && {{ echo 7; exit; }}\n\
                 tasks=$(sed -n 's/^#SBATCH --array=1-\\([0-9]*\\).*/\\1/p' \"$script\")\n\
                 for task in $(seq \"$tasks\"); do\n  SLURM_ARRAY_JOB_ID=7 SLURM_ARRAY_TASK_ID=$task SLURM_CPUS_PER_TASK=1 \
                 SLURMD_NODENAME=n$task bash \"$script\" >>tasks.log 2>&1\ndone\necho 7"
            ),
        ),
        ("squeue", format!("cat {home}/queue 2>/dev/null; true")),
        ("scancel", format!("echo \"$@\" >{home}/cancelled")),
        ("scontrol", "exit 1".into()),
    ] {
        let path = bin.join(name);
        fs::write(&path, format!("#!/bin/bash\n{body}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    at
}

fn here(at: &Path, arguments: &[&str]) -> Command {
    let mut command = command(at, arguments);
    let path = std::env::var("PATH").unwrap_or_default();
    command.env("PATH", format!("{}:{path}", at.join("bin").display()));
    command
}

fn mhm(at: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = here(at, arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

fn store(at: &Path, name: &str) -> Store {
    Store::open(&at.join("runs").join(name)).unwrap()
}

const SUBMIT: [&str; 7] = ["run", "m.mhm", "--on", "slurm", "--threads", "1", "--tasks=2"];

#[test]
fn a_dry_run_shows_the_script_and_leaves_nothing() {
    let at = prepared("dry", 3);
    fs::write(
        at.join("mhm.toml"),
        "[slurm]\nsbatch = [\"--partition=gpu\"]\nsetup = [\"module load x\"]\nthrottle = 5\n",
    )
    .unwrap();
    let more = ["--dry-run", "--sbatch=--time=7", "--sbatch=--account=a b"];
    let (code, out, err) = mhm(&at, &[&SUBMIT[..], &more[..]].concat());
    assert_eq!(code, 0, "{err}");
    for line in ["--array=1-2%5", "--cpus-per-task=1", "--partition=gpu", "--time=7", "--account=a b", "--requeue"] {
        assert!(out.contains(&format!("#SBATCH {line}\n")), "{line}: {out}");
    }
    assert!(out.matches("--time=").count() == 1 && out.contains("\nmodule load x\n"), "{out}");
    assert!(err.contains("6 runs to do in 2 tasks"), "{err}");
    assert!(!at.join("runs").exists() && !at.join("submitted").exists());
}

#[test]
fn what_workers_train_is_what_one_machine_trains() {
    let at = prepared("same", 3);
    let (code, out, err) = mhm(&at, &SUBMIT);
    let log = || fs::read_to_string(at.join("tasks.log")).unwrap_or_default();
    assert!(code == 0 && out.is_empty() && err.contains("6 runs to do in 2 tasks of job 7"), "{err}");
    let whole = prepared("same_plain", 3);
    let (_, expected, _) = plain(&whole, &["run", "m.mhm"]);
    let hash = |at: &Path| store(at, "widths").manifest().hash.clone();
    assert!(hash(&whole).is_some() && hash(&at) == hash(&whole), "{}", log());
    let (code, out, err) = mhm(&at, &SUBMIT);
    assert!(code == 0 && out == expected && err.contains("all 6 runs are done"), "{err}");
    // More seeds are submitted, and nothing else.
    let (_, _, err) = mhm(&at, &[&SUBMIT[..], &["--seeds", "4", "--wait"]].concat());
    assert!(err.contains("2 runs to do") && err.contains("8 of 8 runs were done already"), "{err}{}", log());
    assert_eq!(fs::read_to_string(at.join("submitted")).unwrap().lines().count(), 2);
    let (code, out, _) = mhm(&at, &["verify", "widths"]);
    assert_eq!(code, 0, "{out}");
}

#[test]
fn tasks_write_the_logs_that_were_asked_for_and_name_their_runs() {
    let at = prepared("logs", 3);
    let logged = [&SUBMIT[..], &["--log", "jsonl", "logs"]].concat();
    let (code, _, err) = mhm(&at, &logged);
    let log = fs::read_to_string(at.join("tasks.log")).unwrap_or_default();
    assert_eq!(code, 0, "{err}");
    for width in [4, 8] {
        for seed in 0..3 {
            let text = fs::read_to_string(at.join(format!("logs/widths/{width}/seed-{seed}.jsonl"))).unwrap();
            let events = |word: &str| text.matches(&format!("\"event\":\"{word}\"")).count();
            assert!(events("phase") > 0 && (events("settings"), events("done")) == (1, 1), "{text}{log}");
            let line = format!("\n{width}, seed {seed}: done in ");
            assert_eq!(format!("\n{log}").matches(&line).count(), 1, "{log}");
        }
    }
    assert!(fs::read_to_string(at.join("logs/widths/tables.jsonl")).is_ok(), "{log}");
    // The same command again writes what no task did.
    fs::remove_dir_all(at.join("logs")).unwrap();
    assert_eq!(mhm(&at, &logged).0, 0);
    assert!(at.join("logs/widths/8/seed-2.jsonl").exists());
    assert!(!mhm(&at, &[&logged[..], &["--dry-run"]].concat()).2.contains("--log"));
    // A node that cannot log trains all the same.
    fs::remove_dir_all(at.join("logs")).unwrap();
    fs::write(at.join("logs"), "").unwrap();
    let (code, _, err) = mhm(&at, &["work", "runs/widths"]);
    assert!(code == 0 && err.contains("mhm: runs are not logged: cannot write a log into `"), "{err}");
    fs::remove_file(at.join("logs")).unwrap();
    // Who waits already logs as it was told.
    fs::write(at.join("later"), "").unwrap();
    let more = [&SUBMIT[..], &["--seeds", "5"]].concat();
    assert_eq!(mhm(&at, &more).0, 0);
    fs::write(at.join("queue"), "7|1|PENDING||10:00|Priority\n7|2|PENDING||10:00|Priority\n").unwrap();
    assert!(!mhm(&at, &more).2.contains("log"));
    let (_, _, err) = mhm(&at, &[&more[..], &["--log", "jsonl", "logs"]].concat());
    assert!(err.contains("widths: they log as they were submitted; `mhm cancel widths`, and submit again"), "{err}");
}

#[test]
fn the_log_of_a_run_that_failed_is_named() {
    let at = prepared("failed", 3);
    assert_eq!(here(&at, &SUBMIT).env("MHM_FAULT", "panic 1").status().unwrap().code(), Some(0));
    let (_, out, _) = mhm(&at, &["status", "widths"]);
    let log = fs::read_to_string(at.join("tasks.log")).unwrap_or_default();
    assert!(out.contains("4 of 6 runs done") && out.contains(", 2 failed\n"), "{out}{log}");
    assert!(
        out.contains(
            "please report it with the program and its data, or the smallest that shows it; log: `slurm/7_1.log`\n"
        ),
        "{out}"
    );
    assert!(out.contains("  what failed is tried again by `mhm run m.mhm widths --on slurm`\n"), "{out}");
    let (code, _, err) = mhm(&at, &["watch", "widths", "--once"]);
    assert!(code == 1 && err.contains("widths: 2 runs failed"), "{err}");
    let (_, out, _) = mhm(&at, &["plan", "m.mhm", "--why"]);
    assert!(out.contains("2 to do, 2 of them failed\n") && out.contains("1 failed: it is tried again\n"), "{out}");
    for width in [4, 8] {
        assert!(format!("\n{log}").contains(&format!("\nmhm: {width}, seed 1: a fault of mhm itself")), "{log}");
        assert!(format!("\n{log}").contains(&format!("\n{width}, seed 1: failed (run ")), "{log}");
    }
}

#[test]
fn what_waits_in_the_queue_is_not_submitted_again_and_can_be_cancelled() {
    let at = prepared("queue", 3);
    fs::write(at.join("later"), "").unwrap();
    assert_eq!(mhm(&at, &SUBMIT).0, 0);
    fs::write(at.join("queue"), "7|1|RUNNING|n1|5:00|None\n7|2|PENDING||10:00|Priority\n8|1|PENDING||1:00|Priority\n")
        .unwrap();
    let (code, _, err) = mhm(&at, &SUBMIT);
    assert!(code == 0 && err.contains("6 runs to do, for which 2 tasks (1 waiting) are there already"), "{err}");
    let (_, out, _) = mhm(&at, &["status", "widths"]);
    assert!(out.contains("job 7: 1 task in the queue (Priority)"), "{out}");
    // One of two is over: one more is submitted.
    fs::write(at.join("queue"), "7|1|RUNNING|n1|5:00|None\n7|2|FAILED||0:00|NonZeroExitCode\n").unwrap();
    let (_, _, err) = mhm(&at, &SUBMIT);
    assert!(err.contains("6 runs to do in 1 task of job 7"), "{err}");
    assert_eq!(mhm(&at, &["cancel", "widths"]).0, 0);
    assert_eq!(fs::read_to_string(at.join("cancelled")).unwrap(), "7\n");
}

#[test]
fn a_worker_refuses_to_mix() {
    let at = prepared("mix", 3);
    fs::write(at.join("later"), "").unwrap();
    let (code, _, err) = mhm(&at, &["work", "runs/widths"]);
    assert!(code == 2, "{err}");
    assert_eq!(mhm(&at, &SUBMIT).0, 0);
    let path = at.join("runs/widths/slurm/frozen.json");
    let whole = fs::read_to_string(&path).unwrap();
    let other = |field: &str, value: &str| {
        let mut frozen: serde_json::Value = serde_json::from_str(&whole).unwrap();
        frozen[field] = value.into();
        fs::write(&path, frozen.to_string()).unwrap();
        let (code, _, err) = mhm(&at, &["work", "runs/widths"]);
        (code, err)
    };
    let (code, err) = other("build", "0123");
    assert!(code == 2 && err.contains("another program than runs were submitted with"), "{err}");
    let (code, err) = other("instructions", "none");
    assert!(code == 2 && err.contains("none"), "{err}");
    fs::write(&path, whole).unwrap();
    assert_eq!(mhm(&at, &["work", "runs/widths"]).0, 0);
}

#[test]
fn data_that_changed_are_refused() {
    let at = prepared("data", 3);
    fs::write(at.join("later"), "").unwrap();
    let rows = |last: &str| format!("a,y\n{}{last}\n", "0.5,0\n1.5,1\n".repeat(20));
    fs::write(at.join("d.csv"), rows("0.1,0")).unwrap();
    let text = "use std.schedule.*\n\ndataset D {\n  modality x: [1] = csv(\"d.csv\", columns: [\"a\"])\n  \
                target y: class(2) = csv(\"d.csv\", columns: [\"y\"])\n  split train = random(0.5)\n  split test = rest\n}\n\n\
                network N {\n  in x: [1]\n  uni e = linear(4)\n  head h = linear(2)\n  out h(e(x))\n}\n\n\
                pipeline p {\n  data D\n  network N\n  \
                loss cross_entropy\n  optimizer sgd(lr: 0.1)\n  schedule EndToEnd\n  batch 4\n  budget 1 epochs\n  metrics error\n}\n";
    fs::write(at.join("m.mhm"), text).unwrap();
    let (code, out, err) = mhm(&at, &SUBMIT);
    assert_eq!(code, 0, "{out}{err}");
    fs::write(at.join("d.csv"), rows("0.2,0")).unwrap();
    let (code, _, err) = mhm(&at, &["work", "runs/p"]);
    assert!(code == 2 && err.contains("`d.csv` is another file than when runs were submitted"), "{err}");
    fs::write(at.join("d.csv"), rows("0.1,0")).unwrap();
    assert_eq!(mhm(&at, &["work", "runs/p"]).0, 0);
}

#[test]
fn who_is_told_to_end_leaves_checkpoints_and_its_claims() {
    let at = prepared("told", 20_000);
    fs::write(at.join("later"), "").unwrap();
    assert_eq!(mhm(&at, &SUBMIT).0, 0);
    let child = spawned(here(&at, &["work", "runs/widths", "--threads", "2"]).env("SLURM_JOB_ID", "9"));
    let claims = || fs::read_dir(at.join("runs/widths/claims")).map_or(0, |all| all.count());
    while claims() < 3 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    std::thread::sleep(std::time::Duration::from_millis(500));
    let (_, out, _) = mhm(&at, &["status", "widths"]);
    assert!(out.contains("job 9 on"), "{out}");
    signal(&child, "-USR1");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(claims(), 0);
    assert!(store(&at, "widths").begun().len() >= 2);
}

#[test]
fn a_run_whose_worker_is_killed_again_and_again_is_given_up() {
    let at = prepared("lost", 3);
    fs::write(at.join("later"), "").unwrap();
    assert_eq!(mhm(&at, &[&SUBMIT[..], &["--tries=2"]].concat()).0, 0);
    for task in 1..=2 {
        let mut worker = here(&at, &["work", "runs/widths", "--threads", "2"]);
        worker.env("MHM_FAULT", "wait 1").env("SLURM_JOB_ID", format!("{task}")).env("SLURMD_NODENAME", "n1");
        let mut child = spawned(&mut worker);
        // It waits in a run of seed 1, and others know it.
        let claims = || fs::read_dir(at.join("runs/widths/claims")).map_or(0, |all| all.count());
        while claims() < 2 {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        std::thread::sleep(std::time::Duration::from_millis(3500));
        child.kill().unwrap();
        child.wait().unwrap();
        fs::write(at.join(format!("runs/widths/slurm/{task}.end")), "137\n").unwrap();
    }
    let (code, _, err) = mhm(&at, &["work", "runs/widths"]);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("it was lost 2 times with whoever trained it: job 1 on n1: killed (SIGKILL)"), "{err}");
    assert!(err.contains("its log is `slurm/2.log`"), "{err}");
    let (_, out, _) = mhm(&at, &["status", "widths"]);
    assert!(out.contains("failed: it was lost 2 times"), "{out}");
    // Submitted again, they are tried again.
    assert_eq!(mhm(&at, &SUBMIT).0, 0);
    assert_eq!(mhm(&at, &["work", "runs/widths"]).0, 0);
    assert_eq!(store(&at, "widths").addresses().unwrap().len(), 6);
}
