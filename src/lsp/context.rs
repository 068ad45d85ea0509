//! Where a cursor stands in a text that may be half-written: in which item, which statement, which brackets. Reads words, not trees:
//! what is being typed has none.

/// A piece of text that matters here.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Token<'t> {
    text: &'t str,
    start: usize,
    /// Whether it is the first of its line.
    leads: Leads,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leads {
    Line,
    Nothing,
}

/// Where the cursor is.
#[derive(Clone, Debug, PartialEq)]
pub struct Context<'t> {
    /// What was typed of the word at the cursor.
    pub typed: &'t str,
    pub start: usize,
    /// The keyword and the name of the item around it; nothing at the top of a file.
    pub item: Option<(&'t str, &'t str)>,
    /// Keywords of the blocks inside of the item, outermost first: `repeat`, `for`, `phase`, `choose`.
    pub blocks: Vec<&'t str>,
    /// Words of the statement so far, the one that is typed aside, outside of brackets that are closed.
    pub statement: Vec<&'t str>,
    /// The call around it: what is called, names that it was given, and the place of the argument.
    pub call: Option<Call<'t>>,
    /// Whether a statement can begin here.
    pub begins: Begins,
    /// Inside of a text in quotes or a comment.
    pub within: Within<'t>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begins {
    Statement,
    Nothing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Within<'t> {
    Code,
    Comment,
    /// A text in quotes, as far as it is written.
    Text(&'t str),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Call<'t> {
    pub callee: &'t str,
    pub start: usize,
    /// Arguments before the one at the cursor.
    pub place: usize,
    /// The name of the argument at the cursor, where it has one.
    pub named: Option<&'t str>,
    pub given: Vec<&'t str>,
}

pub const ITEMS: [&str; 6] = ["block", "network", "schedule", "dataset", "pipeline", "experiment"];
/// Words before a `{` inside of an item.
const BLOCKS: [&str; 6] = ["repeat", "for", "phase", "choose", "table", "figure"];

/// Words that begin a statement, by the block they stand in.
pub fn statements(item: &str, blocks: &[&str]) -> &'static [&'static str] {
    const SCHEDULE: &[&str] = &["folds", "replicas", "repeat", "for", "phase", "deploy"];
    const SETTINGS: &[&str] =
        &["optimizer", "rate", "clip", "batch", "modality_dropout", "mixup", "accumulate", "frozen_dropout"];
    const PHASE: &[&str] =
        &["train", "optimizer", "rate", "clip", "batch", "modality_dropout", "mixup", "accumulate", "frozen_dropout"];
    const PIPELINE: &[&str] = &[
        "data",
        "modalities",
        "network",
        "loss",
        "optimizer",
        "schedule",
        "batch",
        "budget",
        "metrics",
        "detect",
        "start",
        "keep",
        "rate",
        "clip",
        "modality_dropout",
        "mixup",
        "accumulate",
        "frozen_dropout",
    ];
    const EXPERIMENT: &[&str] = &[
        "vary",
        "choose",
        "seeds",
        "cross",
        "repeats",
        "noise",
        "run",
        "reference",
        "table",
        "figure",
        "compare",
        "published",
    ];
    match (item, blocks.last().copied()) {
        ("schedule", Some("phase")) => PHASE,
        ("schedule", _) => SCHEDULE,
        ("network", _) => &["in", "uni", "fusion", "head", "fixed", "let", "out"],
        ("block", _) => &["in", "layer", "let", "out"],
        ("dataset", _) => &["modality", "target", "group", "split"],
        ("pipeline", _) => PIPELINE,
        ("experiment", Some("choose")) => &["trials", "seeds", "by", "sampler", "halving"],
        ("experiment", Some("table")) => &["rows", "columns", "cells"],
        ("experiment", Some("figure")) => &["lines", "panels", "every"],
        ("experiment", _) => EXPERIMENT,
        _ => SETTINGS,
    }
}

/// What is around an offset.
pub fn context(text: &str, offset: usize) -> Context<'_> {
    let before = &text[..offset];
    let typed = before.len() - before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '_').len();
    let start = offset - typed;
    let (tokens, within) = tokens(before);
    let tokens: Vec<Token<'_>> = tokens.into_iter().filter(|token| token.start < start).collect();
    let mut state = State::default();
    for (i, token) in tokens.iter().enumerate() {
        state.take(*token, tokens.get(i + 1));
    }
    let line = before[..start].rfind('\n').map_or(0, |at| at + 1);
    let leads = before[line..start].trim().is_empty();
    let last = tokens.last().map_or("", |token| token.text);
    let goes_on = matches!(last, "|>" | "," | "=" | "(" | "[" | "+" | "-" | "*" | "/" | "&" | ":" | "in" | "on" | "by");
    let begins =
        if (leads && !goes_on || last == "{") && state.calls.is_empty() { Begins::Statement } else { Begins::Nothing };
    if begins == Begins::Statement && leads && state.opened == 0 {
        state.item = None;
    }
    let statement = if begins == Begins::Statement && leads { vec![] } else { state.statement };
    Context {
        typed: &before[start..],
        start,
        item: state.item,
        blocks: state.blocks.into_iter().filter(|block| !block.is_empty()).collect(),
        statement,
        call: state.calls.pop().filter(|call| !call.callee.is_empty()),
        begins,
        within,
    }
}

#[derive(Default)]
struct State<'t> {
    item: Option<(&'t str, &'t str)>,
    /// Of every open `{` inside of the item, the word before it.
    blocks: Vec<&'t str>,
    /// Whether the item's own `{` is open.
    opened: usize,
    statement: Vec<&'t str>,
    calls: Vec<Call<'t>>,
}

impl<'t> State<'t> {
    fn take(&mut self, token: Token<'t>, next: Option<&Token<'t>>) {
        let word = token.text;
        match word {
            "(" | "[" => {
                let callee = if word == "(" { self.statement.last().copied().filter(|w| is_word(w)) } else { None };
                let start = token.start;
                self.calls.push(Call {
                    callee: callee.unwrap_or_default(),
                    start,
                    place: 0,
                    named: None,
                    given: vec![],
                });
            }
            ")" | "]" => {
                self.calls.pop();
            }
            "," if !self.calls.is_empty() => {
                if let Some(call) = self.calls.last_mut() {
                    call.place += 1;
                    call.named = None;
                }
            }
            "{" => {
                let block = self.statement.iter().rev().find(|word| BLOCKS.contains(word));
                if self.opened > 0 {
                    self.blocks.push(block.copied().unwrap_or_default());
                }
                self.opened += 1;
                self.statement.clear();
            }
            "}" => {
                self.blocks.pop();
                self.opened = self.opened.saturating_sub(1);
                self.statement.clear();
                if self.opened == 0 {
                    self.item = None;
                }
            }
            _ => self.word(token, next),
        }
    }

    fn word(&mut self, token: Token<'t>, next: Option<&Token<'t>>) {
        let word = token.text;
        if self.calls.is_empty() {
            let begins_item = self.opened == 0 && token.leads == Leads::Line;
            // An alias ends with its line.
            if begins_item && self.ended() {
                self.item = None;
                self.statement.clear();
            }
            if begins_item && (ITEMS.contains(&word) || matches!(word, "use" | "allow")) {
                self.item = ITEMS.contains(&word).then(|| (word, next.map_or("", |next| next.text)));
                self.statement.clear();
            } else if let Some((item, _)) = self.item
                && self.opened > 0
                && statements(item, &self.blocks).contains(&word)
                && (token.leads == Leads::Line || self.ended())
            {
                self.statement.clear();
            }
            self.statement.push(word);
        } else if is_word(word) || word.starts_with('"') {
            if let Some(call) = self.calls.last_mut()
                && next.is_some_and(|next| next.text == ":")
            {
                call.named = Some(word);
                call.given.push(word);
            }
            // A call inside of a call is called by the word before it.
            self.statement.push(word);
        }
    }

    /// Whether what was said so far can be a whole statement.
    fn ended(&self) -> bool {
        let last = self.statement.last().copied().unwrap_or_default();
        !matches!(
            last,
            "|>" | "," | "=" | "+" | "-" | "*" | "/" | "&" | ":" | "in" | "on" | "by" | "from" | "for" | "best"
        )
    }
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
}

/// Words, numbers, texts and marks; comments are left out.
fn tokens(text: &str) -> (Vec<Token<'_>>, Within<'_>) {
    let mut found = vec![];
    let mut within = Within::Code;
    let mut begin = 0;
    for line in text.split_inclusive('\n') {
        let mut at = 0;
        let mut leads = Leads::Line;
        within = Within::Code;
        while at < line.len() {
            let rest = &line[at..];
            let Some(first) = rest.chars().next() else { break };
            if first.is_whitespace() {
                at += first.len_utf8();
                continue;
            }
            if rest.starts_with("//") {
                within = if line.ends_with('\n') { Within::Code } else { Within::Comment };
                break;
            }
            let length = match first {
                '"' => match rest[1..].find('"') {
                    Some(end) => end + 2,
                    None => {
                        if !line.ends_with('\n') {
                            within = Within::Text(&rest[1..]);
                        }
                        rest.len()
                    }
                },
                c if c.is_alphanumeric() || c == '_' => {
                    rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
                }
                '|' | '-' | '.' | '*' if rest[1..].starts_with(['>', '.', '*']) => 2,
                c => c.len_utf8(),
            };
            found.push(Token { text: rest[..length].trim_end(), start: begin + at, leads });
            leads = Leads::Nothing;
            at += length;
        }
        begin += line.len();
    }
    (found, within)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Context<'_> {
        context(text, text.len())
    }

    #[test]
    fn items_blocks_and_statements_are_found_in_half_a_text() {
        let found = at("use std.schedule.Mhm\nschedule S(k: Int = 4) {\n  folds k\n  repeat {\n    phase a { train un");
        assert_eq!((found.item, found.typed), (Some(("schedule", "S")), "un"));
        assert_eq!(found.blocks, ["repeat", "phase"]);
        assert_eq!(found.statement, ["train"]);
        assert_eq!(found.begins, Begins::Nothing);
        let found = at("network N {\n  in a: [3]\n  ");
        assert_eq!((found.item, found.begins), (Some(("network", "N")), Begins::Statement));
        let found = at("network N {\n  in a: [3]\n  uni e = linear(3) |> ");
        assert_eq!(
            found.statement,
            ["uni", "e", "=", "linear", "3", "|>"]
                .map(|w| w)
                .iter()
                .filter(|w| **w != "3")
                .copied()
                .collect::<Vec<_>>()
        );
        assert_eq!(found.begins, Begins::Nothing);
    }

    #[test]
    fn calls_know_their_arguments() {
        let found = at("pipeline p {\n  optimizer adam(lr: 1e-3, beta1: 0.9, ");
        let call = found.call.expect("inside of a call");
        assert_eq!((call.callee, call.place, call.given), ("adam", 2, vec!["lr", "beta1"]));
        let found = at("network N { uni e = conv1d(3, kernel: linear(");
        assert_eq!(found.call.map(|call| call.callee), Some("linear"));
        assert_eq!(at("pipeline p { optimizer adam(lr: 1)\n ").call, None);
    }

    #[test]
    fn comments_and_texts_are_no_code() {
        assert_eq!(at("// netw").within, Within::Comment);
        assert_eq!(at("use \"./mi").within, Within::Text("./mi"));
        assert_eq!(at("// a\nnet").within, Within::Code);
    }
}
