//! The `spinwigner` command.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    quiet_wayland();
    cli::main()
}

/// Software Vulkan asks libwayland for a display it does not need, and libwayland
/// prints an error on machines without a session. Any existing folder avoids it.
#[allow(unsafe_code, reason = "no other way to set a variable for C libraries; no thread exists yet")]
fn quiet_wayland() {
    if cfg!(target_os = "linux") && std::env::var_os("XDG_RUNTIME_DIR").is_none() {
        // SAFETY: called first in main, while this is the only thread.
        unsafe { std::env::set_var("XDG_RUNTIME_DIR", std::env::temp_dir()) };
    }
}
