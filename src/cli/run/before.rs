//! What a folder held before: whether what is to be run goes on with it. Owns what is said and refused of that.

use crate::cli::output::complain;
use crate::experiment::UNREADABLE;
use crate::record::manifest::Manifest;
use crate::store::Store;

/// Says where a folder held something else; `found` are the files of data as they are now. An error where runs were interrupted and their data are others now.
pub fn compare(old: &Store, new: &Manifest, found: &[(String, String)]) -> Result<(), String> {
    let (folder, before) = (old.folder().display(), old.manifest());
    if before.file != new.file {
        complain(&format!(
            "`{folder}` held results of `{}`: its runs stay, and what is shown is of `{}` from now on",
            before.file, new.file
        ));
        return Ok(());
    }
    if !is_unfinished(old) {
        return Ok(());
    }
    if before.numerics != new.numerics {
        complain(&format!(
            "`{folder}` was begun by {}, which comes to other numbers than this version: its runs are trained anew",
            before.program
        ));
    }
    for (name, hash) in found {
        let changed = |(known, then): &&(String, String)| known == name && then != hash && then != UNREADABLE;
        if let Some((_, then)) = before.files.iter().find(changed) {
            if hash == UNREADABLE {
                return Err(format!(
                    "`{name}` cannot be read now, and the runs in `{folder}` were interrupted: put it back to go on"
                ));
            }
            return Err(format!(
                "`{name}` has changed since the runs in `{folder}` were interrupted: its blake3 was\n  {then}, and is\n  \
                 {hash} now;\nput the old file back to go on, or train everything on the new one with `--fresh`"
            ));
        }
    }
    Ok(())
}

/// Whether something was begun and not all of it is done.
fn is_unfinished(old: &Store) -> bool {
    let arms = old.manifest().arms.iter().chain(&old.manifest().references);
    let left = old.begun();
    let (mut begun, mut missing) = (false, false);
    for address in arms.flat_map(|arm| &arm.cells) {
        let done = old.has(address);
        begun |= done || left.contains(address);
        missing |= !done;
    }
    begun && missing
}
