//! The command line program; everything it does is in the library.

/// Trees are many small pieces, made on one thread and dropped on another: with this allocator `mhm check` of a long file
/// takes two thirds of the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    mhm::cli::main()
}
