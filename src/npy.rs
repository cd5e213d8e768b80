//! NumPy arrays in and out.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use npyz::WriterBuilder;

use crate::atomic::write_atomically;
use crate::error::{Error, Result};
use crate::precision::{Precision, Real};

/// Bytes of a header; those of arrays have about a hundred.
const LONGEST_HEADER: usize = 1 << 12;
/// A dictionary, a shape, and one more.
const MOST_BRACKETS: usize = 3;

/// A file of f32 or f64 numbers in C order, of which any can be read.
pub struct Array {
    path: PathBuf,
    shape: Vec<usize>,
    /// Where they begin.
    start: u64,
    precision: Precision,
    big_endian: bool,
}

impl Array {
    /// Reads the header and checks the shape.
    ///
    /// # Errors
    ///
    /// [`Error::Input`] for a file that cannot be read, and another shape, order or type.
    pub fn open(path: &Path, shape: &[usize]) -> Result<Array> {
        let invalid = |text: String| invalid(path, text);
        let unreadable = |error: io::Error| {
            invalid(format!("cannot be read as .npy: {error}; relative paths begin at the folder of the scenario"))
        };
        let (header, mut file) = open(path).map_err(unreadable)?;
        let found: Vec<usize> = header.shape().iter().map(|&n| n as usize).collect();
        if found != shape {
            return Err(invalid(format!("has shape {found:?}, expected {shape:?}")));
        }
        if header.order() != npyz::Order::C {
            return Err(invalid("is in Fortran order; save it with numpy.ascontiguousarray".into()));
        }
        let dtype = header.dtype().descr();
        let precision = match dtype.trim_matches('\'').trim_start_matches(['<', '>', '=']) {
            "f4" => Precision::F32,
            "f8" => Precision::F64,
            _ => return Err(invalid(format!("holds {dtype}; float32 or float64 is required"))),
        };
        let start = file.stream_position().map_err(unreadable)?;
        let needed = start + shape.iter().product::<usize>() as u64 * precision.bytes() as u64;
        let length = file.get_ref().metadata().map_err(unreadable)?.len();
        if length < needed {
            return Err(invalid(format!("has {length} bytes, its header claims {needed}; it was cut short")));
        }
        Ok(Array { path: path.into(), shape: shape.into(), start, precision, big_endian: dtype.contains('>') })
    }

    /// Numbers along each axis.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Some of its numbers, by their flat index.
    ///
    /// # Errors
    ///
    /// [`Error::Input`] where they cannot be read, and for numbers that are not finite.
    pub fn take(&self, numbers: Range<usize>) -> Result<Vec<f64>> {
        let each = self.precision.bytes();
        let mut bytes = vec![0; numbers.len() * each];
        let read = File::open(&self.path).and_then(|mut file| {
            file.seek(SeekFrom::Start(self.start + (numbers.start * each) as u64))?;
            file.read_exact(&mut bytes)
        });
        read.map_err(|error| invalid(&self.path, error.to_string()))?;
        if self.big_endian {
            bytes.chunks_exact_mut(each).for_each(<[u8]>::reverse);
        }
        let found: Vec<f64> = match self.precision {
            Precision::F32 => bytes.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes).into()).collect(),
            Precision::F64 => bytes.as_chunks().0.iter().map(|&bytes| f64::from_le_bytes(bytes)).collect(),
        };
        match found.iter().position(|number| !number.is_finite()) {
            None => Ok(found),
            Some(at) => Err(invalid(
                &self.path,
                format!("holds {} at flat index {}; all numbers must be finite", found[at], numbers.start + at),
            )),
        }
    }
}

fn invalid(path: &Path, text: String) -> Error {
    Error::Input(format!("{}: {text}", path.display()))
}

/// All numbers of an [`Array`].
///
/// # Errors
///
/// Those of [`Array::open`] and [`Array::take`].
pub fn read(path: &Path, shape: &[usize]) -> Result<Vec<f64>> {
    Array::open(path, shape)?.take(0..shape.iter().product())
}

/// The rows of an array of shape (rows, N), `most` of them or fewer.
///
/// # Errors
///
/// Those of [`read`], and [`Error::Input`] for more rows.
pub fn rows<const N: usize>(path: &Path, most: usize) -> Result<Vec<[f64; N]>> {
    // A file without a header is refused where it is read.
    let rows = open(path).ok().and_then(|(header, _)| header.shape().first().copied()).unwrap_or(0) as usize;
    if rows > most {
        return Err(invalid(path, format!("has {rows} rows, expected {most} or fewer")));
    }
    Ok(read(path, &[rows, N])?.as_chunks().0.to_vec())
}

/// The header of a file, and what follows it.
///
/// # Errors
///
/// What is no regular file, as a pipe would be waited for, or has no header of this kind. One that is longer, or holds
/// more brackets, than that of numbers is refused before it is parsed, which would take a time that doubles with each
/// bracket, and the memory that the file claims.
pub fn open(path: &Path) -> io::Result<(npyz::NpyHeader, BufReader<File>)> {
    let invalid = |text: String| io::Error::new(io::ErrorKind::InvalidData, text);
    if !path.metadata()?.is_file() {
        return Err(invalid("found no regular file".into()));
    }
    let mut file = BufReader::new(File::open(path)?);
    let (mut start, mut length) = ([0; 8], [0; 4]);
    file.read_exact(&mut start)?;
    let version = start[6];
    file.read_exact(if version == 1 { &mut length[..2] } else { &mut length })?;
    let length = u32::from_le_bytes(length) as usize;
    if length > LONGEST_HEADER {
        return Err(invalid(format!("its header claims {length} bytes, expected {LONGEST_HEADER} or fewer")));
    }
    let mut text = vec![0; length];
    file.read_exact(&mut text)?;
    if text.iter().filter(|byte| b"([{".contains(byte)).count() > MOST_BRACKETS {
        return Err(invalid("its header is nested, expected that of an array of float32 or float64 numbers".into()));
    }
    file.rewind()?;
    Ok((npyz::NpyHeader::from_reader(&mut file)?, file))
}

/// Writes float64 numbers in C order.
///
/// # Errors
///
/// [`Error::File`] where the file cannot be written.
pub fn write_f64(path: &Path, shape: &[usize], numbers: &[f64]) -> Result<()> {
    write_parts::<f64>(path, shape, |part| part(&mut numbers.iter().copied()))
}

/// Takes some numbers that follow those before.
type Part<'a, R> = &'a mut dyn FnMut(&mut dyn Iterator<Item = R>) -> Result<()>;

/// Writes the numbers that `walk` hands over, part by part, in C order.
///
/// # Errors
///
/// [`Error::File`] where the file cannot be written, and those of `walk`.
pub fn write_parts<R: Real + npyz::AutoSerialize>(
    path: &Path,
    shape: &[usize],
    walk: impl FnOnce(Part<R>) -> Result<()>,
) -> Result<()> {
    let shape: Vec<u64> = shape.iter().map(|&n| n as u64).collect();
    let mut failure = None;
    let written = write_atomically(path, |sink: &mut dyn Write| {
        let mut writer = npyz::WriteOptions::new().default_dtype().shape(&shape).writer(sink).begin_nd()?;
        match walk(&mut |numbers| writer.extend(numbers).map_err(Error::file(path))) {
            Ok(()) => writer.finish(),
            Err(error) => {
                failure = Some(error);
                Err(io::Error::other("its numbers could not be had"))
            }
        }
    });
    failure.map_or(written, Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Headers that are nested, that claim more than there is, or that end are refused at once; so is a folder.
    #[test]
    fn odd_headers_are_refused_at_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.npy");
        let nested = format!("{{'descr': {}", "[".repeat(60));
        let version_1 =
            |text: &str| [b"\x93NUMPY\x01\x00", &(text.len() as u16).to_le_bytes()[..], text.as_bytes()].concat();
        let claims = [b"\x93NUMPY\x02\x00", &u32::MAX.to_le_bytes()[..], b"{}"].concat();
        for (bytes, words) in [
            (version_1(&nested), "nested"),
            (claims, "claims 4294967295 bytes"),
            (version_1(&nested)[..20].to_vec(), "cannot be read as .npy"),
            (b"\x93NUM".to_vec(), "cannot be read as .npy"),
            (Vec::new(), "cannot be read as .npy"),
            (version_1("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }"), ""),
        ] {
            std::fs::write(&path, bytes).expect("written");
            let error = read(&path, &[2]).expect_err("refused").to_string();
            assert!(error.contains(words) && error.contains("a.npy"), "{error}");
        }
        assert!(read(folder.path(), &[2]).expect_err("a folder").to_string().contains("found no regular file"));
        write_f64(&path, &[2], &[1.0, 2.0]).expect("written");
        assert_eq!(read(&path, &[2]).expect("its own"), [1.0, 2.0]);
    }
}
