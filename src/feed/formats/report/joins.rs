//! Joins what a program broke in two: long values at the end of a line or of a cell.

use super::page::{Cell, Row};
use super::words::{self, Column};

/// The header of a column.
pub(super) struct ColumnHead {
    /// The column of the page, or the number of the cell between `|`.
    pub(super) at: usize,
    pub(super) column: Column,
    /// The length of its hashes, if it names their algorithm.
    digits: Option<usize>,
}

impl ColumnHead {
    pub(super) fn new(cell: &Cell) -> Self {
        Self { at: cell.at, column: words::column(&cell.text), digits: named_digits(&cell.text) }
    }

    /// Returns the head over a cell of a row.
    pub(super) fn over<'h>(heads: &'h [Self], row: &Row, cell: &Cell) -> Option<&'h Self> {
        // What `|` separates is numbered.
        if row.is_piped { heads.get(cell.at) } else { heads.iter().min_by_key(|head| head.at.abs_diff(cell.at)) }
    }
}

/// The lengths of hashes in hexadecimal digits.
const LENGTHS: [usize; 6] = [32, 40, 56, 64, 96, 128];

/// Returns the length of the hashes of the one algorithm that a text names.
fn named_digits(text: &str) -> Option<usize> {
    let mut named = words::split(text).into_iter().filter_map(|word| words::hash_digits(&word));
    let first = named.next()?;
    named.all(|digits| digits == first).then_some(first)
}

/// Joins the next row to a row if a program broke one row in two. Returns the part of the next row that is left.
pub(super) fn join(row: &mut Row, mut next: Row, heads: &[ColumnHead]) -> Option<Row> {
    if next.is_bullet || next.number > 0 || next.is_piped != row.is_piped {
        return Some(next);
    }
    if row.cells.len() > 1 {
        // In a continuation row, the first cell is empty and the others begin in the same columns as before.
        let starts = &row.cells[1..];
        let goes_on = if next.is_piped {
            next.cells.len() == row.cells.len() && next.cells[0].text.is_empty()
        } else {
            next.cells.iter().all(|cell| starts.iter().any(|start| start.at.abs_diff(cell.at) <= 1))
        };
        let digits = |row: &Row, cell: &Cell| ColumnHead::over(heads, row, cell).and_then(|head| head.digits);
        if !goes_on && !begins_with_rest(row, &next, digits(row, &row.cells[0])) {
            return Some(next);
        }
        let said = named_digits(&row.text());
        for cell in next.cells {
            let at = row.cells.iter().position(|own| own.at.abs_diff(cell.at) <= usize::from(!row.is_piped));
            let Some(at) = at.filter(|_| !cell.text.is_empty()) else { continue };
            let digits = said.or_else(|| digits(row, &row.cells[at]));
            let own = &mut row.cells[at];
            let is_word = !cell.text.contains(' ');
            if !(own.text.is_empty() || is_word && goes_on_in(&own.text, &cell.text, digits, true)) {
                own.text.push(' ');
            }
            own.text.push_str(&cell.text);
        }
        return None;
    }
    if row.is_piped || next.cells.len() != 1 {
        return Some(next);
    }
    let (own, cell) = (&mut row.cells[0].text, &mut next.cells[0]);
    let (first, rest) = cell.text.split_once(' ').unwrap_or((&cell.text, ""));
    if !goes_on_in(own, first, named_digits(own), row.is_wide) {
        return Some(next);
    }
    own.push_str(first);
    if rest.is_empty() {
        return None;
    }
    cell.text = rest.to_owned();
    Some(next)
}

/// Returns true if the next row is but the rest of the first value of a row: the value stands in the first column.
fn begins_with_rest(row: &Row, next: &Row, digits: Option<usize>) -> bool {
    let (own, cell) = (&row.cells[0], &next.cells[0]);
    let is_alone = next.cells.len() == 1 || next.is_piped && next.cells[1..].iter().all(|cell| cell.text.is_empty());
    is_alone
        && next.cells.len() <= row.cells.len()
        && own.at == cell.at
        && !own.text.contains(' ')
        && !cell.text.contains(' ')
        && goes_on_in(&own.text, &cell.text, digits, false)
}

/// Returns true if the last word of a text continues with the first word of the next line.
///
/// `digits` is the length of the hashes that the text announces. `is_broken` is true if a program may have broken the line within a word.
fn goes_on_in(text: &str, next: &str, digits: Option<usize>, is_broken: bool) -> bool {
    let last = text.rsplit(' ').next().unwrap_or(text);
    let is_hex = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hex(last) && is_hex(next) && last.len() >= 8 {
        let sum = last.len() + next.len();
        let is_whole = |len| LENGTHS.contains(&len);
        return match digits {
            Some(digits) => sum <= digits,
            // Two complete hashes, one under the other, are two hashes.
            None if is_whole(sum) => !is_whole(last.len()) || !is_whole(next.len()),
            None => !is_whole(last.len()) && sum < 128 && next.len() >= 8,
        };
    }
    if is_broken_name(last, next, !text.contains(' ')) {
        return true;
    }
    let is_of_url = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c);
    let has_host = last.contains('.') || last.contains("[dot]") || last.contains("(dot)");
    let is_url = last.contains("//");
    if !has_host && !is_url || !next.chars().all(is_of_url) || next.contains("//") {
        return false;
    }
    let is_value = next.contains('.') && !is_file(next);
    if last.ends_with("[.]") || last.ends_with("[.") || next.starts_with("[.]") || next.starts_with("(.)") {
        return true;
    }
    if is_value && !next.contains('/') && !last.ends_with(['-', '=', '&', '?', '%', '_']) {
        return false;
    }
    // A `-` at the end of a word that is not a URL joins two words of a sentence.
    let is_defanged = last.contains("[.]")
        || last.contains("[dot]")
        || last.contains("(dot)")
        || last.to_ascii_lowercase().contains("hxxp");
    if last.ends_with(['/', '-', '_', '=', '&', '?', '%']) {
        return is_url || is_defanged;
    }
    // Within a path, provided that the next word does not look like a word of a language.
    let has_path = last.find("//").map_or(last, |at| &last[at + 2..]).contains('/');
    let is_no_word = next.bytes().any(|byte| byte.is_ascii_digit() || b"/.=&?%_".contains(&byte));
    is_broken && (is_url || is_defanged) && has_path && is_no_word && !next.ends_with(['.', ',', ')', ':'])
}

/// Returns true if a name was broken at its hyphen. In prose, no word before a defanged name ends in one; before another name, a word that
/// stands alone in its line or cell does not.
fn is_broken_name(last: &str, next: &str, is_alone: bool) -> bool {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || "-_.[]".contains(c);
    let is_begun = last.len() > 1 && last.ends_with('-') && last.starts_with(|c: char| c.is_ascii_alphanumeric());
    if !is_begun || !last.chars().all(is_of_name) || next.contains('/') {
        return false;
    }
    let within = next.trim_end_matches(['.', ',', ';', ')', ':']);
    let is_name = within.contains('.') && within.chars().all(is_of_name) && !is_file(within);
    within.contains("[.]") || is_alone && is_name
}

/// Returns true if a word ends like a file name.
fn is_file(word: &str) -> bool {
    let end = word.split(['?', '#']).next().unwrap_or(word).rsplit('.').next().unwrap_or("");
    crate::feed::syntax::table::is_file_extension(&end.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::super::page::row;
    use super::*;

    const HEX: &str = "0f1b5e2f0c3b4a7d8e9f0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f";

    #[test]
    fn broken_lines_are_rejoined() {
        for (first, second, whole) in [
            ("URL  hxxp://evil[.]test/a/", "     b.php", Some("URL  hxxp://evil[.]test/a/b.php")),
            ("hxxp://evil[.]test/a/", "b.php", Some("hxxp://evil[.]test/a/b.php")),
            ("hxxp://evil[.]test/", "hxxp://bad[.]test/", None),
            ("evil[.]test", "bad[.]test", None),
            ("evil-one[.]", "test", Some("evil-one[.]test")),
            ("see evil.test", "and so on", None),
            ("d41d8cd98f00b204e980", "0998ecf8427e", Some("d41d8cd98f00b204e9800998ecf8427e")),
            ("Domain  evil.test", "        bad.test", Some("Domain  evil.test bad.test")),
            // Names broken at a hyphen.
            ("a-long-", "name.evil[.]test", Some("a-long-name.evil[.]test")),
            ("www.a-long-", "name.evil[.]test", Some("www.a-long-name.evil[.]test")),
            ("www[.]a-long-", "name[.]evil[.]test", Some("www[.]a-long-name[.]evil[.]test")),
            ("www.a-long-", "name.evil.test", Some("www.a-long-name.evil.test")),
            ("seen at www.a-", "name.evil[.]test in May", Some("seen at www.a-name.evil[.]test")),
            ("the well-", "known.evil.test", None),
            ("- ", "evil[.]test", None),
            ("first-", "loader.exe", None),
            ("first-", "stage loader", None),
            // The value stands in the first column.
            ("hxxp://evil[.]test/a/    panel", "b.php", Some("hxxp://evil[.]test/a/b.php  panel")),
            ("evil[.]test    panel", "bad[.]test", None),
            ("| hxxp://evil[.]test/a/ | panel |", "| b.php | |", Some("hxxp://evil[.]test/a/b.php  panel")),
            ("| hxxp://evil[.]test/a/ | panel |", "| b.php | a file |", None),
        ] {
            let mut own = row(first);
            let left = join(&mut own, row(second), &[]);
            let whole = whole.map(str::to_owned).unwrap_or_else(|| row(first).text());
            assert_eq!(own.text(), whole, "{first} + {second}");
            assert_eq!(left.as_ref().is_none_or(|left| left.text() != row(second).text()), whole != row(first).text());
        }
    }

    /// Under the name of its algorithm, a hash is whole whatever the width of its column, and the next one is another.
    #[test]
    fn hashes_of_a_named_algorithm_in_a_column_of_any_width() {
        for (name, digits) in
            [("MD5", 32), ("SHA1", 40), ("SHA-224", 56), ("SHA256", 64), ("SHA-384", 96), ("sha-512 hash", 128)]
        {
            let (hash, other) = (&HEX.repeat(2)[..digits], &HEX.repeat(3)[64 - 8..][..digits]);
            let heads = |at| [ColumnHead { at, column: Column::Indicator, digits: named_digits(name) }];
            for width in 8..=digits {
                let parts = |hash: &str| -> Vec<String> {
                    hash.as_bytes().chunks(width).map(|part| String::from_utf8_lossy(part).into_owned()).collect()
                };
                let lines = [parts(hash), parts(other)].concat();
                // The column comes last, comes first, or is one whose row names the algorithm.
                for (start, goes_on, heads) in [
                    ("a.exe         ", "              ", &heads(14)[..]),
                    (&*format!("{name:14}"), "              ", &[]),
                ] {
                    let mut own = row(&format!("{start}{}", lines[0]));
                    for line in &lines[1..] {
                        assert!(join(&mut own, row(&format!("{goes_on}{line}")), heads).is_none(), "{name} {width}");
                    }
                    assert_eq!(own.cells[1].text, format!("{hash} {other}"), "{name} {width}");
                }
                let mut own = row(&format!("{}  a.exe", lines[0]));
                let left = lines[1..].iter().filter_map(|line| join(&mut own, row(line), &heads(0)));
                assert_eq!(left.count(), lines.len() / 2, "{name} {width}: the next hash begins a row");
                assert_eq!(own.cells[0].text, hash, "{name} {width}");
            }
        }
    }

    /// Where nothing names the algorithm, two complete hashes are two.
    #[test]
    fn hashes_of_no_named_algorithm() {
        for (first, second, is_one) in [(32, 32, false), (64, 64, false), (40, 24, true), (30, 34, true), (32, 8, true)]
        {
            let hex = HEX.repeat(2);
            let mut own = row(&hex[..first]);
            let left = join(&mut own, row(&hex[first..][..second]), &[]);
            assert_eq!(left.is_none(), is_one, "{first} {second}");
            let (md5, sha256) = (named_digits("MD5 or SHA256"), named_digits("a SHA-256 hash"));
            assert_eq!((md5, sha256), (None, Some(64)));
        }
    }
}
