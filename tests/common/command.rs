//! The program as its user runs it.

use std::path::Path;
use std::process::{Command, Output};

/// Runs it in a folder, to its end.
pub fn spinwigner(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_spinwigner"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the binary starts")
}
