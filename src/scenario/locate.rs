//! Where a value stands in a JSON text.
//!
//! Paths are written as in error messages: `initial.populations[0].density`.

use std::collections::HashMap;

/// Line and column of every key and value of a JSON text that parses.
pub struct Places<'t> {
    text: &'t str,
    spots: HashMap<String, Spot>,
    duplicate: Option<Duplicate>,
}

/// Byte offsets; the root and array elements have no key.
#[derive(Clone, Copy)]
struct Spot {
    key: Option<usize>,
    value: usize,
}

/// A key given twice in one object.
#[derive(Clone, Debug, PartialEq)]
pub struct Duplicate {
    pub path: String,
    pub first: (usize, usize),
    pub second: (usize, usize),
}

impl<'t> Places<'t> {
    /// Indexes a text that serde_json accepts. On any other text the index is
    /// incomplete, which only makes places less precise.
    pub fn of(text: &'t str) -> Self {
        let places = Places { text, spots: HashMap::new(), duplicate: None };
        let mut scanner = Scanner { text, at: 0, places };
        scanner.value("", None);
        scanner.places
    }

    /// Line and column of the value at `path`, or of its nearest ancestor.
    pub fn value(&self, path: &str) -> (usize, usize) {
        self.nearest(path, |spot| spot.value)
    }

    /// Line and column of the key at `path` (of the value where there is none).
    pub fn key(&self, path: &str) -> (usize, usize) {
        self.nearest(path, |spot| spot.key.unwrap_or(spot.value))
    }

    /// The first key given twice in one object, if any.
    pub fn duplicate(&self) -> Option<&Duplicate> {
        self.duplicate.as_ref()
    }

    fn nearest(&self, path: &str, offset: impl Fn(&Spot) -> usize) -> (usize, usize) {
        let mut path = path;
        loop {
            if let Some(spot) = self.spots.get(path) {
                return line_and_column(self.text, offset(spot));
            }
            // The root is always there unless the text is empty.
            let Some(end) = path.rfind(['.', '[']) else {
                let root = self.spots.get("").map_or(0, |spot| spot.value);
                return line_and_column(self.text, root);
            };
            path = &path[..end];
        }
    }
}

/// The path of a member of the object at `parent`.
pub fn join(parent: &str, key: &str) -> String {
    if parent.is_empty() { key.to_string() } else { format!("{parent}.{key}") }
}

/// Line and column, counted from 1 and in characters, of a byte offset.
fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// Walks a text known to be JSON, so it only has to find the ends of things.
struct Scanner<'t> {
    text: &'t str,
    at: usize,
    places: Places<'t>,
}

impl Scanner<'_> {
    fn value(&mut self, path: &str, key: Option<usize>) {
        self.skip_blanks();
        self.record(path, Spot { key, value: self.at });
        match self.peek() {
            Some(b'{') => self.members(b'}', |scanner| {
                let key_at = scanner.at;
                let name = scanner.string();
                scanner.skip_blanks();
                scanner.at += 1; // the colon
                scanner.value(&join(path, &name), Some(key_at));
            }),
            Some(b'[') => {
                let mut index = 0;
                self.members(b']', |scanner| {
                    scanner.value(&format!("{path}[{index}]"), None);
                    index += 1;
                });
            }
            Some(b'"') => {
                self.string();
            }
            _ => {
                while self.peek().is_some_and(|byte| !b" \t\r\n,]}".contains(&byte)) {
                    self.at += 1;
                }
            }
        }
    }

    /// Visits the members of an array or object up to its closing bracket.
    fn members(&mut self, close: u8, mut member: impl FnMut(&mut Self)) {
        self.at += 1;
        loop {
            self.skip_blanks();
            match self.peek() {
                None => return,
                Some(byte) if byte == close => {
                    self.at += 1;
                    return;
                }
                Some(b',') => self.at += 1,
                Some(_) => member(self),
            }
        }
    }

    /// Passes a quoted string and returns it unescaped.
    fn string(&mut self) -> String {
        let start = self.at;
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                break;
            }
        }
        let quoted = self.text.get(start..self.at).unwrap_or_default();
        serde_json::from_str(quoted).unwrap_or_default()
    }

    fn record(&mut self, path: &str, spot: Spot) {
        let Some(first) = self.places.spots.insert(path.to_string(), spot) else { return };
        if self.places.duplicate.is_none() {
            let place = |spot: Spot| line_and_column(self.text, spot.key.unwrap_or(spot.value));
            let (first, second) = (place(first), place(spot));
            self.places.duplicate = Some(Duplicate { path: path.to_string(), first, second });
        }
    }

    fn skip_blanks(&mut self) {
        while self.peek().is_some_and(|byte| b" \t\r\n".contains(&byte)) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "{\n  \"a\": 1,\n  \"b\": {\"c\": [10, {\"d\": \"x,]}\\\" y\"}, null],\n    \"é\": \"ü\", \"e\": true}\n}\n";

    /// The text that begins at a place.
    fn rest(place: (usize, usize)) -> String {
        let line = TEXT.lines().nth(place.0 - 1).unwrap();
        line.chars().skip(place.1 - 1).collect()
    }

    #[test]
    fn values_and_keys_are_found() {
        let places = Places::of(TEXT);
        assert_eq!(places.value("a"), (2, 8));
        assert_eq!(places.key("a"), (2, 3));
        assert!(rest(places.value("b")).starts_with("{\"c\""));
        assert!(rest(places.value("b.c[0]")).starts_with("10,"));
        assert!(rest(places.value("b.c[1].d")).starts_with("\"x,]}"));
        assert!(rest(places.key("b.c[1].d")).starts_with("\"d\""));
        assert!(rest(places.value("b.c[2]")).starts_with("null"));
        assert!(rest(places.value("b.e")).starts_with("true"));
        assert_eq!(places.duplicate(), None);
    }

    #[test]
    fn a_missing_path_falls_back_to_its_nearest_ancestor() {
        let places = Places::of(TEXT);
        assert_eq!(places.value("b.c[7].k"), places.value("b.c"));
        assert_eq!(places.value("a.b.c"), places.value("a"));
        assert_eq!(places.value("nothing"), (1, 1));
        assert_eq!(Places::of("").value("a"), (1, 1));
    }

    #[test]
    fn columns_count_characters() {
        assert_eq!(Places::of(TEXT).key("b.e"), (4, 15));
    }

    #[test]
    fn keys_given_twice_are_reported() {
        let places = Places::of("{\"a\": {\"b\": 1,\n \"b\": 2}, \"c\": {\"b\": 3}}");
        let expected = Duplicate { path: "a.b".into(), first: (1, 8), second: (2, 2) };
        assert_eq!(places.duplicate(), Some(&expected));
    }

    #[test]
    fn texts_that_are_not_json_end_the_scan() {
        for text in ["{", "[", "{\"a", "{\"a\": \"\\", "{\"a\" 1", "[1,,]]", "}{", "{\"é\\"] {
            assert!(Places::of(text).value("a.b[3]").0 >= 1);
        }
    }
}
