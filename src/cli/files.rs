//! Files as the command line finds them: the disk, the embedded library. Owns paths; the checker sees
//! names and texts only.

use crate::check::{self, Checked, names::Program, names::Reader};
use crate::data::Folders;
use crate::diagnostic::{Diagnostic, tidy};
use crate::experiment;
use crate::folder::{self, Folder, Kind};
use crate::library;
use crate::lint::{self, levels::Levels};
use crate::span::Span;
use crate::store;
use crate::syntax::MAX_BYTES;
use crate::visible::visible;
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

/// Stands for standard input among the arguments.
pub const STDIN: &str = "-";
/// A folder of this name shadows the embedded library.
pub const LIBRARY: &str = "stdlib";
pub const ENDING: &str = "mhm";

/// A text with the name it is shown under.
#[derive(Clone, Debug)]
pub struct Input {
    pub name: String,
    pub text: String,
}

/// The paths below a folder of every file of the language in it, links left alone, in their order.
pub fn files_below(root: &Folder) -> io::Result<Vec<PathBuf>> {
    files_below_but(root, &|_| false)
}

/// The same without the files and folders that are left out.
pub fn files_below_but(root: &Folder, is_out: &dyn Fn(&Path) -> bool) -> io::Result<Vec<PathBuf>> {
    let mut found = vec![];
    walk(root, Path::new(""), is_out, &mut found)?;
    found.sort();
    Ok(found)
}

/// Folders of results are left alone.
fn walk(folder: &Folder, at: &Path, is_out: &dyn Fn(&Path) -> bool, found: &mut Vec<PathBuf>) -> io::Result<()> {
    if store::is_folder_of_runs(folder) {
        return Ok(());
    }
    for entry in folder.list()? {
        let path = at.join(&entry.name);
        match entry.kind {
            _ if is_out(&path) => {}
            Kind::Folder if is_entered(&path) => walk(&folder.below(&entry.name)?, &path, is_out, found)?,
            Kind::File if is_text(&path) => found.push(path),
            Kind::File | Kind::Folder | Kind::Link | Kind::Pipe | Kind::Socket | Kind::Device => {}
        }
    }
    Ok(())
}

/// Whether files are looked for in a folder: not in hidden ones, and not where `cargo` builds.
pub fn is_entered(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name != "target" && !name.to_string_lossy().starts_with('.'))
}

/// Whether a file is one of the language, by its name.
pub fn is_text(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == ENDING)
}

/// Reads a file that a person names, or standard input.
pub fn read(name: &str) -> Result<Input, String> {
    if name == STDIN {
        let text = text_of(std::io::stdin().lock()).map_err(|why| format!("cannot read standard input: {why}"))?;
        return Ok(Input { name: "<stdin>".into(), text });
    }
    let text = read_text(Path::new(name)).map_err(|why| {
        let near = if Path::new(name).exists() { None } else { nearest_file(Path::new(name)) };
        let hint = match near {
            // A name that is shown with a mark where it is no text.
            _ if name.contains(char::REPLACEMENT_CHARACTER) => "; its name is not text (UTF-8): rename it".into(),
            Some(near) => format!("; did you mean `{near}`?"),
            None => String::new(),
        };
        format!("cannot read `{}`: {why}{hint}", visible(name))
    })?;
    Ok(Input { name: name.into(), text })
}

/// Loads a text with all it uses, checks and lints it.
pub fn check(input: &Input) -> (Program, Checked, Vec<Diagnostic>) {
    check_with(input, &Disk::beside(&input.name))
}

/// The same with what it uses read elsewhere.
pub fn check_with(input: &Input, reader: &dyn Reader) -> (Program, Checked, Vec<Diagnostic>) {
    check_at(input, reader, &Levels::default())
}

/// The same where lints have these levels.
pub fn check_at(input: &Input, reader: &dyn Reader, levels: &Levels) -> (Program, Checked, Vec<Diagnostic>) {
    let (program, mut diagnostics) = Program::load(&input.name, &input.text, reader);
    let (checked, found) = check::check(&program);
    diagnostics.extend(found);
    // What is wrong reads as if this and that were unused: advice is for programs that are not.
    let sound = !diagnostics.iter().any(Diagnostic::is_error);
    let known: BTreeSet<Span> = diagnostics.iter().map(Diagnostic::span).collect();
    let is_new = |found: &Diagnostic| !known.contains(&found.span());
    let found = lint_at(&checked, levels).into_iter().filter(|found| sound || (found.is_error() && is_new(found)));
    let mut found: Vec<Diagnostic> = found.collect();
    levels.grade(&mut found);
    diagnostics.extend(found);
    let arms = checked.experiments.iter().flat_map(|e| e.arms.iter().map(|a| &a.pipeline));
    let used = checked.pipelines.iter().chain(arms).map(|p| &p.data);
    diagnostics.extend(checked.datasets.iter().chain(used).flat_map(experiment::unsound));
    tidy(&mut diagnostics);
    (program, checked, diagnostics)
}

/// What lints find in a checked text, as grave as each of them has it; nothing of those that are silent.
pub fn lint_at(checked: &Checked, levels: &Levels) -> Vec<Diagnostic> {
    lint::lint(&lint::Subject {
        networks: &checked.networks,
        schedules: &checked.schedules,
        pipelines: &checked.pipelines,
        experiments: &checked.experiments,
        unused: &checked.unused,
        is_sound: checked.is_sound,
        levels,
    })
}

/// Reads the disk, relative to the file that names a path; the library from the binary, or from a `stdlib` folder.
#[derive(Debug, Default)]
pub struct Disk {
    /// The folder that shadows the embedded library, if there is one.
    stdlib: Option<PathBuf>,
    /// Where files must lie that others bring in.
    within: Folders,
}

impl Disk {
    /// For a file of this name: a `stdlib` folder is looked for beside it and in the folders above, up to the working
    /// directory.
    pub fn beside(name: &str) -> Self {
        Self::within(name, &[])
    }

    /// The same, where files may lie in these folders, too.
    pub fn within(name: &str, roots: &[PathBuf]) -> Self {
        let here = std::env::current_dir().unwrap_or_default();
        let path = Path::new(name);
        let path = path.strip_prefix(&here).unwrap_or(path);
        let above = path.ancestors().skip(1);
        let folders: Vec<&Path> =
            if path.is_absolute() || path.starts_with("..") { above.take(1).collect() } else { above.collect() };
        let stdlib = folders.into_iter().map(|f| f.join(LIBRARY)).find(|f| f.is_dir());
        let own = [PathBuf::new(), path.parent().unwrap_or(Path::new("")).to_path_buf()];
        let within = Folders::new(&[&own, roots].concat());
        Disk { stdlib, within }
    }
}

impl Disk {
    /// Where a file lies that shadows one of the library, or would.
    pub fn own(&self, path: &str) -> Option<String> {
        self.stdlib.as_ref().map(|folder| shown(&folder.join(format!("{path}.{ENDING}"))))
    }
}

impl Reader for Disk {
    fn library(&self, path: &str) -> Option<(String, String)> {
        let file = format!("{path}.{ENDING}");
        let on_disk = self.stdlib.as_ref().map(|folder| folder.join(&file));
        let below = Folders::new(self.stdlib.as_slice());
        let on_disk = on_disk.filter(|path| below.out(path).is_none());
        if let Some((path, text)) = on_disk.and_then(|p| read_text(&p).ok().map(|text| (p, text))) {
            return Some((shown(&path), text));
        }
        library::text(path).map(|text| (format!("std/{file}"), text.to_string()))
    }

    fn library_paths(&self) -> Vec<String> {
        let mut paths: BTreeSet<String> = library::FILES.iter().map(|(path, _)| path.to_string()).collect();
        let on_disk = self.stdlib.as_ref().and_then(|folder| Folder::open(folder).ok());
        let found = on_disk.and_then(|folder| files_below(&folder).ok()).unwrap_or_default();
        paths.extend(found.iter().map(|path| shown(&path.with_extension(""))));
        paths.into_iter().collect()
    }

    fn file(&self, path: &str, from: &str) -> Result<(String, String), String> {
        let full = joined(path, from);
        if let Some(end) = self.within.out(&full) {
            let end = end.display();
            return Err(format!(
                "it leads to `{end}`, out of the working directory and the folder of the file that was named first"
            ));
        }
        let text = read_text(&full).map_err(|why| match nearest_file(&full) {
            Some(near) if !full.exists() => format!("{why}; did you mean `{near}`?"),
            _ => why,
        })?;
        Ok((shown(&full), text))
    }
}

/// The name of the file that `path` means in the file `from`.
pub fn beside(path: &str, from: &str) -> String {
    shown(&joined(path, from))
}

fn joined(path: &str, from: &str) -> PathBuf {
    tidied(&Path::new(from).parent().unwrap_or(Path::new("")).join(path))
}

/// A text of the language in a file.
pub fn read_text(path: &Path) -> Result<String, String> {
    text_of(folder::named(path).map_err(|e| reason(&e))?.0)
}

/// A text of the language, as far as one is read: a file may be larger than memory, and a pipe need never end.
fn text_of(source: impl Read) -> Result<String, String> {
    let mut bytes = vec![];
    source.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(|e| reason(&e))?;
    if bytes.len() > MAX_BYTES {
        return Err(format!(
            "it has more than {MAX_BYTES} bytes, the most a text may have: split it, and bring the parts together with `use`"
        ));
    }
    String::from_utf8(bytes).map_err(|_| "it is not text (UTF-8)".into())
}

/// The file of the same folder whose name comes nearest.
fn nearest_file(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_string_lossy();
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut names: Vec<String> =
        fs::read_dir(folder).ok()?.flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.retain(|n| n.ends_with(".mhm"));
    names.sort();
    crate::suggest::nearest(&name, names.iter().map(String::as_str)).map(str::to_string)
}

/// Why the system refused, in lower case and without its number.
pub fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".into(),
        std::io::ErrorKind::PermissionDenied => "you may not read it".into(),
        _ => error.to_string(),
    }
}

/// Without `.` and `folder/..`, so that one file has one name.
pub fn tidied(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(tidy.components().next_back(), Some(Component::Normal(_))) => {
                tidy.pop();
            }
            Component::ParentDir | Component::Normal(_) | Component::RootDir | Component::Prefix(_) => tidy.push(part),
        }
    }
    tidy
}

/// As messages show it, with `/` on every system.
pub fn shown(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_file_has_one_name() {
        for (path, tidy) in [("./a.mhm", "a.mhm"), ("x/../a.mhm", "a.mhm"), ("../x/./a.mhm", "../x/a.mhm")] {
            assert_eq!(shown(&tidied(Path::new(path))), tidy);
        }
    }

    #[test]
    fn library_paths_begin_with_the_embedded_ones() {
        let embedded = Disk::default();
        assert!(embedded.library_paths().contains(&"schedule/Mhm".to_string()));
        assert_eq!(embedded.library("schedule/Mhm").map(|(name, _)| name), Some("std/schedule/Mhm.mhm".into()));
        assert_eq!(embedded.library("schedule/Nothing"), None);
    }
}
