//! Runs of several machines: what computed them is said, nothing goes on with other bits than it began with, and one instruction set
//! gives the same bits on all machines that have it. `MHM_MACHINE` makes this one a lesser machine.

use crate::faults::checkpoints;
use crate::store::{command, folder, left, mhm, store};
use crate::zz_needs::not_run;
use mhm::tensor::Instructions;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Layers whose products and sums come in all forms.
const TEXT: &str = r#"
use std.dataset.TwoMoons
use std.schedule.*
network N(width: Int = 40) {
  in     each modality: [D]
  uni    embed = linear(width) |> batch_norm |> gelu
  fusion joint = linear(width) |> dropout(0.2) |> layer_norm |> tanh
  head   h     = linear(2)
  out    h(joint(concat(embed(modality))))
}
pipeline moons(method: Schedule = EndToEnd) {
  data TwoMoons
  network N
  loss cross_entropy
  optimizer adam(lr: 3e-3)
  schedule method
  batch 16
  budget EPOCHS epochs
  metrics error
}
experiment methods {
  vary method in [EndToEnd, Mhm(heads: 3)]
  seeds SEEDS
  run moons(method)
  table test_error { rows method }
}
"#;

fn prepared(name: &str, epochs: usize, seeds: usize) -> PathBuf {
    let at = folder(&format!("machines_{name}"));
    let text = TEXT.replace("EPOCHS", &epochs.to_string()).replace("SEEDS", &seeds.to_string());
    fs::write(at.join("m.mhm"), text).expect("a folder of ours");
    at
}

/// The program as a machine with no more than these instructions runs it.
fn on(machine: &str, at: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = command(at, arguments).env("MHM_MACHINE", machine).output().expect("the program starts");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (output.status.code().expect("it ends"), text(output.stdout), text(output.stderr))
}

/// `--device plain` runs what CUDA would on this machine: other runs, of nearly the same numbers, which are verified as such.
#[test]
fn ops_of_dfdx_train_whole_experiments() {
    let at = prepared("plain", 2, 2);
    let run = |runs: &str, device: &str| {
        let arguments = ["run", "m.mhm", "methods", "--runs", runs, "--device", device, "--format", "csv", "--quiet"];
        let (code, out, err) = on("", &at, &arguments);
        assert_eq!(code, 0, "{out}{err}");
        let mut lines = out.lines().skip_while(|line| !line.contains(",mean,")).map(|line| line.split(','));
        let place = lines.next().and_then(|mut names| names.position(|name| name == "mean")).expect("a table");
        lines.map(|mut row| row.nth(place).expect("a mean").parse().expect("a number")).collect::<Vec<f64>>()
    };
    let (cpu, plain) = (run("cpu", "cpu"), run("plain", "plain"));
    assert!(cpu.len() == 2 && plain.len() == 2, "{cpu:?} {plain:?}");
    assert!(cpu.iter().zip(&plain).all(|(cpu, plain)| (cpu - plain).abs() < 0.02), "{cpu:?} {plain:?}");
    let (code, out, err) = on("", &at, &["verify", "methods", "--runs", "plain"]);
    assert_eq!(code, 0, "{out}{err}");
    let (code, out, err) = on("", &at, &["run", "m.mhm", "--device", "plain", "--instructions", "avx2"]);
    assert!(code == 2 && err.contains("--device cpu"), "{out}{err}");
}

/// What runs left, without what computed them and where.
fn bits(at: &Path) -> Vec<Vec<(String, Vec<u32>)>> {
    let store = store(at);
    store.addresses().expect("a folder of runs").iter().map(|address| left(&store, address).1).collect()
}

fn computed(at: &Path) -> Vec<String> {
    let store = store(at);
    let addresses = store.addresses().expect("a folder of runs");
    addresses.iter().map(|address| left(&store, address).0.instructions).collect()
}

fn needs(instructions: Instructions) -> bool {
    if !instructions.are_here() {
        not_run(&format!("the machine has no {instructions}"));
    }
    instructions.are_here()
}

#[test]
fn one_instruction_set_gives_one_result_on_all_machines_that_have_it() {
    let best = Instructions::best().to_string();
    let whole = prepared("best", 4, 2);
    assert_eq!(mhm(&whole, &["run", "m.mhm"]).0, 0);
    assert!(computed(&whole).iter().all(|word| *word == best), "what computed a run is stored with it");
    for asked in Instructions::here().map(|i| i.to_string()) {
        let here = prepared(&format!("asked_{asked}"), 4, 2);
        let (code, _, why) = mhm(&here, &["run", "m.mhm", "--instructions", &asked]);
        assert_eq!(code, 0, "{why}");
        let lesser = prepared(&format!("only_{asked}"), 4, 2);
        assert_eq!(on(&asked, &lesser, &["run", "m.mhm"]).0, 0);
        assert_eq!((computed(&here), computed(&lesser)), (vec![asked.clone(); 4], vec![asked.clone(); 4]));
        assert!(bits(&here).len() == 4);
        let sorted = |mut bits: Vec<_>| {
            bits.sort();
            bits
        };
        // Addresses are others, so runs come in another order.
        assert!(sorted(bits(&here)) == sorted(bits(&lesser)), "{asked} here and on a machine with no more");
        let addresses = |at: &Path| store(at).addresses().expect("a folder of runs");
        assert!(addresses(&lesser) == addresses(&whole) && addresses(&here).is_disjoint(&addresses(&whole)));
        let is_other = asked == "portable" && asked != best;
        assert!(!is_other || bits(&lesser) != bits(&whole), "portable sums have other last digits");
        let (code, out, why) = mhm(&here, &["reproduce", "methods"]);
        assert!(code == 0 && !out.contains("other bits"), "{out}{why}");
        // Its own instructions are used where they are here.
        let (code, out, why) = mhm(&lesser, &["reproduce", "methods"]);
        assert!(code == 0 && !out.contains("other bits"), "{out}{why}");
    }
}

#[test]
fn what_a_machine_lacks_is_refused_and_said() {
    let at = prepared("lacks", 2, 1);
    let (code, _, why) = on("portable", &at, &["run", "m.mhm", "--instructions", "avx2"]);
    assert!(code == 2 && why.contains("mhm: this machine has no avx2: `--instructions` takes portable\n"), "{why}");
    let (code, _, why) = mhm(&at, &["run", "m.mhm", "--instructions", "sse9"]);
    assert!(code == 2 && why.contains("`sse9` is no instruction set: there are `portable`"), "{why}");
    if !needs(Instructions::Avx2) {
        return;
    }
    let best = Instructions::best();
    assert_eq!(mhm(&at, &["run", "m.mhm", "-q"]).0, 0);
    let (code, out, _) = on("portable", &at, &["reproduce", "methods"]);
    let expected = format!("other bits are expected: stored on {best}, this machine has portable\n");
    assert!(code == 1 && out.starts_with(&expected) && out.contains("not the same"), "{out}");
    let (code, out, _) = mhm(&at, &["reproduce", "methods", "--instructions", "portable"]);
    assert!(code == 1 && out.contains(&format!("stored on {best}, computed now on portable")), "{out}");
    let (code, out, _) = on("portable", &at, &["verify", "methods"]);
    assert!(
        code == 0 && out.contains(&format!("other bits are expected where runs of {best} are trained again")),
        "{out}"
    );
    assert_eq!(mhm(&at, &["export", "methods", "--arm", "method=EndToEnd", "-o", "e"]).0, 0);
    let (code, _, told) = on("portable", &at, &["predict", "e.mhm", "e.mhm", "--split", "test", "-o", "-"]);
    assert!(code == 0 && told.contains(&format!("was computed with {best}, this machine has portable")), "{told}");
}

#[test]
fn a_checkpoint_of_another_machine_is_gone_on_from_where_that_can_be() {
    if !needs(Instructions::Avx2) {
        return;
    }
    let best = Instructions::best().to_string();
    let stopped = |name: &str, machine: &str| {
        let at = prepared(name, 6, 1);
        let child = command(&at, &["run", "m.mhm", "--threads", "1", "--checkpoint", "phase"])
            .envs([("MHM_MACHINE", machine), ("MHM_FAULT", "hold 1")])
            .spawn();
        let mut child = child.expect("the program starts");
        while checkpoints(&at).is_empty() {
            std::thread::sleep(Duration::from_millis(2));
        }
        child.kill().and_then(|()| child.wait()).expect("a child of ours");
        at
    };
    // Of a lesser machine: this one has all it needs.
    let at = stopped("up", "portable");
    let (code, _, told) = mhm(&at, &["run", "m.mhm"]);
    assert!(code == 0 && !told.contains("begins anew"), "{told}");
    let (words, whole) = (computed(&at), prepared("up_whole", 6, 1));
    assert!(words.contains(&"portable".into()) && words.contains(&best), "{words:?}");
    assert_eq!(on("portable", &whole, &["run", "m.mhm", "-q"]).0, 0);
    let went_on = words.iter().position(|word| word == "portable").expect("it is there");
    assert!(bits(&at)[went_on] == bits(&whole)[went_on], "it went on to the bits it began with");
    // A folder of both says so.
    for (command, said) in [
        (&["status"][..], format!("computed with {best} (1 run) and portable (1 run)")),
        (&["status"], "    portable: 1 of EndToEnd\n".to_string()),
        (&["runs"], format!("{best} (1 run) and portable (1 run)")),
        (&["verify", "methods"], format!("computed with {best} (1 run) and portable (1 run)")),
    ] {
        let (code, out, why) = mhm(&at, command);
        assert!(code == 0 && out.contains(&said), "no `{said}` in {out}{why}");
    }
    assert_eq!(mhm(&at, &["report", "methods", "-o", "page"]).0, 0);
    let page: String = fs::read_dir(at.join("page"))
        .into_iter()
        .flatten()
        .flatten()
        .filter(|file| file.path().extension().is_some_and(|e| e == "html"))
        .map(|file| fs::read_to_string(file.path()).expect("a page of ours"))
        .collect();
    assert!(page.contains("portable: EndToEnd, seed 0"), "the page says which");
    // Of a better one: it begins anew, and says so.
    let at = stopped("down", &best);
    let (code, _, told) = on("portable", &at, &["run", "m.mhm"]);
    let expected = format!("begins anew, its checkpoint is of {best}, which this machine has not (portable)");
    assert!(code == 0 && told.contains(&expected), "{told}");
    assert!(bits(&at) == bits(&whole), "nothing of the other machine is in it");
}
