//! Cuts a file into its items, so that one broken item hides no other. Owns what an item's beginning and end look like
//! and the balance of brackets; says nothing about what stands inside an item.

mod stack;

use super::text::Text;
use super::token::{Kind, Token};
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use stack::{MAX_DEPTH, Open, Stack, indent_of};

/// How far the `{` of a header may be from its name when an item is looked for inside another.
const HEADER_TOKENS: usize = 512;

/// Words an item begins with.
pub(super) const ITEM_WORDS: [&str; 7] = ["use", "block", "network", "schedule", "dataset", "pipeline", "experiment"];

/// The word of an item that other languages, or haste, call by this one.
pub fn item_word(word: &str) -> Option<&'static str> {
    Some(match word {
        "class" | "model" | "net" | "module" | "Network" => "network",
        "def" | "fn" | "func" | "function" | "layer" | "Block" => "block",
        "strategy" | "method" | "training" | "Schedule" => "schedule",
        "data" | "Dataset" => "dataset",
        "config" | "trainer" | "Pipeline" => "pipeline",
        "study" | "grid" | "sweep" | "Experiment" => "experiment",
        _ => return None,
    })
}

/// The tokens of one item, or of a stretch that is none.
#[derive(Clone, Debug)]
pub(super) struct Chunk {
    /// First token; `///` lines come first.
    pub first: usize,
    /// The item's word, after `///` and `allow(…)`. `None`: no item begins here.
    pub word: Option<usize>,
    /// One past the last token.
    pub end: usize,
    /// Not worth parsing: what is wrong with it has been said.
    pub broken: bool,
    /// A `}` that closes nothing, if there is one too many, or a `{` too few before it.
    pub surplus: Option<usize>,
}

struct Splitter<'t> {
    text: &'t Text<'t>,
    tokens: &'t [Token],
    diagnostics: Vec<Diagnostic>,
}

/// The chunks of a text in order, and what is wrong with its brackets. Comments between items belong to no chunk.
pub(super) fn split(text: &Text) -> (Vec<Chunk>, Vec<Diagnostic>) {
    let tokens = &text.tokens;
    let mut splitter = Splitter { text, tokens, diagnostics: Vec::new() };
    let mut chunks = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let next = (at..tokens.len()).find(|&i| !tokens[i].is_comment()).unwrap_or(tokens.len());
        let doc = (at..next).find(|&i| tokens[i].kind == Kind::Doc);
        let first = doc.filter(|_| splitter.begins_item(next)).unwrap_or(next);
        if first < tokens.len() {
            let chunk = splitter.chunk(first, next);
            at = chunk.end;
            chunks.push(chunk);
        } else {
            at = first;
        }
    }
    (chunks, splitter.diagnostics)
}

impl Splitter<'_> {
    fn word(&self, at: usize) -> &str {
        self.text.word(at)
    }

    fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|t| t.kind)
    }

    /// The token after this one, comments aside.
    fn after(&self, at: usize) -> usize {
        (at + 1..self.tokens.len()).find(|&i| !self.tokens[i].is_comment()).unwrap_or(self.tokens.len())
    }

    fn span(&self, at: usize) -> Span {
        self.text.token_span(at)
    }

    /// Whether an item, or the `allow(…)` before one, begins at this token where no brace is open.
    fn begins_item(&self, at: usize) -> bool {
        let word = self.word(at);
        if word != "allow" && !ITEM_WORDS.contains(&word) {
            return false;
        }
        let next = self.kind(self.after(at));
        match word {
            "use" => {
                let begins_path = matches!(next, Some(Kind::Word | Kind::String | Kind::Quoted | Kind::Mark));
                begins_path && self.tokens[self.after(at)].indent.is_none()
            }
            "allow" => self.begins_allow(at),
            _ => next == Some(Kind::Word),
        }
    }

    /// Whether an item surely begins at this token although a brace is open: at column 0, with the head of an item.
    /// `network Foo(width: 3)` at column 0 may be a statement of a pipeline, `network Foo(width: Int) {` may not.
    fn begins_item_in_braces(&self, at: usize) -> bool {
        if self.tokens[at].indent != Some(0) || !self.begins_item(at) {
            return false;
        }
        let word = self.word(at);
        if word == "use" || word == "allow" {
            return true;
        }
        let after = self.after(self.after(at));
        let after = if self.word(after) == "(" { self.after_params(after) } else { Some(after) };
        after.is_some_and(|i| match self.word(i) {
            "{" => true,
            "=" => word == "block",
            "from" => word == "dataset",
            _ => false,
        })
    }

    /// The token after the `)` that closes the `(` at `open`.
    fn after_params(&self, open: usize) -> Option<usize> {
        let mut depth = 0;
        for at in open..self.tokens.len().min(open + HEADER_TOKENS) {
            match self.word(at) {
                "(" => depth += 1,
                ")" => depth -= 1,
                "{" | "}" => return None,
                _ => {}
            }
            if depth == 0 {
                return Some(self.after(at));
            }
        }
        None
    }

    /// The chunk that begins at `first`, whose first token that is no comment is `at`.
    fn chunk(&mut self, first: usize, mut at: usize) -> Chunk {
        while self.tokens.get(at).is_some_and(Token::is_comment) || self.begins_allow(at) {
            at = if self.begins_allow(at) { self.after_params(self.after(at)).unwrap_or(at + 2) } else { at + 1 };
        }
        let is_item = self.begins_item(at) && !self.begins_allow(at);
        let mut surplus = None;
        let (end, broken) = match self.word(at) {
            "use" if is_item => (self.line_end(at + 2), false),
            _ if self.begins_import(at) => (self.line_end(at + 1), false),
            _ if is_item => self.end(at, self.after(at) + 1, &mut surplus),
            "}" | ")" | "]" => (self.closers_end(at), false),
            _ => self.end(first, at, &mut surplus),
        };
        Chunk { first, word: is_item.then_some(at), end: end.max(first + 1), broken, surplus }
    }

    /// `import a.b`, `from a import b` on a line of their own.
    fn begins_import(&self, at: usize) -> bool {
        if self.tokens.get(at).is_none_or(|t| t.indent != Some(0)) {
            return false;
        }
        match self.word(at) {
            "import" | "include" | "require" | "using" => true,
            "from" => (at + 1..self.line_end(at + 1)).any(|i| self.word(i) == "import"),
            _ => false,
        }
    }

    /// Whether the body of the item at `at` begins without its `{`: another line follows its head.
    fn lacks_brace(&self, at: usize) -> bool {
        if !matches!(self.word(at), "block" | "network" | "schedule" | "pipeline" | "experiment") {
            return false;
        }
        let after = self.after(self.after(at));
        let after = if self.word(after) == "(" { self.after_params(after) } else { Some(after) };
        let next =
            after.map(|i| if self.word(i) == ":" { i + 1 } else { i }).filter(|&i| self.kind(i) == Some(Kind::Word));
        next.is_some_and(|i| self.tokens[i].indent.is_some_and(|indent| indent > 0))
    }

    fn begins_allow(&self, at: usize) -> bool {
        self.word(at) == "allow" && self.word(self.after(at)) == "("
    }

    fn line_end(&self, from: usize) -> usize {
        let len = self.tokens.len();
        let end = (from..len).find(|&i| self.tokens[i].indent.is_some() && self.word(i) != ".").unwrap_or(len);
        self.before_comments(from.min(len), end)
    }

    fn closers_end(&self, from: usize) -> usize {
        (from..self.tokens.len()).find(|&i| self.tokens[i].kind != Kind::Close).unwrap_or(self.tokens.len())
    }

    /// Where the chunk that began at `first` ends, reading on from `at`, and whether its brackets are out of order.
    fn end(&mut self, first: usize, mut at: usize, surplus: &mut Option<usize>) -> (usize, bool) {
        let mut stack = Stack::default();
        let mut suspect = None;
        let mut doubted = None;
        // A `{` that is not there holds the chunk together, and is not missed twice.
        let lacking = self.lacks_brace(first).then_some(first);
        if let Some(token) = lacking {
            stack.open(Open { token, mark: b'{', indent: 0 });
        }
        let mut indent = self.tokens.get(first).and_then(|t| t.indent).unwrap_or(0);
        while let Some(token) = self.tokens.get(at).copied() {
            indent = token.indent.unwrap_or(indent);
            if at > first && self.begins_next(at, stack.braces) {
                break;
            }
            let mark = self.text.text.as_bytes()[token.start as usize];
            match token.kind {
                Kind::Open => stack.open(Open { token: at, mark, indent }),
                Kind::Close if mark == b'}' && stack.braces == 0 && stack.deeper == 0 => break,
                Kind::Close => {
                    let closed = stack.close(mark);
                    if let Some(open) = closed.filter(|_| token.indent.is_some_and(|i| i < indent_of(&closed))) {
                        suspect.get_or_insert(open.token);
                    }
                    // One that stands elsewhere than what it closes is the first to doubt.
                    let astray = match (closed.filter(|open| open.mark == b'{'), token.indent) {
                        (Some(open), Some(_)) => indent != open.indent,
                        (Some(open), None) => !self.is_one_line(open.token, at),
                        (None, _) => false,
                    };
                    doubted = doubted.or(astray.then_some(at));
                    if mark == b'}' && stack.braces == 0 {
                        if surplus.is_some() || !self.goes_on(first, at) {
                            return (at + 1, self.report_depth(stack.too_deep));
                        }
                        *surplus = doubted.or(Some(at));
                        stack.open(Open { token: at, mark: b'{', indent: 0 });
                    }
                }
                _ => {}
            }
            at += 1;
        }
        let end = self.before_comments(first, at);
        if self.report_depth(stack.too_deep) {
            return (end, true);
        }
        let innermost = stack.innermost_brace().filter(|open| Some(*open) != lacking);
        let Some(innermost) = innermost else { return (end, false) };
        self.unclosed(suspect.unwrap_or(innermost), at);
        (end, true)
    }

    /// Whether both tokens are on one line.
    fn is_one_line(&self, from: usize, to: usize) -> bool {
        (from + 1..=to).all(|at| self.tokens[at].indent.is_none())
    }

    /// Whether the item that began at `first` goes on behind a `}` that would close it: its lines do, and another `}` stands
    /// where it began.
    fn goes_on(&self, first: usize, close: usize) -> bool {
        let indent = self.tokens[first].indent.unwrap_or(0);
        let next = self.after(close);
        let deeper = self.tokens.get(next).is_some_and(|t| t.indent.is_some_and(|i| i > indent));
        deeper
            && (next..self.tokens.len())
                .find(|&at| self.tokens[at].indent.is_some_and(|i| i <= indent) && !self.tokens[at].is_comment())
                .is_some_and(|at| self.word(at) == "}" && self.tokens[at].indent == Some(indent))
    }

    fn begins_next(&self, at: usize, braces: usize) -> bool {
        match braces {
            0 => self.tokens[at].indent.is_some() && (self.begins_item(at) || self.begins_import(at)),
            _ => self.begins_item_in_braces(at),
        }
    }

    /// Leaves comments at the end, which may document what follows, out of the chunk.
    fn before_comments(&self, first: usize, mut end: usize) -> usize {
        while end > first + 1 && self.tokens[end - 1].is_comment() {
            end -= 1;
        }
        end
    }

    fn report_depth(&mut self, too_deep: Option<usize>) -> bool {
        let Some(at) = too_deep else { return false };
        let found = Diagnostic::error("too-deep", format!("more than {MAX_DEPTH} brackets are open at one place"))
            .label(self.span(at), "this one is too many")
            .help("give a part of it a name: a `block`, a `let`, or a `split` of its own");
        self.diagnostics.push(found);
        true
    }

    fn unclosed(&mut self, open: usize, noticed: usize) {
        let mut found =
            Diagnostic::error("unclosed-brace", "this `{` is never closed").label(self.span(open), "opened here");
        if noticed < self.tokens.len() {
            let message = format!("`{}` begins the next item here", self.word(noticed));
            found = found.label(self.span(noticed), message);
        }
        self.diagnostics.push(found.help("add the missing `}`"));
    }
}
