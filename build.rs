//! Lists the files that the program carries: for the library and for the manual a slice of paths and texts, sorted by path.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo names the folder"));
    for (folder, ending) in [("stdlib", "mhm"), ("manual", "md")] {
        println!("cargo::rerun-if-changed={folder}");
        let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo names the folder")).join(folder);
        let mut paths = vec![];
        walk(&root, &mut paths)?;
        paths.retain(|path| path.extension().is_some_and(|e| e == ending));
        paths.sort();
        let entry = |path: &PathBuf| {
            let below = path.strip_prefix(&root).expect("found below it").with_extension("");
            let name = below.to_string_lossy().replace('\\', "/");
            format!("    ({name:?}, include_str!({path:?})),\n")
        };
        let list: String = paths.iter().map(entry).collect();
        fs::write(out.join(folder).with_extension("rs"), format!("&[\n{list}]\n"))?;
    }
    Ok(())
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { walk(&path, found)? } else { found.push(path) }
    }
    Ok(())
}
