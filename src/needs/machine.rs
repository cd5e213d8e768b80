//! What this machine has left, as far as its system tells.

use std::path::Path;

/// Memory that a program can take without others having to give theirs up: `MemAvailable` of Linux, and no more than is
/// left of a limit on this program's own.
pub fn available_memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let available = kilobytes(&text, "MemAvailable:")?;
    Some(left_of_limit().map_or(available, |left| left.min(available)))
}

/// What `ulimit -v` leaves of the address space.
fn left_of_limit() -> Option<u64> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find(|line| line.starts_with("Max address space"))?;
    let most: u64 = line.split_whitespace().nth(3)?.parse().ok()?;
    let taken = kilobytes(&std::fs::read_to_string("/proc/self/status").ok()?, "VmSize:")?;
    Some(most.saturating_sub(taken))
}

/// The bytes that a line of `/proc` gives in kilobytes.
fn kilobytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? << 10)
}

/// Bytes free for this user where `folder` is, or will be.
#[cfg(unix)]
pub fn free_disk(folder: &Path) -> Option<u64> {
    let absolute = std::path::absolute(folder).ok()?;
    let existing = absolute.ancestors().find(|path| path.exists())?;
    let system = rustix::fs::statvfs(existing).ok()?;
    Some(system.f_bavail * system.f_frsize)
}

/// Unknown: the standard library does not tell.
#[cfg(not(unix))]
pub fn free_disk(_folder: &Path) -> Option<u64> {
    None
}
