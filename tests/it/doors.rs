//! What a program may read and write: files below the folders that its user names, and its own folder of runs. Each test is a
//! door that a text, a data file or a symbolic link might open to somewhere else.

use crate::runs::checked;
use mhm::data::{self, DataError};
use mhm::experiment;
use mhm::seed::Seed;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const POINTS: &str = "x,y\n1,0\n2,1\n3,0\n4,1\n5,0\n6,1\n7,0\n8,1\n";

/// An empty folder `inside`, where programs are, beside `outside`, where they have no business.
fn house(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("doors_{name}"));
    let _ = fs::remove_dir_all(&path);
    for folder in ["inside/data", "outside"] {
        fs::create_dir_all(path.join(folder)).unwrap();
    }
    path
}

fn mhm(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mhm"));
    let output = command.current_dir(folder).args(arguments).env_remove("COLUMNS").output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout) + &text(output.stderr))
}

/// An experiment on the points of a file.
fn on(root: &str, file: &str, module: &str) -> String {
    let module = if module.is_empty() { "uni e = linear(2)" } else { module };
    format!(
        r#"
dataset Points(path: String = "{root}") from path {{
  modality x: [1] = csv({file}columns: ["x"])
  target   y: class(2) = csv({file}columns: ["y"])
  split    train = random(0.5)
  split    test  = rest
}}
network N {{
  in   x: [A]
  {module}
  head h = linear(2)
  out  h(e(x))
}}
schedule S {{ repeat {{ phase all {{ train uni, head on all }} }} }}
pipeline p(path: String = "{root}") {{
  data Points(path: path)
  network N  loss cross_entropy  optimizer adam  schedule S  batch 4  budget 1 epochs  metrics error
}}
"#
    )
}

fn link(from: &Path, to: impl AsRef<Path>) {
    std::os::unix::fs::symlink(to, from).unwrap();
}

#[test]
fn the_root_of_a_dataset_stays_below_the_folders_of_the_user() {
    let house = house("root");
    let (inside, outside) = (house.join("inside"), house.join("outside"));
    fs::write(outside.join("p.csv"), POINTS).unwrap();
    fs::write(inside.join("data/p.csv"), POINTS).unwrap();
    link(&inside.join("linked.csv"), "../outside/p.csv");
    link(&inside.join("away"), &outside);
    link(&inside.join("near.csv"), "data/p.csv");
    let absolute = outside.join("p.csv").display().to_string();
    let paths = ["../outside/p.csv", "data/../../outside/p.csv", absolute.as_str(), "linked.csv", "away/p.csv"];
    for (place, root) in paths.into_iter().enumerate() {
        fs::write(inside.join("m.mhm"), on(root, "", "")).unwrap();
        let (code, said) = mhm(&inside, &["run", "m.mhm", "--runs", &format!("runs_{place}")]);
        assert!(code == 2 && said.contains("mhm::path-outside") && said.contains(&absolute), "{root}: {said}");
        assert!(!inside.join(format!("runs_{place}/p/cells")).exists(), "what can read nothing makes nothing");
        let (code, said) = mhm(&inside, &["check", "--data", "m.mhm"]);
        assert!(code == 1 && said.contains("mhm::path-outside"), "{root}: {said}");
        assert_eq!(mhm(&inside, &["data", "m.mhm"]).0, 2, "{root}");
        // What the message advises.
        let both = ["run", "m.mhm", "--data", ".", "--data", "../outside", "--runs", "runs_both"];
        let (code, said) = mhm(&inside, &both);
        assert_eq!(code, 0, "{root}: {said}");
    }
    for root in ["data/p.csv", "./data/../data/p.csv", "near.csv"] {
        fs::write(inside.join("m.mhm"), on(root, "", "")).unwrap();
        assert_eq!(mhm(&inside, &["run", "m.mhm"]).0, 0, "{root}");
    }
    // A file beside the program, from elsewhere.
    assert_eq!(mhm(&house, &["run", "inside/m.mhm", "--runs", "outside/runs"]).0, 0);
}

#[test]
fn a_path_of_the_command_line_is_the_users_own_word() {
    let house = house("word");
    let (inside, outside) = (house.join("inside"), house.join("outside"));
    fs::write(outside.join("p.csv"), POINTS).unwrap();
    fs::write(inside.join("m.mhm"), on("data/p.csv", "", "")).unwrap();
    for path in [outside.join("p.csv").display().to_string(), "../outside/p.csv".into()] {
        let (code, said) = mhm(&inside, &["run", "m.mhm", "p", "--set", &format!("path=\"{path}\"")]);
        assert_eq!(code, 0, "{said}");
    }
    fs::write(inside.join("m.mhm"), on("p.csv", "", "")).unwrap();
    let (code, said) = mhm(&inside, &["run", "m.mhm", "--data", "../outside", "--runs", "../outside/runs"]);
    assert_eq!(code, 0, "{said}");
}

#[test]
fn files_without_a_folder_are_those_of_the_working_directory_or_beside_the_program() {
    let house = house("beside");
    let (inside, outside) = (house.join("inside"), house.join("outside"));
    let text = on("", "\"p.csv\", ", "").replace(" from path", "");
    fs::write(inside.join("m.mhm"), text).unwrap();
    fs::write(inside.join("p.csv"), POINTS).unwrap();
    for (at, file) in [(&inside, "m.mhm"), (&house, "inside/m.mhm")] {
        let (code, said) = mhm(at, &["run", file, "--runs", "runs"]);
        assert_eq!(code, 0, "{said}");
    }
    fs::rename(inside.join("p.csv"), outside.join("p.csv")).unwrap();
    let (code, said) = mhm(&house, &["check", "--data", "inside/m.mhm"]);
    assert!(code == 1 && said.contains("mhm::file-missing"), "{said}");
    let (code, said) = mhm(&house, &["check", "--data", "inside/m.mhm", "--root", "outside"]);
    assert_eq!(code, 0, "{said}");
    let (code, said) = mhm(&house, &["check", "--data", "inside/m.mhm", "--root", "nowhere"]);
    assert!(code == 2 && said.contains("there is no such folder"), "{said}");
    // What was done stays done though its data are gone, and is told when they are back.
    let (code, said) = mhm(&inside, &["run", "m.mhm", "--runs", "runs"]);
    assert!(code == 2 && said.contains("mhm::file-missing"), "{said}");
    let (code, said) = mhm(&inside, &["status", "--runs", "runs"]);
    assert!(code == 0 && said.contains("1 of 1"), "{said}");
}

/// What loading the one dataset of the text says, files below `inside`.
fn loaded(house: &Path, text: &str) -> Result<(), DataError> {
    let dataset = checked(text).datasets.pop().expect("the text has a dataset");
    data::load(&experiment::spec(&dataset, &[house.join("inside")]), Seed(0)).map(drop)
}

#[test]
fn files_that_files_name_stay_there_too() {
    let house = house("named");
    let (inside, outside) = (house.join("inside"), house.join("outside"));
    for folder in [&inside, &outside] {
        fs::write(folder.join("p.csv"), POINTS).unwrap();
        fs::write(folder.join("names.txt"), "a\nb\n").unwrap();
        fs::write(folder.join("rows.txt"), "0\n1\n").unwrap();
        for name in ["a", "b"] {
            // Two numbers, 1 and 2.
            let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
            let header = format!("{header:<117}\n");
            let numbers = [1f32.to_le_bytes(), 2f32.to_le_bytes()].concat();
            let bytes = [b"\x93NUMPY\x01\x00".as_slice(), &118u16.to_le_bytes(), header.as_bytes(), &numbers].concat();
            fs::write(folder.join(format!("{name}.npy")), bytes).unwrap();
        }
    }
    fs::write(inside.join("astray.txt"), "a\n../outside/b\n").unwrap();
    let of_rows = |file: &str, rows: &str| {
        on("data", &format!("\"{file}\", "), "")
            .replace("random(0.5)", &format!("indices(\"{rows}\")"))
            .replace("from path", "from \".\"")
    };
    let of_names = |names: &str| {
        format!(
            r#"dataset D from "." {{
  modality x: [2] = npy("{{name}}.npy")
  target   y: real(2) = npy("{{name}}.npy")
  split    train = names("{names}")
}}"#
        )
    };
    for (text, door) in [
        (of_rows("../outside/p.csv", "rows.txt"), "a file of a source"),
        (of_rows("p.csv", "../outside/rows.txt"), "a list of rows"),
        (of_names("../outside/names.txt"), "a list of names"),
        (of_names("astray.txt"), "a name of a list"),
    ] {
        let error = loaded(&house, &text).unwrap_err();
        assert_eq!(error.code, data::Code::PathOutside, "{door}: {error}");
        assert!(error.found.as_ref().is_some_and(|found| found.contains("/outside/")), "{door}: {error}");
    }
    assert_eq!(loaded(&house, &of_rows("p.csv", "rows.txt")), Ok(()));
    assert_eq!(loaded(&house, &of_names("names.txt")), Ok(()));
}

#[test]
fn videos_of_annotations_name_no_files_elsewhere() {
    let house = house("videos");
    let annotations = |name: &str| {
        format!(
            r#"{{"database": {{"{name}": {{"subset": "test", "annotations": [{{"label": "run", "segment": [0, 1]}}]}}}}}}"#
        )
    };
    fs::write(house.join("inside/gt.json"), annotations("../outside/a")).unwrap();
    let text = r#"dataset D from "." {
  modality x: [1] = fill(0)
  target   y: events(1) = annotations("gt.json", features: "{name}.npy")
  split    train = random(0.5, stratified: false)
  split    test  = rest
}"#;
    let error = loaded(&house, text).unwrap_err();
    assert_eq!(error.code, data::Code::PathOutside, "{error}");
}

#[test]
fn weights_that_a_module_begins_with_stay_there_too() {
    let house = house("weights");
    let inside = house.join("inside");
    fs::write(inside.join("data/p.csv"), POINTS).unwrap();
    for from in ["../outside/w.safetensors", "/etc/passwd"] {
        let module = format!("fixed e = linear(2) from \"{from}\"");
        let text = on("data/p.csv", "", &module).replace("train uni, head", "train head");
        fs::write(inside.join("m.mhm"), text).unwrap();
        let (code, said) = mhm(&inside, &["run", "m.mhm"]);
        assert!(code == 1 && said.contains("mhm::path-outside"), "{from}: {said}");
    }
}

#[test]
fn texts_bring_in_no_files_from_elsewhere() {
    let house = house("use");
    let (inside, outside) = (house.join("inside"), house.join("outside"));
    fs::write(outside.join("secret.txt"), "block Secret = linear(2)\n").unwrap();
    link(&inside.join("linked.mhm"), "../outside/secret.txt");
    for path in ["../outside/secret.txt", "linked.mhm"] {
        fs::write(inside.join("m.mhm"), format!("use \"./{path}\"\nblock Mine = linear(2)\n")).unwrap();
        let (code, said) = mhm(&inside, &["check", "m.mhm"]);
        assert!(code == 1 && said.contains("it leads to `") && !said.contains("Secret"), "{said}");
    }
    // From a folder that holds both.
    fs::write(inside.join("m.mhm"), "use \"../outside/secret.txt\"\nblock Mine = linear(2)\n").unwrap();
    let (code, said) = mhm(&house, &["check", "inside/m.mhm"]);
    assert_eq!(code, 0, "{said}");
}

#[test]
fn runs_are_written_below_their_folder() {
    let house = house("runs");
    let (inside, outside) = (house.join("inside"), house.join("outside"));
    fs::write(inside.join("data/p.csv"), POINTS).unwrap();
    fs::write(inside.join("m.mhm"), on("data/p.csv", "", "")).unwrap();
    fs::create_dir_all(inside.join("runs")).unwrap();
    link(&inside.join("runs/p"), &outside);
    let (code, said) = mhm(&inside, &["run", "m.mhm"]);
    assert!(code == 2 && said.contains("symbolic link"), "{said}");
    fs::remove_file(inside.join("runs/p")).unwrap();
    for entry in ["cells", "text", "events.jsonl"] {
        let _ = fs::remove_dir_all(inside.join("runs/p"));
        fs::create_dir_all(inside.join("runs/p")).unwrap();
        link(&inside.join("runs/p").join(entry), outside.join(entry));
        fs::create_dir_all(outside.join("cells")).unwrap();
        let (code, said) = mhm(&inside, &["run", "m.mhm"]);
        assert!(code == 2 && said.contains("symbolic link"), "{entry}: {said}");
    }
    let left: Vec<_> = fs::read_dir(&outside).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["cells"], "nothing was written there");
    assert_eq!(fs::read_dir(outside.join("cells")).unwrap().count(), 0);
    // The folder itself is the user's own word.
    let _ = fs::remove_dir_all(inside.join("runs"));
    link(&inside.join("runs"), &outside);
    assert_eq!(mhm(&inside, &["run", "m.mhm"]).0, 0);
}
