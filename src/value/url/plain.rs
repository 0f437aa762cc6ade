//! Recognises URLs that are already canonical, as most are in logs and feeds, so that they need not be copied.
//!
//! May fail to recognise a canonical URL. A URL that it does recognise would come out of full canonicalisation unchanged.

use std::net::IpAddr;

use super::escape::{is_plain_path, is_plain_query};
use super::view::{HostRef, Layout};
use crate::limits::MAX_OBSERVABLE;
use crate::value::{ip, wide};

/// The canonical scheme and host at the start of a text that has a path too.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start {
    scheme: usize,
    /// The host, if it is an address.
    ip: Option<IpAddr>,
    /// The end of the host, which is the offset of a slash.
    host_end: usize,
}

impl Start {
    /// Reads the start of a text, and ignores how the text ends.
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

    /// The host. `text` must be the one given to `of`; for any other, the result is arbitrary.
    #[inline]
    pub(crate) fn host<'a>(&self, text: &'a [u8]) -> Option<HostRef<'a>> {
        match self.ip {
            Some(addr) => Some(HostRef::Ip(addr)),
            None => str::from_utf8(text.get(self.scheme + 3..self.host_end)?).ok().map(HostRef::Domain),
        }
    }

    /// The offsets of the parts, if the rest is canonical too.
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

/// Parses four decimal octets.
fn plain_v4(host: &[u8]) -> Option<IpAddr> {
    ip::parse_v4(host).ok().map(IpAddr::V4)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which URLs are read at once. Others take the long way, to the same result.
    #[test]
    fn most_urls_are_read_at_once() {
        let read = |text: &str| {
            let start = Start::of(text.as_bytes())?;
            let host = start.host(text.as_bytes())?;
            assert_eq!(start.scheme(text.as_bytes()), text.split_once(':').unwrap().0.as_bytes());
            start.layout(text.as_bytes()).map(|layout| (host.to_string(), layout.host_end, layout.path_end))
        };
        for (text, host, end) in [
            ("http://evil.test/", "evil.test", 17),
            ("https://evil.test/a/b.c", "evil.test", 23),
            ("https://evil.test/a?b=c", "evil.test", 19),
            ("http://192.0.2.7/a", "192.0.2.7", 18),
        ] {
            let host_end = text.find(host).unwrap() + host.len();
            assert_eq!(read(text), Some((host.to_owned(), host_end as u16, end)), "{text}");
        }
        for text in [
            "http://evil.test",
            "HTTP://evil.test/",
            "ftp://evil.test/",
            "http://Evil.test/",
            "http://evil.test:80/",
            "http://a@evil.test/",
            "http://192.0.2.256/",
            "http://192.0.2.7a/",
            "http://0xC0.0.2.7/",
            "http://192.000000000.2.7/",
            "http://evil.test/a//b",
            "http://evil.test/a/./b",
            "http://evil.test/%41",
            "http://evil.test/a?",
            "http://evil.test/a?b#c",
            "http:///a",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        let longest = format!("{:x<MAX_OBSERVABLE$}", "http://evil.test/");
        assert!(read(&longest).is_some() && read(&format!("{longest}x")).is_none());
    }
}
