//! Networks of other programs: what `mhm export --format` writes, held against these programs where they are there, and what
//! `mhm import` takes of them.

use crate::blessed::hold;
use crate::cli::{folder, mhm};
use crate::zz_needs::not_run;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const TEXT: &str = "use std.dataset.TwoMoons
use std.schedule.*

/// Some of everything.
network Small() {
  in     first: [1], second: [1]
  uni    hear     = linear(8) |> gelu |> reshape([4, 2]) |> lstm(6)
  uni    see      = linear(8) |> layer_norm |> reshape([4, 2]) |> conv1d(6, kernel: 3) |> relu
  fusion joint    = attention(2)
  head   lambda   = linear(2)
  let    seen     = see(second)
  out    lambda(mean(joint(hear(first), seen, present(seen)), present(seen), 0))
}

pipeline moons {
  data TwoMoons
  network Small
  loss cross_entropy
  optimizer adam(lr: 3e-3)
  schedule EndToEnd
  batch 16
  budget 1 epochs
}

experiment small {
  run moons
}
";

/// A folder with a run, and its network as `m.mhm`.
fn ran(name: &str) -> PathBuf {
    let at = folder(&format!("interchange_{name}"));
    fs::write(at.join("moons.mhm"), TEXT).unwrap();
    assert_eq!(mhm(&at, &["run", "moons.mhm", "--quiet"]).0, 0);
    assert_eq!(mhm(&at, &["export", "small", "-o", "m"]).0, 0);
    fs::write(at.join("x.csv"), "first,second\n0.5,0.25\n-1,2\n0,0\n").unwrap();
    at
}

fn beside(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interchange").join(file)
}

/// A Python that has what the comparison needs.
fn python() -> Option<String> {
    let named = std::env::var("MHM_PYTHON").ok();
    let python = named.unwrap_or_else(|| "python3".into());
    let asked = Command::new(&python).args(["-c", "import numpy, onnxruntime"]).output();
    let found = asked.is_ok_and(|done| done.status.success());
    if !found {
        not_run(&format!(
            "`{python}` has no numpy and onnxruntime; MHM_PYTHON names one that has, and torch and safetensors"
        ));
    }
    found.then_some(python)
}

#[test]
fn other_programs_make_the_same_of_every_network() {
    let Some(python) = python() else { return };
    let mut command = Command::new(python);
    let done = command.arg(beside("check.py")).arg(env!("CARGO_BIN_EXE_mhm")).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(done.status.success(), "{}{}", text(&done.stdout), text(&done.stderr));
}

#[test]
fn a_pytorch_program_is_as_a_person_would_write_it() {
    let at = ran("torch");
    let (code, out, err) = mhm(&at, &["export", "small", "--format", "torch", "-o", "t"]);
    assert_eq!((code, out.as_str(), err.as_str()), (0, "t.safetensors\nt.mhm\nt.py\n", ""));
    let text = fs::read_to_string(at.join("t.py")).unwrap();
    // The same of the model as of its run, but for where it comes from.
    let (code, out, err) = mhm(&at, &["export", "m.mhm", "--format", "torch", "-o", "t", "--force"]);
    assert_eq!((code, out.as_str(), err.as_str()), (0, "t.safetensors\nt.py\n", ""));
    assert_eq!(fs::read_to_string(at.join("t.py")).unwrap(), text);
    hold([(beside("small.py"), text)]);
}

#[test]
fn an_onnx_file_has_the_weights_and_says_where_they_come_from() {
    let at = ran("onnx");
    for run in ["small", "m.mhm"] {
        let (code, out, err) = mhm(&at, &["export", run, "--format", "onnx", "-o", "n.onnx"]);
        assert_eq!((code, out.as_str(), err.as_str()), (0, "n.onnx\n", ""), "{run}");
        assert!(!at.join("n.mhm").exists());
    }
    let bytes = fs::read(at.join("n.onnx")).unwrap();
    let holds = |text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
    for text in ["lambda.0.weight", "LayerNormalization", "experiment", "small", "batch"] {
        assert!(holds(text), "{text}");
    }
}

#[test]
fn what_cannot_be_is_refused() {
    let at = ran("refused");
    let says = |arguments: &[&str], part: &str| {
        let (code, out, err) = mhm(&at, arguments);
        assert!(code == 2 && err.contains(part), "{arguments:?}: {code}\n{out}{err}");
    };
    says(&["export", "m.mhm", "-o", "n"], "say what it becomes, `--format onnx`");
    says(&["export", "m.mhm", "--format", "onnx", "--head", "0", "-o", "n"], "`--head` decides nothing here");
    says(&["export", "m.mhm", "--format", "onnx", "-o", "none/n"], "there is no folder `none`");
    says(&["export", "m.mhm", "--format", "onnx", "-o", "/"], "it is a folder; name the model in it");
    says(&["export", "m.mhm", "--format", "onnx", "-o", "runs/"], "it is a folder; name the model in it");
    says(&["export", "m.mhm", "--format", "onnx", "-o", "a\nb"], "its name has characters that are no letters");
    fs::write(at.join("n.onnx"), "mine").unwrap();
    says(&["export", "m.mhm", "--format", "onnx", "-o", "n"], "is no network exported as ONNX");
    assert_eq!(mhm(&at, &["export", "m.mhm", "--format", "onnx", "-o", "n", "--force"]).0, 0);
    fs::write(at.join("n.py"), "import this").unwrap();
    says(&["export", "m.mhm", "--format", "torch", "-o", "n"], "is no network exported as PyTorch");
}

/// Weights of an export under other names, as another program's.
#[test]
fn weights_of_other_programs_are_taken_by_name() {
    let at = ran("import");
    let (_, before, _) = mhm(&at, &["predict", "m.mhm", "x.csv", "-o", "-"]);
    fs::copy(at.join("m.mhm"), at.join("n.mhm")).unwrap();
    let import = |arguments: &[&str]| mhm(&at, &[&["import", "m.safetensors", "moons.mhm"], arguments].concat());
    let (code, out, err) = import(&["-o", "n"]);
    assert_eq!((code, out.as_str(), err.as_str()), (0, "n.safetensors\n", ""));
    let (code, after, err) = mhm(&at, &["predict", "n.mhm", "x.csv", "-o", "-"]);
    assert_eq!((code, after), (0, before), "{err}");
    assert!(err.contains("was not written by `mhm export`"), "{err}");
    // What it wrote is taken again; a module by itself, under another name.
    let (code, _, err) = import(&["-o", "n", "--module", "hear"]);
    assert!(code == 2 && err.contains("`see.0.weight`") && err.contains("`--name 'lambda.0.bias='`"), "{err}");
    let left = ["see", "joint", "lambda"].map(|name| format!("{name}="));
    let names = format!("{}  # of no use here\n\n{}\n", left[0], left[1]);
    fs::write(at.join("names.txt"), names).unwrap();
    let (code, _, err) = import(&["-o", "n", "--module", "hear", "--names", "names.txt", "--name", &left[2]]);
    assert_eq!((code, err.as_str()), (0, ""));
    let (code, _, err) = import(&["-o", "n", "--name", "hear=here"]);
    assert!(
        code == 2 && err.contains("`hear.0.bias` [8] is missing: `--name` makes `here.0.bias` of `hear.0.bias`"),
        "{err}"
    );
    let (code, _, err) = import(&["-o", "n", "--module", "heer"]);
    assert!(code == 2 && err.contains("did you mean `hear`?"), "{err}");
    let (code, _, err) = import(&["-o", "n", "--name", "hear"]);
    assert!(code == 2 && err.contains("write OLD=NEW"), "{err}");
    // Exported weights belong to their text, and an edited text to a person.
    let exported = fs::read(at.join("m.safetensors")).unwrap();
    let (code, _, err) = import(&["-o", "m"]);
    assert!(code == 2 && err.contains("`m.safetensors` exists and is no file of imported weights"), "{err}");
    let text = fs::read_to_string(at.join("m.mhm")).unwrap() + "// Mine.\n";
    fs::write(at.join("m.mhm"), &text).unwrap();
    let export = |force: &[&str]| mhm(&at, &[&["export", "small", "-o", "m"], force].concat());
    let (code, _, err) = export(&[]);
    assert!(code == 2 && err.contains("`m.mhm` was edited since it was exported"), "{err}");
    assert_eq!(fs::read(at.join("m.safetensors")).unwrap(), exported);
    assert_eq!(fs::read_to_string(at.join("m.mhm")).unwrap(), text);
    assert_eq!((export(&["--force"]).0, export(&[]).0), (0, 0));
    // So does an edited program.
    let program = at.join("m.py");
    let torch = ["--format", "torch"];
    assert_eq!((export(&torch).0, export(&torch).0), (0, 0));
    let text = fs::read_to_string(&program).unwrap();
    fs::write(&program, text.replace('\n', "\r\n")).unwrap();
    assert_eq!(export(&torch).0, 0);
    fs::write(&program, text.clone() + "# Mine.\n").unwrap();
    for run in ["small", "m.mhm"] {
        let (code, _, err) = mhm(&at, &["export", run, "--format", "torch", "-o", "m"]);
        assert!(code == 2 && err.contains("`m.py` was edited since it was exported"), "{err}");
    }
    assert_eq!(export(&["--format", "torch", "--force"]).0, 0);
    assert_eq!(fs::read_to_string(&program).unwrap(), text);
}
