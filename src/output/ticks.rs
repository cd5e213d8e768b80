//! Data ranges, tick positions and short tick labels.

/// Magnitudes are limited so that the width of a range cannot overflow and
/// powers of ten stay normal numbers.
const LARGEST: f64 = 1e300;
const SMALLEST: f64 = 1e-300;

/// A value brought within the limits of magnitude.
pub(super) fn limited(value: f64) -> f64 {
    value.clamp(-LARGEST, LARGEST)
}

/// Least and greatest of the finite values; `None` when there are none.
pub(super) fn finite_range(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    values.into_iter().filter(|value| value.is_finite()).map(limited).fold(None, |range, value| match range {
        None => Some((value, value)),
        Some((low, high)) => Some((value.min(low), value.max(high))),
    })
}

/// The range itself or, where its width is lost in rounding, one around it that
/// can be divided by its width.
pub(super) fn widened((low, high): (f64, f64)) -> (f64, f64) {
    let magnitude = low.abs().max(high.abs());
    if magnitude < SMALLEST {
        (-1.0, 1.0)
    } else if high - low < 1e-13 * magnitude {
        (low - 0.5 * magnitude, high + 0.5 * magnitude)
    } else {
        (low, high)
    }
}

/// Tick marks of a linear axis. A label shows `(position - offset) / 10^exponent`.
pub(super) struct Ticks {
    /// Positions in data units.
    pub at: Vec<f64>,
    pub labels: Vec<String>,
    exponent: i32,
    /// Written out; empty when there is no offset.
    offset: String,
}

impl Ticks {
    /// At most about `count` ticks at multiples of 1, 2 or 5 times a power of
    /// ten from `low` to `high`, a non-empty range.
    pub fn linear(low: f64, high: f64, count: u32) -> Self {
        let width = high - low;
        // Far from zero labels would share all their leading digits.
        let (offset, offset_text) = if width < 2e-4 * low.abs().max(high.abs()) {
            let unit = power_of_ten(exponent_of(width) + 1);
            let offset = ((low + 0.5 * width) / unit).round() * unit;
            (offset, plain_number(offset, unit))
        } else {
            (0.0, String::new())
        };
        let (low, high) = (low - offset, high - offset);
        let step = nice_step(width / f64::from(count.max(1)));
        let largest = low.abs().max(high.abs());
        let exponent = match exponent_of(largest) {
            -2..=3 => 0,
            other => other,
        };
        let decimals = (exponent - exponent_of(step)).max(0) as usize;
        // The tolerance keeps a tick at an end that rounding moved inwards.
        let first = (low / step - 1e-6).ceil() as i64;
        let last = (high / step + 1e-6).floor() as i64;
        let multiples = (first..=last).map(|k| k as f64 * step);
        Self {
            at: multiples.clone().map(|value| value + offset).collect(),
            labels: multiples
                .map(|value| {
                    let scaled = value / power_of_ten(exponent);
                    with_minus_sign(&format!("{scaled:.decimals$}"))
                })
                .collect(),
            exponent,
            offset: offset_text,
        }
    }

    /// `label [unit]` with the common factor and the offset worked in, as in
    /// `x − 5 [10⁻³ m]`.
    pub fn axis_label(&self, label: &str, unit: &str) -> String {
        let mut text = label.to_owned();
        if !self.offset.is_empty() {
            let (sign, size) = match self.offset.strip_prefix('−') {
                Some(size) => ('+', size),
                None => ('−', self.offset.as_str()),
            };
            text += &format!(" {sign} {size}");
        }
        let unit = match (self.exponent, unit) {
            (0, unit) => unit.to_owned(),
            (exponent, "") => power_text(exponent),
            (exponent, unit) => format!("{} {unit}", power_text(exponent)),
        };
        if !unit.is_empty() {
            text += &format!(" [{unit}]");
        }
        text
    }

    /// What turns a label into a value, as in `×10⁻³ + 5`; empty when labels
    /// are values.
    pub fn note(&self) -> String {
        let mut text = String::new();
        if self.exponent != 0 {
            text = format!("×{}", power_text(self.exponent));
        }
        if !self.offset.is_empty() {
            text += &match self.offset.strip_prefix('−') {
                Some(size) => format!(" − {size}"),
                None => format!(" + {}", self.offset),
            };
        }
        text.trim_start().to_owned()
    }
}

/// Tick marks of a logarithmic axis, all positions as decimal logarithms.
pub(super) struct LogTicks {
    pub at: Vec<f64>,
    pub labels: Vec<String>,
    pub minor: Vec<f64>,
}

impl LogTicks {
    /// At most about `count` powers of ten from `10^low` to `10^high`, and the
    /// multiples 2 to 9 between them while they can be told apart.
    pub fn new(low: f64, high: f64, count: u32) -> Self {
        let (first, last) = ((low - 1e-9).ceil() as i32, (high + 1e-9).floor() as i32);
        let step = (last - first).max(0) / count.max(1) as i32 + 1;
        // Multiples of the step, so that 10⁰ is a tick whenever it is in range.
        let decades = || (first..=last).filter(|exponent| exponent.rem_euclid(step) == 0);
        let minor = if step == 1 {
            (first - 1..=last)
                .flat_map(|decade| (2..10).map(move |k| f64::from(decade) + f64::from(k).log10()))
                .filter(|at| (low..=high).contains(at))
                .collect()
        } else {
            Vec::new()
        };
        Self { at: decades().map(f64::from).collect(), labels: decades().map(power_text).collect(), minor }
    }
}

fn nice_step(least: f64) -> f64 {
    let exponent = exponent_of(least);
    let power = power_of_ten(exponent);
    [1.0, 2.0, 5.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|&step| step >= least * (1.0 - 1e-9))
        .unwrap_or_else(|| power_of_ten(exponent + 1))
}

/// Exponent of the power of ten at or below a positive number.
fn exponent_of(value: f64) -> i32 {
    (value.log10() + 1e-9).floor() as i32
}

fn power_of_ten(exponent: i32) -> f64 {
    10f64.powi(exponent)
}

/// A multiple of `unit`, a power of ten, with no more digits than it has.
fn plain_number(value: f64, unit: f64) -> String {
    let own = exponent_of(value.abs().max(SMALLEST));
    let factored = if (-3..6).contains(&own) { 0 } else { own };
    let decimals = (factored - exponent_of(unit)).max(0) as usize;
    let digits = format!("{:.decimals$}", value / power_of_ten(factored));
    let digits = match digits.split_once('.') {
        Some(_) => digits.trim_end_matches('0').trim_end_matches('.'),
        None => &digits,
    };
    let number = with_minus_sign(digits);
    match (factored, number.as_str()) {
        (0, _) => number,
        (_, "1") => power_text(factored),
        (_, "−1") => format!("−{}", power_text(factored)),
        _ => format!("{number}×{}", power_text(factored)),
    }
}

fn power_text(exponent: i32) -> String {
    let digits = exponent.to_string();
    let superscripts = digits.chars().map(|c| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        // The other superscript digits follow each other in Unicode.
        digit => char::from_u32('⁰' as u32 + digit as u32 - '0' as u32).unwrap_or(digit),
    });
    "10".chars().chain(superscripts).collect()
}

fn with_minus_sign(number: &str) -> String {
    match number.strip_prefix('-') {
        // Rounding leaves "-0.0" near zero.
        Some(size) if size.bytes().all(|b| matches!(b, b'0' | b'.')) => size.to_owned(),
        Some(size) => format!("−{size}"),
        None => number.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn range_skips_what_is_not_finite() {
        let values = [f64::NAN, 2.0, f64::INFINITY, -1.0, f64::NEG_INFINITY];
        assert_eq!(finite_range(values), Some((-1.0, 2.0)));
        assert_eq!(finite_range([f64::NAN]), None);
    }

    #[test]
    fn widened_ranges_have_a_width() {
        assert_eq!(widened((0.0, 0.0)), (-1.0, 1.0));
        assert_eq!(widened((4.0, 4.0)), (2.0, 6.0));
        assert_eq!(widened((1.0, 3.0)), (1.0, 3.0));
        let (low, high) = widened((-LARGEST, LARGEST));
        assert!((high - low).is_finite());
    }

    #[test]
    fn round_numbers_within_the_range() {
        let ticks = Ticks::linear(-1.1, 1.05, 5);
        assert_eq!(ticks.labels, ["−1.0", "−0.5", "0.0", "0.5", "1.0"]);
        assert_eq!(ticks.at, [-1.0, -0.5, 0.0, 0.5, 1.0]);
        assert_eq!(ticks.axis_label("x", "m"), "x [m]");
        assert_eq!(ticks.axis_label("x", ""), "x");
        assert_eq!(ticks.note(), "");
    }

    #[test]
    fn tiny_and_huge_ranges_factor_out_a_power_of_ten() {
        let ticks = Ticks::linear(0.0, 2.0e-30, 4);
        assert_eq!(ticks.labels, ["0.0", "0.5", "1.0", "1.5", "2.0"]);
        assert_eq!(ticks.note(), "×10⁻³⁰");
        assert_eq!(ticks.axis_label("f", "1/m"), "f [10⁻³⁰ 1/m]");
        let ticks = Ticks::linear(-4e12, 4e12, 4);
        assert_eq!(ticks.labels, ["−4", "−2", "0", "2", "4"]);
        assert_eq!(ticks.axis_label("f", ""), "f [10¹²]");
    }

    #[test]
    fn a_narrow_range_far_from_zero_gets_an_offset() {
        let ticks = Ticks::linear(5.0 - 1e-6, 5.0 + 1e-6, 4);
        assert_eq!(ticks.labels, ["−1.0", "−0.5", "0.0", "0.5", "1.0"]);
        assert_eq!(ticks.note(), "×10⁻⁶ + 5");
        assert_eq!(ticks.axis_label("n", "m"), "n − 5 [10⁻⁶ m]");
        let ticks = Ticks::linear(2.5e7 - 1.0, 2.5e7 + 1.0, 2);
        assert_eq!(ticks.axis_label("t", "s"), "t − 2.5×10⁷ [s]");
        let ticks = Ticks::linear(-1e30 - 1e24, -1e30 + 1e24, 2);
        assert_eq!(ticks.note(), "×10²⁴ − 10³⁰");
    }

    #[test]
    fn decades_and_their_multiples() {
        let ticks = LogTicks::new(-2.1, 0.4, 6);
        assert_eq!(ticks.labels, ["10⁻²", "10⁻¹", "10⁰"]);
        assert!(ticks.minor.iter().any(|at| (at - 2f64.log10()).abs() < 1e-12));
        let wide = LogTicks::new(-300.0, 300.0, 6);
        assert!(wide.labels.len() <= 7 && wide.minor.is_empty());
        assert!(wide.labels.contains(&"10⁰".to_owned()));
    }
}
