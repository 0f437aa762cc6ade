//! Socket addresses as auditd writes them behind `saddr=`, in hexadecimal.

use std::net::IpAddr;

use crate::value::ip;

/// How far before its `saddr=` a record of auditd begins.
pub(super) const NEAR: usize = 4096;

/// What the time of a record stands behind.
pub(super) const TIME: &[u8] = b"audit(";

/// The address and the port that a socket address at the start of a text is, and its length there. Port 0 is none.
pub(super) fn parse(text: &[u8]) -> Option<(IpAddr, Option<u16>, usize)> {
    /// `sockaddr_storage`, twice.
    const LONGEST: usize = 512;
    let len = text.iter().take(LONGEST).take_while(|b| b.is_ascii_hexdigit()).count();
    let value = str::from_utf8(&text[..len]).ok()?;
    let number = |from: usize, digits: usize| u128::from_str_radix(value.get(from..from + digits)?, 16).ok();
    let addr = match value.get(..4)? {
        "0200" => IpAddr::V4((number(8, 8)? as u32).into()),
        "0A00" | "0a00" => ip::canonical(IpAddr::V6(number(16, 32)?.into())),
        _ => return None,
    };
    let port = number(4, 4)? as u16;
    (len % 2 == 0).then_some((addr, Some(port).filter(|&port| port > 0), len))
}

/// Whether the `saddr=` that ends at `end` stands in a record of auditd, which has its time before it.
pub(super) fn is_in_record(bytes: &[u8], end: usize) -> bool {
    let near = &bytes[end.saturating_sub(NEAR)..end];
    let line = near.rsplit(|&b| b == b'\n').next().unwrap_or(near);
    memchr::memmem::find_iter(line, TIME).any(|at| line.get(at + TIME.len()).is_some_and(u8::is_ascii_digit))
}
