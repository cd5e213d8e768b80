//! The folder of a run's results.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use crate::atomic::write_atomically;
use crate::error::{Error, Result};

/// Bytes kept for the record of a run.
const RESERVED: usize = 32 << 10;

/// Name of the file that keeps it.
const NAME: &str = ".reserve";

/// Room on the disk for the record of a run that fills it: a file that goes when this is dropped. While it is there,
/// and locked, nobody else goes on with the run.
pub(super) struct Reserve {
    path: PathBuf,
    _lock: File,
}

impl Reserve {
    pub fn of(folder: &Path) -> Result<Reserve> {
        let path = folder.join(NAME);
        // Not zeros, which a file system may not store.
        let noise = (0..RESERVED).map(|i| ((i * i) >> 5) as u8).collect::<Vec<_>>();
        write_atomically(&path, |file| file.write_all(&noise))?;
        let lock = File::open(&path).map_err(Error::file(&path))?;
        refuse_in_use(folder, &lock)?;
        Ok(Reserve { path, _lock: lock })
    }

    /// Of the folder of a run that has ended.
    pub fn again(folder: &Path) -> Result<Reserve> {
        if !folder.is_dir() {
            let text = format!("{}: found no folder, expected that of a run", folder.display());
            return Err(Error::Input(text));
        }
        if let Ok(left) = File::open(folder.join(NAME)) {
            refuse_in_use(folder, &left)?;
        }
        Reserve::of(folder)
    }
}

impl Drop for Reserve {
    fn drop(&mut self) {
        // Without it there is as much room as can be.
        let _ = fs::remove_file(&self.path);
    }
}

/// Takes the lock of a run. Where the system has none, nothing is refused.
fn refuse_in_use(folder: &Path, lock: &File) -> Result<()> {
    match lock.try_lock() {
        Err(TryLockError::WouldBlock) => Err(Error::Input(format!(
            "{}: its run is still going on; stop it first, or wait for its end",
            folder.display()
        ))),
        _ => Ok(()),
    }
}

/// Bytes of its files, as far as they can be seen.
pub(super) fn size(folder: &Path) -> f64 {
    let of = |entry: fs::DirEntry| match entry.metadata() {
        Ok(meta) if meta.is_dir() => size(&entry.path()),
        Ok(meta) => meta.len() as f64,
        Err(_) => 0.0,
    };
    fs::read_dir(folder).into_iter().flatten().flatten().map(of).sum()
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
