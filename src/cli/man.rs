//! `mhm man`: a page for every command, as `man` shows it, and the reference of the book. Owns how examples and exit codes stand there.

use super::destination::{Destination, Ends, Force, Ours, said};
use super::output::{Ended, Outcome, note, print};
use crate::explain::book::{Chapter, chapters};
use clap::{Args, CommandFactory};
use clap_mangen::Man;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  mhm man | man -l -                             the page of mhm itself
  mhm man check | man -l -                       the page of a command
  mhm man --out ~/.local/share/man/man1          mhm.1, mhm-check.1, … for `man mhm-check`
  mhm man --markdown --out docs/reference        the reference of the book: words, lints, messages, library, commands";

/// What the pages begin with.
const MARK: &str = ".\\\" Written by `mhm man`.\n";

/// And what chapters and scripts of the book begin with.
const MARKDOWN: &str = "<!-- Written by `mhm man`. -->\n";
const SCRIPT: &str = "// Written by `mhm man`.\n";

/// Write the pages that `man` shows
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Pages {
    /// The command whose page is written to standard output (default: mhm itself)
    #[arg(value_name = "COMMAND", conflicts_with = "out")]
    of: Option<String>,
    /// Write a file for every command into this folder, which is made where it is not there
    #[arg(long, short, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write the reference of the book instead, in Markdown: a file for every kind of word, one for the commands
    #[arg(long, requires = "out", conflicts_with = "of")]
    markdown: bool,
    #[command(flatten)]
    force: Force,
}

pub fn run(command: &Pages) -> Ended {
    let mut mhm = super::Cli::command();
    mhm.build();
    let codes = split(&mhm).1;
    let mut all = vec![];
    collect(&mhm, &mut all);
    if let Some(folder) = &command.out {
        fs::create_dir_all(folder)
            .map_err(|why| format!("cannot make the folder `{}`: {}", folder.display(), said(&why)))?;
        if command.markdown {
            let mut book = chapters();
            book.push(commands(&all));
            for chapter in &book {
                let mark = if chapter.file.ends_with(".js") { SCRIPT } else { MARKDOWN };
                write(&folder.join(&chapter.file), &format!("{mark}{}", chapter.text), command.force)?;
            }
            note(&format!("{} files are in {}", book.len(), folder.display()));
            return Ok(Outcome::Clean);
        }
        for of in &all {
            write(&folder.join(format!("{}.1", name(of))), &page(of, &codes)?, command.force)?;
        }
        note(&format!("{} pages are in {}", all.len(), folder.display()));
        return Ok(Outcome::Clean);
    }
    let wanted = command.of.as_ref().map_or("mhm".into(), |of| format!("mhm-{}", of.trim_start_matches("mhm-")));
    let found = all.iter().find(|of| name(of) == wanted);
    let of = found.ok_or_else(|| format!("there is no command `{}`", wanted.trim_start_matches("mhm-")))?;
    print(&page(of, &codes)?);
    Ok(Outcome::Clean)
}

fn collect(command: &clap::Command, all: &mut Vec<clap::Command>) {
    all.push(command.clone());
    command.get_subcommands().filter(|below| !below.is_hide_set()).for_each(|below| collect(below, all));
}

fn name(command: &clap::Command) -> &str {
    command.get_display_name().unwrap_or(command.get_name())
}

fn write(path: &Path, text: &str, force: Force) -> Result<(), String> {
    let ours = |ends: &Ends| [MARK, MARKDOWN, SCRIPT].iter().any(|mark| ends.head.starts_with(mark.as_bytes()));
    let ours = Ours::new("a page of `mhm man`", ours);
    Destination::claim(path, ours, force)?.write(text.as_bytes())
}

/// The chapter of the commands: of each what `--help` says.
fn commands(all: &[clap::Command]) -> Chapter {
    let mut text = String::from("# Commands\n");
    for command in all {
        let called = name(command).replace('-', " ");
        let help = command.clone().render_long_help().to_string();
        let help: Vec<&str> = help.lines().map(str::trim_end).collect();
        text += &format!("\n## {called}\n\n```text\n{}\n```\n", help.join("\n").trim_end());
    }
    Chapter { file: "commands.md".into(), text }
}

/// The examples of a command, and what stands below them.
fn split(command: &clap::Command) -> (String, String) {
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let (examples, rest) = help.split_once("\n\n").unwrap_or((&help, ""));
    (examples.trim_start_matches("Examples:").trim_matches('\n').into(), rest.trim().into())
}

/// The page of a command; `codes` says what every command ends with.
fn page(command: &clap::Command, codes: &str) -> Result<String, String> {
    let man = Man::new(command.clone()).manual("mhm");
    let sections = || -> io::Result<Vec<u8>> {
        let mut text = vec![];
        man.render_title(&mut text)?;
        man.render_name_section(&mut text)?;
        man.render_synopsis_section(&mut text)?;
        man.render_description_section(&mut text)?;
        man.render_options_section(&mut text)?;
        if command.has_subcommands() {
            man.render_subcommands_section(&mut text)?;
        }
        Ok(text)
    };
    let text = sections().map_err(|why| why.to_string())?;
    let mut page = format!("{MARK}{}", String::from_utf8(text).map_err(|why| why.to_string())?);
    let (examples, rest) = split(command);
    page += &format!(".SH EXAMPLES\n.nf\n{}\n.fi\n", plain(&examples));
    if !rest.is_empty() && rest != codes {
        page += &format!(".PP\n{}\n", plain(&rest));
    }
    let codes = codes.trim_start_matches("Exit codes: ");
    page += ".SH \"EXIT STATUS\"\n";
    for code in codes.split(", ") {
        let (number, meaning) = code.split_once(' ').unwrap_or((code, ""));
        page += &format!(".TP\n{number}\n{}\n", plain(meaning));
    }
    let see = if name(command) == "mhm" { "`mhm explain` lists all words of the language." } else { "mhm(1)" };
    page += &format!(".SH \"SEE ALSO\"\n{}\n", plain(see));
    // Of other letters roff knows the numbers.
    Ok(page.chars().map(|c| if c.is_ascii() { c.to_string() } else { format!("\\[u{:04X}]", c as u32) }).collect())
}

/// A text in which nothing is a request.
fn plain(text: &str) -> String {
    let line = |line: &str| {
        let line = line.replace('\\', "\\e").replace('-', "\\-").replace('`', "\\(ga").replace('\'', "\\(aq");
        if line.starts_with('.') { format!("\\&{line}") } else { line }
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn nothing_in_a_text_is_a_request() {
        assert_eq!(plain(".a\n'b' --c \\d"), "\\&.a\n\\(aqb\\(aq \\-\\-c \\ed");
    }
}
