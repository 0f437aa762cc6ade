//! Socket addresses as auditd writes them after `saddr=`, in hexadecimal.

use std::net::IpAddr;

use crate::value::ip;

/// The maximum distance from the beginning of an auditd record to its `saddr=`.
pub(super) const NEAR: usize = 4096;

/// The text before the time of a record.
pub(super) const TIME: &[u8] = b"audit(";

/// The address and port of the socket address at the start of a text, and its length. Port 0 counts as no port.
pub(super) fn parse(text: &[u8]) -> Option<(IpAddr, Option<u16>, usize)> {
    /// Twice as many hexadecimal digits as `sockaddr_storage` takes.
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

/// Returns true if the `saddr=` that ends at `end` is in an auditd record, which has its time before it.
pub(super) fn is_in_record(bytes: &[u8], end: usize) -> bool {
    let near = &bytes[end.saturating_sub(NEAR)..end];
    let line = near.rsplit(|&b| b == b'\n').next().unwrap_or(near);
    memchr::memmem::find_iter(line, TIME).any(|at| line.get(at + TIME.len()).is_some_and(u8::is_ascii_digit))
}
