//! What passing tensors through layers, blocks and modules builds: a flat network. Owns sharing (a declared layer keeps
//! its weights however often it is applied), ownership (one module a weight) and shapes (computed here, once).

mod layer;
mod repeat;

use super::args;
use super::builder::{BlockInstance, Family, Instance};
use super::evaluator::{Evaluator, not_a_tensor};
use super::value::{Func, ItemRef, RowCall, Spanned, Val};
use crate::builtin::{Kind, Layer};
use crate::diagnostic::Diagnostic;
use crate::hir::{Module, NodeId};
use crate::span::Span;
use crate::syntax::ast::{self, BlockBody, Item};
use std::rc::Rc;
use std::sync::Arc;

/// Blocks inside blocks.
const MAX_DEPTH: usize = 64;

/// Layers and blocks of a network that are made, and blocks that are run: what doubles in every line ends here.
const MAX_MADE: usize = 100_000;

impl<'a> Evaluator<'_, 'a> {
    /// A value as something tensors pass through.
    pub fn function(&mut self, val: Val, span: Span) -> Option<Func> {
        match self.settle(val) {
            Val::Poison => None,
            Val::Function(function) => Some(function),
            Val::Row(row) => self.instance(&row),
            Val::Item(item) => self.instantiate(&item),
            other => {
                self.fail(
                    Diagnostic::type_error("wrong-type", format!("a layer is needed here, this is {}", other.noun()))
                        .label(span, other.noun())
                        .help("layers, ops, blocks and modules can stand here"),
                );
                None
            }
        }
    }

    /// `f |> g`: functions one after the other.
    pub fn compose(&mut self, first: Val, second: Val, first_span: Span, second_span: Span) -> Val {
        let (Some(f), Some(g)) = (self.function(first, first_span), self.function(second, second_span)) else {
            return Val::Poison;
        };
        let mut chain = if let Func::Compose(chain) = f { chain } else { vec![f] };
        match g {
            Func::Compose(more) => chain.extend(more),
            g => chain.push(g),
        }
        Val::Function(Func::Compose(chain))
    }

    fn layer(&self, row: &RowCall) -> Option<(&'static str, Arc<dyn Layer>)> {
        let before = self.cx.count();
        let decoded = args::decode(self.cx, row, "layer or op", |kind| match kind {
            Kind::Layer(make) | Kind::Op(make) => Some(*make),
            Kind::Loss(_)
            | Kind::Metric(_)
            | Kind::Detection(_)
            | Kind::Optimizer(_)
            | Kind::Rate(_)
            | Kind::Generator(_)
            | Kind::Source(_)
            | Kind::Transform(_)
            | Kind::Split(_) => None,
        });
        self.given(before, row.word_span, row.span);
        self.relocate(before);
        decoded.map(|(builtin, layer)| (builtin.name, layer))
    }

    fn instance(&mut self, row: &RowCall) -> Option<Func> {
        self.make(row.span)?;
        let (word, layer) = self.layer(row)?;
        let owner = self.builder.owner;
        let (span, word_span) = (row.span, row.word_span);
        let scope = self.builder.scopes.make();
        self.builder.instances.push(Instance { layer, word, span, word_span, owner, scope, bound: None });
        Some(Func::Layer(self.builder.instances.len() - 1))
    }

    /// A builtin with tensors among its arguments: `concat(a, b, axis: 0)`.
    pub fn apply_row(&mut self, row: &RowCall, mut inputs: Vec<Spanned>) -> Val {
        let (tensors, rest): (Vec<_>, Vec<_>) = row.args.iter().cloned().partition(|a| a.val.is_tensor());
        inputs.extend(tensors.into_iter().map(|a| Spanned { val: a.val, span: a.span }));
        let bare = RowCall { word: row.word.clone(), args: rest, word_span: row.word_span, span: row.span };
        match self.instance(&bare) {
            Some(function) => self.apply(&function, inputs, row.span),
            None => Val::Poison,
        }
    }

    /// A block with tensors among its arguments.
    pub fn apply_item(&mut self, item: &ItemRef) -> Val {
        let (tensors, rest): (Vec<_>, Vec<_>) = item.args.iter().cloned().partition(|a| a.val.is_tensor());
        let inputs = tensors.into_iter().map(|a| Spanned { val: a.val, span: a.span }).collect();
        match self.instantiate(&ItemRef { args: rest, ..ItemRef::clone(item) }) {
            Some(function) => self.apply(&function, inputs, item.span),
            None => Val::Poison,
        }
    }

    fn instantiate(&mut self, item: &ItemRef) -> Option<Func> {
        let Item::Block(block) = self.cx.program.item(item.id) else {
            self.fail(
                args::wrong_item(self.cx.program.item(item.id), "layer", item.span)
                    .help("inside a network only blocks, layers and ops can be applied"),
            );
            return None;
        };
        self.make(item.span)?;
        if self.builder.calls.len() >= MAX_DEPTH {
            self.builder.is_full = true;
            let name = &block.header.name.node;
            let (code, message) = match self.builder.calls.contains(&item.span) {
                true => ("endless-block", format!("`{name}` contains itself without end")),
                false => ("too-deep", format!("blocks stand more than {MAX_DEPTH} deep in each other")),
            };
            self.fail(Diagnostic::error(code, message).label(item.span, format!("{MAX_DEPTH} blocks deep here")));
            return None;
        }
        let before = self.cx.count();
        let vars = args::bind(self.cx, item.id, &item.args, item.span);
        self.given(before, item.named, item.span);
        self.relocate(before);
        let vars = vars?;
        match &block.body {
            BlockBody::Expr(body) => self.within(item.id.file, vars, item.span, |inner| {
                let val = inner.known(body);
                inner.function(val, body.span)
            }),
            BlockBody::Statements(_) => {
                let (owner, scope) = (self.builder.owner, self.builder.scopes.make());
                self.builder.blocks.push(BlockInstance { block, file: item.id.file, vars, owner, scope, layers: None });
                Some(Func::Block(self.builder.blocks.len() - 1))
            }
        }
    }

    /// Counts one thing more; `None` where no more is to be made.
    fn make(&mut self, span: Span) -> Option<()> {
        if self.builder.is_full {
            return None;
        }
        self.builder.made += 1;
        self.builder.is_full = self.builder.made > MAX_MADE;
        if self.builder.is_full {
            let message = format!("the network has more than {MAX_MADE} layers and blocks");
            let found = Diagnostic::value_error("too-large", message).label(span, "while making this");
            self.fail(found.help("does a block use another one twice, and that one another?"));
            return None;
        }
        Some(())
    }

    /// Passes tensors through `function`.
    pub fn apply(&mut self, function: &Func, inputs: Vec<Spanned>, span: Span) -> Val {
        if inputs.iter().any(|i| matches!(i.val, Val::Poison)) {
            return Val::Poison;
        }
        match function {
            Func::Layer(instance) => self.apply_layer(*instance, inputs, span),
            Func::Compose(chain) => {
                let mut current = inputs;
                for f in chain {
                    let val = self.apply(f, current, span);
                    if matches!(val, Val::Poison) {
                        return Val::Poison;
                    }
                    current = vec![Spanned { val, span }];
                }
                current.pop().map_or(Val::Poison, |s| s.val)
            }
            Func::Repeat(chain) => self.apply_repeat(chain, inputs, span),
            Func::Module(module, body) => {
                let before = self.builder.owner.replace(*module);
                let val = self.apply(body, inputs, span);
                self.builder.owner = before;
                val
            }
            Func::Each(family) => self.apply_each(*family, inputs, span),
            Func::Block(block) => self.apply_block(*block, inputs, span),
        }
    }

    /// A module of the family for every member.
    fn apply_each(&mut self, family: usize, inputs: Vec<Spanned>, span: Span) -> Val {
        let name = self.builder.families[family].name.clone();
        let [Spanned { val: Val::Views(members), .. }] = inputs.as_slice() else {
            return self.fail(
                Diagnostic::error(
                    "each-mismatch",
                    format!("`{name}` has one module per modality and needs an `each` input"),
                )
                .label(span, "not one tensor per modality")
                .label(self.builder.families[family].span, "declared `each` here")
                .help("pass it the name of an `in each …` input, or drop `each`"),
            );
        };
        let mut results = vec![];
        for (member, node) in members.clone() {
            let Some(function) = self.member_module(family, &member, node) else { return Val::Poison };
            match self.apply(&function, vec![Spanned { val: Val::Tensor(node), span }], span) {
                Val::Tensor(result) => results.push((member, result)),
                Val::Poison => return Val::Poison,
                other => return self.fail(not_a_tensor(&other, span)),
            }
        }
        Val::Views(results)
    }

    fn member_module(&mut self, family: usize, member: &str, node: NodeId) -> Option<Func> {
        if let Some((_, function)) = self.builder.families[family].members.iter().find(|(m, _)| m == member) {
            return Some(function.clone());
        }
        let Family { name, role, body, file, vars, from, span, .. } = &self.builder.families[family];
        let (role, body, file, span, mut vars, from) = (*role, *body, *file, *span, vars.clone(), from.clone());
        let name = format!("{name}.{member}");
        // Inside the body the symbols of `in each x: [D]` are this member's.
        self.bind_member(&mut vars, node);
        let function = self.module(&name, role, from, span, |e| {
            let mut inner = Evaluator { cx: e.cx, file, vars, builder: &mut *e.builder };
            let val = inner.known(body);
            inner.function(val, body.span)
        })?;
        self.builder.families[family].members.push((member.into(), function.clone()));
        Some(function)
    }

    /// Declares a module; layers made by `body` belong to it.
    pub fn module(
        &mut self,
        name: &str,
        role: ast::Role,
        from: Option<String>,
        span: Span,
        body: impl FnOnce(&mut Self) -> Option<Func>,
    ) -> Option<Func> {
        let id = self.builder.modules.len();
        self.builder.modules.push(Module { name: name.into(), role, weights: vec![], from, used: false, span });
        let before = self.builder.owner.replace(id);
        let outside = self.builder.scopes.enter_module();
        let function = body(self);
        // A single layer is layer 0 of its module; a single block is the module.
        let only = match function {
            Some(Func::Block(block)) => Some(self.builder.blocks[block].scope),
            Some(Func::Layer(_) | Func::Compose(_) | Func::Repeat(_) | Func::Module(..) | Func::Each(_)) | None => None,
        };
        self.builder.scopes.leave(outside, only);
        self.builder.owner = before;
        Some(Func::Module(id, Rc::new(function?)))
    }

    /// A layer of a block: what `body` makes is found under its name.
    pub fn named(&mut self, name: &str, body: impl FnOnce(&mut Self) -> Option<Func>) -> Option<Func> {
        let outside = self.builder.scopes.enter_named(name);
        let function = body(self);
        let only = match function {
            Some(Func::Layer(layer)) => Some(self.builder.instances[layer].scope),
            Some(Func::Block(block)) => Some(self.builder.blocks[block].scope),
            Some(Func::Compose(_) | Func::Repeat(_) | Func::Module(..) | Func::Each(_)) | None => None,
        };
        self.builder.scopes.leave(outside, only);
        function
    }

    fn apply_block(&mut self, index: usize, inputs: Vec<Spanned>, span: Span) -> Val {
        let BlockInstance { block, file, vars, owner, scope, layers } = &self.builder.blocks[index];
        let (block, file, vars, owner, scope, layers) = (*block, *file, vars.clone(), *owner, *scope, layers.clone());
        let (BlockBody::Statements(body), Some(())) = (&block.body, self.make(span)) else { return Val::Poison };
        let around = self.builder.owner;
        self.builder.owner = owner.or(around);
        let outside = self.builder.scopes.enter(Some(scope));
        let (val, declared) =
            self.within(file, vars, span, |inner| inner.run_block(block, body, inputs, span, layers.as_ref()));
        self.builder.scopes.enter(outside);
        self.builder.owner = around;
        self.builder.blocks[index].layers.get_or_insert(declared);
        val
    }
}
