//! Which statements a pipeline has: all it needs, each once.

use super::PipelineChecker;
use crate::check::names::ItemId;
use crate::diagnostic::Diagnostic;
use crate::syntax::ast::{ItemKind, PipelineStmt, SettingKind};

impl PipelineChecker<'_> {
    /// Everything a run needs, named at once.
    pub(super) fn complete(&self) {
        let body = &self.pipeline.body;
        let is = |pick: fn(&PipelineStmt) -> bool| body.iter().any(pick);
        let needed = [
            ("data", self.example(ItemKind::Dataset, "data", None), is(|s| matches!(s, PipelineStmt::Data { .. }))),
            (
                "network",
                self.example(ItemKind::Network, "network", None),
                is(|s| matches!(s, PipelineStmt::Network { .. })),
            ),
            ("loss", "`loss cross_entropy`".into(), is(|s| matches!(s, PipelineStmt::Loss { .. }))),
            (
                "optimizer",
                "`optimizer adam(lr: 1e-3)`".into(),
                is(|s| matches!(s, PipelineStmt::Setting(s) if s.kind.node == SettingKind::Optimizer)),
            ),
            (
                "schedule",
                self.example(ItemKind::Schedule, "schedule", Some("EndToEnd")),
                is(|s| matches!(s, PipelineStmt::Schedule { .. })),
            ),
            ("budget", "`budget 100 epochs`".into(), is(|s| matches!(s, PipelineStmt::Budget { .. }))),
        ];
        let missing: Vec<_> = needed.iter().filter(|(.., there)| !there).collect();
        if missing.is_empty() {
            return;
        }
        let name = &self.pipeline.header.name;
        let words = listed(missing.iter().map(|(word, ..)| format!("no `{word}`")).collect());
        let lines = listed(missing.iter().map(|(_, line, _)| line.clone()).collect());
        self.cx.report(
            Diagnostic::error("missing-statement", format!("pipeline `{}` has {words}", name.node))
                .label(name.span, "incomplete")
                .help(format!("add {lines}")),
        );
    }

    /// A statement with an item of this kind that the file sees, or with one of the library.
    fn example(&self, kind: ItemKind, word: &str, library: Option<&str>) -> String {
        let fits = |id: &ItemId| {
            let item = self.cx.program.item(*id);
            item.kind() == Some(kind) && item.header().is_some_and(|h| h.params.iter().all(|p| p.default.is_some()))
        };
        let scope = &self.cx.program.files[self.file].scope;
        match (scope.iter().find(|(_, id)| fits(id)), library) {
            (Some((name, _)), _) => format!("`{word} {name}`"),
            (None, Some(name)) => format!("`{word} {name}` (with `use std.{}.{name}` at the top)", kind.name()),
            (None, None) => format!("`{word}` with a {} of yours", kind.name()),
        }
    }

    pub(super) fn doubles(&self) {
        let key = |s: &PipelineStmt| match s {
            PipelineStmt::Data { span, .. } => Some(("data", *span)),
            PipelineStmt::Modalities { span, .. } => Some(("modalities", *span)),
            PipelineStmt::Network { span, .. } => Some(("network", *span)),
            PipelineStmt::Loss { span, .. } => Some(("loss", *span)),
            PipelineStmt::Schedule { span, .. } => Some(("schedule", *span)),
            PipelineStmt::Budget { span, .. } => Some(("budget", *span)),
            PipelineStmt::Metrics { span, .. } => Some(("metrics", *span)),
            PipelineStmt::Keep { span, .. } => Some(("keep", *span)),
            PipelineStmt::Detect { .. } | PipelineStmt::Start { .. } | PipelineStmt::Setting(_) => None,
        };
        let keys: Vec<_> = self.pipeline.body.iter().filter_map(key).collect();
        for (i, (word, span)) in keys.iter().enumerate() {
            if let Some((_, first)) = keys[..i].iter().find(|(w, _)| w == word) {
                self.cx.report(
                    Diagnostic::error("declared-twice", format!("`{word}` is declared twice"))
                        .label(*span, "again here")
                        .label(*first, "first here"),
                );
            }
        }
    }
}

/// "a", "a and b", "a, b and c".
fn listed(mut words: Vec<String>) -> String {
    match (words.pop(), words.is_empty()) {
        (Some(last), false) => format!("{} and {last}", words.join(", ")),
        (last, _) => last.unwrap_or_default(),
    }
}
