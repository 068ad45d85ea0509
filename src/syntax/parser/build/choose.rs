//! The statement `choose` of experiments.

use super::{Builder, Parts, next};
use crate::ast::{Choose, Dimension, Halving};
use crate::parser::Rule;
use crate::span::{Ident, Span};
use pest::iterators::Pair;

impl<'t> Builder<'_, 't> {
    pub(super) fn choose(&mut self, mut parts: Parts<'t>, span: Span) -> Option<Choose> {
        let mut dimensions = vec![];
        while let Some(dimension) = next(&mut parts, Rule::dimension) {
            dimensions.push(self.dimension(dimension)?);
        }
        let mut of: Vec<Ident> = vec![];
        while let Some(label) = next(&mut parts, Rule::label) {
            of.push(self.label(label)?);
        }
        let mut choose =
            Choose { dimensions, of, trials: None, seeds: None, by: None, sampler: None, halving: None, span };
        for part in parts {
            self.clause(part, &mut choose)?;
        }
        Some(choose)
    }

    fn dimension(&mut self, pair: Pair<'t, Rule>) -> Option<Dimension> {
        let mut parts = self.parts(pair);
        Some(Dimension { name: self.name(&mut parts)?, values: self.next_expr(&mut parts)? })
    }

    /// `trials 24`, `seeds 2`, `by validation_loss`, `sampler random`, `halving 3 from 5 epochs`.
    fn clause(&mut self, pair: Pair<'t, Rule>, choose: &mut Choose) -> Option<()> {
        let clause = self.parts(pair).next()?;
        let (rule, span) = (clause.as_rule(), self.span(&clause));
        let again = match rule {
            Rule::trials => choose.trials.is_some(),
            Rule::seeds => choose.seeds.is_some(),
            Rule::judged => choose.by.is_some(),
            Rule::halving => choose.halving.is_some(),
            _ => choose.sampler.is_some(),
        };
        if again {
            let word = clause.as_str().split_whitespace().next().unwrap_or_default();
            let message = format!("this search says twice what its `{word}` is");
            self.twice(&clause, &message, "leave one of them away");
        }
        let mut parts = self.parts(clause);
        match rule {
            Rule::trials => choose.trials = Some(self.next_expr(&mut parts)?),
            Rule::seeds => choose.seeds = Some((self.next_expr(&mut parts)?, span)),
            Rule::judged => choose.by = Some(self.measure(&mut parts)?),
            Rule::halving => {
                let factor = self.next_expr(&mut parts)?;
                let from = next(&mut parts, Rule::amount)?;
                choose.halving = Some(Halving { factor, from: self.amount(from)?, span });
            }
            _ => choose.sampler = Some(self.name(&mut parts)?),
        }
        Some(())
    }
}
