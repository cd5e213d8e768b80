//! Checkpoints: files from which a run goes on to the bit.
//!
//! A file holds a header, as JSON; what evolves beside the cells and what a run remembers, as its owners serialise
//! them; and the cells, as chunks of the whole array with their place in it, in the precision of the device. It does
//! not depend on how the device cuts the state, and is written and read with one chunk in memory.

mod blocks;

use std::fs::File;
use std::io::{self, BufReader};
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::atomic::write_atomically;
use crate::error::{Error, Result};
use crate::operators::ExecutorDescription;
use crate::precision::{Numbers, Precision};
use crate::scenario::schema::Scenario;
use blocks::{BlockReader, BlockWriter, Tag};

/// Most bytes of cells in a chunk: they stay in the cache from the device to the file.
const CHUNK: usize = 1 << 20;
/// Checkpoints that a run keeps.
const KEPT: usize = 2;
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
}

impl Header {
    /// Bytes of all cells.
    fn cell_bytes(&self) -> Option<u64> {
        let numbers = (self.cells as u64).checked_mul(self.components as u64)?;
        numbers.checked_mul(self.device.precision.bytes() as u64)
    }
}

/// Bytes for `value`, which [`decoded`] reads back to the bit.
///
/// # Errors
///
/// [`Error::Run`] for what has no such form, which nothing here has.
pub fn encoded<T: Serialize>(value: &T) -> Result<Vec<u8>> {
    postcard::to_stdvec(value).map_err(|error| Error::Run(format!("a checkpoint cannot be made: {error}")))
}

fn decoded<T: DeserializeOwned>(bytes: &[u8]) -> std::result::Result<T, String> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        Ok(_) => Err("it holds more than this version knows".into()),
        Err(error) => Err(format!("it holds what this version does not know: {error}")),
    }
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

/// A checkpoint whose every byte was found sound.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    /// The file.
    pub path: PathBuf,
    /// What it is of.
    pub header: Header,
    /// Bytes of the file.
    pub bytes: u64,
    evolving: Vec<u8>,
    memory: Vec<u8>,
}

impl Checkpoint {
    /// Reads a file through.
    ///
    /// # Errors
    ///
    /// [`Error::Input`] for one that is damaged, of another format, or cannot be read: what is wrong.
    pub fn open(path: &Path) -> Result<Checkpoint> {
        read(path, &mut |_, _| Ok(()))
    }

    /// What evolves beside the cells, or what a run remembers.
    fn part<T: DeserializeOwned>(&self, bytes: &[u8]) -> Result<T> {
        decoded(bytes).map_err(|text| unusable(&self.path, &text))
    }

    /// What evolves beside the cells.
    ///
    /// # Errors
    ///
    /// [`Error::Input`] where another version of the program has written it.
    pub fn evolving<T: DeserializeOwned>(&self) -> Result<T> {
        self.part(&self.evolving)
    }

    /// What a run remembers besides.
    ///
    /// # Errors
    ///
    /// Those of [`Checkpoint::evolving`].
    pub fn memory<T: DeserializeOwned>(&self) -> Result<T> {
        self.part(&self.memory)
    }

    /// Hands out the cells in chunks: the first cell of each, and its numbers.
    ///
    /// # Errors
    ///
    /// Those of [`Checkpoint::open`], as the file is read once more, and those of `put`.
    pub fn cells(&self, mut put: impl FnMut(usize, Numbers) -> Result<()>) -> Result<()> {
        read(&self.path, &mut put).map(|_| ())
    }
}

fn unusable(path: &Path, text: &str) -> Error {
    Error::Input(format!("{}: found no sound checkpoint: {text}", path.display()))
}

fn read(path: &Path, put: &mut dyn FnMut(usize, Numbers) -> Result<()>) -> Result<Checkpoint> {
    let invalid = |text: String| unusable(path, &text);
    let io = |error: io::Error| invalid(error.to_string());
    if !path.metadata().map_err(io)?.is_file() {
        return Err(invalid("it is no regular file".into()));
    }
    let file = File::open(path).map_err(io)?;
    let bytes = file.metadata().map_err(io)?.len();
    let mut reader = BlockReader::new(BufReader::new(file), bytes).map_err(invalid)?;
    let mut part = |tag: Tag, name: &str| match reader.next().map_err(invalid)? {
        Some(block) if block.tag == tag => Ok(std::mem::take(&mut reader.data)),
        _ => Err(invalid(format!("its {name} is missing"))),
    };
    let header: Header = serde_json::from_slice(&part(HEADER, "header")?)
        .map_err(|error| invalid(format!("its header is of another version: {error}")))?;
    let (evolving, memory) = (part(EVOLVING, "fields")?, part(MEMORY, "memory")?);
    // What the header claims must be there before anything is made by it.
    if header.cell_bytes().is_none_or(|cells| cells > bytes) || ![1, 4].contains(&header.components) {
        return Err(invalid(format!("its header claims {} cells, more than it holds", header.cells)));
    }
    let mut next = 0;
    while let Some(block) = reader.next().map_err(invalid)? {
        if block.tag != CELLS || block.place != next as u64 {
            return Err(invalid(format!("cells from {next} on are missing")));
        }
        let cell_bytes = header.components * header.device.precision.bytes();
        let first = next;
        next += reader.data.len() / cell_bytes;
        if reader.data.is_empty() || !reader.data.len().is_multiple_of(cell_bytes) || next > header.cells {
            return Err(invalid("a chunk holds parts of cells".into()));
        }
        let numbers = match header.device.precision {
            Precision::F32 => Numbers::F32(bytemuck::pod_collect_to_vec(&reader.data)),
            Precision::F64 => Numbers::F64(bytemuck::pod_collect_to_vec(&reader.data)),
        };
        put(first, numbers)?;
    }
    if next != header.cells {
        return Err(invalid(format!("cells from {next} on are missing")));
    }
    Ok(Checkpoint { path: path.to_path_buf(), header, bytes, evolving, memory })
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
