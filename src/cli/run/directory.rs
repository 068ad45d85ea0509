//! The folder of an experiment while this program runs it: joined, brought up to date, and begun anew where that is asked for. Owns
//! what is said of what lay there before.

use super::grid::Grid;
use super::origin::{texts, with_origin};
use super::presence::{LEASE, Presence, owner};
use super::{Run, before};
use crate::check::names::Program;
use crate::cli::output::{complain, note};
use crate::experiment::{self, Options, Recipes, UNREADABLE};
use crate::hir::Experiment;
use crate::record::Address;
use crate::record::manifest::{Manifest, Searched};
use crate::store::{Event, Role, Store, StoreError};
use std::collections::BTreeSet;
use std::path::Path;

pub struct RunDirectory {
    pub store: Store,
    /// Where everything is trained anew: what is done since. It may have been begun by a program that was stopped.
    fresh: Option<BTreeSet<Address>>,
    /// Others may run the experiment, too.
    pub presence: Presence,
}

/// Says what is damaged, and where it was put.
pub fn set_aside(why: &StoreError, aside: &Path) {
    complain(&format!("{why}: it is `{}` now", aside.display()));
}

impl RunDirectory {
    /// Finds the folder of an experiment, or makes it, and lays out what is to be run there. `searches` chose what its arms are.
    pub fn open<'e>(
        command: &Run,
        options: &Options,
        experiment: &'e Experiment,
        program: &Program,
        searches: &[Searched],
    ) -> Result<(Self, Grid<'e>), String> {
        let folder = command.runs.join(&experiment.name);
        let old = Store::open(&folder).ok();
        let cells = experiment::cells(experiment);
        let mut recipes = Recipes::of(&cells, options);
        let found = recipes.files();
        if found.iter().any(|(_, hash)| hash == UNREADABLE) {
            // Of data that are gone, what was made of them stays.
            let same = old.as_ref().filter(|old| old.manifest().file == command.chosen.file);
            let before = same.map_or(&[][..], |old| &old.manifest().files);
            recipes = Recipes::after(&cells, options, before);
        }
        let manifest = experiment::manifest(experiment, &cells, &recipes, options).map_err(|e| e.to_string())?;
        let manifest = Manifest { searches: searches.to_vec(), ..manifest };
        let manifest = with_origin(manifest, command, experiment, program, options);
        let presence = Presence::join(&folder, owner(LEASE))?;
        let claims = &presence.claims;
        for gone in claims.bury().map_err(|e| e.to_string())?.iter().filter(|_| !command.quiet) {
            let gone = &gone.who;
            note(&format!("{}: {gone} ended without leaving; what it stored is gone on from", experiment.name));
        }
        if claims.role().map_err(|e| e.to_string())? != Role::Alone {
            let others = claims.others().map_err(|e| e.to_string())?;
            let names: Vec<&str> = others.iter().map(|other| other.owner.who.as_str()).collect();
            let names = names.join(", ");
            if command.fresh {
                let folder = folder.display();
                return Err(format!("`{folder}` is in use by {names}: `--fresh` begins when they have ended"));
            }
            if !command.quiet {
                note(&format!("{}: works along with {names}", experiment.name));
            }
        }
        if let Some(old) = old.filter(|_| !command.fresh) {
            before::compare(&old, &manifest, &found)?;
        }
        let store = Store::create(claims, manifest, &texts(program), &mut set_aside).map_err(|e| e.to_string())?;
        let grid = Grid::new(experiment, cells, recipes);
        let fresh = if command.fresh { Some(begin_anew(&store, &grid, command)?) } else { None };
        Ok((Self { store, fresh, presence }, grid))
    }

    /// As a worker has it of a batch system: nothing is said, and nothing begun anew.
    pub fn of(store: Store, presence: Presence) -> Self {
        Self { store, fresh: None, presence }
    }

    /// Whether a run that is stored counts as done.
    pub fn counts(&self, address: &Address) -> bool {
        self.store.has(address) && self.fresh.as_ref().is_none_or(|done| done.contains(address))
    }

    /// How many runs are done of those that are stored, or since all were begun anew.
    pub fn done(&self, stored: usize) -> Result<usize, String> {
        match &self.fresh {
            Some(_) => Ok(self.store.fresh().map_err(|e| e.to_string())?.unwrap_or_default().len()),
            None => Ok(stored),
        }
    }

    /// Says that the program was stopped, or that all that was begun anew is done.
    pub fn note_end(&self, stopped: Stopped, done: usize, of: usize) -> Result<(), String> {
        let event = match (stopped, &self.fresh) {
            (Stopped::Yes, _) => Event::Interrupted { done, of },
            (Stopped::No, Some(_)) => Event::Ended { of },
            (Stopped::No, None) => return Ok(()),
        };
        self.store.note(&event).map_err(|e| e.to_string())
    }
}

/// Whether the program was told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    Yes,
    No,
}

/// Everything is to be trained anew: the runs that are done since that was said, if the program was stopped on its way.
fn begin_anew(store: &Store, grid: &Grid<'_>, command: &Run) -> Result<BTreeSet<Address>, String> {
    let of = grid.distinct();
    if let Some(done) = store.fresh().map_err(|e| e.to_string())? {
        let done: BTreeSet<Address> = done.into_iter().filter(|address| grid.has(address)).collect();
        if !command.quiet {
            note(&format!("goes on with what `--fresh` began: {} of {of} runs are trained anew", done.len()));
        }
        return Ok(done);
    }
    store.drop_checkpoints(&|address| grid.has(address));
    store.note(&Event::Fresh { of }).map_err(|e| e.to_string())?;
    Ok(BTreeSet::new())
}
