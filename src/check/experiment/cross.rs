//! Cross-validation: how test samples are dealt to parts, and whether the data of every arm can be.

use super::ExperimentChecker;
use crate::check::unknown::{Noun, unknown_of};
use crate::diagnostic::Diagnostic;
use crate::hir::{self, Cross, Deal, Kept, SplitRule};
use crate::span::{Ident, Span};
use crate::split::SplitName;
use crate::syntax::ast::{Arg, ExperimentStmt, Expr, ExprNode, Parts};

const MAX_PARTS: i64 = 1000;

impl ExperimentChecker<'_> {
    /// `cross 5, by: subject`
    pub(super) fn cross(&self) -> Option<Crossing> {
        let mut found = self.experiment.body.iter().filter_map(|stmt| match stmt {
            ExperimentStmt::Cross { parts, options, span } => Some((parts, options, *span)),
            _ => None,
        });
        let (parts, options, span) = found.next()?;
        if let Some((.., again)) = found.next() {
            let twice = Diagnostic::error("declared-twice", "`cross` is declared twice");
            self.cx.report(twice.label(again, "again here").label(span, "first here"));
        }
        let (deal, named) = match parts {
            Parts::Each(group) => {
                if let Some(option) = options.first() {
                    self.cx.report(
                        Diagnostic::type_error("unknown-argument", "`cross each` has no options")
                            .label(option.value.span, "not here")
                            .help("its parts are the groups that it names: write `cross 5, by: subject` for parts of several groups"),
                    );
                }
                (Deal::Each(group.node.clone()), vec![group.clone()])
            }
            Parts::Into(count) => {
                let (kept, named) = self.kept(options);
                (Deal::Into { parts: self.part_count(count).unwrap_or(2), kept }, named)
            }
        };
        Some(Crossing { cross: Cross { deal, span, groups: vec![] }, named })
    }

    fn part_count(&self, count: &Expr) -> Option<usize> {
        if let ExprNode::Name(name) = &count.node
            && !self.vars.contains_key(name)
        {
            let message = format!("`cross` deals samples to a number of parts, and `{name}` is none");
            let found = Diagnostic::name_error("unknown-name", message).label(count.span, "not a number");
            let help = format!(
                "one part for each group is `cross each {name}`, five parts of whole groups `cross 5, by: {name}`"
            );
            self.cx.report(found.help(help).fix(count.span, format!("each {name}")));
            return None;
        }
        let wanted = format!("`cross` deals samples to 2 to {MAX_PARTS} parts");
        let help = "`cross 5` makes five parts, `cross each subject` one for each group";
        self.whole(count, 2..=MAX_PARTS, &wanted, help).map(|n| n as usize)
    }

    /// What no part cuts through, and the groups that are named for it.
    fn kept(&self, options: &[Arg]) -> (Kept, Vec<Ident>) {
        let (mut kept, mut named) = (Kept::Groups, vec![]);
        for option in options {
            match (option.name.as_ref().map(|n| n.node.as_str()), &option.value.node, groups(&option.value)) {
                (Some("by"), _, Some(groups)) => {
                    kept = Kept::These(groups.iter().map(|group| group.node.clone()).collect());
                    named = groups;
                }
                (Some("grouped"), ExprNode::Bool(true), _) => {}
                (Some("grouped"), ExprNode::Bool(false), _) => kept = Kept::Nothing,
                (name, value, _) => {
                    let help = match (name, value) {
                        (Some("by"), ExprNode::String(text)) => {
                            format!("names of groups stand without quotes: write `by: {text}`")
                        }
                        (Some("stratified"), _) => {
                            "leave it out: parts are as near to equal shares of classes as groups allow".to_string()
                        }
                        _ => "write `cross 5, by: subject`, or `by: [subject, site]`".to_string(),
                    };
                    let message = "`cross` has two options, `by: GROUP` and `grouped: false`";
                    let found = Diagnostic::type_error("unknown-argument", message);
                    self.cx.report(found.label(option.value.span, "not that").help(help));
                }
            }
        }
        (kept, named)
    }

    /// Lets the test samples of a pipeline go round, and those of what it starts from on the same data.
    pub(super) fn crossed(&self, crossing: &Crossing, pipeline: &mut hir::Pipeline) {
        let is_tested = pipeline.data.splits.iter().any(|split| split.name == SplitName::TEST);
        // Where it cannot go round, and is not there, what names it is not wrong, too.
        if !self.can_cross(crossing, &pipeline.data) && is_tested {
            return;
        }
        let name = pipeline.data.name.clone();
        round(&crossing.cross, &mut pipeline.data);
        for start in &mut pipeline.starts {
            if start.pipeline.data.name == name {
                let mut other = (*start.pipeline).clone();
                self.crossed(crossing, &mut other);
                start.pipeline = other.into();
            }
        }
    }

    fn can_cross(&self, Crossing { cross, named }: &Crossing, data: &hir::Dataset) -> bool {
        let declared: Vec<String> = data.groups.iter().map(|group| group.name.clone()).collect();
        if let Some(name) = named.iter().find(|name| !declared.contains(&name.node)) {
            let found = unknown_of(Noun::Group, &name.node, name.span, &declared).label(data.span, "of this dataset");
            let (name, word) = (&name.node, "declare it");
            self.cx.report(match declared.is_empty() {
                true => found.help(format!("{word}: `group {name} = npz(\"{name}\")`")),
                false => found,
            });
            return false;
        }
        let own = data.splits.iter().find(|split| split.name == SplitName::TEST);
        let others = data.splits.iter().filter(|split| split.name != SplitName::TEST);
        let apart = |rule: &SplitRule| {
            matches!(rule, SplitRule::Key { .. } | SplitRule::Names { .. } | SplitRule::Fresh { .. })
        };
        let keyed = |rule: &SplitRule| matches!(rule, SplitRule::Key { .. } | SplitRule::Names { .. });
        let of_own = own.filter(|split| split.rule.parts().iter().any(apart));
        let wrong = of_own.or_else(|| others.clone().find(|split| split.rule.parts().iter().any(keyed)));
        let shares = own.into_iter().chain(others).any(|split| split.rule.parts().iter().any(|rule| !apart(rule)));
        let found = match wrong {
            Some(split) => {
                Diagnostic::error("bad-split", format!("`cross` cannot share out what split `{}` has", split.name))
                    .label(split.span, format!("`{}`: samples of its own", split.rule))
            }
            None if shares => return true,
            None => Diagnostic::error("bad-split", "`cross` has nothing to share out")
                .label(data.span, "no split shares samples"),
        };
        self.cx.report(found.label(cross.span, "deals the samples of one table to parts").help(
            "it deals what the splits `random`, `rest`, `rows`, `where` and `indices` share; samples with a key or a list of names, and those \
             of `fresh`, stay what they are: leave `cross` away, or put the samples into one table",
        ));
        false
    }
}

/// What an experiment says of its test samples, and the groups that it names.
pub struct Crossing {
    pub cross: Cross,
    named: Vec<Ident>,
}

fn round(cross: &Cross, data: &mut hir::Dataset) {
    let deal = cross.deal.clone();
    match data.splits.iter_mut().find(|split| split.name == SplitName::TEST) {
        Some(split) => {
            let own = Some(Box::new(split.rule.clone()));
            (split.rule, split.counted, split.span) = (SplitRule::Part { deal, own }, None, cross.span);
        }
        None => {
            let (name, rule) = (SplitName::TEST, SplitRule::Part { deal, own: None });
            data.splits.push(hir::Split { name, rule, counted: None, span: cross.span });
        }
    }
}

/// `subject`, `[subject, site]`
fn groups(expr: &Expr) -> Option<Vec<Ident>> {
    let one = |name: &str, span: Span| Ident::new(name.to_string(), span);
    match &expr.node {
        ExprNode::Name(name) => Some(vec![one(name, expr.span)]),
        ExprNode::List(items) if !items.is_empty() => {
            let names = items.iter().map(groups).collect::<Option<Vec<_>>>()?;
            Some(names.into_iter().flatten().collect())
        }
        _ => None,
    }
}
