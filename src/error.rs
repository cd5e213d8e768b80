//! Typed errors of the library. The binary prints them once, with their causes.

use std::path::PathBuf;

/// Everything that can go wrong, sorted by what the user has to do about it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The input is wrong: exit code 2. The text says where, what was found,
    /// what is required and what to do.
    #[error("{0}")]
    Input(String),
    /// A scenario asks for what cannot be, at the value of a key: exit code 2. [`Loaded`](crate::scenario::Loaded) knows
    /// its line.
    #[error("at `{key}`: {text}")]
    Key {
        /// Path of the value, such as `fields.file.E`.
        key: String,
        /// What was found, what is required and what to do.
        text: String,
    },
    /// No graphics adapter, or the device failed: exit code 1.
    #[error("{0}")]
    Device(String),
    /// The run itself failed (NaN, lost device, too large a step): exit code 1.
    #[error("{0}")]
    Run(String),
    /// The run was asked to stop before its end: exit code 3.
    #[error("{0}")]
    Stopped(String),
    /// Reading or writing a file failed.
    #[error("{}: {source}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system says.
        #[source]
        source: std::io::Error,
    },
}

impl Error {
    /// An [`Error::Input`] about the value of `key`; other errors as they are.
    pub(crate) fn at(self, key: impl Into<String>) -> Error {
        match self {
            Error::Input(text) => Error::Key { key: key.into(), text },
            other => other,
        }
    }

    /// Wraps an i/o error with the file it concerns.
    pub fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Error {
        let path = path.into();
        move |source| Error::File { path, source }
    }
}

/// Shorthand used throughout the library.
pub type Result<T> = std::result::Result<T, Error>;
