//! Numbers as messages show them.

/// A number for a message: `digits` significant digits, no noise behind them.
pub fn number(x: f64, digits: usize) -> String {
    let rounded: f64 = format!("{x:.*e}", digits.saturating_sub(1)).parse().unwrap_or(x);
    if rounded == 0.0 {
        // Not "-0".
        "0".to_string()
    } else if (1e-4..1e7).contains(&rounded.abs()) {
        format!("{rounded}")
    } else {
        format!("{rounded:e}")
    }
}

/// A number in a column, right-aligned: with so many decimals where those are its digits, else with as many as fit and a
/// power of ten.
pub fn column(value: f64, width: usize, decimals: usize) -> String {
    if value == 0.0 || (1e-3..1e4).contains(&value.abs()) {
        format!("{value:>width$.decimals$}")
    } else {
        format!("{value:>width$.0$e}", width - 9)
    }
}

/// The largest number of `digits` significant digits that is no larger than a positive one.
pub fn rounded_down(x: f64, digits: usize) -> f64 {
    let rounded = |x: f64| format!("{x:.*e}", digits.saturating_sub(1)).parse().unwrap_or(x);
    let nearest: f64 = rounded(x);
    let unit = 10f64.powi(x.log10().floor() as i32 + 1 - digits as i32);
    if nearest <= x { nearest } else { rounded(nearest - unit) }
}

/// Bytes for a message.
pub fn bytes(count: f64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    let unit = if count < 1.0 { 0 } else { ((count.log2() / 10.0) as usize).min(units.len() - 1) };
    format!("{} {}", number(count / 1024f64.powi(unit as i32), 3), units[unit])
}
