//! Small inputs that ask for much: each is an error in words within moments, and never a panic, an abort or a hang. The sizes are
//! those at which the program once did not end.

use crate::cli::folder;
use mhm::data::ArchiveWriter;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Of address space, in kilobytes: threads reserve some, and nothing here needs much.
const SPACE: u64 = 3_000_000;
/// A debug build on a busy machine takes its time; without the bounds none of this ends.
const PATIENCE: Duration = Duration::from_secs(240);

/// What the command says within these bounds, and its exit code.
fn bounded(at: &Path, arguments: &str) -> (i32, String) {
    bounded_by(at, "", arguments)
}

/// The same, started by another command.
fn bounded_by(at: &Path, by: &str, arguments: &str) -> (i32, String) {
    let line = format!("ulimit -v {SPACE}; exec {by} {} {arguments}", env!("CARGO_BIN_EXE_mhm"));
    let mut child = Command::new("bash")
        .args(["-c", &line])
        .current_dir(at)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let read = |pipe: &mut dyn std::io::Read| {
        let mut bytes = vec![];
        pipe.read_to_end(&mut bytes).unwrap();
        bytes
    };
    let output = std::thread::scope(|scope| {
        let out = scope.spawn(move || read(&mut out));
        let err = scope.spawn(move || read(&mut err));
        let start = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if start.elapsed() > PATIENCE {
                child.kill().unwrap();
                child.wait().unwrap();
                panic!("`mhm {arguments}` does not end");
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        Output { status, stdout: out.join().unwrap(), stderr: err.join().unwrap() }
    });
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let code = output.status.code().unwrap_or_else(|| panic!("`mhm {arguments}` was ended by a signal: {said}"));
    assert!(code != 101 && !said.contains("a fault of mhm"), "`mhm {arguments}`: {said}");
    (code, said)
}

/// What `mhm check` says of a program.
fn check(at: &Path, program: &str) -> (i32, String) {
    fs::write(at.join("p.mhm"), program).unwrap();
    bounded(at, "check --format short p.mhm")
}

fn of_many(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect()
}

const USES: &str = "use std.dataset.TwoMoons\nuse std.network.ToyIntermediate\nuse std.schedule.*\n";

fn pipeline(name: &str, rest: &str) -> String {
    format!(
        "pipeline {name} {{\n  data TwoMoons  network ToyIntermediate  loss cross_entropy  optimizer adam(lr: 1e-3)\n  \
         schedule EndToEnd  budget 1 epoch  metrics error\n{rest}}}\n"
    )
}

/// Rows of aliases: the row is too long once, not every alias of it.
#[test]
fn aliases_a_thousand_deep_are_one_error() {
    let at = folder("deep_aliases");
    for (kind, item) in [("schedule", "EndToEnd"), ("network", "ToyIntermediate"), ("dataset", "TwoMoons")] {
        let down = format!("{kind} a0 = {item}\n") + &of_many(1000, |i| format!("{kind} a{} = a{i}\n", i + 1));
        let up = of_many(1000, |i| format!("{kind} a{i} = a{}\n", i + 1)) + &format!("{kind} a1000 = {item}\n");
        for program in [down, up] {
            let (code, said) = check(&at, &format!("{USES}{program}"));
            assert!(code == 1 && said.contains("too-deep") && said.ends_with("1 error\n"), "{said}");
        }
    }
    // A row of the length that is allowed stands for its item.
    let row = "schedule a0 = EndToEnd\n".to_string() + &of_many(60, |i| format!("schedule a{} = a{i}\n", i + 1));
    let used = pipeline("p", "").replace("schedule EndToEnd", "schedule a60");
    let (code, said) = check(&at, &format!("{USES}{row}{used}"));
    assert!(code == 0, "{said}");
}

/// Blocks in blocks, each with brackets in brackets or a long chain.
#[test]
fn blocks_in_blocks_do_not_overflow_the_stack() {
    let at = folder("deep_blocks");
    for inside in [
        |inner: String| format!("{}{inner}{}", "relu(".repeat(60), ")".repeat(60)),
        |inner: String| format!("{inner}{}", " |> relu".repeat(500)),
    ] {
        let block = |i: usize| format!("block B{}{{ in x: [D]\n out {} }}\n", i + 1, inside(format!("B{i}(x)")));
        let program = format!("block B0 = relu\n{}network N {{ in a: [2]\n out B50(a) }}\n", of_many(50, block));
        let (code, said) = check(&at, &program);
        assert!(code == 1 && said.contains("too-deep"), "{said}");
    }
}

#[test]
fn pipelines_that_begin_from_pipelines_are_counted() {
    let at = folder("starts");
    let start = |i: usize| {
        let rest = format!("  start embed from p{i}\n  start joint from p{i}\n  start classify from p{i}\n");
        pipeline(&format!("p{}", i + 1), &rest)
    };
    let program = format!("{USES}{}{}", pipeline("p0", ""), of_many(15, start));
    let (code, said) = check(&at, &program);
    assert!(code == 1 && said.contains("begins from more than 100 others"), "{said}");
}

/// Places past what 16 bits count, in every form.
#[test]
fn errors_far_to_the_right_are_shown() {
    let at = folder("columns");
    fs::write(at.join("p.mhm"), format!("block B = {}liner(3)\n", " ".repeat(70_000))).unwrap();
    for form in ["full", "short", "json"] {
        let (code, said) = bounded(&at, &format!("check --format {form} p.mhm"));
        assert!(code == 1 && said.contains("liner") && said.contains("70011"), "{form}: {said}");
    }
}

/// Many of one thing: what is held against each other is bounded, and so is what is said.
#[test]
fn very_many_parts_are_checked_or_refused() {
    let at = folder("many");
    let list = |count: usize, one: &dyn Fn(usize) -> String| (0..count).map(one).collect::<Vec<_>>().join(", ");
    let params = |count: usize| format!("block B({}) = linear(p0)\n", list(count, &|i| format!("p{i}: Int = 1")));
    let cases: Vec<(String, &str)> = vec![
        ("block B = relu\n".repeat(10_000), "name-clash"),
        (of_many(5_000, |i| format!("use std.schedule.X{i}\n")), "unknown-library"),
        (of_many(2_000, |i| format!("use \"./x{i}.mhm\"\n")), "unreadable-file"),
        (of_many(2_000, |i| format!("block B{i} = relo{i}\n")), "unknown-name"),
        (params(5_000), "5000 parameters; at most 1000"),
        (format!("block B = linear({})\n", list(5_000, &|i| format!("p{i}: 1"))), "unknown-argument"),
        (
            format!("network N {{ in a: [2]\n{} out a }}\n", of_many(12_000, |i| format!("let x{i} = a\n"))),
            "statements",
        ),
        (
            USES.to_string() + &pipeline("p", &format!("  metrics {}\n", list(5_000, &|_| "error".into()))),
            "names in one",
        ),
        (
            USES.to_string() + &pipeline("p", &format!("  modalities [{}]\n", list(5_000, &|i| format!("x{i}")))),
            "unknown-modality",
        ),
        ("“".repeat(50_000), "look-alike"),
    ];
    for (program, what) in cases {
        let (code, said) = check(&at, &program);
        let begin: String = program.chars().take(60).collect();
        assert!(code == 1 && said.contains(what), "{begin}…: {}", said.chars().take(300).collect::<String>());
        assert!(said.lines().count() <= 1001, "{begin}…: {} lines", said.lines().count());
    }
    // Sound, and large.
    for program in ["use std.schedule.*\n".repeat(2_000), params(1000).replace("linear(p0)", "relu")] {
        let (code, said) = check(&at, &program);
        assert!(code == 0, "{}", said.chars().take(300).collect::<String>());
    }
}

/// The limit holds while a text is read: it may be larger than memory, or without end.
#[test]
#[cfg(unix)]
fn texts_without_end_are_refused() {
    let at = folder("endless");
    fs::write(at.join("big.mhm"), " ".repeat(5 << 20)).unwrap();
    for arguments in [
        "check big.mhm",
        "fmt big.mhm",
        "check --fix big.mhm",
        "run big.mhm",
        "plan big.mhm",
        "predict big.mhm big.mhm -o -",
    ] {
        let (code, said) = bounded(&at, arguments);
        assert!(code == 2 && said.contains("it has more than 4194304 bytes"), "{arguments}: {said}");
    }
    for command in ["check", "fmt", "run", "plan"] {
        let (code, said) = bounded(&at, &format!("{command} - < /dev/zero"));
        assert!(code == 2 && said.contains("standard input: it has more than"), "{command}: {said}");
    }
}

/// What is no file is not waited for, wherever it is named.
#[test]
#[cfg(unix)]
fn pipes_devices_and_sockets_are_refused() {
    let at = folder("pipes");
    let _socket = std::os::unix::net::UnixListener::bind(at.join("socket.mhm")).unwrap();
    for name in ["pipe.mhm", "pipe.csv", "pipe.npy", "pipe.npz", "pipe.txt"] {
        assert!(Command::new("mkfifo").arg(at.join(name)).status().unwrap().success());
    }
    for (name, kind) in
        [("pipe.mhm", "a pipe"), ("socket.mhm", "a socket"), ("/dev/zero", "a device"), ("/dev/tty", "a device")]
    {
        let (code, said) = bounded(&at, &format!("check {name}"));
        assert!(code == 2 && (said.contains(&format!("it is {kind}")) || name == "/dev/tty"), "{name}: {said}");
    }
    for arguments in ["data pipe.csv", "data pipe.npz", "score pipe.txt pipe.txt", "predict pipe.mhm pipe.csv -o -"] {
        let (code, said) = bounded(&at, arguments);
        assert!(code == 2 && said.contains("it is a pipe where a file is expected"), "{arguments}: {said}");
    }
    fs::write(at.join("ok.csv"), "a,y\n1,0\n2,1\n3,0\n").unwrap();
    for (a, train) in [
        ("csv(file: \"pipe.csv\", columns: [\"a\"])", "rows(0, 2)"),
        ("npy(\"pipe.npy\")", "rows(0, 2)"),
        ("npz(\"a\", file: \"pipe.npz\")", "rows(0, 2)"),
        ("csv(file: \"ok.csv\", columns: [\"a\"])", "indices(\"pipe.txt\")"),
        ("csv(file: \"ok.csv\", columns: [\"a\"])", "indices(\"pipe.npy\")"),
    ] {
        data(&at, a, "csv(file: \"ok.csv\", columns: [\"y\"])", train);
        for arguments in ["check --data p.mhm", "run p.mhm"] {
            let (code, said) = bounded(&at, arguments);
            assert!(code != 0 && said.contains("it is a pipe where a file is expected"), "{a} {arguments}: {said}");
        }
    }
}

/// A program whose data are read so.
fn data(at: &Path, a: &str, y: &str, train: &str) {
    let program = format!(
        "use std.schedule.EndToEnd
network N {{ in a: [1]  uni e = linear(4)  fusion j = linear(4)  head h = linear(2)  out h(j(e(a))) }}
dataset D from \".\" {{
  modality a: [1] = {a}
  target   y: class(2) = {y}
  split    train = {train}
  split    test  = rest
}}
pipeline p {{ data D  network N  loss cross_entropy  optimizer adam(lr: 1e-3)  schedule EndToEnd  budget 1 epoch }}
"
    );
    fs::write(at.join("p.mhm"), program).unwrap();
}

/// A line, a quoted text or a row of fields that goes on: a table is read a line at a time, and a line has an end.
#[test]
fn lines_of_tables_have_an_end() {
    let at = folder("long_lines");
    let column = |name: &str| format!("csv(file: \"t.csv\", columns: [\"{name}\"])");
    data(&at, &column("a"), &column("y"), "rows(0, 2)");
    let long = 17 << 20;
    for table in [format!("a,y\n{}", "1".repeat(long)), format!("a,y\n\"{}", "1\n".repeat(long / 2)), "a".repeat(long)]
    {
        fs::write(at.join("t.csv"), table).unwrap();
        let (code, said) = bounded(&at, "check --data p.mhm");
        assert!(code == 1 && said.contains("a line of more than 16777216 bytes"), "{said}");
    }
}

/// An archive of some kilobytes holds many megabytes: asked before it is read, of the machine and of whoever gave less.
#[test]
fn data_that_memory_does_not_hold_are_refused() {
    let at = folder("huge");
    let rows = 8_000_000;
    let array = |shape: String, dtype: &str, bytes: usize| {
        let text = format!("{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}");
        [b"\x93NUMPY\x01\x00\x76\x00".as_slice(), format!("{text:<117}\n").as_bytes(), &vec![0; bytes]].concat()
    };
    let mut archive = ArchiveWriter::new(fs::File::create(at.join("d.npz")).unwrap());
    let numbers = array(format!("({rows}, 1)"), "<f4", 4 * rows);
    for (name, bytes) in [("a", &numbers), ("y", &array(format!("({rows},)"), "|u1", rows))] {
        archive.begin(name).unwrap().write_all(bytes).unwrap();
    }
    archive.finish("").unwrap();
    assert!(fs::metadata(at.join("d.npz")).unwrap().len() < 1 << 20);
    fs::write(at.join("a.npy"), &numbers).unwrap();
    let job = "env SLURM_MEM_PER_NODE=48";
    for a in ["npz(\"a\", file: \"d.npz\")", "npy(\"a.npy\")"] {
        data(&at, a, "npz(\"y\", file: \"d.npz\")", "rows(0, 2)");
        let (code, said) = bounded_by(&at, job, "check --data p.mhm");
        assert!(code == 1 && said.contains("too-little-memory") && said.contains("of memory, and"), "{said}");
        let (code, said) = bounded_by(&at, job, "run p.mhm");
        assert!(code == 2 && said.contains("for data, and") && said.contains("--force"), "{said}");
    }
    // What is kept in its file takes no memory; what is packed is unpacked whole.
    data(&at, "npy(\"a.npy\")", "csv(file: \"y.csv\", columns: [\"y\"])", "rows(0, 2)");
    fs::write(at.join("y.csv"), "y\n0\n1\n0\n").unwrap();
    let (_, said) = bounded_by(&at, job, "--array-memory 1MB check --data p.mhm");
    assert!(said.contains("samples-differ") && !said.contains("too-little-memory"), "{said}");
    data(&at, "npz(\"a\", file: \"d.npz\")", "csv(file: \"y.csv\", columns: [\"y\"])", "rows(0, 2)");
    let job = "env SLURM_MEM_PER_NODE=30";
    let (_, said) = bounded_by(&at, job, "--array-memory 1MB check --data p.mhm");
    assert!(said.contains("too-little-memory"), "{said}");
}

/// A list longer than the rows it is of names one twice.
#[test]
fn lists_are_read_as_far_as_they_say_something_new() {
    let at = folder("lists");
    fs::write(at.join("ok.csv"), "a,y\n1,0\n2,1\n3,0\n").unwrap();
    let column = |name: &str| format!("csv(file: \"ok.csv\", columns: [\"{name}\"])");
    data(&at, &column("a"), &column("y"), "indices(\"rows.txt\")");
    fs::write(at.join("rows.txt"), "1\n".repeat(10_000_000)).unwrap();
    let (code, said) = bounded(&at, "check --data p.mhm");
    assert!(code == 1 && said.contains("split `train` has sample 1 twice"), "{said}");
    fs::write(at.join("rows.txt"), "1\n".repeat(33 << 20)).unwrap();
    let (code, said) = bounded(&at, "check --data p.mhm");
    assert!(code == 1 && said.contains("a list is longer than this program reads"), "{said}");
    // Larger than memory by its name alone.
    fs::File::create(at.join("rows.txt")).unwrap().set_len(1 << 40).unwrap();
    let (code, said) = bounded(&at, "check --data p.mhm");
    assert!(code == 1 && said.contains("file-unreadable"), "{said}");
    // Files of names that are not there, each of which would be looked for.
    data(&at, "npy(\"{name}.npy\")", "npy(\"{name}.y.npy\")", "names(\"names.txt\")");
    let program = fs::read_to_string(at.join("p.mhm")).unwrap().replace("  split    test  = rest\n", "");
    fs::write(at.join("p.mhm"), program).unwrap();
    fs::write(at.join("names.txt"), of_many(200_000, |i| format!("n{i}\n"))).unwrap();
    let (code, said) = bounded(&at, "check --data p.mhm");
    assert!(code == 1 && said.contains("100 files and more of a modality or target are missing"), "{said}");
}

/// Names of files may be any bytes: they are read, or named.
#[test]
#[cfg(target_os = "linux")]
fn names_that_are_no_text_are_read_or_named() {
    use std::os::unix::ffi::OsStrExt;
    let at = folder("no_text");
    fs::write(at.join(std::ffi::OsStr::from_bytes(b"n\xff.mhm")), "block B = rela\n").unwrap();
    fs::write(at.join("ok.mhm"), "block B = relu\n").unwrap();
    let (code, said) = bounded(&at, "check .");
    assert!(code == 1 && said.contains("nothing here is called `rela`") && said.contains("n\u{fffd}.mhm"), "{said}");
    for command in ["check", "fmt", "run", "plan", "data", "show graph"] {
        let (code, said) = bounded(&at, &format!("{command} $'n\\xff.mhm'"));
        assert!(code == 2 && said.contains("`n\u{fffd}.mhm` is not text (UTF-8)"), "{command}: {said}");
    }
    fs::write(at.join("p.mhm"), USES.to_string() + &pipeline("p", "")).unwrap();
    for arguments in ["run p.mhm --runs $'r\\xff'", "status --runs $'r\\xff'", "verify p --runs $'r\\xff'"] {
        let (code, said) = bounded(&at, arguments);
        assert!(code < 3, "{arguments}: {said}");
    }
}

#[test]
fn names_and_paths_are_bounded() {
    let at = folder("bombs_names");
    let (code, said) = check(&at, &format!("use \"{}\"\n", "a/".repeat(50_000)));
    assert!(code == 1 && said.contains("a path of 100000 bytes names no file"), "{said}");
    // A line that no terminal shows whole, in a frame for each finding.
    let arguments = of_many(100_000, |i| format!("p{i}: 1, "));
    fs::write(at.join("p.mhm"), format!("use std.dataset.TwoMoons\ndataset D = TwoMoons({arguments})\n")).unwrap();
    let (code, said) = bounded(&at, "check p.mhm");
    assert!(code == 1 && said.contains("…") && said.contains("has no parameter `p999`"), "{code}");
    fs::write(at.join("p.mhm"), "use std.dataset.TwoMoon\n".repeat(2_000)).unwrap();
    assert_eq!(bounded(&at, "check --fix --unsafe-fixes p.mhm").0, 1);
}
