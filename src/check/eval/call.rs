//! Calls: of items and builtins, whose arguments add up, and of layers, which take tensors.

use crate::builtin;
use crate::check::evaluator::{Evaluator, not_a_tensor};
use crate::check::value::{ArgVal, ItemRef, RowCall, Spanned, Val};
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::syntax::ast::{Arg, Expr, ExprNode};
use std::rc::Rc;

impl<'a> Evaluator<'_, 'a> {
    pub fn args(&mut self, args: &'a [Arg]) -> Vec<ArgVal> {
        args.iter()
            .map(|arg| ArgVal { name: arg.name.clone(), val: self.eval(&arg.value), span: arg.value.span })
            .collect()
    }

    pub(super) fn call(&mut self, callee: &'a Expr, args: &'a [Arg], span: Span) -> Val {
        match self.callee(callee, args, span) {
            Val::Row(row) if row.args.iter().any(of_tensors) => self.listed(&row.word, &row.args),
            Val::Row(row) if self.inside() && row.args.iter().any(is_module) => self.unapplied(&row.args),
            // What is wrong was said: a tensor that is none is no argument of another kind.
            Val::Row(row) if self.inside() && row.args.iter().any(|a| matches!(a.val, Val::Poison)) => Val::Poison,
            Val::Item(item) if self.inside() && item.args.iter().any(|a| matches!(a.val, Val::Poison)) => Val::Poison,
            Val::Row(row) if row.args.iter().any(|a| a.val.is_tensor()) => self.apply_row(&row, vec![]),
            Val::Item(item) if item.args.iter().any(|a| a.val.is_tensor()) => self.apply_item(&item),
            other => other,
        }
    }

    /// A call before tensors among its arguments are passed through it: a pipe adds its left side first.
    pub(super) fn callee(&mut self, callee: &'a Expr, args: &'a [Arg], span: Span) -> Val {
        let function = match &callee.node {
            ExprNode::Name(name) => self.called(name, callee.span),
            _ => self.known(callee),
        };
        let args = self.args(args);
        match function {
            Val::Poison => Val::Poison,
            Val::Item(item) => {
                let args = [item.args.clone(), args].concat();
                Val::Item(Rc::new(ItemRef { args, span, ..ItemRef::clone(&item) }))
            }
            // `linear(3)(x)`: the second call passes tensors only.
            Val::Row(row) => {
                let args = [row.args.clone(), args].concat();
                Val::Row(Rc::new(RowCall { word: row.word.clone(), args, word_span: row.word_span, span }))
            }
            Val::Function(function) => match self.tensors(args) {
                Some(inputs) => self.apply(&function, inputs, span),
                None => Val::Poison,
            },
            other => self.fail(self.not_a_function(callee, &other)),
        }
    }

    /// `mean(joint)`: a module where its result is meant.
    fn unapplied(&self, args: &[ArgVal]) -> Val {
        let Some(module) = args.iter().find(|arg| is_module(arg)) else { return Val::Poison };
        let text = self.cx.program.sources.text(module.span);
        let message = format!("a tensor is needed here, `{text}` is a layer");
        let help = format!("apply it to a tensor: `{text}(x)`");
        self.fail(Diagnostic::type_error("wrong-type", message).label(module.span, "a layer").help(help))
    }

    /// `concat([a, b])`: tensors are given side by side.
    fn listed(&self, word: &str, args: &[ArgVal]) -> Val {
        let Some(list) = args.iter().find(|arg| of_tensors(arg)) else { return Val::Poison };
        let text = self.cx.program.sources.text(list.span);
        let inner = text.trim_start_matches('[').trim_end_matches(']').trim().to_string();
        self.fail(
            Diagnostic::type_error("wrong-type", format!("`{word}` takes tensors side by side, not a list of them"))
                .label(list.span, "a list of tensors")
                .help(format!("leave the brackets away: `{word}({inner})`"))
                .fix(list.span, inner),
        )
    }

    fn not_a_function(&self, callee: &Expr, val: &Val) -> Diagnostic {
        let what = self.cx.program.sources.text(callee.span);
        let message = format!("`{what}` is {}; it cannot be called", val.noun());
        let declared = self.builder.declared.get(what).filter(|_| builtin::find(what).next().is_some());
        match declared {
            // A name of one's own hides the builtin that is meant.
            Some(declared) => Diagnostic::error("not-a-function", format!("{message}; it hides the builtin `{what}`"))
                .label(*declared, "declared here")
                .label(callee.span, val.noun())
                .help("give it another name"),
            None => Diagnostic::error("not-a-function", message).label(callee.span, val.noun()).help(
                "modules, blocks, layers and ops can be called; two values side by side need an operator or a comma",
            ),
        }
    }

    /// A name that is called: an item or a builtin, where the plain value of that name cannot be (`fresh(fresh)`).
    fn called(&mut self, name: &str, span: Span) -> Val {
        let plain = matches!(self.vars.get(name), Some(Val::Plain(_) | Val::Length(_) | Val::List(_) | Val::Word(_)));
        let hidden = if plain { self.vars.remove(name) } else { None };
        let called = self.name(name, span);
        let Some(hidden) = hidden else { return self.settle(called) };
        self.vars.insert(name.into(), hidden.clone());
        if matches!(called, Val::Word(_)) { self.settle(hidden) } else { called }
    }

    /// The arguments as tensors, where all are.
    fn tensors(&mut self, args: Vec<ArgVal>) -> Option<Vec<Spanned>> {
        let mut inputs = vec![];
        for arg in args {
            match self.settle(arg.val) {
                Val::Poison => return None,
                val if val.is_tensor() => inputs.push(Spanned { val, span: arg.span }),
                other => {
                    self.fail(not_a_tensor(&other, arg.span));
                    return None;
                }
            }
        }
        Some(inputs)
    }
}

fn of_tensors(arg: &ArgVal) -> bool {
    matches!(&arg.val, Val::List(items) if !items.is_empty() && items.iter().all(|item| item.val.is_tensor()))
}

fn is_module(arg: &ArgVal) -> bool {
    matches!(&arg.val, Val::Function(_)) && arg.name.is_none()
}
