//! What a picture beside the text would show: the item around the cursor, as the checker has it.

use super::Analysis;
use crate::hir::{Experiment, Network, Pipeline};
use crate::syntax::ast::Header;

/// What is drawn of an item.
#[derive(Debug)]
pub enum Shown<'a> {
    Experiment(&'a Experiment),
    Pipeline(&'a Pipeline),
    /// A network, and the pipelines that give it its sizes.
    Network(&'a Network, Vec<&'a Pipeline>),
    /// What a schedule trains.
    Schedule(Vec<&'a Pipeline>),
}

/// Pipelines that one picture shows, at most.
const PIPELINES: usize = 12;

/// The name of the item around an offset, and what is drawn of it; nothing of datasets, of blocks, and of what is not sound.
pub fn shown(analysis: &Analysis, offset: usize) -> Option<(&str, Shown<'_>)> {
    let header = analysis.header_at(offset)?;
    let checked = &analysis.checked;
    let own = header.name.span;
    let shown = if let Some(found) = checked.experiments.iter().find(|experiment| experiment.span == own) {
        Shown::Experiment(found)
    } else if let Some(found) = checked.pipelines.iter().find(|pipeline| pipeline.span == own) {
        Shown::Pipeline(found)
    } else if let Some(found) = checked.networks.iter().find(|network| network.span == own) {
        Shown::Network(
            found,
            analysis.pipelines().filter(|pipeline| pipeline.network.span == own).take(PIPELINES).collect(),
        )
    } else {
        let using: Vec<&Pipeline> =
            analysis.pipelines().filter(|pipeline| pipeline.schedule.span == own).take(PIPELINES).collect();
        Shown::Schedule(Some(using).filter(|using| !using.is_empty())?)
    };
    Some((&header.name.node, shown))
}

impl Analysis {
    /// The head of the item of the text that was named that an offset lies in.
    pub fn header_at(&self, offset: usize) -> Option<&Header> {
        let items = &self.program.files.first()?.tree.items;
        let around = |header: &&Header| header.span.start as usize <= offset && offset <= header.span.end as usize;
        items.iter().filter_map(|item| item.header()).find(around)
    }
}
