//! Every role that a phase trains has an optimizer, of the phase or of the pipeline.

use super::PipelineChecker;
use super::splits::phases;
use crate::diagnostic::Diagnostic;
use crate::hir::{self, Role};
use crate::syntax::ast::{PipelineStmt, SettingKind};

impl PipelineChecker<'_> {
    /// Reports the first trained role without an optimizer; a pipeline without any was reported as incomplete.
    pub(super) fn optimized(&self, steps: &[hir::Step], network: &hir::Network) {
        let roles = self.optimizer_roles();
        if roles.is_empty() || roles.contains(&None) {
            return;
        }
        let of_network = |role| network.modules.iter().any(|m| m.role == role);
        let has = |phase: &hir::Phase, role| {
            let own = &phase.settings;
            own.optimizer.is_some() || own.optimizer_of.contains_key(&role) || roles.contains(&Some(role))
        };
        let trained =
            phases(steps).into_iter().flat_map(|phase| phase.train.iter().map(move |trained| (phase, trained)));
        let without = trained.into_iter().find(|(phase, t)| of_network(t.role) && !has(phase, t.role));
        let Some((phase, trained)) = without else { return };
        let (role, name) = (trained.role.name(), &self.pipeline.header.name);
        self.cx.report(
            Diagnostic::error("no-optimizer", format!("phase `{}` trains `{role}` without an optimizer", phase.name))
                .label(name.span, format!("none here for `{role}`"))
                .label(trained.span, "trained here")
                .help(format!(
                    "add `optimizer adam(lr: 1e-3)` for all roles, or `optimizer {role}: adam(lr: 1e-3)` for this one"
                )),
        );
    }

    /// The roles the pipeline names an optimizer for, `None` for all. As written: one that is wrong was reported, and the
    /// value of one may hang on a parameter.
    fn optimizer_roles(&self) -> Vec<Option<Role>> {
        let settings =
            self.pipeline.body.iter().filter_map(|s| if let PipelineStmt::Setting(s) = s { Some(s) } else { None });
        let optimizers = settings.filter(|s| s.kind.node == SettingKind::Optimizer);
        optimizers.map(|s| s.role.as_ref().map(|role| role.node)).collect()
    }
}
