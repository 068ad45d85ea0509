//! The procedure against brute force over every turn and fold, for K from 2 to 7.

use super::*;
use proptest::prelude::*;

const VARIABLES: usize = 2;

fn index() -> impl Strategy<Value = Index> {
    (prop::option::of(0..VARIABLES), -3i64..9).prop_map(|(v, offset)| Index {
        variable: v.map(Variable),
        offset: if v.is_none() { offset.abs() } else { offset },
    })
}

fn set() -> impl Strategy<Value = SplitExpr> {
    let leaf = prop_oneof![
        Just(SplitExpr::All),
        index().prop_map(SplitExpr::Fold),
        index().prop_map(SplitExpr::Except),
        prop_oneof![Just("test"), Just("validation")].prop_map(|n| SplitExpr::Named(n.into())),
    ];
    leaf.prop_recursive(4, 12, 2, |inner| {
        let pair = (inner.clone(), inner).prop_map(|(a, b)| (Box::new(a), Box::new(b)));
        prop_oneof![
            pair.clone().prop_map(|(a, b)| SplitExpr::Union(a, b)),
            pair.clone().prop_map(|(a, b)| SplitExpr::Difference(a, b)),
            pair.prop_map(|(a, b)| SplitExpr::Intersection(a, b)),
        ]
    })
}

/// Samples as numbers: 0..k one a fold, 100 of `test`, 101 of `validation`.
fn evaluate(set: &SplitExpr, k: usize, turn: &[usize]) -> BTreeSet<usize> {
    let fold = |i: &Index| (i.variable.map_or(0, |v| turn[v.0] as i64) + i.offset).rem_euclid(k as i64) as usize;
    match set {
        SplitExpr::All => (0..k).collect(),
        SplitExpr::Fold(i) => BTreeSet::from([fold(i)]),
        SplitExpr::Except(i) => (0..k).filter(|j| *j != fold(i)).collect(),
        SplitExpr::Named(name) => BTreeSet::from([if name == "test" { 100 } else { 101 }]),
        SplitExpr::Union(a, b) => &evaluate(a, k, turn) | &evaluate(b, k, turn),
        SplitExpr::Difference(a, b) => &evaluate(a, k, turn) - &evaluate(b, k, turn),
        SplitExpr::Intersection(a, b) => &evaluate(a, k, turn) & &evaluate(b, k, turn),
    }
}

fn all_turns(k: usize) -> Vec<[usize; VARIABLES]> {
    (0..k).flat_map(|a| (0..k).map(move |b| [a, b])).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn agrees_with_brute_force(a in set(), b in set()) {
        for k in 2..=7 {
            let turns = all_turns(k);
            let every = |test: &dyn Fn(&BTreeSet<usize>, &BTreeSet<usize>) -> bool| {
                turns.iter().all(|t| test(&evaluate(&a, k, t), &evaluate(&b, k, t)))
            };
            let folds = Folds::Known(k);
            prop_assert_eq!(empty(folds, &a), every(&|a, _| a.is_empty()));
            prop_assert_eq!(disjoint(folds, &a, &b), every(&|a, b| a.is_disjoint(b)));
            prop_assert_eq!(subset(folds, &a, &b), every(&|a, b| a.is_subset(b)));
            prop_assert_eq!(same(folds, &a, &b), every(&|a, b| a == b));
            let seen: BTreeSet<usize> =
                turns.iter().flat_map(|t| &evaluate(&a, k, t) | &evaluate(&b, k, t)).collect();
            let missing: Vec<usize> = (0..k).filter(|j| !seen.contains(j)).collect();
            prop_assert_eq!(uncovered(k, &[&a, &b]), missing);
            let idle = turns.iter().any(|t| evaluate(&a, k, t).is_empty());
            prop_assert_eq!(empty_turn(k, &a).is_some(), idle);
            let moved = turns.iter().any(|t| (0..k).any(|v| evaluate(&a, k, t) != evaluate(&a, k, &[v, t[1]])));
            prop_assert_eq!(depends_on(folds, &a, Variable(0)), moved);
        }
        let seen = |name: usize| evaluate(&a, 2, &[0, 0]).contains(&name);
        prop_assert_eq!(splits_in(&a).contains(&"test".to_string()), seen(100));
    }

    /// Beyond the bound nothing changes: what holds up to it holds for larger rings.
    #[test]
    fn any_number_of_folds_is_all_of_them(a in set(), b in set()) {
        let every = |test: &dyn Fn(Folds) -> bool| (2..=24).all(|k| test(Folds::Known(k)));
        prop_assert_eq!(disjoint(Folds::Any, &a, &b), every(&|f| disjoint(f, &a, &b)));
        prop_assert_eq!(subset(Folds::Any, &a, &b), every(&|f| subset(f, &a, &b)));
        prop_assert_eq!(covers(Folds::Any, &[&a, &b]), every(&|f| covers(f, &[&a, &b])));
    }
}

fn k(offset: i64) -> Index {
    Index { variable: Some(Variable(0)), offset }
}

#[test]
fn the_folds_of_the_method_are_disjoint_and_cover_for_any_number() {
    let (fold, except) = (SplitExpr::Fold(k(0)), SplitExpr::Except(k(0)));
    assert!(disjoint(Folds::Any, &fold, &except));
    assert!(covers(Folds::Any, &[&fold]));
    assert!(covers(Folds::Any, &[&except]));
    assert!(!disjoint(Folds::Any, &SplitExpr::Fold(k(1)), &except));
    assert!(!disjoint(Folds::Any, &fold, &SplitExpr::Fold(k(4))), "the same fold where there are 2 or 4");
    assert!(disjoint(Folds::Known(5), &fold, &SplitExpr::Fold(k(4))));
}
