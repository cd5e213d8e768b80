//! The gallery: a page with pictures and numbers, and what it refuses to replace.

use std::path::Path;
use std::process::{Command, Output};

fn gallery(page: &Path, options: &[&str]) -> Output {
    let page = page.to_str().expect("UTF-8");
    Command::new(env!("CARGO_BIN_EXE_spinwigner")).args(["gallery", page]).args(options).output().expect("it starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// An exhibit of each kind and a wave fitted in a band, coarse: the page names its command, every
/// picture it shows is there, and the numbers are those of theory. Half the cells make errors of
/// fifth order 32 times those of the shipped grids, of 1e-4 at most: below a percent. What Raman
/// scattering turns of the spin differs by up to 5.3 % from the published run on other grids.
#[test]
fn a_coarse_page_is_whole() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let page = folder.path().join("page.md");
    let only = "landau-damping,spin-resonance,stern-gerlach,thermal-magnetisation,raman-scattering";
    let output = gallery(&page, &["--coarse", "--only", only]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let markdown = std::fs::read_to_string(&page).expect("the page");
    assert!(markdown.contains(&format!("--coarse --only {only}\n")), "{markdown}");
    let mut pictures = 0;
    for link in markdown.split("](<page/").skip(1) {
        let name = link.split('>').next().expect("split yields one part or more");
        let image =
            image::open(folder.path().join("page").join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(image.width() > 300 && image.height() > 300, "{name}");
        pictures += 1;
    }
    assert_eq!(pictures, 10, "{markdown}");
    // | what | expected | measured | relative error | allowed |
    let number = |cell: &str| cell.trim().parse::<f64>().ok();
    let rows: Vec<(&str, f64, f64)> = markdown
        .lines()
        .filter_map(|line| {
            let cells: Vec<&str> = line.split('|').collect();
            // Not of the summary, whose first column is a link.
            (cells.len() == 7 && !line.contains("](#")).then_some(())?;
            Some((cells[1], number(cells[2])?, number(cells[3])?))
        })
        .collect();
    // Landau damping at five k, twice; the spin wave at three; the separation, twice; R and M0 at
    // six temperatures and in the run; the lost spin, three times.
    assert_eq!(rows.len(), 10 + 3 + 2 + 14 + 3, "{markdown}");
    for (what, expected, measured) in rows {
        let allowed = if what.contains("spin lost") { 0.06 } else { 0.01 };
        assert!((measured / expected - 1.0).abs() < allowed, "{what}: {expected} {measured}");
    }
    // Its own page is replaced.
    let output = gallery(&page, &["--coarse", "--only", "stern-gerlach"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(!std::fs::read_to_string(&page).expect("the page").contains("landau-damping"));
}

/// What is not the gallery's own, and what is not in it, is refused with code 2 before any run.
#[test]
fn other_pages_are_refused() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let mine = folder.path().join("notes.md");
    std::fs::write(&mine, "# Notes").expect("written");
    let filled = folder.path().join("filled.md");
    std::fs::create_dir(folder.path().join("filled")).expect("created");
    std::fs::write(folder.path().join("filled/picture.png"), "").expect("written");
    let cases: [(&Path, &[&str], &str); 4] = [
        (&mine, &[], "is not a page of this command"),
        (&filled, &[], "is taken"),
        (&folder.path().join("page.txt"), &[], "ends in .md"),
        (&folder.path().join("page.md"), &["--only", "landau"], "not in the gallery, which has landau-damping"),
    ];
    for (page, options, words) in cases {
        let output = gallery(page, options);
        assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
        assert!(text(&output.stderr).contains(words), "{}", text(&output.stderr));
    }
    assert_eq!(std::fs::read_to_string(&mine).expect("there"), "# Notes");
}
