//! Expressions to values. Owns names, arithmetic, calls and pipes; what a call of a tensor function builds is `elaborate.rs`.

mod alias;
mod arithmetic;
mod call;

use super::builder::Builder;
use super::checker::Checker;
use super::evaluator::{Evaluator, not_a_tensor};
use super::value::{Bound, RowCall, Spanned, Val, Word};
use crate::builtin::{self, Value};
use crate::diagnostic::Diagnostic;
use crate::hir::Amount;
use crate::span::{Ident, Span};
use crate::syntax::ast::{Expr, ExprNode, Item, UnaryOp, Unit};
use std::rc::Rc;

/// Expressions inside each other: a chain of one text has 512 links, and blocks may stand in blocks.
const MAX_DEPTH: usize = 1500;

/// Expressions outside every network.
impl Checker<'_> {
    /// The value of `expr`; an unknown word is left to its user.
    pub fn eval(&self, file: usize, vars: Bound, expr: &Expr) -> Val {
        Evaluator { cx: self, file, vars, builder: &mut Builder::default() }.eval(expr)
    }

    /// The value of `expr`, an unknown word reported.
    pub fn known(&self, file: usize, vars: Bound, expr: &Expr) -> Val {
        self.settle(self.eval(file, vars, expr))
    }

    /// Reports a word that turned out to be a name.
    pub fn settle(&self, val: Val) -> Val {
        match val {
            Val::Word(word) => self.poison(self.unknown_name(&word)),
            other => other,
        }
    }
}

impl<'a> Evaluator<'_, 'a> {
    /// The value of `expr`. A word that names nothing comes back as [`Val::Word`]: only its user knows whether one is due.
    pub fn eval(&mut self, expr: &'a Expr) -> Val {
        let depth = self.cx.depth.get();
        if depth >= MAX_DEPTH {
            let message = format!("blocks and aliases lead more than {MAX_DEPTH} expressions deep");
            return self.fail(
                Diagnostic::error("too-deep", message)
                    .label(expr.span, "the last that is read")
                    .help("let blocks and aliases stand for less of one another"),
            );
        }
        self.cx.depth.set(depth + 1);
        let val = self.value(expr);
        self.cx.depth.set(depth);
        val
    }

    fn value(&mut self, expr: &'a Expr) -> Val {
        match &expr.node {
            ExprNode::Int(i) => Val::Plain(Value::Int(*i)),
            ExprNode::Float(x, _) => Val::Plain(Value::Float(*x)),
            ExprNode::Length(count, unit) => self.length(count, unit),
            ExprNode::Bool(b) => Val::Plain(Value::Bool(*b)),
            ExprNode::String(t) => Val::Plain(Value::Text(t.clone())),
            ExprNode::Name(name) => self.name(name, expr.span),
            ExprNode::List(items) => {
                Val::List(items.iter().map(|e| Spanned { val: self.eval(e), span: e.span }).collect())
            }
            ExprNode::Tuple(items) => self.tuple(items),
            ExprNode::Call(callee, args) => self.call(callee, args, expr.span),
            ExprNode::Index(base, index) => self.index(base, index, expr.span),
            ExprNode::Member(base, member) => self.member(base, member),
            ExprNode::Unary(UnaryOp::Neg, operand) => self.negate(operand, expr.span),
            ExprNode::Binary(op, left, right) => match self.cx.dashed(self.file, &self.vars, expr) {
                Some(found) => self.fail(found),
                None => self.binary(*op, left, right, expr.span),
            },
            ExprNode::Pipe(left, right) => self.pipe(left, right, expr.span),
        }
    }

    /// Like [`eval`](Self::eval), with an unknown word reported.
    pub fn known(&mut self, expr: &'a Expr) -> Val {
        let val = self.eval(expr);
        self.settle(val)
    }

    fn name(&mut self, name: &str, span: Span) -> Val {
        if let Some(val) = self.vars.get(name) {
            return val.clone();
        }
        if let Some(id) = self.cx.program.files[self.file].scope.get(name) {
            return self.item(*id, span);
        }
        if builtin::find(name).next().is_some() {
            return builtin_row(name, span);
        }
        // An item whose own text was wrong: that was reported.
        if self.cx.program.broken.contains(name) {
            return Val::Poison;
        }
        let locals = self.vars.keys().cloned().collect();
        Val::Word(Rc::new(Word { text: name.into(), span, file: self.file, inside: self.inside(), locals }))
    }

    /// `100 epochs`.
    fn length(&mut self, count: &'a Expr, unit: &crate::span::Spanned<Unit>) -> Val {
        let number = match self.eval(count) {
            Val::Plain(Value::Int(i)) => i as f64,
            Val::Plain(Value::Float(x)) => x,
            _ => return Val::Poison,
        };
        let length = Amount { count: number, unit: unit.node };
        let before = self.cx.count();
        let sound = super::settings::bounded(self.cx, length, count.span.to(unit.span), "a length");
        self.relocate(before);
        sound.map_or(Val::Poison, Val::Length)
    }

    fn tuple(&mut self, items: &'a [Expr]) -> Val {
        let mut nodes = vec![];
        for item in items {
            match self.known(item) {
                Val::Tensor(node) => nodes.push(node),
                Val::Tuple(more) => nodes.extend(more),
                Val::Poison => return Val::Poison,
                other => return self.fail(not_a_tensor(&other, item.span)),
            }
        }
        Val::Tuple(nodes)
    }

    fn index(&mut self, base: &'a Expr, index: &'a Expr, span: Span) -> Val {
        match (self.known(base), self.known(index)) {
            (Val::Poison, _) | (_, Val::Poison) => Val::Poison,
            (Val::List(items), Val::Plain(Value::Int(i))) => match usize::try_from(i).ok().and_then(|i| items.get(i)) {
                Some(item) => item.val.clone(),
                None => self.fail(
                    Diagnostic::value_error(
                        "out-of-range",
                        format!("the list has {} entries; there is no entry {i}", items.len()),
                    )
                    .label(span, "counted from 0"),
                ),
            },
            (other, _) => self.fail(
                Diagnostic::error("not-indexable", format!("{} cannot be indexed here", other.noun()))
                    .label(span, "an index")
                    .help("lists have entries; `head[k]` is for schedules"),
            ),
        }
    }

    /// `data.classes`: facts of a dataset.
    fn member(&mut self, base: &'a Expr, member: &Ident) -> Val {
        let val = self.known(base);
        if matches!(val, Val::Poison) {
            return val;
        }
        let Val::Item(item) = val else {
            return self.fail(
                Diagnostic::error("unknown-member", format!("there is no `.{}` here", member.node))
                    .label(member.span, "only a dataset has parts")
                    .help("`data.classes` is the number of classes of a dataset's target"),
            );
        };
        let Item::Dataset(dataset) = self.cx.program.item(item.id) else {
            return self.fail(
                Diagnostic::error("unknown-member", format!("only a dataset has parts such as `.{}`", member.node))
                    .label(member.span, "no such part"),
            );
        };
        let Some(bound) = super::args::bind(self.cx, item.id, &item.args, item.span) else { return Val::Poison };
        match (member.node.as_str(), super::data::classes(self.cx, item.id, dataset, &bound)) {
            ("classes", Some(classes)) => Val::Plain(Value::Int(classes as i64)),
            ("classes", None) => self.fail(
                Diagnostic::error(
                    "unknown-member",
                    format!("`{}` has no target with classes", dataset.header.name.node),
                )
                .label(member.span, "how many classes?"),
            ),
            (other, _) => self.fail(
                Diagnostic::error("unknown-member", format!("a dataset has no part `{other}`"))
                    .label(member.span, "no such part")
                    .help("a dataset has `classes`"),
            ),
        }
    }

    /// `x |> f` passes a tensor through; `f |> g` is a function; `x |> add(y)` puts `x` in front.
    fn pipe(&mut self, left: &'a Expr, right: &'a Expr, span: Span) -> Val {
        let first = self.known(left);
        let second = match &right.node {
            ExprNode::Call(callee, args) if first.is_tensor() => self.callee(callee, args, right.span),
            _ => self.known(right),
        };
        match (first, second) {
            (Val::Poison, _) | (_, Val::Poison) => Val::Poison,
            (x, Val::Row(row)) if x.is_tensor() => self.apply_row(&row, vec![Spanned { val: x, span: left.span }]),
            (x, f) if x.is_tensor() => match self.function(f, right.span) {
                Some(f) => self.apply(&f, vec![Spanned { val: x, span: left.span }], span),
                None => Val::Poison,
            },
            (f, g) => self.compose(f, g, left.span, right.span),
        }
    }
}

fn builtin_row(name: &str, span: Span) -> Val {
    Val::Row(Rc::new(RowCall { word: name.into(), args: vec![], word_span: span, span }))
}
