//! `mhm data synth`: learnable data laid out as the authors of a data set lay theirs out.

use crate::cli::destination::said;
use crate::cli::output::{Ended, Outcome, print};
use crate::data::synth::{self, Size};
use crate::seed::Seed;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  mhm data synth ave data/ave              180 clips, as Tian et al. 2018 publish theirs (360 MB)
  mhm data synth ave data/ave --cells 2    pictures of 2 x 2 cells in the place of 7 x 7 (30 MB)
  mhm data synth thumos data/thumos        96 videos, as BaS-Net keeps its features (75 MB)
  mhm data synth mosei data/mosei          336 clips, as MulT reads them (5 MB)
  mhm data synth wearable data/wearable    1500 windows of 12 people, three sensors, five activities by name (4 MB)
  mhm run pipelines/ave/smoke.mhm";

/// Write learnable data laid out as the authors' files are
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Synth {
    /// Whose files
    layout: Layout,
    /// Folder to write into (files that exist are never overwritten)
    folder: PathBuf,
    /// Seed of everything that is drawn
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// How many samples
    #[arg(long, value_enum, default_value_t = Amount::Small)]
    size: Amount,
    /// Cells along each side of a picture (ave)
    #[arg(long, default_value_t = 7, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=64))]
    cells: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Layout {
    /// Audio-visual events: ten HDF5 files
    Ave,
    /// Actions in videos: an .npy file a video and modality, lists of names, annotations in JSON
    Thumos,
    /// Sentiment: one pickle
    Mosei,
    /// Activities of people who wear sensors: one .npz and a table
    Wearable,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Amount {
    /// A handful, for tests
    Tiny,
    /// Learnable within a minute
    Small,
    /// As many as the original (ave: 8 GB)
    Full,
}

impl Amount {
    fn size(self) -> Size {
        match self {
            Amount::Tiny => Size::Tiny,
            Amount::Small => Size::Small,
            Amount::Full => Size::Full,
        }
    }
}

pub fn run(command: &Synth) -> Ended {
    let (folder, size, seed) = (command.folder.as_path(), command.size.size(), Seed(command.seed));
    let written = match command.layout {
        Layout::Ave => synth::ave(folder, size, usize::from(command.cells), seed),
        Layout::Thumos => synth::thumos(folder, size, seed),
        Layout::Mosei => synth::mosei(folder, size, seed),
        Layout::Wearable => synth::wearable(folder, size, seed),
    };
    let files = written.map_err(|unwritten| {
        let file = unwritten.file.display();
        match unwritten.why.kind() {
            std::io::ErrorKind::AlreadyExists if unwritten.file.exists() => {
                format!("`{file}` exists already; it stays as it is")
            }
            _ => format!("cannot write `{file}`: {}", said(&unwritten.why)),
        }
    })?;
    print(&format!("wrote {} files below {}\n", files.len(), folder.display()));
    Ok(Outcome::Clean)
}
