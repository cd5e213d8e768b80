//! A table in a file that grows with it.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::Path;
use std::time::Duration;

use crc32fast::Hasher;
use serde::{Deserialize, Serialize};

use crate::atomic::write_atomically;
use crate::error::{Error, Result};
use crate::run::schedule::WallClock;
use crate::table::Table;

/// Longest time for which rows are kept back.
const PAUSE: Duration = Duration::from_secs(2);

/// A table in a file that grows with it.
pub(super) struct TableFile {
    name: &'static str,
    pub table: Table,
    /// None before the first row.
    written: Option<Written>,
    clock: WallClock,
}

struct Written {
    file: File,
    rows: usize,
    length: u64,
    checksum: Hasher,
}

/// What a file held: its length, 0 for no file, and a checksum of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TableMemory {
    length: u64,
    checksum: u32,
}

impl TableFile {
    pub fn new(name: &'static str, table: Table) -> TableFile {
        TableFile { name, table, written: None, clock: WallClock::new(PAUSE) }
    }

    /// After a row was added.
    pub fn grown(&mut self, folder: &Path) -> Result<()> {
        if self.clock.strikes() { self.write(folder) } else { Ok(()) }
    }

    /// Writes the rows that are not in the file yet. Where they find no room it keeps whole rows.
    pub fn write(&mut self, folder: &Path) -> Result<()> {
        if self.table.rows.is_empty() {
            return Ok(());
        }
        let path = folder.join(self.name);
        let rows = self.table.rows.len();
        match &mut self.written {
            None => {
                let text = self.table.to_csv();
                write_atomically(&path, |file| file.write_all(text.as_bytes()))?;
                let file = OpenOptions::new().append(true).open(&path).map_err(Error::file(&path))?;
                let checksum = Hasher::new_with_initial(crc32fast::hash(text.as_bytes()));
                self.written = Some(Written { file, rows, length: text.len() as u64, checksum });
            }
            Some(written) => {
                let text = self.table.csv_rows(written.rows);
                if let Err(error) = written.file.write_all(text.as_bytes()).and_then(|()| written.file.flush()) {
                    // The error is the one worth reporting.
                    let _ = written.file.set_len(written.length);
                    return Err(Error::file(&path)(error));
                }
                written.checksum.update(text.as_bytes());
                (written.length, written.rows) = (written.length + text.len() as u64, rows);
            }
        }
        Ok(())
    }

    /// Puts all rows on the disk; returns what the file holds then.
    pub fn keep(&mut self, folder: &Path) -> Result<TableMemory> {
        self.write(folder)?;
        let Some(written) = &self.written else { return Ok(TableMemory { length: 0, checksum: 0 }) };
        written.file.sync_data().map_err(Error::file(folder.join(self.name)))?;
        Ok(TableMemory { length: written.length, checksum: written.checksum.clone().finalize() })
    }

    /// Reads what a file held when it was kept; nothing is changed yet.
    pub fn recalled(name: &'static str, folder: &Path, memory: TableMemory) -> Result<TableFile> {
        if memory.length == 0 {
            return Ok(TableFile::new(name, Table::default()));
        }
        let path = folder.join(name);
        let invalid =
            |text: &str| Error::Input(format!("{}: {text}; put back the file that the run wrote", path.display()));
        let file = OpenOptions::new().read(true).append(true).open(&path);
        let file = file.map_err(|error| match error.kind() {
            ErrorKind::NotFound => invalid("is missing"),
            _ => Error::file(&path)(error),
        })?;
        let mut text = String::new();
        (&file).take(memory.length).read_to_string(&mut text).map_err(Error::file(&path))?;
        let mut checksum = Hasher::new();
        checksum.update(text.as_bytes());
        if text.len() as u64 != memory.length || checksum.clone().finalize() != memory.checksum {
            return Err(invalid(&format!("its first {} bytes are not those that the checkpoint knows", memory.length)));
        }
        let table = Table::from_csv(&text).map_err(|error| invalid(&error))?;
        let written = Written { file, rows: table.rows.len(), length: memory.length, checksum };
        Ok(TableFile { written: Some(written), ..TableFile::new(name, table) })
    }

    /// Takes away what the file holds beyond what was recalled.
    pub fn rewind(&mut self, folder: &Path) -> Result<()> {
        let path = folder.join(self.name);
        match &self.written {
            Some(written) => written.file.set_len(written.length).map_err(Error::file(path)),
            None => match std::fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::file(path)(error)),
                _ => Ok(()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(row: u32) -> Vec<(String, String, f64)> {
        vec![("time".into(), "T".into(), 0.1 * f64::from(row)), ("b".into(), String::new(), 1.0 / 3.0)]
    }

    /// A file that grows row by row holds what one written at once does.
    #[test]
    fn a_file_grows_with_its_table() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut file = TableFile::new("rows.csv", Table::default());
        file.write(folder.path()).expect("nothing to write");
        assert!(!folder.path().join("rows.csv").exists());
        for at in 0..5 {
            file.table.push(row(at));
            file.write(folder.path()).expect("written");
            let text = std::fs::read_to_string(folder.path().join("rows.csv")).expect("written");
            assert_eq!(text, file.table.to_csv());
        }
    }

    /// What was kept is what is recalled, whatever came after; what is not as it was is refused, and left alone.
    #[test]
    fn a_file_goes_on_from_where_it_was_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let (folder, path) = (folder.path(), folder.path().join("rows.csv"));
        let mut file = TableFile::new("rows.csv", Table::default());
        let nothing = file.keep(folder).expect("nothing");
        (0..2).for_each(|at| file.table.push(row(at)));
        file.write(folder).expect("written");
        file.table.push(row(2));
        let kept = file.keep(folder).expect("kept");
        (3..5).for_each(|at| file.table.push(row(at)));
        file.write(folder).expect("written");
        let whole = std::fs::read_to_string(&path).expect("written");

        let mut again = TableFile::recalled("rows.csv", folder, kept).expect("as it was");
        assert_eq!(std::fs::read_to_string(&path).expect("there"), whole);
        again.rewind(folder).expect("rewound");
        assert_eq!(std::fs::metadata(&path).expect("there").len(), kept.length);
        (3..5).for_each(|at| again.table.push(row(at)));
        assert_ne!(again.keep(folder).expect("kept"), kept);
        assert_eq!(std::fs::read_to_string(&path).expect("there"), whole);

        for bytes in [&whole.as_bytes()[..kept.length as usize - 1], b"", &whole.replace("3.3", "3.4").into_bytes()] {
            std::fs::write(&path, bytes).expect("written");
            let error = TableFile::recalled("rows.csv", folder, kept).err().expect("refused").to_string();
            assert!(error.contains("are not those that the checkpoint knows"), "{error}");
        }
        TableFile::recalled("rows.csv", folder, nothing).expect("nothing").rewind(folder).expect("removed");
        assert!(!path.exists());
        assert!(
            TableFile::recalled("rows.csv", folder, kept).err().expect("refused").to_string().contains("is missing")
        );
    }
}
