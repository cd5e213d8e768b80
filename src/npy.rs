//! NumPy arrays in and out.

use std::fs::File;
use std::io::{BufReader, Write};
use std::path::Path;

use npyz::WriterBuilder;

use crate::atomic::write_atomically;
use crate::error::{Error, Result};

/// Reads f32 or f64 numbers in C order and checks the shape.
///
/// # Errors
///
/// [`Error::Input`] for a file that cannot be read, another shape, order or type, and numbers that are not finite.
pub fn read(path: &Path, shape: &[usize]) -> Result<Vec<f64>> {
    let file = File::open(path).map_err(|source| {
        Error::Input(format!(
            "{}: cannot be opened ({source}); paths are relative to the scenario file",
            path.display()
        ))
    })?;
    let invalid = |text: String| Error::Input(format!("{}: {text}", path.display()));
    let array =
        npyz::NpyFile::new(BufReader::new(file)).map_err(|error| invalid(format!("is not a .npy file: {error}")))?;
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
