//! The folder of a run's results.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Creates the folder; an existing one with files in it is never written to.
pub(super) fn create(name: &str, wanted: Option<&Path>) -> Result<PathBuf> {
    let taken =
        |path: &Path| path.exists() && std::fs::read_dir(path).map_or(true, |mut entries| entries.next().is_some());
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
        None => {
            let numbered = (2..).map(|n| format!("{name}-{n}"));
            let mut names = std::iter::once(name.to_string()).chain(numbered).map(|name| Path::new("runs").join(name));
            names.find(|path| !taken(path)).unwrap_or_default()
        }
    };
    std::fs::create_dir_all(folder.join("snapshots")).map_err(Error::file(&folder))?;
    Ok(folder)
}
