//! Claims: one of many gets each, and who is gone loses them.

use super::*;
use std::path::PathBuf;
use std::sync::Barrier;

struct House {
    path: PathBuf,
}

impl House {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("mhm-claims-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        Self { path }
    }

    fn join(&self, lease: u64) -> Claims {
        let owner = Owner { who: "a test".into(), lease, ..Owner::default() };
        Claims::join(&self.path, owner, |_| false).expect("a folder of ours")
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

fn at_work(n: u8) -> Doing {
    Doing { runs: vec![Underway { address: run(n), ..Underway::default() }] }
}

fn run(n: u8) -> Address {
    Address::of(&[n; 32])
}

#[test]
fn of_many_programs_one_has_a_run() {
    let house = House::new("one");
    let all: Vec<Claims> = (0..8).map(|_| house.join(60)).collect();
    let together = Barrier::new(all.len());
    let taken: Vec<Vec<u8>> = std::thread::scope(|scope| {
        let each = all.iter().map(|claims| {
            let together = &together;
            scope.spawn(move || {
                together.wait();
                (0..100).filter(|n| claims.claim(&run(*n)).expect("a folder of ours") == Claimed::Ours).collect()
            })
        });
        let each: Vec<_> = each.collect();
        each.into_iter().map(|one| one.join().expect("it ends")).collect()
    });
    let mut runs: Vec<u8> = taken.iter().flatten().copied().collect();
    runs.sort_unstable();
    assert_eq!(runs, (0..100).collect::<Vec<u8>>(), "each is claimed once");
    for (claims, own) in all.iter().zip(&taken) {
        assert!((0..100).all(|n| claims.holds(&run(n)).expect("a folder of ours") == own.contains(&n)));
        // What is one's own is claimed again.
        assert!(own.iter().all(|n| claims.claim(&run(*n)).expect("a folder of ours") == Claimed::Ours));
    }
    assert_eq!(all[0].claimed().expect("a folder of ours"), (0..100).map(run).collect());
    drop(all);
    let left = |name: &str| std::fs::read_dir(house.path.join(name)).expect("a folder of ours").count();
    assert_eq!((left(CLAIMS), left(WORKERS)), (0, 0));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a lease is a matter of time")]
fn who_misses_beats_loses_its_runs_and_learns_it() {
    let house = House::new("late");
    let (first, second, third) = (house.join(1), house.join(1), house.join(1));
    assert_eq!(first.claim(&run(1)).expect("it is free"), Claimed::Ours);
    for _ in 0..6 {
        std::thread::sleep(std::time::Duration::from_millis(300));
        first.beat(&Doing::default()).expect("a folder of ours");
        second.beat(&Doing::default()).expect("a folder of ours");
        assert_eq!(second.claim(&run(1)).expect("a folder of ours"), Claimed::Theirs, "its owner lives");
    }
    std::thread::sleep(std::time::Duration::from_millis(1300));
    // By the clock of the files: nothing is over for who does not look at it.
    assert_eq!(second.claim(&run(1)).expect("a folder of ours"), Claimed::Theirs);
    first.beat(&at_work(1)).expect("a folder of ours");
    std::thread::sleep(std::time::Duration::from_millis(1300));
    second.beat(&Doing::default()).expect("a folder of ours");
    third.beat(&Doing::default()).expect("a folder of ours");
    let taken = second.claim(&run(1)).expect("it is late");
    assert!(matches!(&taken, Claimed::TakenOver(owner) if owner.who == "a test"), "{taken:?}");
    assert_eq!(third.claim(&run(1)).expect("a folder of ours"), Claimed::Theirs);
    assert!(!first.holds(&run(1)).expect("a folder of ours") && second.holds(&run(1)).expect("a folder of ours"));
    // What is of another is not given back.
    first.release(&run(1)).expect("a folder of ours");
    drop(first);
    assert!(second.holds(&run(1)).expect("a folder of ours"));
}

#[test]
fn who_is_known_to_be_dead_is_not_waited_for() {
    let house = House::new("dead");
    let owner = |process| Owner { process, lease: 3600, ..Owner::default() };
    let is_gone: IsGone = |owner| owner.process == 1;
    let join = |process| Claims::join(&house.path, owner(process), is_gone).expect("a folder of ours");
    let (dead, living, next) = (join(1), join(2), join(3));
    for (claims, n) in [(&dead, 1), (&living, 2)] {
        assert_eq!(claims.claim(&run(n)).expect("it is free"), Claimed::Ours);
    }
    assert_eq!(dead.claim(&run(4)).expect("it is free"), Claimed::Ours);
    dead.beat(&at_work(1)).expect("a folder of ours");
    assert!(matches!(next.claim(&run(1)).expect("a folder of ours"), Claimed::TakenOver(_)));
    // It had not been begun.
    assert_eq!(next.claim(&run(4)).expect("a folder of ours"), Claimed::Ours);
    assert_eq!(next.claim(&run(2)).expect("a folder of ours"), Claimed::Theirs);
    let alive: Vec<bool> = next.others().expect("a folder of ours").iter().map(|other| other.alive).collect();
    assert_eq!((alive.len(), alive.iter().filter(|alive| **alive).count()), (2, 1));
    assert_eq!(next.bury().expect("a folder of ours").len(), 1);
    assert_eq!(next.others().expect("a folder of ours").len(), 1);
    // Swept away though it lived, it comes back with its next beat.
    dead.beat(&Doing::default()).expect("a folder of ours");
    assert_eq!(dead.claim(&run(3)).expect("it is free"), Claimed::Ours);
    std::mem::forget(dead);
}

#[test]
fn a_late_claim_is_taken_by_one_of_many() {
    let house = House::new("race");
    let is_gone: IsGone = |owner| owner.process == 1;
    let owner = |process| Owner { process, lease: 3600, ..Owner::default() };
    let join = |process| Claims::join(&house.path, owner(process), is_gone).expect("a folder of ours");
    let dead = join(1);
    for round in 0..50 {
        dead.claim(&run(round)).expect("it is free");
    }
    std::mem::forget(dead);
    let all: Vec<Claims> = (2..8).map(join).collect();
    for round in 0..50 {
        let together = Barrier::new(all.len());
        std::thread::scope(|scope| {
            for claims in &all {
                let together = &together;
                scope.spawn(move || {
                    together.wait();
                    claims.claim(&run(round)).expect("a folder of ours")
                });
            }
        });
        let holders = all.iter().filter(|claims| claims.holds(&run(round)).expect("a folder of ours"));
        assert_eq!(holders.count(), 1, "round {round}");
    }
}
