//! Editors that people have, driven through the language server.

use crate::cli::folder;
use crate::zz_needs::not_run;
use std::fs;
use std::process::Command;

const NET: &str = "network Net(width: Int = 8) {
  in     left: [A], right: [B]
  uni    see   = linear(width) |> relu
  uni    hear  = linear(width) |> relu
  fusion join  = concat |> linear(width) |> relu
  head   class = linear(2)
  let    both  = join(see(left), hear(right))
  out    class(both)
}
";

#[test]
fn neovim_is_served() {
    if Command::new("nvim").arg("--version").output().is_err() {
        return not_run("there is no Neovim here");
    }
    let at = folder("neovim");
    let file = at.join("net.mhm");
    fs::write(&file, NET).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/neovim.lua");
    let mut editor = Command::new("nvim");
    editor.args(["--headless", "-u", "NONE", "-i", "NONE", "-n", "-c"]).arg(format!("luafile {script}"));
    editor.current_dir(&at).env("MHM", env!("CARGO_BIN_EXE_mhm")).env("FILE", &file);
    for variable in ["XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"] {
        editor.env(variable, at.join("home"));
    }
    let ended = editor.output().unwrap();
    let said = String::from_utf8_lossy(&ended.stdout).into_owned();
    let err = String::from_utf8_lossy(&ended.stderr);
    let expected = "\
attached, nothing found
diagnostics: unknown-name in line 6: nothing here is called `lineer` (not found)
code action: Write `linear` for `lineer`
mended:   head   class = linear(2)
hover: ```mhm | join | ``` | module of network `Net` | `fusion`, 136 weights
completion offers see, hear, left, softmax; adam: false
renamed in 2 lines
formatted:   let    both  = joint(see(left), hear(right))
definition: line 3
";
    assert!(ended.status.success(), "{said}{err}");
    assert_eq!(said.replace('\r', ""), expected, "{err}");
}
