//! Paths that are left out. Owns what `*`, `**` and `?` stand for.

use super::super::files::shown;
use std::path::Path;

/// A path below a folder, or a name anywhere below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(Vec<String>);

impl Pattern {
    /// # Errors
    /// Why it stands for nothing, in words behind its text.
    pub fn of(text: &str) -> Result<Self, &'static str> {
        let parts: Vec<String> =
            text.trim_end_matches('/').split('/').filter(|p| *p != ".").map(str::to_string).collect();
        if text.contains(['[', ']', '{', '}', '!', '\\']) {
            return Err("has another mark than `*`, `**` and `?`, and may have none");
        }
        if text.starts_with(['/', '~']) || parts.iter().any(|part| part == "..") {
            return Err("leads out of this folder, below which files are looked for");
        }
        if parts.iter().all(String::is_empty) {
            return Err("names nothing");
        }
        let anywhere = parts.len() == 1 && !text.trim_end_matches('/').contains('/');
        let front = if anywhere { vec!["**".to_string()] } else { vec![] };
        Ok(Self(front.into_iter().chain(parts).collect()))
    }

    /// Whether it stands for a path below the folder.
    pub fn is_of(&self, path: &Path) -> bool {
        let path = shown(path);
        let names: Vec<&str> = path.split('/').collect();
        below(&self.0, &names)
    }
}

fn below(parts: &[String], names: &[&str]) -> bool {
    match (parts, names) {
        ([], []) => true,
        ([any, rest @ ..], _) if any == "**" => (0..=names.len()).any(|i| below(rest, &names[i..])),
        ([part, parts @ ..], [name, names @ ..]) => {
            is_name(&part.chars().collect::<Vec<_>>(), &name.chars().collect::<Vec<_>>()) && below(parts, names)
        }
        ([], [_, ..]) | ([_, ..], []) => false,
    }
}

/// Whether a part with `*` and `?` in it stands for a name: after a `*` that was too short a longer one is tried, the last only.
fn is_name(part: &[char], name: &[char]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut again: Option<(usize, usize)> = None;
    while n < name.len() {
        match part.get(p) {
            Some('*') => {
                again = Some((p + 1, n));
                p += 1;
            }
            Some(c) if *c == '?' || *c == name[n] => {
                p += 1;
                n += 1;
            }
            Some(_) | None => match again {
                Some((after, from)) => {
                    again = Some((after, from + 1));
                    p = after;
                    n = from + 1;
                }
                None => return false,
            },
        }
    }
    part[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::Pattern;
    use std::path::Path;

    #[test]
    fn names_stand_anywhere_and_paths_below_the_folder() {
        let cases = [
            ("old", "old", true),
            ("old", "a/b/old", true),
            ("old/", "a/old", true),
            ("old", "a/older", false),
            ("*.draft.mhm", "a/x.draft.mhm", true),
            ("*.draft.mhm", "a/x.mhm", false),
            ("a/old", "a/old", true),
            ("a/old", "b/a/old", false),
            ("./old", "old", true),
            ("./old", "a/old", false),
            ("a/*/x.mhm", "a/b/x.mhm", true),
            ("a/*/x.mhm", "a/b/c/x.mhm", false),
            ("a/**/x.mhm", "a/x.mhm", true),
            ("a/**/x.mhm", "a/b/c/x.mhm", true),
            ("t?st", "test", true),
            ("t?st", "tst", false),
            ("*a*b*c", "xaybzbc", true),
            ("*a*b*c", "xaybzbd", false),
        ];
        for (pattern, path, is_of) in cases {
            assert_eq!(Pattern::of(pattern).map(|p| p.is_of(Path::new(path))), Ok(is_of), "{pattern} {path}");
        }
    }

    #[test]
    fn what_stands_for_nothing_is_refused() {
        for pattern in ["", "/", "./", "..", "../old", "/old", "~/old", "a[b]", "{a,b}", "!a", "a\\b"] {
            assert!(Pattern::of(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn long_names_take_no_time() {
        let pattern = Pattern::of(&format!("{}b", "*a".repeat(40))).map(|p| p.is_of(Path::new(&"a".repeat(200))));
        assert_eq!(pattern, Ok(false));
    }
}
