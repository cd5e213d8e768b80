//! The arrays of fields that a scenario names, and whether they are still what they were.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crc32fast::Hasher;
use serde::{Deserialize, Serialize};

use super::schema::{External, FieldFile, Scenario};
use crate::error::{Error, Result};

/// An array as it was when a run began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// As the scenario writes it.
    pub path: PathBuf,
    /// Bytes.
    pub length: u64,
    /// CRC-32 of them.
    pub checksum: u32,
}

/// Those of prescribed fields, which a run reads whenever it begins or goes on.
///
/// # Errors
///
/// [`Error::File`] for one that cannot be read.
pub fn external(scenario: &Scenario, folder: &Path) -> Result<Vec<Fingerprint>> {
    let named = |external: &External| -> Vec<PathBuf> {
        let fields = external.file().into_iter().flat_map(|FieldFile { E, B }| E.iter().chain(B));
        fields.chain(external.potential_file()).cloned().collect()
    };
    scenario.fields.external.iter().flat_map(named).map(|path| of(path, folder)).collect()
}

fn of(path: PathBuf, folder: &Path) -> Result<Fingerprint> {
    let whole = folder.join(&path);
    let read = || {
        let (mut file, mut hasher, mut length) = (File::open(&whole)?, Hasher::new(), 0);
        let mut piece = vec![0; 1 << 16];
        loop {
            match file.read(&mut piece)? {
                0 => return Ok((length, hasher.finalize())),
                count => {
                    hasher.update(&piece[..count]);
                    length += count as u64;
                }
            }
        }
    };
    let (length, checksum) = read().map_err(Error::file(&whole))?;
    Ok(Fingerprint { path, length, checksum })
}

/// Whether arrays hold the same, wherever they lie.
pub fn alike(some: &[Fingerprint], others: &[Fingerprint]) -> bool {
    let contents = |files: &[Fingerprint]| files.iter().map(|file| (file.length, file.checksum)).collect::<Vec<_>>();
    contents(some) == contents(others)
}
