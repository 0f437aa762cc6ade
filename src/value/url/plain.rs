//! Recognises URLs that are canonical as they stand, which most are in logs and in feeds, so that they are not copied.
//!
//! May say no to what is canonical; what it says yes to comes out of the long way as it went in.

use std::net::{IpAddr, Ipv4Addr};

use super::escape::{is_plain_path, is_plain_query};
use super::view::{HostRef, Layout};
use crate::limits::MAX_OBSERVABLE;
use crate::value::{ip, wide};

/// Scheme and host of a text that begins with both, canonical, and has a path behind them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start {
    scheme: usize,
    /// The host, if it is an address.
    ip: Option<IpAddr>,
    /// Where the host ends: a slash is there.
    host_end: usize,
}

impl Start {
    /// Of a text whose end is not looked at.
    #[inline]
    pub(crate) fn of(text: &[u8]) -> Option<Self> {
        if text.len() > MAX_OBSERVABLE {
            return None;
        }
        let scheme = match text {
            [b'h', b't', b't', b'p', b':', b'/', b'/', ..] => 4,
            [b'h', b't', b't', b'p', b's', b':', b'/', b'/', ..] => 5,
            _ => return None,
        };
        let rest = &text[scheme + 3..];
        let host = &rest[..memchr::memchr(b'/', rest)?];
        let ip = if wide::is_plain_name(host) { None } else { Some(plain_v4(host)?) };
        Some(Self { scheme, ip, host_end: scheme + 3 + host.len() })
    }

    pub(super) fn scheme<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        &text[..self.scheme]
    }

    /// The host; of no other text than its own it may give any, or none.
    #[inline]
    pub(crate) fn host<'a>(&self, text: &'a [u8]) -> Option<HostRef<'a>> {
        match self.ip {
            Some(addr) => Some(HostRef::Ip(addr)),
            None => str::from_utf8(text.get(self.scheme + 3..self.host_end)?).ok().map(HostRef::Domain),
        }
    }

    /// Where the parts are, if the rest is canonical too.
    #[inline]
    pub(super) fn layout(&self, text: &[u8]) -> Option<Layout> {
        let rest = &text[self.host_end..];
        let path = memchr::memchr(b'?', rest);
        let (path, query) = path.map_or((rest, None), |at| (&rest[..at], Some(&rest[at + 1..])));
        let is_canonical = is_plain_path(path) && query.is_none_or(|query| !query.is_empty() && is_plain_query(query));
        let offset = |at: usize| u16::try_from(at).ok();
        is_canonical.then_some(Layout {
            ip: self.ip,
            port: None,
            port_unseen: false,
            scheme_end: offset(self.scheme)?,
            host_end: offset(self.host_end)?,
            path_start: offset(self.host_end)?,
            path_end: offset(self.host_end + path.len())?,
        })
    }
}

/// The address that four decimal octets are.
fn plain_v4(host: &[u8]) -> Option<IpAddr> {
    let is_quad = host.len() <= 15 && host.iter().all(|b| b.is_ascii_digit() || *b == b'.');
    let addr: Ipv4Addr = if is_quad { ip::parse_v4(host).ok()? } else { return None };
    Some(IpAddr::V4(addr))
}
