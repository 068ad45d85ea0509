//! Two phases that learn through each other, on samples both have seen.

use super::phases::{Placed, folds, how_many, phases};
use super::sets::{disjoint, rename};
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::hir::{Index, Role, Schedule, SplitExpr, Trained, Variable};

pub const LINT: Lint = Lint { name: "head-and-embedding-share-samples", looks: &[Look::Schedule(check)] };

fn check(schedule: &Schedule) -> Vec<Diagnostic> {
    if schedule.folds.is_none() {
        return vec![];
    }
    let phases = phases(schedule);
    let pairs = phases.iter().flat_map(|first| phases.iter().map(move |second| (first, second)));
    let shared: Vec<Diagnostic> = pairs.filter_map(|(first, second)| pair(schedule, first, second)).collect();
    if shared.is_empty() { warm_ups(schedule, &phases) } else { shared }
}

/// Phases before, which train every head on samples that are later held out from it.
fn warm_ups(schedule: &Schedule, phases: &[Placed<'_>]) -> Vec<Diagnostic> {
    let mut found = vec![];
    for (i, first) in phases.iter().enumerate() {
        for second in phases {
            let Some((trained, routed)) = alternation(schedule, first, second) else { continue };
            // The first of a pair holds out what the second learns on; a phase before may not have.
            let apart = |first: &Placed<'_>, trained: Part| {
                let (ours, theirs) = meeting(schedule, first, second, (trained, routed))?;
                Some(disjoint(folds(schedule), &ours, &theirs))
            };
            if apart(first, trained) != Some(true) {
                continue;
            }
            for warm in &phases[..i] {
                let head = warm.phase.train.iter().find(|t| t.role == trained.0);
                if let Some(head) = head.filter(|head| apart(warm, (head.role, head.replica)) == Some(false)) {
                    found.push(warm_up(warm, second, head));
                }
            }
        }
    }
    found
}

fn warm_up(warm: &Placed<'_>, second: &Placed<'_>, head: &Trained) -> Diagnostic {
    let (role, warm_name) = (head.role.name(), &warm.phase.name);
    let which = match head.replica {
        Some(index) if index.variable.is_none() => format!("`{role}[{}]`", warm.index(&index)),
        Some(_) => format!("each `{role}`"),
        None => format!("all of `{role}`"),
    };
    let message = format!("phase `{warm_name}` trains {which} on samples that are held out from it later");
    Diagnostic::warning(LINT.name, message)
        .label(
            second.phase.on_span,
            format!(
                "`{}` learns on `{}`, for a `{role}` that has not seen it",
                second.phase.name,
                second.show(&second.phase.on)
            ),
        )
        .label(head.span, format!("learns on `{}` before", warm.show(&warm.phase.on)))
        .help(format!(
            "train it on the same set there, `for k in folds {{ … {role}[k] on except(k) }}`, or leave `{role}` out of the warm-up"
        ))
}

/// `first` trains a head (or another role) alone, `second` what is before it, through it.
fn pair(schedule: &Schedule, first: &Placed<'_>, second: &Placed<'_>) -> Option<Diagnostic> {
    let (trained, routed) = alternation(schedule, first, second)?;
    let (ours, theirs) = meeting(schedule, first, second, (trained, routed))?;
    let apart = |folds| disjoint(folds, &ours, &theirs);
    if apart(folds(schedule)) {
        return None;
    }
    let role = trained.0.name();
    let learner = learner(first, second)?.name();
    let name = |index: Option<String>| index.map_or(role.to_string(), |index| format!("{role}[{index}]"));
    let through = name(routed.1.map(|index| second.index(&index)));
    let name = name(trained.1.map(|index| first.index(&index)));
    let always = how_many(schedule, |f| !apart(f));
    Some(
        Diagnostic::warning(LINT.name, format!("`{learner}` learns through `{through}` on samples that it has seen"))
            .label(second.phase.on_span, format!("`{learner}` learns on `{}`", second.show(&second.phase.on)))
            .label(
                first.phase.on_span,
                format!("`{name}` learns on `{}`; they share samples, {always}", first.show(&first.phase.on)),
            )
            .help(
                "give the head `except(k)` and the embedding `fold(k)`, through the head of the same k (Eq. 2 and 3)",
            ),
    )
}

type Part = (Role, Option<Index>);

/// A role that only the first phase trains and that the second runs through, where the second trains fusion or head that the
/// first does not.
fn alternation(schedule: &Schedule, first: &Placed<'_>, second: &Placed<'_>) -> Option<(Part, Part)> {
    learner(first, second)?;
    let trains = |placed: &Placed<'_>, role: Role| placed.phase.train.iter().any(|t| t.role == role);
    let only = first.phase.train.iter().find(|t| t.role == Role::Head && !trains(second, t.role))?;
    if !schedule.replicas.contains_key(&only.role) {
        return Some(((only.role, None), (only.role, None)));
    }
    // Through the mean of all heads every sample is one that some head has seen.
    let through = match second.phase.through.iter().find(|r| r.role == only.role) {
        Some(route) => route.replica?,
        // What a phase does not name runs through the first replica.
        None => Index { variable: None, offset: 0 },
    };
    Some(((only.role, Some(only.replica?)), (only.role, Some(through))))
}

fn learner(first: &Placed<'_>, second: &Placed<'_>) -> Option<Role> {
    let learns = |placed: &Placed<'_>| placed.phase.train.iter().any(|t| t.role == Role::Fusion);
    (learns(second) && !learns(first)).then_some(Role::Fusion)
}

/// The sets of both phases, in the turns in which both mean the same replica.
fn meeting(
    schedule: &Schedule,
    first: &Placed<'_>,
    second: &Placed<'_>,
    (trained, routed): (Part, Part),
) -> Option<(SplitExpr, SplitExpr)> {
    let (ours, theirs) = (&first.phase.on, &second.phase.on);
    if trained.1.is_none() && schedule.replicas.contains_key(&trained.0) {
        // All replicas at once: whichever the second runs through has learned there.
        return Some((ours.clone(), apart(theirs, None)));
    }
    let one_turn = || first.shares_turn(second).then(|| (ours.clone(), theirs.clone()));
    // One copy: what other turns did to it is the schedule's own choice.
    let (Some(a), Some(b)) = (trained.1, routed.1) else { return one_turn() };
    let count = schedule.replicas.get(&trained.0).map(|r| r.count);
    if count != schedule.folds.as_ref().map(|f| f.count) {
        // Replicas and folds are rings of two sizes: only the same index in the same turn is surely the same replica.
        return if a == b { one_turn() } else { None };
    }
    match (a.variable, b.variable) {
        (None, None) => ring_equal(a, b, count?).then(|| (ours.clone(), apart(theirs, None))),
        // The second's variable, and its offset, make the first's index.
        (_, Some(v)) => {
            let same = Index { variable: a.variable, offset: a.offset - b.offset };
            Some((ours.clone(), apart(theirs, Some((v, same)))))
        }
        (Some(v), None) => {
            let same = Index { variable: None, offset: b.offset - a.offset };
            let fixed = rename(ours, &|w| if w == v { same } else { plain(w) });
            Some((fixed, apart(theirs, None)))
        }
    }
}

fn ring_equal(a: Index, b: Index, count: usize) -> bool {
    (a.offset - b.offset).rem_euclid(count as i64) == 0
}

fn plain(variable: Variable) -> Index {
    Index { variable: Some(variable), offset: 0 }
}

/// The set with variables of its own, but for one that stands for an index of the other phase.
fn apart(set: &SplitExpr, but: Option<(Variable, Index)>) -> SplitExpr {
    rename(set, &|v| match but {
        Some((same, index)) if same == v => index,
        Some(_) | None => plain(Variable(v.0 + 1_000_000)),
    })
}
