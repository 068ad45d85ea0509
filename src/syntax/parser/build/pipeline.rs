//! Statements of datasets and pipelines, and the settings and amounts that phases have, too.

use super::{Builder, Parts, next};
use crate::ast::{Amount, DatasetStmt, Expr, ExprNode, Metric, PipelineStmt, Setting, SettingKind, Unit};
use crate::diagnostic::Diagnostic;
use crate::parser::Rule;
use crate::span::Spanned;
use pest::iterators::Pair;

impl<'t> Builder<'_, 't> {
    pub(super) fn dataset_stmt(&mut self, pair: Pair<'t, Rule>) -> Option<DatasetStmt> {
        let pair = self.parts(pair).next()?;
        let span = self.span(&pair);
        let rule = pair.as_rule();
        let mut parts = self.parts(pair);
        let name = self.name(&mut parts)?;
        Some(match rule {
            Rule::modality => {
                DatasetStmt::Modality { name, shape: self.shape(&mut parts)?, value: self.next_expr(&mut parts)?, span }
            }
            Rule::target => {
                DatasetStmt::Target { name, ty: self.next_expr(&mut parts)?, value: self.next_expr(&mut parts)?, span }
            }
            Rule::group => {
                let value = self.next_expr(&mut parts)?;
                let options = parts.map(|p| self.option(p)).collect::<Option<_>>()?;
                DatasetStmt::Group { name, value, options, span }
            }
            _ => DatasetStmt::Split { name, value: self.next_expr(&mut parts)?, span },
        })
    }

    pub(super) fn pipeline_stmt(&mut self, pair: Pair<'t, Rule>) -> Option<PipelineStmt> {
        let pair = self.parts(pair).next()?;
        let span = self.span(&pair);
        match pair.as_rule() {
            Rule::setting => return self.setting(pair).map(PipelineStmt::Setting),
            Rule::budget => {
                let amount = self.parts(pair).next()?;
                return Some(PipelineStmt::Budget { amount: self.amount(amount)?, span });
            }
            Rule::metrics => {
                let values = self.metrics(pair);
                return Some(PipelineStmt::Metrics { values, span });
            }
            Rule::detect => {
                let mut parts = self.parts(pair);
                let name = self.name(&mut parts)?;
                return Some(PipelineStmt::Detect { name, value: self.next_expr(&mut parts)?, span });
            }
            Rule::start => {
                let mut parts = self.parts(pair);
                let module = self.name(&mut parts)?;
                return Some(PipelineStmt::Start { module, value: self.next_expr(&mut parts)?, span });
            }
            Rule::keep => {
                let mut parts = self.parts(pair);
                let split = self.name(&mut parts)?;
                return Some(PipelineStmt::Keep { split, by: self.name(&mut parts), span });
            }
            _ => {}
        }
        let mut parts = self.parts(pair);
        let word = next(&mut parts, Rule::part_kind)?;
        let value = match word.as_str() {
            "data" | "modalities" => self.next_expr(&mut parts)?,
            named => self.unquoted(&mut parts, named)?,
        };
        Some(match word.as_str() {
            "data" => PipelineStmt::Data { value, span },
            "modalities" => PipelineStmt::Modalities { value, span },
            "network" => PipelineStmt::Network { value, span },
            "loss" => PipelineStmt::Loss { value, span },
            _ => PipelineStmt::Schedule { value, span },
        })
    }

    /// The metrics; brackets around all of them are said to be needless.
    fn metrics(&mut self, pair: Pair<'t, Rule>) -> Vec<Metric> {
        let mut parts: Vec<_> = self.parts(pair).collect();
        let written = parts.first().map_or("", |metric| metric.as_str().trim_end());
        let only = parts.len() == 1;
        let place = parts.first().map(|metric| self.span(metric));
        let metrics: Vec<Metric> = parts.drain(..).filter_map(|p| self.metric(p)).collect();
        match (metrics.as_slice(), place) {
            (
                [Metric { name: None, value: Expr { node: ExprNode::List(items) | ExprNode::Tuple(items), .. } }],
                Some(place),
            ) if only && !items.is_empty() => {
                let inside = written[1..written.len() - 1].trim().trim_end_matches(',').to_owned();
                let found = Diagnostic::error("syntax", "metrics stand without brackets").label(place, "not needed");
                self.diagnostics.push(found.help(format!("write `metrics {inside}`")).fix(place, inside));
                items.iter().map(|value| Metric { name: None, value: value.clone() }).collect()
            }
            _ => metrics,
        }
    }

    /// A value that is named, not quoted: a loss, an optimizer, an item.
    fn unquoted(&mut self, parts: &mut Parts<'t>, what: &str) -> Option<Expr> {
        let mut value = self.next_expr(parts)?;
        if let ExprNode::String(name) = &value.node
            && name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        {
            let found = Diagnostic::error("syntax", format!("what follows `{what}` stands without quotes"));
            let found = found.label(value.span, "a text").help(format!("write `{what} {name}`"));
            self.diagnostics.push(found.fix(value.span, name.clone()));
            value.node = ExprNode::Name(name.clone());
        }
        Some(value)
    }

    fn metric(&mut self, pair: Pair<'t, Rule>) -> Option<Metric> {
        let mut parts = self.parts(pair);
        let name = next(&mut parts, Rule::name).map(|name| self.ident(&name));
        Some(Metric { name, value: self.unquoted(&mut parts, "metrics")? })
    }

    pub(super) fn setting(&mut self, pair: Pair<'t, Rule>) -> Option<Setting> {
        let span = self.span(&pair);
        let mut parts = self.parts(pair);
        let word = next(&mut parts, Rule::setting_kind)?;
        let kind = match word.as_str() {
            "optimizer" => SettingKind::Optimizer,
            "rate" => SettingKind::Rate,
            "clip" => SettingKind::Clip,
            "modality_dropout" => SettingKind::ModalityDropout,
            "mixup" => SettingKind::Mixup,
            "accumulate" => SettingKind::Accumulate,
            "frozen_dropout" => SettingKind::FrozenDropout,
            _ => SettingKind::Batch,
        };
        let kind = Spanned::new(kind, self.span(&word));
        let role = self.next_role(&mut parts);
        let value = self.unquoted(&mut parts, word.as_str())?;
        let options = parts.map(|part| self.option(part)).collect::<Option<_>>()?;
        Some(Setting { kind, role, value, options, span })
    }

    pub(super) fn amount(&mut self, pair: Pair<'t, Rule>) -> Option<Amount> {
        let span = self.span(&pair);
        let mut parts = self.parts(pair);
        let count = self.next_expr(&mut parts)?;
        let unit = next(&mut parts, Rule::unit).map(|word| self.unit(&word));
        Some(match (count, unit) {
            (Expr { node: ExprNode::Length(count, unit), .. }, None) => {
                Amount { count: *count, unit: Some(unit), span }
            }
            (count, unit) => Amount { count, unit, span },
        })
    }

    pub(crate) fn unit(&self, word: &Pair<'t, Rule>) -> Spanned<Unit> {
        let unit = match word.as_str().trim_end_matches('s') {
            "epoch" => Unit::Epochs,
            "step" => Unit::Steps,
            "sample" => Unit::Samples,
            _ => Unit::Rounds,
        };
        Spanned::new(unit, self.span(word))
    }
}
