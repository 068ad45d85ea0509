//! What is written is laid out as the authors' files are: read back, and held byte for byte against real files where they
//! are at hand.

use super::{Size, ave, mosei, thumos, wearable};
use crate::builtin::dataset::Selection;
use crate::data::format::Format;
use crate::data::formats::{npy, npz::Npz};
use crate::seed::Seed;
use crate::zz_needs::shared;
use std::fs;
use std::path::PathBuf;

/// An empty folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("mhm_synth_{name}_{}", std::process::id()));
    let _ = fs::remove_dir_all(&path);
    path
}

fn whole(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap())
}

#[test]
fn an_hdf5_header_is_the_real_one_but_for_sizes_and_the_hour() {
    let at = folder("hdf5");
    ave(&at, Size::Tiny, 2, Seed(0)).unwrap();
    for file in ["val_order.h5", "mil_labels.h5", "audio_feature_noisy.h5"] {
        let ours = fs::read(at.join(file)).unwrap();
        assert_eq!(ours.len() as u64, whole(&ours, 40), "{file} says where it ends");
        let Some(real) = shared(&format!("data/ave/{file}")) else { continue };
        let real = fs::read(real).unwrap();
        // Its end; axes from 832; of the messages behind them only sizes of the values and the hour they were written.
        let rank = usize::from(real[825]);
        let place = 832 + 16 * rank + if file == "val_order.h5" { 24 } else { 32 } + 16 + 8;
        for (i, (ours, real)) in ours[..2144].iter().zip(&real[..2144]).enumerate() {
            let size =
                (40..48).contains(&i) || (832..832 + 16 * rank).contains(&i) || (place + 10..place + 18).contains(&i);
            let hour = (place + 24..1072).contains(&i) || i == 802;
            assert!(ours == real || size || hour, "{file}: byte {i} is {ours}, not {real}");
        }
    }
    fs::remove_dir_all(at).unwrap();
}

#[test]
fn every_file_is_written_once_and_the_same_for_a_seed() {
    let all = |name: &str, seed| {
        let at = folder(name);
        let mut files = ave(&at, Size::Tiny, 2, Seed(seed)).unwrap();
        files.extend(thumos(&at, Size::Tiny, Seed(seed)).unwrap());
        files.extend(mosei(&at, Size::Tiny, Seed(seed)).unwrap());
        files.extend(wearable(&at, Size::Tiny, Seed(seed)).unwrap());
        assert!(mosei(&at, Size::Tiny, Seed(seed)).is_err(), "a file that exists stays as it is");
        let contents: Vec<(PathBuf, Vec<u8>)> =
            files.iter().map(|f| (f.strip_prefix(&at).unwrap().into(), fs::read(f).unwrap())).collect();
        fs::remove_dir_all(&at).unwrap();
        contents
    };
    let (first, again, other) = (all("first", 0), all("again", 0), all("other", 1));
    assert_eq!(first.len(), 10 + 2 * 12 + 3 + 1 + 2);
    assert!(first == again && first != other);
}

#[test]
fn videos_are_as_long_as_their_annotations_need() {
    let at = folder("thumos");
    thumos(&at, Size::Tiny, Seed(3)).unwrap();
    let text = fs::read_to_string(at.join("gt.json")).unwrap();
    let truth: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut actions = 0;
    for split in ["train", "test"] {
        for name in fs::read_to_string(at.join(format!("split_{split}.txt"))).unwrap().lines() {
            let rgb = npy::header(&at.join(format!("features/{split}/rgb/{name}.npy"))).unwrap();
            let flow = npy::header(&at.join(format!("features/{split}/flow/{name}.npy"))).unwrap();
            assert_eq!((&rgb.shape, rgb.shape[1], rgb.dtype.to_string().as_str()), (&flow.shape, 1024, "<f4"));
            let seconds = rgb.shape[0] as f64 * 16.0 / 25.0;
            assert_eq!(truth["database"][name]["subset"], split);
            for action in truth["database"][name]["annotations"].as_array().unwrap() {
                let end: f64 = action["segment"][1].as_str().unwrap().parse().unwrap();
                assert!(end <= seconds, "{name}: {end} of {seconds}");
                actions += 1;
            }
        }
    }
    assert!(actions >= 12, "{actions}");
    fs::remove_dir_all(at).unwrap();
}

#[test]
fn windows_are_of_people_unequal_and_in_part_without_a_gyroscope() {
    let at = folder("wearable");
    wearable(&at, Size::Small, Seed(0)).unwrap();
    let table = fs::read_to_string(at.join("meta.csv")).unwrap();
    let count = |word: &str| table.matches(word).count();
    assert_eq!((count("\n"), count(",S01,"), count(",S12,"), count(",S13,")), (1501, 125, 125, 0));
    // Within four standard deviations of their shares.
    for (name, share) in [("walking", 0.38), ("running", 0.12), ("sitting", 0.27), ("stairs", 0.08), ("cycling", 0.15)]
    {
        let away = count(name) as f64 - 1500.0 * share;
        assert!(away.abs() < 4.0 * (1500.0 * share * (1.0 - share)).sqrt(), "{name}: {}", count(name));
    }
    let read = |name| Npz.open(&at.join("wear.npz"), Selection::Array(name)).unwrap().whole().unwrap();
    for (name, shape) in [("acc", &[1500, 100, 3][..]), ("gyro", &[1500, 100, 3]), ("feat", &[1500, 20])] {
        assert_eq!(read(name).shape, shape, "{name}");
    }
    let gyro: Vec<f64> = read("gyro").values.iter().collect();
    let lost = gyro.chunks(300).filter(|window| window.iter().all(|value| value.is_nan())).count();
    assert_eq!(gyro.iter().filter(|value| value.is_nan()).count(), 300 * lost, "whole windows");
    assert!((150..300).contains(&lost), "{lost}");
    fs::remove_dir_all(at).unwrap();
}
