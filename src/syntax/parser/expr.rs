//! Expressions: from the grammar's flat run of operands and operators to a tree. Owns precedence and the bound on a
//! tree's depth, so that no later stage runs out of stack.

use pest::iterators::Pair;

use super::Rule;
use super::build::{Builder, Parts, next};
use crate::ast::{Arg, BinaryOp, Expr, ExprNode, UnaryOp};
use crate::diagnostic::Diagnostic;
use crate::span::Span;

/// Levels of one expression's tree. A pipe of so many stages is deeper than any network in use.
const MAX_LEVELS: usize = 512;

/// What others put before the names of layers, losses and optimizers.
const PACKAGES: [&str; 9] = ["nn", "torch", "F", "tf", "keras", "layers", "np", "optim", "self"];

/// A tree and its height.
type Tall = (Expr, usize);

#[derive(Clone, Copy)]
enum Operator {
    Pipe,
    Binary(BinaryOp),
}

impl Operator {
    /// Binding strength.
    fn strength(self) -> u8 {
        match self {
            Operator::Pipe => 0,
            Operator::Binary(BinaryOp::And) => 1,
            Operator::Binary(BinaryOp::Range) => 2,
            Operator::Binary(BinaryOp::Add | BinaryOp::Sub) => 3,
            Operator::Binary(BinaryOp::Mul | BinaryOp::Div) => 4,
            Operator::Binary(BinaryOp::Repeat) => 5,
            // They join what stands in the brackets of a call by themselves.
            Operator::Binary(BinaryOp::Equal | BinaryOp::Unequal | BinaryOp::In | BinaryOp::NotIn) => 6,
        }
    }

    fn join(self, (left, a): Tall, (right, b): Tall) -> Tall {
        let span = left.span.to(right.span);
        let (left, right) = (Box::new(left), Box::new(right));
        let node = match self {
            Operator::Pipe => ExprNode::Pipe(left, right),
            Operator::Binary(op) => ExprNode::Binary(op, left, right),
        };
        (Expr { node, span }, a.max(b) + 1)
    }
}

impl<'t> Builder<'_, 't> {
    pub(super) fn expr(&mut self, pair: Pair<'t, Rule>) -> Option<Expr> {
        self.tall(pair).map(|(expr, _)| expr)
    }

    /// Left-associative precedence with two stacks; all operators of greater or equal strength are joined first.
    fn tall(&mut self, pair: Pair<'t, Rule>) -> Option<Tall> {
        let whole = self.span(&pair);
        let mut parts = self.parts(pair);
        let mut operands = vec![self.operand(&mut parts)?];
        let mut operators: Vec<Operator> = Vec::new();
        while let Some(mark) = parts.next() {
            let operator = self.operator(&mark)?;
            while let Some(last) = operators.pop_if(|last| last.strength() >= operator.strength()) {
                join_last(&mut operands, last)?;
            }
            operators.push(operator);
            operands.push(self.operand(&mut parts)?);
            // Checked at every step: a tree beyond the bound must not even be dropped.
            if operands.iter().any(|(_, height)| *height >= MAX_LEVELS) {
                return self.too_deep(whole);
            }
        }
        while let Some(last) = operators.pop() {
            join_last(&mut operands, last)?;
        }
        operands.pop()
    }

    fn too_deep(&mut self, span: Span) -> Option<Tall> {
        let message = format!("this expression has more than {MAX_LEVELS} levels");
        let found = Diagnostic::error("too-deep", message).label(span, "too long a chain");
        self.diagnostics.push(found.help("give a part of it a name: a `block` or a `let`"));
        None
    }

    fn operator(&mut self, mark: &Pair<'t, Rule>) -> Option<Operator> {
        Some(match mark.as_str() {
            "|>" => Operator::Pipe,
            "->" | "|" => {
                self.pipe_slip(mark);
                Operator::Pipe
            }
            "&" => Operator::Binary(BinaryOp::And),
            ".." => Operator::Binary(BinaryOp::Range),
            "+" => Operator::Binary(BinaryOp::Add),
            "-" => Operator::Binary(BinaryOp::Sub),
            "*" => Operator::Binary(BinaryOp::Mul),
            "/" => Operator::Binary(BinaryOp::Div),
            "**" => Operator::Binary(BinaryOp::Repeat),
            _ => return None,
        })
    }

    fn pipe_slip(&mut self, mark: &Pair<'t, Rule>) {
        let span = self.span(mark);
        let message = format!("layers are chained with `|>`, not with `{}`", mark.as_str());
        let found = Diagnostic::error("syntax", message).label(span, "write `|>`");
        self.diagnostics.push(found.help("e.g. `linear(32) |> relu`").fix(span, "|>"));
    }

    /// Signs, a primary, and what follows it directly: calls, indices, members.
    fn operand(&mut self, parts: &mut Parts<'t>) -> Option<Tall> {
        let mut signs = Vec::new();
        while let Some(sign) = next(parts, Rule::neg) {
            signs.push(self.span(&sign));
        }
        let primary = parts.next()?;
        let mut tree = self.primary(primary)?;
        if let Some(unit) = next(parts, Rule::length_unit) {
            let (unit, (number, height)) = (self.unit(&unit), tree);
            let span = number.span.to(unit.span);
            tree = (Expr { node: ExprNode::Length(Box::new(number), unit), span }, height + 1);
        }
        while let Some(suffix) = parts.next_if(|p| matches!(p.as_rule(), Rule::call | Rule::index | Rule::member)) {
            let last = suffix.as_rule() == Rule::member && parts.peek().is_none_or(|p| p.as_rule() != Rule::member);
            tree = self.suffix(tree, suffix)?;
            if last {
                tree = self.without_package(tree);
            }
        }
        if tree.1 + signs.len() > MAX_LEVELS {
            return self.too_deep(tree.0.span);
        }
        for sign in signs.into_iter().rev() {
            let span = sign.to(tree.0.span);
            tree = (Expr { node: ExprNode::Unary(UnaryOp::Neg, Box::new(tree.0)), span }, tree.1 + 1);
        }
        Some(tree)
    }

    fn suffix(&mut self, (base, height): Tall, suffix: Pair<'t, Rule>) -> Option<Tall> {
        let brackets = self.span(&suffix);
        let span = base.span.to(brackets);
        let rule = suffix.as_rule();
        let mut parts = self.parts(suffix);
        let base = Box::new(base);
        let (node, inner) = match rule {
            Rule::call => {
                let compares = matches!(&base.node, ExprNode::Name(name) if name == "where");
                let (args, inner) = if compares { self.conditions(parts)? } else { self.args(parts)? };
                (ExprNode::Call(base, args), inner)
            }
            Rule::index => {
                let value = parts.next()?;
                let within = value.as_str().trim_end();
                let (at, inner) = self.tall(value)?;
                if let ExprNode::Name(name) = &base.node
                    && matches!(name.as_str(), "fold" | "except")
                {
                    let found = Diagnostic::error("syntax", format!("a set of samples is written `{name}({within})`"));
                    let found = found.label(brackets, "brackets").help("write `(` and `)`");
                    self.diagnostics.push(found.fix(brackets, format!("({within})")));
                    let call = ExprNode::Call(base, vec![Arg { name: None, value: at }]);
                    return Some((Expr { node: call, span }, height.max(inner) + 1));
                }
                (ExprNode::Index(base, Box::new(at)), inner)
            }
            _ => (ExprNode::Member(base, self.ident(&parts.next()?)), 0),
        };
        let height = height.max(inner) + 1;
        if height > MAX_LEVELS {
            return self.too_deep(span);
        }
        Some((Expr { node, span }, height))
    }

    /// `nn.Linear` is `Linear`.
    fn without_package(&mut self, (tree, height): Tall) -> Tall {
        let ExprNode::Member(base, member) = &tree.node else { return (tree, height) };
        let mut root = &**base;
        while let ExprNode::Member(inner, _) = &root.node {
            root = inner;
        }
        let ExprNode::Name(package) = &root.node else { return (tree, height) };
        if !PACKAGES.contains(&package.as_str()) || member.node == "classes" {
            return (tree, height);
        }
        let place = Span { end: member.span.start, ..tree.span };
        let found = Diagnostic::error("syntax", format!("names stand alone, without `{package}.`"));
        self.diagnostics.push(found.label(place, "not needed").help(format!("write `{}`", member.node)).fix(place, ""));
        let node = ExprNode::Name(member.node.clone());
        (Expr { node, span: member.span }, 1)
    }

    fn args(&mut self, parts: Parts<'t>) -> Option<(Vec<Arg>, usize)> {
        let mut height = 0;
        let mut args = Vec::new();
        for part in parts {
            let mut parts = self.parts(part);
            if let Some(condition) = next(&mut parts, Rule::condition) {
                let (value, inner) = self.condition(condition)?;
                height = height.max(inner);
                args.push(Arg { name: None, value });
                continue;
            }
            let name = next(&mut parts, Rule::name).map(|p| self.ident(&p));
            let (value, inner) = self.tall(parts.next()?)?;
            height = height.max(inner);
            args.push(Arg { name, value });
        }
        Some((args, height))
    }

    /// What `where` compares: `subject = "S03"`, as others write it, is said to be `==`.
    fn conditions(&mut self, parts: Parts<'t>) -> Option<(Vec<Arg>, usize)> {
        let (mut height, mut all) = (0, Vec::new());
        for part in parts {
            let mark = part.clone().into_inner().find(|p| p.as_rule() == Rule::colon);
            let Some(mark) = mark else {
                let (args, inner) = self.args(vec![part].into_iter().peekable())?;
                height = height.max(inner);
                all.extend(args);
                continue;
            };
            let span = self.span(&mark);
            let found =
                Diagnostic::error("syntax", format!("a group is compared with `==`, not with `{}`", mark.as_str()));
            let found = found.label(span, "write `==`").help("e.g. `where(subject == \"S03\")`");
            self.diagnostics.push(found.fix(span, if mark.as_str() == ":" { " ==" } else { "==" }));
            let mut inner = part.into_inner().filter(|p| p.as_rule() != Rule::colon);
            let name = self.ident(&inner.next()?);
            let right = self.tall(inner.next()?)?;
            let left = (Expr { node: ExprNode::Name(name.node), span: name.span }, 1);
            let (value, tall) = Operator::Binary(BinaryOp::Equal).join(left, right);
            height = height.max(tall);
            all.push(Arg { name: None, value });
        }
        Some((all, height))
    }

    /// `subject in ["S03", "S07"]`
    fn condition(&mut self, pair: Pair<'t, Rule>) -> Option<Tall> {
        let mut parts = self.parts(pair);
        let name = self.ident(&next(&mut parts, Rule::name)?);
        let op = match next(&mut parts, Rule::relation)?.as_str() {
            "==" => BinaryOp::Equal,
            "!=" => BinaryOp::Unequal,
            "in" => BinaryOp::In,
            _ => BinaryOp::NotIn,
        };
        let right = self.tall(parts.next()?)?;
        let left = (Expr { node: ExprNode::Name(name.node), span: name.span }, 1);
        Some(Operator::Binary(op).join(left, right))
    }

    fn items(&mut self, pair: Pair<'t, Rule>) -> Option<(Vec<Expr>, usize)> {
        let mut height = 0;
        let mut items = Vec::new();
        for part in self.parts(pair) {
            let (item, inner) = self.tall(part)?;
            height = height.max(inner);
            items.push(item);
        }
        Some((items, height))
    }

    fn primary(&mut self, pair: Pair<'t, Rule>) -> Option<Tall> {
        let span = self.span(&pair);
        let node = match pair.as_rule() {
            Rule::number => {
                self.leading_zero(&pair, span);
                self.number(pair.as_str(), span)
            }
            Rule::string | Rule::quoted => ExprNode::String(self.string(&pair).node),
            Rule::name => self.name_or_bool(pair.as_str(), span),
            Rule::list => {
                let (items, height) = self.items(pair)?;
                return Some((Expr { node: ExprNode::List(items), span }, height + 1));
            }
            Rule::tuple => {
                let comma = pair.clone().into_inner().any(|p| p.as_rule() == Rule::comma);
                let (mut items, height) = self.items(pair)?;
                if !comma && items.len() == 1 {
                    // Parentheses leave no node, but the place they take is part of the expression's.
                    let inner = items.pop()?;
                    return Some((Expr { node: inner.node, span }, height));
                }
                return Some((Expr { node: ExprNode::Tuple(items), span }, height + 1));
            }
            _ => return None,
        };
        Some((Expr { node, span }, 1))
    }
}

fn join_last(operands: &mut Vec<Tall>, operator: Operator) -> Option<()> {
    let right = operands.pop()?;
    let left = operands.pop()?;
    operands.push(operator.join(left, right));
    Some(())
}
