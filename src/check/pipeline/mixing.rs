//! Samples that a pipeline mixes can be mixed: they hold no ids, and something of the loss says what a mixture is.

use super::PipelineChecker;
use super::splits::phases;
use crate::diagnostic::Diagnostic;
use crate::hir::{self, NodeOp, SettingKind};
use crate::span::Span;

impl PipelineChecker<'_> {
    /// Reports the first `mixup` of samples that cannot be mixed.
    pub(super) fn mixed(
        &self,
        schedule: &hir::Schedule,
        settings: &hir::Settings,
        network: &hir::Network,
        loss: &[hir::LossTerm],
    ) {
        let all = std::iter::once(settings).chain(phases(&schedule.steps).into_iter().map(|phase| &phase.settings));
        let mut mixing = all.filter(|own| own.mixup.is_some_and(|alpha| alpha > 0.0));
        let place = mixing.find_map(|own| own.places.iter().find(|place| place.kind == SettingKind::Mixup));
        let Some(place) = place else { return };
        let before = self.cx.count();
        let found = of_ids(network, place.span).or_else(|| untargeted(loss, place.span));
        found.into_iter().for_each(|found| self.cx.report(found));
        self.cx.blame(before, schedule.used_at);
    }
}

/// What is looked up by an id has no value between two ids.
fn of_ids(network: &hir::Network, place: Span) -> Option<Diagnostic> {
    let looked_up = network.nodes.iter().find_map(|node| match &node.op {
        NodeOp::Layer { word, layer } => layer.ids().map(|_| (*word, node.span)),
        NodeOp::Input(_) => None,
    });
    let (word, span) = looked_up?;
    let message = format!("ids cannot be mixed, and `{}` reads some", network.name);
    Some(
        Diagnostic::error("not-mixable", message)
            .label(place, "mixes samples")
            .label(span, format!("`{word}` takes ids: between two of them lies nothing"))
            .help("leave `mixup` away, or give the network features in the place of ids"),
    )
}

/// A mixture is learned from as a share of one target and one of another.
fn untargeted(loss: &[hir::LossTerm], place: Span) -> Option<Diagnostic> {
    let term = loss.first().filter(|_| loss.iter().all(|term| term.target.is_none()))?;
    Some(
        Diagnostic::error("not-mixable", "samples are mixed, and no term of the loss has a target")
            .label(place, "mixes samples and their targets")
            .label(term.span, "the same whatever the targets are")
            .help("leave `mixup` away, or add a loss against a target"),
    )
}
