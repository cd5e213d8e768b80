//! NumPy arrays in and out.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, Write};
use std::path::Path;

use npyz::WriterBuilder;

use crate::atomic::write_atomically;
use crate::error::{Error, Result};

/// Bytes of a header; those of arrays have about a hundred.
const LONGEST_HEADER: usize = 1 << 12;
/// A dictionary, a shape, and one more.
const MOST_BRACKETS: usize = 3;

/// Reads f32 or f64 numbers in C order and checks the shape.
///
/// # Errors
///
/// [`Error::Input`] for a file that cannot be read, another shape, order or type, and numbers that are not finite.
pub fn read(path: &Path, shape: &[usize]) -> Result<Vec<f64>> {
    let invalid = |text: String| Error::Input(format!("{}: {text}", path.display()));
    let (header, file) = open(path).map_err(|error| {
        invalid(format!("cannot be read as .npy: {error}; relative paths begin at the folder of the scenario"))
    })?;
    let array = npyz::NpyFile::with_header(header, file);
    let found: Vec<usize> = array.shape().iter().map(|&n| n as usize).collect();
    if found != shape {
        return Err(invalid(format!("has shape {found:?}, the scenario's grid needs {shape:?}")));
    }
    if array.order() != npyz::Order::C {
        return Err(invalid("is in Fortran order; save it with numpy.ascontiguousarray".into()));
    }
    let dtype = array.dtype().descr();
    let numbers: Vec<f64> = if dtype.contains("f8") {
        array.into_vec::<f64>().map_err(|error| invalid(error.to_string()))?
    } else if dtype.contains("f4") {
        array.into_vec::<f32>().map_err(|error| invalid(error.to_string()))?.into_iter().map(f64::from).collect()
    } else {
        return Err(invalid(format!("holds {dtype}; float32 or float64 is required")));
    };
    match numbers.iter().position(|number| !number.is_finite()) {
        None => Ok(numbers),
        Some(at) => Err(invalid(format!("holds {} at flat index {at}; all numbers must be finite", numbers[at]))),
    }
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

/// Writes float32 numbers in C order, the precision of the device.
///
/// # Errors
///
/// [`Error::File`] where the file cannot be written.
pub fn write_f32(path: &Path, shape: &[usize], numbers: &[f64]) -> Result<()> {
    write(path, shape, numbers.iter().map(|&number| number as f32))
}

/// Writes float64 numbers in C order.
///
/// # Errors
///
/// [`Error::File`] where the file cannot be written.
pub fn write_f64(path: &Path, shape: &[usize], numbers: &[f64]) -> Result<()> {
    write(path, shape, numbers.iter().copied())
}

fn write<T: npyz::Serialize + npyz::AutoSerialize>(
    path: &Path,
    shape: &[usize],
    numbers: impl Iterator<Item = T>,
) -> Result<()> {
    let shape: Vec<u64> = shape.iter().map(|&n| n as u64).collect();
    write_atomically(path, |sink: &mut dyn Write| {
        let mut writer = npyz::WriteOptions::new().default_dtype().shape(&shape).writer(sink).begin_nd()?;
        writer.extend(numbers)?;
        writer.finish()
    })
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
