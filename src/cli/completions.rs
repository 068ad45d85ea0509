//! `mhm completions`: the script with which a shell completes commands and options.

use super::output::{Ended, Outcome, print};
use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};

const EXAMPLES: &str = "\
Examples:
  mhm completions bash > ~/.local/share/bash-completion/completions/mhm
  mhm completions zsh > ~/.zfunc/_mhm              with ~/.zfunc in fpath
  mhm completions fish > ~/.config/fish/completions/mhm.fish
  mhm completions powershell >> $PROFILE";

/// Write the script that completes commands and options in a shell
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Completions {
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

pub fn run(command: &Completions) -> Ended {
    let mut script = vec![];
    generate(command.shell, &mut super::Cli::command(), "mhm", &mut script);
    print(&String::from_utf8(script).map_err(|why| why.to_string())?);
    Ok(Outcome::Clean)
}
