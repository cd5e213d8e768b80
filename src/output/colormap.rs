//! Perceptually uniform, colour-blind-safe colour maps.

/// Colour of a value that is not finite: a grey found in neither map.
pub const MISSING: [u8; 3] = [165, 165, 165];

const ENTRIES: usize = 256;

/// A table of colours, read off at positions from 0 to 1.
pub struct ColorMap([[u8; 3]; ENTRIES]);

static SEQUENTIAL: ColorMap = ColorMap::from_csv(include_bytes!("../../assets/colormaps/viridis.csv"));
static DIVERGING: ColorMap = ColorMap::from_csv(include_bytes!("../../assets/colormaps/vik.csv"));

impl ColorMap {
    /// `viridis`, dark to bright: for values that grow from a floor.
    pub fn sequential() -> &'static ColorMap {
        &SEQUENTIAL
    }

    /// `vik`, blue to red through a light neutral at 0.5: for signed values.
    pub fn diverging() -> &'static ColorMap {
        &DIVERGING
    }

    /// The colour at `position`, interpolated linearly; positions outside
    /// 0 to 1 take the end colours and NaN gives [`MISSING`].
    pub fn at(&self, position: f64) -> [u8; 3] {
        if position.is_nan() {
            return MISSING;
        }
        let place = position.clamp(0.0, 1.0) * (ENTRIES - 1) as f64;
        let below = (place as usize).min(ENTRIES - 2);
        let weight = place - below as f64;
        std::array::from_fn(|channel| {
            let [from, to] = [self.0[below][channel], self.0[below + 1][channel]].map(f64::from);
            (from + weight * (to - from) + 0.5) as u8
        })
    }

    /// Reads 256 lines `r,g,b`. Evaluated by the compiler, so that a damaged
    /// table fails the build instead of a run.
    const fn from_csv(text: &[u8]) -> Self {
        let mut table = [[0; 3]; ENTRIES];
        let mut filled = 0;
        let mut number: u16 = 0;
        let mut at = 0;
        while at < text.len() {
            match text[at] {
                digit @ b'0'..=b'9' => number = number * 10 + (digit - b'0') as u16,
                b',' | b'\n' => {
                    assert!(number <= 255 && filled < 3 * ENTRIES);
                    assert!((text[at] == b'\n') == (filled % 3 == 2));
                    table[filled / 3][filled % 3] = number as u8;
                    filled += 1;
                    number = 0;
                }
                // A checkout may have turned line ends into CR LF.
                b'\r' => {}
                _ => panic!("a colour map holds digits, commas and line ends"),
            }
            at += 1;
        }
        assert!(filled == 3 * ENTRIES);
        Self(table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_the_first_and_last_entries() {
        assert_eq!(ColorMap::sequential().at(0.0), [68, 1, 84]);
        assert_eq!(ColorMap::sequential().at(1.0), [253, 231, 37]);
        assert_eq!(ColorMap::diverging().at(0.0), [0, 18, 97]);
        assert_eq!(ColorMap::diverging().at(1.0), [89, 0, 8]);
    }

    #[test]
    fn positions_outside_take_the_ends_and_nan_is_missing() {
        let map = ColorMap::sequential();
        assert_eq!(map.at(-3.0), map.at(0.0));
        assert_eq!(map.at(f64::INFINITY), map.at(1.0));
        assert_eq!(map.at(f64::NAN), MISSING);
    }

    #[test]
    fn the_diverging_centre_is_light_and_neutral() {
        let map = ColorMap::diverging();
        let centre = map.at(0.5);
        let (low, high) = (*centre.iter().min().unwrap(), *centre.iter().max().unwrap());
        assert!(low > 220 && high - low < 15, "{centre:?}");
        let [red, _, blue] = map.at(0.25);
        assert!(blue > red);
        let [red, _, blue] = map.at(0.75);
        assert!(red > blue);
    }

    #[test]
    fn the_sequential_map_brightens_throughout() {
        let luminance = |[r, g, b]: [u8; 3]| 0.2126 * f64::from(r) + 0.7152 * f64::from(g) + 0.0722 * f64::from(b);
        let steps: Vec<f64> = (0..=32).map(|k| luminance(ColorMap::sequential().at(f64::from(k) / 32.0))).collect();
        assert!(steps.is_sorted());
    }

    #[test]
    fn no_entry_resembles_the_missing_colour() {
        for map in [ColorMap::sequential(), ColorMap::diverging()] {
            for k in 0..=1000 {
                let color = map.at(f64::from(k) / 1000.0);
                let distance: i32 = color.iter().zip(MISSING).map(|(&a, b)| (i32::from(a) - i32::from(b)).abs()).sum();
                assert!(distance > 60, "{color:?}");
            }
        }
    }
}
