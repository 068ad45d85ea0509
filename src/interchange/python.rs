//! Names that Python takes: identifiers for whatever a network calls its parts. Owns the words that are taken.

/// Words that are no names in Python 3.
const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
    "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

/// Names that a module of PyTorch has for something else, and builtins of Python that a reader expects to be what they are.
const TAKEN: &[&str] = &[
    "T_destination",
    "abs",
    "add_module",
    "all",
    "any",
    "apply",
    "bfloat16",
    "bool",
    "buffers",
    "call_super_init",
    "children",
    "clear",
    "compile",
    "cpu",
    "cuda",
    "dict",
    "double",
    "dump_patches",
    "eval",
    "extra_repr",
    "filter",
    "float",
    "forward",
    "get_buffer",
    "get_extra_state",
    "get_parameter",
    "get_submodule",
    "half",
    "input",
    "int",
    "ipu",
    "items",
    "keys",
    "len",
    "list",
    "load_state_dict",
    "map",
    "max",
    "min",
    "modules",
    "mtia",
    "named_buffers",
    "named_children",
    "named_modules",
    "named_parameters",
    "object",
    "parameters",
    "pop",
    "pow",
    "print",
    "range",
    "register_backward_hook",
    "register_buffer",
    "register_forward_hook",
    "register_forward_pre_hook",
    "register_full_backward_hook",
    "register_full_backward_pre_hook",
    "register_load_state_dict_post_hook",
    "register_load_state_dict_pre_hook",
    "register_module",
    "register_parameter",
    "register_state_dict_post_hook",
    "register_state_dict_pre_hook",
    "requires_grad_",
    "reversed",
    "round",
    "set_extra_state",
    "set_submodule",
    "share_memory",
    "slice",
    "sorted",
    "state_dict",
    "str",
    "sum",
    "super",
    "to",
    "to_empty",
    "train",
    "training",
    "tuple",
    "type",
    "update",
    "values",
    "xpu",
    "zero_grad",
    "zip",
];

/// Whether a name of this program stands for something else.
pub fn is_taken(name: &str) -> bool {
    KEYWORDS.contains(&name) || TAKEN.contains(&name) || name.starts_with('_')
}

/// Identifiers for these names, each its own: what is no letter, digit or `_` is a `_`, and what is taken gets one behind it.
pub fn identifiers<'n>(names: impl Iterator<Item = &'n str>, is_taken: impl Fn(&str) -> bool) -> Vec<String> {
    let mut all: Vec<String> = vec![];
    for name in names {
        let mut own = identifier(name);
        while is_taken(&own) || all.contains(&own) {
            own.push('_');
        }
        all.push(own);
    }
    all
}

fn identifier(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let mut own: String = name.chars().map(plain).collect();
    // `available(gyro, steps: true)` is `available_gyro_steps`.
    own = own.replace("_steps__true_", "_steps").replace("__", "_");
    let end = own.trim_end_matches('_').len();
    if end > 0 && own.len() > end && !name.ends_with('_') {
        own.truncate(end);
    }
    if own.starts_with(|c: char| c.is_ascii_digit()) || own.is_empty() {
        own.insert(0, '_');
    }
    if KEYWORDS.contains(&own.as_str()) {
        own.push('_');
    }
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_identifiers() {
        let all =
            ["gyro", "available(gyro)", "available(gyro, steps: true)", "class", "lambda", "a b", "a_b", "2nd", "x_"];
        let own = identifiers(all.into_iter(), |name| name == "gyro");
        let expected =
            ["gyro_", "available_gyro", "available_gyro_steps", "class_", "lambda_", "a_b", "a_b_", "_2nd", "x_"];
        assert_eq!(own, expected);
    }
}
