//! The command line: which words it takes and what each calls. Owns arguments and exit codes; each subcommand is one
//! file that parses, calls the library and prints.

mod bench;
pub mod calls;
mod cancel;
mod check;
mod choose;
mod columns;
mod compare;
mod completions;
pub mod config;
mod data;
mod destination;
mod explain;
mod export;
mod exported;
pub mod files;
pub mod fix;
mod fmt;
mod folder;
mod gather;
mod import;
mod instructions;
mod live;
mod load;
mod lsp;
mod man;
mod memory;
pub mod named;
mod new;
mod output;
mod pictures;
mod plan;
mod predict;
mod queue;
pub mod render;
mod report;
mod reproduce;
mod rewrite;
mod run;
mod runs;
mod score;
mod shorten;
mod show;
mod snapshot;
mod status;
mod test_hooks;
mod verify;
mod watch;
mod work;

use crate::data::{KEPT, Limits};
use crate::fault::{self, Fault};
use crate::parallel;
#[cfg(debug_assertions)]
use crate::tensor::Instructions;
use clap::{Parser, Subcommand};
use output::{Color, Outcome};
use std::backtrace::{Backtrace, BacktraceStatus};
use std::ffi::OsString;
use std::process::ExitCode;

const EXAMPLES: &str = "\
Examples:
  mhm new moons                     write pipelines to start from: moons.mhm
  mhm check moons.mhm               find every mistake before any data is read
  mhm plan moons.mhm                what will train on what, and what it costs
  mhm run moons.mhm                 train what is not done yet and print its tables
  mhm report moons                  draw what came of it
  mhm status                        how far the experiments are
  mhm watch moons                   what one is at now, until it is done
  mhm export moons -o best          one trained network as a text and a file of weights
  mhm import w.safetensors my.mhm -o my   weights that another program trained
  mhm predict best.mhm x.csv -o -   what it makes of samples
  mhm score found.json gt.json      mean average precision of detections
  mhm fmt                           lay out every .mhm file below this folder
  mhm explain shape-mismatch        what a message means, with an example
  mhm explain linear                what a builtin does and takes
  mhm lsp                           serve an editor (Language Server Protocol)

Exit codes: 0 nothing found, 1 something found, 2 could not run, 101 a fault of mhm itself, 130 interrupted";

/// Train multi-modal networks module by module.
#[derive(Debug, Parser)]
#[command(name = "mhm", version, about, after_help = EXAMPLES, max_term_width = 100, disable_help_subcommand = true)]
struct Cli {
    /// When to write in colour (auto: on a terminal where NO_COLOR is not set)
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    color: Color,
    /// Memory for each modality's samples, such as 512MB or 4GB; others are read when a batch needs them, to the same bits
    /// (default: 512 MiB, or what the environment variable MHM_ARRAY_MEMORY says)
    #[arg(long, global = true, value_name = "SIZE", value_parser = bytes)]
    array_memory: Option<u64>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    New(new::New),
    Check(check::Check),
    Fmt(fmt::Fmt),
    Plan(plan::Plan),
    Run(run::Run),
    Report(report::Command),
    Status(status::Status),
    Watch(watch::Watch),
    Cancel(cancel::Cancel),
    Runs(runs::List),
    Compare(compare::Compare),
    Verify(verify::Verify),
    #[command(hide = true)]
    Work(work::Work),
    Reproduce(reproduce::Reproduce),
    Export(export::Export),
    Import(import::Import),
    Predict(predict::Predict),
    Score(score::Score),
    Bench(bench::Bench),
    Data(data::Data),
    Show(show::Show),
    Explain(explain::Explain),
    Lsp(lsp::Lsp),
    Completions(completions::Completions),
    Man(man::Pages),
}

/// `512MB`, `4 GiB`, `1000000`.
fn bytes(text: &str) -> Result<u64, String> {
    let digits = text.trim().trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = match text.trim()[digits.len()..].trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1_000,
        "k" | "kib" => 1 << 10,
        "mb" => 1_000_000,
        "m" | "mib" => 1 << 20,
        "gb" => 1_000_000_000,
        "g" | "gib" => 1 << 30,
        unit => return Err(format!("`{unit}` is no unit of memory: KB, MB, GB, KiB, MiB or GiB")),
    };
    let number: u64 = digits.parse().map_err(|_| "a whole number and a unit, such as 512MB".to_string())?;
    number.checked_mul(unit).ok_or_else(|| "more memory than can be counted".into())
}

/// How much memory data may take: what is kept of every modality, as the command line or the environment says, and what is free.
fn limits(cli: &Cli) -> Result<Limits, String> {
    let around = std::env::var("MHM_ARRAY_MEMORY").ok().map(|text| bytes(&text)).transpose();
    let around = around.map_err(|why| format!("the environment variable MHM_ARRAY_MEMORY: {why}"))?;
    let forced = matches!(&cli.command, Command::Run(command) if command.force);
    let free = if forced { None } else { memory::free() };
    Ok(Limits { kept: cli.array_memory.or(around).unwrap_or(KEPT), free: free.unwrap_or(u64::MAX) })
}

/// A panic in one sentence; the process ends with 101, as Rust has it.
fn complain_of(fault: &Fault) {
    let trace = Backtrace::capture();
    output::complain(&match trace.status() {
        BacktraceStatus::Captured => format!("{fault}\n{trace}"),
        _ => fault.to_string(),
    });
}

/// Runs the program with the arguments of this process.
pub fn main() -> ExitCode {
    ExitCode::from(called(std::env::args_os().collect()))
}

/// Runs the program with these words, its own name first; its exit code.
pub fn called(words: Vec<OsString>) -> u8 {
    fault::tell(complain_of);
    parallel::prepare();
    let program = move || program(&words);
    let program = std::thread::Builder::new().name("main".into()).stack_size(parallel::STACK).spawn(program);
    match program.map(std::thread::JoinHandle::join) {
        Ok(Ok(code)) => code,
        // What it panicked of was told.
        Ok(Err(_)) => 101,
        Err(error) => {
            output::complain(&format!("cannot start a thread: {error}"));
            Outcome::CannotRun.code()
        }
    }
}

fn program(words: &[OsString]) -> u8 {
    test_hooks::program();
    // In builds for tests.
    #[cfg(debug_assertions)]
    std::env::var("MHM_MACHINE").ok().and_then(|word| word.parse().ok()).into_iter().for_each(Instructions::pretend);
    let cli = match Cli::try_parse_from(words) {
        Ok(cli) => cli,
        Err(error) if error.kind() == clap::error::ErrorKind::InvalidUtf8 => {
            let wrong = words.iter().find(|word| word.to_str().is_none());
            let shown = wrong.map(|word| word.to_string_lossy()).unwrap_or_default();
            output::complain(&format!(
                "the argument `{shown}` is not text (UTF-8): rename the file, or name its folder"
            ));
            return Outcome::CannotRun.code();
        }
        Err(error) => {
            // `--help` and `--version` come this way, too. What was typed may be the name of a file.
            let styled = error.render();
            let text = if Color::Auto.is_on() { styled.ansi().to_string() } else { styled.to_string() };
            if error.use_stderr() {
                output::note(text.trim_end())
            } else {
                output::print(&text)
            }
            return error.exit_code() as u8;
        }
    };
    let color = cli.color;
    match limits(&cli) {
        Ok(limits) => crate::data::limit(limits),
        Err(why) => {
            output::complain(&why);
            return Outcome::CannotRun.code();
        }
    }
    let outcome = match cli.command {
        Command::New(command) => new::run(&command),
        Command::Check(command) => check::run(&command, color),
        Command::Fmt(command) => fmt::run(&command, color),
        Command::Plan(command) => plan::run(&command, color),
        Command::Run(command) => run::run(&command, color),
        Command::Report(command) => report::run(&command),
        Command::Status(command) => status::run(&command),
        Command::Cancel(command) => cancel::run(&command),
        Command::Runs(command) => runs::run(&command),
        Command::Watch(command) => watch::run(&command),
        Command::Compare(command) => compare::run(&command, color),
        Command::Verify(command) => verify::run(&command),
        Command::Work(command) => work::run(&command),
        Command::Reproduce(command) => reproduce::run(&command),
        Command::Export(command) => export::run(&command, color),
        Command::Import(command) => import::run(&command, color),
        Command::Predict(command) => predict::run(&command, color),
        Command::Score(command) => score::run(&command),
        Command::Bench(command) => bench::run(&command, color),
        Command::Data(command) => data::run(&command, color),
        Command::Show(command) => show::run(&command, color),
        Command::Explain(command) => explain::run(&command),
        Command::Lsp(command) => lsp::run(&command),
        Command::Completions(command) => completions::run(&command),
        Command::Man(command) => man::run(&command),
    };
    let outcome = outcome.unwrap_or_else(|why| {
        output::complain(&why);
        Outcome::CannotRun
    });
    outcome.code()
}

#[cfg(test)]
mod tests {
    use super::{Cli, bytes};
    use clap::CommandFactory;

    #[test]
    fn sizes_have_units() {
        assert_eq!(bytes("512MB"), Ok(512_000_000));
        assert_eq!(bytes(" 4 GiB"), Ok(4 << 30));
        assert_eq!(bytes("7"), Ok(7));
        assert!(bytes("4 GiBs").unwrap_err().contains("gibs"));
        assert!(bytes("much").is_err() && bytes("").is_err() && bytes("99999999999GB").is_err());
    }

    #[test]
    fn arguments_are_sound_and_every_help_has_examples() {
        let mut command = Cli::command();
        command.clone().debug_assert();
        command.build();
        let mut rest = vec![command];
        while let Some(command) = rest.pop() {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.starts_with("Examples:"), "`{}` has no examples", command.get_name());
            rest.extend(command.get_subcommands().cloned());
        }
    }
}
