//! HDF5 files as h5py writes them come back as they were written; real ones are compared with h5py's sums.

use super::files::Folder;

use super::*;
use crate::builtin::dataset::hdf5::Hdf5;
use crate::data::rows::whole_numbers;
use crate::data::values::Values;
use crate::id::sample_ids;
use crate::zz_needs::shared;
use npyz::Order::C;

/// `tests/data/hdf5/write.py` wrote them.
pub fn written(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/hdf5").join(name)
}

/// `x[i, j, k] = ((i * 3 + j) * 4 + k) / 8 - 5`.
fn expected() -> Vec<f32> {
    (0..60).map(|n| n as f32 / 8.0 - 5.0).collect()
}

#[test]
fn every_layout_is_read_whole_by_range_and_by_index() {
    let layouts = [
        ("contiguous", "<f4"),
        ("latest", "<f4"),
        ("big_endian", ">f8"),
        ("half", "<f2"),
        ("chunked", "<f4"),
        ("gzip", "<f8"),
        ("lzf", "<f4"),
        ("gzip_latest", "<f4"),
        ("growing_latest", "<f4"),
        ("growing_twice_latest", "<f4"),
    ];
    for (name, dtype) in layouts {
        let rows = array(&written(&format!("{name}.h5")), None).unwrap();
        let outline = rows.outline().clone();
        assert_eq!((outline.dtype.to_string().as_str(), outline.shape.as_slice()), (dtype, &[5, 3, 4][..]), "{name}");
        assert_eq!(rows.whole().unwrap().values.single(), expected(), "{name}");
        assert_eq!(rows.table(1..4).unwrap().values.single(), expected()[12..48], "{name}");
        let mut values = Values::from(vec![9.0f32]);
        rows.gather(&[4, 0, 1, 0], &mut values).unwrap();
        let row = |i: usize| expected()[i * 12..][..12].to_vec();
        assert_eq!(values.cut(1..49).single(), [row(4), row(0), row(1), row(0)].concat(), "{name}");
        assert_eq!(rows.gather(&[5], &mut values).unwrap_err().code, Code::RowsBeyondEnd);
    }
}

#[test]
fn groups_links_and_types_are_listed() {
    let path = written("groups.h5");
    let text = inspect(&path).unwrap().to_string();
    let lines: Vec<&str> = text.lines().skip(1).map(str::trim_end).collect();
    let expected = [
        "  far                  <i8   [2]",
        "  features/deep/audio  |u1   [5, 3, 4]",
        "  filled               <i2   [3, 2]",
        "  flag                 |i1   [2]",
        "  ids                  >i8   [3]",
        "  names                text  [2]",
        "  one                  <f4   []",
        "  soft                 |u1   [5, 3, 4]",
    ];
    assert_eq!(lines, expected);
    let whole = |name: &str| array(&path, Some(name)).and_then(|rows| rows.whole());
    assert_eq!(whole("flag").unwrap().values.single(), [1.0, 0.0]);
    assert_eq!(whole("filled").unwrap().values.single(), [-7.0; 6]);
    assert_eq!(whole("/features/deep/audio").unwrap().values.single(), (0..60).map(|n| n as f32).collect::<Vec<_>>());
    assert_eq!(whole("one").unwrap_err().code, Code::ShapeDiffers);
    assert_eq!(whole("names").unwrap_err().code, Code::DtypeUnreadable);
    assert!(whole("away").is_err(), "no other file is opened");
    let elsewhere = array(&written("external_storage.h5"), None).and_then(|rows| rows.whole());
    assert!(elsewhere.is_err(), "numbers of no other file are read");
    assert!(whole("flags").unwrap_err().to_string().contains("did you mean `flag`?"));
    let error = array(&path, None).unwrap_err().to_string();
    assert!(error.contains("several datasets") && error.contains("`features/deep/audio`"), "{error}");
}

#[test]
fn row_numbers_are_exact_or_refused() {
    let path = written("groups.h5");
    let numbers = |name: &str| whole_numbers(array(&path, Some(name)).unwrap().as_ref(), usize::MAX);
    assert_eq!(numbers("ids").unwrap(), [3, (1 << 24) - 1, 7]);
    assert_eq!(numbers("far").unwrap(), [3, (1 << 24) + 1]);
    let folder = Folder::new("numbers");
    let path = folder.write("far.npy", super::files::npy_bytes(&[1], C, &[1u64 << 32]));
    let error = whole_numbers(array(&path, None).unwrap().as_ref(), usize::MAX).unwrap_err();
    assert!(error.code == Code::NoRowNumber && error.to_string().contains("4294967296 at row 0"), "{error}");
    let path = folder.write("x.npy", super::files::npy_bytes(&[3], C, &[1.0f32, 2.0, 0.5]));
    let error = whole_numbers(array(&path, None).unwrap().as_ref(), usize::MAX).unwrap_err().to_string();
    assert!(error.contains("0.5 at row 2"), "{error}");
}

#[test]
fn a_dataset_may_be_from_an_hdf5_file_or_name_it() {
    let mut spec = DataSpec {
        root: Some(written("gzip.h5")),
        modalities: vec![modality("x", &[3, 4], Hdf5 { file: None, dataset: None, key: None })],
        splits: splits(&[("train", SplitRule::Rows { start: 0, end: 4 }), ("test", SplitRule::Rest)]),
        ..plain()
    };
    let dataset = load(&spec, Seed(0)).unwrap();
    assert_eq!((dataset.splits["test"].as_slice(), &dataset.modalities[0].values), (&sample_ids([4])[..], &expected()));
    spec.root = Some(written(""));
    assert!(problem(&spec).1.contains("does not say which file"));
    spec.modalities[0].sources =
        vec![Arc::new(Hdf5 { file: Some("lzf.h5".into()), dataset: Some("x".into()), key: None })];
    assert_eq!(load(&spec, Seed(0)).unwrap(), dataset);
}

#[test]
fn the_files_of_ave_have_the_sums_that_h5py_finds() {
    // python: a = f[n][...].astype("f8"); a.sum();
    //         (a.reshape(len(a), -1).sum(1) * np.arange(1, len(a) + 1)).sum()
    type File<'a> = (&'a str, &'a str, &'a str, &'a [usize], f64, f64);
    let files: [File<'_>; 6] = [
        ("audio_feature_noisy", "avadataset", "<f8", &[178, 10, 128], 27838.88805887819, 2481655.240052904),
        ("labels_noisy", "avadataset", "<f4", &[178, 29], 178.0, 15931.0),
        ("mil_labels", "avadataset", "<f4", &[4143, 29], 4143.0, 8584296.0),
        ("test_order", "order", "<i8", &[402], 832953.0, 223493740.0),
        ("train_order", "order", "<i8", &[3339], 6915221.0, 15390251043.0),
        ("val_order", "order", "<i8", &[402], 831979.0, 223557186.0),
    ];
    for (file, dataset, dtype, shape, sum, weighted) in files {
        let Some(path) = shared(&format!("data/ave/{file}.h5")) else { return };
        let rows = array(&path, None).unwrap();
        let outline = rows.outline();
        assert_eq!(outline.array.as_deref(), Some(dataset));
        assert_eq!((outline.dtype.to_string().as_str(), outline.shape.as_slice()), (dtype, shape), "{file}");
        let values = rows.whole().unwrap().values.single();
        let sums = values.chunks(outline.width()).map(|row| row.iter().map(|v| f64::from(*v)).sum::<f64>());
        let sums: Vec<f64> = sums.collect();
        let close = |found: f64, expected: f64| (found - expected).abs() <= 1e-7 * expected.abs();
        assert!(close(sums.iter().sum(), sum), "{file} {} {sum}", sums.iter().sum::<f64>());
        let found = sums.iter().zip(1..).map(|(sum, n)| sum * f64::from(n)).sum();
        assert!(close(found, weighted), "{file} {found} {weighted}");
        if dtype == "<i8" {
            assert_eq!(
                whole_numbers(rows.as_ref(), usize::MAX).unwrap().iter().map(|n| f64::from(*n)).sum::<f64>(),
                sum
            );
        }
    }
}

/// Rows of a file of any size, in an order drawn at random: `MHM_LARGE=visual.h5 cargo test --lib large -- --ignored
/// --nocapture`.
#[test]
#[ignore = "needs a large file"]
fn rows_of_a_large_file_take_little_memory() {
    let path = std::env::var_os("MHM_LARGE").map(PathBuf::from).expect("MHM_LARGE names a file");
    let rows = array(&path, None).unwrap();
    let samples = rows.outline().samples();
    let mut stream = Seed(0).stream("large");
    let (mut read, mut values) = (0, Values::from(Vec::<f32>::new()));
    for _ in 0..200 {
        let batch: Vec<usize> = (0..16).map(|_| stream.below(samples)).collect();
        values.clear();
        rows.gather(&batch, &mut values).unwrap();
        // Every hundredth row holds its own number, others zeros.
        for (row, found) in batch.iter().zip(values.clone().single().chunks(rows.outline().width())) {
            let expected = if row % 100 == 0 { *row as f32 } else { 0.0 };
            assert!(found.iter().all(|v| *v == expected), "row {row}");
        }
        read += values.len() * 4;
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("no VmHWM");
    println!("{} bytes in the file, {read} read by index; {peak}", std::fs::metadata(&path).unwrap().len());
}
