//! A page for every code, by area. Owns what a page is; tests hold the pages against the sources and run every example.

mod data;
mod experiment;
mod names;
mod network;
mod pipeline;
mod run;
mod schedule;
mod start;
mod text;
mod values;

/// What a code means.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    pub code: &'static str,
    /// One line.
    pub what: &'static str,
    /// Why it is wrong, and what to do.
    pub why: &'static str,
    /// A program that gets this code and no other; empty where none is short enough.
    pub wrong: &'static str,
    /// The same, mended.
    pub right: &'static str,
}

/// Every page, in the order a program is read.
pub fn pages() -> impl Iterator<Item = &'static Page> {
    let items =
        [network::PAGES, schedule::PAGES, data::PAGES, pipeline::PAGES, start::PAGES, experiment::PAGES, run::PAGES];
    [text::PAGES, names::PAGES, values::PAGES].into_iter().chain(items).flatten()
}
