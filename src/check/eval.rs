//! Expressions to values. Owns names, arithmetic, calls and pipes; what a call of a tensor function builds is `elaborate.rs`.

use super::Checker;
use super::elaborate::Builder;
use super::names::ItemId;
use super::value::{ArgVal, Bound, ItemRef, RowCall, Spanned, Val, Word};
use crate::builtin::{self, Value};
use crate::diagnostic::{Diagnostic, Label};
use crate::shape::Dim;
use crate::span::{Ident, Span};
use crate::syntax::ast::{Arg, BinaryOp, Expr, ExprNode, Item, UnaryOp};
use std::rc::Rc;

/// Evaluates expressions of one file with some names bound, adding to one network.
pub struct Evaluator<'c, 'a> {
    pub cx: &'c Checker<'a>,
    pub file: usize,
    pub vars: Bound,
    pub builder: &'c mut Builder<'a>,
}

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
        match &expr.node {
            ExprNode::Int(i) => Val::Plain(Value::Int(*i)),
            ExprNode::Float(x, _) => Val::Plain(Value::Float(*x)),
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
            ExprNode::Binary(op, left, right) => self.binary(*op, left, right, expr.span),
            ExprNode::Pipe(left, right) => self.pipe(left, right, expr.span),
        }
    }

    /// Like [`eval`](Self::eval), with an unknown word reported.
    pub fn known(&mut self, expr: &'a Expr) -> Val {
        let val = self.eval(expr);
        self.settle(val)
    }

    /// Reports a word that turned out to be a name.
    pub fn settle(&self, val: Val) -> Val {
        match val {
            Val::Word(word) => self.fail(self.cx.unknown_name(&word)),
            other => other,
        }
    }

    /// Reports from inside an instantiated library block at the user's call first.
    pub fn fail(&self, diagnostic: Diagnostic) -> Val {
        self.cx.poison(self.at_call(diagnostic))
    }

    fn at_call(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        let library = |span: Span| self.cx.program.is_library(span);
        if library(diagnostic.span()) {
            if let Some(call) = self.builder.calls.iter().rev().find(|span| !library(**span)) {
                diagnostic.blame(*call);
            }
        } else if let Some(call) = self.builder.calls.last() {
            let shown = |label: &Label| {
                label.span.source == call.source && label.span.start >= call.start && label.span.end <= call.end
            };
            if !diagnostic.labels.iter().any(shown) {
                diagnostic = diagnostic.label(*call, "asked for here");
            }
        }
        diagnostic
    }

    /// Shows what was reported since `before` at the user's call first, as [`fail`](Self::fail) does.
    pub fn relocate(&self, before: usize) {
        let found = self.cx.diagnostics.borrow_mut().split_off(before);
        found.into_iter().for_each(|diagnostic| self.cx.report(self.at_call(diagnostic)));
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

    /// An item by name; an alias is what it stands for.
    pub fn item(&mut self, id: ItemId, span: Span) -> Val {
        let Item::Alias(alias) = self.cx.program.item(id) else {
            return Val::Item(Rc::new(ItemRef { id, args: vec![], span, allow: vec![] }));
        };
        if self.builder.aliases.contains(&id) {
            let name = &alias.header.name;
            let message = format!("`{}` stands for itself", name.node);
            return self.cx.poison(Diagnostic::error("endless-alias", message).label(name.span, "in its own value"));
        }
        self.builder.aliases.push(id);
        let mut inner = Evaluator { cx: self.cx, file: id.file, vars: Bound::new(), builder: &mut *self.builder };
        let val = inner.known(&alias.value);
        self.builder.aliases.pop();
        match val {
            Val::Item(item) if super::args::kind_of(self.cx.program.item(item.id)) == alias.kind.node.name() => {
                let allow = [alias.header.allowed(), item.allow.clone()].concat();
                Val::Item(Rc::new(ItemRef { span, allow, ..ItemRef::clone(&item) }))
            }
            Val::Poison => Val::Poison,
            other => {
                let found = match &other {
                    Val::Item(item) => format!("a {}", super::args::kind_of(self.cx.program.item(item.id))),
                    other => other.noun().into(),
                };
                let kind = alias.kind.node.name();
                let message = format!("`{}` is declared as a {kind}, its value is {found}", alias.header.name.node);
                self.cx.poison(
                    Diagnostic::error("wrong-kind", message)
                        .label(alias.value.span, found)
                        .label(alias.kind.span, "declared here"),
                )
            }
        }
    }

    /// Whether this is inside a network or block.
    fn inside(&self) -> bool {
        self.builder.owner.is_some() || !self.builder.nodes.is_empty()
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

    pub fn args(&mut self, args: &'a [Arg]) -> Vec<ArgVal> {
        args.iter()
            .map(|arg| ArgVal { name: arg.name.clone(), val: self.eval(&arg.value), span: arg.value.span })
            .collect()
    }

    fn call(&mut self, callee: &'a Expr, args: &'a [Arg], span: Span) -> Val {
        match self.callee(callee, args, span) {
            Val::Row(row) if self.inside() && row.args.iter().any(|a| matches!(a.val, Val::Poison)) => Val::Poison,
            Val::Row(row) if row.args.iter().any(|a| a.val.is_tensor()) => self.apply_row(&row, vec![]),
            Val::Item(item) if item.args.iter().any(|a| a.val.is_tensor()) => self.apply_item(&item),
            other => other,
        }
    }

    /// A call before tensors among its arguments are passed through it: a pipe adds its left side first.
    fn callee(&mut self, callee: &'a Expr, args: &'a [Arg], span: Span) -> Val {
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
            other => {
                let what = self.cx.program.sources.text(callee.span).to_string();
                self.fail(
                    Diagnostic::error("not-a-function", format!("`{what}` is {}; it cannot be called", other.noun()))
                        .label(callee.span, other.noun())
                        .help("modules, blocks, layers and ops can be called; two values side by side need an operator or a comma"),
                )
            }
        }
    }

    /// A name that is called: an item or a builtin, where the plain value of that name cannot be (`fresh(fresh)`).
    fn called(&mut self, name: &str, span: Span) -> Val {
        let plain = matches!(self.vars.get(name), Some(Val::Plain(_) | Val::List(_) | Val::Word(_)));
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

    fn index(&mut self, base: &'a Expr, index: &'a Expr, span: Span) -> Val {
        match (self.known(base), self.known(index)) {
            (Val::Poison, _) | (_, Val::Poison) => Val::Poison,
            (Val::List(items), Val::Plain(Value::Int(i))) => match usize::try_from(i).ok().and_then(|i| items.get(i)) {
                Some(item) => item.val.clone(),
                None => self.fail(
                    Diagnostic::error(
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
        let Val::Item(item) = self.known(base) else {
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

    fn negate(&mut self, operand: &'a Expr, span: Span) -> Val {
        match self.known(operand) {
            Val::Plain(Value::Int(i)) => Val::Plain(Value::Int(i.wrapping_neg())),
            Val::Plain(Value::Float(x)) => Val::Plain(Value::Float(-x)),
            Val::Plain(Value::Dim(d)) => Val::Plain(Value::Dim(Dim::constant(0).minus(&d))),
            val if val.is_tensor() => self.scale(val, -1.0, span),
            Val::Poison => Val::Poison,
            other => self.fail(
                Diagnostic::error("wrong-type", format!("{} has no negative", other.noun()))
                    .label(operand.span, other.noun()),
            ),
        }
    }

    fn binary(&mut self, op: BinaryOp, left: &'a Expr, right: &'a Expr, span: Span) -> Val {
        match (self.known(left), self.known(right)) {
            (Val::Poison, _) | (_, Val::Poison) => Val::Poison,
            (Val::Plain(a), Val::Plain(b)) => match arithmetic(op, &a, &b) {
                Some(value) => Val::Plain(value),
                None => self.fail(bad_arithmetic(op, &Val::Plain(a), &Val::Plain(b), span)),
            },
            (a, b) if a.is_tensor() && b.is_tensor() => {
                let inputs = vec![Spanned { val: a, span: left.span }, Spanned { val: b, span: right.span }];
                match op {
                    BinaryOp::Add => self.apply_word("add", inputs, span),
                    BinaryOp::Sub => self.apply_word("sub", inputs, span),
                    BinaryOp::Mul => self.apply_word("mul", inputs, span),
                    BinaryOp::Div | BinaryOp::And => self.fail(
                        Diagnostic::error("wrong-type", format!("tensors have no `{}`", symbol(op)))
                            .label(span, "between tensors")
                            .help("tensors have `+`, `-` and `*`, element by element"),
                    ),
                }
            }
            (a, Val::Plain(b)) if a.is_tensor() => match (op, factor(&b)) {
                (BinaryOp::Mul, Some(x)) => self.scale(a, x, span),
                (BinaryOp::Div, Some(x)) if x != 0.0 => self.scale(a, 1.0 / x, span),
                _ => self.fail(bad_arithmetic(op, &a, &Val::Plain(b), span)),
            },
            (Val::Plain(a), b) if b.is_tensor() => match (op, factor(&a)) {
                (BinaryOp::Mul, Some(x)) => self.scale(b, x, span),
                _ => self.fail(bad_arithmetic(op, &Val::Plain(a), &b, span)),
            },
            (a, b) => self.fail(bad_arithmetic(op, &a, &b, span)),
        }
    }

    fn scale(&mut self, val: Val, factor: f64, span: Span) -> Val {
        let factor = ArgVal { name: None, val: Val::Plain(Value::Float(factor)), span };
        let row = RowCall { word: "scale".into(), args: vec![factor], word_span: span, span };
        self.apply_row(&row, vec![Spanned { val, span }])
    }

    fn apply_word(&mut self, word: &str, inputs: Vec<Spanned>, span: Span) -> Val {
        self.apply_row(&RowCall { word: word.into(), args: vec![], word_span: span, span }, inputs)
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

pub fn not_a_tensor(val: &Val, span: Span) -> Diagnostic {
    Diagnostic::error("wrong-type", format!("a tensor is needed here, this is {}", val.noun()))
        .label(span, val.noun())
        .help("inputs, `let` names and calls of modules are tensors")
}

fn symbol(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::And => "&",
    }
}

fn bad_arithmetic(op: BinaryOp, left: &Val, right: &Val, span: Span) -> Diagnostic {
    let (sign, a, b) = (symbol(op), left.noun(), right.noun());
    let diagnostic =
        Diagnostic::error("wrong-type", format!("`{sign}` does not go between {a} and {b}")).label(span, "here");
    if left.is_tensor() || right.is_tensor() {
        return diagnostic.help("tensors have `+`, `-` and `*` with tensors, and `*` and `/` with numbers");
    }
    match (op, right) {
        (BinaryOp::Div, Val::Plain(Value::Int(0))) => diagnostic.help("nothing can be divided by zero"),
        _ => diagnostic,
    }
}

fn factor(value: &Value) -> Option<f64> {
    match value {
        Value::Int(i) => Some(*i as f64),
        Value::Float(x) => Some(*x),
        Value::Dim(_) | Value::Bool(_) | Value::Text(_) | Value::Name(_) | Value::List(_) => None,
    }
}

/// Whole numbers stay whole (division rounds down, as sizes do); with a fraction the result is one; with a symbol it is a size.
fn arithmetic(op: BinaryOp, left: &Value, right: &Value) -> Option<Value> {
    if let (Value::Int(a), Value::Int(b)) = (left, right) {
        return match op {
            BinaryOp::Add => a.checked_add(*b),
            BinaryOp::Sub => a.checked_sub(*b),
            BinaryOp::Mul => a.checked_mul(*b),
            BinaryOp::Div => (*b != 0).then(|| a.div_euclid(*b)),
            BinaryOp::And => None,
        }
        .map(Value::Int);
    }
    if let (Some(a), Some(b)) = (factor(left), factor(right)) {
        let value = match op {
            BinaryOp::Add => a + b,
            BinaryOp::Sub => a - b,
            BinaryOp::Mul => a * b,
            BinaryOp::Div => a / b,
            BinaryOp::And => return None,
        };
        return value.is_finite().then_some(Value::Float(value));
    }
    let (a, b) = (dim(left)?, dim(right)?);
    let size = match op {
        BinaryOp::Add => a.plus(&b),
        BinaryOp::Sub => a.minus(&b),
        BinaryOp::Mul => a.times(&b),
        BinaryOp::Div => a.over(&b)?,
        BinaryOp::And => return None,
    };
    Some(size.value().map_or(Value::Dim(size), Value::Int))
}

pub fn dim(value: &Value) -> Option<Dim> {
    match value {
        Value::Int(i) => Some(Dim::constant(*i)),
        Value::Dim(d) => Some(d.clone()),
        Value::Float(_) | Value::Bool(_) | Value::Text(_) | Value::Name(_) | Value::List(_) => None,
    }
}
