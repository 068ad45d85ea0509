//! Which instruction set kernels compute with, for one sum has other last bits where it is added up in other lanes. Owns what
//! this machine has, what a thread uses, and the witnesses without which vector code cannot be called.

use std::cell::Cell;
use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

/// Instruction sets that kernels are compiled for, least first. Equal ones give equal bits, on every machine that has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Instructions {
    /// None beyond the architecture's first, without fused multiply-add.
    Portable,
    /// What processors of ARM have.
    Neon,
    /// AVX2 and fused multiply-add.
    Avx2,
    /// AVX-512 (F, BW, DQ and VL).
    Avx512,
}

use Instructions::{Avx2, Avx512, Neon, Portable};

/// Witness that the processor has AVX2 and fused multiply-add. There is no other way to one than to ask the processor.
#[derive(Clone, Copy, Debug)]
pub(super) struct V3(());

/// Witness that the processor has AVX-512 (F, BW, DQ and VL), and what [`V3`] stands for.
#[derive(Clone, Copy, Debug)]
pub(super) struct V4(());

/// An instruction set, and the witness that the processor has it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Witness {
    Portable,
    Neon,
    Avx2(V3),
    Avx512(V4),
}

thread_local! {
    /// What this thread was told to use.
    static USED: Cell<Option<Witness>> = const { Cell::new(None) };
}

/// What the machine is taken to have at most.
static MOST: OnceLock<Instructions> = OnceLock::new();

impl Instructions {
    pub const ALL: [Instructions; 4] = [Portable, Neon, Avx2, Avx512];

    /// The best of this machine.
    #[inline]
    pub fn best() -> Self {
        Witness::best().instructions()
    }

    /// What this thread computes with.
    #[inline]
    pub fn used() -> Self {
        Witness::used().instructions()
    }

    /// Whether this machine has them.
    pub fn are_here(self) -> bool {
        self.witness().is_some()
    }

    /// Asks the processor.
    fn witness(self) -> Option<Witness> {
        if self > *MOST.get_or_init(|| Avx512) {
            return None;
        }
        match self {
            Portable => Some(Witness::Portable),
            Neon => cfg!(target_arch = "aarch64").then_some(Witness::Neon),
            Avx2 => has_v3().then_some(Witness::Avx2(V3(()))),
            Avx512 => (has_v3() && has_v4()).then_some(Witness::Avx512(V4(()))),
        }
    }

    /// All that this machine has, least first.
    pub fn here() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|instructions| instructions.are_here())
    }

    /// Lets this thread compute with them until what comes back is dropped.
    ///
    /// # Panics
    /// This machine does not have them.
    #[must_use = "they are used as long as this is held"]
    pub fn begin(self) -> Using {
        let witness = self.witness().unwrap_or_else(|| panic!("this machine has no {self}"));
        Using { before: USED.replace(Some(witness)), _own_thread: std::marker::PhantomData }
    }

    /// Takes the machine for one that has no more, so that tests see what other machines do. To be said before anything is asked.
    #[cfg(debug_assertions)]
    pub fn pretend(most: Self) {
        MOST.get_or_init(|| most);
    }
}

impl Witness {
    /// The best of this machine, found once.
    #[inline]
    fn best() -> Self {
        static BEST: OnceLock<Witness> = OnceLock::new();
        *BEST.get_or_init(|| Instructions::ALL.iter().rev().find_map(|i| i.witness()).unwrap_or(Witness::Portable))
    }

    /// What this thread computes with.
    #[inline]
    pub fn used() -> Self {
        USED.get().unwrap_or_else(Self::best)
    }

    #[inline]
    fn instructions(self) -> Instructions {
        match self {
            Witness::Portable => Portable,
            Witness::Neon => Neon,
            Witness::Avx2(_) => Avx2,
            Witness::Avx512(_) => Avx512,
        }
    }
}

/// Holds what a thread computes with.
#[derive(Debug)]
pub struct Using {
    before: Option<Witness>,
    /// It says what its own thread does.
    _own_thread: std::marker::PhantomData<*const ()>,
}

impl Drop for Using {
    fn drop(&mut self) {
        USED.set(self.before);
    }
}

impl fmt::Display for Instructions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Portable => "portable",
            Neon => "neon",
            Avx2 => "avx2",
            Avx512 => "avx512",
        })
    }
}

impl FromStr for Instructions {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|instructions| instructions.to_string() == word);
        found.ok_or_else(|| {
            let words: Vec<String> = Self::ALL.iter().map(|i| format!("`{i}`")).collect();
            format!("`{word}` is no instruction set: there are {}", words.join(", "))
        })
    }
}

#[cfg(target_arch = "x86_64")]
fn has_v3() -> bool {
    use std::arch::is_x86_feature_detected as has;
    has!("avx2") && has!("fma")
}

#[cfg(target_arch = "x86_64")]
fn has_v4() -> bool {
    use std::arch::is_x86_feature_detected as has;
    has!("avx512f") && has!("avx512bw") && has!("avx512dq") && has!("avx512vl")
}

#[cfg(not(target_arch = "x86_64"))]
fn has_v3() -> bool {
    false
}

#[cfg(not(target_arch = "x86_64"))]
fn has_v4() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_goes_back_to_what_it_used() {
        assert_eq!(Instructions::used(), Instructions::best());
        let outer = Portable.begin();
        for instructions in Instructions::here() {
            let inner = instructions.begin();
            assert_eq!(Instructions::used(), instructions);
            let other = std::thread::spawn(Instructions::used).join();
            assert_eq!(other.expect("it says one"), Instructions::best(), "other threads do not mind");
            drop(inner);
            assert_eq!(Instructions::used(), Portable);
        }
        drop(outer);
        assert_eq!(Instructions::used(), Instructions::best());
    }

    #[test]
    fn what_is_written_is_read() {
        for instructions in Instructions::ALL {
            assert_eq!(instructions.to_string().parse(), Ok(instructions));
        }
        assert!("avx".parse::<Instructions>().expect_err("there is none").contains("`avx2`"));
    }
}
