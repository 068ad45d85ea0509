//! Optimizers, learning-rate schedules, clipping, batch sizes and amounts, of pipelines and of phases.

use super::args;
use super::checker::Checker;
use super::value::{Bound, RowCall, Val, Wanted};
use crate::builtin::value::unfit;
use crate::builtin::{Category, Kind, Optimizer, Rate, Value};
use crate::diagnostic::Diagnostic;
use crate::hir::{Amount, Draw, Level, Role, SettingPlace, Settings};
use crate::span::{Ident, Span};
use crate::syntax::ast::{self, Arg, Expr, Setting, SettingKind};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// Samples of one batch: as many as data can have.
const MAX_BATCH: usize = u32::MAX as usize;

/// Settings by kind and role; a kind given twice for one role is reported.
pub fn collect<'s>(
    cx: &Checker<'_>,
    file: usize,
    vars: &Bound,
    stmts: impl IntoIterator<Item = &'s Setting>,
) -> Settings {
    let mut settings = Settings::default();
    let mut seen: BTreeMap<(u8, Option<Role>), Span> = BTreeMap::new();
    for stmt in stmts {
        let role = stmt.role.as_ref().map(|r| r.node);
        if let Some(first) = seen.insert((stmt.kind.node as u8, role), stmt.span) {
            cx.report(
                Diagnostic::error("declared-twice", format!("{} is set twice", subject(stmt)))
                    .label(stmt.span, "again here")
                    .label(first, "first here")
                    .help("one rule for all, and one a role: `optimizer adam(lr: 1e-3)  optimizer head: sgd(lr: 0.1)`"),
            );
        }
        settings.places.push(SettingPlace { kind: stmt.kind.node, role, span: stmt.span });
        one(cx, file, vars, stmt, role, &mut settings);
    }
    settings
}

/// "the `optimizer` of `head`".
fn subject(stmt: &Setting) -> String {
    let word = stmt.kind.node.word();
    stmt.role.as_ref().map_or(format!("`{word}`"), |role| format!("the `{word}` of `{}`", role.node.name()))
}

fn one(cx: &Checker<'_>, file: usize, vars: &Bound, stmt: &Setting, role: Option<Role>, settings: &mut Settings) {
    if let Some(role) = stmt.role.as_ref().filter(|role| role.node == Role::Fixed) {
        cx.report(
            Diagnostic::error("fixed-role", "`fixed` modules are never trained")
                .label(role.span, format!("no {} goes with them", stmt.kind.node.word()))
                .help("leave it away; to train the module, give it the role `uni`, `fusion` or `head` in the network"),
        );
        return;
    }
    match (stmt.kind.node, role) {
        (SettingKind::Optimizer, role) => {
            let Some(optimizer) = optimizer(cx, file, vars, &stmt.value) else { return };
            match role {
                None => settings.optimizer = Some(optimizer),
                Some(role) => {
                    settings.optimizer_of.insert(role, optimizer);
                }
            }
        }
        (SettingKind::Rate, role) => {
            let Some(rate) = rate(cx, file, vars, &stmt.value) else { return };
            match role {
                None => settings.rate = Some(rate),
                Some(role) => {
                    settings.rate_of.insert(role, rate);
                }
            }
        }
        (SettingKind::Clip, None) => settings.clip = clip(cx, file, vars, &stmt.value),
        (SettingKind::Batch, None) => {
            settings.batch = batch(cx, file, vars, &stmt.value, "the batch size");
            for option in &stmt.options {
                (settings.draw, settings.drawn_by) = draw(cx, file, vars, option);
            }
        }
        (SettingKind::ModalityDropout, None) => settings.modality_dropout = share(cx, file, vars, &stmt.value),
        (SettingKind::Mixup, None) => settings.mixup = alpha(cx, file, vars, &stmt.value),
        (SettingKind::Accumulate, None) => {
            settings.accumulate = batch(cx, file, vars, &stmt.value, "the number of batches an update");
        }
        (SettingKind::FrozenDropout, None) => settings.frozen_dropout = switch(cx, file, vars, stmt),
        (kind, Some(_)) => cx.report(
            Diagnostic::error("misplaced", format!("`{}` holds for all roles together", kind.word()))
                .label(stmt.span, "a role here")
                .help("leave the role away"),
        ),
    }
}

fn eval(cx: &Checker<'_>, file: usize, vars: &Bound, expr: &Expr) -> Val {
    cx.known(file, vars.clone(), expr)
}

fn row(cx: &Checker<'_>, file: usize, vars: &Bound, expr: &Expr, wanted: Category) -> Option<Rc<RowCall>> {
    match cx.wanting(Wanted::Builtin(wanted), || eval(cx, file, vars, expr)) {
        Val::Row(row) => Some(row),
        Val::Poison => None,
        other => {
            cx.report(args::wrong_value(&other, &args::an(wanted.noun()), expr.span));
            None
        }
    }
}

fn optimizer(cx: &Checker<'_>, file: usize, vars: &Bound, expr: &Expr) -> Option<Arc<dyn Optimizer>> {
    let row = row(cx, file, vars, expr, Category::Optimizer)?;
    let made =
        args::decode(cx, &row, "optimizer", |kind| if let Kind::Optimizer(make) = kind { Some(*make) } else { None })?;
    Some(made.1)
}

fn rate(cx: &Checker<'_>, file: usize, vars: &Bound, expr: &Expr) -> Option<Arc<dyn Rate>> {
    let row = row(cx, file, vars, expr, Category::Rate)?;
    let made =
        args::decode(
            cx,
            &row,
            "learning-rate schedule",
            |kind| if let Kind::Rate(make) = kind { Some(*make) } else { None },
        )?;
    Some(made.1)
}

fn clip(cx: &Checker<'_>, file: usize, vars: &Bound, expr: &Expr) -> Option<f64> {
    let what = "the largest gradient norm";
    let norm = positive(cx, file, vars, expr, what)?;
    let Some(why) = unfit(norm) else { return Some(norm) };
    cx.report(
        Diagnostic::value_error("out-of-range", format!("{what} {why}"))
            .label(expr.span, "beyond the numbers of tensors"),
    );
    None
}

/// A chance below 1; 0 where a phase has none of its pipeline's.
fn share(cx: &Checker<'_>, file: usize, vars: &Bound, expr: &Expr) -> Option<f64> {
    let found = match eval(cx, file, vars, expr) {
        Val::Plain(Value::Int(0)) => return Some(0.0),
        Val::Plain(Value::Float(x)) if (0.0..1.0).contains(&x) => return Some(x),
        Val::Plain(Value::Dim(_)) | Val::Poison => return None,
        other => other.shown(),
    };
    cx.report(
        Diagnostic::value_error(
            "out-of-range",
            format!("the chance that a modality is dropped must be a number from 0 to below 1, is {found}"),
        )
        .label(expr.span, "no such chance"),
    );
    None
}

/// `true` or `false`.
fn switch(cx: &Checker<'_>, file: usize, vars: &Bound, stmt: &Setting) -> Option<bool> {
    let found = match eval(cx, file, vars, &stmt.value) {
        Val::Plain(Value::Bool(on)) => return Some(on),
        Val::Plain(Value::Dim(_)) | Val::Poison => return None,
        other => other.shown(),
    };
    let word = stmt.kind.node.word();
    cx.report(
        Diagnostic::type_error("wrong-type", format!("`{word}` is `true` or `false`, this is {found}"))
            .label(stmt.value.span, "neither")
            .help(format!(
                "write `{word} false`: random layers of frozen modules compute as where a network is evaluated"
            )),
    );
    None
}

/// The parameter of a symmetric beta distribution; 0 where a phase has none of its pipeline's.
fn alpha(cx: &Checker<'_>, file: usize, vars: &Bound, expr: &Expr) -> Option<f64> {
    let found = match eval(cx, file, vars, expr) {
        Val::Plain(Value::Int(i)) if i >= 0 => return Some(i as f64),
        Val::Plain(Value::Float(x)) if x >= 0.0 && x.is_finite() => return Some(x),
        Val::Plain(Value::Dim(_)) | Val::Poison => return None,
        other => other.shown(),
    };
    cx.report(
        Diagnostic::value_error("out-of-range", format!("the `mixup` of samples must be a number from 0, is {found}"))
            .label(expr.span, "no parameter of a beta distribution")
            .help("write `mixup 0.2`; the larger, the nearer mixtures are to halves, and `mixup 0` mixes nothing"),
    );
    None
}

/// A number above zero. A symbol stands for any.
pub fn positive(cx: &Checker<'_>, file: usize, vars: &Bound, expr: &Expr, what: &str) -> Option<f64> {
    let found = match eval(cx, file, vars, expr) {
        Val::Plain(Value::Int(i)) if i > 0 => return Some(i as f64),
        Val::Plain(Value::Float(x)) if x > 0.0 && x.is_finite() => return Some(x),
        Val::Plain(Value::Dim(_)) => return Some(1.0),
        Val::Poison => return None,
        other => other.shown(),
    };
    cx.report(
        Diagnostic::value_error("out-of-range", format!("{what} must be a number above 0, is {found}"))
            .label(expr.span, "not above 0"),
    );
    None
}

/// A whole number from 1.
pub fn count(cx: &Checker<'_>, file: usize, vars: &Bound, expr: &Expr, what: &str) -> Option<usize> {
    let found = match eval(cx, file, vars, expr) {
        Val::Plain(Value::Int(i)) if i > 0 => return Some(i as usize),
        Val::Poison => return None,
        Val::Plain(Value::Dim(_)) => return None,
        other => other.shown(),
    };
    cx.report(
        Diagnostic::value_error("out-of-range", format!("{what} must be a whole number from 1, is {found}"))
            .label(expr.span, "not a whole number from 1"),
    );
    None
}

fn batch(cx: &Checker<'_>, file: usize, vars: &Bound, expr: &Expr, what: &str) -> Option<usize> {
    let size = count(cx, file, vars, expr, what)?;
    if size <= MAX_BATCH {
        return Some(size);
    }
    cx.report(
        Diagnostic::value_error("out-of-range", format!("{what} can be {MAX_BATCH} at most, is {size}"))
            .label(expr.span, "more samples than any data has"),
    );
    None
}

/// `balanced: true`, `balanced: class`, `balanced: [class, subject]`; and the groups that it names.
fn draw(cx: &Checker<'_>, file: usize, vars: &Bound, option: &Arg) -> (Draw, Vec<Ident>) {
    let name = option.name.as_ref().map_or("", |name| name.node.as_str());
    let nothing = (Draw::Each, vec![]);
    let diagnostic = if name == "balanced" {
        let value = cx.eval(file, vars.clone(), &option.value);
        let words = match &value {
            Val::Plain(Value::Bool(true)) => return (Draw::by_class(), vec![]),
            Val::Plain(Value::Bool(false)) | Val::Poison => return nothing,
            Val::Word(word) => vec![&**word],
            Val::List(items) => items
                .iter()
                .map_while(|item| if let Val::Word(word) = &item.val { Some(&**word) } else { None })
                .collect(),
            _ => vec![],
        };
        let all = if let Val::List(items) = &value { items.len() } else { 1 };
        let named: Vec<Ident> = words.iter().map(|word| Ident { node: word.text.clone(), span: word.span }).collect();
        let twice =
            named.iter().enumerate().find(|(i, name)| named[..*i].iter().any(|before| before.node == name.node));
        match twice {
            Some((_, name)) => {
                let message = format!("`balanced` names `{}` twice", name.node);
                Diagnostic::error("declared-twice", message).label(name.span, "again here")
            }
            None if named.is_empty() || named.len() < all => {
                let message = format!("`balanced` is `true`, `false`, `class` or groups, this is {}", value.shown());
                Diagnostic::type_error("wrong-type", message).label(option.value.span, "by what?")
            }
            None => return balanced(named),
        }
    } else {
        let at = option.name.as_ref().map_or(option.value.span, |name| name.span);
        Diagnostic::type_error("unknown-argument", format!("`batch` has no option `{name}`")).label(at, "unknown")
    };
    let help = "write `batch 32, balanced: true`: as many samples of every class; or `balanced: [class, subject]`, by a group, too";
    cx.report(diagnostic.help(help));
    nothing
}

/// By the levels of these names, and those that are groups.
fn balanced(named: Vec<Ident>) -> (Draw, Vec<Ident>) {
    const CLASS: &str = "class";
    let level = |name: &Ident| if name.node == CLASS { Level::Class } else { Level::Group(name.node.clone()) };
    let levels = named.iter().map(level).collect();
    (Draw::Balanced(levels), named.into_iter().filter(|name| name.node != CLASS).collect())
}

/// `100 epochs`, or a value of that kind.
pub fn amount(cx: &Checker<'_>, file: usize, vars: &Bound, amount: &ast::Amount, what: &str) -> Option<Amount> {
    let (expr, text) = (&amount.count, cx.program.sources.text(amount.count.span));
    let wrong = match (eval(cx, file, vars, expr), &amount.unit) {
        (Val::Poison, _) => return None,
        (Val::Length(length), None) => return bounded(cx, length, expr.span, what),
        (Val::Length(length), Some(unit)) => {
            Diagnostic::value_error("wrong-unit", format!("`{text}` has a unit already: it is {length}"))
                .label(unit.span, "a second unit")
                .help("leave it away")
        }
        (_, Some(unit)) => {
            let count = positive(cx, file, vars, expr, what)?;
            return bounded(cx, Amount { count, unit: unit.node }, amount.span, what);
        }
        (found @ Val::Plain(Value::Int(_) | Value::Float(_) | Value::Dim(_)), None) => {
            Diagnostic::value_error("wrong-unit", format!("{what} needs a unit, this is {}", found.shown()))
                .label(expr.span, found.noun())
                .help(format!("write `{text} epochs`; units are `epochs`, `steps`, `samples` and `rounds`"))
        }
        (found, None) => Diagnostic::type_error("wrong-type", format!("{what} must be a length, is {}", found.shown()))
            .label(expr.span, found.noun())
            .help("write `100 epochs`; units are `epochs`, `steps`, `samples` and `rounds`"),
    };
    cx.report(wrong);
    None
}

/// The amount, where a run can do so much.
pub fn bounded(cx: &Checker<'_>, amount: Amount, span: Span, what: &str) -> Option<Amount> {
    let Amount { count, unit } = amount;
    let (word, most) = match unit {
        ast::Unit::Epochs => ("epochs", 1e6),
        ast::Unit::Rounds => ("rounds", 1e6),
        ast::Unit::Steps => ("steps", 1e8),
        ast::Unit::Samples => ("samples", 1e11),
    };
    let (message, label, help) = if count.is_nan() || count <= 0.0 {
        (format!("{what} must be above 0, is {amount}"), "not above 0", None)
    } else if unit != ast::Unit::Epochs && count.fract() != 0.0 {
        let message = format!("{what} must be a whole number of {word}, is {count}");
        (message, "a fraction", Some("only epochs have parts"))
    } else if count > most {
        (format!("{what} can be {most:.0} {word} at most, is {count:e}"), "more than a run can do", None)
    } else {
        return Some(amount);
    };
    let diagnostic = Diagnostic::value_error("out-of-range", message).label(span, label);
    cx.report(help.map_or(diagnostic.clone(), |help| diagnostic.help(help)));
    None
}
