//! Checkpoints: files from which a run goes on to the bit.
//!
//! A file holds a header, as JSON; what evolves beside the cells and what a run remembers, as its owners serialise
//! them; and the cells, as chunks of the whole array with their place in it, in the precision of the device. It does
//! not depend on how the device cuts the state, and is written and read with one chunk in memory.

mod blocks;
mod read;

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::atomic::write_atomically;
use crate::error::{Error, Result};
use crate::operators::ExecutorDescription;
use crate::precision::Numbers;
use crate::scenario::files::Fingerprint;
use crate::scenario::schema::Scenario;
use blocks::{BlockWriter, Tag};

pub use read::Checkpoint;

/// Most bytes of cells in a chunk: they stay in the cache from the device to the file.
const CHUNK: usize = 1 << 20;
/// Checkpoints that a run keeps.
pub(crate) const KEPT: usize = 2;
/// Folder of checkpoints in that of a run, and how their names end.
const FOLDER: &str = "checkpoints";
const ENDING: &str = ".checkpoint";

const HEADER: Tag = *b"HEAD";
const EVOLVING: Tag = *b"EVOL";
const MEMORY: Tag = *b"MEMO";
const CELLS: Tag = *b"CELL";

/// What a checkpoint is of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// Version of the program that wrote it.
    pub spinwigner: String,
    /// Steps done.
    pub steps: u64,
    /// Physical time.
    pub time: f64,
    /// Phase-space cells.
    pub cells: usize,
    /// Numbers per cell: 1 or 4.
    pub components: usize,
    /// On what it was computed.
    pub device: ExecutorDescription,
    /// Name of the scenario, and where it came from.
    pub name: String,
    /// See above.
    pub origin: String,
    /// Relative `.npy` paths are relative to this folder.
    pub folder: PathBuf,
    /// With all defaults.
    pub scenario: Scenario,
    /// Arrays of prescribed fields, as they were when the run began.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<Fingerprint>,
}

impl Header {
    /// Bytes of all cells.
    fn cell_bytes(&self) -> Option<u64> {
        let numbers = (self.cells as u64).checked_mul(self.components as u64)?;
        numbers.checked_mul(self.device.precision.bytes() as u64)
    }
}

/// Bytes for `value`, which [`Checkpoint::memory`] reads back to the bit.
///
/// # Errors
///
/// [`Error::Run`] for what has no such form, which nothing here has.
pub fn encoded<T: Serialize>(value: &T) -> Result<Vec<u8>> {
    postcard::to_stdvec(value).map_err(|error| Error::Run(format!("a checkpoint cannot be made: {error}")))
}

/// Writes a checkpoint to `path`, which names it when all of it is on the disk. `take` gives the cells; returns the
/// bytes written.
///
/// # Errors
///
/// Those of `take`, and [`Error::File`] where the file cannot be written; there is no such file then.
pub fn write(
    path: &Path,
    header: &Header,
    evolving: &[u8],
    memory: &[u8],
    mut take: impl FnMut(Range<usize>) -> Result<Numbers>,
) -> Result<u64> {
    let head =
        serde_json::to_vec(header).map_err(|error| Error::Run(format!("a checkpoint cannot be made: {error}")))?;
    let (mut failure, mut written) = (None, 0);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(Error::file(folder))?;
    }
    let outcome = write_atomically(path, |file| {
        let mut writer = BlockWriter::new(file)?;
        writer.block(HEADER, 0, &head)?;
        writer.block(EVOLVING, 0, evolving)?;
        writer.block(MEMORY, 0, memory)?;
        let most = (CHUNK / (header.components * header.device.precision.bytes())).max(1);
        for first in (0..header.cells).step_by(most) {
            match take(first..header.cells.min(first + most)) {
                Ok(Numbers::F32(numbers)) => writer.block(CELLS, first as u64, bytemuck::cast_slice(&numbers))?,
                Ok(Numbers::F64(numbers)) => writer.block(CELLS, first as u64, bytemuck::cast_slice(&numbers))?,
                Err(error) => {
                    failure = Some(error);
                    return Err(io::Error::other("the cells cannot be had"));
                }
            }
        }
        writer.last()?;
        written = writer.written;
        Ok(())
    });
    match failure {
        Some(error) => Err(error),
        None => outcome.map(|()| written),
    }
}

/// The file of a checkpoint after so many steps of the run in `folder`.
pub fn place(folder: &Path, steps: u64) -> PathBuf {
    folder.join(FOLDER).join(format!("{steps:010}{ENDING}"))
}

/// The checkpoints of the run in `folder`, the newest first.
pub fn list(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder.join(FOLDER)).into_iter().flatten().flatten();
    let steps = |path: &Path| -> Option<u64> { path.file_name()?.to_str()?.strip_suffix(ENDING)?.parse().ok() };
    let mut found: Vec<(u64, PathBuf)> =
        entries.filter_map(|entry| Some((steps(&entry.path())?, entry.path()))).collect();
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, path)| path).collect()
}

/// Removes those that a run does not keep.
pub fn forget(folder: &Path) {
    // One that stays is no harm.
    list(folder).into_iter().skip(KEPT).for_each(|path| drop(std::fs::remove_file(path)));
}
