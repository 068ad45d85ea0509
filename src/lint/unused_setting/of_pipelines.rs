//! Settings of pipelines and phases against what the phases train.

use super::LINT;
use crate::diagnostic::Diagnostic;
use crate::hir::{Module, NodeOp, Phase, Pipeline, Role, Schedule, SettingKind, SettingPlace, Settings};
use crate::lint::never_trained_module::learns;
use crate::lint::phases::phases;

/// Settings of phases that no pipeline can make a use of.
pub fn of_phases(schedule: &Schedule) -> Vec<Diagnostic> {
    let mut found = vec![];
    for placed in phases(schedule) {
        let phase = placed.phase;
        let roles: Vec<Role> = phase.train.iter().map(|t| t.role).collect();
        for place in &phase.settings.places {
            if let Some(why) = idle(place, &[(phase, None)], &roles) {
                found.push(finding(place, &format!("phase `{}`", phase.name), &why).label(phase.span, "this phase"));
            }
        }
    }
    found
}

pub fn check(pipeline: &Pipeline) -> Vec<Diagnostic> {
    let places = pipeline.settings.places.iter().filter_map(|place| Some((place, unread(pipeline, place)?)));
    places.map(|(place, why)| finding(place, &format!("`{}`", pipeline.name), &why)).collect()
}

pub fn finding(place: &SettingPlace, of: &str, why: &str) -> Diagnostic {
    Diagnostic::warning(LINT.name, format!("{} of {of} has no say: {why}", named(place)))
        .label(place.span, "changes nothing")
        .help("remove it, or give it to what is trained")
}

fn named(place: &SettingPlace) -> String {
    let word = place.kind.word();
    place.role.map_or(format!("the `{word}`"), |role| format!("the `{word}` of `{}`", role.name()))
}

/// Why nothing in a pipeline reads a setting of its own.
pub fn unread(pipeline: &Pipeline, place: &SettingPlace) -> Option<String> {
    let placed = phases(&pipeline.schedule);
    let all: Vec<(&Phase, Option<&Settings>)> = placed.iter().map(|p| (p.phase, Some(&p.phase.settings))).collect();
    let has = |role: Role| pipeline.network.modules.iter().any(|m| m.role == role && m.used && learns(m));
    let trained = |role: &Role| all.iter().any(|(phase, _)| phase.train.iter().any(|t| t.role == *role));
    let roles: Vec<Role> =
        [Role::Uni, Role::Fusion, Role::Head].into_iter().filter(|r| has(*r) && trained(r)).collect();
    if place.role.is_some_and(|role| !has(role)) {
        return Some(format!("`{}` has no such module that learns", pipeline.network.name));
    }
    if place.kind == SettingKind::ModalityDropout && pipeline.network.modalities().count() < 2 {
        return Some(format!("`{}` reads one modality, and one always stays", pipeline.network.name));
    }
    let alone = |phase: &Phase| pipeline.cut(phase).times(pipeline.accumulated(phase)).size() == 1;
    if place.kind == SettingKind::Mixup && placed.iter().all(|placed| alone(placed.phase)) {
        return Some("an update has one sample, and none to mix it with".into());
    }
    if place.kind == SettingKind::FrozenDropout
        && pipeline.settings.frozen_dropout == Some(false)
        && !drops_frozen(pipeline)
    {
        return Some("nothing that a phase freezes has a random layer".into());
    }
    // A rule for all that every trained role has its own of.
    let own = &pipeline.settings;
    if place.role.is_none() && !roles.is_empty() && roles.iter().all(|role| ruled(own, place.kind, *role)) {
        return Some("every role has its own".into());
    }
    idle(place, &all, &roles)
}

/// Whether some phase freezes a module with a random layer.
fn drops_frozen(pipeline: &Pipeline) -> bool {
    let network = &pipeline.network;
    let random = network.nodes.iter().filter(|node| match &node.op {
        NodeOp::Layer { layer, .. } => layer.is_random(),
        NodeOp::Input(_) => false,
    });
    let modules: Vec<&Module> = random.filter_map(|node| node.module.map(|id| network.module(id))).collect();
    let frozen = |phase: &Phase| modules.iter().any(|module| !phase.trains(module.role, &module.name));
    phases(&pipeline.schedule).iter().any(|placed| frozen(placed.phase))
}

/// Why no phase reads a setting that stands in it or around it (beside settings of its own), where these roles are trained.
fn idle(place: &SettingPlace, phases: &[(&Phase, Option<&Settings>)], roles: &[Role]) -> Option<String> {
    let trains = |phase: &Phase, role: Role| roles.contains(&role) && phase.train.iter().any(|t| t.role == role);
    if let Some(role) = place.role {
        let training: Vec<_> = phases.iter().filter(|(phase, _)| trains(phase, role)).collect();
        let over = |own: &Settings| ruled(own, place.kind, role) || for_all(own, place.kind);
        return match training.as_slice() {
            [] => Some(format!("`{}` is not trained", role.name())),
            some if some.iter().all(|(_, own)| own.is_some_and(over)) => Some("every phase has its own".into()),
            _ => None,
        };
    }
    let reads = |phase: &Phase, own: Option<&Settings>| match (own, place.kind.is_of_roles()) {
        (Some(own), false) => !for_all(own, place.kind),
        (None, false) => true,
        (Some(own), true) => {
            let left = |t: &crate::hir::Trained| roles.contains(&t.role) && !ruled(own, place.kind, t.role);
            !for_all(own, place.kind) && phase.train.iter().any(left)
        }
        (None, true) => phase.train.iter().any(|t| !ruled(&phase.settings, place.kind, t.role)),
    };
    let some = !phases.is_empty() && !roles.is_empty();
    (some && !phases.iter().any(|(phase, own)| reads(phase, *own))).then(|| match phases {
        [(_, None)] => "every role has its own".into(),
        _ => "every phase has its own".into(),
    })
}

/// Whether there is a rule for this role alone.
fn ruled(settings: &Settings, kind: SettingKind, role: Role) -> bool {
    settings.places.iter().any(|place| place.kind == kind && place.role == Some(role))
}

/// Whether there is a rule for all roles.
fn for_all(settings: &Settings, kind: SettingKind) -> bool {
    settings.places.iter().any(|place| place.kind == kind && place.role.is_none())
}
