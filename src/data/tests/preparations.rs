//! Preparations in every order work or are refused in words, and a mask is always that of the steps it lies beside.

use super::files::{Folder, npy_bytes};
use super::*;
use crate::builtin::dataset::Word;
use crate::builtin::dataset::append::Append;
use crate::builtin::dataset::argmax::Argmax;
use crate::builtin::dataset::drop::Dropped;
use crate::builtin::dataset::first::{First, Side};
use crate::builtin::dataset::gaussian_noise::GaussianNoise;
use crate::builtin::dataset::jitter_scale::JitterScale;
use crate::builtin::dataset::mask::Mask;
use crate::builtin::dataset::mean::MeanOfAxes;
use crate::builtin::dataset::missing::{Missing, Stand};
use crate::builtin::dataset::normalize::Normalize;
use crate::builtin::dataset::npy::Npy;
use crate::builtin::dataset::one_hot::OneHot;
use crate::builtin::dataset::replace::Replace;
use crate::builtin::dataset::resample::Resample;
use crate::builtin::dataset::time_mask::TimeMask;
use crate::builtin::dataset::time_shift::TimeShift;
use crate::builtin::value::Positive;
use crate::id::{SampleId, sample_ids};
use crate::seed::Stream;
use npyz::Order::C;

const SAMPLES: u64 = 10;

fn any(stream: &mut Stream) -> Arc<dyn Preparation> {
    let present = Some(Word(["m", "x", "nothing"][stream.below(3)].into()));
    match stream.below(20) {
        0 => Arc::new(Mask { steps: false, pad: Side::Right }),
        1 => Arc::new(Resample { segments: Count(1 + stream.below(5)), random: false }),
        2 => Arc::new(Resample { segments: Count(1 + stream.below(5)), random: true }),
        3 => Arc::new(Standardize { present: None }),
        4 => Arc::new(Standardize { present }),
        5 => Arc::new(Replace { infinite: Some(1.0), nan: Some(0.5) }),
        6 => Arc::new(OneHot { classes: Count(1 + stream.below(4)) }),
        7 => Arc::new(Argmax { none: (stream.below(2) == 0).then_some(Index(0)) }),
        8 => Arc::new(MeanOfAxes { axes: vec![Index(stream.below(4))] }),
        9 => Arc::new(Append { value: 1.5 }),
        10 => Arc::new(Normalize {}),
        11 => Arc::new(GaussianNoise { sd: Positive(0.5) }),
        12 => Arc::new(JitterScale { sd: Positive(0.5) }),
        13 => Arc::new(TimeShift { most: Count(1 + stream.below(9)), edge: stream.below(2) == 0 }),
        17 => Arc::new(Dropped { what: stand(stream), all: stream.below(2) == 0 }),
        18 | 19 => {
            let unless = Some(Word(["m", "x"][stream.below(2)].into()));
            let (what, any) = (Some(stand(stream)), stream.below(2) == 0);
            match stream.below(3) {
                0 => Arc::new(Missing { what: None, any: false, unless }),
                _ => Arc::new(Missing { what, any, unless: None }),
            }
        }
        14 => Arc::new(TimeMask { most: Count(1 + stream.below(9)), count: Count(1 + stream.below(3)) }),
        _ => Arc::new(First { steps: Count(1 + stream.below(5)), pad: Side::Left }),
    }
}

fn stand(stream: &mut Stream) -> Stand {
    [Stand::Nan, Stand::Number(1.0), Stand::File][stream.below(3)]
}

/// Axes of a sample after these, where they fit it.
fn after(transforms: &[Arc<dyn Preparation>], raw: &[usize]) -> Option<Vec<usize>> {
    transforms.iter().try_fold(raw.to_vec(), |axes, preparation| match preparation.transform() {
        Transform::Each(work) => work.axes(&axes, raw).ok(),
        Transform::Standardize { .. } | Transform::Missing(_) | Transform::Drop(_) | Transform::Offsets => Some(axes),
    })
}

fn drawn(name: &str, raw: &[usize], stream: &mut Stream) -> ModalitySpec {
    let transforms: Vec<_> = (0..stream.below(4)).map(|_| any(stream)).collect();
    let shape = after(&transforms, raw).filter(|axes| !axes.contains(&0)).unwrap_or_else(|| raw.to_vec());
    ModalitySpec { transforms, ..modality(name, &shape, Npy { file: Some(format!("{name}.npy")), key: None }) }
}

#[test]
fn preparations_in_any_order_work_or_are_refused_in_words() {
    let folder = Folder::new("any-order");
    let mut stream = Seed(5).stream("any-order");
    let shapes: [&[usize]; 6] = [&[], &[1], &[4], &[4, 2], &[1, 3], &[2, 2, 2]];
    let (mut sound, mut refused) = (0, 0);
    for _ in 0..1500 {
        let (own, mask) = (shapes[stream.below(6)], shapes[stream.below(3)]);
        for (name, raw) in [("x", own), ("m", mask)] {
            let shape: Vec<u64> = std::iter::once(SAMPLES).chain(raw.iter().map(|n| *n as u64)).collect();
            let kind = stream.below(3);
            let number = |_| match (kind, stream.below(6)) {
                (0, _) => stream.below(3) as f64,
                (1, 0) => f64::NAN,
                (1, 1) => f64::INFINITY,
                (_, n) => 1.7e9 + 0.25 * n as f64,
            };
            let values: Vec<f64> = (0..shape.iter().product()).map(number).collect();
            folder.write(&format!("{name}.npy"), npy_bytes(&shape, C, &values));
        }
        let (x, m) = (drawn("x", own, &mut stream), drawn("m", mask, &mut stream));
        let spec = DataSpec {
            name: "d".into(),
            root: Some(folder.0.clone()),
            modalities: if stream.below(2) == 0 { vec![x, m] } else { vec![m, x] },
            splits: splits(&[("train", SplitRule::Rows { start: 0, end: 6 }), ("test", SplitRule::Rest)]),
            kept: [KEPT, 0, 40][stream.below(3)],
            ..plain()
        };
        let spec = if stream.below(2) == 0 { spec.asks_all() } else { spec };
        match load(&spec, Seed(0)) {
            Ok(data) => {
                sound += 1;
                works(&data);
                assert_eq!(audit(&spec, Seed(0)).faults, [], "{spec:?}");
                same_by_its_own_standards(&spec, &data);
            }
            Err(error) => {
                refused += 1;
                assert!(!error.message.is_empty() && !error.to_string().contains("Some("), "{error}");
                if error.code != Code::DatasetUnsound {
                    assert_ne!(audit(&spec, Seed(0)).faults, [], "{error}");
                }
            }
        }
    }
    assert!(sound > 150 && refused > 150, "{sound} worked, {refused} were refused");
}

/// Every sample can be had, as evaluation sees it and as a step of training does, and is finite.
fn works(data: &Dataset) {
    let ids: Vec<SampleId> = (0..data.samples).rev().map(SampleId::at).collect();
    for array in &data.modalities {
        let mut batch = vec![f32::NAN; ids.len() * array.width()];
        for draws in [Draws::Even, Draws::Step { seed: Seed(1), phase: "all", step: 3 }] {
            array.write(&ids, draws, &mut batch).unwrap();
            assert!(batch.iter().all(|value| value.is_finite()));
        }
    }
}

/// What was learned of a dataset makes the same of it again, as an exported model does.
fn same_by_its_own_standards(spec: &DataSpec, data: &Dataset) {
    let again = load_by(&DataSpec { kept: 0, ..spec.clone() }, Seed(0), &data.standards).unwrap();
    let ids: Vec<SampleId> = SampleId::of(0..data.samples).collect();
    for (a, b) in data.modalities.iter().zip(&again.modalities) {
        let (mut x, mut y) = (vec![], vec![]);
        a.gather(&ids, &mut x).unwrap();
        b.gather(&ids, &mut y).unwrap();
        let bits = |values: &[f32]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&x), bits(&y), "{spec:?}");
    }
}

/// Six samples of 12 steps: step i of x holds i + 1 where the mask is 1, else 0.
fn redrawn(folder: &Folder, masks: Vec<Arc<dyn Preparation>>, values: Vec<Arc<dyn Preparation>>) -> DataSpec {
    let mask: Vec<f32> = (0..72).map(|i| f32::from(u8::from(i % 12 < 3 + i / 12))).collect();
    let x: Vec<f64> = mask.iter().zip(0..).map(|(m, i)| f64::from(*m) * f64::from(i % 12 + 1)).collect();
    folder.write("m.npy", npy_bytes(&[6, 12], C, &mask));
    folder.write("x.npy", npy_bytes(&[6, 12, 1], C, &x));
    let of = |name: &str, shape: &[usize], transforms| ModalitySpec {
        transforms,
        ..modality(name, shape, Npy { file: Some(format!("{name}.npy")), key: None })
    };
    DataSpec {
        name: "d".into(),
        root: Some(folder.0.clone()),
        modalities: vec![of("x", &[8, 1], values), of("m", &[8], masks)],
        splits: splits(&[("train", SplitRule::Rows { start: 0, end: 4 }), ("test", SplitRule::Rest)]),
        ..plain()
    }
}

fn resample(random: bool) -> Arc<dyn Preparation> {
    Arc::new(Resample { segments: Count(8), random })
}

#[test]
fn a_redrawn_mask_is_that_of_the_steps_beside_it() {
    let folder = Folder::new("redrawn");
    let by_mask: Arc<dyn Preparation> = Arc::new(Standardize { present: Some(Word("m".into())) });
    let spec = redrawn(&folder, vec![resample(true)], vec![resample(true), by_mask.clone()]);
    for kept in [KEPT, 0] {
        let data = load(&DataSpec { kept, ..spec.clone() }, Seed(0)).unwrap();
        let Standard { means, deviations } = &data.standards["x"];
        let ids = sample_ids([5, 0, 3, 1]);
        let mut drawn = std::collections::BTreeSet::new();
        for step in 0..40 {
            let draws = Draws::Step { seed: Seed(2), phase: "all", step };
            let of = |i: usize| {
                let mut batch = vec![0.0; 32];
                data.modalities[i].write(&ids, draws, &mut batch).unwrap();
                batch
            };
            let (x, mask) = (of(0), of(1));
            for (x, mask) in x.iter().zip(&mask) {
                let number = f64::from(*x) * deviations[0] + means[0];
                assert_eq!(*mask == 0.0, *x == 0.0, "padding is 0, and nothing else");
                assert!(*mask == 0.0 || number > 0.5 && (number - number.round()).abs() < 1e-4, "{number}");
            }
            drawn.insert(format!("{mask:?}"));
        }
        assert!(drawn.len() > 5, "other steps are drawn every time");
    }
    for (masks, values, said) in [
        (vec![resample(false)], vec![resample(true), by_mask.clone()], "draw the mask, too"),
        (vec![resample(true)], vec![resample(false), by_mask.clone()], "draw both"),
    ] {
        let problems = check(&redrawn(&folder, masks, values));
        let (message, help) = (&problems[0].error.message, problems[0].error.help.as_deref().unwrap_or_default());
        assert!(
            message.contains("other steps of `x` than of its mask `m`") && help.contains(said),
            "{message}\n{help}"
        );
    }
}

#[test]
fn a_mask_moves_as_its_steps_and_padding_stays_0() {
    let folder = Folder::new("augmented");
    let by_mask: Arc<dyn Preparation> = Arc::new(Standardize { present: Some(Word("m".into())) });
    let shift: Arc<dyn Preparation> = Arc::new(TimeShift { most: Count(3), edge: false });
    let noise: Arc<dyn Preparation> = Arc::new(GaussianNoise { sd: Positive(0.01) });
    let scale: Arc<dyn Preparation> = Arc::new(JitterScale { sd: Positive(0.001) });
    let hide: Arc<dyn Preparation> = Arc::new(TimeMask { most: Count(1), count: Count(1) });
    let values = vec![resample(false), shift.clone(), by_mask.clone(), noise.clone(), scale, hide];
    let spec = redrawn(&folder, vec![resample(false), shift.clone()], values);
    let ids = sample_ids([5, 0, 3, 1]);
    let of = |data: &Dataset, i: usize, ids: &[SampleId], step: u64| {
        let mut batch = vec![0.0; ids.len() * 8];
        data.modalities[i].write(ids, Draws::Step { seed: Seed(2), phase: "all", step }, &mut batch).unwrap();
        batch
    };
    let kept = load(&spec, Seed(0)).unwrap();
    let read = load(&DataSpec { kept: 0, ..spec.clone() }, Seed(0)).unwrap();
    let Standard { means, deviations } = &kept.standards["x"];
    let mut drawn = std::collections::BTreeSet::new();
    for step in 0..40 {
        let (x, mask) = (of(&kept, 0, &ids, step), of(&kept, 1, &ids, step));
        assert_eq!(x, of(&read, 0, &ids, step), "read when it is wanted");
        assert_eq!(x[16..24], of(&kept, 0, &ids[2..], step)[..8], "another batch");
        for (x, mask) in x.iter().zip(&mask) {
            let number = f64::from(*x) * deviations[0] + means[0];
            assert!(*mask == 1.0 || *x == 0.0, "padding is 0");
            assert!(*mask == 0.0 || *x == 0.0 || (number - number.round()).abs() < 0.3, "{number}");
        }
        drawn.insert(format!("{mask:?}"));
    }
    assert!(drawn.len() > 5, "other shifts are drawn every time");
    same_by_its_own_standards(&spec, &kept);
    // Evaluation sees the samples as if nothing were drawn.
    let plain =
        load(&redrawn(&folder, vec![resample(false)], vec![resample(false), by_mask.clone()]), Seed(0)).unwrap();
    let mut pair = (vec![], vec![]);
    kept.modalities[0].gather(&ids, &mut pair.0).unwrap();
    plain.modalities[0].gather(&ids, &mut pair.1).unwrap();
    assert_eq!(pair.0, pair.1);
    for (masks, values, said) in [
        (vec![], vec![shift.clone(), by_mask.clone()], "draw the mask, too"),
        (vec![shift.clone()], vec![by_mask.clone(), shift], "comes behind `standardize`"),
        (vec![noise], vec![by_mask], "would make other numbers"),
    ] {
        let problems =
            check(&redrawn(&folder, [&[resample(false)], &*masks].concat(), [&[resample(false)], &*values].concat()));
        let told = |p: &Problem| format!("{} {:?}", p.error.message, p.error.help).contains(said);
        assert!(problems.iter().any(told), "{problems:?}");
    }
}

#[test]
fn a_mask_of_another_length_is_drawn_otherwise_and_refused() {
    let folder = Folder::new("redrawn-otherwise");
    let by_mask: Arc<dyn Preparation> = Arc::new(Standardize { present: Some(Word("m".into())) });
    let spec = redrawn(&folder, vec![resample(true)], vec![resample(true), by_mask]);
    folder.write("m.npy", npy_bytes(&[6, 9], C, &[1.0f32; 54]));
    let error = load(&spec, Seed(0)).unwrap_err().to_string();
    assert!(error.contains("12 steps in `m`, as in `x`") && error.contains("9 steps in `m`, in sample 0"), "{error}");
}

#[test]
fn what_has_nothing_to_do_behind_standardize_is_refused() {
    let folder = Folder::new("behind");
    let plain: Arc<dyn Preparation> = Arc::new(Standardize { present: None });
    let replace: Arc<dyn Preparation> = Arc::new(Replace { infinite: None, nan: Some(0.0) });
    for (last, said) in [(plain.clone(), "standardized twice"), (replace, "takes finite numbers only")] {
        let spec = redrawn(&folder, vec![resample(false)], vec![resample(false), plain.clone(), last]);
        let problems = check(&spec);
        assert!(problems.len() == 1 && problems[0].error.message.contains(said), "{problems:?}");
    }
}
