//! The folder of a run's results.

use std::fs;
use std::path::{Path, PathBuf};

use crate::atomic::write_atomically;
use crate::error::{Error, Result};

/// Bytes kept for the record of a run.
const RESERVED: usize = 32 << 10;

/// Room on the disk for the record of a run that fills it: a file that goes when this is dropped.
pub(super) struct Reserve(PathBuf);

impl Reserve {
    pub fn of(folder: &Path) -> Result<Reserve> {
        let path = folder.join(".reserve");
        // Not zeros, which a file system may not store.
        let noise = (0..RESERVED).map(|i| ((i * i) >> 5) as u8).collect::<Vec<_>>();
        write_atomically(&path, |file| file.write_all(&noise))?;
        Ok(Reserve(path))
    }
}

impl Drop for Reserve {
    fn drop(&mut self) {
        // Without it there is as much room as can be.
        let _ = fs::remove_file(&self.0);
    }
}

/// Creates the folder; an existing one with files in it is never written to.
pub(super) fn create(name: &str, wanted: Option<&Path>) -> Result<PathBuf> {
    let taken = |path: &Path| path.exists() && fs::read_dir(path).map_or(true, |mut entries| entries.next().is_some());
    let folder = match wanted {
        Some(path) if path.exists() && !path.is_dir() => {
            return Err(Error::Input(format!(
                "--out {}: found a file, expected a folder; name a new folder, which the run creates",
                path.display()
            )));
        }
        Some(path) if taken(path) => {
            return Err(Error::Input(format!(
                "--out {}: already holds files, and results are never overwritten; name a new folder or remove it",
                path.display()
            )));
        }
        Some(path) => path.to_path_buf(),
        None => numbered(name)?,
    };
    fs::create_dir_all(folder.join("snapshots")).map_err(Error::file(&folder))?;
    Ok(folder)
}

/// A new folder `runs/NAME`, or of the first NAME-2, NAME-3, ... that no other run has.
fn numbered(name: &str) -> Result<PathBuf> {
    let runs = Path::new("runs");
    fs::create_dir_all(runs).map_err(Error::file(runs))?;
    let mut path = runs.join(name);
    for number in 2.. {
        match fs::create_dir(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                path = runs.join(format!("{name}-{number}"));
            }
            made => {
                made.map_err(Error::file(&path))?;
                break;
            }
        }
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Room is there until it is given back.
    #[test]
    fn a_reserve_goes_when_dropped() {
        let folder = tempfile::tempdir().expect("a folder");
        let reserve = Reserve::of(folder.path()).expect("room");
        let length = fs::metadata(folder.path().join(".reserve")).expect("there").len();
        assert_eq!(length, RESERVED as u64);
        drop(reserve);
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
    }
}
