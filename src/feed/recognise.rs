//! Recognises the format of a feed from its head: every format states how sure it is, and exactly one must be sure.

use crate::error::{Error, Result};
use crate::feed::head::Head;
use crate::feed::reader::Tier;
use crate::feed::registry::{Format, known};
use crate::feed::syntax::lines::is_comment;
use crate::input::{self, Lines};
use crate::limits::{MAX_FEED_LINE, SNIFF};
use crate::value::domain::is_name_byte;

/// The certainty, in per cent, that a format must reach to be recognised.
pub const CERTAINTY: u8 = 80;

/// Facts about a feed that are known before its first line is read.
pub(crate) struct Recognised {
    pub(crate) format: Format,
    /// The hosts of the web pages named in the comments at the top.
    pub(crate) home_pages: Vec<String>,
}

pub(crate) fn empty(lines: &Lines<'_>) -> Error {
    Error::empty_feed(lines.path(), "empty feed: no data lines")
}

/// Returns `named` if it is given, else the recognised format. Fails for an HTML page in either case.
pub(crate) fn recognise(lines: &mut Lines<'_>, named: Option<Format>) -> Result<Recognised> {
    // Comments do not count, so a long banner makes the head longer.
    let mut wanted = SNIFF;
    let (cut, is_empty) = loop {
        let (text, ended) = lines.peek(wanted)?;
        // Text after the last line end is part of an incomplete line.
        let cut = if ended { text.len() } else { memchr::memrchr2(b'\n', b'\r', text).map_or(text.len(), |at| at + 1) };
        let lines = input::split(&text[..cut]);
        let data: usize = lines.map(|line| data_length(&line)).sum();
        if ended || data >= SNIFF / 2 || wanted >= MAX_FEED_LINE {
            break (cut, data == 0 && ended);
        }
        wanted *= 2;
    };
    let head = Head::new(&lines.peek(0)?.0[..cut]);
    let result = match named {
        _ if head.is_html() => Err("an HTML page and no feed, perhaps the error page of a download".to_owned()),
        Some(format) => Ok(Some(format)),
        None if is_empty || head.text().trim_ascii() == b"[]" => Ok(None),
        None => vote(&head).map(Some),
    };
    let home_pages = home_pages(&head);
    match result {
        Ok(Some(format)) => Ok(Recognised { format, home_pages }),
        Ok(None) => Err(empty(lines)),
        Err(reason) => Err(Error::feed(lines.path(), reason)),
    }
}

/// The number of bytes that a line adds to the data of a head; 0 for a comment.
fn data_length(line: &str) -> usize {
    let line = input::trim(line);
    if is_comment(line) { 0 } else { line.len() }
}

/// The one format that is certain, or a message that lists the candidates.
fn vote(head: &Head<'_>) -> Result<Format, String> {
    let mut votes = Vec::new();
    for tier in Tier::ALL {
        let of_tier = Format::ALL.iter().copied().filter(|format| format.tier() == tier);
        votes.extend(of_tier.map(|format| (format.certainty(head), format)));
        let mut certain = votes.iter().filter(|(certainty, _)| *certainty >= CERTAINTY);
        match (certain.next(), certain.next()) {
            (Some(&(_, format)), None) => return Ok(format),
            (Some(_), Some(_)) => break,
            (None, _) => {}
        }
    }
    votes.retain(|&(certainty, _)| certainty > 0);
    votes.sort_by_key(|&(certainty, _)| std::cmp::Reverse(certainty));
    let candidates = match votes[..] {
        [] => "no format is a candidate".to_owned(),
        _ => {
            let votes: Vec<_> = votes.iter().map(|(certainty, format)| format!("{format} {certainty} %")).collect();
            format!("the candidates are {}, and exactly one must reach {CERTAINTY} %", votes.join(", "))
        }
    };
    Err(format!("format not recognised: {candidates}; name the format if you know it (known: {})", known()))
}

/// The hosts of URLs in the comments at the top of a feed.
fn home_pages(head: &Head<'_>) -> Vec<String> {
    /// Banners run to 40 lines. References in later comments belong to single entries.
    const LINES: usize = 40;
    const PAGES: usize = 8;
    let mut hosts: Vec<String> = Vec::new();
    for line in head.banner().take(LINES) {
        for (at, _) in line.match_indices("://") {
            let rest = &line[at + 3..];
            let end = rest.bytes().position(|byte| !is_name_byte(byte)).unwrap_or(rest.len());
            let host = rest[..end].trim_matches(['.', '-']).to_ascii_lowercase();
            if host.contains('.') && !hosts.contains(&host) && hosts.len() < PAGES {
                hosts.push(host);
            }
        }
    }
    hosts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Head<'_> {
        Head::new(text.as_bytes())
    }

    #[test]
    fn pages_of_the_head() {
        let list = "# Home: https://lists.example/about and http://Mirror.example.\n\n; see https://lists.example\nevil.test\n# https://late.example/\n";
        assert_eq!(home_pages(&head(list)), ["lists.example", "mirror.example"]);
        assert_eq!(home_pages(&head("evil.test\n")), [""; 0]);
        let filters = "[Adblock Plus 2.0]\n! Homepage: https://lists.example/\n||evil.test^\n";
        assert_eq!(home_pages(&head(filters)), ["lists.example"]);
        assert_eq!(home_pages(&head("[2001:db8::1]\nevil.test\n# https://late.example/\n")), [""; 0]);
    }
}
