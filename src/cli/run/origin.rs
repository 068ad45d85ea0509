//! Where results come from: the command, the texts, the machine. Owns what of it a manifest says.

use super::Run;
use crate::check::names::Program;
use crate::cli::files::STDIN;
use crate::cli::load::doc;
use crate::experiment::{self, DeviceKind, Options};
use crate::hir::Experiment;
use crate::record::manifest::Manifest;
use crate::search;
use std::env::consts::ARCH;

/// The manifest with its origin filled in.
pub fn with_origin(
    manifest: Manifest,
    command: &Run,
    experiment: &Experiment,
    program: &Program,
    options: &Options,
) -> Manifest {
    Manifest {
        doc: doc(program, declared(experiment)),
        program: concat!("mhm ", env!("CARGO_PKG_VERSION")).into(),
        command: typed(command, experiment),
        file: command.chosen.file.clone(),
        device: match options.device {
            DeviceKind::Cpu => "cpu".into(),
            DeviceKind::Plain => experiment::PLAIN.into(),
            DeviceKind::Cuda(ordinal) => format!("cuda:{ordinal}"),
        },
        instructions: instructions(),
        threads: options.threads,
        ..manifest
    }
}

/// What the text calls an experiment: the one that it is the search of.
fn declared(experiment: &Experiment) -> &str {
    search::searched(&experiment.name).unwrap_or(&experiment.name)
}

/// Who runs: `process 4711 on dev-3 ("mhm run table_2.mhm")`.
pub fn who() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = if host.trim().is_empty() { String::new() } else { format!(" on {}", host.trim()) };
    let words: Vec<String> = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
    format!("process {}{host} (\"{}\")", std::process::id(), words.join(" ").replace(['\n', '\r'], " "))
}

/// Every text of the program, by name.
pub fn texts(program: &Program) -> Vec<(String, String)> {
    let source = |id| {
        let source = program.sources.get(id);
        (source.name.clone(), source.text.clone())
    };
    program.sources.ids().map(source).collect()
}

/// What gives the same numbers, without what changes only how they are shown.
fn typed(command: &Run, experiment: &Experiment) -> String {
    // A text that another program had is given on standard input.
    let file = if command.chosen.text.is_some() { STDIN } else { &command.chosen.file };
    let mut words = vec!["mhm".to_string(), "run".into(), file.into(), declared(experiment).into()];
    let mut option = |name: &str, value: String| words.extend([name.to_string(), value]);
    command.chosen.set.iter().for_each(|set| option("--set", set.clone()));
    command.chosen.data.iter().for_each(|folder| option("--data", folder.display().to_string()));
    command.seeds.iter().for_each(|seeds| option("--seeds", seeds.to_string()));
    command.instructions.typed().into_iter().for_each(|asked| option("--instructions", asked));
    if let super::On::Cuda | super::On::Plain = command.device {
        let device = if command.device == super::On::Cuda { "cuda" } else { experiment::PLAIN };
        option("--device", device.into());
    }
    words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

/// As a shell takes it.
pub fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./=:,".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.into()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// `x86_64 avx512f avx2 fma`.
pub fn instructions() -> String {
    let mut words = vec![ARCH];
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::is_x86_feature_detected as has;
        let sets = [("avx512f", has!("avx512f")), ("avx2", has!("avx2")), ("fma", has!("fma"))];
        words.extend(sets.iter().filter(|(_, there)| *there).map(|(name, _)| *name));
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_shell_reads_what_was_typed() {
        for (word, shown) in
            [("a/b_2.mhm", "a/b_2.mhm"), ("path=\"x y\"", "'path=\"x y\"'"), ("it's", r"'it'\''s'"), ("", "''")]
        {
            assert_eq!(quoted(word), shown);
        }
    }
}
