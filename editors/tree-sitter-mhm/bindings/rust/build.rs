//! Compiles the parser that the CLI of tree-sitter wrote, and its scanner.

use std::path::Path;

fn main() {
    let src = Path::new("src");
    let mut build = cc::Build::new();
    build.std("c11").include(src).warnings(false);
    for file in ["parser.c", "scanner.c"] {
        let file = src.join(file);
        println!("cargo:rerun-if-changed={}", file.display());
        build.file(file);
    }
    build.compile("tree-sitter-mhm");
}
