//! Columns that IIS writes by default, without their header: `2026-05-12 10:02:03 203.0.113.5 GET /a b=c 443 eve 192.0.2.7 Mozilla/5.0 …`.

use std::ops::Range;

use crate::event::sheet::{Part, Sheet, Words};
use crate::event::value;

/// Reads the columns after the time, which begin at `at`: the server, the request, the server's port, a user and the client. The names of
/// the site and of the machine may come first.
pub(super) fn read(part: Part<'_>, at: usize, sheet: &mut Sheet) -> bool {
    let line = part.line;
    let mut words = Words::new(part.from(at));
    let is_address = |span: &Range<usize>| matches!(value::address(&line[span.clone()]), Some((_, None)));
    let Some(mut server) = words.next() else { return false };
    let mut machine = None;
    for _ in 0..2 {
        if is_address(&server) {
            break;
        }
        let Some(next) = words.next() else { return false };
        machine = Some(std::mem::replace(&mut server, next));
    }
    if !is_address(&server) {
        return false;
    }
    let columns: [Option<Range<usize>>; 6] = std::array::from_fn(|_| words.next());
    let [Some(method), Some(path), Some(query), Some(port), Some(user), Some(client)] = columns else { return false };
    let is_iis = value::is_method(&line[method.clone()])
        && line[path.clone()].starts_with(b"/")
        && value::port(&line[port.clone()]).is_some()
        && is_address(&client)
        // The agent, which other logs have before the client or not at all.
        && !words.rest().trim_ascii().is_empty();
    if !is_iis {
        return false;
    }
    sheet.known("time", part.start..at);
    for (name, span) in [
        ("cs_method", method),
        ("cs_uri_stem", path),
        ("cs_uri_query", query),
        ("server_port", port),
        ("cs_username", user),
        ("c_ip", client),
        ("server_address", server),
    ] {
        sheet.known(name, span);
    }
    if let Some(machine) = machine {
        sheet.known("computer_name", machine);
    }
    after(&mut words, line, sheet);
    true
}

/// Reads what follows the client: perhaps the version, then the agent, perhaps the referrer and the host, and the status.
fn after(words: &mut Words<'_>, line: &[u8], sheet: &mut Sheet) {
    let Some(mut next) = words.next() else { return };
    if line[next.clone()].starts_with(b"HTTP/") {
        let Some(agent) = words.next() else { return };
        next = agent;
    }
    sheet.known("cs_user_agent", next);
    for _ in 0..4 {
        let Some(word) = words.next() else { return };
        let text = &line[word.clone()];
        if text.starts_with(b"http") {
            sheet.known("cs_referer", word);
        } else if value::number(text).is_some_and(|status| (100..600).contains(&status)) {
            sheet.known("sc_status", word);
            return;
        } else if value::is_host(text) {
            sheet.known("cs_host", word);
        }
    }
}
