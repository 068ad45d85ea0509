//! Statements of experiments.

use super::{Builder, Parts, next};
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::syntax::ast::{ExperimentStmt, Table};
use crate::syntax::parser::Rule;
use pest::iterators::Pair;

impl<'t> Builder<'_, 't> {
    pub(super) fn experiment_stmt(&mut self, pair: Pair<'t, Rule>) -> Option<ExperimentStmt> {
        let pair = self.parts(pair).next()?;
        let span = self.span(&pair);
        let rule = pair.as_rule();
        let mut parts = self.parts(pair);
        Some(match rule {
            Rule::vary => {
                ExperimentStmt::Vary { name: self.name(&mut parts)?, values: self.next_expr(&mut parts)?, span }
            }
            Rule::seeds => ExperimentStmt::Seeds { value: self.next_expr(&mut parts)?, span },
            Rule::run => ExperimentStmt::Run { value: self.next_expr(&mut parts)?, span },
            Rule::compare => ExperimentStmt::Compare { name: self.name(&mut parts)?, span },
            _ => ExperimentStmt::Table(self.table(parts, span)?),
        })
    }

    fn table(&mut self, mut parts: Parts<'t>, span: Span) -> Option<Table> {
        let measures = self.names(&mut parts);
        let mut table = Table { measures, rows: vec![], columns: vec![], cells: vec![], span };
        for part in parts {
            let mut parts = self.parts(part);
            let axis = next(&mut parts, Rule::axis)?;
            let place = match axis.as_str() {
                "rows" => &mut table.rows,
                "columns" => &mut table.columns,
                _ => &mut table.cells,
            };
            if !place.is_empty() {
                let message = format!("this table says twice what its {} are", axis.as_str());
                let help = format!("join them: `{} a, b`", axis.as_str());
                let found = Diagnostic::error("syntax", message).label(self.span(&axis), "the second time");
                self.diagnostics.push(found.help(help));
            }
            place.extend(self.names(&mut parts));
        }
        Some(table)
    }
}
