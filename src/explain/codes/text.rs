//! Pages of codes about texts that cannot be read as a program.

use super::Page;

pub const PAGES: &[Page] = &[
    Page {
        code: "bad-escape",
        what: "a backslash in a text is followed by something unknown",
        why: "A text knows the escapes `\\\"`, `\\\\`, `\\n` and `\\t`. A path is written with `/` on every system.",
        wrong: r#"
use ".\shapes.mhm"
"#,
        right: r#"
use "./shapes.mhm"
"#,
    },
    Page {
        code: "bad-number",
        what: "a number cannot be read or kept",
        why: "It is too large, lacks a digit, or is written as elsewhere: `0.5`, not `.5`; `1e-3`, not `1e-3f`; `1_000`, not \
              `1,000`. There are no ranges `0..8`: values are listed.",
        wrong: r"
network N {
  in x: [4]
  head classify = dropout(.5) |> linear(2)
  out classify(x)
}
",
        right: r"
network N {
  in x: [4]
  head classify = dropout(0.5) |> linear(2)
  out classify(x)
}
",
    },
    Page {
        code: "format-bug",
        what: "the formatter would have changed what a text means",
        why: "It noticed, and left the text as it is. This is a fault of the program: please report the text.",
        wrong: "",
        right: "",
    },
    Page {
        code: "look-alike",
        what: "a character only looks like one of the language",
        why: "Programs that were copied from a page or a chat have curly quotes, long dashes, no-break or zero-width spaces, \
              full-width or Cyrillic letters. Outside of texts and comments a program is of ASCII letters, digits and marks; the \
              message says which one to type, and `mhm check --fix` types it.",
        wrong: r"
network N {
  in x: [4]
  head classify = linear（2）
  out classify(x)
}
",
        right: r"
network N {
  in x: [4]
  head classify = linear(2)
  out classify(x)
}
",
    },
    Page {
        code: "syntax",
        what: "the text is not of the form that stands here",
        why: "The grammar knows what may follow at each place; the message names what it expected or what is \
              known to be a slip. The help shows a form that is right.",
        wrong: r"
network N {
  in x [4]
  head classify = linear(2)
  out classify(x)
}
",
        right: r"
network N {
  in x: [4]
  head classify = linear(2)
  out classify(x)
}
",
    },
    Page {
        code: "too-deep",
        what: "brackets are nested, or operators chained, beyond what a person would write",
        why: "A guard against texts made by accident. Give parts a name with `let` or `block`.",
        wrong: "",
        right: "",
    },
    Page {
        code: "too-large",
        what: "something is larger than is accepted",
        why: "A file, a network or a grid of arms beyond any use. The message says how large it is and what \
              the limit is.",
        wrong: "",
        right: "",
    },
    Page {
        code: "unclosed-brace",
        what: "a `{` has no `}`",
        why: "Everything after it would be part of the item. The message points at the brace that was opened.",
        wrong: r"
network N {
  in x: [4]
  out x
",
        right: r"
network N {
  in x: [4]
  out x
}
",
    },
    Page {
        code: "unclosed-bracket",
        what: "a `(` or `[` is not closed, or by a bracket of another kind",
        why: "Brackets must be closed before the statement ends. The message points at the bracket that was opened.",
        wrong: r"
network N {
  in x: [4]
  head classify = linear(2
  out classify(x)
}
",
        right: r"
network N {
  in x: [4]
  head classify = linear(2)
  out classify(x)
}
",
    },
    Page {
        code: "unclosed-string",
        what: "a text has no closing quote",
        why: "Texts stand between double quotes, on one line.",
        wrong: r#"
use "./shapes.mhm
"#,
        right: r#"
use "./shapes.mhm"
"#,
    },
    Page {
        code: "unknown-item",
        what: "a file consists of items, and this begins none",
        why: "An item begins with `use`, `block`, `network`, `schedule`, `dataset`, `pipeline` or \
              `experiment`. Statements such as `uni` or `loss` stand inside one.",
        wrong: r"
netwrok N {
  in x: [4]
  head classify = linear(2)
  out classify(x)
}
",
        right: r"
network N {
  in x: [4]
  head classify = linear(2)
  out classify(x)
}
",
    },
    Page {
        code: "unknown-statement",
        what: "an item has no such statement",
        why: "Each kind of item has its own statements; the help lists them. Often the word is a slip of the \
              pen, or it belongs to another item.",
        wrong: r"
network N {
  in x: [4]
  haed classify = linear(2)
  out classify(x)
}
",
        right: r"
network N {
  in x: [4]
  head classify = linear(2)
  out classify(x)
}
",
    },
    Page {
        code: "unopened-brace",
        what: "a `}` closes nothing",
        why: "Remove it, or find the `{` that is missing before it.",
        wrong: r"
network N {
  in x: [4]
  out x
}
}
",
        right: r"
network N {
  in x: [4]
  out x
}
",
    },
    Page {
        code: "unopened-bracket",
        what: "a `)` or `]` closes nothing",
        why: "Remove it, or find the bracket that is missing before it.",
        wrong: r"
network N {
  in x: [4]
  head classify = linear(2))
  out classify(x)
}
",
        right: r"
network N {
  in x: [4]
  head classify = linear(2)
  out classify(x)
}
",
    },
];
