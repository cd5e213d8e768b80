//! The values of flags, from text.

use spinwigner::bench::Device;
use spinwigner::gpu::Choice;
use spinwigner::precision::Precision;
use spinwigner::run::DeviceChoice;

pub fn device(text: &str) -> Result<DeviceChoice, String> {
    match text {
        "auto" => Ok(DeviceChoice::Auto),
        "gpu" => Ok(DeviceChoice::Gpu),
        "cpu" => Ok(DeviceChoice::Cpu),
        "reference" => Ok(DeviceChoice::Reference),
        index => index
            .parse()
            .map(DeviceChoice::Index)
            .map_err(|_| "expected auto, gpu, cpu, reference, or an index from `spinwigner devices`".into()),
    }
}

pub fn measured(text: &str) -> Result<Device, String> {
    match text {
        "cpu" => Ok(Device::Processor),
        index => index
            .parse()
            .map(|index| Device::Adapter(Choice::Index(index)))
            .map_err(|_| "expected cpu, or an index from `spinwigner devices`".into()),
    }
}

pub fn precision(text: &str) -> Result<Precision, String> {
    match text {
        "f32" => Ok(Precision::F32),
        "f64" => Ok(Precision::F64),
        _ => Err("expected f32 or f64".into()),
    }
}

/// A number of cells: 1000000 or 1e6.
pub fn count(text: &str) -> Result<usize, String> {
    match text.parse::<f64>() {
        Ok(count) if (1e3..1e12).contains(&count) => Ok(count as usize),
        _ => Err("expected a number of cells from 1e3 to 1e12, such as 8e6".into()),
    }
}

/// A number of bytes with an optional binary unit: 512M, 4G, 1.5GiB.
pub fn memory(text: &str) -> Result<u64, String> {
    let complaint = || "expected a number of bytes such as 4G, 512M or 1000000".to_string();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let shift = match text[digits.len()..].to_ascii_uppercase().as_str() {
        "" | "B" => 0,
        "K" | "KB" | "KIB" => 10,
        "M" | "MB" | "MIB" => 20,
        "G" | "GB" | "GIB" => 30,
        "T" | "TB" | "TIB" => 40,
        _ => return Err(complaint()),
    };
    let count: f64 = digits.trim().parse().map_err(|_| complaint())?;
    let bytes = count * 2f64.powi(shift);
    if (1.0..9e15).contains(&bytes) { Ok(bytes as u64) } else { Err(complaint()) }
}

/// `FROM:TO`
pub fn interval(text: &str) -> Result<[f64; 2], String> {
    let parse = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    text.split_once(':')
        .and_then(|(from, to)| Some([parse(from)?, parse(to)?]))
        .filter(|[from, to]| from < to)
        .ok_or_else(|| "expected FROM:TO with FROM below TO, such as -0.5:0.3".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_takes_units() {
        for (text, expected) in [
            ("4G", 4 << 30),
            ("512M", 512 << 20),
            ("512mb", 512 << 20),
            ("1.5GiB", 3 << 29),
            ("1000", 1000),
            ("2 K", 2048),
        ] {
            assert_eq!(memory(text), Ok(expected), "{text}");
        }
        for text in ["", "G", "-1", "0", "4X", "4GG", "inf", "NaN", "1e30", "4Ж"] {
            assert!(memory(text).is_err(), "{text}");
        }
    }

    #[test]
    fn device_takes_names_and_indices() {
        assert!(matches!(device("auto"), Ok(DeviceChoice::Auto)));
        assert!(matches!(device("cpu"), Ok(DeviceChoice::Cpu)));
        assert!(matches!(device("3"), Ok(DeviceChoice::Index(3))));
        assert!(matches!(measured("cpu"), Ok(Device::Processor)) && measured("gpu").is_err());
        for text in ["", "cuda", "-1", "1.0"] {
            assert!(device(text).is_err(), "{text}");
        }
    }

    #[test]
    fn intervals_rise() {
        assert_eq!(interval("-0.5:0.3"), Ok([-0.5, 0.3]));
        for text in ["", "1", "1:0", "0:nan", "a:b"] {
            assert!(interval(text).is_err(), "{text}");
        }
    }
}
