//! The Markdown page.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::{Entry, Options, Row};
use crate::atomic::write_atomically;
use crate::error::{Error, Result};
use crate::run::DeviceChoice;

/// First line of every page this command wrote.
const MARK: &str = "<!-- written by `spinwigner gallery`, which replaces this page -->";

/// The folder of the pictures: the page without its ending.
pub fn pictures(page: &Path) -> Result<PathBuf> {
    if page.extension().is_none_or(|ending| ending != "md") || page.file_stem().is_none() {
        return Err(Error::Input(format!("{}: the page must be a file that ends in .md", page.display())));
    }
    Ok(page.with_extension(""))
}

/// Refuses to replace what this command did not write.
pub fn refuse_foreign(page: &Path, pictures: &Path) -> Result<()> {
    let ours = match std::fs::read_to_string(page) {
        Ok(text) => text.starts_with(MARK),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
        Err(error) => return Err(Error::file(page)(error)),
    };
    if !ours && page.exists() {
        return Err(Error::Input(format!(
            "{}: is not a page of this command, and nothing else is replaced; name another page",
            page.display()
        )));
    }
    let taken = pictures.exists() && std::fs::read_dir(pictures).map_or(true, |mut entries| entries.next().is_some());
    if !ours && taken {
        return Err(Error::Input(format!(
            "{}: is taken, and there is no page of this command beside it; name another page",
            pictures.display()
        )));
    }
    Ok(())
}

/// Writes the page, whose pictures are or will be in the folder of its name.
pub fn write(page: &Path, entries: &[Entry], options: &Options) -> Result<()> {
    let text = text(page, entries, options);
    write_atomically(page, |file| file.write_all(text.as_bytes()))
}

fn text(page: &Path, entries: &[Entry], options: &Options) -> String {
    let folder = page.file_stem().unwrap_or_default().to_string_lossy();
    let mut text = format!("{MARK}\n\n# Gallery\n\n");
    text += "Shipped experiments beside their theory. Each section shows the picture, the theory curve, the measured \
             numbers with their errors, and what the runs took.";
    if options.coarse {
        text += " This is the coarse gallery: half the cells along every axis, and steps twice as long.";
    }
    let device = entries.first().map(|entry| entry.device.as_str()).unwrap_or_default();
    let _ = write!(text, " Computed on {device} by\n\n```sh\n{}\n```\n\n", command(page, options));
    text += "| experiment | largest error | allowed | runs | time |\n|---|---|---|---|---|\n";
    for entry in entries {
        let worst = entry.rows.iter().max_by(|a, b| (a.error / a.allowed).total_cmp(&(b.error / b.allowed)));
        let (error, allowed) =
            worst.map_or((String::new(), String::new()), |row| (off(row, options), short(row.allowed)));
        let Entry { name, title, runs, seconds, .. } = entry;
        let _ = writeln!(text, "| [{title}](#{name}) | {error} | {allowed} | {runs} | {seconds:.1} s |");
    }
    for entry in entries {
        section(&mut text, entry, &folder, options);
    }
    text
}

fn section(text: &mut String, entry: &Entry, folder: &str, options: &Options) {
    let Entry { name, title, about, references, cells, steps, runs, seconds, .. } = entry;
    let _ = write!(text, "\n<a id=\"{name}\"></a>\n\n## {title}\n\n{about}\n\n");
    for picture in &entry.pictures {
        let _ = write!(text, "![{title}](<{folder}/{picture}>)\n\n");
    }
    text.push_str("| | expected | measured | relative error | allowed |\n|---|---|---|---|---|\n");
    for row in &entry.rows {
        let measured = row.measured.map_or("none".into(), digits);
        let Row { what, expected, allowed, .. } = row;
        let _ = writeln!(
            text,
            "| {what} | {} | {measured} | {} | {} |",
            digits(*expected),
            off(row, options),
            short(*allowed)
        );
    }
    let others = match runs - 1 {
        0 => String::new(),
        1 => "; with one further run".into(),
        others => format!("; with {others} further runs"),
    };
    let _ = write!(
        text,
        "\n`spinwigner run {name}`: {cells} cells, {steps} steps{others}, {seconds:.1} s. {}\n",
        references.join(". ").trim_end_matches('.').to_string() + "."
    );
}

/// The command that makes the page again.
fn command(page: &Path, options: &Options) -> String {
    let page = page.display().to_string();
    let quote = if page.contains(char::is_whitespace) { "'" } else { "" };
    let mut command = format!("spinwigner gallery {quote}{page}{quote}");
    if options.coarse {
        command += " --coarse";
    }
    if !options.only.is_empty() {
        let _ = write!(command, " --only {}", options.only.join(","));
    }
    match options.device {
        DeviceChoice::Auto => {}
        DeviceChoice::Gpu => command += " --device gpu",
        DeviceChoice::Cpu => command += " --device cpu",
        DeviceChoice::Reference => command += " --device reference",
        DeviceChoice::Index(index) => {
            let _ = write!(command, " --device {index}");
        }
    }
    if let Some(precision) = options.precision {
        let _ = write!(command, " --precision {precision}");
    }
    command
}

/// Six digits that mean something.
fn digits(value: f64) -> String {
    let scientific = format!("{value:.5e}");
    let exponent: i32 = scientific.split('e').nth(1).and_then(|exponent| exponent.parse().ok()).unwrap_or(0);
    if value != 0.0 && !(-3..5).contains(&exponent) {
        return scientific;
    }
    let places = (5 - exponent) as usize;
    format!("{value:.places$}")
}

/// The error, marked where it is judged and too large.
fn off(row: &Row, options: &Options) -> String {
    let missed = if row.met() || options.coarse { "" } else { " **missed**" };
    short(row.error) + missed
}

fn short(error: f64) -> String {
    if error >= 1e-3 { format!("{:.2} %", 100.0 * error) } else { format!("{error:.1e}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(error: f64) -> Row {
        Row { what: "rate".into(), expected: 1.0, measured: Some(1.0 + error), error, allowed: 0.01 }
    }

    fn options(coarse: bool) -> Options {
        Options { page: "page.md".into(), only: Vec::new(), coarse, device: DeviceChoice::Auto, precision: None }
    }

    #[test]
    fn misses_are_marked_unless_coarse() {
        assert!(row(0.005).met() && !row(0.02).met() && !row(f64::INFINITY).met());
        assert_eq!(off(&row(0.005), &options(false)), "0.50 %");
        assert_eq!(off(&row(0.02), &options(false)), "2.00 % **missed**");
        assert_eq!(off(&row(0.02), &options(true)), "2.00 %");
    }

    #[test]
    fn numbers_keep_six_digits() {
        for (value, text) in [
            (0.0, "0.00000"),
            (9.9999999, "10.0000"),
            (-0.0126204, "-0.0126204"),
            (1.41566188, "1.41566"),
            (123456.7, "1.23457e5"),
            (8.21813e-4, "8.21813e-4"),
        ] {
            assert_eq!(digits(value), text);
        }
    }

    #[test]
    fn the_command_is_whole() {
        let mut options = options(true);
        (options.device, options.precision) = (DeviceChoice::Index(1), Some(crate::precision::Precision::F64));
        options.only = vec!["weibel".into(), "two-stream".into()];
        assert_eq!(
            command(Path::new("my docs/page.md"), &options),
            "spinwigner gallery 'my docs/page.md' --coarse --only weibel,two-stream --device 1 --precision f64"
        );
    }
}
