//! Brackets that wait for their partners, and how many of them there may be.

/// Brackets open at one place. More is refused before the grammar recurses into them.
pub(super) const MAX_DEPTH: usize = 64;

/// A bracket that waits for its partner.
#[derive(Clone, Copy)]
pub(super) struct Open {
    pub(super) token: usize,
    pub(super) mark: u8,
    /// Indent of the line it stands on.
    pub(super) indent: u32,
}

/// The indent of the line a closed brace was opened on.
pub(super) fn indent_of(open: &Option<Open>) -> u32 {
    open.filter(|o| o.mark == b'{').map_or(0, |o| o.indent)
}

/// Brackets that wait for their partners.
#[derive(Default)]
pub(super) struct Stack {
    pub(super) open: Vec<Open>,
    /// How many of them are braces.
    pub(super) braces: usize,
    /// Brackets open beyond `MAX_DEPTH`, and the first of them.
    pub(super) deeper: usize,
    pub(super) too_deep: Option<usize>,
}

impl Stack {
    pub(super) fn open(&mut self, open: Open) {
        if self.open.len() >= MAX_DEPTH {
            self.too_deep.get_or_insert(open.token);
            self.deeper += 1;
            return;
        }
        self.braces += usize::from(open.mark == b'{');
        self.open.push(open);
    }

    /// The partner of a closing bracket. A brace also closes what was left open inside it; other brackets close only
    /// their own kind, so a stray `)` disturbs no brace.
    pub(super) fn close(&mut self, close: u8) -> Option<Open> {
        if self.deeper > 0 {
            self.deeper -= 1;
            return None;
        }
        if close != b'}' {
            let partner = if close == b')' { b'(' } else { b'[' };
            return self.open.pop_if(|open| open.mark == partner);
        }
        let at = self.open.iter().rposition(|open| open.mark == b'{')?;
        let open = self.open[at];
        self.open.truncate(at);
        self.braces -= 1;
        Some(open)
    }

    pub(super) fn innermost_brace(&self) -> Option<usize> {
        self.open.iter().rfind(|open| open.mark == b'{').map(|open| open.token)
    }
}
