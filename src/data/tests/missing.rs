//! Modalities that samples lack, as a whole or in some steps: what is known of them, and what is learned without them.

use super::files::{Folder, npy_f4};
use super::*;
use crate::builtin::dataset::csv::Csv;
use crate::builtin::dataset::fill::Fill;
use crate::builtin::dataset::first::{First, Side};
use crate::builtin::dataset::missing::{Missing, Stand};
use crate::builtin::dataset::npy::Npy;
use crate::builtin::dataset::replace::Replace;
use crate::builtin::dataset::resample::Resample;
use crate::builtin::dataset::time_shift::TimeShift;
use crate::builtin::dataset::{OneColumn, Pick, Word};
use crate::builtin::{Asked, Presence};

const GONE: f32 = f32::NAN;

fn npy(file: &str) -> Arc<dyn Source> {
    Arc::new(Npy { file: Some(file.into()), key: None })
}

fn missing(what: Stand) -> Arc<dyn Preparation> {
    Arc::new(Missing { what: Some(what), any: false, unless: None })
}

fn standardize() -> Arc<dyn Preparation> {
    Arc::new(Standardize { present: None })
}

fn read(shape: &[usize], sources: &[Arc<dyn Source>], transforms: &[Arc<dyn Preparation>]) -> ModalitySpec {
    ModalitySpec {
        name: "gyro".into(),
        shape: shape.to_vec(),
        sources: sources.to_vec(),
        transforms: transforms.to_vec(),
        holds: Holds::Numbers,
    }
}

fn spec(folder: &Folder, modalities: Vec<ModalitySpec>) -> DataSpec {
    DataSpec { root: Some(folder.0.clone()), modalities, ..plain() }
}

fn of(dataset: &Dataset, presence: Presence) -> Vec<f32> {
    dataset.answer("gyro", presence).unwrap().values.clone()
}

/// Four samples of 2 steps of 2: the second is missing, and the second step of the third.
fn windows() -> Vec<f32> {
    let gone = [GONE, GONE];
    [&[1.0, 10.0, 3.0, 30.0][..], &gone, &gone, &[5.0, 50.0], &gone, &[7.0, 70.0, 9.0, 90.0]].concat()
}

/// numpy:
/// ```text
/// x = numpy.array([[1, 10], [3, 30], [5, 50], [7, 70], [9, 90]]); (x - x.mean(0)) / x.std(0)
/// [-1.41421356, -0.70710678, 0, 0.70710678, 1.41421356], twice
/// ```
#[test]
fn what_is_missing_is_known_is_zero_and_teaches_nothing() {
    let folder = Folder::new("missing-windows");
    folder.write("gyro.npy", npy_f4(&[4, 2, 2], &windows()));
    let gyro = read(&[2, 2], &[npy("gyro.npy")], &[missing(Stand::Nan), standardize()]);
    let spec = spec(&folder, vec![gyro]).asks_all();
    let (a, b) = (std::f32::consts::SQRT_2, std::f32::consts::FRAC_1_SQRT_2);
    let expected = [-a, -a, -b, -b, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, b, b, a, a];
    for kept in [KEPT, 0] {
        let dataset = load(&DataSpec { kept, ..spec.clone() }, Seed(0)).unwrap();
        let mut values = vec![];
        dataset.modalities[0].gather(&SampleId::of(0..4).collect::<Vec<_>>(), &mut values).unwrap();
        assert!(values.iter().zip(expected).all(|(v, e)| (v - e).abs() < 1e-6), "{values:?}");
        assert_eq!(of(&dataset, Presence::Sample), [1.0, 0.0, 1.0, 1.0]);
        assert_eq!(of(&dataset, Presence::Steps), [1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 1.0]);
        assert_eq!(dataset.remarks, []);
    }
    let described = describe(&spec, Seed(0)).unwrap();
    assert_eq!(described.modalities.len(), 1);
    assert!((described.modalities[0].statistics.deviation - 1.0).abs() < 1e-6, "{described}");
    assert!(described.to_string().contains("without gyro 1 and 1 in part"), "{described}");
}

#[test]
fn a_number_a_fill_and_the_word_of_another_modality_say_it_too() {
    let folder = Folder::new("missing_number");
    folder.write("gyro.npy", npy_f4(&[3, 2], &[-1.0, -1.0, 4.0, -1.0, 0.0, 2.0]));
    folder.write("worn.npy", npy_f4(&[4], &[1.0, 0.0, 1.0, 1.0]));
    let number = read(&[2], &[npy("gyro.npy")], &[missing(Stand::Number(-1.0))]);
    let dataset = load(&spec(&folder, vec![number]).asks_all(), Seed(0)).unwrap();
    assert_eq!(of(&dataset, Presence::Sample), [0.0, 1.0, 1.0]);
    assert_eq!(dataset.modalities[0].values, [0.0, 0.0, 4.0, -1.0, 0.0, 2.0]);

    let joined = [npy("gyro.npy"), Arc::new(Fill { value: 9.0 }) as Arc<dyn Source>];
    let worn = ModalitySpec { name: "worn".into(), ..read(&[1], &[npy("worn.npy")], &[]) };
    let filled = read(&[2], &joined, &[missing(Stand::Number(9.0))]);
    let dataset = load(&spec(&folder, vec![filled.clone(), worn.clone()]).asks_all(), Seed(0)).unwrap();
    assert_eq!(of(&dataset, Presence::Sample), [1.0, 1.0, 1.0, 0.0]);

    let unless: Arc<dyn Preparation> = Arc::new(Missing { what: None, any: false, unless: Some(Word("worn".into())) });
    let told = ModalitySpec { transforms: vec![missing(Stand::Number(9.0)), unless], ..filled };
    let dataset = load(&spec(&folder, vec![told, worn]).asks_all(), Seed(0)).unwrap();
    assert_eq!(of(&dataset, Presence::Sample), [1.0, 0.0, 1.0, 0.0]);
}

#[test]
fn a_sample_without_its_file_lacks_the_modality() {
    let folder = Folder::new("missing_file");
    folder.write("all.txt", b"a\nb\nc\n");
    folder.write("a.npy", npy_f4(&[3, 1], &[1.0, 2.0, 3.0]));
    folder.write("c.npy", npy_f4(&[2, 1], &[5.0, 7.0]));
    let split = splits(&[("train", SplitRule::Names { file: "all.txt".into(), key: None, only: None })]);
    let resample: Arc<dyn Preparation> = Arc::new(Resample { segments: Count(2), random: false });
    let gyro = read(&[2, 1], &[npy("{name}.npy")], &[missing(Stand::File), resample]);
    let spec = DataSpec { splits: split, ..spec(&folder, vec![gyro]) }.asks_all();
    let dataset = load(&spec, Seed(0)).unwrap();
    assert_eq!(dataset.modalities[0].values, [1.0, 2.0, 0.0, 0.0, 5.0, 7.0]);
    assert_eq!(of(&dataset, Presence::Sample), [1.0, 0.0, 1.0]);
    assert!(files(&spec).iter().all(|(name, _)| name != "b.npy") && files(&spec).len() == 3);
    std::fs::remove_file(folder.0.join("a.npy")).unwrap();
    std::fs::remove_file(folder.0.join("c.npy")).unwrap();
    let error = load(&spec, Seed(0)).unwrap_err();
    assert!(error.code == Code::FileMissing && error.message.contains("no sample has a file"), "{error:?}");
}

#[test]
fn padding_resampling_and_mending_go_with_it() {
    let folder = Folder::new("missing_with");
    folder
        .write("gyro.npy", npy_f4(&[2, 3, 2], &[1.0, 2.0, GONE, 4.0, GONE, GONE, GONE, GONE, GONE, GONE, GONE, GONE]));
    folder.write("there.npy", npy_f4(&[2, 2], &[0.0, 1.0, 1.0, 1.0]));
    let of_transforms = |transforms: &[Arc<dyn Preparation>]| {
        let there = ModalitySpec { name: "there".into(), ..read(&[2], &[npy("there.npy")], &[]) };
        let gyro = read(&[2, 2], &[npy("gyro.npy")], transforms);
        load(&spec(&folder, vec![gyro, there]).asks_all(), Seed(0))
    };
    let first: Arc<dyn Preparation> = Arc::new(First { steps: Count(2), pad: Side::Right });
    let mend: Arc<dyn Preparation> = Arc::new(Replace { infinite: None, nan: Some(5.0) });
    let error = of_transforms(&[missing(Stand::Nan), first.clone()]).unwrap_err();
    assert!(error.code == Code::NotFinite && error.help.as_ref().unwrap().contains("any: true"), "{error:?}");
    let mended = of_transforms(&[missing(Stand::Nan), mend, first.clone()]).unwrap();
    assert_eq!(mended.modalities[0].values, [1.0, 2.0, 5.0, 4.0, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!(of(&mended, Presence::Steps), [1.0, 1.0, 0.0, 0.0]);
    let any: Arc<dyn Preparation> = Arc::new(Missing { what: Some(Stand::Nan), any: true, unless: None });
    let padded: Arc<dyn Preparation> = Arc::new(Standardize { present: Some(Word("there".into())) });
    // Its only step that is there is padding by the mask.
    let none = of_transforms(&[any.clone(), first.clone(), padded]).unwrap_err();
    assert!(none.message.contains("nothing to learn from"), "{none:?}");
    let steps = of_transforms(&[any, first.clone()]).unwrap();
    assert_eq!(of(&steps, Presence::Steps), [1.0, 0.0, 0.0, 0.0]);
    let stray = of_transforms(&[missing(Stand::Number(0.0)), first]).unwrap_err();
    assert!(stray.code == Code::NotFinite && stray.help.as_ref().unwrap().contains("missing(nan)"), "{stray:?}");
}

#[test]
fn what_fills_a_short_sample_up_is_missing() {
    let folder = Folder::new("missing_filled");
    folder.write("gyro.npy", npy_f4(&[1, 2, 1], &[0.0, 2.0]));
    let first: Arc<dyn Preparation> = Arc::new(First { steps: Count(3), pad: Side::Left });
    let gyro = read(&[3, 1], &[npy("gyro.npy")], &[missing(Stand::Nan), first]);
    let dataset = load(&spec(&folder, vec![gyro]).asks_all(), Seed(0)).unwrap();
    assert_eq!(of(&dataset, Presence::Steps), [0.0, 1.0, 1.0]);
}

#[test]
fn what_is_wrong_is_known_before_data_is_read() {
    let folder = Folder::new("missing_wrong");
    let unless = |name: &str| -> Arc<dyn Preparation> {
        Arc::new(Missing { what: None, any: false, unless: Some(Word(name.into())) })
    };
    let nothing: Arc<dyn Preparation> = Arc::new(Missing { what: None, any: false, unless: None });
    for (transforms, expected) in [
        (vec![nothing], "does not say"),
        (vec![standardize(), missing(Stand::Nan)], "behind `standardize`"),
        (vec![missing(Stand::File)], "a file a sample"),
        (vec![unless("wrn")], "no modality `wrn`"),
        (vec![unless("wide")], "one number a sample"),
    ] {
        let wide = ModalitySpec { name: "wide".into(), ..read(&[7], &[npy("wide.npy")], &[]) };
        let gyro = read(&[2, 2], &[npy("gyro.npy")], &transforms);
        let problems = check(&spec(&folder, vec![gyro, wide]));
        assert!(problems.iter().any(|p| p.error.message.contains(expected)), "{expected}: {problems:?}");
    }
}

#[test]
fn what_is_never_missing_or_always_is_remarked() {
    let folder = Folder::new("missing_never");
    folder.write("gyro.npy", npy_f4(&[2, 1], &[1.0, 2.0]));
    let remark = |what| {
        let gyro = read(&[1], &[npy("gyro.npy")], &[missing(what)]);
        audit(&spec(&folder, vec![gyro]).asks_all(), Seed(0)).remarks()[0].error.message.to_string()
    };
    assert_eq!(remark(Stand::Number(7.0)), "no sample lacks modality `gyro`");
    folder.write("gyro.npy", npy_f4(&[2, 1], &[7.0, 7.0]));
    assert_eq!(remark(Stand::Number(7.0)), "every sample of `train` lacks modality `gyro`");
    let asked = Asked { presence: Presence::Sample, modality: "gyro".into() };
    let plain = spec(&folder, vec![read(&[1], &[npy("gyro.npy")], &[])]).asked([&asked]);
    assert_eq!(of(&load(&plain, Seed(0)).unwrap(), Presence::Sample), [1.0, 1.0]);
}

#[test]
fn ids_that_are_missing_are_0_and_the_answer_tells() {
    let folder = Folder::new("missing_ids");
    folder.write("gyro.npy", npy_f4(&[2, 2, 1], &[3.0, GONE, GONE, GONE]));
    let ids = ModalitySpec { holds: Holds::Ids(4), ..read(&[2, 1], &[npy("gyro.npy")], &[missing(Stand::Nan)]) };
    let dataset = load(&spec(&folder, vec![ids]).asks_all(), Seed(0)).unwrap();
    assert_eq!(dataset.modalities[0].values, [3.0, 0.0, 0.0, 0.0]);
    assert_eq!(
        (of(&dataset, Presence::Sample), of(&dataset, Presence::Steps)),
        (vec![1.0, 0.0], vec![1.0, 0.0, 0.0, 0.0])
    );
}

#[test]
fn steps_that_are_shifted_take_their_answers_along() {
    let folder = Folder::new("missing_shift");
    folder.write("gyro.npy", npy_f4(&[1, 6, 1], &[1.0, 2.0, GONE, 4.0, GONE, 6.0]));
    let shift: Arc<dyn Preparation> = Arc::new(TimeShift { most: Count(3), edge: false });
    let gyro = read(&[6, 1], &[npy("gyro.npy")], &[missing(Stand::Nan), shift]);
    let dataset = load(&spec(&folder, vec![gyro]).asks_all(), Seed(0)).unwrap();
    let answer = dataset.answer("gyro", Presence::Steps).unwrap();
    let mut shifted = 0;
    for step in 0..20 {
        let (mut values, mut there) = ([0.0; 6], [0.0; 6]);
        let draws = Draws::Step { seed: Seed(1), phase: "all", step };
        dataset.modalities[0].write(&[SampleId(0)], draws, &mut values).unwrap();
        answer.write(&[SampleId(0)], draws, &mut there).unwrap();
        let told: Vec<f32> = values.iter().map(|value| f32::from(u8::from(*value != 0.0))).collect();
        assert_eq!(told, there, "step {step}: {values:?}");
        shifted += usize::from(values[0] != 1.0);
    }
    assert!(shifted > 5, "{shifted} of 20");
}

#[test]
fn a_clip_without_steps_in_a_long_table_lacks_the_modality() {
    let folder = Folder::new("missing_long");
    folder.write("acc.csv", "clip,x\na,1\na,2\nb,3\nc,4\n");
    folder.write("gyro.csv", "clip,t,x\nc,1,8\na,2,6\na,1,5\na,3,7\n");
    let long = |file: &str, order: Option<&str>| -> Arc<dyn Source> {
        let column = |name: &str| Some(OneColumn([Pick::Name(name.into())]));
        Arc::new(Csv { file: Some(file.into()), by: column("clip"), order: order.and_then(column), ..Csv::of(&["x"]) })
    };
    let first: Arc<dyn Preparation> = Arc::new(First { steps: Count(2), pad: Side::Right });
    let acc =
        ModalitySpec { name: "acc".into(), ..read(&[2, 1], &[long("acc.csv", None)], std::slice::from_ref(&first)) };
    let gyro = read(&[2, 1], &[long("gyro.csv", Some("t"))], &[missing(Stand::Nan), first]);
    let dataset = load(&spec(&folder, vec![acc, gyro]).asks_all(), Seed(0)).unwrap();
    assert_eq!(dataset.names, ["a", "b", "c"]);
    assert_eq!(dataset.modalities[1].values, [5.0, 6.0, 0.0, 0.0, 8.0, 0.0]);
    assert_eq!(of(&dataset, Presence::Sample), [1.0, 0.0, 1.0]);
    assert_eq!(of(&dataset, Presence::Steps), [1.0, 1.0, 0.0, 0.0, 1.0, 0.0]);
}
