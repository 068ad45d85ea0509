//! `f ** 3`: as many of a layer, one after the other. Owns what may be repeated and how tensors pass through.

use crate::builtin::Value;
use crate::check::evaluator::Evaluator;
use crate::check::value::{Func, Spanned, Val};
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::syntax::ast::Expr;

/// Of one layer; more are no network any more.
const MAX_COPIES: i64 = 1000;

/// Copies where their number is a symbol, in a block or network checked alone: what comes out must fit what goes in.
const SYMBOLIC: i64 = 2;

impl<'a> Evaluator<'_, 'a> {
    /// The layer is made anew for every copy, so that each has weights of its own.
    pub fn repeat(&mut self, layer: &'a Expr, count: &'a Expr) -> Val {
        let known = (self.builder.instances.len(), self.builder.blocks.len());
        let first = self.known(layer);
        let copies = match (self.known(count), &first) {
            (Val::Poison, _) | (_, Val::Poison) => return Val::Poison,
            (_, val) if val.is_tensor() || matches!(val, Val::Plain(_) | Val::Length(_) | Val::List(_)) => {
                return self.fail(not_repeatable(val, layer.span));
            }
            (Val::Plain(Value::Int(n)), _) => n,
            (Val::Plain(Value::Dim(_)), _) => SYMBOLIC,
            (other, _) => return self.fail(bad_count(&other.shown(), count.span)),
        };
        if copies < 1 {
            return self.fail(bad_count(&copies.to_string(), count.span));
        }
        if copies > MAX_COPIES {
            return self.fail(
                Diagnostic::value_error(
                    "too-large",
                    format!("{copies} copies of a layer are too many: at most {MAX_COPIES}"),
                )
                .label(count.span, "so many"),
            );
        }
        let Some(first) = self.function(first, layer.span) else { return Val::Poison };
        if copies > 1 && self.is_declared(&first, known) {
            return self.fail(shared(self.cx.program.sources.text(layer.span), layer.span));
        }
        let mut chain = vec![first];
        while (chain.len() as i64) < copies {
            let val = self.known(layer);
            let Some(next) = self.function(val, layer.span) else { return Val::Poison };
            chain.push(next);
        }
        Val::Function(Func::Repeat(chain))
    }

    /// Whether part of a function was there before: layers and blocks so many.
    fn is_declared(&self, function: &Func, known: (usize, usize)) -> bool {
        match function {
            Func::Layer(layer) => *layer < known.0,
            Func::Block(block) => *block < known.1,
            Func::Compose(chain) | Func::Repeat(chain) => chain.iter().any(|f| self.is_declared(f, known)),
            Func::Module(..) | Func::Each(_) => true,
        }
    }

    /// What comes out of one copy takes the place of as many inputs, from the first on; the rest go to every copy.
    pub(super) fn apply_repeat(&mut self, chain: &[Func], inputs: Vec<Spanned>, span: Span) -> Val {
        let mut inputs: Vec<Spanned> = inputs.into_iter().flat_map(single).collect();
        let mut result = Val::Poison;
        for f in chain {
            result = self.apply(f, inputs.clone(), span);
            let outputs: Vec<Spanned> = single(Spanned { val: result.clone(), span }).collect();
            if matches!(result, Val::Poison) {
                return result;
            }
            if outputs.len() > inputs.len() && chain.len() > 1 {
                return self.fail(too_many_outputs(outputs.len(), inputs.len(), span));
            }
            let end = outputs.len().min(inputs.len());
            inputs.splice(..end, outputs);
        }
        result
    }
}

/// Several tensors one by one.
fn single(input: Spanned) -> impl Iterator<Item = Spanned> {
    let span = input.span;
    let vals = match input.val {
        Val::Tuple(nodes) => nodes.into_iter().map(Val::Tensor).collect(),
        val => vec![val],
    };
    vals.into_iter().map(move |val| Spanned { val, span })
}

fn bad_count(found: &str, span: Span) -> Diagnostic {
    Diagnostic::type_error(
        "wrong-type",
        format!("a layer is repeated a whole number of times, from 1; this is {found}"),
    )
    .label(span, "how many?")
    .help("`f ** 3` is `f |> f |> f`, each with weights of its own")
}

fn not_repeatable(val: &Val, layer: Span) -> Diagnostic {
    let diagnostic = Diagnostic::type_error("wrong-type", format!("`**` repeats a layer, this is {}", val.noun()))
        .label(layer, val.noun());
    if val.is_tensor() || matches!(val, Val::Plain(_)) {
        return diagnostic.help("there are no powers; multiply: `x * x`");
    }
    diagnostic.help("layers, ops and blocks can be repeated: `linear(32) ** 3`")
}

fn shared(text: &str, span: Span) -> Diagnostic {
    let what = if text.len() <= 40 && !text.contains('\n') { format!("`{text}`") } else { "this".into() };
    Diagnostic::error("shared-weight-mismatch", format!("{what} has weights already, each copy needs its own"))
        .label(span, "declared before, or holds what is")
        .help("repeat what it stands for, as in `linear(32) ** 3`; with the same weights again, write `f |> f`")
}

fn too_many_outputs(outputs: usize, inputs: usize, span: Span) -> Diagnostic {
    let message = format!("what is repeated gives {outputs} tensors and takes {inputs}");
    Diagnostic::error("wrong-arity", message)
        .label(span, "repeated here")
        .help("what comes out of one copy goes into the next: it can have at most as many outputs as inputs")
}
