//! What findings offer to write instead, written. Owns which offers are taken; the offers are the checker's.

use super::files::{self, Input};
use crate::diagnostic::{Diagnostic, Fix};
use crate::source::SourceMap;
use crate::span::SourceId;
use crate::syntax;
use std::collections::BTreeSet;

/// Offers are taken so many times at most: a mended name may show the next mistake, which hid behind it.
const ROUNDS: usize = 100;

/// A text after its mistakes were mended, as far as findings said how.
#[derive(Debug)]
pub struct Fixed {
    pub text: String,
    /// What was done: `moons.mhm:3:9: \`lnear\` is now \`linear\``.
    pub done: Vec<String>,
}

/// Takes what is offered for this file, not for those it uses, until nothing more is. What could be read stays so.
pub fn fix(input: &Input) -> Fixed {
    let mut fixed = Fixed { text: input.text.clone(), done: vec![] };
    // Two mistakes may each be mended into the other.
    let mut seen = BTreeSet::new();
    while seen.len() < ROUNDS && seen.insert(fixed.text.clone()) {
        let now = Input { name: input.name.clone(), text: fixed.text.clone() };
        let (program, _, found) = files::check(&now);
        let offers = apart(&found);
        let mut next = fixed.text.clone();
        for fix in offers.iter().rev() {
            next.replace_range(fix.span.range(), &fix.replacement);
        }
        if seen.contains(&next) || (is_readable(&fixed.text) && !is_readable(&next)) {
            break;
        }
        fixed.done.extend(offers.iter().map(|fix| told(&program.sources, fix)));
        fixed.text = next;
    }
    fixed
}

/// The offers for the file itself in order, without those that reach into one before.
fn apart(found: &[Diagnostic]) -> Vec<&Fix> {
    let mut offers: Vec<&Fix> = found.iter().filter_map(|d| d.fix.as_ref()).collect();
    offers.retain(|fix| fix.span.source == SourceId::default());
    offers.sort_by_key(|fix| fix.span);
    let mut end = None;
    offers.retain(|fix| {
        let is_free = end.is_none_or(|end| fix.span.start > end);
        end = if is_free { Some(fix.span.end) } else { end };
        is_free
    });
    offers
}

fn is_readable(text: &str) -> bool {
    let mut sources = SourceMap::default();
    let id = sources.add("", text, false);
    syntax::parse(&sources, id).1.iter().all(|found| !found.is_error())
}

fn told(sources: &SourceMap, fix: &Fix) -> String {
    let at = sources.position(fix.span.source, fix.span.start);
    let (name, before) = (&sources.get(fix.span.source).name, sources.text(fix.span));
    let change = match (before.trim(), fix.replacement.trim()) {
        ("", new) => format!("put in `{new}`"),
        (old, "") => format!("took out `{old}`"),
        (old, new) => format!("`{old}` is now `{new}`"),
    };
    format!("{name}:{}:{}: {change}", at.line, at.column)
}
