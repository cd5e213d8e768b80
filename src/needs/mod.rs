//! What a run needs of device, machine and disk, and whether they have it: counted before anything is allocated,
//! the same for `check` and `run`.

mod disk;
mod machine;
mod memory;

use std::path::Path;

pub use disk::{Disk, checkpoint_bytes};
pub use machine::{available_memory, free_disk};
pub use memory::{Memory, held_fields};

use crate::error::{Error, Result};
use crate::gpu::{AdapterDescription, Limits};
use crate::grid::Grid;
use crate::numerals::bytes;
use crate::precision::Precision;
use crate::scenario::schema::Scenario;

/// A device as far as memory goes.
#[derive(Clone, Debug)]
pub struct Room {
    /// What messages call it.
    pub name: String,
    /// Of an adapter; the processor has none.
    pub limits: Option<Limits>,
    /// Its own memory, where that can be known.
    pub bytes: Option<u64>,
    /// Whether its memory is that of the machine.
    pub shares_memory: bool,
    /// Offers f64.
    pub f64: bool,
}

impl Room {
    /// That of the processor.
    pub fn processor() -> Room {
        Room { name: "the processor".into(), limits: None, bytes: None, shares_memory: true, f64: true }
    }

    /// That of an adapter.
    pub fn of(adapter: AdapterDescription) -> Room {
        let (limits, shares_memory) = (Some(adapter.limits()), adapter.software);
        Room { name: adapter.name, limits, bytes: None, shares_memory, f64: adapter.f64 }
    }
}

/// Refuses a run before anything of it is allocated: for its memory, and for its files in `folder`, so many bytes of
/// which are `there` already.
///
/// # Errors
///
/// [`Error::Input`] with all that is lacking.
pub fn judge(
    scenario: &Scenario,
    grid: &Grid,
    precision: Precision,
    room: &Room,
    folder: &Path,
    there: f64,
) -> Result<()> {
    let mut lacking = Vec::new();
    match Memory::of(scenario, grid, precision, room) {
        Ok(memory) => lacking.extend(without_memory(memory.host, available_memory())),
        Err(error) => lacking.push(format!("{} cannot hold this grid: {error}; or use --device cpu", room.name)),
    }
    lacking.extend(without_disk(&Disk::of(scenario, grid, precision), folder, there));
    refuse(lacking)
}

/// The error that names all that is lacking, where anything is.
///
/// # Errors
///
/// That one, at `phase_space`.
pub fn refuse(lacking: Vec<String>) -> Result<()> {
    if lacking.is_empty() { Ok(()) } else { Err(Error::Input(lacking.join("\n  and: ")).at("phase_space")) }
}

/// That so many bytes of host memory are more than are available, if they are.
pub fn without_memory(needed: u64, available: Option<u64>) -> Option<String> {
    let available = available.filter(|&available| needed > available)?;
    Some(format!(
        "found {} of host memory needed, expected {} or less, which this machine has available; use fewer cells, or \
         close other programs",
        bytes(needed as f64),
        bytes(available as f64)
    ))
}

/// That files need more than is free where `folder` is, or will be, if they do; so many bytes of them are `there`.
pub fn without_disk(disk: &Disk, folder: &Path, there: f64) -> Option<String> {
    let needed = disk.total + disk.passing - there;
    let free = free_disk(folder).filter(|&free| needed > free as f64)?;
    Some(format!(
        "found {} of disk needed, expected {} or less, which is free at {}; write fewer pictures or no final state, or \
         choose another folder",
        bytes(needed),
        bytes(free as f64),
        folder.display()
    ))
}
