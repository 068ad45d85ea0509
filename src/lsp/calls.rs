//! Which items use which: an experiment its pipelines, these their networks, schedules and datasets, a network its blocks.

use super::Analysis;
use super::names::Meaning;
use super::outline;
use crate::check::names::ItemId;
use crate::span::{SourceId, Span};
use lsp_types::{CallHierarchyIncomingCall, CallHierarchyItem, CallHierarchyOutgoingCall, Range, Uri};
use std::collections::BTreeMap;

/// Names the file of a source.
type Place<'a> = &'a dyn Fn(SourceId) -> Option<Uri>;

/// The item that is named at an offset.
pub fn prepared(analysis: &Analysis, offset: usize, place: Place<'_>) -> Option<CallHierarchyItem> {
    let mention = analysis.mention(offset)?;
    let Meaning::Item(id) = mention.meaning else { return None };
    item(analysis, id, place)
}

/// The items that use it, of this program, each with where it does.
pub fn incoming(analysis: &Analysis, id: ItemId, place: Place<'_>) -> Vec<CallHierarchyIncomingCall> {
    let mut by: BTreeMap<ItemId, Vec<Span>> = BTreeMap::new();
    let meaning = Meaning::Item(id);
    for mention in analysis.names.all(&meaning) {
        if let Some(user) = around(analysis, mention.span).filter(|user| *user != id) {
            by.entry(user).or_default().push(mention.span);
        }
    }
    let call = |(user, spans): (ItemId, Vec<Span>)| {
        Some(CallHierarchyIncomingCall { from: item(analysis, user, place)?, from_ranges: ranges(analysis, &spans) })
    };
    by.into_iter().filter_map(call).collect()
}

/// The items that it uses, each with where it does.
pub fn outgoing(analysis: &Analysis, id: ItemId, place: Place<'_>) -> Vec<CallHierarchyOutgoingCall> {
    let Some(header) = analysis.program.item(id).header() else { return vec![] };
    let mut of: BTreeMap<ItemId, Vec<Span>> = BTreeMap::new();
    for mention in analysis.names.inside(header.span.source).filter(|mention| mention.span.within(header.span)) {
        if let Meaning::Item(used) = mention.meaning
            && used != id
        {
            of.entry(used).or_default().push(mention.span);
        }
    }
    let call = |(used, spans): (ItemId, Vec<Span>)| {
        Some(CallHierarchyOutgoingCall { to: item(analysis, used, place)?, from_ranges: ranges(analysis, &spans) })
    };
    of.into_iter().filter_map(call).collect()
}

/// The item of a program that stands in this file, named at this position.
pub fn named(analysis: &Analysis, file: &Uri, at: Range, place: Place<'_>) -> Option<ItemId> {
    let id = analysis.program.files.iter().map(|file| file.id).find(|id| place(*id).as_ref() == Some(file))?;
    let mention = analysis.names.at(id, analysis.places(id).offset(at.start))?;
    if let Meaning::Item(id) = mention.meaning { Some(id) } else { None }
}

/// The item whose text a place is part of.
fn around(analysis: &Analysis, span: Span) -> Option<ItemId> {
    let file = analysis.program.files.iter().position(|file| file.id == span.source)?;
    let items = &analysis.program.files[file].tree.items;
    let item = items.iter().position(|item| item.header().is_some_and(|header| span.within(header.span)))?;
    Some(ItemId { file, item })
}

fn item(analysis: &Analysis, id: ItemId, place: Place<'_>) -> Option<CallHierarchyItem> {
    let item = analysis.program.item(id);
    let header = item.header()?;
    let places = analysis.places(header.span.source);
    Some(CallHierarchyItem {
        name: header.name.node.clone(),
        kind: outline::kind(item),
        tags: None,
        detail: Some(item.noun().into()),
        uri: place(header.span.source)?,
        range: places.range(header.span),
        selection_range: places.range(header.name.span),
        data: None,
    })
}

fn ranges(analysis: &Analysis, spans: &[Span]) -> Vec<Range> {
    spans.iter().map(|span| analysis.places(span.source).range(*span)).collect()
}
