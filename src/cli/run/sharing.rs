//! Which runs of an experiment this program trains while others may train the rest. Owns the choice: runs are claimed in bundles, as
//! many as take about a second, and none is kept that was taken from this program meanwhile.

use super::bundle::{Bundle, looks};
use super::presence::Presence;
use crate::cli::output::complain;
use crate::cli::queue;
use crate::folder::Mark;
use crate::record::Address;
use crate::store::{Claimed, Event, Finished, Keep, Owner, Store, StoreError, Underway};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How often a run may be lost with whoever trained it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tries {
    Any,
    /// So often, of those since this submission to a batch system.
    Most {
        tries: u32,
        submission: u32,
    },
}

/// Whether this program trains a run.
pub enum Asked {
    Ours,
    /// Somebody else has it, or it is done.
    Theirs,
    /// It was lost too often; how.
    GivenUp(String),
}

pub struct Sharing<'s> {
    store: &'s Store,
    presence: &'s Presence,
    tries: Tries,
    state: Mutex<State>,
}

struct State {
    /// Runs that this program may train, in its order; those that nobody asked for yet.
    order: Vec<Address>,
    places: BTreeMap<Address, usize>,
    free: BTreeSet<usize>,
    /// Claimed, and not begun.
    ahead: BTreeSet<Address>,
    /// What is stored of them, and does not count: they are trained anew.
    anew: BTreeSet<Address>,
    /// What others have.
    theirs: BTreeSet<Address>,
    /// What somebody had when all claims were listed, but for what was asked for again.
    listed: BTreeSet<Address>,
    doubted: BTreeSet<Address>,
    /// Who lost each.
    lost: BTreeMap<Address, Vec<String>>,
    /// When the owners of those were heard of first.
    heard: BTreeMap<Address, Mark>,
    bundle: Bundle,
    since: Instant,
    /// At what others did, and at what they have.
    done: Look,
    claims: Look,
    begun: BTreeMap<Address, Instant>,
}

/// A look at everything, in place of a question a run: when the last one was, how long it took, and how long questions took since that
/// it would have spared.
struct Look {
    at: Instant,
    took: Duration,
    wasted: Duration,
}

impl Default for Look {
    fn default() -> Self {
        Self { at: now(), took: Duration::ZERO, wasted: Duration::ZERO }
    }
}

impl Look {
    /// Looks, unless it is too early for that.
    fn again(&mut self, look: impl FnOnce() -> Result<(), StoreError>) -> Result<(), StoreError> {
        if looks(self.at.elapsed(), self.took, self.wasted) {
            let at = now();
            look()?;
            *self = Self { at, took: at.elapsed(), wasted: Duration::ZERO };
        }
        Ok(())
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "how many are claimed together is a matter of time; what they come to is not"
)]
fn now() -> Instant {
    Instant::now()
}

/// What is said of an owner who is gone: of a job, why and where it is told.
fn lost(store: &Store, owner: &Owner) -> String {
    if owner.job.is_empty() {
        return owner.who.clone();
    }
    let why = queue::reason(store, &owner.job).map_or(String::new(), |why| format!(": {why}"));
    format!("job {} on {}{why}; its log is `slurm/{}.log`", owner.job, owner.node, owner.job)
}

impl<'s> Sharing<'s> {
    /// These runs are to be trained, by whomever.
    pub fn new(
        store: &'s Store,
        presence: &'s Presence,
        order: Vec<Address>,
        tries: Tries,
    ) -> Result<Self, StoreError> {
        let anew = order.iter().copied().filter(|address| store.has(address)).collect();
        let mut lost: BTreeMap<Address, Vec<String>> = BTreeMap::new();
        if let Tries::Most { submission: of, .. } = tries {
            for event in store.events()? {
                if let Event::Lost { address, who, submission } = event
                    && submission == of
                {
                    lost.entry(address).or_default().push(who);
                }
            }
        }
        let state = State {
            places: order.iter().copied().zip(0..).collect(),
            free: (0..order.len()).collect(),
            order,
            anew,
            lost,
            ahead: BTreeSet::new(),
            theirs: BTreeSet::new(),
            listed: BTreeSet::new(),
            doubted: BTreeSet::new(),
            heard: BTreeMap::new(),
            bundle: Bundle::default(),
            since: now(),
            done: Look::default(),
            claims: Look::default(),
            begun: BTreeMap::new(),
        };
        Ok(Self { store, presence, tries, state: Mutex::new(state) })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks for a run that is about to begin, and claims those after it with it.
    pub fn ask(&self, address: &Address) -> Result<Asked, StoreError> {
        let mut state = self.state();
        let place = state.places.get(address).copied();
        if let Some(place) = place.filter(|place| state.free.contains(place)) {
            self.claim(&mut state, place)?;
        } else if place.is_none() && !state.ahead.contains(address) && !state.begun.contains_key(address) {
            // A run that others begin from, and that is not among those to do.
            self.claim_one(&mut state, address)?;
        }
        if !state.ahead.remove(address) {
            return Ok(if state.begun.contains_key(address) { Asked::Ours } else { Asked::Theirs });
        }
        if let Tries::Most { tries, .. } = self.tries
            && let Some(lost) = state.lost.get(address).filter(|lost| lost.len() >= tries as usize)
        {
            let why = format!("it was lost {} times with whoever trained it: {}", lost.len(), lost.join("; "));
            return Ok(Asked::GivenUp(why));
        }
        state.begun.insert(*address, now());
        drop(state);
        self.doing(|runs| runs.push(Underway { address: *address, ..Underway::default() }));
        Ok(Asked::Ours)
    }

    /// Claims the run of a place, and of as many after it as a bundle has.
    fn claim(&self, state: &mut State, place: usize) -> Result<(), StoreError> {
        let began = now();
        let took = began.saturating_duration_since(std::mem::replace(&mut state.since, began));
        let size = state.bundle.after(took);
        let mut claimed = 0;
        while let Some(place) = state.free.range(place..).next().copied().filter(|_| claimed < size) {
            state.free.remove(&place);
            let address = state.order[place];
            if self.store.has(&address) && !state.anew.contains(&address) {
                continue;
            }
            if state.listed.contains(&address) {
                state.theirs.insert(address);
                continue;
            }
            let asked = now();
            self.claim_one(state, &address)?;
            claimed += 1;
            if state.theirs.contains(&address) {
                state.claims.wasted += asked.elapsed();
                self.list(state)?;
            }
        }
        // What was done before it was claimed is found here.
        self.look(state)?;
        for address in &state.ahead {
            self.store.look_for(address)?;
        }
        let is_done = |address: &&Address| self.store.has(address) && !state.anew.contains(address);
        for address in state.ahead.iter().filter(is_done).copied().collect::<Vec<_>>() {
            state.ahead.remove(&address);
            self.presence.claims.release(&address)?;
            state.done.wasted += began.elapsed() / claimed.max(1) as u32;
        }
        Ok(())
    }

    /// Looks at what others did, unless it was looked at a moment ago.
    fn look(&self, state: &mut State) -> Result<(), StoreError> {
        state.done.again(|| self.store.refresh())
    }

    /// Looks at all claims at once, unless it was looked a moment ago: where others are, one listing takes the place of a question a run.
    fn list(&self, state: &mut State) -> Result<(), StoreError> {
        let State { claims, listed, doubted, .. } = state;
        claims.again(|| {
            *listed = self.presence.claims.claimed()?;
            listed.retain(|address| !doubted.contains(address));
            Ok(())
        })
    }

    fn claim_one(&self, state: &mut State, address: &Address) -> Result<(), StoreError> {
        match self.presence.claims.claim(address)? {
            Claimed::Ours => _ = state.ahead.insert(*address),
            Claimed::Theirs => _ = state.theirs.insert(*address),
            Claimed::TakenOver(owner) => {
                state.ahead.insert(*address);
                self.store.refresh()?;
                if !self.store.has(address) {
                    let who = lost(self.store, &owner);
                    self.store.lost(address, &who)?;
                    state.lost.entry(*address).or_default().push(who);
                }
            }
        }
        Ok(())
    }

    /// Runs that others had when this program asked, and that are not done.
    pub fn left(&self) -> Result<BTreeSet<Address>, StoreError> {
        let mut state = self.state();
        self.look(&mut state)?;
        let is_left = |address: &&Address| !self.store.has(address) || state.anew.contains(address);
        Ok(state.theirs.iter().filter(is_left).copied().collect())
    }

    /// Those of these runs whose owners were not heard of again since this was asked first: they may be gone. Others go on with theirs.
    pub fn unsure(&self, left: &BTreeSet<Address>) -> Result<BTreeSet<Address>, StoreError> {
        let mut unsure = BTreeSet::new();
        for address in left {
            let Some(heard) = self.presence.claims.heard(address)? else {
                unsure.insert(*address);
                continue;
            };
            if self.state().heard.entry(*address).or_insert(heard).written == heard.written {
                unsure.insert(*address);
            }
        }
        Ok(unsure)
    }

    /// These are asked for again.
    pub fn again(&self, runs: &BTreeSet<Address>) {
        let mut state = self.state();
        for address in runs {
            state.theirs.remove(address);
            state.listed.remove(address);
        }
        state.doubted.extend(runs);
        let places: Vec<usize> = runs.iter().filter_map(|address| state.places.get(address).copied()).collect();
        state.free.extend(places);
    }

    /// Whether this program still has a run, and may keep a checkpoint of it.
    pub fn holds(&self, address: &Address) -> Result<bool, StoreError> {
        self.presence.claims.holds(address)
    }

    /// Whether what a run came to is to be stored, asked when that is about to be done.
    pub fn keep(&self, run: &Finished) -> Result<Keep, StoreError> {
        let claims = &self.presence.claims;
        let is_ours = if claims.holds(&run.address)? {
            self.store.look_for(&run.address)?;
            true
        } else {
            // Whoever had it meanwhile may have stored it in any file.
            let is_ours = claims.claim(&run.address)? != Claimed::Theirs;
            self.store.refresh()?;
            is_ours
        };
        let is_second = self.store.has(&run.address) && !self.state().anew.contains(&run.address);
        if is_second {
            self.store.compare(run)?;
        } else if !is_ours {
            complain(&format!("run {} was taken over by another program, which took this one for dead", run.address));
        }
        Ok(if is_ours && !is_second { Keep::Yes } else { Keep::No })
    }

    /// A run is over: others may have what it claimed.
    pub fn release(&self, address: &Address) -> Result<(), StoreError> {
        self.state().begun.remove(address);
        self.doing(|runs| runs.retain(|run| run.address != *address));
        self.presence.claims.release(address)
    }

    /// So much more of a run is done.
    pub fn advance(&self, address: &Address, phase: &str, share: f64, loss: f64) {
        let seconds = self.state().begun.get(address).map_or(0.0, |begun| begun.elapsed().as_secs_f64());
        self.doing(|runs| {
            for run in runs.iter_mut().filter(|run| run.address == *address) {
                (run.share, run.seconds, run.phase) = (run.share + share, seconds, phase.into());
                run.lost(loss);
            }
        });
    }

    fn doing(&self, change: impl FnOnce(&mut Vec<Underway>)) {
        change(&mut self.presence.doing.lock().unwrap_or_else(PoisonError::into_inner).runs);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::run::presence::{LEASE, owner};
    use crate::record::manifest::Manifest;

    #[test]
    fn what_others_have_is_asked_for_one_by_one_where_it_is_asked_for_again_alone() {
        let at = std::env::temp_dir().join(format!("mhm-sharing-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&at);
        let join = || Presence::join(&at, owner(LEASE)).expect("a folder of ours");
        let (other, own) = (join(), join());
        let run = |n: u8| format!("{n:02x}").repeat(16).parse::<Address>().expect("an address");
        let store = Store::create(&other.claims, Manifest::default(), &[], &mut |_, _| ()).expect("a folder of ours");
        let sharing = Sharing::new(&store, &own, (0..40).map(run).collect(), Tries::Any).expect("a folder of ours");
        let is_ours = |n: u8| matches!(sharing.ask(&run(n)), Ok(Asked::Ours));
        for n in 0..30 {
            assert_eq!(other.claims.claim(&run(n)), Ok(Claimed::Ours));
        }
        assert!(!is_ours(0), "asked, and all claims are listed");
        other.claims.release(&run(5)).expect("a folder of ours");
        assert!((0..30).all(|n| !is_ours(n)), "as they were listed");
        assert!((30..40).all(is_ours));
        assert_eq!(sharing.left(), Ok((0..30).map(run).collect()));
        sharing.again(&(4..7).map(run).collect());
        assert!(!is_ours(4) && is_ours(5) && !is_ours(6), "asked again");
        drop((other, own));
        let _ = std::fs::remove_dir_all(&at);
    }
}
