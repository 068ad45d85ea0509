//! Every run of an experiment by its place: what decides it, what it is stored under, what is evaluated of it. Owns the way from
//! an arm in a turn to a place; trains nothing and stores nothing.

use crate::experiment::{self, Cell, Recipes};
use crate::hir::Experiment;
use crate::record::{Address, ArmId, Recipe, RunRecord, Turn};
use crate::train::Watch;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub struct Grid<'e> {
    pub experiment: &'e Experiment,
    /// By turn; those of one turn together.
    pub cells: Vec<Cell<'e>>,
    recipes: Recipes,
    addresses: Vec<Address>,
    /// The first place of every address: each run is trained once.
    firsts: BTreeMap<Address, usize>,
    /// Cells of one turn, and the place of each arm among them.
    together: usize,
    arms: BTreeMap<Arc<ArmId>, usize>,
    turns: BTreeMap<Turn, usize>,
}

impl<'e> Grid<'e> {
    /// The cells of an experiment, which have these recipes.
    pub fn new(experiment: &'e Experiment, cells: Vec<Cell<'e>>, recipes: Recipes) -> Self {
        let addresses: Vec<Address> = cells.iter().map(|cell| recipes.address(cell)).collect();
        let mut firsts = BTreeMap::new();
        for (place, address) in addresses.iter().enumerate() {
            firsts.entry(*address).or_insert(place);
        }
        let first = cells.first().map(|cell| cell.turn);
        let together = cells.iter().take_while(|cell| Some(cell.turn) == first).count();
        let turns = cells.iter().step_by(together.max(1)).map(|cell| cell.turn).zip(0..).collect();
        let arms = cells.iter().take(together).enumerate().map(|(i, cell)| (cell.arm.clone(), i)).collect();
        Self { experiment, cells, recipes, addresses, firsts, together, arms, turns }
    }

    /// Runs that differ.
    pub fn distinct(&self) -> usize {
        self.firsts.len()
    }

    pub fn has(&self, address: &Address) -> bool {
        self.firsts.contains_key(address)
    }

    /// The cells of runs that are not `done`, each run once, in the order they are trained.
    pub fn missing(&self, done: &BTreeSet<Address>) -> Vec<Cell<'e>> {
        let missing = self.firsts.iter().filter(|(address, _)| !done.contains(address));
        let places: BTreeSet<usize> = missing.map(|(_, place)| *place).collect();
        places.into_iter().map(|place| self.cells[place].clone()).collect()
    }

    pub fn recipe(&self, cell: &Cell<'_>) -> Recipe {
        self.recipes.recipe(cell)
    }

    /// Of the run that goes on where this one halts.
    pub fn recipe_after(&self, cell: &Cell<'_>) -> Recipe {
        self.recipes.recipe_after(cell)
    }

    pub fn address(&self, cell: &Cell<'_>) -> Address {
        self.addresses[self.place(&cell.arm, cell.turn)]
    }

    /// The cell that a record is of.
    pub fn cell(&self, record: &RunRecord) -> &Cell<'e> {
        &self.cells[self.place(&record.arm, record.turn())]
    }

    fn place(&self, arm: &ArmId, turn: Turn) -> usize {
        let turn = self.turns.get(&turn);
        let place = turn.zip(self.arms.get(arm)).map(|(turn, arm)| turn * self.together + arm);
        place.expect("a run of this experiment")
    }

    /// What is evaluated of a run.
    pub fn watch(&self, cell: &Cell<'_>) -> Watch {
        experiment::watch(self.experiment, cell.pipeline)
    }

    /// The same as it is stored with the run.
    pub fn watched(&self, cell: &Cell<'_>) -> String {
        ron::to_string(&self.watch(cell)).expect("plain data has a text")
    }
}
