//! Parts of networks and datasets that no pipeline of the file reads: the shape that such lints share. Owns no opinion.

use crate::diagnostic::Diagnostic;
use crate::hir::Pipeline;
use crate::span::Span;
use std::collections::BTreeSet;

/// A part that can be read, and where it is written.
pub struct Part<'p> {
    pub name: &'p str,
    pub span: Span,
}

/// What is said of every part that a pipeline has and none reads: `read` tells where those are written that one does.
pub fn unread<'a>(
    pipelines: &[&'a Pipeline],
    read: impl Fn(&'a Pipeline) -> BTreeSet<Span>,
    parts: impl Fn(&'a Pipeline) -> Vec<Part<'a>>,
    say: impl Fn(&'a Pipeline, &Part<'a>) -> Diagnostic,
) -> Vec<(Diagnostic, &'a Pipeline)> {
    let read: BTreeSet<Span> = pipelines.iter().flat_map(|pipeline| read(pipeline)).collect();
    let mut found = vec![];
    for pipeline in pipelines {
        let idle = parts(pipeline).into_iter().filter(|part| !read.contains(&part.span));
        found.extend(idle.map(|part| (say(pipeline, &part), *pipeline)));
    }
    found
}
