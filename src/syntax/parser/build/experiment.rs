//! Statements of experiments.

use super::{Builder, Parts, next};
use crate::ast::{self, Choice, Choices, ExperimentStmt, Figure, Shown, Table};
use crate::diagnostic::Diagnostic;
use crate::lookalike::like;
use crate::parser::Rule;
use crate::span::{Ident, Span};
use pest::iterators::Pair;

impl<'t> Builder<'_, 't> {
    pub(super) fn experiment_stmt(&mut self, pair: Pair<'t, Rule>) -> Option<ExperimentStmt> {
        let pair = self.parts(pair).next()?;
        let span = self.span(&pair);
        let rule = pair.as_rule();
        let mut parts = self.parts(pair);
        Some(match rule {
            Rule::vary => self.vary(parts, span)?,
            Rule::choose => ExperimentStmt::Choose(Box::new(self.choose(parts, span)?)),
            Rule::seeds => ExperimentStmt::Seeds { value: self.next_expr(&mut parts)?, span },
            Rule::cross => {
                let dealt = match next(&mut parts, Rule::each) {
                    Some(_) => ast::Parts::Each(self.name(&mut parts)?),
                    None => ast::Parts::Into(self.next_expr(&mut parts)?),
                };
                let options = parts.map(|p| self.option(p)).collect::<Option<_>>()?;
                ExperimentStmt::Cross { parts: dealt, options, span }
            }
            Rule::repeats => ExperimentStmt::Repeats { value: self.next_expr(&mut parts)?, span },
            Rule::noise => ExperimentStmt::Noise { value: self.next_expr(&mut parts)?, span },
            Rule::run => ExperimentStmt::Run { value: self.next_expr(&mut parts)?, span },
            Rule::reference => {
                ExperimentStmt::Reference { name: self.name(&mut parts)?, value: self.next_expr(&mut parts)?, span }
            }
            Rule::compare => {
                let name = self.name(&mut parts)?;
                let on = self.measures(&mut parts);
                ExperimentStmt::Compare { name, on, span }
            }
            Rule::published => self.published(parts, span)?,
            Rule::figure => ExperimentStmt::Figure(self.figure(parts, span)?),
            _ => ExperimentStmt::Table(self.table(parts, span)?),
        })
    }

    fn vary(&mut self, mut parts: Parts<'t>, span: Span) -> Option<ExperimentStmt> {
        let names = self.bound(&mut parts)?;
        Some(ExperimentStmt::Vary { names, values: self.choices(&mut parts)?, span })
    }

    fn choices(&mut self, parts: &mut Parts<'t>) -> Option<Choices> {
        let values = parts.next()?;
        let at = self.span(&values);
        Some(match values.as_rule() {
            Rule::choices => {
                let choices = self.parts(values);
                Choices::Listed(choices.map(|choice| self.choice(choice)).collect::<Option<_>>()?, at)
            }
            _ => Choices::Of(self.expr(values)?),
        })
    }

    fn choice(&mut self, pair: Pair<'t, Rule>) -> Option<Choice> {
        let mut parts = self.parts(pair);
        let label = next(&mut parts, Rule::label).and_then(|label| self.label(label));
        Some(Choice { label, value: self.next_expr(&mut parts)? })
    }

    fn shown(&mut self, parts: &mut Parts<'t>) -> Vec<Shown> {
        std::iter::from_fn(|| {
            let label = next(parts, Rule::label).and_then(|label| self.label(label));
            Some(Shown { label, measure: self.measure(parts)? })
        })
        .collect()
    }

    pub(super) fn label(&mut self, pair: Pair<'t, Rule>) -> Option<Ident> {
        let word = self.parts(pair).next()?;
        if word.as_rule() == Rule::name {
            return Some(self.ident(&word));
        }
        let text = self.string(&word);
        self.seen(&text);
        Some(text)
    }

    /// What people read is a line that they can read, and no two that look alike.
    fn seen(&mut self, text: &Ident) {
        let unseen = |c: char| like(c).filter(|like| like.text.is_empty() || like.text == "\n");
        let joins = |c: char| matches!(c, '\u{200c}' | '\u{200d}');
        let blank = |c: char| c.is_whitespace() || unseen(c).is_some() || matches!(c, '\u{2800}' | '\u{3164}');
        let found = |message: String| Diagnostic::error("syntax", message);
        let hidden = || text.node.chars().filter(|c| !joins(*c)).find_map(|c| Some((c, unseen(c)?.what)));
        self.diagnostics.extend(if text.node.chars().all(blank) || text.node.contains(char::is_control) {
            let help = "write some words between the quotes; without a name, the colon goes, too";
            Some(found("a name to be shown by is a line of text".into()).label(text.span, "not one").help(help))
        } else if let Some((c, what)) = hidden() {
            let message = format!("a name to be shown by holds {what} (U+{:04X}), which nobody sees", u32::from(c));
            Some(found(message).label(text.span, "not as it looks").help("remove it"))
        } else if text.node.starts_with(blank) || text.node.ends_with(blank) {
            let help = format!("write `\"{}\"`", text.node.trim_matches(blank));
            Some(
                found("a name to be shown by begins or ends with a blank".into())
                    .label(text.span, "not seen")
                    .help(help),
            )
        } else {
            None
        });
    }

    fn published(&mut self, mut parts: Parts<'t>, span: Span) -> Option<ExperimentStmt> {
        let source = parts.next()?;
        let source = self.string(&source);
        self.seen(&source);
        let measure = self.measure(&mut parts)?;
        Some(ExperimentStmt::Published { source, measure, values: self.choices(&mut parts)?, span })
    }

    fn table(&mut self, mut parts: Parts<'t>, span: Span) -> Option<Table> {
        let measures = self.shown(&mut parts);
        let mut table = Table { measures, rows: vec![], columns: vec![], cells: vec![], span };
        for part in parts {
            let mut parts = self.parts(part);
            let axis = next(&mut parts, Rule::axis)?;
            let place = match axis.as_str() {
                "rows" => &mut table.rows,
                "columns" => &mut table.columns,
                _ => &mut table.cells,
            };
            self.axes(&axis, parts, place, "table");
        }
        Some(table)
    }

    fn figure(&mut self, mut parts: Parts<'t>, span: Span) -> Option<Figure> {
        let measures = self.shown(&mut parts);
        let mut figure = Figure { measures, lines: vec![], panels: vec![], every: None, span };
        for part in parts {
            let mut parts = self.parts(part);
            let first = parts.next()?;
            match first.as_str() {
                "lines" => self.axes(&first, parts, &mut figure.lines, "figure"),
                "panels" => self.axes(&first, parts, &mut figure.panels, "figure"),
                _ => {
                    if figure.every.is_some() {
                        self.twice(
                            &first,
                            "this figure says twice how far apart its points are",
                            "leave one of them away",
                        );
                    }
                    let mut parts = self.parts(first);
                    figure.every = self.next_expr(&mut parts);
                }
            }
        }
        Some(figure)
    }

    /// The axes that one word of a table or figure names.
    fn axes(&mut self, word: &Pair<'t, Rule>, mut parts: Parts<'t>, place: &mut Vec<Ident>, of: &str) {
        let name = word.as_str();
        if !place.is_empty() {
            let message = format!("this {of} says twice what its {name} are");
            self.twice(word, &message, &format!("join them: `{name} a, b`"));
        }
        place.extend(self.names(&mut parts));
    }

    pub(super) fn twice(&mut self, word: &Pair<'t, Rule>, message: &str, help: &str) {
        let found = Diagnostic::error("syntax", message).label(self.span(word), "the second time");
        self.diagnostics.push(found.help(help));
    }
}
