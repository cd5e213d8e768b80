//! What the user writes: found and parsed. Its rules are those of [`validate`](mod@crate::validate), by whose
//! `load` everything else gets its scenario.

pub mod files;
pub(crate) mod locate;
pub mod parse;
pub mod schema;
pub mod shipped;

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use locate::Places;

/// A scenario is a page of text; anything larger is another file.
const MAX_BYTES: u64 = 4 << 20;

/// A scenario and where it came from.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What `text` says, with all defaults.
    pub scenario: schema::Scenario,
    /// File stem or shipped name.
    pub name: String,
    /// The JSON as written.
    pub text: String,
    /// The path, or `shipped scenario NAME`.
    pub origin: String,
    /// Relative `.npy` paths are relative to this folder.
    pub folder: PathBuf,
}

impl Loaded {
    /// `FILE:LINE:COLUMN: at KEY: TEXT`, for a mistake at the value of a key.
    pub(crate) fn complaint(&self, key: &str, text: &str) -> String {
        self.complaint_at(&Places::of(&self.text), key, text)
    }

    /// The same with the places of the text at hand.
    pub(crate) fn complaint_at(&self, places: &Places, key: &str, text: &str) -> String {
        let (line, column) = places.value(key);
        format!("{}:{line}:{column}: at `{key}`: {text}", self.origin)
    }

    /// An error with the place of the key that it is about.
    pub(crate) fn placed(&self, error: Error) -> Error {
        match error {
            Error::Key { key, text } => Error::Input(self.complaint(&key, &text)),
            other => other,
        }
    }
}

/// Reads and parses a shipped scenario by name, or one from a file; no rule has been checked.
pub(crate) fn find(name_or_path: &str) -> Result<Loaded> {
    if let Some(text) = shipped::text(name_or_path) {
        let origin = format!("shipped scenario {name_or_path}");
        return parsed(text.to_string(), name_or_path.to_string(), origin, PathBuf::from("."));
    }
    let path = Path::new(name_or_path);
    let text = read(path)?;
    let name = path.file_stem().map_or_else(|| name_or_path.to_string(), |stem| stem.to_string_lossy().into_owned());
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        _ => PathBuf::from("."),
    };
    parsed(text, name, name_or_path.to_string(), folder)
}

/// A scenario of a text, parsed; no rule has been checked.
pub(crate) fn parsed(text: String, name: String, origin: String, folder: PathBuf) -> Result<Loaded> {
    let scenario = parse::parse(&text, &origin)?;
    Ok(Loaded { scenario, name, text, origin, folder })
}

fn read(path: &Path) -> Result<String> {
    let shown = path.display();
    let fail = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => not_found(path),
        _ => Error::Input(format!("{shown}: cannot be read ({error}); name a scenario file that you may read")),
    };
    let kind = path.metadata().map_err(fail)?.file_type();
    if kind.is_dir() {
        return Err(Error::Input(format!(
            "{shown}: found a folder, expected a scenario file; name the .json file in it"
        )));
    }
    if !kind.is_file() {
        // A pipe would be waited for.
        return Err(Error::Input(format!("{shown}: found no regular file, expected a scenario file")));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(fail)?;
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(fail)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Error::Input(format!(
            "{shown}: found more than {} MiB, expected a scenario of a page or two; name the .json file",
            MAX_BYTES >> 20
        )));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&error.as_bytes()[..valid]).into_owned();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
        let message = format!("{shown}:{line}:{column}: found bytes that are not UTF-8; save the file as UTF-8 text");
        Error::Input(message)
    })?;
    // Some editors begin UTF-8 files with a byte-order mark.
    Ok(text.strip_prefix('\u{feff}').map(str::to_string).unwrap_or(text))
}

/// A name that is neither a shipped scenario nor an existing file.
fn not_found(path: &Path) -> Error {
    let given = path.to_string_lossy();
    let looks_like_a_path = path.extension().is_some() || given.contains(['/', '\\']);
    let names = shipped::SHIPPED.iter().map(|(name, _)| *name);
    let stem = path.file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
    let hint = match parse::did_you_mean(&stem, names.clone()) {
        Some(name) => format!("; did you mean the shipped scenario `{name}`?"),
        None => String::new(),
    };
    if looks_like_a_path {
        Error::Input(format!("{given}: no such file{hint}"))
    } else {
        Error::Input(format!(
            "`{given}` is neither a shipped scenario nor a file{hint}\nshipped scenarios: {}\na file is named by its path, such as my/{given}.json",
            names.collect::<Vec<_>>().join(", ")
        ))
    }
}
