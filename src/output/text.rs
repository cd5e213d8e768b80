//! Measuring and fitting labels with subscripts and superscripts.

use std::iter::Peekable;
use std::str::CharIndices;
use std::sync::OnceLock;

use ab_glyph::{Font, FontRef};
use plotters::style::{FontDesc, FontFamily, FontStyle, register_font};

use super::canvas::drawing_failed;
use crate::error::{Error, Result};

/// Name under which the bundled font is registered.
const FAMILY: &str = "spinwigner-plot";
/// The font renderer takes the line height of the font for its size.
const HEIGHT_PER_EM: f64 = 1.362;
/// Size of subscripts and superscripts relative to the text around them.
const SCRIPT_SIZE: f64 = 0.72;

/// The bundled font with an em of about `em` pixels.
pub(super) fn font(em: f64) -> Result<FontDesc<'static>> {
    static REGISTERED: OnceLock<bool> = OnceLock::new();
    let registered = *REGISTERED.get_or_init(|| {
        let bytes = include_bytes!("../../assets/fonts/NotoSans-Plot.ttf");
        register_font(FAMILY, FontStyle::Normal, bytes).is_ok()
    });
    if !registered {
        return Err(Error::Run("the bundled font cannot be read".into()));
    }
    Ok(FontDesc::new(FontFamily::Name(FAMILY), font_height(em), FontStyle::Normal))
}

/// The bundled font, to ask for its glyphs.
fn outlines() -> Option<&'static FontRef<'static>> {
    static OUTLINES: OnceLock<Option<FontRef<'static>>> = OnceLock::new();
    OUTLINES
        .get_or_init(|| FontRef::try_from_slice(include_bytes!("../../assets/fonts/NotoSans-Plot.ttf")).ok())
        .as_ref()
}

/// Whether the bundled font can draw a character.
fn has_glyph(character: char) -> bool {
    outlines().is_none_or(|font| character.is_whitespace() || font.glyph_id(character).0 != 0)
}

/// The characters of a text that pictures leave out, each once, in order.
pub fn missing_glyphs(text: &str) -> String {
    let mut missing = String::new();
    for character in text.chars().filter(|c| !c.is_control() && !has_glyph(*c)) {
        if !missing.contains(character) {
            missing.push(character);
        }
    }
    missing
}

/// Font size in the renderer's measure; even, because the renderer places the
/// baseline at half of it.
pub(super) fn font_height(em: f64) -> f64 {
    2.0 * (0.5 * em * HEIGHT_PER_EM).round().max(1.0)
}

/// A stretch of text on one level.
#[derive(Debug, PartialEq)]
pub(super) struct Run {
    pub text: String,
    /// Font size relative to that of the whole text.
    pub size: f64,
    /// Height of the baseline above that of the whole text, in em.
    pub rise: f64,
}

impl Run {
    fn base(text: String) -> Self {
        let (size, rise) = (1.0, 0.0);
        Self { text, size, rise }
    }

    fn script(text: String, rise: f64) -> Self {
        let size = SCRIPT_SIZE;
        Self { text, size, rise }
    }
}

/// Splits `ω_p`, `E_{kin}`, `m^-1` and `x^{ab}` into levels.
///
/// A bare subscript needs a one-letter base, so that `field_energy` stays as
/// it is.
pub(super) fn runs(text: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut base = String::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let rise = match c {
            '_' => -0.18,
            '^' => 0.38,
            _ => {
                base.extend(Some(if c.is_control() { ' ' } else { c }).filter(|c| has_glyph(*c)));
                continue;
            }
        };
        let before = &text[..at];
        let single = before.chars().next_back().is_some_and(char::is_alphabetic)
            && !before.chars().rev().nth(1).is_some_and(|c| c.is_alphanumeric() || c == '_');
        match script(text, &mut chars, c, single) {
            Some(script) => {
                if !base.is_empty() {
                    runs.push(Run::base(std::mem::take(&mut base)));
                }
                runs.push(Run::script(script, rise));
            }
            None => base.push(c),
        }
    }
    if !base.is_empty() {
        runs.push(Run::base(base));
    }
    runs
}

/// Takes the script after `mark` from `chars`; `None`, taking nothing, where
/// `mark` stands for itself.
fn script(text: &str, chars: &mut Peekable<CharIndices>, mark: char, single_letter_base: bool) -> Option<String> {
    let &(start, _) = chars.peek()?;
    let rest = &text[start..];
    let (script, taken) = if let Some(group) = rest.strip_prefix('{') {
        let inner = &group[..group.find('}')?];
        (inner, inner.chars().count() + 2)
    } else {
        let sign = usize::from(mark == '^' && rest.starts_with(['-', '+', '−']));
        let word = rest.chars().skip(sign).take_while(|&c| c.is_alphanumeric() && !is_raised(c)).count();
        if word == 0 || (mark == '_' && !single_letter_base) {
            return None;
        }
        let taken = sign + word;
        let end = rest.char_indices().nth(taken).map_or(rest.len(), |(k, _)| k);
        (&rest[..end], taken)
    };
    let script = script.replace('-', "−");
    for _ in 0..taken {
        chars.next();
    }
    Some(script)
}

/// Whether it is a superscript by itself, a power of all that stands before it: `v_t²` is the square of `v_t`.
fn is_raised(c: char) -> bool {
    matches!(c, '¹' | '²' | '³' | '\u{2070}'..='\u{207f}')
}

/// Width of a text in pixels at font size `em`.
pub(super) fn width(text: &str, em: f64) -> Result<f64> {
    runs(text).iter().map(|run| run_width(run, em)).sum()
}

/// Width of one run within a text of font size `em`.
pub(super) fn run_width(run: &Run, em: f64) -> Result<f64> {
    // Widths come in whole pixels: measured large, they are exact enough.
    const MEASURED: f64 = 200.0;
    let (width, _) = font(MEASURED)?.box_size(&run.text).map_err(drawing_failed)?;
    Ok(f64::from(width) * HEIGHT_PER_EM * em * run.size / font_height(MEASURED))
}

/// Lines of one font size.
pub(super) struct Block {
    pub lines: Vec<String>,
    pub em: f64,
}

/// Fits a text into `max_width`: shrinks it from the larger to the smaller of
/// `sizes`, then wraps it into at most `max_lines` lines, and only then cuts it.
pub(super) fn fit(text: &str, max_width: f64, (largest, smallest): (f64, f64), max_lines: usize) -> Result<Block> {
    let full = width(text, largest)?;
    let em = (largest * max_width / full.max(1.0)).clamp(smallest, largest);
    if full * em / largest <= max_width + 0.5 {
        let lines = vec![text.to_owned()];
        return Ok(Block { lines, em });
    }
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        let last = lines.len() + 1 >= max_lines;
        if last || line.is_empty() || width(&longer, em)? <= max_width {
            line = longer;
        } else {
            lines.push(cut(&line, max_width, em)?);
            line = word.to_owned();
        }
    }
    lines.push(cut(&line, max_width, em)?);
    Ok(Block { lines, em })
}

/// The text, shortened with an ellipsis where it is wider than `max_width`.
fn cut(text: &str, max_width: f64, em: f64) -> Result<String> {
    if width(text, em)? <= max_width {
        return Ok(text.to_owned());
    }
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    // Widths grow with the number of characters: bisect for the longest.
    let (mut fits, mut too_long) = (0, starts.len());
    while fits + 1 < too_long {
        let middle = (fits + too_long) / 2;
        if width(&format!("{}…", &text[..starts[middle]]), em)? <= max_width {
            fits = middle;
        } else {
            too_long = middle;
        }
    }
    let end = starts.get(fits).copied().unwrap_or(0);
    Ok(format!("{}…", text[..end].trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts of the runs, subscripts marked with `_` and superscripts with `^`.
    fn levels(text: &str) -> Vec<String> {
        let mark = |rise: f64| match rise {
            rise if rise < 0.0 => "_",
            rise if rise > 0.0 => "^",
            _ => "",
        };
        runs(text).iter().map(|run| format!("{}{}", mark(run.rise), run.text)).collect()
    }

    #[test]
    fn scripts_are_split_off() {
        assert_eq!(levels("ω_p t"), ["ω", "_p", " t"]);
        assert_eq!(levels("c/ω_p"), ["c/ω", "_p"]);
        assert_eq!(levels("E_{kin}/m^-1"), ["E", "_kin", "/m", "^−1"]);
        assert_eq!(levels("f^{(2)}"), ["f", "^(2)"]);
        assert_eq!(levels("m v_t²"), ["m v", "_t", "²"]);
    }

    #[test]
    fn words_with_underscores_stay() {
        for text in ["field_energy", "a_", "_x", "x^{open", "2_x", "two_stream_b"] {
            assert_eq!(levels(text), [text]);
        }
    }

    #[test]
    fn long_texts_shrink_then_wrap_then_end_in_an_ellipsis() {
        let text = "several words of a title";
        let natural = width(text, 20.0).unwrap();
        let sizes = (20.0, 15.0);
        assert_eq!(fit(text, natural + 1.0, sizes, 2).unwrap().em, 20.0);
        let shrunk = fit(text, 0.8 * natural, sizes, 2).unwrap();
        assert!(shrunk.lines.len() == 1 && shrunk.em < 20.0);
        let wrapped = fit(text, 0.5 * natural, sizes, 2).unwrap();
        assert_eq!(wrapped.lines.join(" "), text);
        assert_eq!(wrapped.lines.len(), 2);
        let cut = fit(text, 0.3 * natural, sizes, 1).unwrap();
        assert!(cut.lines[0].ends_with('…'));
        for block in [shrunk, wrapped, cut] {
            for line in &block.lines {
                assert!(width(line, block.em).unwrap() <= natural);
            }
        }
        assert_eq!(fit("", 10.0, sizes, 2).unwrap().lines, [""]);
        assert_eq!(fit("word", 0.0, sizes, 1).unwrap().lines, ["…"]);
    }

    #[test]
    fn the_font_has_the_letters_of_physics() {
        // A missing letter is drawn as the box that any unknown one gets.
        let unknown = width("\u{e000}", 100.0).unwrap();
        for letter in "ħωψΔ−∫∞≤√∂⟨⟩⁻⁹₃×·±".chars() {
            assert_ne!(width(&letter.to_string(), 100.0).unwrap(), unknown, "{letter}");
        }
    }
}
