//! Every row of the language with every kind of value at the ends of what can be written: taken or refused in words, and used.

use mhm::builtin::dataset::{Condition, Draw, Name, Relation, Sample, Transform};
use mhm::builtin::detection::{Found, Shape as Points, Stage};
use mhm::builtin::row::Make;
use mhm::builtin::{ArgError, Builtin, Kind, Progress, Value, registry};
use mhm::seed::Seed;
use mhm::shape::{Dim, Shape};

/// Values of every kind, ordinary ones first.
fn values() -> Vec<Value> {
    let ints = [2, 1, 0, -1, 3, 1 << 31, 1 << 32, (1 << 53) + 1, u32::MAX.into(), i64::MAX, i64::MIN, 1 << 24, 1000];
    let floats = [0.5, 0.0, -0.0, 1.0, -1.0, 5e-324, 1e-300, 1e308, -1e308, 3.5e38, 0.999_999_999_999];
    let ints = ints.into_iter().map(Value::Int);
    let floats: Vec<Value> = floats.into_iter().map(Value::Float).collect();
    let lists = [
        vec![],
        vec![Value::Float(0.5), Value::Float(1.0)],
        vec![Value::Int(1), Value::Int(2)],
        vec![Value::Int(0), Value::Int(i64::MIN)],
        vec![Value::Int(i64::MAX)],
        vec![Value::Float(1e308), Value::Float(-1e308)],
        vec![Value::Text("x".into())],
    ];
    let lists = lists.into_iter().map(Value::List);
    let others = [Value::Bool(true), Value::Text("x".into()), Value::Text(String::new()), Value::Name("x".into())];
    let condition = Condition { group: "x".into(), is: Relation::NotIn, values: vec![Name::Number(i64::MIN)] };
    let others = others.into_iter().chain([Value::Condition(Box::new(condition))]);
    let symbol = Dim::symbol("T");
    let dims = [symbol.clone(), symbol.over(&Dim::constant(-3)).unwrap(), symbol.times(&Dim::constant(i64::MAX))];
    ints.chain(floats).chain(lists).chain(others).chain(dims.into_iter().map(Value::Dim)).collect()
}

/// The words that a parameter takes.
fn words(row: &Builtin, param: usize) -> Vec<Value> {
    row.params[param].expected.words().iter().map(|word| Value::Name(word.to_string())).collect()
}

/// Everything that a row makes of arguments at the ends: one argument at a time, and all at once. How many it took.
fn made<T: ?Sized>(row: &Builtin, make: Make<T>, take: impl Fn(&T)) -> usize {
    let mut ordinary: Vec<Option<Value>> = row.params.iter().map(|_| None).collect();
    let tried = |param: usize| words(row, param).into_iter().chain(values()).collect::<Vec<_>>();
    while let Err(ArgError { param, .. }) = make(&ordinary) {
        assert!(ordinary[param].is_none(), "{}: no value is taken", row.name);
        let fits = |value: &Value| {
            let mut with = ordinary.clone();
            with[param] = Some(value.clone());
            make(&with).is_ok_and(|_| true) || make(&with).is_err_and(|error| error.param != param)
        };
        ordinary[param] = Some(
            tried(param)
                .into_iter()
                .find(fits)
                .unwrap_or_else(|| panic!("{}: no value fits its argument {param}", row.name)),
        );
    }
    let mut taken = 0;
    let mut use_of = |arguments: &[Option<Value>]| match make(arguments) {
        Ok(made) => {
            taken += 1;
            take(&made);
        }
        Err(error) => {
            assert!(!error.refusal.to_string().is_empty() && error.param < row.params.len(), "{}: {error:?}", row.name)
        }
    };
    use_of(&ordinary);
    for param in 0..row.params.len() {
        for value in tried(param) {
            let mut arguments = ordinary.clone();
            arguments[param] = Some(value.clone());
            use_of(&arguments);
        }
    }
    let mut stream = Seed(0).stream(row.name);
    for _ in 0..200 {
        let arguments: Vec<Option<Value>> = (0..row.params.len())
            .map(|param| {
                let all = tried(param);
                (stream.below(3) > 0).then(|| all[stream.below(all.len())].clone()).or_else(|| ordinary[param].clone())
            })
            .collect();
        use_of(&arguments);
    }
    taken
}

#[test]
fn every_row_takes_arguments_at_the_ends_or_says_why_not() {
    for row in registry() {
        let taken = match row.kind {
            Kind::Layer(make) | Kind::Op(make) => made(row, make, |layer| {
                let own: Vec<Shape> = row.example_inputs.iter().map(|axes| Shape::of(axes)).collect();
                let symbols = own.iter().map(|s| Shape(s.0.iter().map(|_| Dim::symbol("T")).collect())).collect();
                let long = own.iter().map(|s| Shape(vec![Dim::constant(1); 5 - s.rank() % 5])).collect();
                let huge = own.iter().map(|s| Shape(vec![Dim::constant(1 << 30); s.rank()])).collect();
                for inputs in [own, symbols, long, huge] {
                    let fits = layer.arity().takes(inputs.len());
                    if let (true, Ok(signature)) = (fits, layer.shape(&inputs)) {
                        layer.flops(&inputs, &signature.output);
                        layer.saved(&inputs, &signature.output);
                    }
                }
            }),
            Kind::Loss(make) => made(row, make, |loss| {
                let _ = loss.check(&Shape::of(row.example_inputs[0]), None);
            }),
            Kind::Metric(make) => made(row, make, |metric| {
                metric.all_arguments();
            }),
            Kind::Detection(make) => made(row, make, |step| {
                for stage in [Stage::Outputs, Stage::Sequences, Stage::Proposals, Stage::Scored] {
                    for points in [0, 1, 4] {
                        let activations = [0.5, -1.0, f32::NAN, 1e38, 0.0, 1.0, -1e38, 0.25];
                        let found = Found::of(&activations[..2 * points], Some(&[0.9, 0.1]), 2, 10.0);
                        match step.check(Points { stage, points, classes: 2 }) {
                            Ok(after) if after.points <= 1 << 12 => {
                                drop(step.apply(proposed(found, stage)).detections())
                            }
                            Ok(_) | Err(_) => {}
                        }
                    }
                }
            }),
            Kind::Optimizer(make) => made(row, make, |optimizer| {
                assert!(optimizer.learning_rate() >= 0.0 || optimizer.learning_rate() < 0.0);
            }),
            Kind::Rate(make) => made(row, make, |rate| {
                let mut stall = rate.stall();
                stall
                    .iter_mut()
                    .for_each(|stall| [1.0, f64::NAN, 1.0, 1.0].into_iter().for_each(|loss| stall.see(loss)));
                for (step, steps, epoch) in [(0, 0, 0.0), (1, 100, 0.5), (u64::from(u32::MAX), 100_000_000, 1e6)] {
                    rate.factor(&Progress { step, steps, epoch, stalls: stall.as_slice() });
                }
            }),
            Kind::Generator(make) => made(row, make, |generator| {
                let made = generator.generate(3, &mut Seed(0).stream("data"));
                assert_eq!(made.values.len(), made.classes.len() * generator.axes());
            }),
            Kind::Source(make) => made(row, make, |source| {
                let _ = (source.check(&[2, 3], None), source.origin());
            }),
            Kind::Transform(make) => made(row, make, |preparation| prepare(preparation.transform())),
            Kind::Split(make) => made(row, make, |split| {
                let _ = split.rule().to_string();
            }),
        };
        assert!(taken > 0, "{}", row.name);
    }
}

/// A few proposals, where there are to be some.
fn proposed(mut found: Found, stage: Stage) -> Found {
    if matches!(stage, Stage::Proposals | Stage::Scored) {
        let points = found.tracks[0].values.len();
        let of = |first: usize, end: usize| mhm::builtin::detection::Proposal {
            track: 0,
            first,
            end,
            threshold: 0.1,
            score: 0.5,
        };
        found.proposals = (0..points).flat_map(|first| (first + 1..=points).map(move |end| of(first, end))).collect();
    }
    found
}

/// Samples of no, one and several axes through a preparation, where what comes out is small.
fn prepare(transform: Transform<'_>) {
    let Transform::Each(work) = transform else { return };
    for axes in [vec![], vec![1], vec![4], vec![2, 3], vec![1, 1, 1, 1, 2]] {
        let count = axes.iter().product::<usize>();
        for value in [0.0f64, 1.0, -1.0, 1e308, 1.5] {
            let sample = Sample { axes: axes.clone(), values: vec![value; count] };
            let Ok(to) = work.axes(&axes, &[4]) else { continue };
            let small = to.iter().try_fold(1usize, |n, size| n.checked_mul(*size)).is_some_and(|n| n <= 1 << 16);
            if !small {
                continue;
            }
            for mut draw in [Draw::Even, Draw::Random(Box::new(Seed(0).stream("draw")))] {
                let made = work.apply(&sample, &to, &mut draw);
                assert!(made.is_err() || made.is_ok_and(|made| made.len() == to.iter().product::<usize>()));
            }
        }
    }
}
