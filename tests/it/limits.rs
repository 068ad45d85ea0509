//! What is larger than a program may be is refused in words, with the number of the limit: `docs/limits.md` lists them. Each input
//! here is just over one of them.

use crate::zz_needs::not_run;
use mhm::cli::files;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Codes and messages of a text.
fn found(text: &str) -> Vec<(&'static str, String)> {
    let input = files::Input { name: "limits.mhm".into(), text: text.into() };
    files::check(&input)
        .2
        .into_iter()
        .map(|d| (d.code, format!("{}; {}", d.message, d.help.unwrap_or_default())))
        .collect()
}

fn network(body: &str) -> String {
    format!("network N {{\n  in x: [A]\n  {body}\n}}\n")
}

fn schedule(head: &str, body: &str) -> String {
    format!("schedule S {{\n  {head}\n  repeat {{ {body} }}\n}}\n")
}

/// Items of a pipeline, and what stands before them.
fn pipeline(width: usize, body: &str, more: &str, budget: &str) -> String {
    format!(
        r#"
use std.schedule.EndToEnd
dataset D from "d.npz" {{
  modality x: [{width}] = npz("x")
  target   y: class(2) = npz("y")
  split    train = random(0.5)
  split    test  = rest
}}
network N {{
  in   x: [A]
  uni  e = {body}
  head h = linear(2)
  out  h(e(x))
}}
pipeline p(lr: Float = 0.1) {{
  data D
  network N  loss cross_entropy  optimizer sgd(lr: lr)  schedule EndToEnd  batch 4  budget {budget}  metrics error
}}
{more}"#
    )
}

fn experiment(body: &str) -> String {
    pipeline(4, "linear(2)", &format!("experiment e {{\n  {body}\n  table test_error\n}}\n"), "1 epochs")
}

/// Every block is the one before it, twice.
fn doubled(times: usize) -> String {
    let lines = (1..=times).map(|i| format!("block B{i} = B{} |> B{}\n", i - 1, i - 1));
    format!("block B0 = linear(4)\n{}", lines.collect::<String>())
}

fn list(count: usize) -> String {
    (1..=count).map(|i| format!("{i}e-6")).collect::<Vec<_>>().join(", ")
}

#[test]
fn texts_just_over_a_limit_are_refused_with_its_number() {
    let nested = |blocks: usize| {
        let blocks: String = (1..blocks).map(|i| format!("block B{i} = B{} |> relu\n", i - 1)).collect();
        let last = blocks.lines().count();
        format!("block B0 = relu\n{blocks}{}", network(&format!("out B{last}(x)")))
    };
    let stacked = |times: usize| network(&format!("out x{}", " |> relu ** 1000".repeat(times)));
    let loops = |folds: usize| {
        schedule(
            &format!("folds {folds}"),
            "for k in folds { for j in folds { phase a { train head on fold(k) + fold(j) } } }",
        )
    };
    let fold = "for k in folds { phase a { train head on except(k) } }";
    let over = [
        ("a file", " ".repeat((4 << 20) + 1), "too-large", "4194304"),
        ("brackets", network(&format!("out {}x{}", "(".repeat(64), ")".repeat(64))), "too-deep", "64"),
        ("a chain", network(&format!("out x{}", " + x".repeat(512))), "too-deep", "512"),
        ("blocks", nested(65), "too-deep", "64"),
        ("copies", network("out x |> relu ** 1001"), "too-large", "1000"),
        ("layers that double", doubled(17), "too-large", "100000"),
        ("operations", stacked(101), "too-large", "100000"),
        ("a weight", pipeline(1 << 16, "linear(32768)", "", "1 epochs"), "too-large", "2147483648"),
        ("what an operation makes", network("out outer(x, x)").replace("[A]", "[65536]"), "too-large", "2147483648"),
        ("all weights", pipeline(46340, "linear(46340) ** 5", "", "1 epochs"), "too-large", "8589934592"),
        ("folds", schedule("folds 1001", fold), "out-of-range", "1000"),
        ("replicas", schedule("folds 4  replicas head 1001", fold), "out-of-range", "1000"),
        ("phases", loops(101), "too-large", "10000"),
        ("a budget", pipeline(4, "linear(2)", "", "1000001 epochs"), "out-of-range", "1000000"),
        ("arms", experiment(&format!("vary lr in [{}]\n  run p(lr)", list(10_001))), "too-large", "10000"),
        ("seeds", experiment("seeds 100001\n  run p"), "bad-seeds", "100000"),
        ("repeats", experiment("repeats 1001\n  run p"), "out-of-range", "1000"),
        ("runs", experiment("seeds 100000\n  repeats 11\n  run p"), "too-large", "1000000"),
    ];
    for (what, text, code, number) in over {
        let found = found(&text);
        let is = |(c, said): &(&str, String)| *c == code && said.contains(number);
        assert!(found.iter().any(is), "{what}: {found:?}");
    }
}

/// What the checker says of `linear(EXPRESSION)`, one message a line.
fn width(expression: &str) -> String {
    let text = format!(
        "network N {{\n  in x: [A]\n  uni  e = linear({expression})\n  head h = linear(2)\n  out  h(e(x))\n}}\n"
    );
    found(&text).into_iter().map(|(_, said)| said + "\n").collect()
}

/// Ends of the range of whole numbers, as they are written, with their values.
fn ends() -> Vec<(String, i128)> {
    let of = |n: i64| match n {
        i64::MIN => ("(-9223372036854775807 - 1)".to_string(), i128::from(n)),
        n if n < 0 => (format!("({n})"), i128::from(n)),
        n => (n.to_string(), i128::from(n)),
    };
    let near = [0, 1, 2, 7, 1 << 31, 1 << 32, 1 << 53, 3_037_000_500, i64::MAX - 1, i64::MAX];
    near.iter().flat_map(|n| [*n, -n]).chain([i64::MIN]).map(of).collect()
}

#[test]
fn arithmetic_at_the_ends_is_exact_or_refused() {
    for (left, a) in ends() {
        for (right, b) in ends() {
            for op in ["+", "-", "*", "/"] {
                let exact = match op {
                    "+" => Some(a + b),
                    "-" => Some(a - b),
                    "*" => Some(a * b),
                    // Rounded down.
                    _ if b == 0 => None,
                    _ => Some(if a % b != 0 && (a < 0) != (b < 0) { a / b - 1 } else { a / b }),
                };
                let (expression, in_range) = (format!("{left} {op} {right}"), |n: &i128| i64::try_from(*n).is_ok());
                let said = width(&expression);
                match exact {
                    None => assert!(said.contains("nothing can be divided by zero"), "{expression}: {said}"),
                    Some(n) if !in_range(&n) => assert!(said.contains("is out of range"), "{expression}: {said}"),
                    Some(n) if n < 1 => assert!(said.contains(&format!("from 1, is {n};")), "{expression}: {said}"),
                    Some(_) => {
                        assert!(!said.contains("out of range") && !said.contains("zero"), "{expression}: {said}")
                    }
                }
            }
        }
        let (said, negated) = (width(&format!("-{left}")), i64::try_from(-a).is_ok());
        assert_eq!(said.contains("is out of range"), !negated, "-{left}: {said}");
        // With symbols, floats, lengths, tensors and lists: whatever it is, it is said.
        for other in ["A", "(A / 3)", "1e308", "-1e308", "5e-324", "0.0", "[1]", "true", "\"x\"", "100 epochs", "x"] {
            for op in ["+", "-", "*", "/", "**", "&", ".."] {
                width(&format!("{left} {op} {other}"));
                width(&format!("{other} {op} {left}"));
                width(&format!("({other} {op} {left}) * A / {left}"));
            }
        }
    }
    // The page says that division rounds down.
    for (expression, n) in [("-7 / 2", -4), ("7 / -2", -4), ("(-7) / (-2) - 3", 0), ("-1 / 9223372036854775807", -1)] {
        assert!(width(expression).contains(&format!("is {n};")), "{expression}: {}", width(expression));
    }
}

#[test]
fn numbers_that_no_one_writes_are_read_or_refused() {
    for number in [
        "9223372036854775808",
        "1e400",
        "-1e400",
        "1e-400",
        "0.1e400",
        "123456789012345678901234567890",
        "1e",
        "1e99999999999",
    ] {
        width(number);
        for text in
            [pipeline(4, "linear(2)", "", &format!("{number} epochs")), schedule(&format!("folds {number}"), "")]
        {
            found(&text);
        }
    }
}

#[test]
fn indices_of_folds_and_replicas_stay_in_range() {
    let of = |index: &str| {
        found(&schedule(
            "folds 4  replicas head 4",
            &format!(
                "for k in folds {{ phase a {{ train head[k] on except({index}) }} phase b {{ train head[{index}] on fold(k) }} }}"
            ),
        ))
    };
    for (_, n) in ends() {
        for index in [
            format!("k + {n}"),
            format!("k - {n}"),
            format!("{n} + k"),
            format!("{n} - k"),
            format!("k * {n}"),
            format!("k / {n}"),
            format!("-k + {n}"),
            format!("{n}"),
        ] {
            let found = of(&index);
            let codes: Vec<&str> = found.iter().map(|(code, _)| *code).collect();
            assert!(!codes.contains(&"unknown-name"), "{index}: {found:?}");
            if n.abs() > 1_000_000_000_000 && !index.contains(" - (") {
                assert!(
                    ["out-of-range", "wrong-type", "bad-number"].iter().any(|code| codes.contains(code)),
                    "{index}: {found:?}"
                );
            }
        }
    }
    let is = |index: &str, code: &str| assert!(of(index).iter().any(|(c, _)| *c == code), "{index}: {:?}", of(index));
    is("k + 9223372036854775807", "out-of-range");
    is("k + 9223372036854775807 + 9223372036854775807", "out-of-range");
    is("5 + 9223372036854775807", "out-of-range");
    is("0 - 1", "out-of-range");
    is("2 + 2", "out-of-range");
    is("k * 2", "wrong-type");
    is("-k", "wrong-type");
}

#[test]
fn samples_have_five_axes_at_most() {
    let made = |body: &str, head: &str| network(&format!("uni e = linear(1)\n  {body}\n  out {head}"));
    for text in [
        made("", "reshape(x, [1, 1, 1, 1, 1, 16])").replace("[A]", "[16]"),
        made("", "outer(x, x)").replace("[A]", "[1, 1, 1, 1, 2]"),
        made("uni m = embedding(3, 4)", "m(x)").replace("[A]", "[1, 1, 1, 1, 2]"),
        made("", "e(x)").replace("[A]", "[A, B, C, D, E, F]"),
        pipeline(4, "linear(2)", "", "1 epochs").replace("[4]", "[1, 1, 1, 1, 1, 4]"),
        pipeline(4, "linear(2)", "", "1 epochs").replace("class(2) =", "real(1, 1, 1, 1, 1, 2) ="),
    ] {
        let found = found(&text);
        assert!(
            found.iter().any(|(code, said)| *code == "too-large" && said.contains("5 axes at most")),
            "{text}{found:?}"
        );
    }
    let five = found(&made("", "reshape(x, [1, 1, 1, 1, 16])").replace("[A]", "[16]"));
    assert!(five.iter().all(|(code, _)| *code != "too-large"), "{five:?}");
}

/// Bytes that can be had.
fn free() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

#[test]
fn a_run_that_needs_more_memory_than_there_is_does_not_begin() {
    // Weights and gradients of a layer of 2³¹ numbers: 17 GB.
    let layer = 46340u64 * 46340 * 2 * 4;
    let layers = match free().map(|free| free / layer + 1) {
        Some(layers @ 1..=4) => layers,
        Some(_) => return not_run("no network that may be declared is too large for this machine"),
        None => return not_run("this system does not tell its free memory"),
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("limits_memory");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("m.mhm"), pipeline(46340, &format!("linear(46340) ** {layers}"), "", "1 epochs")).unwrap();
    let run = |more: &[&str]| {
        let arguments = ["run", "m.mhm"].iter().chain(more);
        let output = Command::new(env!("CARGO_BIN_EXE_mhm")).current_dir(&folder).args(arguments).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, said) = run(&[]);
    assert!(
        code == 2 && said.contains("`p` needs ") && said.contains(" are free; ") && said.contains("`--force`"),
        "{said}"
    );
    assert!(!folder.join("runs").exists(), "nothing was begun");
    // With `--force` it does begin, and misses its data.
    let (code, said) = run(&["--force"]);
    assert!(code == 2 && said.contains("mhm::file-missing"), "{said}");
    fs::remove_dir_all(folder).unwrap();
}

/// The checker and the manifest have that number each: what one lets through is no damage to the other.
#[test]
fn the_most_folds_replicas_and_repeats_can_be_stored() {
    let text = pipeline(4, "linear(2)", "", "1 epochs")
        .replace("EndToEnd", "Mhm")
        .replace("schedule Mhm ", "schedule Mhm(heads: 1000) ")
        .replace(r#"from "d.npz""#, "from two_moons(per_class: 2000)")
        .replace(r#"x: [4] = npz("x")"#, "x: [1] = axis(0)")
        .replace(r#"npz("y")"#, "labels");
    let text = text + "experiment e { repeats 1000  run p  table test_error }\n";
    let experiment = crate::runs::experiment(&text);
    let cells = mhm::experiment::cells(&experiment);
    let options = mhm::experiment::Options::plain(vec![]);
    let recipes = mhm::experiment::Recipes::of(&cells, &options);
    let manifest = mhm::experiment::manifest(&experiment, &cells, &recipes, &options).unwrap();
    assert_eq!((manifest.repeats, manifest.sketches[0].folds), (1000, 1000));
    assert_eq!(manifest.fault(), None);
}

#[test]
fn seeds_of_the_command_line_count_too() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("limits_seeds");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("m.mhm"), experiment("repeats 1000\n  run p")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_mhm"));
    let output = command.current_dir(&folder).args(["run", "m.mhm", "--seeds", "1001"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && said.contains("has 1001000 runs; at most 1000000 are made"), "{said}");
}

#[test]
fn the_book_lists_the_limits() {
    let page = include_str!("../../docs/limits.md");
    for number in ["4 MiB", "64", "512", "1,000", "100,000", "2³¹", "2³³", "10,000", "1,000,000", "2³²"] {
        assert!(page.contains(number), "{number}");
    }
}
