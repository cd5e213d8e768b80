//! Files that appear complete or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, Result};

/// Writes a file under a temporary name in the same folder and renames it once
/// its contents are on disk.
///
/// Until the rename an older file at `path` stays as it was; after it the new name is on disk, too. The writer handed
/// to `write` is buffered.
///
/// # Errors
///
/// [`Error::File`] when the folder is missing, or when writing, syncing or
/// renaming fails; the temporary file is then removed.
pub fn write_atomically(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    replace(path, write).map_err(Error::file(path))
}

fn replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let (temporary, file) = Temporary::create(path)?;
    let mut buffered = BufWriter::new(file);
    write(&mut buffered)?;
    // `into_inner` flushes. The file is closed before the rename, which
    // Windows refuses on an open file.
    let file = buffered.into_inner().map_err(|error| error.into_error())?;
    file.sync_all()?;
    drop(file);
    temporary.rename(path)
}

/// Removes what writers that were killed left in a folder and in those within, and no other file.
///
/// # Errors
///
/// [`Error::File`] where one cannot be removed.
pub(crate) fn remove_temporary(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_temporary(&path)?;
        } else if entry.file_name().to_str().is_some_and(is_temporary) {
            fs::remove_file(&path).map_err(Error::file(&path))?;
        }
    }
    Ok(())
}

/// Whether a name is one of [`Temporary`]: `.NAME.PROCESS-COUNT.tmp`.
fn is_temporary(name: &str) -> bool {
    let numbers = || name.strip_prefix('.')?.strip_suffix(".tmp")?.rsplit_once('.')?.1.split_once('-');
    numbers().is_some_and(|(process, count)| process.parse::<u32>().is_ok() && count.parse::<u64>().is_ok())
}

/// A temporary file's name; the file is removed on drop unless it was renamed,
/// hence also when the caller's closure panics.
struct Temporary {
    path: PathBuf,
    renamed: bool,
}

impl Temporary {
    fn create(target: &Path) -> io::Result<(Self, File)> {
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        let name = target.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "not a file name"))?;
        // Process and counter keep concurrent writers of one file apart.
        let mut temporary = std::ffi::OsString::from(".");
        temporary.push(name);
        temporary.push(format!(".{}-{}.tmp", process::id(), COUNTER.fetch_add(1, Ordering::Relaxed)));
        let path = target.with_file_name(temporary);
        let file = OpenOptions::new().write(true).create(true).truncate(true).open(&path)?;
        let renamed = false;
        Ok((Self { path, renamed }, file))
    }

    fn rename(mut self, target: &Path) -> io::Result<()> {
        fs::rename(&self.path, target)?;
        self.renamed = true;
        sync_folder(target)
    }
}

/// Puts the name of a file on the disk, where the system has folders be synchronised.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match File::open(folder)?.sync_all() {
        // Some file systems have nothing to synchronise.
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
        outcome => outcome,
    }
}

#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.renamed {
            // The error that led here is the one worth reporting.
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn replaces_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.bin");
        fs::write(&path, "old and longer").unwrap();
        write_atomically(&path, |file| file.write_all(b"new")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(names(folder.path()), ["data.bin"]);
    }

    #[test]
    fn the_final_name_appears_only_at_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.bin");
        write_atomically(&path, |file| {
            file.write_all(b"half")?;
            file.flush()?;
            assert!(!path.exists());
            assert_eq!(names(folder.path()).len(), 1);
            Ok(())
        })
        .unwrap();
        assert!(path.exists());
    }

    #[test]
    fn a_failure_keeps_the_old_file_and_leaves_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.bin");
        fs::write(&path, "old").unwrap();
        let error = write_atomically(&path, |file| {
            file.write_all(b"half")?;
            Err(io::Error::other("disk full"))
        })
        .unwrap_err();
        assert!(matches!(&error, Error::File { path: p, .. } if *p == path));
        assert!(error.to_string().contains("disk full"));
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names(folder.path()), ["data.bin"]);
    }

    #[test]
    fn a_failed_rename_removes_the_temporary() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        fs::create_dir(&path).unwrap();
        assert!(write_atomically(&path, |file| file.write_all(b"x")).is_err());
        assert_eq!(names(folder.path()), ["taken"]);
    }

    #[test]
    fn a_panic_in_the_writer_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.bin");
        let outcome = std::panic::catch_unwind(|| write_atomically(&path, |_| panic!("writer")));
        assert!(outcome.is_err());
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn a_missing_folder_and_an_empty_name_are_errors() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing").join("data.bin");
        assert!(write_atomically(&missing, |_| Ok(())).is_err());
        assert!(write_atomically(Path::new(""), |_| Ok(())).is_err());
    }
}
