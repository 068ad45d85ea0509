//! Items by name: an alias is what it stands for.

use crate::check::evaluator::Evaluator;
use crate::check::names::ItemId;
use crate::check::value::{Bound, ItemRef, Val};
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::syntax::ast::{Alias, ExprNode, Item};
use std::rc::Rc;

/// Aliases that stand for one another.
const MAX_ALIASES: usize = 64;

impl<'a> Evaluator<'_, 'a> {
    /// An item by name; an alias is what it stands for.
    pub fn item(&mut self, id: ItemId, span: Span) -> Val {
        let Item::Alias(alias) = self.cx.program.item(id) else {
            return Val::Item(Rc::new(ItemRef { id, args: vec![], named: span, span, allow: vec![] }));
        };
        if let Some(start) = self.builder.aliases.iter().position(|open| *open == id) {
            return self.cx.poison(self.endless(&self.builder.aliases[start..]));
        }
        if self.builder.aliases.len() >= MAX_ALIASES {
            return self.cx.poison(self.too_deep(alias, id));
        }
        self.builder.aliases.push(id);
        let mut inner = Evaluator { cx: self.cx, file: id.file, vars: Bound::new(), builder: &mut *self.builder };
        let val = inner.known(&alias.value);
        self.builder.aliases.pop();
        match val {
            Val::Item(item) if self.cx.program.item(item.id).kind() == Some(alias.kind.node) => {
                let allow = [alias.header.allowed(), item.allow.clone()].concat();
                Val::Item(Rc::new(ItemRef { named: span, span, allow, ..ItemRef::clone(&item) }))
            }
            Val::Poison => Val::Poison,
            other => {
                let found = match &other {
                    Val::Item(item) => format!("a {}", self.cx.program.item(item.id).noun()),
                    other => other.noun().into(),
                };
                let kind = alias.kind.node.name();
                let message = format!("`{}` is declared as a {kind}, its value is {found}", alias.header.name.node);
                self.cx.poison(
                    Diagnostic::type_error("wrong-kind", message)
                        .label(alias.value.span, found)
                        .label(alias.kind.span, "declared here"),
                )
            }
        }
    }

    /// Too many aliases that stand for one another. Of a longer row it is said once: what stands for an alias of which it is said
    /// follows from that.
    fn too_deep(&self, alias: &Alias, id: ItemId) -> Diagnostic {
        let name = &alias.header.name;
        let callee = if let ExprNode::Call(callee, _) = &alias.value.node { callee } else { &alias.value };
        let scope = &self.cx.program.files[id.file].scope;
        let next = if let ExprNode::Name(next) = &callee.node { scope.get(next) } else { None };
        let next = next.and_then(|next| self.cx.program.item(*next).header()).map(|header| header.name.span);
        let message = format!("more than {MAX_ALIASES} aliases stand for one another, down to `{}`", name.node);
        Diagnostic::error("too-deep", message)
            .label(name.span, format!("{MAX_ALIASES} aliases lead here"))
            .help("let them stand for the item itself")
            .follows(next)
    }

    /// A cycle of aliases, said of its first member, from wherever it was entered.
    fn endless(&self, cycle: &[ItemId]) -> Diagnostic {
        let first = cycle.iter().enumerate().min_by_key(|(_, id)| **id).map_or(0, |(place, _)| place);
        let names = cycle.iter().cycle().skip(first).filter_map(|id| self.cx.program.item(*id).header());
        let mut names = names.map(|header| &header.name).take(cycle.len());
        let Some(name) = names.next() else { unreachable!("a cycle has a member, and aliases have headers") };
        let message = format!("`{}` stands for itself", name.node);
        let diagnostic = Diagnostic::error("endless-alias", message).label(name.span, "in its own value");
        names.fold(diagnostic, |diagnostic, through| diagnostic.label(through.span, "by way of this"))
    }
}
