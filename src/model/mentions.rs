//! Which names of an item's text mean what: an item of the program, or nothing that is declared in a file. Owns the walk
//! over a tree with its local names, as the checker evaluates it.

use crate::check::names::{ItemId, Program};
use crate::span::Span;
use crate::syntax::ast::{
    Arg, Block, BlockBody, Dataset, DatasetStmt, Expr, ExprNode, Item, Network, NetworkStmt, Param,
};
use std::collections::BTreeMap;

/// A name in an item's text that is no local one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mention<'p> {
    pub name: &'p str,
    pub span: Span,
    /// `None`: a builtin or a bare word.
    pub item: Option<ItemId>,
}

/// What an item's text mentions, and the local names it has.
#[derive(Debug, Default)]
pub struct Mentions<'p> {
    pub found: Vec<Mention<'p>>,
    pub locals: Vec<&'p str>,
}

/// Of a block, a network, a dataset or an alias. Networks name nothing else, nor do their arguments.
pub fn mentions(program: &Program, id: ItemId) -> Mentions<'_> {
    let mut walk = Walk { program, file: id.file, locals: BTreeMap::new(), found: vec![] };
    match program.item(id) {
        Item::Block(block) => walk.block(block),
        Item::Network(network) => walk.network(network),
        Item::Dataset(dataset) => walk.dataset(dataset),
        Item::Alias(alias) => walk.expr(&alias.value),
        Item::Use(_) | Item::Schedule(_) | Item::Pipeline(_) | Item::Experiment(_) => {}
    }
    Mentions { found: walk.found, locals: walk.locals.into_keys().collect() }
}

/// What a local name holds: behind a number a function of the same name can still be called (`fresh(fresh)`).
#[derive(Clone, Copy, PartialEq)]
enum Local {
    Plain,
    Function,
}

struct Walk<'p> {
    program: &'p Program,
    file: usize,
    locals: BTreeMap<&'p str, Local>,
    found: Vec<Mention<'p>>,
}

impl<'p> Walk<'p> {
    fn params(&mut self, params: &'p [Param]) {
        for param in params {
            param.default.iter().for_each(|default| self.expr(default));
            let plain = ["Int", "Float", "Bool", "String", "List", "Names", "Length"];
            let is_plain = param.ty.as_ref().is_some_and(|ty| plain.contains(&ty.node.as_str()));
            self.locals.insert(&param.name.node, if is_plain { Local::Plain } else { Local::Function });
        }
    }

    fn block(&mut self, block: &'p Block) {
        self.params(&block.header.params);
        match &block.body {
            BlockBody::Expr(body) => self.expr(body),
            BlockBody::Statements(body) => self.statements(body),
        }
    }

    fn network(&mut self, network: &'p Network) {
        self.params(&network.header.params);
        self.statements(&network.body);
    }

    /// Inputs are bound before anything runs, every other name after its own value.
    fn statements(&mut self, body: &'p [NetworkStmt]) {
        for stmt in body {
            if let NetworkStmt::Input { name, shape, .. } = stmt {
                shape.iter().for_each(|axis| self.axis(axis));
                self.locals.insert(&name.node, Local::Function);
            }
        }
        for stmt in body {
            match stmt {
                NetworkStmt::Input { .. } => {}
                NetworkStmt::Module { name, body, .. } => {
                    self.expr(body);
                    self.locals.insert(&name.node, Local::Function);
                }
                NetworkStmt::Let { names, value, .. } => {
                    self.expr(value);
                    names.iter().for_each(|name| _ = self.locals.insert(&name.node, Local::Function));
                }
                NetworkStmt::Output { value, .. } => self.expr(value),
            }
        }
    }

    /// A bare name that is new is a size's symbol.
    fn axis(&mut self, axis: &'p Expr) {
        match &axis.node {
            ExprNode::Name(symbol) => _ = self.locals.entry(symbol).or_insert(Local::Plain),
            _ => self.expr(axis),
        }
    }

    fn dataset(&mut self, dataset: &'p Dataset) {
        self.params(&dataset.header.params);
        dataset.from.iter().for_each(|from| self.expr(from));
        for stmt in &dataset.body {
            match stmt {
                DatasetStmt::Modality { shape, value, .. } => {
                    shape.iter().chain([value]).for_each(|expr| self.expr(expr));
                }
                DatasetStmt::Target { ty, value, .. } => [ty, value].into_iter().for_each(|expr| self.expr(expr)),
                DatasetStmt::Group { value, options, .. } => {
                    [value]
                        .into_iter()
                        .chain(options.iter().map(|option| &option.value))
                        .for_each(|expr| self.expr(expr));
                }
                DatasetStmt::Split { value, .. } => self.expr(value),
            }
        }
    }

    fn expr(&mut self, expr: &'p Expr) {
        match &expr.node {
            ExprNode::Int(_) | ExprNode::Float(..) | ExprNode::Bool(_) | ExprNode::String(_) => {}
            ExprNode::Name(name) => self.name(name, expr.span, |_| true),
            ExprNode::List(items) | ExprNode::Tuple(items) => items.iter().for_each(|item| self.expr(item)),
            ExprNode::Call(callee, args) => self.call(callee, args),
            ExprNode::Member(base, _) | ExprNode::Unary(_, base) | ExprNode::Length(base, _) => self.expr(base),
            ExprNode::Index(a, b) | ExprNode::Binary(_, a, b) | ExprNode::Pipe(a, b) => {
                self.expr(a);
                self.expr(b);
            }
        }
    }

    fn call(&mut self, callee: &'p Expr, args: &'p [Arg]) {
        match &callee.node {
            ExprNode::Name(name) => self.name(name, callee.span, |local| local == Local::Function),
            _ => self.expr(callee),
        }
        args.iter().for_each(|arg| self.expr(&arg.value));
    }

    fn name(&mut self, name: &'p str, span: Span, hides: impl Fn(Local) -> bool) {
        if !self.locals.get(name).is_some_and(|local| hides(*local)) {
            let item = self.program.files[self.file].scope.get(name).copied();
            self.found.push(Mention { name, span, item });
        }
    }
}
