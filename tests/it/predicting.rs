//! A model does to raw samples what was done to those it was trained on: run, export and predict on the raw file give the
//! run's own predictions, bit for bit, with every preparation and from every kind of file.

use crate::cli::{folder, mhm};
use crate::runs::bits;
use mhm::cli::calls::Predictor;
use mhm::data::ArchiveWriter;
use mhm::data::arrays::Raw;
use mhm::record::Evaluee;
use mhm::store::{Store, Wanted};
use npyz::WriterBuilder;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const TRAIN: usize = 16;
const ALL: usize = 24;

/// Noise that is no noise.
fn noise(i: usize) -> f64 {
    (i as f64 * 1.7).sin() + 0.1 * (i % 7) as f64
}

/// What reads the samples: items of a dataset, inputs and output of a network.
struct Case {
    name: &'static str,
    from: &'static str,
    data: &'static str,
    network: &'static str,
}

fn program(case: &Case) -> String {
    let Case { from, data, network, .. } = case;
    format!(
        "use std.schedule.EndToEnd
         dataset D from \"{from}\" {{
           {data}
           split train = rows(0, {TRAIN})
           split test  = rest
         }}
         network N {{ {network} }}
         pipeline p {{
           data D  network N  loss cross_entropy  optimizer adam(lr: 1e-2)  schedule EndToEnd
           batch 8  budget 2 epochs  metrics accuracy
         }}"
    )
}

/// Predictions of the run for the split `test`.
fn own(at: &Path) -> Vec<f32> {
    let store = Store::open(&at.join("runs/p")).unwrap();
    let kept = store.artifacts(&store.manifest().arms[0].cells[0], Wanted::Predictions).unwrap();
    let found = kept.evaluated.iter().find(|e| e.network == Evaluee::Deployed && e.split == "test").unwrap();
    found.outputs.values().next().unwrap().values.clone()
}

/// Numbers of the last columns of a table, from this line on.
fn predicted(table: &str, from: usize) -> Vec<f32> {
    let numbers = |line: &str| line.split(',').skip(2).map(|n| n.parse().unwrap()).collect::<Vec<f32>>();
    table.lines().skip(1 + from).flat_map(numbers).collect()
}

/// Arrays by their names in the file.
type Arrays = BTreeMap<String, Raw>;

/// What a program is given that has the arrays in memory.
fn from_memory(at: &Path, case: &Case, arrays: &Arrays) -> Vec<f32> {
    let predictor = Predictor::open(&at.join("model.mhm").to_string_lossy()).ok().unwrap();
    let array = |(name, ..): &(&str, &[usize], bool)| {
        let declared = case.data.split("modality ").find(|text| text.starts_with(&format!("{name}:"))).unwrap();
        let array = declared.split("npz(\"").nth(1).unwrap().split('"').next().unwrap();
        (name.to_string(), arrays[array].clone())
    };
    let predicted = predictor.predict(predictor.modalities().iter().map(array).collect());
    let mut predicted = predicted.unwrap_or_else(|why| panic!("{}: {why}", case.name));
    assert_eq!(predicted.samples, ALL);
    let all = predicted.outputs.remove(0);
    all[TRAIN * all.len() / ALL..].to_vec()
}

fn holds(at: &Path, case: &Case, samples: &str, arrays: Option<&Arrays>) {
    let name = case.name;
    fs::write(at.join("d.mhm"), program(case)).unwrap();
    let (code, out, err) = mhm(at, &["run", "d.mhm", "--quiet", "--fresh"]);
    assert_eq!(code, 0, "{name}: {out}{err}");
    let (code, _, err) = mhm(at, &["export", "p", "-o", "model"]);
    assert_eq!(code, 0, "{name}: {err}");
    let own = own(at);
    let (code, table, err) = mhm(at, &["predict", "model.mhm", samples, "-o", "-"]);
    assert_eq!(code, 0, "{name}: {err}");
    assert_eq!(bits(&predicted(&table, TRAIN)), bits(&own), "{name}: raw");
    let (code, table, err) = mhm(at, &["predict", "model.mhm", "d.mhm", "--split", "test", "-o", "-"]);
    assert_eq!(code, 0, "{name}: {err}");
    assert_eq!(bits(&predicted(&table, 0)), bits(&own), "{name}: a split");
    if let Some(arrays) = arrays {
        assert_eq!(bits(&from_memory(at, case, arrays)), bits(&own), "{name}: in memory");
    }
    let _ = fs::remove_dir_all(at.join("runs"));
}

/// Sequences with holes, lengths, classes, numbers far from 0 and labels, in an archive of 64-bit numbers.
fn archive(at: &Path) -> Arrays {
    let mut archive = ArchiveWriter::new(fs::File::create(at.join("d.npz")).unwrap());
    let mut arrays = Arrays::new();
    let mut put = |name: &str, shape: &[u64], values: Vec<f64>| {
        let raw = Raw { shape: shape.iter().map(|n| *n as usize).collect(), values: values.clone().into() };
        arrays.insert(name.into(), raw);
        archive.array(name, shape, values).unwrap();
    };
    let n = ALL as u64;
    let mut x: Vec<f64> = (0..ALL * 8).map(noise).collect();
    (x[26], x[150]) = (f64::NAN, f64::INFINITY);
    put("x", &[n, 4, 2], x);
    let lacks = |i: usize| (i / 8).is_multiple_of(5) || (i / 2).is_multiple_of(7);
    put("gap", &[n, 4, 2], (0..ALL * 8).map(|i| if lacks(i) { f64::NAN } else { noise(i) }).collect());
    put("worn", &[n], (0..ALL).map(|i| f64::from(u8::from(i % 3 != 1))).collect());
    put("n", &[n], (0..ALL).map(|i| (1 + i % 4) as f64).collect());
    put("kind", &[n], (0..ALL).map(|i| (i % 3) as f64).collect());
    put("seconds", &[n, 1], (0..ALL).map(|i| 1.7e9 + 40.0 * (i % 2) as f64 + noise(i)).collect());
    put("image", &[n, 2, 3], (0..ALL * 6).map(|i| 1.5 + noise(i)).collect());
    put("y", &[n], (0..ALL).map(|i| (i % 2) as f64).collect());
    archive.finish("").unwrap();
    arrays
}

const Y: &str = "head h = linear(2)";

#[test]
fn archives_are_prepared_as_for_training() {
    let at = folder("predicting_npz");
    let arrays = archive(&at);
    let sequence = "in x: [T, 2], there: [T]  uni a = linear(4) |> relu  fusion j = linear(4) |> relu";
    let masked = format!("{sequence}  {Y}  out h(j(mean(a(x), there, 0)))");
    let plain = |shape: &str| {
        format!("in x: {shape}  uni a = linear(4) |> relu  fusion j = linear(4) |> relu  {Y}  out h(j(a(x)))")
    };
    let pooled =
        format!("in x: [T, 2]  uni a = linear(4) |> relu  fusion j = linear(4) |> relu  {Y}  out h(j(mean(a(x), 0)))");
    let asked = "in x: [T, 2]  uni a = linear(4) |> relu  fusion j = linear(4) |> relu  head h = linear(2)
                 out h(j(available(x) * mean(a(x), available(x, steps: true), 0)))"
        .to_string();
    let (one, two, three, four) = (plain("[1]"), plain("[2]"), plain("[3]"), plain("[4]"));
    let replace = "npz(\"x\") |> replace(infinite: 1, nan: 0)";
    let cases = [
        (
            "mask and replace",
            format!("modality x: [4, 2] = {replace}  modality there: [4] = npz(\"n\") |> mask"),
            &masked,
        ),
        (
            "standardized by a mask",
            format!(
                "modality x: [4, 2] = {replace} |> standardize(present: there)  modality there: [4] = npz(\"n\") |> mask"
            ),
            &masked,
        ),
        (
            "by a mask that nothing reads",
            format!(
                "modality x: [4, 2] = {replace} |> standardize(present: there)  modality there: [4] = npz(\"n\") |> mask"
            ),
            &pooled,
        ),
        (
            "redrawn with its mask",
            format!(
                "modality x: [3, 2] = {replace} |> resample(3, random: true) |> standardize(present: there)
                 modality there: [3] = npz(\"n\") |> one_hot(5) |> first(4) |> resample(3, random: true)"
            ),
            &masked,
        ),
        ("missing", "modality x: [4, 2] = npz(\"gap\") |> missing(nan) |> standardize".into(), &asked),
        (
            "missing, redrawn",
            "modality x: [3, 2] = npz(\"gap\") |> missing(nan) |> resample(3, random: true) |> standardize".into(),
            &asked,
        ),
        (
            "missing by another modality",
            format!(
                "modality x: [4, 2] = {replace} |> missing(unless: worn) |> standardize  modality worn: [1] = npz(\"worn\")"
            ),
            &asked,
        ),
        ("resample", format!("modality x: [6, 2] = {replace} |> resample(6)"), &pooled),
        ("first", format!("modality x: [3, 2] = {replace} |> first(3, pad: left)"), &pooled),
        ("one_hot", "modality x: [3] = npz(\"kind\") |> one_hot(3)".into(), &three),
        ("far from zero", "modality x: [1] = npz(\"seconds\") |> standardize".into(), &one),
        ("mean", "modality x: [2] = npz(\"image\") |> mean(axes: [2]) |> standardize".into(), &two),
        (
            "append and normalize",
            "modality x: [2] = npz(\"image\") |> mean(axes: [2]) |> standardize |> normalize".into(),
            &two,
        ),
        ("append", "modality x: [4] = npz(\"image\") |> mean(axes: [1]) |> append(0.3)".into(), &four),
        ("argmax", "modality x: [2] = npz(\"image\") |> argmax |> standardize".into(), &two),
    ];
    for (name, data, network) in &cases {
        let data = format!("{data}  target y: class(2) = npz(\"y\")");
        holds(
            &at,
            &Case { name, from: "d.npz", data: &data.leak()[..], network: (*network).clone().leak() },
            "d.npz",
            Some(&arrays),
        );
    }
    // What is missing has the name that it was given.
    let other = "modality x: [4, 2] = npz(\"x\") |> replace(infinite: 1, nan: 0) |> standardize(present: there)
                 modality there: [4] = npz(\"n\") |> mask  target y: class(2) = npz(\"y\")";
    fs::write(
        at.join("d.mhm"),
        program(&Case { name: "", from: "d.npz", data: other, network: &pooled.clone().leak()[..] }),
    )
    .unwrap();
    assert_eq!(mhm(&at, &["run", "d.mhm", "--quiet"]).0, 0);
    assert_eq!(mhm(&at, &["export", "p", "-o", "model"]).0, 0);
    let mut archive = ArchiveWriter::new(fs::File::create(at.join("less.npz")).unwrap());
    archive.array("x", &[1, 4, 2], [0.0; 8]).unwrap();
    archive.finish("").unwrap();
    let (code, out, err) = mhm(&at, &["predict", "model.mhm", "less.npz", "-o", "-"]);
    assert!(code == 2 && out.is_empty(), "{out}");
    assert!(err.contains("no array for the modality `there`") && err.contains("`n` or `there`"), "{err}");
}

#[test]
fn tables_and_single_arrays_are_prepared_as_for_training() {
    let at = folder("predicting_csv");
    let row = |i: usize| {
        let gap = if i % 5 == 3 { "NA".into() } else { format!("{}", noise(i)) };
        format!("{gap},{},{},{}\n", 1.7e9 + noise(i), i % 3, i % 2)
    };
    fs::write(at.join("d.csv"), "a,seconds,kind,y\n".to_string() + &(0..ALL).map(row).collect::<String>()).unwrap();
    let mut bytes = vec![];
    let options = npyz::WriteOptions::new().default_dtype().shape(&[ALL as u64, 2]);
    let mut writer = options.writer(&mut bytes).begin_nd().unwrap();
    writer.extend((0..ALL * 2).map(|i| if i == 40 { f64::NAN } else { 1e6 + noise(i) })).unwrap();
    writer.finish().unwrap();
    fs::write(at.join("x.npy"), bytes).unwrap();
    let network = |inputs: &str, value: &str| -> &'static str {
        format!("in {inputs}  uni e = linear(4) |> relu  fusion j = linear(4) |> relu  {Y}  out h(j({value}))").leak()
    };
    let three = "modality a: [2] = csv(columns: [\"a\", \"seconds\"]) |> replace(nan: 0) |> standardize
                 modality k: [3] = csv(columns: [\"kind\"]) |> one_hot(3)
                 target y: class(2) = csv(columns: [\"y\"])";
    let csv = Case { name: "csv", from: "d.csv", data: three, network: network("a: [2], k: [3]", "concat(e(a), k)") };
    holds(&at, &csv, "d.csv", None);
    let gaps = "modality a: [2] = csv(columns: [\"a\", \"seconds\"]) |> missing(nan, any: true) |> standardize
                target y: class(2) = csv(columns: [\"y\"])";
    let gaps = Case { name: "gaps", from: "d.csv", data: gaps, network: network("a: [2]", "available(a) * e(a)") };
    holds(&at, &gaps, "d.csv", None);
    let npy = "modality x: [2] = npy(\"x.npy\") |> replace(nan: 1e6) |> standardize
               target y: class(2) = csv(\"d.csv\", columns: [\"y\"])";
    holds(&at, &Case { name: "npy", from: ".", data: npy, network: network("x: [2]", "e(x)") }, "x.npy", None);
}

#[test]
fn samples_have_names_and_classes_probabilities() {
    let at = folder("predicting_ids");
    let row = |i: usize| {
        let name = if i == 4 { "\"a, \"\"b\"\"\"".into() } else { format!("clip-{i}") };
        format!("{},{},{name},{},S{}\n", noise(i), noise(i + 7), i % 2, i % 3)
    };
    fs::write(at.join("d.csv"), "a,b,clip,y,who\n".to_string() + &(0..ALL).map(row).collect::<String>()).unwrap();
    let data = "modality x: [2] = csv(columns: [\"a\", \"b\"])  target y: class(2) = csv(columns: [\"y\"])
                group who = csv(column: \"who\")";
    let network =
        "in x: [2]  uni e = linear(4) |> relu  fusion j = linear(4) |> relu  head h = linear(1)  out h(j(e(x)))";
    let text = program(&Case { name: "", from: "d.csv", data, network });
    let text = text.replace("rest\n", "rest  ").replace("loss cross_entropy", "loss bce");
    let text = text.replace("linear(1)  out h(j(e(x)))", "linear(1) |> sigmoid  out h(j(e(x)))");
    fs::write(at.join("d.mhm"), text).unwrap();
    let (code, out, err) = mhm(&at, &["run", "d.mhm", "--quiet"]);
    assert_eq!(code, 0, "{out}{err}");
    let (code, _, err) = mhm(&at, &["export", "p", "-o", "model"]);
    assert_eq!(code, 0, "{err}");
    let predict = |words: &[&str]| {
        let (code, out, err) = mhm(&at, &[&["predict"], words].concat());
        assert_eq!(code, 0, "{words:?}: {err}");
        out
    };
    let own = own(&at);
    let plain = predict(&["model.mhm", "d.csv", "-o", "-"]);
    assert!(plain.starts_with("sample,class,out\n"), "{plain}");
    let table = predict(&["model.mhm", "d.csv", "--id", "clip", "--id", "who", "--proba", "-o", "-"]);
    let mut lines = table.lines();
    assert_eq!(lines.next(), Some("sample,clip,who,class,p[0],p[1]"));
    for (i, line) in lines.enumerate() {
        let name = if i == 4 { "\"a, \"\"b\"\"\"".into() } else { format!("clip-{i}") };
        let rest = line.strip_prefix(&format!("{i},{name},S{},", i % 3)).unwrap_or_else(|| panic!("{line}"));
        let numbers: Vec<f32> = rest.split(',').map(|n| n.parse().unwrap()).collect();
        let same = plain.lines().nth(1 + i).unwrap().rsplit(',').next().unwrap().parse::<f32>().unwrap();
        assert_eq!((numbers[1].to_bits(), numbers[2].to_bits()), ((1.0 - same).to_bits(), same.to_bits()));
        assert_eq!(numbers[0], f32::from(u8::from(same > 0.5)));
        assert!(i < TRAIN || same.to_bits() == own[i - TRAIN].to_bits());
    }
    // Of a split, by its groups; of the runs, with both chances, too.
    let table = predict(&["model.mhm", "d.mhm", "--split", "test", "--id", "who", "-o", "-"]);
    assert!(table.starts_with(&format!("sample,who,class,out\n{TRAIN},S{},", TRAIN % 3)), "{table}");
    let table = predict(&["p", "--split", "test", "--proba", "-o", "-"]);
    assert!(table.starts_with("seed,sample,who,truth,class,p[0],p[1],error,loss\n"), "{table}");
    assert_eq!(
        bits(&table.lines().skip(1).map(|l| l.split(',').nth(6).unwrap().parse().unwrap()).collect::<Vec<f32>>()),
        bits(&own)
    );
    assert_eq!(
        predict(&["model.mhm", "d.csv", "--id", "clip", "--proba", "-o", "t.npz"]),
        format!("t.npz: predictions of {ALL} samples\n")
    );
    let format = mhm::data::formats::of_file(&at.join("t.npz")).unwrap();
    assert_eq!(format.names(&at.join("t.npz")).unwrap(), ["clip", "p"]);
    for (words, said) in [
        (&["model.mhm", "d.csv", "--id", "clop"][..], "did you mean `clip`?"),
        (&["model.mhm", "d.csv", "--id", "who", "--id", "who"], "another column of the predictions is called so"),
        (&["model.mhm", "d.mhm", "--split", "test", "--id", "clip"], "has no such group; it has: who"),
        (&["p", "--split", "test", "--id", "who"], "`--id` decides nothing here"),
    ] {
        let (code, out, err) = mhm(&at, &[&["predict", "-o", "-"], words].concat());
        assert!(code == 2 && out.is_empty() && err.contains(said), "{words:?}: {out}{err}");
    }
}

/// Five samples of `x` as other programs wrote them (`tests/data`), raw, and once more as a dataset.
#[test]
fn files_of_other_programs_are_predicted_as_they_are() {
    let at = folder("predicting_others");
    fs::write(at.join("y.csv"), "y\n0\n1\n0\n1\n0\n").unwrap();
    let network = "in x: [3, 4]  uni e = linear(4) |> relu |> mean(0)  fusion j = linear(4) |> relu  head h = linear(2)  out h(j(e(x)))";
    for (file, to, read) in [
        ("hdf5/gzip.h5", "x.h5", "hdf5(\"x.h5\", dataset: \"x\")"),
        ("mat/packed.mat", "x.mat", "mat(\"x.mat\", variable: \"x\")"),
        ("pickle/protocol_4.pkl", "x.pkl", "pickle(\"x.pkl\", at: \"train/text\")"),
    ] {
        fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(file), at.join(to)).unwrap();
        let data =
            format!("modality x: [3, 4] = {read} |> standardize  target y: class(2) = csv(\"y.csv\", column: \"y\")");
        let text =
            program(&Case { name: to, from: ".", data: data.leak(), network }).replace("rows(0, 16)", "rows(0, 3)");
        fs::write(at.join("d.mhm"), text).unwrap();
        let (code, out, err) = mhm(&at, &["run", "d.mhm", "--quiet", "--fresh"]);
        assert_eq!(code, 0, "{to}: {out}{err}");
        assert_eq!(mhm(&at, &["export", "p", "-o", "model", "--force"]).0, 0);
        let (code, table, err) = mhm(&at, &["predict", "model.mhm", to, "-o", "-"]);
        assert_eq!(code, 0, "{to}: {err}");
        assert_eq!(bits(&predicted(&table, 3)), bits(&own(&at)), "{to}");
        assert_eq!(table.lines().count(), 1 + 5, "{to}");
        let _ = fs::remove_dir_all(at.join("runs"));
    }
}

/// Every fifth sample lacks its number, and every seventh its class.
#[test]
fn samples_that_are_left_out_leave_the_numbers_of_others_alone() {
    let at = folder("predicting_dropped");
    let row = |i: usize| {
        let a = if i % 5 == 3 { String::new() } else { noise(i).to_string().replace('.', ",") };
        let y = if i % 7 == 6 { "NA" } else { ["sit", "walk"][i % 2] };
        format!("{a};clip-{i};{y}\n")
    };
    fs::write(at.join("d.csv"), "a;clip;y\n".to_string() + &(0..ALL).map(row).collect::<String>()).unwrap();
    let data = "modality a: [1] = csv(columns: [\"a\"], separator: \";\", decimal: \",\") |> drop |> standardize
                target y: class(2) = csv(column: \"y\", separator: \";\") |> drop
                group clip = csv(column: \"clip\", separator: \";\"), grouped: false";
    let network =
        "in a: [1]  uni e = linear(4) |> relu  fusion j = linear(4) |> relu  head h = linear(2)  out h(j(e(a)))";
    let text = program(&Case { name: "", from: "d.csv", data, network });
    fs::write(at.join("d.mhm"), text).unwrap();
    let (code, out, err) = mhm(&at, &["run", "d.mhm", "--quiet"]);
    assert_eq!(code, 0, "{out}{err}");
    let kept: Vec<usize> = (TRAIN..ALL).filter(|i| i % 5 != 3 && i % 7 != 6).collect();
    let (code, table, err) = mhm(&at, &["predict", "p", "--split", "test", "-o", "-"]);
    assert_eq!(code, 0, "{err}");
    assert!(
        table.starts_with("seed,sample,clip,truth,truth_name,class,name,out[sit],out[walk],error,loss\n"),
        "{table}"
    );
    for (line, i) in table.lines().skip(1).zip(&kept) {
        assert!(line.starts_with(&format!("0,{i},clip-{i},{},{},", i % 2, ["sit", "walk"][i % 2])), "{line}");
    }
    assert_eq!(table.lines().count(), 1 + kept.len());
    let (code, _, err) = mhm(&at, &["export", "p", "-o", "model"]);
    assert_eq!(code, 0, "{err}");
    // Raw samples have no class to lack; the table is written as the dataset's is.
    let (code, table, err) = mhm(&at, &["predict", "model.mhm", "d.csv", "--id", "clip", "-o", "-"]);
    assert_eq!(code, 0, "{err}");
    let kept: Vec<usize> = (0..ALL).filter(|i| i % 5 != 3).collect();
    for (line, i) in table.lines().skip(1).zip(&kept) {
        assert!(line.starts_with(&format!("{i},clip-{i},")), "{line}");
    }
    assert_eq!(table.lines().count(), 1 + kept.len());
    let own = own(&at);
    let numbers = |line: &str| line.split(',').skip(4).map(|n| n.parse().unwrap()).collect::<Vec<f32>>();
    let tested = table.lines().skip(1).zip(&kept).filter(|(_, i)| **i >= TRAIN && **i % 7 != 6);
    assert_eq!(bits(&tested.flat_map(|(line, _)| numbers(line)).collect::<Vec<_>>()), bits(&own));
    assert_eq!(mhm(&at, &["predict", "model.mhm", "d.csv", "-o", "t.npz"]).0, 0);
    let format = mhm::data::formats::of_file(&at.join("t.npz")).unwrap();
    assert_eq!(format.names(&at.join("t.npz")).unwrap(), ["out", "sample"]);
}

/// What is standardized by a mask needs it, and a network of `in each` that was not offered it does not read it.
#[test]
fn an_exported_network_reads_the_modalities_that_it_was_offered() {
    let at = folder("predicting_offered");
    archive(&at);
    let case = Case {
        name: "offered",
        from: "d.npz",
        data: "modality x: [4, 2]  = npz(\"x\") |> replace(infinite: 1, nan: 0) |> standardize(present: there)
               modality there: [4] = npz(\"n\") |> mask
               target y: class(2) = npz(\"y\")",
        network: "in each sensor: [T, D]  uni each a = linear(4) |> relu  fusion j = concat |> linear(4) |> relu
                  head h = linear(2)  out h(mean(j(a(sensor)), 0))",
    };
    let text = program(&case).replace("data D  network", "data D  modalities [x]  network");
    fs::write(at.join("d.mhm"), text).unwrap();
    let (code, out, err) = mhm(&at, &["run", "d.mhm", "--quiet"]);
    assert_eq!(code, 0, "{out}{err}");
    let (code, _, err) = mhm(&at, &["export", "p", "-o", "model"]);
    assert_eq!(code, 0, "{err}");
    let (code, table, err) = mhm(&at, &["predict", "model.mhm", "d.mhm", "--split", "test", "-o", "-"]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(bits(&predicted(&table, 0)), bits(&own(&at)));
}

/// What no network reads may name samples or leave some out, and splits may go by groups: an exported text has all of it.
#[test]
fn an_exported_text_has_whatever_decides_its_samples() {
    let at = folder("predicting_decides");
    let row = |i: usize| format!("c{i},{},{},S{}\n", noise(i), i % 2, i % 3);
    fs::write(at.join("a.csv"), "clip,a,y,who\n".to_string() + &(0..ALL).map(row).collect::<String>()).unwrap();
    let row = |i: usize| if i % 4 == 1 { String::new() } else { format!("c{i},{}\n", noise(i + 3)) };
    fs::write(at.join("b.csv"), "clip,b\n".to_string() + &(0..ALL).rev().map(row).collect::<String>()).unwrap();
    let text = "use std.schedule.EndToEnd
         dataset D from \".\" {
           modality b: [1] = csv(\"b.csv\", column: \"b\", key: \"clip\")
           modality a: [1] = csv(\"a.csv\", column: \"a\", key: \"clip\") |> standardize
           target y: class(2) = csv(\"a.csv\", column: \"y\", key: \"clip\")
           group who = csv(\"a.csv\", column: \"who\", key: \"clip\"), grouped: false
           split test  = where(who in [\"S1\"])
           split train = random(0.5)
           split other = rest
         }
         network N { in a: [1]  uni e = linear(4) |> relu  fusion j = linear(4) |> relu  head h = linear(2)  out h(j(e(a))) }
         pipeline p {
           data D  modalities [a]  network N  loss cross_entropy  optimizer adam(lr: 1e-2)  schedule EndToEnd
           batch 8  budget 2 epochs  metrics accuracy
         }";
    fs::write(at.join("d.mhm"), text).unwrap();
    let (code, out, err) = mhm(&at, &["run", "d.mhm", "--quiet"]);
    assert_eq!(code, 0, "{out}{err}");
    let (code, _, err) = mhm(&at, &["export", "p", "-o", "model"]);
    assert_eq!(code, 0, "{err}");
    let (code, out, _) = mhm(&at, &["check", "model.mhm"]);
    assert_eq!((code, out.as_str()), (0, "model.mhm: no problems\n"));
    let (code, table, err) = mhm(&at, &["predict", "model.mhm", "model.mhm", "--split", "test", "-o", "-"]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(bits(&predicted(&table, 0)), bits(&own(&at)));
}
