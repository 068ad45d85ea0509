//! The modules that phases name are of the network, in the roles they are named with.

use super::PipelineChecker;
use super::splits::phases;
use crate::diagnostic::Diagnostic;
use crate::hir::{self, Module, Role, Trained};
use crate::span::{Ident, Span};
use crate::suggest::declared;
use std::collections::BTreeSet;

impl PipelineChecker<'_> {
    /// Reports every module that a phase trains and the network does not have in that role.
    pub(super) fn trained(&self, schedule: &hir::Schedule, network: &hir::Network) {
        let before = self.cx.count();
        for trained in phases(&schedule.steps).into_iter().flat_map(|phase| &phase.train) {
            if !network.modules.iter().any(|module| trained.is_of(module.role, &module.name))
                && let Some(named) = &trained.module
            {
                self.cx.report(unknown(trained, named, network).label(network.used_at, "in this network"));
            }
        }
        self.cx.blame(before, schedule.used_at);
    }
}

/// A module that is no module of the network in this role.
fn unknown(trained: &Trained, named: &Ident, network: &hir::Network) -> Diagnostic {
    let (role, span, named) = (trained.role.name(), named.span, named.node.as_str());
    let message = format!("network `{}` has no `{role}` module `{named}`", network.name);
    let found = Diagnostic::error("unknown-module", message).label(span, "not found");
    if let Some(other) = network.modules.iter().find(|module| is_called(module, named)) {
        let found = found.label(other.span, format!("a `{}` module", other.role.name()));
        let right = format!("{}.{named}", other.role.name());
        return match other.role {
            Role::Fixed => found.help("`fixed` modules are never trained; give it another role in the network"),
            Role::Uni | Role::Fusion | Role::Head | Role::Layer => {
                let at = Span { end: span.end, ..trained.span };
                found.help(format!("it is called `{right}` here")).guess(at, right)
            }
        };
    }
    let of_role = network.modules.iter().filter(|module| module.role == trained.role);
    let names: BTreeSet<&str> = of_role.flat_map(|module| names(&module.name)).collect();
    match declared(named, names.iter().copied()) {
        Some(near) => found.did_you_mean(span, near),
        None if names.is_empty() => found.help(format!("it has no `{role}` module at all")),
        None => found.help(format!("its `{role}` modules are: {}", names.into_iter().collect::<Vec<_>>().join(", "))),
    }
}

/// `embed.first`, and `embed` for all that are declared with `each`.
fn names(module: &str) -> impl Iterator<Item = &str> {
    let each = module.split_once('.').map(|(each, _)| each);
    std::iter::once(module).chain(each)
}

fn is_called(module: &Module, named: &str) -> bool {
    names(&module.name).any(|name| name == named)
}
