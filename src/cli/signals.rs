//! Signals that ask a run to stop.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::{consts, flag};

use super::STOPPED;

/// Ctrl-C, what ends a job, and what a terminal that goes away sends.
#[cfg(unix)]
const SIGNALS: [i32; 3] = [consts::SIGINT, consts::SIGTERM, consts::SIGHUP];
#[cfg(not(unix))]
const SIGNALS: [i32; 2] = [consts::SIGINT, consts::SIGTERM];

/// A flag that the first signal from now on sets; the second ends the program. Signals that whoever began it
/// wanted ignored, as `nohup` does, stay so.
pub fn heard() -> io::Result<Arc<AtomicBool>> {
    let asked = Arc::new(AtomicBool::new(false));
    for signal in SIGNALS.into_iter().filter(|&signal| !ignored(signal)) {
        // Nothing the first time, as the flag is not set yet.
        flag::register_conditional_shutdown(signal, i32::from(STOPPED), Arc::clone(&asked))?;
        flag::register(signal, Arc::clone(&asked))?;
    }
    // What is not ignored ends the program where a file grows beyond a limit, before the error can be told.
    #[cfg(unix)]
    flag::register(consts::SIGXFSZ, Arc::default())?;
    Ok(asked)
}

/// Whether a signal is ignored; where the system does not tell, that of terminals is taken to be.
fn ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    match mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()) {
        Some(mask) => mask >> (signal - 1) & 1 == 1,
        None => signal != consts::SIGINT && signal != consts::SIGTERM,
    }
}
